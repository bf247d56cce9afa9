/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

static const char path[] = "rubysec/ruby-advisory-db.tar/ruby-advisory-db/gems/x/CVE-2023-1.yml";

TEST(what_no_requirement_holds_is_affected)
{
	static const struct {
		const char *patched, *unaffected, *want;
	} rows[] = {
		{"[\">= 2.2.1\"]", "", "[,2.2.1)"},
		{"[\"~> 1.2.3\", \">= 1.4.1\"]", "", "[,1.2.3) [1.3.a,1.4.1)"},
		{"[\">= 3.0\", \"~> 1.9, >= 1.9.7\"]", "", "[,1.9.7) [2.a,3.0)"},
		{"[\"~> 7\"]", "", "[,7) [8.a,)"},
		{"[\"~> 2.0.0.rc1\"]", "", "[,2.0.0.rc1) [2.1.a,)"},
		{"[\">= 2.0\"]", "[\"< 1.3\"]", "[1.3,2.0)"},
		{"[\">= 2.0\"]", "[\"= 1.0\"]", "[,1.0) ?> 1.0, < 2.0"},
		{"[\">= 2.0\"]", "[\"<= 1.3\"]", "?> 1.3, < 2.0"},
		{"[\"> 2.0\"]", "", "[,2.0]"},
		{"[\">= 1.0\", \">= 2.0\"]", "", "[,1.0)"},
		{"[\">= 2.0, < 3.0\"]", "", "[,2.0) [3.0,)"},
		{"", "", "[,)"},
		{"", "[\"< 1.5\"]", "[1.5,)"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[400], want[200];

		(void)snprintf(
			text, sizeof text,
			"gem: x\ncve: 2023-1\npatched_versions: %s\nunaffected_versions: %s\n",
			rows[i].patched, rows[i].unaffected);
		(void)snprintf(want, sizeof want, "CVE-2023-1\n gem/x %s\n", rows[i].want);
		check_feed("rubysec", path, text, want, "");
	}
}

TEST(ids_and_scores_are_read)
{
	check_feed("rubysec", path,
		   "---\ngem: x\ncve: 2023-1\nghsa: a-b-c\ncvss_v3: 9.8\nplatform: jruby\n"
		   "patched_versions:\n  - \">= 1\"\n",
		   "CVE-2023-1 =GHSA-a-b-c !critical@Ruby Advisory Database\n gem/x [,1) 'jruby'\n",
		   "");
	check_feed("rubysec", path, "gem: x\nosvdb: 12\npatched_versions: ['>= 1']\n",
		   "OSVDB-12\n gem/x [,1)\n", "");
	check_feed("rubysec", "x/rubies/ruby/CVE-2020-1.yml",
		   "engine: ruby\npatched_versions: ['>= 2.7.1']\n",
		   "CVE-2020-1\n ruby/ruby [,2.7.1)\n", "");
}

TEST(what_is_no_requirement_is_a_problem)
{
	check_feed("rubysec", path, "gem: x\npatched_versions: ['newest']\n", "",
		   "CVE-2023-1.yml: \"newest\" is no requirement that is known\n");
	check_feed("rubysec", path, "gem: x\npatched_versions: ['~> x']\n", "",
		   "CVE-2023-1.yml: \"~> x\" is no requirement that is known\n");
	check_feed("rubysec", path, "cve: 2023-1\npatched_versions: ['>= 1']\n", "",
		   "CVE-2023-1.yml: a package without a name\n");
	check_error("rubysec", path, "gem: [", "line 2, column 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_no_requirement_holds_is_affected),
		RUN(ids_and_scores_are_read),
		RUN(what_is_no_requirement_is_a_problem),
	};

	return RUN_ALL(tests);
}
