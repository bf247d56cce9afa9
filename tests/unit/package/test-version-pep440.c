/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(order_is_that_of_the_pep)
{
	assert_chain(VERSION_PYPI,
		     "1.dev0 < 1.0.dev456 < 1.0a1 < 1.0a2.dev456 < 1.0a12.dev456 < 1.0a12 < "
		     "1.0b1.dev456 < 1.0b2 < 1.0b2.post345.dev456 < 1.0b2.post345 < 1.0rc1.dev456 "
		     "< 1.0rc1 < 1.0 < 1.0+abc.5 < 1.0+abc.7 < 1.0+5 < 1.0.post456.dev34 < "
		     "1.0.post456 < 1.0.15 < 1.1.dev1");
}

TEST(spellings_are_the_same_version)
{
	assert_chain(VERSION_PYPI,
		     "1.0a1 = 1.0-alpha.1 = 1.0_ALPHA1 = v1.0a1 = 1.0.a-1 = 1a1 = 1.0a01");
	assert_chain(VERSION_PYPI, "1.0rc1 = 1.0c1 = 1.0pre1 = 1.0.preview1");
	assert_chain(VERSION_PYPI, "1.0.post1 = 1.0-1 = 1.0rev1 = 1.0-r1");
	assert_chain(VERSION_PYPI, "1.0.dev0 = 1.0dev = 1.0-dev_");
	assert_chain(VERSION_PYPI, "0!1 = 1 = 1.0.0");
}

TEST(epochs_come_first)
{
	assert_chain(VERSION_PYPI, "2013.10 < 1!1.0 < 2!0");
}

TEST(local_parts_mix_words_and_numbers)
{
	assert_chain(VERSION_PYPI, "1 < 1+a < 1+a.1 < 1+abc < 1+1 < 1+1.a < 1+1.1 < 1+10");
	assert_chain(VERSION_PYPI, "1+a-b = 1+A.b = 1+a_B");
}

TEST(what_is_no_version_is_older)
{
	assert_chain(VERSION_PYPI, "0.1-bulbasaur < 0.1-charmander < 0.dev0");
	assert_chain(VERSION_PYPI, "2004d < 2005e < 0.dev0");
	assert_chain(VERSION_PYPI, "foo < fop < 0.0");
}

TEST(check_is_the_grammar)
{
	assert_valid(VERSION_PYPI, "1 1.0.0a1.post2.dev3+ubuntu.1 1!2.0 1.0-1 v1.0 1.0.dev 1.0a.");
	assert_invalid(VERSION_PYPI, "'' a 1.0foo 1..0 1.0+ 1.0+a..b 1!!2 1.0+a+b 2004d");
}

TEST(check_says_why)
{
	assert_refused(VERSION_PYPI, "1.0+", "no version of PEP 440");
}

TEST(advisory_ranges_go_by_order)
{
	assert_matches(VERSION_PYPI, ">= 1.0, < 2.0", "1.0 1.9 2.0rc1 2.0.dev1", "2.0 0.9 1.0rc1");
	assert_matches(VERSION_PYPI, "> 2.0", "2.0.post1 2.0.1", "2.0 2.0+local");
	assert_matches(VERSION_PYPI, "= 2.0", "2 2.0+local", "2.0.1");
	assert_matches(VERSION_PYPI, "= 2.0+b", "2.0+b", "2.0+c 2.0");
}

TEST(specifiers_follow_the_pep)
{
	assert_matches(VERSION_PYPI_SPEC, "<2", "1.9", "2.0rc1 2.dev1 2");
	assert_matches(VERSION_PYPI_SPEC, "<2rc1", "2b1", "2rc1");
	assert_matches(VERSION_PYPI_SPEC, ">2", "2.1 2.0.1", "2.0.post1 2+local 2");
	assert_matches(VERSION_PYPI_SPEC, ">2.post1", "2.post2", "2.post1");
	assert_matches(VERSION_PYPI_SPEC, "==2.0", "2 2.0.0 2+local", "2.0.1 2.post1");
	assert_matches(VERSION_PYPI_SPEC, "==2+local", "2+local", "2 2+other");
	assert_matches(VERSION_PYPI_SPEC, "!=2.0", "2.1", "2 2+x");
	assert_matches(VERSION_PYPI_SPEC, "==2.*", "2 2.0rc1 2.9.post1 2.dev0", "3 1.9");
	assert_matches(VERSION_PYPI_SPEC, "!=2.*", "3", "2.1");
	assert_matches(VERSION_PYPI_SPEC, "==2.0rc1.*", "2.0rc1 2.0rc1.post2", "2.0rc2 2.0");
	assert_matches(VERSION_PYPI_SPEC, "~=1.4.2", "1.4.2 1.4.9", "1.5 1.4.1");
	assert_matches(VERSION_PYPI_SPEC, "~=1.4.5a4", "1.4.5a4 1.4.5 1.4.9", "1.5");
	assert_matches(VERSION_PYPI_SPEC, "~=2.2", "2.2 2.9", "3.0 2.1");
	assert_matches(VERSION_PYPI_SPEC, "===1.0", "1.0", "1.0.0 1");
	assert_matches(VERSION_PYPI_SPEC, "===foo", "foo FOO", "bar 1");
	assert_matches(VERSION_PYPI_SPEC, ">=1,!=1.5,<2", "1 1.6", "1.5 2");
	assert_matches(VERSION_PYPI_SPEC, "<=2", "2 2+local", "2.post1");
}

TEST(no_specifier_holds_what_is_no_version)
{
	assert_matches(VERSION_PYPI_SPEC, ">=0", "1", "foo");
	assert_matches(VERSION_PYPI_SPEC, "!=1.0", "2", "foo");
}

TEST(specifiers_that_are_none)
{
	assert_bad_range(VERSION_PYPI_SPEC, "~=1", "two numbers");
	assert_bad_range(VERSION_PYPI_SPEC, ">=1.*", "goes with");
	assert_bad_range(VERSION_PYPI_SPEC, "==1.0+a.*", "can follow");
	assert_bad_range(VERSION_PYPI_SPEC, ">foo", "no version of PEP 440");
	assert_bad_range(VERSION_PYPI_SPEC, ">=", "expected a version");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(order_is_that_of_the_pep),
		RUN(spellings_are_the_same_version),
		RUN(epochs_come_first),
		RUN(local_parts_mix_words_and_numbers),
		RUN(what_is_no_version_is_older),
		RUN(check_is_the_grammar),
		RUN(check_says_why),
		RUN(advisory_ranges_go_by_order),
		RUN(specifiers_follow_the_pep),
		RUN(no_specifier_holds_what_is_no_version),
		RUN(specifiers_that_are_none),
	};

	return RUN_ALL(tests);
}
