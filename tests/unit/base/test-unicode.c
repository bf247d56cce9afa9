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

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lowers_as_the_standard_says),
		RUN(borrows_what_does_not_change),
	};

	return RUN_ALL(tests);
}
