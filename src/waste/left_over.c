/* SPDX-License-Identifier: Apache-2.0 */
#include "waste/left_over.h"

#include <assert.h>

#include "base/cleanup.h"
#include "base/path.h"

#define SUFFIX_MAX 16 /* bytes of the longest, checked when the map is made */

struct left_over {
	struct str what;
	bool is_directory;
	struct str pattern;
};

static const struct left_over rows[] = {
#define LEFT_OVER(what, is_directory, pattern) {STR(what), is_directory, STR(pattern)},
#include "waste/left_over.def"
#undef LEFT_OVER
};

/* What a name must be, or end with, for the row to be worth a look. */
static struct str key_of(const struct left_over *row)
{
	struct str last = path_base(row->pattern);

	return row->is_directory || last.p[0] != '*' ? last : str_skip(last, 1);
}

int left_overs_init(struct left_overs *l, struct err *err)
{
	int r = 0;

	map_init(&l->names, ARRAY_LEN(rows));
	map_init(&l->suffixes, ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(rows) && r == 0; i++) {
		struct map *m = rows[i].is_directory ? &l->names : &l->suffixes;

		assert(rows[i].is_directory || key_of(&rows[i]).n <= SUFFIX_MAX);
		if (!map_get(m, key_of(&rows[i])))
			r = map_put(m, key_of(&rows[i]), (void *)(uintptr_t)&rows[i]);
	}
	return r < 0 ? err_nomem(err) : 0;
}

void left_overs_done(struct left_overs *l)
{
	map_done(&l->names);
	map_done(&l->suffixes);
}

/* Rows of one key may stand apart: the first is known, the rest is tried in order. */
static struct str find(const struct left_over *first, struct str key, struct str path,
		       bool is_directory)
{
	for (const struct left_over *row = first; row < rows + ARRAY_LEN(rows); row++)
		if (row->is_directory == is_directory && str_eq(key_of(row), key) &&
		    path_match(row->pattern, path))
			return row->what;
	return STR_NULL;
}

/* "x.js.map" is asked as ".js.map", ".map"; "x~" as "~"; all as what they are. */
static struct str of_file(const struct left_overs *l, struct str path, struct str name)
{
	size_t from = name.n > SUFFIX_MAX ? name.n - SUFFIX_MAX : 0;

	for (size_t i = from; i < name.n; i++) {
		char c = name.p[i];
		struct str key = str_skip(name, i), what;
		const struct left_over *first = NULL;

		if (i == 0 || c == '.' || c == '~' || c == '-')
			first = map_get(&l->suffixes, key);
		what = first ? find(first, key, path, false) : STR_NULL;
		if (what.p)
			return what;
	}
	return STR_NULL;
}

struct str left_over_of(const struct left_overs *l, struct str path, struct str name,
			bool is_directory)
{
	const struct left_over *first;

	if (!is_directory)
		return of_file(l, path, name);
	first = map_get(&l->names, name);
	return first ? find(first, name, path, true) : STR_NULL;
}

bool left_over_yields(struct str what)
{
	return str_is(what, "tool-cache");
}
