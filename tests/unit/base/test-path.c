/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/path.h"

static const struct {
	const char *in, *want;
	bool escaped;
} clean_rows[] = {
	{"a/b", "a/b", false},
	{"/a//b/", "a/b", false},
	{"./a/./b", "a/b", false},
	{"a/../b", "b", false},
	{"../../etc/passwd", "etc/passwd", true},
	{"a/../../b", "b", true},
	{"", "", false},
	{"/", "", false},
	{"..", "", true},
	{"a/..", "", false},
};

TEST(cleans_lexically_and_stays_below_the_root)
{
	for (size_t i = 0; i < sizeof clean_rows / sizeof *clean_rows; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
		bool escaped = false;

		assert_int_equal(path_clean(str_of(clean_rows[i].in), &sb, &escaped, NULL), 0);
		assert_str(strbuf_str(&sb), clean_rows[i].want);
		assert_int_equal(escaped, clean_rows[i].escaped);
	}
}

TEST(refuses_nul_and_excess)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	static char deep[2 * 2000];
	struct err err = {0};

	assert_int_equal(path_clean(str_make("a\0b", 3), &sb, NULL, &err), -ERR_FORMAT);
	for (size_t i = 0; i < sizeof deep; i += 2)
		memcpy(deep + i, "a/", 2);
	assert_int_equal(path_clean(str_make(deep, sizeof deep), &sb, NULL, &err), -ERR_LIMIT);
	assert_has(err.msg, "path_depth");
}

static const struct {
	const char *pattern, *path;
	bool match;
} match_rows[] = {
	{"a/b", "a/b", true},
	{"a/*", "a/b", true},
	{"a/*", "a/b/c", false},
	{"a/*", "a", false},
	{"**/x.jar", "x.jar", true},
	{"**/x.jar", "a/b/x.jar", true},
	{"**/*.jar", "a/b/x.jar", true},
	{"**/*.jar", "a/b/x.jar.txt", false},
	{"a/**/z", "a/z", true},
	{"a/**/z", "a/b/c/z", true},
	{"a/**/z", "b/z", false},
	{"a/**", "a/b/c", true},
	{"**/node_modules/*/package.json", "x/node_modules/y/node_modules/z/package.json", true},
	{"**/a/*", "a/a/b", true},
	{"**/a/*", "a/b/c", false},
	{"**/a/b", "b", false},
	{"**/a/b", "a/b/b", false},
	{"x/**/a/b", "x/a/b", true},
	{"x/**/x/a", "x/a", false},
	{"**/a/**/b", "x/a/c/b", true},
	{"**/a/**/b/c", "a/b/c/b/c", true},
	{"**/a/**/b/c", "b/c/a/b", false},
	{"**/**/a", "b/a", true},
	{"**/a/**", "b/a/c/d", true},
	{"*.d/[x]", "a.d/[x]", true},
	{"?.c", "a.c", true},
	{"?.c", "ab.c", false},
	{"a", "", false},
	{"**", "", true},
};

TEST(matches_by_component)
{
	for (size_t i = 0; i < sizeof match_rows / sizeof *match_rows; i++)
		if (path_match(str_of(match_rows[i].pattern), str_of(match_rows[i].path)) !=
		    match_rows[i].match)
			fail_msg("%s ~ %s", match_rows[i].pattern, match_rows[i].path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(cleans_lexically_and_stays_below_the_root),
		RUN(refuses_nul_and_excess),
		RUN(matches_by_component),
	};

	return RUN_ALL(tests);
}
