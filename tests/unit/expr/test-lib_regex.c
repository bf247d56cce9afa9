/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(text_matches_a_pattern_anywhere)
{
	static const struct expression rows[] = {
		{"'hubba'.matches('ubb')", "true"},
		{"'hubba'.matches('^ubb')", "false"},
		{"matches('hubba', 'a$')", "true"},
		{"'\xc3\xa9'.matches('^.$')", "true"},
		{"''.matches('')", "true"},
		{"'a'.matches('[')", "error: regular expression \"[\": missing ]"},
		{"'a'.matches('a' + '(')", "error: regular expression \"a(\": missing )"},
		{"['a', '('].exists(p, 'a'.matches(p))", "true"},
		{"['b', '('].exists(p, 'a'.matches(p))",
		 "error: regular expression \"(\": missing )"},
		{"'a'.matches(1)", "error: no such overload"},
		{"false && 'a'.matches('(')", "false"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(matches_are_extracted)
{
	static const struct expression rows[] = {
		{"regex.extract('hello world', 'hello(.*)')", "optional.of(\" world\")"},
		{"regex.extract('item-A, item-B', 'item-(\\\\w+)')", "optional.of(\"A\")"},
		{"regex.extract('item-A', 'item-\\\\w+')", "optional.of(\"item-A\")"},
		{"regex.extract('HELLO', 'hello')", "optional.none()"},
		{"regex.extract('b', '(a)?b')", "optional.none()"},
		{"regex.extract('', '')", "optional.of(\"\")"},
		{"regex.extract('a@b', '(.*)@([^.]*)')",
		 "error: regular expression \"(.*)@([^.]*)\" has more than one capturing group"},
		{"regex.extractAll('id:123, id:456', 'id:\\\\d+')", "[\"id:123\", \"id:456\"]"},
		{"regex.extractAll('id:123, id:456', 'id:(\\\\d+)')", "[\"123\", \"456\"]"},
		{"regex.extractAll('id:123', 'assa')", "[]"},
		{"regex.extractAll('bab', '(a)?b')", "[\"a\"]"},
		{"regex.extractAll('a@b', '(.*)@([^.]*)')", "error: regular expression"},
		{"'abc 123'.find('[0-9]+')", "\"123\""},
		{"'abc 123'.find('xyz')", "\"\""},
		{"'123 abc 456'.findAll('[0-9]+')", "[\"123\", \"456\"]"},
		{"'123 abc 456'.findAll('[0-9]+', 1)", "[\"123\"]"},
		{"'123 abc 456'.findAll('[0-9]+', 0)", "[]"},
		{"'123 abc 456'.findAll('[0-9]+', -1)", "[\"123\", \"456\"]"},
		{"'123 abc 456'.findAll('xyz')", "[]"},
		/* An empty match right behind another is none. */
		{"'ab1'.findAll('[0-9]*')", "[\"\", \"\", \"1\"]"},
		{"'\xc3\xa9"
		 "a'.findAll('')",
		 "[\"\", \"\", \"\"]"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(matches_are_replaced)
{
	static const struct expression rows[] = {
		{"regex.replace('hello world hello', 'hello', 'hi')", "\"hi world hi\""},
		{"regex.replace('banana', 'a', 'x', 0)", "\"banana\""},
		{"regex.replace('banana', 'a', 'x', 1)", "\"bxnana\""},
		{"regex.replace('banana', 'a', 'x', 2)", "\"bxnxna\""},
		{"regex.replace('banana', 'a', 'x', -12)", "\"bxnxnx\""},
		{"regex.replace('foo bar', '(fo)o (ba)r', '\\\\2 \\\\1')", "\"ba fo\""},
		{"regex.replace('foo', '(o)|(x)', '[\\\\1\\\\2\\\\0\\\\\\\\]')",
		 "\"f[oo\\][oo\\]\""},
		{"regex.replace('ab', '', '-')", "\"-a-b-\""},
		{"regex.replace('', '', '-')", "\"-\""},
		{"regex.replace('test', '(.)', '$2')", "\"$2$2$2$2\""},
		{"regex.replace('test', '(.)', '\\\\2')",
		 "error: replacement \"\\2\": there is no group 2, the regular expression has 1"},
		{"regex.replace('test', '.', '\\\\v')",
		 "error: replacement \"\\v\": \\ must be followed by a digit or another \\"},
		{"regex.replace('test', '.', 'x\\\\')", "error: replacement \"x\\\": \\ must be"},
		{"regex.replace('foo', '(', '')", "error: regular expression \"(\""},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(work_is_bounded)
{
	static const struct expression rows[] = {
		/* Each search reads to the end for a b that never comes. */
		{"lists.range(100000).map(i, 'aaaaaaaaaa').join().findAll('a*b|a').size()",
		 "error: the evaluation costs more than"},
		{"lists.range(1000000).exists(i, 'a'.matches('x{99' + string(i % 10) + '}'))",
		 "error: the evaluation costs more than"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(text_matches_a_pattern_anywhere),
		RUN(matches_are_extracted),
		RUN(matches_are_replaced),
		RUN(work_is_bounded),
	};

	return RUN_ALL(tests);
}
