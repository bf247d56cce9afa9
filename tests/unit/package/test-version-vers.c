/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(intervals_and_single_versions)
{
	assert_matches(VERSION_NPM, "vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.3 2.0.0 4.9.9 3.0.0-rc1",
		       "1.2.4 5.0.0");
	assert_matches(VERSION_NPM, "vers:npm/<1.0.0|>=2.0.0", "0.9.0 2.0.0 9.0.0", "1.0.0 1.5.0");
	assert_matches(VERSION_NPM, "vers:npm/*", "1.0.0 1.0.0-a", "");
}

TEST(exclusions)
{
	assert_matches(VERSION_PYPI, "vers:pypi/>=1|!=1.5|<2", "1 1.4", "1.5 2");
	assert_matches(VERSION_PYPI, "vers:pypi/!=1.5", "1.4 1.6", "1.5");
	assert_matches(VERSION_PYPI, "vers:pypi/!=0.5|<1|>=1.1|!=1.2", "0.4 1.1 1.3", "0.5 1 1.2");
}

TEST(all_and_none)
{
	assert_matches(VERSION_DEBIAN, "vers:all/*", "1 2", "");
	assert_matches(VERSION_DEBIAN, "vers:none/*", "", "1 2");
}

TEST(percent_encoding_is_taken_off)
{
	assert_matches(VERSION_DEBIAN, "vers:deb/>=1%3A1.0%2Bdfsg-1", "1:1.0+dfsg-1", "1.0+dfsg-1");
	assert_bad_range(VERSION_DEBIAN, "vers:deb/1%2", "bad percent-encoding");
}

TEST(the_order_is_that_of_the_scheme)
{
	assert_matches(VERSION_DEBIAN, "vers:deb/>=1.0~rc1|<1.0", "1.0~rc2", "1.0 1.0~a");
}

TEST(only_canonical_ranges_are_read)
{
	assert_bad_range(VERSION_NPM, "vers:npm/2.0.0|1.0.0", "does not sort behind");
	assert_bad_range(VERSION_NPM, "vers:npm/1.0.0|1.0.0", "does not sort behind");
	assert_bad_range(VERSION_NPM, "vers:npm/>1.0.0|>2.0.0", "redundant");
	assert_bad_range(VERSION_NPM, "vers:npm/<1.0.0|<2.0.0", "redundant");
	assert_bad_range(VERSION_NPM, "vers:npm/>1.0.0|2.0.0", "redundant");
	assert_bad_range(VERSION_NPM, "vers:npm/", "expected vers:");
	assert_bad_range(VERSION_NPM, "vers:npm", "expected vers:");
	assert_bad_range(VERSION_NPM, "vers:npm/1.0.0|", "empty constraint");
	assert_bad_range(VERSION_NPM, "vers:npm/|1.0.0", "empty constraint");
	assert_bad_range(VERSION_NPM, "vers:npm/1.0.0||2.0.0", "empty constraint");
	assert_bad_range(VERSION_NPM, "vers:npm/>=", "without a version");
	assert_bad_range(VERSION_NPM, "vers:npm/=1.0.0", "left out");
	assert_bad_range(VERSION_NPM, "vers:npm/1.0.0 |2.0.0", "white space");
	assert_bad_range(VERSION_NPM, "vers:NPM/1.0.0", "lower case");
	assert_bad_range(VERSION_NPM, "vers:pypi/1", "a range of pypi for a version of npm");
	assert_bad_range(VERSION_NPM, "vers:nosuch/1", "is not known");
	assert_bad_range(VERSION_NPM, "vers:npm/x", "does not start with a number");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(intervals_and_single_versions),
		RUN(exclusions),
		RUN(all_and_none),
		RUN(percent_encoding_is_taken_off),
		RUN(the_order_is_that_of_the_scheme),
		RUN(only_canonical_ranges_are_read),
	};

	return RUN_ALL(tests);
}
