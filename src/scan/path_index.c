/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/path_index.h"

#include "base/cleanup.h"
#include "base/map.h"
#include "base/path.h"
#include "base/vec.h"
#include "inventory/accounts.h"
#include "inventory/content_sets.h"
#include "inventory/distro.h"

#define PATTERNS_MAX 4096

/* Patterns are found by the most telling literal of their last components, then matched in full. */
struct pattern {
	struct str text;
	struct want want;
	bool directory;
	bool literal; /* no pattern: the path itself, wildcards and all */
	size_t next;  /* in the same bucket: index + 1, 0 ends */
};

struct path_index {
	struct vec patterns;  /* struct pattern */
	struct map by_base;   /* "status" -> first pattern, as index + 1 */
	struct map by_suffix; /* "jar" for "*.jar" */
	struct map by_parent; /* "status.d" for "status.d/ *" */
	struct map ways;      /* directories above patterns, up to the first wildcard */
	size_t others;	      /* no literal to go by */
	bool has_directories;
};

static bool has_wildcard(struct str s)
{
	return str_find_char(s, '*') < s.n || str_find_char(s, '?') < s.n;
}

/* What stands behind the last dot: "a.deps.json" -> "json". */
static struct str suffix_of(struct str name)
{
	struct str stem, suffix;

	return str_rcut(name, '.', &stem, &suffix) ? suffix : STR_NULL;
}

static struct map *bucket_of(struct path_index *index, struct str text, struct str *ret_key)
{
	struct str base = path_base(text), parent = path_base(path_dir(text));

	*ret_key = base;
	if (!has_wildcard(base))
		return &index->by_base;
	*ret_key = suffix_of(base);
	if (ret_key->n && !has_wildcard(*ret_key))
		return &index->by_suffix;
	*ret_key = parent;
	return parent.n && !has_wildcard(parent) ? &index->by_parent : NULL;
}

static int add_ways(struct path_index *index, struct str text)
{
	size_t star = str_find_char(text, '*'), mark = str_find_char(text, '?');
	struct str dir = path_dir(str_sub(text, 0, star < mark ? star : mark));
	int r = 0;

	for (; dir.n && r == 0; dir = path_dir(dir))
		r = map_put(&index->ways, dir, index);
	return r;
}

static int add_pattern(struct path_index *index, const char *text, struct want want, bool directory)
{
	struct pattern *p = vec_push(&index->patterns);
	struct map *bucket;
	struct str key;

	if (!p)
		return -ERR_NOMEM;
	p->text = str_of(text);
	p->want = want;
	p->directory = directory;
	index->has_directories |= directory;
	if (want.kind != WANT_LANGUAGE && want.kind != WANT_MARK && add_ways(index, p->text) < 0)
		return -ERR_NOMEM;
	bucket = bucket_of(index, p->text, &key);
	if (!bucket) {
		p->next = index->others;
		index->others = index->patterns.n;
		return 0;
	}
	p->next = (size_t)map_get(bucket, key);
	return map_put(bucket, key, (void *)index->patterns.n);
}

static int add_kept(struct path_index *index, const char *const *paths)
{
	int r = 0;

	for (const char *const *path = paths; *path && r == 0; path++)
		r = add_pattern(index, *path, (struct want){.kind = WANT_KEPT}, false);
	return r;
}

static int add_all(struct path_index *index)
{
	int r = 0;

	for (size_t i = 0; pkgdbs[i]; i++) {
		struct want want = {.kind = WANT_PKGDB, .pkgdb = pkgdbs[i]};

		for (const char *const *path = pkgdbs[i]->paths; *path && r == 0; path++)
			r = add_pattern(index, *path, want, pkgdbs[i]->flags & PKGDB_DIRECTORY);
	}
	if (r == 0)
		r = add_kept(index, distro_paths);
	if (r == 0)
		r = add_kept(index, content_sets_paths);
	if (r == 0)
		r = add_kept(index, accounts_paths);
	for (const struct language_sign *s = language_signs; s->ecosystem && r == 0; s++)
		if (s->pattern)
			r = add_pattern(index, s->pattern,
					(struct want){.kind = WANT_LANGUAGE, .language = s}, false);
	for (const struct path_mark *m = path_marks; m->mark && r == 0; m++)
		r = add_pattern(index, m->pattern, (struct want){.kind = WANT_MARK, .mark = m},
				m->is_directory);
	return r;
}

