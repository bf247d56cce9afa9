/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "tests/unit/vuln/feed_dump.h"

#define PACKAGE(eco, name, rest)                                                                   \
	"{\"package\":{\"ecosystem\":\"" eco "\",\"name\":\"" name "\"}," rest "}"
#define RANGE(type, events)	   "\"ranges\":[{\"type\":\"" type "\",\"events\":[" events "]}]"
#define FROM(v)			   "{\"introduced\":\"" v "\"}"
#define FIXED(v)		   ",{\"fixed\":\"" v "\"}"
#define LAST(v)			   ",{\"last_affected\":\"" v "\"}"
#define RECORD(id, rest, packages) "{\"id\":\"" id "\"," rest "\"affected\":[" packages "]}"
#define NPM(events)		   RECORD("GHSA-1", "", PACKAGE("npm", "x", RANGE("SEMVER", events)))

struct row {
	const char *text, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_feed("osv", "osv/npm/all.zip/X-1.json", rows[i].text, rows[i].want, "");
}

TEST(ranges_become_intervals)
{
	static const struct row rows[] = {
		{NPM(FROM("0")), "GHSA-1\n npm/x [,)\n"},
		{NPM(FROM("0") FIXED("1.2.3")), "GHSA-1\n npm/x [,1.2.3)\n"},
		{NPM(FROM("1.0.0") LAST("1.4.0")), "GHSA-1\n npm/x [1.0.0,1.4.0]\n"},
		{NPM(FROM("1.0.0") FIXED("1.2.0") "," FROM("2.0.0") FIXED("2.1.0")),
		 "GHSA-1\n npm/x [1.0.0,1.2.0) [2.0.0,2.1.0)\n"},
		{NPM(FROM("1.0.0") FIXED("1.2.0") "," FROM("2.0.0")),
		 "GHSA-1\n npm/x [1.0.0,1.2.0) [2.0.0,)\n"},
		/* Events come in any order: 1.10 is above 1.9. */
		{NPM(FROM("1.10.0") FIXED("1.10.1") "," FROM("0") FIXED("1.9.0")),
		 "GHSA-1\n npm/x [,1.9.0) [1.10.0,1.10.1)\n"},
		{NPM("{\"fixed\":\"1.9.0\"}," FROM("0")), "GHSA-1\n npm/x [,1.9.0)\n"},
		{NPM(FROM("2.0.0") FIXED("1.0.0")), "GHSA-1\n npm/x [2.0.0,)\n"},
		/* Two in one object. */
		{NPM("{\"introduced\":\"1.0.0\",\"fixed\":\"1.2.0\"}"),
		 "GHSA-1\n npm/x [1.0.0,1.2.0)\n"},
		/* At one version what ends comes before what begins. */
		{NPM(FROM("1.0.0") "," FROM("2.0.0") FIXED("2.0.0") FIXED("3.0.0")),
		 "GHSA-1\n npm/x [1.0.0,2.0.0) [2.0.0,3.0.0)\n"},
		{NPM(FROM("0") ",{\"limit\":\"*\"}"), "GHSA-1\n npm/x [,)\n"},
		{NPM(FROM("0") ",{\"limit\":\"2.0.0\"}"), "GHSA-1\n npm/x [,2.0.0)\n"},
		/* Commits are passed over; a package of commits alone is none. */
		{RECORD("GHSA-1", "", PACKAGE("npm", "x", RANGE("GIT", FROM("0") FIXED("abc")))),
		 "GHSA-1\n"},
		{RECORD("GHSA-1", "", "{" RANGE("SEMVER", FROM("0")) "}"), "GHSA-1\n"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(versions_are_kept_where_no_range_holds_them)
{
	static const struct row rows[] = {
		{RECORD("PYSEC-1", "",
			PACKAGE("PyPI", "Zope.Interface",
				RANGE("ECOSYSTEM",
				      FROM("0") FIXED("1.10")) ","
							       "\"versions\":[\"1.2\",\"1.9\",\"1."
							       "10\"]")),
		 "PYSEC-1\n pypi/zope-interface [,1.10) =1.10\n"},
		{RECORD("MAL-1", "", PACKAGE("npm", "x", "\"versions\":[\"1.0.0\",\"1.0.1\"]")),
		 "MAL-1 malware\n npm/x =1.0.0 =1.0.1\n"},
		/* "introduced 0" alone: all versions, the list says nothing more. */
		{RECORD("MAL-1", "",
			PACKAGE("npm", "x",
				RANGE("SEMVER", FROM("0")) ",\"versions\":[\"1.0.0\"]")),
		 "MAL-1 malware\n npm/x [,)\n"},
		{RECORD("GHSA-1", "", PACKAGE("npm", "x", "\"versions\":[]")), "GHSA-1\n"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(an_open_end_takes_the_last_known_affected_version)
{
#define KNOWN(range, bound)                                                                        \
	RECORD("GHSA-1", "",                                                                       \
	       PACKAGE("Maven", "g:a",                                                             \
		       range ",\"database_specific\":"                                             \
			     "{\"last_known_affected_version_range\":\"" bound "\"}"))
	static const struct row rows[] = {
		{KNOWN(RANGE("ECOSYSTEM", FROM("1.0")), "<= 1.2.3"),
		 "GHSA-1\n maven/g:a [1.0,1.2.3]\n"},
		{KNOWN(RANGE("ECOSYSTEM", FROM("1.0")), "< 1.2.3"),
		 "GHSA-1\n maven/g:a [1.0,1.2.3)\n"},
		{KNOWN(RANGE("ECOSYSTEM", FROM("1.0") FIXED("2.0")), "<= 1.2.3"),
		 "GHSA-1\n maven/g:a [1.0,2.0)\n"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(identity_is_that_of_the_publisher)
{
#define IDS(id, ids) RECORD(id, ids ",", "")
	static const struct row rows[] = {
		{IDS("GHSA-1", "\"aliases\":[\"CVE-2024-1\",\"GO-2024-1\"],"
			       "\"related\":[\"CVE-2024-9\"]"),
		 "GHSA-1 =CVE-2024-1 =GO-2024-1\n"},
		{IDS("DEBIAN-CVE-2024-1", "\"upstream\":[\"CVE-2024-1\"]"),
		 "DEBIAN-CVE-2024-1 ^CVE-2024-1\n"},
		{IDS("ALPINE-CVE-2024-1", "\"related\":[]"), "ALPINE-CVE-2024-1 ^CVE-2024-1\n"},
		/* An old notice: its aliases are several CVEs, which are not one another. */
		{IDS("DSA-1-1", "\"aliases\":[\"CVE-2014-1\",\"CVE-2014-2\"]"),
		 "DSA-1-1 ^CVE-2014-1 ^CVE-2014-2\n"},
		{IDS("USN-1-1", "\"upstream\":[\"CVE-2024-1\",\"UBUNTU-CVE-2024-1\"]"),
		 "USN-1-1 ^CVE-2024-1\n"},
		/* What a USN is related to it need not fix: 6663-1 only names its cause. */
		{IDS("USN-1-1", "\"related\":[\"UBUNTU-CVE-2024-1\"]"), "USN-1-1\n"},
		{IDS("UBUNTU-CVE-2024-1", "\"related\":[\"USN-1-1\",\"CVE-2024-7\"]"),
		 "UBUNTU-CVE-2024-1 ^CVE-2024-1\n"},
		{IDS("ALSA-2024:1", "\"related\":[\"CVE-2024-1\",\"RHSA-2024:1\"]"),
		 "ALSA-2024:1 ^CVE-2024-1\n"},
		{IDS("RLSA-2024:1", "\"upstream\":[\"CVE-2024-1\"],\"related\":[\"CVE-2024-2\"]"),
		 "RLSA-2024:1 ^CVE-2024-1\n"},
		{IDS("RLSA-2023:1", "\"related\":[\"CVE-2024-2\"]"), "RLSA-2023:1 ^CVE-2024-2\n"},
		{IDS("GHSA-1", "\"withdrawn\":\"2024-01-01T00:00:00Z\""), "GHSA-1 withdrawn\n"},
		/* Bug fixes, enhancements and livepatches are no vulnerabilities. */
		{IDS("ALBA-2024:1", "\"related\":[\"CVE-2024-1\"]"), ""},
		{IDS("ALEA-2024:1", "\"related\":[]"), ""},
		{IDS("LSN-1-1", "\"upstream\":[\"CVE-2024-1\"]"), ""},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(severity_is_read_wherever_its_publisher_writes_it)
{
#define SCORE(type, score) "\"severity\":[{\"type\":\"" type "\",\"score\":\"" score "\"}]"
	static const struct row rows[] = {
		{IDS("GHSA-1", SCORE("CVSS_V3", "CVSS:3.1/AV:N") ",\"database_specific\":"
								 "{\"severity\":\"MODERATE\","
								 "\"cwe_ids\":[\"CWE-22\"]}"),
		 "GHSA-1 !medium@GitHub ~CVSS:3.1/AV:N CWE-22\n"},
		{IDS("UBUNTU-CVE-2024-1", SCORE("Ubuntu", "low")),
		 "UBUNTU-CVE-2024-1 ^CVE-2024-1 !low@Ubuntu\n"},
		{IDS("ALSA-2024:1", "\"summary\":\"Important: nodejs:18 security update\""),
		 "ALSA-2024:1 !high@AlmaLinux\n"},
		{IDS("ALSA-2024:1", "\"summary\":\"nodejs:18 update\""), "ALSA-2024:1\n"},
		{RECORD("BIT-1", "\"database_specific\":{\"severity\":\"High\"},",
			PACKAGE("Bitnami", "php",
				RANGE("SEMVER", FROM("0")) "," SCORE("CVSS_V4", "CVSS:4.0/AV:N"))),
		 "BIT-1 !high@Bitnami ~CVSS:4.0/AV:N\n bitnami/php [,)\n"},
		{RECORD("DEBIAN-CVE-2024-1", "",
			PACKAGE("Debian:12", "x",
				RANGE("ECOSYSTEM",
				      FROM("0")) ","
						 "\"ecosystem_specific\":{\"urgency\":"
						 "\"unimportant\"}") "," PACKAGE("Debian:11", "x",
										 RANGE("ECOSYSTEM",
										       FROM("0")) ","
												  "\"ecosystem_specific\":{\"urgency\":\"end-of-life\"}") "," PACKAGE("Debian:13",
																				      "x",
																				      RANGE("ECOSYSTEM",
																					    FROM("0")) ","
																						       "\"ecosystem_specific\":{\"urgency\":\"not yet assigned\"}")),
		 "DEBIAN-CVE-2024-1 ^CVE-2024-1\n debian-12/x [,) !negligible\n"
		 " debian-11/x [,) end_of_life\n debian-13/x [,)\n"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(ecosystems_become_shards_and_channels)
{
#define ECO(id, eco, rest) RECORD(id, "", PACKAGE(eco, "x", RANGE("ECOSYSTEM", FROM("0")) rest))
#define UBUNTU(eco, distro)                                                                        \
	RECORD("USN-1", "",                                                                        \
	       "{\"package\":{\"ecosystem\":\"" eco "\",\"name\":\"x\",\"purl\":"                  \
	       "\"pkg:deb/ubuntu/x@1?arch=source&distro=" distro                                   \
	       "\"}," RANGE("ECOSYSTEM", FROM("0")) "}")
	static const struct row rows[] = {
		{ECO("DSA-1", "Debian:12", ""), "DSA-1\n debian-12/x [,)\n"},
		{ECO("ALPINE-1", "Alpine:v3.20", ""), "ALPINE-1\n alpine-3.20/x [,)\n"},
		{ECO("ALSA-1", "AlmaLinux:9", ""), "ALSA-1\n almalinux-9/x [,) binary\n"},
		{ECO("RLSA-1", "Rocky Linux:9", ""), "RLSA-1\n rocky-9/x [,)\n"},
		{ECO("USN-1", "Ubuntu:22.04:LTS", ""), "USN-1\n ubuntu-22.04/x [,)\n"},
		{UBUNTU("Ubuntu:22.04:LTS", "jammy"), "USN-1\n ubuntu-22.04/x [,)\n"},
		{UBUNTU("Ubuntu:Pro:22.04:LTS", "esm-apps/jammy"),
		 "USN-1\n ubuntu-22.04/x [,) #esm-apps\n"},
		{UBUNTU("Ubuntu:Pro:14.04:LTS", "trusty/esm"),
		 "USN-1\n ubuntu-14.04/x [,) #esm-infra\n"},
		{UBUNTU("Ubuntu:Pro:FIPS-updates:20.04:LTS", "fips-updates/focal"),
		 "USN-1\n ubuntu-20.04/x [,) #fips-updates\n"},
		{ECO("UBUNTU-CVE-2024-1", "Ubuntu:20.04:LTS",
		     ",\"ecosystem_specific\":{\"ubuntu_priority\":\"medium\"}"),
		 "UBUNTU-CVE-2024-1 ^CVE-2024-1\n ubuntu-20.04/x [,) !medium\n"},
		{ECO("RHSA-1", "Red Hat:rhel_eus:9.2::appstream", ""),
		 "RHSA-1\n rhel-9/x [,) #rhel_eus:9.2::appstream binary\n"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(modular_packages_are_told_by_their_release_and_the_title)
{
#define ALMA(title, fixed)                                                                         \
	RECORD("ALSA-1", "\"summary\":\"" title "\",",                                             \
	       PACKAGE("AlmaLinux:8", "x", RANGE("ECOSYSTEM", FROM("0") FIXED(fixed))))
	static const struct row rows[] = {
		{ALMA("Low: nodejs:18 security update", "18-1.module_el8.9.0+1+a"),
		 "ALSA-1 !low@AlmaLinux\n"
		 " almalinux-8/x [,18-1.module_el8.9.0+1+a) %nodejs:18 binary\n"},
		{ALMA("Low: nodejs:18 security update", "18-1.el8"),
		 "ALSA-1 !low@AlmaLinux\n almalinux-8/x [,18-1.el8) binary\n"},
		{ALMA("Low: python39:3.9 and python39-devel:3.9 update", "1-1.module_el8.9.0+1+a"),
		 "ALSA-1 !low@AlmaLinux\n"
		 " almalinux-8/x [,1-1.module_el8.9.0+1+a) %python39:3.9 binary\n"
		 " almalinux-8/x [,1-1.module_el8.9.0+1+a) %python39-devel:3.9 binary\n"},
		{ALMA("ALSA-1: php:8.0 update (Important)", "1-1.module_el8.9.0+1+a"),
		 "ALSA-1\n almalinux-8/x [,1-1.module_el8.9.0+1+a) %php:8.0 binary\n"},
		{ALMA("Low: varnish security update", "1-1.module_el8.9.0+1+a"),
		 "ALSA-1 !low@AlmaLinux\n"
		 " almalinux-8/x [,1-1.module_el8.9.0+1+a) %varnish:* binary\n"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(what_languages_add_is_read)
{
#define GO(path, range, specific)                                                                  \
	RECORD("GO-1", "", PACKAGE("Go", path, range ",\"ecosystem_specific\":{" specific "}"))
#define CUSTOM                                                                                     \
	"\"custom_ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[" FROM("2.9.0")                    \
		FIXED("2.9.12") "]}]"
#define CRATE(specific)                                                                            \
	RECORD("RUSTSEC-1", "",                                                                    \
	       PACKAGE("crates.io", "x",                                                           \
		       RANGE("SEMVER", FROM("0.0.0-0")) ","                                        \
							"\"database_specific\":{" specific "}"))
	static const struct row rows[] = {
		{GO("stdlib", RANGE("SEMVER", FROM("0") FIXED("1.17.12")),
		    "\"imports\":[{\"path\":\"go/parser\",\"symbols\":[\"ParseFile\"]},"
		    "{\"path\":\"go/ast\"}]"),
		 "GO-1\n go/stdlib [,1.17.12) .go/parser.ParseFile .go/ast\n"},
		/* Releases this module cannot have; what it can have stays affected. */
		{GO("example.com/r", RANGE("SEMVER", FROM("0")), CUSTOM),
		 "GO-1\n go/example.com/r [,2.0.0-0) [2.9.0,2.9.12)\n"},
		{GO("example.com/r/v2", RANGE("SEMVER", FROM("0")), CUSTOM),
		 "GO-1\n go/example.com/r/v2 [,)\n"},
		{GO("example.com/r", RANGE("SEMVER", FROM("0") FIXED("1.2.0")), CUSTOM),
		 "GO-1\n go/example.com/r [,1.2.0)\n"},
		{CRATE("\"informational\":\"unmaintained\""),
		 "RUSTSEC-1 unmaintained\n cargo/x [0.0.0-0,)\n"},
		{CRATE("\"informational\":\"unsound\""),
		 "RUSTSEC-1 unsound\n cargo/x [0.0.0-0,)\n"},
		{CRATE("\"informational\":\"notice\""), "RUSTSEC-1 notice\n cargo/x [0.0.0-0,)\n"},
		{CRATE("\"informational\":null,\"categories\":[\"malicious\"]"),
		 "RUSTSEC-1 malware\n cargo/x [0.0.0-0,)\n"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(a_date_of_the_year_one_is_none)
{
	struct feed_dump d;

	feed_dump_init(&d);
	d.verbose = true;
	assert_int_equal(
		read_feed("osv", "ID/GO-2024-1.json",
			  STR("{\"id\":\"GO-2024-1\",\"modified\":\"0001-01-01T00:00:00Z\","
			      "\"published\":\"2024-02-03T00:00:00Z\",\"details\":"
			      "\"One sentence that is long enough to be one. Another\"}"),
			  &d, NULL),
		0);
	assert_str(strbuf_str(&d.out),
		   "GO-2024-1 <2024-02-03T00:00:00Z \"One sentence that is long enough to be "
		   "one.\"\n");
	feed_dump_done(&d);
}

TEST(what_is_wrong_with_a_record_is_a_problem)
{
	static const struct {
		const char *text, *problem;
	} rows[] = {
		{"{}", ": a record without \"id\"\n"},
		{"{\"id\":7}", ": a record without \"id\"\n"},
		{NPM("{\"fixed\":\"1.0\"}"), "GHSA-1: a range without \"introduced\"\n"},
		{NPM("{\"introduced\":0}"), "GHSA-1: affected[0]: ranges[0].events[0].introduced: "
					    "a number, not a text\n"},
		{NPM("7"), "GHSA-1: affected[0]: ranges[0].events[0]: a number, not a map\n"},
		{NPM("{\"since\":\"1\"}"), "GHSA-1: events[0]: neither introduced, fixed, "
					   "last_affected nor limit with a version\n"},
		{RECORD("GHSA-1", "", "7"), "GHSA-1: affected[0]: a number, not a map\n"},
		{"{\"id\":\"GHSA-1\",\"affected\":{}}", "GHSA-1: affected: a map, not a list\n"},
		{RECORD("GHSA-1", "", PACKAGE("npm", "x", "\"ranges\":\"all\"")),
		 "GHSA-1: affected[0]: ranges: a text, not a list\n"},
		{RECORD("GHSA-1", "", PACKAGE("npm", "x", "\"versions\":[\"1\",null]")),
		 "GHSA-1: affected[0]: versions[1]: null, not a text\n"},
		{RECORD("GHSA-1", "", PACKAGE("npm", "x", "\"ranges\":[{\"type\":\"SEMVER\"}]")),
		 "GHSA-1: a range without a list \"events\"\n"},
		{RECORD("GHSA-1", "",
			PACKAGE("npm", "x", RANGE("SEMVER", FROM("0"))) "," PACKAGE(
				"npm", "x", "\"versions\":[\"1\"],\"ranges\":[{\"type\":\"X\"}]")),
		 "GHSA-1: ranges[0]: type is not SEMVER, ECOSYSTEM or GIT\n"},
		{RECORD("GHSA-1", "", PACKAGE("npm", "", RANGE("SEMVER", FROM("0")))),
		 "GHSA-1: a package without a name\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("osv", "osv/GHSA-1.json", rows[i].text, "", rows[i].problem);
	check_feed("osv", "osv/GHSA-1.json",
		   RECORD("GHSA-1", "", PACKAGE("Nonsense", "x", RANGE("SEMVER", FROM("0")))),
		   "GHSA-1\n", "GHSA-1: ecosystem \"Nonsense\" is not known\n");
}

TEST(a_file_that_is_no_record_is_an_error)
{
	static const struct {
		const char *text, *want;
		int code;
	} rows[] = {
		{"[]", "not a record of OSV: no map", -ERR_FORMAT},
		{"{\"id\":", "end of file", -ERR_FORMAT},
		{"{\"id\":\"a\",\"id\":\"b\"}", "duplicate object key", -ERR_FORMAT},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		struct feed_dump d;

		feed_dump_init(&d);
		assert_int_equal(read_feed("osv", "x/GHSA-1.json", str_of(rows[i].text), &d, &err),
				 rows[i].code);
		assert_has(err.msg, rows[i].want);
		feed_dump_done(&d);
	}
}

TEST(a_record_of_too_many_bytes_or_packages_is_refused)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT((size_t)100 << 20);
	struct err err = {0};
	struct feed_dump d;

	feed_dump_init(&d);
	strbuf_adds(&text, "{\"id\":\"GHSA-1\",\"affected\":[");
	for (int i = 0; i <= LIMIT_ADVISORY_AFFECTED; i++)
		strbuf_addf(&text, "%s" PACKAGE("npm", "x", RANGE("SEMVER", FROM("0"))),
			    i ? "," : "");
	strbuf_adds(&text, "]}");
	assert_int_equal(read_feed("osv", "GHSA-1.json", strbuf_str(&text), &d, &err), 0);
	assert_has(strbuf_cstr(&d.problems), "advisory_affected (65536)");
	for (int i = 0; i < 4 << 20; i++)
		strbuf_adds(&text, "            ");
	assert_int_equal(read_feed("osv", "GHSA-1.json", strbuf_str(&text), &d, &err), -ERR_LIMIT);
	assert_has(err.msg, "json_bytes");
	feed_dump_done(&d);
}

TEST(only_records_are_claimed)
{
	static const struct {
		const char *path;
		bool claimed;
	} rows[] = {
		{"osv/npm/all.zip/CVE-2024-1.json", true},
		{"osv/Rocky Linux/RLSA-2024:1.json", true},
		{"osv-all.tar/osv/cve/2024/UBUNTU-CVE-2024-1.json", true},
		{"main.tar/advisory-database-main/advisories/2024/GHSA-a-b-c.json", true},
		{"osv/Packagist/DRUPAL-CORE-2024-1.json", true}, /* as an update fetches it */
		{"osv/npm/modified_id.csv", false},
		{"vulndb.zip/index/modules.json", false},
		{"x/testdata/GHSA-a-b-c.json", false},
		{"format-samples/x.tar/pip/all.zip/GHSA-a-b-c.json", false},
		{"package.json", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(feed_for(str_of(rows[i].path)) != NULL, rows[i].claimed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(ranges_become_intervals),
		RUN(versions_are_kept_where_no_range_holds_them),
		RUN(an_open_end_takes_the_last_known_affected_version),
		RUN(identity_is_that_of_the_publisher),
		RUN(severity_is_read_wherever_its_publisher_writes_it),
		RUN(ecosystems_become_shards_and_channels),
		RUN(modular_packages_are_told_by_their_release_and_the_title),
		RUN(what_languages_add_is_read),
		RUN(a_date_of_the_year_one_is_none),
		RUN(what_is_wrong_with_a_record_is_a_problem),
		RUN(a_file_that_is_no_record_is_an_error),
		RUN(a_record_of_too_many_bytes_or_packages_is_refused),
		RUN(only_records_are_claimed),
	};

	return RUN_ALL(tests);
}
