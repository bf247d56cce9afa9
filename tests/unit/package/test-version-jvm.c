/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(both_ages_share_a_scale)
{
	assert_chain(VERSION_JVM,
		     "1.7.0_80 = 7u80 = 7.0.80 < 1.8.0 = 1.8 = 8 < 1.8.0_131-ea < 1.8.0_131 = "
		     "8u131 = 8.0.131 = 8.0.131+11 = 1.8.0_131-b11 < 1.8.0_132 < 9 < 9.0.4 < 10 < "
		     "11.0.2-ea+7 < 11.0.2 < 11.0.20 < 11.0.20.1 < 17");
}

TEST(updates_have_spellings)
{
	assert_chain(VERSION_JVM, "1.8.0_131 = 1.8.0-131 = 1.8.0_update131 = 1.8.0-update_131");
}

TEST(check_knows_the_form)
{
	assert_valid(VERSION_JVM, "1.8.0_131-b11 8u131 11.0.2-ea+7 17 21.0.1+12-LTS");
	assert_invalid(VERSION_JVM, "'' java 1.8.0_131:x 11.0.2-e!a");
	assert_refused(VERSION_JVM, "java", "does not start with a number");
}

TEST(ranges_are_comparisons)
{
	assert_matches(VERSION_JVM, "< 1.8.0_132", "1.8.0_131 8u100 7.0.80", "8.0.132 9");
	assert_matches(VERSION_JVM, ">= 11, < 11.0.5", "11.0.4+9", "11.0.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(both_ages_share_a_scale),
		RUN(updates_have_spellings),
		RUN(check_knows_the_form),
		RUN(ranges_are_comparisons),
	};

	return RUN_ALL(tests);
}
