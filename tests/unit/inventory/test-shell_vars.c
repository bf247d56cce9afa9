/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/shell_vars.h"
#include "base/limits.h"
#include "tests/unit/test.h"

TEST(values_are_unquoted_as_a_shell_does)
{
	static const struct {
		const char *line, *value;
	} rows[] = {
		{"A=b", "b"},
		{"A=\"b c\"", "b c"},
		{"A='b \"c\\'", "b \"c\\"},
		{"A=\"\\\"\\$\\`\\\\\\n\"", "\"$`\\\\n"},
		{"A=a\\ b", "a b"},
		{"A=\"a\"'b'c", "abc"},
		{"A=", ""},
		{"A=\"\"", ""},
		{"A=two words", "two words"},
		{"  A=b  ", "b"},
		{"A=b\r", "b"},
		{"A=b=c", "b=c"},
		{"A=b\\", "b\\"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena arena;
		struct shell_vars v;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		v = shell_vars_make(str_of(rows[i].line), &arena);
		assert_true(shell_vars_next(&v));
		assert_int_equal(v.problem.code, 0);
		assert_str(v.key, "A");
		assert_str(v.value, rows[i].value);
		assert_false(shell_vars_next(&v));
		arena_done(&arena);
	}
}

TEST(comments_and_empty_lines_are_passed_over)
{
	struct shell_vars v = shell_vars_make(STR("\xef\xbb\xbf# A=1\n\n  #B=2\nC=3\n\n"), NULL);

	assert_true(shell_vars_next(&v));
	assert_str(v.key, "C");
	assert_int_equal(v.lineno, 4);
	assert_false(shell_vars_next(&v));
}

TEST(a_bad_line_says_where_and_reading_goes_on)
{
	static const struct {
		const char *line, *problem, *key;
	} rows[] = {
		{"\nword", "line 2: expected NAME=value", ""},
		{"1A=b", "line 1: expected NAME=value", ""},
		{"A B=c", "line 1: expected NAME=value", ""},
		{"=c", "line 1: expected NAME=value", ""},
		{"A='b", "line 1: ' is not closed", "A"},
		{"A=\"b\\\"", "line 1: \" is not closed", "A"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena arena;
		struct shell_vars v;
		struct str text;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		text = arena_strf(&arena, "%s\nLAST=1", rows[i].line);
		v = shell_vars_make(text, &arena);
		assert_true(shell_vars_next(&v));
		assert_string_equal(v.problem.msg, rows[i].problem);
		assert_str(v.key, rows[i].key);
		assert_true(shell_vars_next(&v));
		assert_str(v.key, "LAST");
		assert_int_equal(v.problem.code, 0);
		arena_done(&arena);
	}
}

TEST(a_nul_byte_is_told)
{
	struct shell_vars v = shell_vars_make(STR("A=b\0c"), NULL);

	assert_true(shell_vars_next(&v));
	assert_string_equal(v.problem.msg, "line 1: NUL byte");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(values_are_unquoted_as_a_shell_does),
		RUN(comments_and_empty_lines_are_passed_over),
		RUN(a_bad_line_says_where_and_reading_goes_on),
		RUN(a_nul_byte_is_told),
	};
	return RUN_ALL(tests);
}
