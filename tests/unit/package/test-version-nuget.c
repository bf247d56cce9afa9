/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(four_numbers_absent_ones_are_zero)
{
	assert_chain(VERSION_NUGET, "1 = 1.0 = 1.0.0.0 < 1.0.0.1 < 1.0.1 < 1.1");
}

TEST(prereleases_without_regard_to_case)
{
	assert_chain(VERSION_NUGET,
		     "1.0.0-1 < 1.0.0-alpha = 1.0.0-ALPHA < 1.0.0-alpha.1 < 1.0.0-alpha.B = "
		     "1.0.0-Alpha.b < 1.0.0-beta < 1.0.0 = 1.0.0+build");
}

TEST(check_knows_the_form)
{
	assert_valid(VERSION_NUGET, "1 1.0 1.2.3.4-a.b+c 01.2");
	assert_invalid(VERSION_NUGET, "'' a 1.2.3.4.5 1. 1.0- 1.0-a..b 1.0+");
}

TEST(check_says_why)
{
	assert_refused(VERSION_NUGET, "1.2.3.4.5", "not one to four numbers");
	assert_refused(VERSION_NUGET, "1.0-", "bad pre-release");
}

TEST(intervals)
{
	assert_matches(VERSION_NUGET, "1.0", "1.0 2.0", "0.9");
	assert_matches(VERSION_NUGET, "[1.0]", "1.0 1.0.0", "1.1");
	assert_matches(VERSION_NUGET, "(1.0,)", "1.1", "1.0");
	assert_matches(VERSION_NUGET, "(,1.0]", "1.0 0.1", "1.1");
	assert_matches(VERSION_NUGET, "[1.0,2.0)", "1.0 2.0-a", "2.0");
	assert_matches(VERSION_NUGET, "(1.0,2.0)", "1.5", "1.0 2.0");
	assert_matches(VERSION_NUGET, "6.*", "6.0 6.9", "7.0 7.0-a 5.9");
	assert_matches(VERSION_NUGET, "*", "1.0", "");
	assert_matches(VERSION_NUGET, ">= 1.0, < 1.5", "1.4", "1.5");
	assert_bad_range(VERSION_NUGET, "(1.0)", "one version needs");
	assert_bad_range(VERSION_NUGET, "[1.0,2.0) x", "expected");
	assert_bad_range(VERSION_NUGET, "[1.0", "without its end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(four_numbers_absent_ones_are_zero),
		RUN(prereleases_without_regard_to_case),
		RUN(check_knows_the_form),
		RUN(check_says_why),
		RUN(intervals),
	};

	return RUN_ALL(tests);
}
