/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/file_list.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"

void file_list_done(struct file_list *list)
{
	vec_done(&list->paths);
}

void file_list_reset(struct file_list *list)
{
	vec_cut(&list->paths, 0);
}

static bool is_dots(struct str part)
{
	return str_is(part, ".") || str_is(part, "..");
}

/* What path_clean would leave alone; nearly all paths of real databases. */
static bool is_clean(struct str path)
{
	size_t start = 0, depth = 0;

	if (path.n > LIMIT_PATH_BYTES)
		return false;
	for (size_t i = 0; i <= path.n; i++) {
		if (i < path.n && path.p[i] == '\0')
			return false;
		if (i < path.n && path.p[i] != '/')
			continue;
		if (i == start || (i - start <= 2 && is_dots(str_sub(path, start, i - start))))
			return false;
		start = i + 1;
		depth++;
	}
	return depth <= LIMIT_PATH_DEPTH;
}

static int push(struct file_list *list, struct str path, struct err *err)
{
	struct str *slot = vec_push(&list->paths);

	if (!slot)
		return list->paths.n < list->paths.max
			       ? err_nomem(err)
			       : err_set(err, ERR_LIMIT, "more than %d paths (package_files)",
					 LIMIT_PACKAGE_FILES);
	*slot = path;
	return 0;
}

/* The cleaned form in the arena; *ret stays empty for the root and for what is a problem. */
static int clean(struct file_list *list, struct str path, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct err why = {0};
	int r = path_clean(path, &sb, NULL, &why);

	*ret = STR_NULL;
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0) {
		(void)err_wrap(&why, r, "installed path \"%.*s\"", STR_FMT(str_sub(path, 0, 200)));
		return pkg_sink_problem(list->sink, &why);
	}
	if (sb.n == 0)
		return 0;
	*ret = arena_str(list->sink->scratch, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

static struct str without_slash(struct str path)
{
	return path.n && path.p[0] == '/' ? str_skip(path, 1) : path;
}

int file_list_clean_dir(struct file_list *list, struct str dir, struct str *ret, struct err *err)
{
	*ret = without_slash(dir);
	return ret->n == 0 || is_clean(*ret) ? 0 : clean(list, *ret, ret, err);
}

int file_list_add(struct file_list *list, struct str path, struct err *err)
{
	int r = 0;

	path = without_slash(path);
	if (!is_clean(path))
		r = clean(list, path, &path, err);
	return r < 0 || path.n == 0 ? r : push(list, path, err);
}

int file_list_add_in(struct file_list *list, struct str dir, struct str name, struct err *err)
{
	size_t n;
	char *joined;

	if (dir.n == 0)
		return file_list_add(list, name, err);
	if (__builtin_add_overflow(dir.n, name.n, &n) || n >= LIMIT_PATH_BYTES)
		return pkg_sink_problem(
			list->sink,
			&(struct err){ERR_LIMIT, "installed path is longer than path_bytes"});
	joined = arena_alloc(list->sink->scratch, n + 1);
	if (!joined)
		return err_nomem(err);
	memcpy(joined, dir.p, dir.n);
	joined[dir.n] = '/';
	if (name.n)
		memcpy(joined + dir.n + 1, name.p, name.n);
	return file_list_add(list, str_make(joined, n + 1), err);
}

/* The direct parents are enough: a list that names a directory names what leads to it. */
static int collect_parents(const struct file_list *list, struct map *parents, struct err *err)
{
	struct str *paths = list->paths.p, last = STR_NULL;

	for (size_t i = 0; i < list->paths.n; i++) {
		struct str parent = path_dir(paths[i]);

		if (parent.n == 0 || str_eq(parent, last))
			continue;
		if (map_put(parents, parent, list->paths.p) < 0)
			return err_nomem(err);
		last = parent;
	}
	return 0;
}

int file_list_drop_parents(struct file_list *list, struct err *err)
{
	CLEANUP(map_done) struct map parents;
	struct str *paths = list->paths.p;
	size_t n = 0;
	int r;

	map_init(&parents, LIMIT_PACKAGE_FILES);
	r = collect_parents(list, &parents, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < list->paths.n; i++)
		if (!map_get(&parents, paths[i]))
			paths[n++] = paths[i];
	vec_cut(&list->paths, n);
	return 0;
}

struct str_list file_list_get(const struct file_list *list)
{
	return (struct str_list){list->paths.p, list->paths.n};
}
