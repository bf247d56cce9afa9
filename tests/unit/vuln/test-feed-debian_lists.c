/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

static const char path[] = "debian/data/DSA/list";

TEST(an_advisory_fixes_its_cves_in_each_release)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"[29 Mar 2023] DSA-1-1 xorg-server - security update\n"
		 "\t{CVE-2023-1 CVE-2023-2}\n"
		 "\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n"
		 "\t[buster] - xorg-server 2:1.20.4-1 (medium; bug #1)\n",
		 "DSA-1-1 ^CVE-2023-1 ^CVE-2023-2\n debian-11/xorg-server [,2:1.20.11-1+deb11u6)\n"
		 " debian-10/xorg-server [,2:1.20.4-1)\n"},
		{"[1 Jan 2023] DSA-2-1 a - security update\n"
		 "\t{CVE-2023-1}\n"
		 "\t[stretch] - a <not-affected> (Vulnerable code not present)\n"
		 "\t[jessie] - a <end-of-life>\n"
		 "\t[wheezy] - a <unfixed>\n"
		 "\tNOTE: fixed in testing at time of DSA\n",
		 "DSA-2-1 ^CVE-2023-1\n"
		 " debian-9/a not_affected '(Vulnerable code not present)'\n"
		 " debian-8/a [,) end_of_life\n debian-7/a [,)\n"},
		/* Mends an advisory; says nothing of a vulnerability. */
		{"[17 Mar 2023] DSA-3-2 sox - regression update\n\t[bullseye] - sox 14.4.2\n", ""},
		/* Before there were CVEs, and a release of which there is no image. */
		{"[01 Feb 2002] DSA-4-1 cupsys - buffer overflow\n\t[potato] - cupsys 1.0.4-10\n",
		 "DSA-4-1\n"},
		{"", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("debian-lists", path, rows[i].text, rows[i].want, "");
}

TEST(day_and_title_are_kept)
{
	struct feed_dump d;

	feed_dump_init(&d);
	d.verbose = true;
	assert_int_equal(read_feed("debian-lists", "x/data/DLA/list",
				   STR("[03 Apr 2023] DLA-1-1 a - security update\n"), &d, NULL),
			 0);
	assert_str(strbuf_str(&d.out), "DLA-1-1 <2023-04-03 >2023-04-03 \"a - security update\"\n");
	feed_dump_done(&d);
}

TEST(a_bad_line_says_which)
{
	static const struct {
		const char *text, *problem;
	} rows[] = {
		{"DSA-1-1 a - x\n",
		 "line 1: expected \"[DAY MONTH YEAR] DSA-NUMBER PACKAGE - TITLE\"\n"},
		{"[2023] DSA-1-1 a - x\n", "line 1: \"2023\" is no day\n"},
		{"[1 Foo 2023] DSA-1-1 a - x\n", "line 1: \"1 Foo 2023\" is no day\n"},
		{"[1 Jan 2023] DSA-1-1 a - x\n\t[buster] a\n",
		 "line 1: expected \"[RELEASE] - PACKAGE VERSION\"\n"},
		{"[1 Jan 2023] DSA-1-1 a - x\n\t[buster] - a <gone>\n",
		 "line 1: <gone> is not known\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("debian-lists", path, rows[i].text, "", rows[i].problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(an_advisory_fixes_its_cves_in_each_release),
		RUN(day_and_title_are_kept),
		RUN(a_bad_line_says_which),
	};

	return RUN_ALL(tests);
}
