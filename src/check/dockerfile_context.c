/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_context.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/vec.h"

static bool read_ignore_file(const struct source_file *source, struct arena *a, struct str *ret)
{
	struct str own = arena_strf(a, "%.*s.dockerignore", STR_FMT(path_base(source->path)));

	return source->read_beside &&
	       (source->read_beside(source, own, a, ret, NULL) == 0 ||
		source->read_beside(source, STR(".dockerignore"), a, ret, NULL) == 0);
}

int dockerfile_context_read(const struct source_file *source, struct arena *a,
			    struct dockerfile_context *ret, struct err *err)
{
	int r = 0;

	*ret = (struct dockerfile_context){.source = source};
	ret->has_ignore_file = read_ignore_file(source, a, &ret->ignore_text);
	if (ret->has_ignore_file)
		r = ignore_file_parse(ret->ignore_text, a, &ret->ignore, err);
	return r < 0 ? err_wrap(err, r, ".dockerignore") : 0;
}

bool dockerfile_context_excludes(const struct dockerfile_context *context, struct str path)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] && strchr("*?[$\\", path.p[i]))
			return false;
	if (!context->ignore.n || path_clean(path, &sb, NULL, NULL) < 0)
		return false;
	if (ignore_file_excludes_all(&context->ignore, strbuf_str(&sb)))
		return true;
	/* BuildKit compares ./x as it stands: a folder named "." */
	return str_has_prefix(path, STR("./")) && ignore_file_excludes_all(&context->ignore, path);
}

/* ---- what lies in it ---- */

struct listing {
	const struct dockerfile_context *context;
	struct arena *arena;
	struct vec found; /* struct str */
	struct err *err;
};

static int add_entry(struct listing *l, struct str folder, struct str name)
{
	const struct ignore_file *ignore = &l->context->ignore;
	struct str path =
		folder.n ? arena_strf(l->arena, "%.*s%.*s", STR_FMT(folder), STR_FMT(name)) : name;
	struct str bare;
	struct str *p;
	bool is_folder = str_has_suffix(path, STR("/"));

	if (!path.p)
		return err_nomem(l->err);
	bare = str_sub(path, 0, path.n - is_folder);
	if (is_folder ? ignore_file_excludes_all(ignore, bare) : ignore_file_excludes(ignore, bare))
		return 0;
	p = vec_push(&l->found);
	if (!p)
		return err_nomem(l->err);
	*p = path;
	return 0;
}

static bool is_walked(struct str folder)
{
	struct str name = path_base(str_sub(folder, 0, folder.n - 1));

	return !str_has_prefix(name, STR(".")) && !str_is(name, "node_modules");
}

static int add_folder(struct listing *l, struct str folder)
{
	const struct source_file *source = l->context->source;
	struct str_list names = {0};
	int r = 0;

	if (source->list_beside(source, folder, l->arena, &names, NULL) < 0)
		return 0; /* not readable: its files cannot be sent either */
	for (size_t i = 0; r == 0 && i < names.n && l->found.n < LIMIT_CONTEXT_ENTRIES; i++)
		r = add_entry(l, folder, names.p[i]);
	return r;
}

int dockerfile_context_list(const struct dockerfile_context *context, struct arena *a,
			    struct str_list *ret, struct err *err)
{
	struct listing l = {context, a, VEC_INIT(struct str, LIMIT_CONTEXT_ENTRIES), err};
	int r;

	if (!context->source->list_beside)
		return err_set(err, ERR_NOT_FOUND, "the folder cannot be listed");
	r = add_folder(&l, STR(""));
	for (size_t i = 0; r == 0 && i < l.found.n; i++) {
		struct str path = *(const struct str *)vec_at(&l.found, i);

		if (str_has_suffix(path, STR("/")) && is_walked(path))
			r = add_folder(&l, path);
	}
	if (r == 0) {
		struct str *p = arena_array(a, l.found.n + 1, sizeof *p);

		if (p && l.found.n)
			memcpy(p, l.found.p, l.found.n * sizeof *p);
		*ret = (struct str_list){p, p ? l.found.n : 0};
		r = p ? 0 : err_nomem(err);
	}
	vec_done(&l.found);
	return r;
}
