/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>

#include "unit/test.h"

static void assert_printed(double d, enum double_form form, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1024);

	double_print(d, form, &sb);
	assert_str(strbuf_str(&sb), want);
}

TEST(a_double_has_its_shortest_text)
{
	static const struct {
		double d;
		const char *want;
	} rows[] = {
		{0, "0"},
		{-0.0, "-0"},
		{1, "1"},
		{-1.5, "-1.5"},
		{0.1, "0.1"},
		{1.0 / 3, "0.3333333333333333"},
		{123456789, "123456789"},
		{100, "100"},
		{0.0001, "0.0001"},
		{0.00001, "1e-05"},
		{1e20, "100000000000000000000"},
		{1e21, "1e+21"},
		{1.5e300, "1.5e+300"},
		{5e-324, "5e-324"},
		{DBL_MIN, "2.2250738585072014e-308"},
		{DBL_MAX, "1.7976931348623157e+308"},
		{9007199254740993.0, "9007199254740992"},
		{0.1 + 0.2, "0.30000000000000004"},
		/* A power of two: the nearest 16 digits (...801) read as the double below. */
		{0x1p-44, "5.684341886080802e-14"},
		{9.5367431640625e-07, "9.5367431640625e-07"},
		{NAN, "NaN"},
		{INFINITY, "Infinity"},
		{-INFINITY, "-Infinity"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_printed(rows[i].d, DOUBLE_SHORT, rows[i].want);
}

TEST(a_plain_double_has_no_exponent_and_a_kept_one_a_point)
{
	assert_printed(1e21, DOUBLE_PLAIN, "1000000000000000000000");
	assert_printed(1.25e-7, DOUBLE_PLAIN, "0.000000125");
	assert_printed(12.5, DOUBLE_PLAIN, "12.5");
	assert_printed(3, DOUBLE_KEPT, "3.0");
	assert_printed(-0.0, DOUBLE_KEPT, "-0.0");
	assert_printed(3e30, DOUBLE_KEPT, "3e+30");
	assert_printed(0.5, DOUBLE_KEPT, "0.5");
}

TEST(what_is_printed_reads_back)
{
	uint64_t bits = 88172645463325252u;

	for (int i = 0; i < 20000; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1024);
		double d, back;

		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&d, &bits, sizeof d);
		if (!isfinite(d))
			continue;
		double_print(d, i % 2 ? DOUBLE_SHORT : DOUBLE_PLAIN, &sb);
		assert_true(double_parse(strbuf_str(&sb), &back));
		assert_memory_equal(&back, &d, sizeof d);
	}
}

TEST(fixed_digits_are_rounded_half_to_even)
{
	static const struct {
		double d;
		unsigned digits;
		const char *fixed, *exponent;
	} rows[] = {
		{2.5, 0, "2", "2e+00"},
		{3.5, 0, "4", "4e+00"},
		{-1.2, 5, "-1.20000", "-1.20000e+00"},
		{123.4999, 3, "123.500", "1.235e+02"},
		{1e21, 1, "1000000000000000000000.0", "1.0e+21"},
		{INFINITY, 2, "Infinity", "Infinity"},
		{NAN, 2, "NaN", "NaN"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

		double_print_fixed(rows[i].d, rows[i].digits, &sb);
		assert_str(strbuf_str(&sb), rows[i].fixed);
		strbuf_reset(&sb);
		double_print_exponent(rows[i].d, rows[i].digits, &sb);
		assert_str(strbuf_str(&sb), rows[i].exponent);
	}
}

TEST(text_is_read_as_a_double)
{
	static const struct {
		const char *text;
		double want;
	} rows[] = {
		{"0", 0},
		{"1", 1},
		{"+1.5", 1.5},
		{"-.5", -0.5},
		{"5.", 5},
		{"1e3", 1000},
		{"1E-3", 0.001},
		{"1.5e+2", 150},
		{"0.1", 0.1},
		{"123456789012345678901234567890", 123456789012345678901234567890.0},
		{"1e400", INFINITY},
		{"-1e400", -INFINITY},
		{"1e-99999999999999999999", 0},
		{"Infinity", INFINITY},
		{"-inf", -INFINITY},
	};
	double d;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(double_parse(str_of(rows[i].text), &d));
		assert_true(d == rows[i].want);
	}
	assert_true(double_parse(STR("-0.0"), &d) && signbit(d));
	assert_true(double_parse(STR("NaN"), &d) && isnan(d));
}

TEST(other_text_is_no_double)
{
	static const char *const rows[] = {"",	    " 1",  "1 ",    "+",   "-",	    ".",
					   "e5",    "1e",  "1e+",   "1x",  "0x1",   "1,5",
					   "1.2.3", "--1", "infin", "1_0", "nan(1)"};
	double d = 7;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(double_parse(str_of(rows[i]), &d));
	assert_true(d == 7);
	assert_false(double_parse(str_make("1\0", 2), &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_double_has_its_shortest_text),
		RUN(a_plain_double_has_no_exponent_and_a_kept_one_a_point),
		RUN(what_is_printed_reads_back),
		RUN(fixed_digits_are_rounded_half_to_even),
		RUN(text_is_read_as_a_double),
		RUN(other_text_is_no_double),
	};

	return RUN_ALL(tests);
}
