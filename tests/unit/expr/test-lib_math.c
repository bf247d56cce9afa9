/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(the_greatest_and_the_least_keep_their_kind)
{
	static const struct expression rows[] = {
		{"math.greatest(1)", "1"},
		{"math.greatest(1u, 2u)", "2u"},
		{"math.greatest(-42.0, -21.5, -100.0)", "-21.5"},
		{"math.greatest([-42.0, -21.5, -100.0])", "-21.5"},
		{"math.greatest(-7, 5)", "5"},
		{"math.greatest(5.4, 10, 3u, -5.0)", "10"},
		{"math.greatest(1, 1.0)", "1"},
		{"math.greatest(9223372036854775807, 9223372036854775808u)",
		 "9223372036854775808u"},
		{"math.least(1)", "1"},
		{"math.least(1u, 1)", "1u"},
		{"math.least(-42.0, -21.5, -100.0)", "-100.0"},
		{"math.least([5.4, 10, 3u, -5.0])", "-5.0"},
		{"math.least(18446744073709551615u, -1)", "-1"},
		{"math.greatest([])", "error: math.greatest of an empty list"},
		{"math.least([])", "error: math.least of an empty list"},
		{"math.greatest(['a'])", "error: no such overload: math.greatest(string)"},
		{"math.greatest(dyn('a'))", "error: no such overload"},
		{"math.greatest(dyn('a'), 1)", "error: no such overload"},
		{"math.greatest(1.0, 0.0 / 0.0)", "error: NaN has no order"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(doubles_are_rounded)
{
	static const struct expression rows[] = {
		{"math.ceil(1.2)", "2.0"},
		{"math.ceil(-1.2)", "-1.0"},
		{"math.floor(1.2)", "1.0"},
		{"math.floor(-1.2)", "-2.0"},
		{"math.round(1.5)", "2.0"},
		{"math.round(-1.5)", "-2.0"},
		{"math.round(2.5)", "3.0"},
		{"math.round(0.0 / 0.0)", "NaN"},
		{"math.trunc(1.9)", "1.0"},
		{"math.trunc(-1.9)", "-1.0"},
		{"math.isInf(1.0 / 0.0)", "true"},
		{"math.isInf(1.2)", "false"},
		{"math.isNaN(0.0 / 0.0)", "true"},
		{"math.isNaN(1.2)", "false"},
		{"math.isFinite(1.2)", "true"},
		{"math.isFinite(-1.0 / 0.0)", "false"},
		{"math.sqrt(81)", "9.0"},
		{"math.sqrt(2u) * 10.0", "14.142135623730951"},
		{"math.sqrt(-15.0)", "NaN"},
		{"math.sqrt(985.25)", "31.388692231439016"},
		{"math.ceil(1)", "error: no such overload"},
		{"math.isNaN(dyn(true))", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(signs_are_told_and_taken_away)
{
	static const struct expression rows[] = {
		{"math.abs(-1)", "1"},
		{"math.abs(1u)", "1u"},
		{"math.abs(-1.5)", "1.5"},
		{"math.abs(-9223372036854775807)", "9223372036854775807"},
		{"math.abs(-9223372036854775808)",
		 "error: integer overflow: math.abs(-9223372036854775808)"},
		{"math.sign(-42)", "-1"},
		{"math.sign(0)", "0"},
		{"math.sign(42u)", "1u"},
		{"math.sign(0u)", "0u"},
		{"math.sign(-0.5)", "-1.0"},
		{"math.sign(-0.0)", "0.0"},
		{"math.sign(0.0 / 0.0)", "NaN"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(bits_are_moved)
{
	static const struct expression rows[] = {
		{"math.bitAnd(3u, 2u)", "2u"},
		{"math.bitAnd(-3, -5)", "-7"},
		{"math.bitOr(1u, 2u)", "3u"},
		{"math.bitOr(-2, -4)", "-2"},
		{"math.bitXor(3u, 5u)", "6u"},
		{"math.bitXor(1, 3)", "2"},
		{"math.bitNot(1)", "-2"},
		{"math.bitNot(0u)", "18446744073709551615u"},
		{"math.bitShiftLeft(1, 2)", "4"},
		{"math.bitShiftLeft(-1, 2)", "-4"},
		{"math.bitShiftLeft(1, 63)", "-9223372036854775808"},
		{"math.bitShiftLeft(1u, 64)", "0u"},
		{"math.bitShiftLeft(1, 200)", "0"},
		{"math.bitShiftRight(1024, 2)", "256"},
		{"math.bitShiftRight(-1024, 3)", "2305843009213693824"},
		{"math.bitShiftRight(-1, 64)", "0"},
		{"math.bitShiftRight(1024u, 63)", "0u"},
		{"math.bitShiftLeft(1, -1)", "error: negative offset: cannot shift by -1 bits"},
		{"math.bitShiftRight(1u, -2)", "error: negative offset"},
		{"math.bitAnd(1, 1u)", "error: no such overload"},
		{"math.bitShiftLeft(1, 1u)", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_greatest_and_the_least_keep_their_kind),
		RUN(doubles_are_rounded),
		RUN(signs_are_told_and_taken_away),
		RUN(bits_are_moved),
	};

	return RUN_ALL(tests);
}
