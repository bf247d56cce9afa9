/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/unicode.h"

static const struct {
	const char *in, *want;
} rows[] = {
	{"", ""},
	{"plain-0_9", "plain-0_9"},
	{"MiXed", "mixed"},
	{"\u00c4\u00d6\u00dc\u00df\u00d7", "\u00e4\u00f6\u00fc\u00df\u00d7"},
	{"\u0100\u0101\u0102", "\u0101\u0101\u0103"},		  /* every second one */
	{"\u0391\u03a3", "\u03b1\u03c3"},			  /* no final sigma */
	{"\u0416\u042f", "\u0436\u044f"},			  /* Cyrillic */
	{"\u0130x", "i\u0307x"},				  /* one becomes two */
	{"\u023a\u023a\u023a\u023a", "\u2c65\u2c65\u2c65\u2c65"}, /* two bytes become three */
	{"\u1e9e\u212a", "\u00df"
			 "k"},				  /* and shrink */
	{"\U00010400\U0001e921", "\U00010428\U0001e943"}, /* four bytes */
	{"A\xff\xc3(Z", "a\xff\xc3(z"},			  /* not UTF-8 */
	{"Z\xf0\x9f", "z\xf0\x9f"},			  /* cut short */
};

TEST(lowers_as_the_standard_says)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_str(unicode_lower(str_of(rows[i].in), &a), rows[i].want);
	arena_done(&a);
}

TEST(borrows_what_does_not_change)
{
	struct str s = STR("already lower");
	struct arena a;

	arena_init(&a, 0);
	assert_ptr_equal(unicode_lower(s, &a).p, s.p);
	assert_null(unicode_lower(STR("Upper"), &a).p);
	arena_done(&a);
}

static const struct {
	const char *in;
	uint32_t first;
	size_t n;
	bool space, letter, digit;
} points[] = {
	{"a", 'a', 1, false, true, false},
	{"7", '7', 1, false, false, true},
	{"\v", '\v', 1, true, false, false},
	{"_", '_', 1, false, false, false},
	{"\u00a0x", 0xa0, 2, true, false, false},
	{"\u2029", 0x2029, 3, true, false, false},
	{"\ud55c\uad6d", 0xd55c, 3, false, true, false},
	{"\u0661", 0x661, 2, false, false, true},  /* Arabic one */
	{"\u0301", 0x301, 2, false, false, false}, /* a mark is no letter */
	{"\U00020000", 0x20000, 4, false, true, false},
	{"\U0001f600", 0x1f600, 4, false, false, false},
	{"\xff", UNICODE_REPLACEMENT, 1, false, false, false},
	{"\xe2\x80", UNICODE_REPLACEMENT, 1, false, false, false},
};

TEST(tells_what_a_point_is)
{
	for (size_t i = 0; i < ARRAY_LEN(points); i++) {
		size_t n = 0;
		uint32_t c = unicode_next(str_of(points[i].in), &n);

		assert_int_equal(c, points[i].first);
		assert_int_equal(n, points[i].n);
		assert_int_equal(unicode_is_space(c), points[i].space);
		assert_int_equal(unicode_is_letter(c), points[i].letter);
		assert_int_equal(unicode_is_digit(c), points[i].digit);
	}
}

TEST(trims_and_reads_from_the_end)
{
	size_t n = 0;

	assert_str(unicode_trim(STR(" \t\u3000 a \u00a0b\u2003\n")), "a \u00a0b");
	assert_str(unicode_trim(STR("\u2003")), "");
	assert_str(unicode_trim(STR("\xa0x\x85")), "\xa0x\x85"); /* stray bytes are no space */
	assert_int_equal(unicode_last(STR("a\ud55c"), &n), 0xd55c);
	assert_int_equal(n, 3);
	assert_int_equal(unicode_last(STR("a\x80"), &n), UNICODE_REPLACEMENT);
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lowers_as_the_standard_says),
		RUN(borrows_what_does_not_change),
		RUN(tells_what_a_point_is),
		RUN(trims_and_reads_from_the_end),
	};

	return RUN_ALL(tests);
}
