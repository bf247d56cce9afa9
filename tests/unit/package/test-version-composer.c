/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(stabilities_have_an_order)
{
	assert_chain(VERSION_PACKAGIST,
		     "1.0-dev < 1.0-alpha < 1.0-alpha1 = 1.0a1 < 1.0-alpha2 < 1.0-beta1 = 1.0.0B1 "
		     "< 1.0-RC1 = 1.0rc1 < 1.0 = v1.0.0.0 = 1.0-stable < 1.0-patch1 = 1.0pl1 = "
		     "1.0p1 < 1.0.0.1 < 1.0.1-dev < 1.0.1");
}

TEST(build_metadata_does_not_count)
{
	assert_chain(VERSION_PACKAGIST, "1.0+a = 1.0+b = 1.0");
}

TEST(dates_are_versions)
{
	assert_chain(VERSION_PACKAGIST, "2010-01-02 < 2010-01-03-beta1 < 2010-01-03");
	assert_chain(VERSION_PACKAGIST, "20100102 < 20100103");
}

TEST(branches_with_numbers_end_their_series)
{
	assert_chain(VERSION_PACKAGIST, "1.9.99999 < 1.x-dev < 2.0");
}

TEST(other_branches_are_older)
{
	assert_chain(VERSION_PACKAGIST, "dev-foo < 1.0");
}

TEST(what_composer_refuses_has_an_order)
{
	assert_chain(VERSION_PACKAGIST, "1.2.3.foo < 1.2.3-dev < 1.2.3 < 1.2.3.0.1 < 1.2.3.0.2");
}

TEST(check_is_normalize)
{
	assert_valid(VERSION_PACKAGIST, "1 v1.2 1.2.3.4 1.0-beta.2 1.0RC1-dev 2010-01-02 dev-main "
					"master 1.2.x-dev 1.0-stable 1.0+x");
	assert_invalid(VERSION_PACKAGIST, "'' 1.2.3.4.5 foo 100000.1.x 1.0-foo 1.0^ a-dev");
}

TEST(check_says_why)
{
	assert_refused(VERSION_PACKAGIST, "1.0-foo", "no version Composer takes");
	assert_refused(VERSION_PACKAGIST, "", "empty");
}

TEST(constraints_desugar)
{
	assert_matches(VERSION_PACKAGIST, "^1.2.3", "1.2.3 1.9 1.2.3-beta1", "2.0 1.2.2 2.0-dev");
	assert_matches(VERSION_PACKAGIST, "^0.3", "0.3 0.3.9", "0.4");
	assert_matches(VERSION_PACKAGIST, "^0.0.3", "0.0.3", "0.0.4");
	assert_matches(VERSION_PACKAGIST, "~1.2", "1.2 1.9", "2.0 1.1");
	assert_matches(VERSION_PACKAGIST, "~1.2.3", "1.2.3 1.2.9", "1.3");
	assert_matches(VERSION_PACKAGIST, "1.2.*", "1.2 1.2.9 1.2-beta", "1.3");
	assert_matches(VERSION_PACKAGIST, "1.0 - 2.0", "1.0 2.0.9", "2.1");
	assert_matches(VERSION_PACKAGIST, "1.0.0 - 2.1.0", "2.1.0", "2.1.1");
	assert_matches(VERSION_PACKAGIST, ">=1.0 <1.1 || >=1.2", "1.0.5 1.2", "1.1");
	assert_matches(VERSION_PACKAGIST, ">=1.0,<2.0|3.0", "1.5 3.0", "2.0 3.1");
	assert_matches(VERSION_PACKAGIST, "!=1.5", "1.4", "1.5");
	assert_matches(VERSION_PACKAGIST, "*", "1.0", "");
	assert_matches(VERSION_PACKAGIST, ">=1.0@dev", "1.0-beta", "0.9");
}

TEST(an_open_bound_takes_development_versions_with_it)
{
	assert_matches(VERSION_PACKAGIST, "<2.0", "1.9", "2.0-dev 2.0-beta1 2.0");
	assert_matches(VERSION_PACKAGIST, ">=2.0", "2.0-dev 2.0", "1.9");
	assert_matches(VERSION_PACKAGIST, "<2.0-beta2", "2.0-beta1", "2.0-beta2");
}

TEST(branches_are_only_themselves)
{
	assert_matches(VERSION_PACKAGIST, "dev-main", "dev-main", "1.0 dev-other");
	assert_matches(VERSION_PACKAGIST, "<2.0", "1.0", "dev-main");
	assert_matches(VERSION_PACKAGIST, "!=1.0", "dev-main 1.1", "1.0");
}

TEST(constraints_that_are_none)
{
	assert_bad_range(VERSION_PACKAGIST, "^", "expected a version");
	assert_bad_range(VERSION_PACKAGIST, "1.0 || ", "nothing on one side");
	assert_bad_range(VERSION_PACKAGIST, ">=", "expected a version");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(stabilities_have_an_order),
		RUN(build_metadata_does_not_count),
		RUN(dates_are_versions),
		RUN(branches_with_numbers_end_their_series),
		RUN(other_branches_are_older),
		RUN(what_composer_refuses_has_an_order),
		RUN(check_is_normalize),
		RUN(check_says_why),
		RUN(constraints_desugar),
		RUN(an_open_bound_takes_development_versions_with_it),
		RUN(branches_are_only_themselves),
		RUN(constraints_that_are_none),
	};

	return RUN_ALL(tests);
}
