/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

#define FIXES(words) "{\"packages\":[{\"pkg\":{\"name\":\"xen\",\"secfixes\":{" words "}}}]}"

static const char path[] = "alpine/secdb/v3.20/main.json";

TEST(ids_are_read_however_they_are_written)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{FIXES("\"1.2-r0\":[\"CVE-2024-1234\"]"),
		 "CVE-2024-1234\n alpine-3.20/xen [,1.2-r0)\n"},
		{FIXES("\"0\":[\"CVE-2024-1234\"]"),
		 "CVE-2024-1234\n alpine-3.20/xen not_affected\n"},
		{FIXES("\"1-r0\":[\"CVE-2016-9932   XSA-200\"]"),
		 "CVE-2016-9932 =XSA-200\n alpine-3.20/xen [,1-r0)\n"},
		{FIXES("\"1-r0\":[\"CVE-2017-5715 CVE-2017-5754 XSA-254 XPTI\"]"),
		 "CVE-2017-5715\n alpine-3.20/xen [,1-r0)\nCVE-2017-5754\n alpine-3.20/xen "
		 "[,1-r0)\n"},
		{FIXES("\"1-r0\":[\"CVE-\?\?\?\?-\?\?\?\?\?  XSA-216\"]"),
		 "XSA-216\n alpine-3.20/xen [,1-r0)\n"},
		{FIXES("\"1-r0\":[\"CVE_2019-2426\"]"),
		 "CVE-2019-2426\n alpine-3.20/xen [,1-r0)\n"},
		{FIXES("\"1-r0\":[\"CVE 2019-2426\"]"),
		 "CVE-2019-2426\n alpine-3.20/xen [,1-r0)\n"},
		{FIXES("\"1-r0\":[\"CVE-2017-8073.patch\"]"),
		 "CVE-2017-8073\n alpine-3.20/xen [,1-r0)\n"},
		{FIXES("\"1-r0\":[\"CVE-2017-17434-1\"]"),
		 "CVE-2017-17434\n alpine-3.20/xen [,1-r0)\n"},
		{FIXES("\"1-r0\":[\"CVE-2018-1446 (SMB - partially fixed, XSA-1)\"]"),
		 "CVE-2018-1446\n alpine-3.20/xen [,1-r0)\n"},
		{FIXES("\"1-r0\":[\"wnpa-sec-2018-50\",\"ALPINE-13661\"]"),
		 "wnpa-sec-2018-50\n alpine-3.20/xen [,1-r0)\n"
		 "ALPINE-13661\n alpine-3.20/xen [,1-r0)\n"},
		/* Unsorted versions, as they come: order is for the matcher. */
		{FIXES("\"1.35.0-r17\":[\"CVE-2023-1001\"],\"1.35.0-r7\":[\"CVE-2023-1002\"]"),
		 "CVE-2023-1001\n alpine-3.20/xen [,1.35.0-r17)\n"
		 "CVE-2023-1002\n alpine-3.20/xen [,1.35.0-r7)\n"},
		{FIXES("\"1-r0\":null"), ""},
		{"{\"packages\":null}", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("alpine-secdb", path, rows[i].text, rows[i].want, "");
}

TEST(what_is_no_fix_is_a_problem)
{
	static const struct {
		const char *text, *problem;
	} rows[] = {
		{FIXES("\"1-r0\":[\"security fix\"]"),
		 "xen: version 1-r0: \"security fix\" is no id\n"},
		{FIXES("\"1-r0\":[\"CVE-24-1\"]"), "xen: version 1-r0: \"CVE-24-1\" is no id\n"},
		{FIXES("\"1-r0\":[7]"), "xen: version 1-r0: \"\" is no id\n"},
		{FIXES("\"1-r0\":\"CVE-2024-1234\""),
		 "xen: secfixes: \"1-r0\" is no version with a list of ids\n"},
		{FIXES("\"\":[\"CVE-2024-1234\"]"),
		 "xen: secfixes: \"\" is no version with a list of ids\n"},
		{"{\"packages\":[3]}",
		 ": expected {\"pkg\": {\"name\": .., \"secfixes\": {VERSION: [IDS]}}}\n"},
		{"{\"packages\":[{\"a\":1,\"a\":1}]}",
		 "packages: value at line 1: line 1, column 10: duplicate object key near "
		 "'\"a\"'\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("alpine-secdb", path, rows[i].text, "", rows[i].problem);
}

TEST(yaml_is_read_as_json_is)
{
	check_feed("alpine-secdb", "v3.9/community.yaml",
		   "---\ndistroversion: v3.9\npackages:\n  - pkg:\n      name: a\n"
		   "      secfixes:\n        1.10-r0:\n          - CVE-2019-1000\n"
		   "        0:\n          - CVE-2019-1001\n",
		   "CVE-2019-1000\n alpine-3.9/a [,1.10-r0)\n"
		   "CVE-2019-1001\n alpine-3.9/a not_affected\n",
		   "");
}

TEST(the_place_of_a_file_says_whose_it_is)
{
	static const struct {
		const char *feed, *path, *want;
	} rows[] = {
		{"alpine-secdb", "edge/testing.json", "CVE-2024-1000\n alpine-edge/xen [,1)\n"},
		{"wolfi-secdb", "packages.wolfi.dev/os/security.json",
		 "CVE-2024-1000\n wolfi/xen [,1)\n"},
		{"chainguard-secdb", "packages.cgr.dev/chainguard/security.json",
		 "CVE-2024-1000\n chainguard/xen [,1)\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed(rows[i].feed, rows[i].path, FIXES("\"1\":[\"CVE-2024-1000\"]"),
			   rows[i].want, "");
	assert_null(feed_for(STR("main.json")));
	assert_null(feed_for(STR("x/main.json")));
}

TEST(a_file_without_packages_is_an_error)
{
	struct err err = {0};
	struct feed_dump d;

	feed_dump_init(&d);
	assert_int_equal(read_feed("alpine-secdb", path, STR("{\"a\":[]}"), &d, &err), -ERR_FORMAT);
	assert_has(err.msg, "no list \"packages\"");
	feed_dump_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(ids_are_read_however_they_are_written),
		RUN(what_is_no_fix_is_a_problem),
		RUN(yaml_is_read_as_json_is),
		RUN(the_place_of_a_file_says_whose_it_is),
		RUN(a_file_without_packages_is_an_error),
	};

	return RUN_ALL(tests);
}
