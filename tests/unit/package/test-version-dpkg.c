/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(tilde_sorts_before_the_end)
{
	assert_chain(VERSION_DEBIAN, "1~~ < 1~~a < 1~ < 1 < 1a");
	assert_chain(VERSION_DEBIAN, "1.0~beta1~svn1245 < 1.0~beta1 < 1.0");
}

TEST(letters_sort_before_other_bytes)
{
	assert_chain(VERSION_DEBIAN, "1 < 1-a < 1a < 1b < 1+ < 1.a");
	assert_chain(VERSION_DEBIAN, "1A < 1a < 1+ < 1.");
}

TEST(numbers_are_numbers)
{
	assert_chain(VERSION_DEBIAN, "9 < 10 < 010a");
	assert_chain(VERSION_DEBIAN, "1.2 < 1.10 < 1.010.1");
	assert_chain(VERSION_DEBIAN, "18446744073709551615 < 18446744073709551616");
}

TEST(the_epoch_comes_first)
{
	assert_chain(VERSION_DEBIAN, "2 = 0:2 < 1:1 < 10:0 < 0011:0");
	assert_chain(VERSION_DEBIAN, "9:1 < 10:1");
}

TEST(the_revision_comes_last)
{
	assert_chain(VERSION_DEBIAN, "1 = 1-0 < 1-0a < 1-1 < 1-1ubuntu1 < 1-1.1 < 1-2");
	assert_chain(VERSION_DEBIAN, "1-1 < 1-a-1 < 1-a-2");
}

TEST(a_colon_may_stand_behind_the_epoch)
{
	assert_chain(VERSION_DEBIAN, "0:1:1 < 0:1:2");
}

TEST(check_follows_the_policy)
{
	assert_valid(VERSION_DEBIAN, "0 1.0 1:1.0-1 1.0-1-2 0:1:2-1 1.0~rc1+dfsg-1ubuntu0.14.04~1");
	assert_invalid(VERSION_DEBIAN,
		       "'' a1 1: :1 -1 1.0- 1_0 1.0-1_1 0:-1 2147483648:1 1.0-1:2 1!");
}

TEST(check_says_why)
{
	assert_refused(VERSION_DEBIAN, "x:1", "the epoch is no number");
	assert_refused(VERSION_DEBIAN, "abc", "does not start with a digit");
	assert_refused(VERSION_DEBIAN, "1.0-", "the revision is empty");
	assert_refused(VERSION_DEBIAN, "1 2", "only letters, digits");
}

TEST(compare_refuses_what_has_no_place)
{
	int order;
	struct err err = {0};
	assert_int_equal(version_compare(VERSION_DEBIAN, STR("a:1"), STR("1"), &order, &err),
			 -ERR_FORMAT);
	assert_string_equal(err.msg, "\"a:1\": the epoch is no number");
	assert_int_equal(version_compare(VERSION_DEBIAN, STR("1"), STR(""), &order, &err),
			 -ERR_FORMAT);
}

TEST(ranges_are_comparisons)
{
	assert_matches(VERSION_DEBIAN, ">= 1.0-1, << 2.0", "1.0-1 1.9 2.0~rc1", "1.0 2.0 1:1.5");
	assert_matches(VERSION_DEBIAN, "< 1.2-3ubuntu1", "1.2-3 1.2", "1.2-3ubuntu1");
	assert_matches(VERSION_DEBIAN, "1.0", "1.0 1.0-0 0:1.0", "1.0-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(tilde_sorts_before_the_end),
		RUN(letters_sort_before_other_bytes),
		RUN(numbers_are_numbers),
		RUN(the_epoch_comes_first),
		RUN(the_revision_comes_last),
		RUN(a_colon_may_stand_behind_the_epoch),
		RUN(check_follows_the_policy),
		RUN(check_says_why),
		RUN(compare_refuses_what_has_no_place),
		RUN(ranges_are_comparisons),
	};

	return RUN_ALL(tests);
}
