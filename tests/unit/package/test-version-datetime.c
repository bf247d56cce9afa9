/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(moments_have_an_order)
{
	assert_chain(VERSION_DATETIME,
		     "1999-12-31T23:59:60Z = 2000-01-01T00:00:00Z < 2000-02-28T23:59:59Z < "
		     "2000-02-29T00:00:00Z < 2000-03-01T00:00:00Z < 2000-12-31T23:59:59.999Z < "
		     "2001-01-01T00:00:00Z < 2100-02-28T00:00:00Z < 2100-03-01T00:00:00Z");
}

TEST(offsets_and_zeros_do_not_matter)
{
	assert_chain(VERSION_DATETIME, "2024-01-01T00:00:00Z = 2024-01-01t02:00:00.000+02:00 = "
				       "2023-12-31T18:30:00-05:30 < 2024-01-01T00:00:00.09Z < "
				       "2024-01-01T00:00:00.1z");
}

TEST(check_is_the_grammar_and_the_calendar)
{
	assert_valid(VERSION_DATETIME, "2024-02-29T00:00:00Z 0000-01-01T23:59:59.5-23:59");
	assert_invalid(VERSION_DATETIME,
		       "'' 2024-01-01 2023-02-29T00:00:00Z 2024-13-01T00:00:00Z "
		       "2024-01-01T24:00:00Z 2024-01-01T00:00:00 2024-01-01T00:00:00.Z "
		       "2024-1-01T00:00:00Z 2024-01-01T00:00:00+1:00 2024-01-01T00:00:00Zx");
	assert_refused(VERSION_DATETIME, "now", "\"now\": no time of RFC 3339");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(moments_have_an_order),
		RUN(offsets_and_zeros_do_not_matter),
		RUN(check_is_the_grammar_and_the_calendar),
	};

	return RUN_ALL(tests);
}
