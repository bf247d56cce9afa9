/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(order_is_that_of_item_11)
{
	assert_chain(VERSION_SEMVER,
		     "1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-alpha.beta < 1.0.0-beta < 1.0.0-beta.2 < "
		     "1.0.0-beta.11 < 1.0.0-rc.1 < 1.0.0 < 2.0.0 < 2.1.0 < 2.1.1");
}

TEST(build_metadata_does_not_count)
{
	assert_chain(VERSION_SEMVER, "1.0.0+1 = 1.0.0+2 = 1.0.0");
	assert_chain(VERSION_SEMVER, "1.0.0-a+1 = 1.0.0-a");
}

TEST(numbers_have_any_length)
{
	assert_chain(VERSION_SEMVER,
		     "1.0.0-9 < 1.0.0-99999999999999999999998 < 1.0.0-99999999999999999999999 < "
		     "99999999999999999999998.0.0 < 99999999999999999999999.0.0");
}

TEST(loose_spellings_are_ordered)
{
	assert_chain(VERSION_SEMVER, "v1.2.3 = 1.2.3 = =1.2.3");
	assert_chain(VERSION_SEMVER, "1.2 = 1.2.0 < 1.2.0.1");
	assert_chain(VERSION_SEMVER, "1.2.0rc1 = 1.2.0-rc1 < 1.2");
	assert_chain(VERSION_SEMVER, "1.0.0.rc.1 = 1.0.0-rc.1");
}

TEST(check_is_strict)
{
	assert_valid(VERSION_SEMVER, "0.0.0 1.2.3-a.b-c.0a.0+00.x 1.0.0--");
	assert_invalid(VERSION_SEMVER, "'' 1 1.2 01.2.3 1.2.3.4 1.2.3- 1.2.3-a..b 1.2.3-01 1.2.3+ "
				       "v1.2.3 1.2.3-a_b 1.2.3+a+b");
}

TEST(check_says_why)
{
	assert_refused(VERSION_SEMVER, "1.2", "not three numbers");
	assert_refused(VERSION_SEMVER, "1.02.3", "leading zero");
	assert_refused(VERSION_SEMVER, "1.2.3-01", "bad pre-release");
	assert_refused(VERSION_SEMVER, "1.2.3+", "bad build metadata");
}

TEST(ranges_go_by_order)
{
	assert_matches(VERSION_SEMVER, "> 1, < 2", "1.0.1 2.0.0-rc1 1.5", "1 2.0.0");
	assert_matches(VERSION_SEMVER, "~> 1.2", "1.2.0 1.9", "2.0.0 1.1");
	assert_matches(VERSION_SEMVER, "^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2");
	assert_matches(VERSION_SEMVER, "=1.2", "1.2.0 1.2", "1.2.1");
}

TEST(npm_ranges_desugar)
{
	assert_matches(VERSION_NPM, "^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 2.0.0-0 1.2.3-a");
	assert_matches(VERSION_NPM, "^0.2.3", "0.2.3 0.2.9", "0.3.0");
	assert_matches(VERSION_NPM, "^0.0.3", "0.0.3", "0.0.4");
	assert_matches(VERSION_NPM, "^0.0", "0.0.9", "0.1.0");
	assert_matches(VERSION_NPM, "~1.2", "1.2.9", "1.3.0");
	assert_matches(VERSION_NPM, "~1.2.3-b.2", "1.2.3-b.4 1.2.4", "1.2.4-b.2 1.3.0");
	assert_matches(VERSION_NPM, "1.2.x || 3 - 4.1", "1.2.0 3.0.0 4.1.9", "1.3.0 4.2.0");
	assert_matches(VERSION_NPM, "1.2.3 - 2", "1.2.3 2.9.9", "3.0.0");
	assert_matches(VERSION_NPM, ">1.2", "1.3.0", "1.2.9");
	assert_matches(VERSION_NPM, "<=1.2", "1.2.9", "1.3.0");
	assert_matches(VERSION_NPM, "*", "1.0.0", "1.0.0-a");
	assert_matches(VERSION_NPM, ">x", "", "1.0.0 0.0.0");
	assert_matches(VERSION_NPM, "", "1.0.0 1.0.0-a", "");
}

TEST(npm_prereleases_need_a_bound_of_their_version)
{
	assert_matches(VERSION_NPM, ">=1.2.3-a <2", "1.2.3-b 1.2.4 1.2.3", "1.2.4-b 2.0.0-a");
	assert_matches(VERSION_NPM, ">1.2.3-a || >3", "1.2.3-b", "3.1.0-a");
}

TEST(npm_holds_only_whole_versions)
{
	assert_matches(VERSION_NPM, ">=1", "1.0.0 v1.0.0", "1.0 one 1.0.0.0");
}

TEST(npm_ranges_that_are_none)
{
	assert_bad_range(VERSION_NPM, ">=a", "no version");
	assert_bad_range(VERSION_NPM, "^", "expected a version");
	assert_bad_range(VERSION_NPM, "1 - ", "no version");
}

TEST(npm_check_allows_a_v)
{
	assert_valid(VERSION_NPM, "1.2.3 v1.2.3 =1.2.3");
	assert_invalid(VERSION_NPM, "1.2 1.2.3.4");
}

