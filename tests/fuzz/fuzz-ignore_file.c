/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A .dockerignore, a NUL, then paths, a line each. What it says of a path is compared with a second
 * matcher that tries everything, as far as patterns are made of letters, stars and question marks.
 * A folder that is excluded with all below it is excluded itself, and so is what is below it.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/ignore_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 16 * 1024 * 1024, INPUT_MAX = 4096 };
enum { PATTERN_MAX = 24, PATH_MAX_TRIED = 48, STARS_MAX = 4 }; /* the second matcher is slow */

/* ---- the second matcher ---- */

static bool name_matches(struct str pattern, struct str name)
{
	if (!pattern.n)
		return name.n == 0;
	while (pattern.n > 1 && pattern.p[0] == '*' && pattern.p[1] == '*')
		pattern = str_skip(pattern, 1);
	if (pattern.p[0] == '*')
		return name_matches(str_skip(pattern, 1), name) ||
		       (name.n && name_matches(pattern, str_skip(name, 1)));
	return name.n && (pattern.p[0] == '?' || pattern.p[0] == name.p[0]) &&
	       name_matches(str_skip(pattern, 1), str_skip(name, 1));
}

static struct str pull_component(struct str *path)
{
	size_t n = str_find_char(*path, '/');
	struct str first = str_sub(*path, 0, n);

	*path = str_skip(*path, n + (n < path->n));
	return first;
}

/* The pattern is used up by the path or a folder above it. */
static bool path_matches(struct str pattern, struct str path)
{
	struct str rest = pattern, first = pull_component(&rest), name;
	bool any = str_is(first, "**");

	if (!first.n || (any && rest.n && path_matches(rest, path)))
		return true;
	if (!path.n)
		return false;
	name = pull_component(&path);
	if (any)
		return !rest.n || path_matches(pattern, path);
	return name_matches(first, name) && path_matches(rest, path);
}

static bool is_tried(struct str pattern)
{
	bool tried = pattern.n <= PATTERN_MAX;
	size_t n_stars = 0;

	for (size_t i = 0; i < pattern.n; i++) {
		tried &= (unsigned char)pattern.p[i] < 0x80 && !memchr("[\\", pattern.p[i], 2);
		n_stars += pattern.p[i] == '*' && (i == 0 || pattern.p[i - 1] != '*');
	}
	return tried && n_stars <= STARS_MAX;
}

static void compare(const struct ignore_file *ignore, struct str path)
{
	bool excluded = false, tried = path.n <= PATH_MAX_TRIED && str_is_utf8(path);

	for (size_t i = 0; i < path.n; i++)
		tried &= (unsigned char)path.p[i] < 0x80; /* a question mark is a character */
	for (size_t i = 0; tried && i < ignore->n; i++) {
		tried = is_tried(ignore->patterns[i].text);
		if (tried && path_matches(ignore->patterns[i].text, path))
			excluded = !ignore->patterns[i].lets_in;
	}
	assert(!tried || ignore_file_excludes(ignore, path) == excluded);
}

/* ---- asking ---- */

static void ask(const struct ignore_file *ignore, struct str line)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct str path;

	if (path_clean(line, &sb, NULL, NULL) < 0 || !sb.n)
		return;
	path = strbuf_str(&sb);
	compare(ignore, path);
	if (!ignore_file_excludes_all(ignore, path))
		return;
	assert(ignore_file_excludes(ignore, path));
	strbuf_adds(&sb, "/below");
	assert(sb.error || ignore_file_excludes_all(ignore, strbuf_str(&sb)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make(data, size), paths = STR_NULL, line;
	struct ignore_file ignore;
	struct err err = {0};
	struct arena a;

	if (size > INPUT_MAX)
		return 0;
	(void)str_cut(str_make(data, size), '\0', &text, &paths); /* else there is nothing to ask */
	arena_init(&a, ARENA_BYTES);
	if (ignore_file_parse(text, &a, &ignore, &err) < 0)
		assert(err.msg[0]);
	else
		while (str_pull_line(&paths, &line))
			ask(&ignore, line);
	arena_done(&a);
	return 0;
}
