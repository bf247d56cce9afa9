/* SPDX-License-Identifier: Apache-2.0 */
#include "check/ignore_file.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "unit/test.h"

TEST(lines_exclude_and_let_in_again)
{
	static const struct {
		const char *text, *path;
		bool excluded;
	} rows[] = {
		{"tmp\n", "tmp", true},
		{"tmp\n", "tmp/a/b", true},
		{"tmp\n", "src/tmp", false},
		{"/tmp/\n", "tmp", true},
		{"  tmp  \r\n", "tmp", true},
		{"# tmp\n", "tmp", false},
		{"# tmp\n", "# tmp", false},
		{"*/tmp\n", "src/tmp/x", true},
		{"*/tmp\n", "tmp", false},
		{"*.md\n!README.md\n", "README.md", false},
		{"*.md\n!README.md\n", "NEWS.md", true},
		{"!README.md\n*.md\n", "README.md", true},
		{"*.md\n", "docs/a.md", false},
		{"**/*.md\n", "docs/x/a.md", true},
		{"**/*.md\n", "a.md", true},
		{"docs/**/a.md\n", "docs/a.md", true},
		{"docs/**/a.md\n", "docs/x/y/a.md", true},
		{"docs/**/a.md\n", "x/docs/a.md", false},
		{"docs/**\n", "docs/a", true},
		{"docs/**\n", "docs", false},
		{"**\n", "a/b", true},
		{"a?c\n", "abc", true},
		{"a?c\n", "a/c", false},
		{"[a-c]x\n", "bx", true},
		{"[^a-c]x\n", "bx", false},
		{"[a-c\n", "b", false},
		{"\\*\n", "*", true},
		{"\\*\n", "a", false},
		{"./tmp\n", "tmp", true},
		{"a/../tmp\n", "tmp", true},
		{"*\n", "", false},
		{"\xef\xbb\xbftmp\n", "tmp", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ignore_file ignore;
		struct arena a;

		arena_init(&a, 100000);
		assert_int_equal(ignore_file_parse(str_of(rows[i].text), &a, &ignore, NULL), 0);
		if (ignore_file_excludes(&ignore, str_of(rows[i].path)) != rows[i].excluded)
			fail_msg("%s: %s", rows[i].text, rows[i].path);
		arena_done(&a);
	}
}

TEST(a_folder_is_excluded_when_nothing_below_it_is_let_in)
{
	static const struct {
		const char *text;
		bool excluded;
	} rows[] = {
		{"a/b\n", true},	 {"a/b\n!c\n", true},	   {"a/b\n!a/b/c\n", false},
		{"a/b\n!**/c\n", false}, {"a/b\n!*/b/c\n", false}, {"!a/b/c\na/b\n", false},
		{"a/c\n", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ignore_file ignore;
		struct arena a;

		arena_init(&a, 100000);
		assert_int_equal(ignore_file_parse(str_of(rows[i].text), &a, &ignore, NULL), 0);
		if (ignore_file_excludes_all(&ignore, STR("a/b")) != rows[i].excluded)
			fail_msg("%s", rows[i].text);
		arena_done(&a);
	}
}

TEST(too_many_lines_name_the_limit)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(10 * LIMIT_IGNORE_PATTERNS);
	struct ignore_file ignore;
	struct arena a;
	struct err err;

	for (int i = 0; i <= LIMIT_IGNORE_PATTERNS; i++)
		strbuf_adds(&sb, "x\n");
	arena_init(&a, 1000000);
	assert_int_equal(ignore_file_parse(strbuf_str(&sb), &a, &ignore, &err), -ERR_LIMIT);
	assert_string_equal(err.msg, "more lines than ignore_patterns (10000)");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lines_exclude_and_let_in_again),
		RUN(a_folder_is_excluded_when_nothing_below_it_is_let_in),
		RUN(too_many_lines_name_the_limit),
	};

	return RUN_ALL(tests);
}
