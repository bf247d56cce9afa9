/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(runs_are_compared_one_by_one)
{
	assert_chain(VERSION_REDHAT, "1.0 < 1.0.1 < 1.1 < 1.10");
	assert_chain(VERSION_REDHAT, "5.5p1 < 5.5p2 < 5.5p10 < 5.6p1");
	assert_chain(VERSION_REDHAT, "a < aa < b < 1");
}

TEST(separators_do_not_count)
{
	assert_chain(VERSION_REDHAT, "1.0 = 1_0 = 1..0 = 1.0. = 1+0");
	assert_chain(VERSION_REDHAT, "1.0 = 1.0_");
}

TEST(digits_are_newer_than_letters)
{
	assert_chain(VERSION_REDHAT, "1.a < 1.1");
	assert_chain(VERSION_REDHAT, "xyz.4 < 8");
}

TEST(leading_zeros_do_not_count)
{
	assert_chain(VERSION_REDHAT, "1.05 = 1.5 < 1.06");
}

TEST(tilde_sorts_before_the_end)
{
	assert_chain(VERSION_REDHAT, "1.0~rc1~git1 < 1.0~rc1 < 1.0~rc2 < 1.0 < 1.0.1");
}

TEST(caret_sorts_behind_the_end)
{
	assert_chain(VERSION_REDHAT, "1.0 < 1.0^git1~pre < 1.0^git1 < 1.0^git2 < 1.0.1");
	assert_chain(VERSION_REDHAT, "1.0~rc1 < 1.0~rc1^git1 < 1.0");
}

TEST(epoch_then_version_then_release)
{
	assert_chain(VERSION_REDHAT, "5 = 0:5 < 5-1 < 5-2.el9 < 6-1 < 1:1-1 < 12:0-1");
	assert_chain(VERSION_REDHAT, "1-1.el8 < 1-1.el8.0.0 < 1-1.el8_1");
}

TEST(a_missing_release_is_the_oldest)
{
	assert_chain(VERSION_REDHAT, "1 < 1-0 < 1-1");
}

TEST(what_is_no_number_is_no_epoch)
{
	assert_chain(VERSION_REDHAT, "a:1 < a1:1 < b:0");
}

TEST(check_knows_the_characters)
{
	assert_valid(VERSION_REDHAT, "1.0-1.el9 1:2.3~rc1^git1-0.1.fc40 2.4+b_1");
	assert_invalid(VERSION_REDHAT, "'' 1- 4294967296:1-1 1:-1 1/2-1 a-b-c:1");
}

TEST(check_says_why)
{
	assert_refused(VERSION_REDHAT, "1-", "the release is empty");
	assert_refused(VERSION_REDHAT, "1/2", "only letters, digits");
}

TEST(a_range_without_epoch_says_nothing_of_it)
{
	assert_matches(VERSION_REDHAT, "< 2.0-1", "1:1.9-1 1.9-1", "1:2.0-1 2.0-1");
	assert_matches(VERSION_REDHAT, "< 1:2.0-1", "1:1.9-1 1.9-1", "1:2.0-1 2:0-1 2.0-1");
}

TEST(a_vers_range_does)
{
	assert_matches(VERSION_REDHAT, "vers:rpm/<2.0-1", "1.9-1", "1:1.9-1");
	assert_matches(VERSION_REDHAT, "vers:rpm/<1:2.0-1", "1:1.9-1 9.0-1", "1:2.0-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(runs_are_compared_one_by_one),
		RUN(separators_do_not_count),
		RUN(digits_are_newer_than_letters),
		RUN(leading_zeros_do_not_count),
		RUN(tilde_sorts_before_the_end),
		RUN(caret_sorts_behind_the_end),
		RUN(epoch_then_version_then_release),
		RUN(a_missing_release_is_the_oldest),
		RUN(what_is_no_number_is_no_epoch),
		RUN(check_knows_the_characters),
		RUN(check_says_why),
		RUN(a_range_without_epoch_says_nothing_of_it),
		RUN(a_vers_range_does),
	};

	return RUN_ALL(tests);
}
