/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(lists_have_sums_and_extremes)
{
	static const struct expression rows[] = {
		{"[1, 3].sum()", "4"},
		{"[1u, 3u].sum()", "4u"},
		{"[1.5, 3.0].sum()", "4.5"},
		{"[duration('1m'), duration('1.5s')].sum()", "61.5s"},
		{"[].sum()", "0"},
		{"[9223372036854775807, 1].sum()",
		 "error: sum: the result is out of the range of int"},
		{"[18446744073709551615u, 1u].sum()", "error: sum: the result is out of the range"},
		{"[duration('9223372036s'), duration('1s')].sum()",
		 "error: sum: the result is out"},
		{"[1, 1u].sum()", "error: no such overload: sum(int, uint)"},
		{"['a'].sum()", "error: no such overload: sum("},
		{"[1, 3, 2].min()", "1"},
		{"[1, 3, 2].max()", "3"},
		{"['b', 'a'].min()", "\"a\""},
		{"[1].max()", "1"},
		{"[].min()", "error: min called on an empty list"},
		{"[].max()", "error: max called on an empty list"},
		{"[1, 'a'].max()", "error: no such overload: max(int, string)"},
		{"[null].min()", "error: no such overload: min(null_type)"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(order_is_told)
{
	static const struct expression rows[] = {
		{"[1, 2, 3].isSorted()", "true"},
		{"['a', 'b', 'b', 'c'].isSorted()", "true"},
		{"[2.0, 1.0].isSorted()", "false"},
		{"[1].isSorted()", "true"},
		{"[].isSorted()", "true"},
		{"[1, null].isSorted()", "error: no such overload: isSorted(int, null_type)"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(elements_are_found)
{
	static const struct expression rows[] = {
		{"[1, 2, 2, 3].indexOf(2)", "1"},   {"['a', 'b', 'b', 'c'].lastIndexOf('b')", "2"},
		{"[1.0].indexOf(1.1)", "-1"},	    {"[].indexOf('string')", "-1"},
		{"[].lastIndexOf('string')", "-1"}, {"[[1], [2]].indexOf([2])", "1"},
		{"[1, 2].includes(2u)", "true"},    {"[1, 2].includes(3)", "false"},
		{"'a'.includes('a')", "true"},	    {"'a'.includes('b')", "false"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lists_have_sums_and_extremes),
		RUN(order_is_told),
		RUN(elements_are_found),
	};

	return RUN_ALL(tests);
}
