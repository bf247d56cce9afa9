/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(letters_behind_a_number_are_older)
{
	assert_chain(VERSION_ALPM,
		     "1.0a < 1.0b < 1.0beta < 1.0p < 1.0pre < 1.0rc < 1.0 < 1.0.a < 1.0.1");
}

TEST(numbers_count_as_numbers)
{
	assert_chain(VERSION_ALPM, "1 < 1.0 < 1.1 < 1.1.1 < 1.2 < 2.0 < 3.0.0");
	assert_chain(VERSION_ALPM, "1.02 = 1.2");
}

TEST(the_release_counts_when_both_have_one)
{
	assert_chain(VERSION_ALPM, "1.0-1 < 1.0-2 < 1.1-1");
	assert_chain(VERSION_ALPM, "1.0 = 1.0-1");
	assert_chain(VERSION_ALPM, "1.0 = 1.0-9");
}

TEST(the_epoch_comes_first)
{
	assert_chain(VERSION_ALPM, "9-1 = 0:9-1 < 1:1-1 < 2:0-1");
}

TEST(separators_count_by_length)
{
	assert_chain(VERSION_ALPM, "1.1 < 1..1");
}

TEST(check_knows_the_characters)
{
	assert_valid(VERSION_ALPM, "1.0-1 1:1.0.r5.gabc-1 2024.01_2");
	assert_invalid(VERSION_ALPM, "'' 1: 1-2-3 1/2");
}

TEST(check_says_why)
{
	assert_refused(VERSION_ALPM, "1:", "no version");
	assert_refused(VERSION_ALPM, "1-2-3", "a hyphen, colon or slash");
}

TEST(ranges_are_comparisons)
{
	assert_matches(VERSION_ALPM, ">= 1.0-1, < 1.1-2", "1.0-1 1.1-1 1.1rc1-1",
		       "0.9-1 1.1-2 1:1.0-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(letters_behind_a_number_are_older),
		RUN(numbers_count_as_numbers),
		RUN(the_release_counts_when_both_have_one),
		RUN(the_epoch_comes_first),
		RUN(separators_count_by_length),
		RUN(check_knows_the_characters),
		RUN(check_says_why),
		RUN(ranges_are_comparisons),
	};

	return RUN_ALL(tests);
}