TEST(cargo_takes_a_bare_version_as_caret)
{
	assert_matches(VERSION_CARGO, "1.2.3", "1.2.3 1.9.9", "2.0.0 1.2.2 1.5.0-a");
	assert_matches(VERSION_CARGO, "0.2", "0.2.9", "0.3.0");
	assert_matches(VERSION_CARGO, "=1.2", "1.2.9", "1.3.0");
	assert_matches(VERSION_CARGO, ">=1.2, <1.5", "1.2.0 1.4.9", "1.5.0");
	assert_matches(VERSION_CARGO, "1.*", "1.9.9", "2.0.0");
	assert_matches(VERSION_CARGO, "=1.2.3-a", "1.2.3-a", "1.2.3");
}

TEST(hex_has_words_and_its_twiddle)
{
	assert_matches(VERSION_HEX, "~> 2.0", "2.0.0 2.9.9", "3.0.0 3.0.0-dev 1.9.9");
	assert_matches(VERSION_HEX, "~> 2.1.2", "2.1.2 2.1.9", "2.2.0 2.2.0-dev");
	assert_matches(VERSION_HEX, ">= 1.0.0 and < 2.0.0 or == 3.0.0", "1.5.0 3.0.0 2.0.0-rc.1",
		       "2.0.0 3.0.1");
}

TEST(pub_orders_builds)
{
	assert_chain(VERSION_PUB, "1.0.0-a < 1.0.0-a+1 < 1.0.0 < 1.0.0+1 < 1.0.0+2 < 1.0.0+10 < "
				  "1.0.0+a < 1.0.0+a.1 < 1.0.1");
}

TEST(pub_upper_bounds_leave_out_prereleases)
{
	assert_matches(VERSION_PUB, ">=1.0.0 <2.0.0", "1.0.0 1.9.9-a", "2.0.0-a 2.0.0");
	assert_matches(VERSION_PUB, ">=2.0.0-a <2.0.0", "2.0.0-b", "2.0.0");
	assert_matches(VERSION_PUB, "^1.2.3", "1.2.3 1.9.0", "2.0.0-a 2.0.0");
	assert_matches(VERSION_PUB, "any", "1.0.0 0.0.1-a", "");
}

TEST(pub_check_allows_leading_zeros)
{
	assert_valid(VERSION_PUB, "1.2.3 01.2.3-00+0");
	assert_invalid(VERSION_PUB, "1.2 1.2.3- v1.2.3 1.2.3-a..b");
}

TEST(go_orders_modules_and_toolchains)
{
	assert_chain(VERSION_GOLANG,
		     "v0.0.0-20190101000000-abcdef123456 < v0.0.0-20200101000000-012345678901 < "
		     "v0.0.1 < v1.2.3-0.20200101000000-abcdef < v1.2.3 = 1.2.3 = "
		     "v1.2.3+incompatible < v2.0.0+incompatible");
	assert_chain(VERSION_GOLANG, "go1.20 = 1.20.0");
	assert_chain(VERSION_GOLANG,
		     "go1.21beta1 < go1.21rc2 = 1.21.0-rc.2 < go1.21rc10 < go1.21 < go1.21.1");
	assert_chain(VERSION_GOLANG, "v1 = v1.0.0 = v1.0");
}

TEST(go_has_no_place_for_a_development_build)
{
	int order;
	struct err err = {0};
	assert_int_equal(
		version_compare(VERSION_GOLANG, STR("(devel)"), STR("v1.0.0"), &order, &err),
		-ERR_FORMAT);
	assert_has(err.msg, "development build");
}

TEST(go_check)
{
	assert_valid(VERSION_GOLANG, "v1.2.3 1.2.3 v1 v1.2 go1.21rc2 go1.22.1 "
				     "v1.0.0-20200101000000-abcdef v2.0.0+incompatible");
	assert_invalid(VERSION_GOLANG, "'' v v1.2.3.4 v01.2.3 vv1.2.3 1.2.x");
}

TEST(bitnami_revisions_do_not_count)
{
	assert_chain(VERSION_BITNAMI, "1.2.3-rc1 < 1.2.3 = 1.2.3-0 = 1.2.3-15 < 1.2.4-1");
	assert_matches(VERSION_BITNAMI, "= 1.2.3", "1.2.3-4", "1.2.4-1");
	assert_matches(VERSION_BITNAMI, "<= 1.2.3", "1.2.3-4", "1.2.4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(order_is_that_of_item_11),
		RUN(build_metadata_does_not_count),
		RUN(numbers_have_any_length),
		RUN(loose_spellings_are_ordered),
		RUN(check_is_strict),
		RUN(check_says_why),
		RUN(ranges_go_by_order),
		RUN(npm_ranges_desugar),
		RUN(npm_prereleases_need_a_bound_of_their_version),
		RUN(npm_holds_only_whole_versions),
		RUN(npm_ranges_that_are_none),
		RUN(npm_check_allows_a_v),
		RUN(cargo_takes_a_bare_version_as_caret),
		RUN(hex_has_words_and_its_twiddle),
		RUN(pub_orders_builds),
		RUN(pub_upper_bounds_leave_out_prereleases),
		RUN(pub_check_allows_leading_zeros),
		RUN(go_orders_modules_and_toolchains),
		RUN(go_has_no_place_for_a_development_build),
		RUN(go_check),
		RUN(bitnami_revisions_do_not_count),
	};

	return RUN_ALL(tests);
}
