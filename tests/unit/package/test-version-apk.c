/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(suffixes_stand_before_or_behind)
{
	assert_chain(VERSION_ALPINE, "1_alpha < 1_alpha1 < 1_beta < 1_pre < 1_rc < 1_rc2 < 1 < "
				     "1_cvs < 1_svn < 1_git < 1_hg < 1_p < 1_p1");
}

TEST(a_letter_is_newer)
{
	assert_chain(VERSION_ALPINE, "1.0 < 1.0a < 1.0b < 1.0.1 < 1.1");
}

TEST(a_leading_zero_makes_text)
{
	assert_chain(VERSION_ALPINE, "1.0 < 1.01 < 1.010 < 1.02 < 1.1 < 1.9 < 1.10");
	assert_chain(VERSION_ALPINE, "01 = 1 < 09 < 10");
}

TEST(the_revision_comes_last)
{
	assert_chain(VERSION_ALPINE, "1.0_p1 < 1.0_p1-r0 < 1.0_p1-r1 < 1.0_p1-r10");
}

TEST(hashes_come_before_revisions)
{
	assert_chain(VERSION_ALPINE, "1.0 < 1.0-r1 < 1.0~12ab < 1.0~12ab-r1 < 1.0~12ac");
}

TEST(suffixes_may_follow_each_other)
{
	assert_chain(VERSION_ALPINE, "1_git2_pre1 < 1_git2 < 1_git2_p1");
}

TEST(what_is_invalid_is_older)
{
	assert_chain(VERSION_ALPINE, "1_foo < 1 < 1.1");
	assert_chain(VERSION_ALPINE, "1-x = 1-y < 1 < 1-r0 = 1-r");
	assert_chain(VERSION_ALPINE, "a < b < 1");
}

TEST(a_v_is_passed_over)
{
	assert_chain(VERSION_ALPINE, "v1.0-r0 = 1.0-r0");
}

TEST(check_follows_apk)
{
	assert_valid(VERSION_ALPINE, "1 1.2.3 1.2b_rc2_p1~0a1f-r12 0.1_git20240101_pre1");
	assert_invalid(VERSION_ALPINE,
		       "'' a .1 1. 1..2 1ab 1A 1_ 1_foo 1-r 1-1 1-r1_p1 1~ 1~xyz 1~ab~cd v1");
}

TEST(check_says_why)
{
	assert_refused(VERSION_ALPINE, "1-r", "no number behind");
	assert_refused(VERSION_ALPINE, "", "empty");
	assert_refused(VERSION_ALPINE, "1_foo", "not of the form");
}

TEST(dependency_operators_work)
{
	assert_matches(VERSION_ALPINE, "~1.2", "1.2 1.2.3 1.2-r4 1.2_rc1", "1.20 1.1 1");
	assert_matches(VERSION_ALPINE, "!~1.2", "1.20 1.1", "1.2.3");
	assert_matches(VERSION_ALPINE, ">~1.2", "1.3 1.2.3 1.2", "1.1");
	assert_matches(VERSION_ALPINE, "<~1.2", "1.1 1.2 1.2.9", "1.3");
	assert_matches(VERSION_ALPINE, "!>1.0", "1.0 0.9", "1.1");
	assert_matches(VERSION_ALPINE, ">1.0-r0 <1.2", "1.0-r1 1.1", "1.0-r0 1.2");
}

TEST(ranges_are_comparisons)
{
	assert_matches(VERSION_ALPINE, "< 1.2.3-r1 || = 2.0-r0", "1.2.3-r0 2.0-r0",
		       "1.2.3-r1 2.0-r1");
	assert_bad_range(VERSION_ALPINE, "^1", "no such operator");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(suffixes_stand_before_or_behind),
		RUN(a_letter_is_newer),
		RUN(a_leading_zero_makes_text),
		RUN(the_revision_comes_last),
		RUN(hashes_come_before_revisions),
		RUN(suffixes_may_follow_each_other),
		RUN(what_is_invalid_is_older),
		RUN(a_v_is_passed_over),
		RUN(check_follows_apk),
		RUN(check_says_why),
		RUN(dependency_operators_work),
		RUN(ranges_are_comparisons),
	};

	return RUN_ALL(tests);
}
