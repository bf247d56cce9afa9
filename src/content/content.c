/* SPDX-License-Identifier: Apache-2.0 */
#include "content/content.h"

#include "base/cleanup.h"
#include "content/walk.h"

#define CONTENT_FORMAT(id) extern const struct content_format content_format_##id;
#include "content/content_format_list.def"
#undef CONTENT_FORMAT

const struct content_format *const content_formats[] = {
#define CONTENT_FORMAT(id) &content_format_##id,
#include "content/content_format_list.def"
#undef CONTENT_FORMAT
	NULL,
};

/* A part's path is what packs it, "!/" and a name. */
#define PATH_BYTES (LIMIT_PATH_BYTES + (size_t)LIMIT_CONTENT_DEPTH * (LIMIT_CONTENT_NAME_BYTES + 8))

const struct content_format *content_format_of(const struct source *s, struct str head)
{
	for (size_t i = 0; content_formats[i]; i++)
		if (content_formats[i]->is(s, head))
			return content_formats[i];
	return NULL;
}

int content_new(const struct content_ops *ops, void *context, struct content **ret, struct err *err)
{
	struct content *c = calloc(1, sizeof *c);

	if (!c)
		return err_nomem(err);
	c->ops = ops;
	c->context = context;
	c->path.max = PATH_BYTES;
	*ret = c;
	return 0;
}

void content_free(struct content *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < ARRAY_LEN(c->levels); i++)
		free(c->levels[i]);
	strbuf_done(&c->path);
	free(c);
}

size_t content_memory_left(const struct content *c)
{
	return LIMIT_CONTENT_MEMORY_BYTES - c->n_memory;
}

/* Whether so much may come of so little. */
static bool is_too_much(uint64_t made, uint64_t read, uint64_t free_bytes, uint64_t ratio)
{
	uint64_t allowed;

	return made > free_bytes && !__builtin_mul_overflow(read, ratio, &allowed) &&
	       made > allowed;
}

int content_spend(struct content *c, uint64_t n, struct err *err)
{
	c->n_made += n;
	if (c->is_spent)
		return err_set(err, ERR_LIMIT, "a limit of the file was met before");
	c->is_spent = true;
	if (c->n_made > (uint64_t)LIMIT_CONTENT_BYTES)
		return err_set(err, ERR_LIMIT, "unpacks to more than content_bytes (%lld)",
			       (long long)LIMIT_CONTENT_BYTES);
	if (is_too_much(c->n_made, c->n_read, LIMIT_CONTENT_FREE_BYTES, LIMIT_CONTENT_RATIO))
		return err_set(err, ERR_LIMIT,
			       "unpacks to more than %d times its size (content_ratio)",
			       LIMIT_CONTENT_RATIO);
	if (is_too_much(c->n_all_made + c->n_made, c->n_all_read + c->n_read,
			LIMIT_CONTENT_ALL_BYTES, LIMIT_CONTENT_ALL_RATIO))
		return err_set(err, ERR_LIMIT,
			       "with the files before it unpacks to more than %d times their size "
			       "(content_all_ratio)",
			       LIMIT_CONTENT_ALL_RATIO);
	c->is_spent = false;
	return 0;
}

int content_read(struct content *c, struct str path, uint64_t size, struct stream *file,
		 struct err *err)
{
	struct member m = {.name = path, .size = size, .in = file};
	struct source *s;
	int r;

	c->fatal = (struct err){0};
	c->is_spent = c->is_spent_told = false;
	c->n_all_read += c->n_read;
	c->n_all_made += c->n_made;
	c->n_read = c->n_made = c->n_members = c->n_problems = 0;
	strbuf_reset(&c->path);
	c->path.error = ERR_OK;
	c->levels[0] = c->levels[0] ? c->levels[0] : calloc(1, sizeof *c->levels[0]);
	s = c->levels[0];
	if (!s)
		return err_nomem(err);
	s->content = c;
	r = source_enter(NULL, &m, &s);
	if (r == 0)
		(void)source_read_all(s, &m); /* the same is in c->fatal */
	if (c->n_problems > LIMIT_CONTENT_PROBLEMS)
		(void)source_more_problems(s, path, c->n_problems - LIMIT_CONTENT_PROBLEMS);
	if (c->fatal.code == ERR_OK)
		c->fatal = s->broken;
	if (c->fatal.code != ERR_OK && err)
		*err = c->fatal;
	return -(int)c->fatal.code;
}
