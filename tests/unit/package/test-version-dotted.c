/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(cran_counts_all_numbers)
{
	assert_chain(VERSION_CRAN, "1.0 < 1.0.0 = 1.0-0 < 1.0-1 < 1.0.2 < 1.1 < 1.10");
}

TEST(cran_check)
{
	assert_valid(VERSION_CRAN, "1.0 1.0-0 0.1.2.3");
	assert_invalid(VERSION_CRAN, "'' 1 1.a 1..2 1. -1");
	assert_refused(VERSION_CRAN, "1", "only one number");
	assert_refused(VERSION_CRAN, "1.a", "expected a number");
}

TEST(cran_compare_wants_numbers)
{
	int order;
	struct err err = {0};
	assert_int_equal(version_compare(VERSION_CRAN, STR("1.0"), STR("1.b"), &order, &err),
			 -ERR_FORMAT);
	assert_string_equal(err.msg, "\"1.b\": expected a number");
}

TEST(hackage_counts_all_numbers)
{
	assert_chain(VERSION_HACKAGE, "1 < 1.0 < 1.0.0 < 1.0.1 < 1.2 < 1.10");
}

TEST(hackage_ranges)
{
	assert_matches(VERSION_HACKAGE, ">=1.2 && <1.4", "1.2 1.3.9", "1.4 1.1");
	assert_matches(VERSION_HACKAGE, "==1.2.*", "1.2 1.2.9", "1.3 1.20");
	assert_matches(VERSION_HACKAGE, "^>=1.2.3", "1.2.3 1.2.9", "1.3 1.2.2");
	assert_matches(VERSION_HACKAGE, "^>=1", "1 1.0.5", "1.1");
	assert_matches(VERSION_HACKAGE, "<1 || >=2", "0.9 2", "1.5");
	assert_matches(VERSION_HACKAGE, "-any", "1", "");
	assert_matches(VERSION_HACKAGE, "-none", "", "1");
	assert_bad_range(VERSION_HACKAGE, ">=1.x", "expected a number");
}

TEST(intdot_fills_up_with_zeros)
{
	assert_chain(VERSION_INTDOT, "1 = 1.0 = 01.0 < 1.1 = 1.1a < 1.10");
	assert_refused(VERSION_INTDOT, "1a", "not numbers");
}

TEST(lexicographic_goes_by_bytes)
{
	assert_chain(VERSION_LEXICOGRAPHIC, "'' < 10 < 9 < A < a < b");
	assert_matches(VERSION_LEXICOGRAPHIC, "vers:lexicographic/>=10|<9", "10 11", "9 1");
	assert_invalid(VERSION_LEXICOGRAPHIC, "\xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(cran_counts_all_numbers),
		RUN(cran_check),
		RUN(cran_compare_wants_numbers),
		RUN(hackage_counts_all_numbers),
		RUN(hackage_ranges),
		RUN(intdot_fills_up_with_zeros),
		RUN(lexicographic_goes_by_bytes),
	};

	return RUN_ALL(tests);
}
