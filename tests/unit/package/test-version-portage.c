/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(suffixes_stand_before_or_behind)
{
	assert_chain(VERSION_PORTAGE, "1_alpha < 1_alpha1 < 1_alpha1_p1 < 1_beta < 1_pre < 1_rc < "
				      "1_rc1 < 1 < 1_p < 1_p1");
	assert_chain(VERSION_PORTAGE, "1 < 1_p0");
}

TEST(a_leading_zero_makes_a_fraction)
{
	assert_chain(VERSION_PORTAGE, "1.0 < 1.01 = 1.010 < 1.1 < 1.10");
	assert_chain(VERSION_PORTAGE, "1.1 < 1.2 < 1.10");
}

TEST(more_numbers_are_newer)
{
	assert_chain(VERSION_PORTAGE, "12.2b < 12.2.0 < 12.2.5");
	assert_chain(VERSION_PORTAGE, "1.0 < 1.0.0");
}

TEST(letters_and_revisions)
{
	assert_chain(VERSION_PORTAGE, "1 = 1-r0 < 1-r1 < 1-r10 < 1a < 1b");
}

TEST(check_is_the_grammar)
{
	assert_valid(VERSION_PORTAGE, "1 1.2.3b_rc1_p2-r3 20240101");
	assert_invalid(VERSION_PORTAGE, "'' a 1. 1ab 1_foo 1-r 1-1 1.2.3-r1_p1");
	assert_refused(VERSION_PORTAGE, "1_foo", "not of the form");
}

TEST(dependency_operators)
{
	assert_matches(VERSION_PORTAGE, "~1.2", "1.2 1.2-r5", "1.2.1 1.3");
	assert_matches(VERSION_PORTAGE, "=1.2*", "1.2 1.2.3 1.2-r1 1.2_rc1", "1.20 1.3");
	assert_matches(VERSION_PORTAGE, ">= 1.2-r1, < 2", "1.2-r1 1.9", "1.2 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(suffixes_stand_before_or_behind),
		RUN(a_leading_zero_makes_a_fraction),
		RUN(more_numbers_are_newer),
		RUN(letters_and_revisions),
		RUN(check_is_the_grammar),
		RUN(dependency_operators),
	};

	return RUN_ALL(tests);
}
