/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(qualifiers_have_an_order)
{
	assert_chain(
		VERSION_MAVEN,
		"1-alpha2snapshot < 1-alpha2 < 1-alpha-123 < 1-beta-2 < 1-beta123 < 1-m2 < 1-m11 < "
		"1-rc < 1-cr2 = 1-rc2 < 1-rc123 < 1-SNAPSHOT < 1 = 1-ga = 1-final = 1.RELEASE = "
		"1.0.0 < 1-sp < 1-abc < 1-def < 1-pom-1 < 1-1-snapshot < 1-1 < 1-2 < 1-123");
}

TEST(numbers_have_an_order)
{
	assert_chain(VERSION_MAVEN, "2 < 2-1 < 2.0.2 < 2.0.123 < 2.1.0 < 2.1-a < 2.1b < 2.1-c < "
				    "2.1-1 < 2.1.0.1 < 2.2 < 2.123 < 11");
}

TEST(zeros_before_words_do_not_count)
{
	assert_chain(VERSION_MAVEN, "1-a = 1.0-a = 1.0.0a = 1a");
	assert_chain(VERSION_MAVEN, "1x = 1.0.0-x");
}

TEST(one_letter_before_a_digit_is_short_for_a_word)
{
	assert_chain(VERSION_MAVEN, "1a1 = 1-alpha-1");
	assert_chain(VERSION_MAVEN, "1b2 = 1-beta2");
	assert_chain(VERSION_MAVEN, "1m3 = 1-MileStone-3");
	assert_chain(VERSION_MAVEN, "1a < 1b < 1m");
	assert_chain(VERSION_MAVEN, "1-alpha < 1-a");
}

TEST(digits_and_letters_are_cut_apart)
{
	assert_chain(VERSION_MAVEN, "1.2.3-a1b1-m1 = 1.2.3-alpha-1-beta-1-milestone-1");
	assert_chain(VERSION_MAVEN, "12.10.2 < 12.10.2.jre8 < 12.10.2.jre11 < 12.10.3");
}

TEST(numbers_have_any_length)
{
	assert_chain(VERSION_MAVEN, "20190126.230843 < 1234567890.12345 < "
				    "123456789012345.1H.5-beta < 12345678901234567890.1H.5-beta");
}

TEST(odd_ones_have_a_place)
{
	assert_chain(VERSION_MAVEN, "-1 < 1");
	assert_chain(VERSION_MAVEN, "1. = 1- = 1");
	assert_chain(VERSION_MAVEN, "1-0.alpha < 1 < 1.foo");
}

TEST(check_refuses_what_no_file_may_be_called)
{
	assert_valid(VERSION_MAVEN, "1.0 1.0-SNAPSHOT Finchley.SR1 2.0_M1+b");
	assert_invalid(VERSION_MAVEN, "'' 1/2 [1] 1:2");
}

TEST(check_says_why)
{
	assert_refused(VERSION_MAVEN, "", "empty");
	assert_refused(VERSION_MAVEN, "1/2", "a character no version may have");
}

TEST(intervals_are_a_union)
{
	assert_matches(VERSION_MAVEN, "[1.0,2.0)", "1.0 1.9 2.0-rc1", "2.0 0.9");
	assert_matches(VERSION_MAVEN, "(,1.0],[1.2,)", "1.0 0.5 1.2 9", "1.1");
	assert_matches(VERSION_MAVEN, "[1.5]", "1.5 1.5.0", "1.6");
	assert_matches(VERSION_MAVEN, "(1.0,2.0]", "1.1 2.0", "1.0");
	assert_matches(VERSION_MAVEN, "1.0", "1.0 1", "1.1");
	assert_matches(VERSION_MAVEN, ">= 1.0, < 1.5", "1.0 1.4", "1.5");
	assert_bad_range(VERSION_MAVEN, "[1.0,2.0", "without its end");
	assert_bad_range(VERSION_MAVEN, "(1.0)", "one version needs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(qualifiers_have_an_order),
		RUN(numbers_have_an_order),
		RUN(zeros_before_words_do_not_count),
		RUN(one_letter_before_a_digit_is_short_for_a_word),
		RUN(digits_and_letters_are_cut_apart),
		RUN(numbers_have_any_length),
		RUN(odd_ones_have_a_place),
		RUN(check_refuses_what_no_file_may_be_called),
		RUN(check_says_why),
		RUN(intervals_are_a_union),
	};

	return RUN_ALL(tests);
}
