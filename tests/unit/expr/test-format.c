/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(values_are_written_as_text)
{
	static const struct expression rows[] = {
		{"'%s'.format(['foo'])", "\"foo\""},
		{"'%% and %s%%'.format(['x'])", "\"% and x%\""},
		{"''.format([])", "\"\""},
		{"'%s %s'.format([true, null])", "\"true null\""},
		{"'%s %s %s'.format([-9223372036854775808, 18446744073709551615u, 1.0])",
		 "\"-9223372036854775808 18446744073709551615 1\""},
		{"'%s'.format([1e21])", "\"1000000000000000000000\""},
		{"'%s %s'.format([0.0 / 0.0, -1.0 / 0.0])", "\"NaN -Infinity\""},
		{"'%s'.format([b'x\\xff\\xfey\\xc3\\xa9'])", "\"x\xef\xbf\xbdy\xc3\xa9\""},
		{"'%s'.format([b'\\xe2\\x98'])", "\"\xef\xbf\xbd\""},
		{"'%s'.format([duration('1h45m47.5s')])", "\"6347.5s\""},
		{"'%s'.format([timestamp('2023-02-03T23:31:20.25+00:00')])",
		 "\"2023-02-03T23:31:20.25Z\""},
		{"'%s %s'.format([int, type([1])])", "\"int list\""},
		{"'%s'.format([timestamp])", "error: "},
		{"'%s'.format([[1, 'a', [2.5, null], {}]])", "\"[1, a, [2.5, null], {}]\""},
		{"'%s'.format([{'b': 1, 'a': [2], 3: true, false: 'x'}])",
		 "\"{3: true, a: [2], b: 1, false: x}\""},
		{"'%s'.format([optional.of(1)])",
		 "error: error during formatting: string clause can only be used on strings"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(numbers_have_clauses)
{
	static const struct expression rows[] = {
		{"'%d %d %d'.format([-1, 2u, 3.25])", "\"-1 2 3.25\""},
		{"'%d'.format([1.0 / 0.0])", "\"Infinity\""},
		{"'%f %f %.1f'.format([1, 2u, 3.14])", "\"1.000000 2.000000 3.1\""},
		{"'%.0f %.0f %.0f'.format([2.5, 3.5, -0.4])", "\"2 4 -0\""},
		{"'%.3f'.format([123.4999])", "\"123.500\""},
		{"'%f'.format([0.0 / 0.0])", "\"NaN\""},
		{"'%e %e %.1e'.format([1, 2u, -3.14])", "\"1.000000e+00 2.000000e+00 -3.1e+00\""},
		{"'%.0e'.format([1.5e-300])", "\"2e-300\""},
		{"'%b %b %b %b'.format([5, -5, 6u, true])", "\"101 -101 110 1\""},
		{"'%b'.format([-9223372036854775808])",
		 "\"-1000000000000000000000000000000000000000000000000000000000000000\""},
		{"'%o %o'.format([11, -8])", "\"13 -10\""},
		{"'%x %X %x'.format([30, 6000u, -255])", "\"1e 1770 -ff\""},
		{"'%x %X'.format(['Hello', b'\\xfe'])", "\"48656c6c6f FE\""},
		{"'%.3s %.9d'.format(['abcdef', 5])", "\"abcdef 5\""},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(a_wrong_clause_says_why)
{
	static const struct expression rows[] = {
		{"'%a'.format([1])",
		 "error: could not parse formatting clause: unrecognized formatting clause \"a\""},
		{"'%E'.format([0.5])", "error: could not parse formatting clause: unrecognized"},
		{"'x%'.format([1])",
		 "error: could not parse formatting clause: the format ends behind %"},
		{"'%.'.format([1])", "error: could not parse formatting clause: precision \".\""},
		{"'%.f'.format([1])", "error: could not parse formatting clause: precision \".\""},
		{"'%.1001f'.format([1])",
		 "error: could not parse formatting clause: precision \".1001\" is not a number up "
		 "to 1000"},
		{"'%.99999999999999999999f'.format([1])",
		 "error: could not parse formatting clause: precision"},
		{"'%5d'.format([1])", "error: could not parse formatting clause"},
		{"'%d'.format(['x'])",
		 "error: error during formatting: decimal clause can only be used on ints, uints "
		 "and doubles, was given string"},
		{"'%f'.format([null])", "error: error during formatting: fixed-point clause"},
		{"'%e'.format([true])", "error: error during formatting: scientific clause"},
		{"'%b'.format([1.5])",
		 "error: error during formatting: only ints, uints and bools"},
		{"'%o'.format([true])", "error: error during formatting: octal clause"},
		{"'%x'.format([1.5])",
		 "error: error during formatting: only ints, uints, bytes and strings"},
		{"'%s %s'.format([1])",
		 "error: index 1 out of range: the format has more clauses than the list has "
		 "values (1)"},
		{"'%s'.format([1, 2])",
		 "error: too many values to format: 2, the format has 1 clauses"},
		{"'%s'.format(1)", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(nesting_is_bounded)
{
	CLEANUP(env_freep) struct env *env = env_of_tests();
	static const struct expression row = {"'%s'.format([x])",
					      "error: error during formatting: lists and maps are "
					      "nested more than 64 deep"};
	struct value lists[100];

	lists[0] = value_list(NULL, 0);
	for (size_t i = 1; i < ARRAY_LEN(lists); i++)
		lists[i] = value_list(&lists[i - 1], 1);
	assert_expression_of(env, &row, lists[99]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(values_are_written_as_text),
		RUN(numbers_have_clauses),
		RUN(a_wrong_clause_says_why),
		RUN(nesting_is_bounded),
	};

	return RUN_ALL(tests);
}