static struct path_index *new_index(size_t max)
{
	struct path_index *index = calloc(1, sizeof *index);

	if (!index)
		return NULL;
	index->patterns = (struct vec)VEC_INIT(struct pattern, max);
	map_init(&index->by_base, max);
	map_init(&index->by_suffix, max);
	map_init(&index->by_parent, max);
	map_init(&index->ways, max * 8);
	return index;
}

int path_index_new(struct path_index **ret, struct err *err)
{
	struct path_index *index = new_index(PATTERNS_MAX);

	if (!index || add_all(index) < 0) {
		path_index_free(index);
		return err_nomem(err);
	}
	*ret = index;
	return 0;
}

static int add_file(struct path_index *index, struct str path)
{
	struct str base = path_base(path);
	struct pattern *p = vec_push(&index->patterns);

	if (!p)
		return -ERR_NOMEM;
	p->text = path;
	p->want = (struct want){.kind = WANT_BYTES};
	p->literal = true;
	p->next = (size_t)map_get(&index->by_base, base);
	return map_put(&index->by_base, base, (void *)index->patterns.n);
}

int path_index_of_files(const struct str *paths, size_t n, struct path_index **ret, struct err *err)
{
	struct path_index *index = new_index(n);
	int r = index ? 0 : -ERR_NOMEM;

	for (size_t i = 0; i < n && r == 0; i++)
		r = add_file(index, paths[i]);
	if (r < 0) {
		path_index_free(index);
		return err_nomem(err);
	}
	*ret = index;
	return 0;
}

void path_index_free(struct path_index *index)
{
	if (!index)
		return;
	vec_done(&index->patterns);
	map_done(&index->by_base);
	map_done(&index->by_suffix);
	map_done(&index->by_parent);
	map_done(&index->ways);
	free(index);
}

static size_t match_bucket(const struct path_index *index, size_t first, struct str path,
			   bool is_directory, struct want *ret, size_t n)
{
	for (size_t i = first; i && n < WANTS_MAX;) {
		const struct pattern *p = vec_at(&index->patterns, i - 1);

		if (p->directory == is_directory &&
		    (p->literal ? str_eq(p->text, path) : path_match(p->text, path)))
			ret[n++] = p->want;
		i = p->next;
	}
	return n;
}

size_t path_index_match(const struct path_index *index, struct str path, bool is_directory,
			struct want ret[WANTS_MAX])
{
	struct str base = path_base(path), parent = path_base(path_dir(path));
	size_t n = 0;

	n = match_bucket(index, (size_t)map_get(&index->by_base, base), path, is_directory, ret, n);
	n = match_bucket(index, (size_t)map_get(&index->by_suffix, suffix_of(base)), path,
			 is_directory, ret, n);
	n = match_bucket(index, (size_t)map_get(&index->by_parent, parent), path, is_directory, ret,
			 n);
	return match_bucket(index, index->others, path, is_directory, ret, n);
}

bool path_index_is_way(const struct path_index *index, struct str directory)
{
	return map_get(&index->ways, directory) != NULL;
}

bool path_index_pattern(const struct path_index *index, size_t i, struct str *ret_text,
			struct want *ret_want)
{
	const struct pattern *p = vec_at(&index->patterns, i);

	if (!p)
		return false;
	*ret_text = p->text;
	*ret_want = p->want;
	return true;
}

bool path_index_has_directories(const struct path_index *index)
{
	return index->has_directories;
}
