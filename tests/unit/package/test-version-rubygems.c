/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(words_are_older_than_numbers)
{
	assert_chain(VERSION_RUBYGEMS, "1.0.a < 1.0.b1 < 1.0.b2 < 1.0.b10 < 1.0.pre < 1.0.rc1 < "
				       "1.0 < 1.0.1.a < 1.0.1 < 1.1");
}

TEST(zeros_at_the_end_do_not_count)
{
	assert_chain(VERSION_RUBYGEMS, "0 = '' = 0.0");
	assert_chain(VERSION_RUBYGEMS, "1 = 1.0 = 1.0.0");
	assert_chain(VERSION_RUBYGEMS, "1.a = 1.0.0.a = 1.a.0");
	assert_chain(VERSION_RUBYGEMS, "1.0.a2 = 1.0.a.2");
}

TEST(a_hyphen_is_a_prerelease)
{
	assert_chain(VERSION_RUBYGEMS, "1.0-1 = 1.0.pre.1 < 1.0");
	assert_chain(VERSION_RUBYGEMS, "1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-beta");
}

TEST(a_platform_is_passed_over)
{
	assert_chain(VERSION_RUBYGEMS,
		     "1.2.0-x86_64-linux = 1.2.0 = 1.2.0-java = 1.2-arm64-darwin");
}

TEST(inner_zeros_count)
{
	assert_chain(VERSION_RUBYGEMS, "1.0.0.1 < 1.0.1 < 1.1");
	assert_chain(VERSION_RUBYGEMS, "1.0.0.0.0.a.1 < 1.0.0.0.0.1");
}

TEST(check_is_the_pattern)
{
	assert_valid(VERSION_RUBYGEMS, "'' 1 1.2.b3 1.0-a.b-c 1.0.0.rc1");
	assert_invalid(VERSION_RUBYGEMS, "a 1. 1..2 .1 1_0 1.0- 1a.2 1+1");
}

TEST(check_says_why)
{
	assert_refused(VERSION_RUBYGEMS, "a", "does not start with a number");
	assert_refused(VERSION_RUBYGEMS, "1..2", "with dots between them");
}

TEST(the_twiddle_keeps_all_but_the_last)
{
	assert_matches(VERSION_RUBYGEMS, "~> 1.2.3", "1.2.3 1.2.99", "1.3 1.2.2 1.3.a");
	assert_matches(VERSION_RUBYGEMS, "~> 1.2", "1.2 1.99 1.9.a", "2.0 2.0.a 1.1");
	assert_matches(VERSION_RUBYGEMS, "~> 1", "1.0 1.99", "2.0 0.9");
	assert_matches(VERSION_RUBYGEMS, "~> 1.2.a", "1.2.a 1.2 1.9", "2.0 2.a");
}

TEST(requirements_are_all_to_hold)
{
	assert_matches(VERSION_RUBYGEMS, ">= 1.0, != 1.5, < 2", "1.0 1.6 2.a", "1.5 2.0");
	assert_matches(VERSION_RUBYGEMS, "~> 1.2.3, >= 1.2.5 || >= 3", "1.2.5 3.0", "1.2.4 2.0");
	assert_bad_range(VERSION_RUBYGEMS, "~> 99999999999999999999", "too large");
	assert_bad_range(VERSION_RUBYGEMS, ">> ", "expected a version");
	assert_bad_range(VERSION_RUBYGEMS, "~>", "expected a version");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(words_are_older_than_numbers),
		RUN(zeros_at_the_end_do_not_count),
		RUN(a_hyphen_is_a_prerelease),
		RUN(a_platform_is_passed_over),
		RUN(inner_zeros_count),
		RUN(check_is_the_pattern),
		RUN(check_says_why),
		RUN(the_twiddle_keeps_all_but_the_last),
		RUN(requirements_are_all_to_hold),
	};

	return RUN_ALL(tests);
}
