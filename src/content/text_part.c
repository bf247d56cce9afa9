/* SPDX-License-Identifier: Apache-2.0 */
#include "content/walk.h"

#define REPLACEMENT STR("\xef\xbf\xbd") /* U+FFFD */

static ssize_t read_nothing(struct stream *s, void *buf, size_t n, struct err *err)
{
	(void)s, (void)buf, (void)n, (void)err;
	return 0;
}

static struct stream nothing = {read_nothing, NULL};

int text_part_open(struct text_part *t, struct source *outer, struct str name,
		   const char *container)
{
	struct member m = {
		.name = name, .container = container, .size = UINT64_MAX, .in = &nothing};
	int r;

	*t = (struct text_part){.container = container};
	r = source_enter(outer, &m, &t->part);
	if (r > 0)
		t->part = NULL;
	else if (r == 0)
		t->part->is_ended = true; /* it gives nothing to readers */
	return r < 0 ? r : 0;
}

static int flush(struct text_part *t)
{
	struct source *s = t->part;
	struct str bytes = str_make(s->buf, t->n);
	int r = content_spend(s->content, bytes.n, &s->broken);

	t->n = 0;
	if (r == 0 && !t->is_begun)
		r = source_begin(s, CONTENT_TEXT, t->container, bytes);
	t->is_begun = true;
	return r < 0 ? r : source_tell(s, bytes);
}

static int add(struct text_part *t, struct str bytes)
{
	int r = 0;

	while (bytes.n && r == 0) {
		struct str fits = str_sub(bytes, 0, SOURCE_BYTES - t->n);

		memcpy(t->part->buf + t->n, fits.p, fits.n);
		t->n += fits.n;
		bytes = str_skip(bytes, fits.n);
		if (t->n == SOURCE_BYTES)
			r = flush(t);
	}
	return r;
}

int text_part_add(struct text_part *t, struct str bytes)
{
	int r = 0;

	if (!t->part)
		return 0;
	while (bytes.n && r == 0) {
		size_t n = str_find_no_utf8(bytes);

		r = add(t, str_sub(bytes, 0, n));
		if (r == 0 && n < bytes.n)
			r = add(t, REPLACEMENT);
		bytes = str_skip(bytes, n + 1);
	}
	return r;
}

int text_part_addc(struct text_part *t, char c)
{
	return t->part ? add(t, str_make(&c, 1)) : 0;
}

int text_part_close(struct text_part *t, bool is_whole)
{
	struct source *s = t->part;
	struct content *c;
	int r;

	if (!s)
		return 0;
	c = s->content;
	if (t->n && c->fatal.code == ERR_OK && !c->is_spent)
		(void)flush(t); /* what it says is kept in the source and the content */
	t->part = NULL;
	r = source_leave(s, is_whole);
	if (r < 0)
		return r;
	return c->is_spent ? -ERR_LIMIT : 0;
}
