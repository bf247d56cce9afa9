/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <math.h>

#include "base/strbuf.h"
#include "expr/literal.h"

#define BYTES 65536

/* The value as it is printed; or "!" and the problems. */
static void read_to(struct str source, bool negative, struct strbuf *out)
{
	struct expr_problems problems = {0};
	struct problem_sink sink;
	struct lexer lexer;
	struct token token;
	struct value v;
	struct arena a;

	arena_init(&a, BYTES);
	sink = problem_sink_make(source, &a, &problems);
	lexer = lexer_make(source, &sink);
	token = lexer_next(&lexer);
	v = literal_value(&token, negative, &sink);
	if (v.kind != VALUE_ABSENT)
		literal_print(v, out);
	assert_true((v.kind == VALUE_ABSENT) == (problems.n > 0));
	for (size_t i = 0; i < problems.n; i++)
		strbuf_addf(out, "!%u-%u %.*s", problems.list[i].start, problems.list[i].end,
			    STR_FMT(problems.list[i].message));
	arena_done(&a);
}

struct row {
	const char *in, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(BYTES);
		struct str in = str_of(rows[i].in);
		bool negative = str_pull_prefix(&in, STR("-"));

		read_to(in, negative, &sb);
		if (!str_is(strbuf_str(&sb), rows[i].want))
			fail_msg("%s\ngot:  %s\nwant: %s", rows[i].in, strbuf_cstr(&sb),
				 rows[i].want);
	}
}

#define NO_INT	"the number is outside of what an int holds, -2^63 to 2^63 - 1"
#define NO_UINT "the number is more than a uint holds, 2^64 - 1"

TEST(numbers_have_their_range)
{
	static const struct row rows[] = {
		{"0", "0"},
		{"-0", "0"},
		{"9223372036854775807", "9223372036854775807"},
		{"-9223372036854775808", "-9223372036854775808"},
		{"9223372036854775808", "!0-19 " NO_INT},
		{"-9223372036854775809", "!0-19 " NO_INT},
		{"0x7fffffffffffffff", "9223372036854775807"},
		{"-0x8000000000000000", "-9223372036854775808"},
		{"0x8000000000000000", "!0-18 " NO_INT},
		{"0x10000000000000000", "!0-19 " NO_INT},
		{"007", "7"},
		{"18446744073709551615u", "18446744073709551615u"},
		{"0xffffffffffffffffU", "18446744073709551615u"},
		{"18446744073709551616u", "!0-21 " NO_UINT},
		{"1.0", "1.0"},
		{".5", "0.5"},
		{"-0.0", "-0.0"},
		{"1e3", "1000.0"},
		{"0.1", "0.1"},
		{"1.7976931348623157e308", "1.7976931348623157e+308"},
		{"1e-400", "0.0"},
		{"1e400", "!0-5 the number is more than a double holds, about 1.8e308"},
		{"true", "true"},
		{"false", "false"},
		{"null", "null"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(escapes_mean_characters_and_in_bytes_a_byte)
{
	static const struct row rows[] = {
		{"'a\"b'", "\"a\\\"b\""},
		{"'\\a\\b\\f\\n\\r\\t\\v\\\\\\?\\\"\\'\\`'",
		 "\"\\x07\\x08\\x0c\\n\\r\\t\\x0b\\\\?\\\"'`\""},
		{"'\\x41\\X4a\\101\\u0041\\U00000041'", "\"AJAAA\""},
		{"'\\xff\\377\\u00e9\\U0001F600'", "\"\xc3\xbf\xc3\xbf\xc3\xa9\xf0\x9f\x98\x80\""},
		{"'\\U0010FFFF\\u07ff\\uffff'", "\"\xf4\x8f\xbf\xbf\xdf\xbf\xef\xbf\xbf\""},
		{"b'\\xff\\377a\xc3\xbf'", "b\"\\xff\\xffa\\xc3\\xbf\""},
		{"r'\\n\\'", "\"\\\\n\\\\\""},
		{"br'\\x41'", "b\"\\\\x41\""},
		{"'''a\r\nb\rc\nd'''", "\"a\\nb\\nc\\nd\""},
		{"r'''a\r\nb'''", "\"a\\nb\""},
		{"''", "\"\""},
		{"''''''", "\"\""},
		{"'''\\''''", "\"'\""},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(bad_escapes_are_all_told_at_their_place)
{
	static const struct row rows[] = {
		{"'ab\\q\\z'", "!3-5 \\q is no escape; a backslash itself is written \\\\"
			       "!5-7 \\z is no escape; a backslash itself is written \\\\"},
		{"'\\x4'", "!1-4 \\x4 needs two hexadecimal digits"},
		{"'\\u12g4'", "!1-5 \\u12 needs four hexadecimal digits"},
		{"'\\U0001f60'", "!1-10 \\U0001f60 needs eight hexadecimal digits"},
		{"'\\400'", "!1-3 \\4 is no escape; a backslash itself is written \\\\"},
		{"'\\18'", "!1-3 \\1 is no octal escape: three digits, up to \\377"},
		{"'\\ud83d'", "!1-7 \\ud83d is no character of Unicode"},
		{"'\\U00110000'", "!1-11 \\U00110000 is no character of Unicode"},
		{"b'\\u0041'", "!2-4 \\u is an escape of strings; bytes take \\x and octal digits"},
		{"'''\n\\q'''", "!4-6 \\q is no escape; a backslash itself is written \\\\"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(strings_without_escapes_are_not_copied)
{
	struct expr_problems problems = {0};
	struct str source = STR("'plain'");
	struct problem_sink sink;
	struct lexer lexer;
	struct token token;
	struct arena a;

	arena_init(&a, BYTES);
	sink = problem_sink_make(source, &a, &problems);
	lexer = lexer_make(source, &sink);
	token = lexer_next(&lexer);
	assert_ptr_equal(literal_value(&token, false, &sink).p, source.p + 1);
	assert_int_equal(a.used, 0);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(numbers_have_their_range),
		RUN(escapes_mean_characters_and_in_bytes_a_byte),
		RUN(bad_escapes_are_all_told_at_their_place),
		RUN(strings_without_escapes_are_not_copied),
	};

	return RUN_ALL(tests);
}
