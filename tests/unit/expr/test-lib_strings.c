/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(positions_count_characters)
{
	static const struct expression rows[] = {
		{"'hello'.charAt(4)", "\"o\""},
		{"'hello'.charAt(5)", "\"\""},
		{"'h\xc3\xa9llo'.charAt(1)", "\"\xc3\xa9\""},
		{"'h\xc3\xa9llo'.charAt(2)", "\"l\""},
		{"'hello'.charAt(6)", "error: index out of range: 6"},
		{"'hello'.charAt(-1)", "error: index out of range: -1"},
		{"''.charAt(0)", "\"\""},
		{"'hello'.charAt('a')", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(the_first_occurrence_is_found)
{
	static const struct expression rows[] = {
		{"'hello mellow'.indexOf('')", "0"},
		{"'hello mellow'.indexOf('ello')", "1"},
		{"'hello mellow'.indexOf('jello')", "-1"},
		{"'hello mellow'.indexOf('', 2)", "2"},
		{"'hello mellow'.indexOf('ello', 2)", "7"},
		{"'hello mellow'.indexOf('ello', 12)", "-1"},
		{"'hello mellow'.indexOf('', 12)", "12"},
		{"'hello mellow'.indexOf('ello', 13)", "error: index out of range: 13"},
		{"'hello mellow'.indexOf('ello', -1)", "error: index out of range: -1"},
		{"'\xc3\xa9\xc3\xa9z\xc3\xa9'.indexOf('\xc3\xa9', 1)", "1"},
		{"'\xc3\xa9\xc3\xa9z\xc3\xa9'.indexOf('z\xc3\xa9')", "2"},
		{"''.indexOf('a')", "-1"},
		{"''.indexOf('')", "0"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(the_last_occurrence_is_found)
{
	static const struct expression rows[] = {
		{"'hello mellow'.lastIndexOf('')", "12"},
		{"'hello mellow'.lastIndexOf('ello')", "7"},
		{"'hello mellow'.lastIndexOf('jello')", "-1"},
		{"'hello mellow'.lastIndexOf('ello', 6)", "1"},
		{"'hello mellow'.lastIndexOf('ello', 7)", "7"},
		{"'hello mellow'.lastIndexOf('ello', 12)", "7"},
		{"'hello mellow'.lastIndexOf('', 5)", "5"},
		{"'hello mellow'.lastIndexOf('ello', 0)", "-1"},
		{"'hello mellow'.lastIndexOf('hell', 0)", "0"},
		{"'hello mellow'.lastIndexOf('ello', 13)", "error: index out of range: 13"},
		{"'hello mellow'.lastIndexOf('ello', -1)", "error: index out of range: -1"},
		{"'\xc3\xa9z\xc3\xa9z'.lastIndexOf('\xc3\xa9z')", "2"},
		{"'aaaa'.lastIndexOf('aa', 1)", "1"},
		{"'ababab'.lastIndexOf('abab')", "2"},
		{"'abacabab'.lastIndexOf('abac')", "0"},
		{"'baaa'.lastIndexOf('baa')", "0"},
		{"'a'.lastIndexOf('aa')", "-1"},
		{"''.lastIndexOf('')", "0"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(strings_are_cut)
{
	static const struct expression rows[] = {
		{"'tacocat'.substring(4)", "\"cat\""},
		{"'tacocat'.substring(7)", "\"\""},
		{"'tacocat'.substring(0, 4)", "\"taco\""},
		{"'t\xc3\xa4"
		 "coc\xc3\xa4t'.substring(1, 3)",
		 "\"\xc3\xa4"
		 "c\""},
		{"'tacocat'.substring(4, 4)", "\"\""},
		{"'tacocat'.substring(8)", "error: index out of range: 8"},
		{"'tacocat'.substring(-1)", "error: index out of range: -1"},
		{"'tacocat'.substring(-1, 3)", "error: index out of range: -1"},
		{"'tacocat'.substring(1, 50)", "error: index out of range: 50"},
		{"'tacocat'.substring(2, 1)",
		 "error: invalid substring range: start 2 is behind the end 1"},
		{"'tacocat'.substring(0, -1)", "error: index out of range: -1"},
		{"' \\f\\n\\r\\t\\vtext  '.trim()", "\"text\""},
		{"'\\u0085\\u00a0\\u1680text\\u2028\\u3000'.trim()", "\"text\""},
		{"'\\u180etext\\u200b' == '\\u180etext\\u200b'.trim()", "true"},
		{"'  '.trim()", "\"\""},
		{"''.trim()", "\"\""},
		{"' a b '.trim()", "\"a b\""},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(strings_are_split_and_joined)
{
	static const struct expression rows[] = {
		{"'hello hello hello'.split(' ')", "[\"hello\", \"hello\", \"hello\"]"},
		{"'hello hello hello'.split(' ', 0)", "[]"},
		{"'hello hello hello'.split(' ', 1)", "[\"hello hello hello\"]"},
		{"'hello hello hello'.split(' ', 2)", "[\"hello\", \"hello hello\"]"},
		{"'hello hello hello'.split(' ', 9)", "[\"hello\", \"hello\", \"hello\"]"},
		{"'hello hello'.split(' ', -1)", "[\"hello\", \"hello\"]"},
		{"',a,'.split(',')", "[\"\", \"a\", \"\"]"},
		{"'a\xc3\xa9"
		 "b'.split('')",
		 "[\"a\", \"\xc3\xa9\", \"b\"]"},
		{"'abc'.split('', 2)", "[\"a\", \"bc\"]"},
		{"'abc'.split('', 3)", "[\"a\", \"b\", \"c\"]"},
		{"''.split(',')", "[\"\"]"},
		{"''.split('')", "[]"},
		{"['x', 'y'].join()", "\"xy\""},
		{"['x', 'y', ''].join('--')", "\"x--y--\""},
		{"[].join('-')", "\"\""},
		{"['x', 1].join()", "error: join: element 1 is no string but int"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(strings_are_changed)
{
	static const struct expression rows[] = {
		{"'hello hello'.replace('he', 'we')", "\"wello wello\""},
		{"'hello hello'.replace('he', 'we', -1)", "\"wello wello\""},
		{"'hello hello'.replace('he', 'we', 1)", "\"wello hello\""},
		{"'hello hello'.replace('he', 'we', 0)", "\"hello hello\""},
		{"'hello'.replace('x', 'y')", "\"hello\""},
		{"'hello'.replace('hello', '')", "\"\""},
		{"'aaa'.replace('aa', 'b')", "\"ba\""},
		{"'a\xc3\xa9'.replace('', '-')", "\"-a-\xc3\xa9-\""},
		{"'ab'.replace('', '-', 2)", "\"-a-b\""},
		{"''.replace('', '-')", "\"-\""},
		{"'TacoC\xc3\x86t'.lowerAscii()", "\"tacoc\xc3\x86t\""},
		{"'tacoC\xce\xb1t @[`{'.upperAscii()", "\"TACOC\xce\xb1T @[`{\""},
		{"'gums \xe2\x98\xba\xc3\xa9'.reverse()", "\"\xc3\xa9\xe2\x98\xba smug\""},
		{"''.reverse()", "\"\""},
		{"strings.quote('a\\a\\b\\f\\n\\r\\t\\v\\\\\"\\'\xc3\xa9')",
		 "\"\"a\\a\\b\\f\\n\\r\\t\\v\\\\\\\"'\xc3\xa9\"\""},
		{"strings.quote('')", "\"\"\"\""},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(searching_is_linear_on_hostile_strings)
{
	CLEANUP(env_freep) struct env *env = env_of_tests();
	CLEANUP(freep) char *as = malloc(1 << 20);
	static const struct expression rows[] = {
		{"x.lastIndexOf(x.substring(0, 524288) + 'b')", "-1"},
		{"x.indexOf('b' + x.substring(0, 524288))", "-1"},
	};

	assert_non_null(as);
	memset(as, 'a', 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_expression_of(env, &rows[i], value_string(str_make(as, 1 << 20)));
}

TEST(work_and_memory_are_bounded)
{
	static const struct expression rows[] = {
		{"lists.range(100).map(i, 'aaaaaaaaaa').join().replace('', 'bbbbbbbbbb')."
		 "replace('b', 'cccccccccccccccccccccccccccccccccccccccc')."
		 "replace('c', 'dddddddddddddddddddddddddddddddddddddddd')."
		 "replace('d', 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee').size()",
		 "error: the evaluation "},
		{"lists.range(1000000000000)", "error: the evaluation "},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(positions_count_characters),
		RUN(the_first_occurrence_is_found),
		RUN(the_last_occurrence_is_found),
		RUN(strings_are_cut),
		RUN(strings_are_split_and_joined),
		RUN(strings_are_changed),
		RUN(searching_is_linear_on_hostile_strings),
		RUN(work_and_memory_are_bounded),
	};

	return RUN_ALL(tests);
}
