/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

static const char path[] = "amazon/2023/repodata/abc-updateinfo.xml";

#define UPDATE(id, title, references, collection)                                                  \
	"<updates><update type='security'><id>" id "</id><title>" title "</title>"                 \
	"<issued date='2023-02-17 20:41:00'/><severity>Important</severity>"                       \
	"<references>" references "</references><pkglist>" collection                              \
	"</pkglist></update></updates>"
#define CVE(id)			   "<reference type='cve' id='" id "'/>"
#define COLLECTION(name, packages) "<collection short='" name "'>" packages "</collection>"
#define PACKAGE(name, evr, arch)                                                                   \
	"<package name='" name "' " evr " arch='" arch "' src='x-1-1.src.rpm'/>"
#define EVR "epoch='0' version='1.2' release='3'"

TEST(the_collection_says_release_and_repository)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{UPDATE("ALAS2023-2023-001", "t", CVE("CVE-2022-1234"),
			COLLECTION("amazon-linux-2023",
				   PACKAGE("x", EVR, "x86_64") PACKAGE("x", EVR, "aarch64")
					   PACKAGE("x-doc", EVR, "noarch"))),
		 "ALAS2023-2023-001 ^CVE-2022-1234 !high@Amazon\n"
		 " amazonlinux-2023/x [,1.2-3) @aarch64 @x86_64 binary\n"
		 " amazonlinux-2023/x-doc [,1.2-3) binary\n"},
		{UPDATE("ALAS2DOCKER-1", "t", "",
			COLLECTION("amazon-linux-2---docker", PACKAGE("d", EVR, "x86_64"))),
		 "ALAS2DOCKER-1 !high@Amazon\n"
		 " amazonlinux-2/d [,1.2-3) #extras:docker @x86_64 binary\n"},
		{UPDATE("ALAS-1", "t", "",
			COLLECTION("amazon-linux-ami", PACKAGE("d", EVR, "i686"))),
		 "ALAS-1 !high@Amazon\n amazonlinux-1/d [,1.2-3) @i686 binary\n"},
		{UPDATE("A-1", "t", "",
			COLLECTION("amazon-linux-2023---kernel-livepatch",
				   PACKAGE("k", "epoch='2' version='1' release='1'", "x86_64"))),
		 "A-1 !high@Amazon\n"
		 " amazonlinux-2023/k [,2:1-1) #kernel-livepatch @x86_64 binary\n"},
		/* Fedora: the source package, CVEs in titles of bugs, modules by name. */
		{UPDATE("FEDORA-1", "t",
			"<reference type='bugzilla' id='1' title='TRIAGE CVE-2024-24989 x'/>",
			COLLECTION("F43",
				   PACKAGE("x", EVR, "src") PACKAGE("x-libs", EVR, "noarch"))),
		 "FEDORA-1 ^CVE-2024-24989 !high@Fedora\n fedora-43/x [,1.2-3)\n"},
		{UPDATE("FEDORA-2", "t", "",
			COLLECTION("F38M", "<module name='nginx' stream='mainline'/>" PACKAGE(
						   "nginx", EVR, "src"))),
		 "FEDORA-2 !high@Fedora\n fedora-38/nginx [,1.2-3) %nginx:mainline\n"},
		{UPDATE("RLSA-1", "Moderate: nodejs:18 security update", "",
			COLLECTION("rocky-linux-9-x86-64-appstream-rpms",
				   PACKAGE("n", "version='1' release='1.module+el9'", "noarch"))),
		 "RLSA-1 !high@Rocky Linux\n rocky-9/n [,1-1.module+el9) %nodejs:18 binary\n"},
		{UPDATE("ALSA-1", "varnish update", "",
			COLLECTION("almalinux-9-for-x86_64-appstream-rpms__9_default",
				   PACKAGE("n", "version='1' release='1.module_el9'", "noarch"))),
		 "ALSA-1 !high@AlmaLinux\n almalinux-9/n [,1-1.module_el9) %x:* binary\n"},
		{"<updates><update type='bugfix'><id>A</id></update></updates>", ""},
		{"<updates/>", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("updateinfo", path, rows[i].text, rows[i].want, "");
}

#define DESCRIBED(references)                                                                      \
	"<updates><update type='security'><id>A-1</id><title>t</title>"                            \
	"<description>CVE-2011-3192: a flaw. See also CVE-2007-0086.</description>"                \
	"<references>" references "</references><pkglist>" COLLECTION(                             \
		"F43", PACKAGE("x", EVR, "x86_64")) "</pkglist></update></updates>"

TEST(a_description_is_asked_for_cves_when_no_reference_names_any)
{
	check_feed("updateinfo", path, DESCRIBED(CVE("CVE-2011-3192")),
		   "A-1 ^CVE-2011-3192\n fedora-43/x [,1.2-3) @x86_64 binary\n", "");
	check_feed("updateinfo", path, DESCRIBED(""),
		   "A-1 ^CVE-2011-3192 ^CVE-2007-0086\n fedora-43/x [,1.2-3) @x86_64 binary\n", "");
}

TEST(a_bad_update_is_a_problem)
{
	check_feed("updateinfo", path,
		   UPDATE("A-1", "t", "", COLLECTION("bottlerocket", PACKAGE("x", EVR, "x86_64"))),
		   "",
		   "update 1: collection \"bottlerocket\" is of no distribution that is known\n");
	check_feed("updateinfo", path,
		   UPDATE("A-1", "t", "", COLLECTION("F43", PACKAGE("x", "version='1'", "x86_64"))),
		   "", "update 1: package \"x\" without version or release\n");
	check_feed("updateinfo", path, "<updates><update type='security'/></updates>", "",
		   "update 1: an update without <id>\n");
	check_error("updateinfo", path, "<updates>", "line 1, column 10: no element found");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_collection_says_release_and_repository),
		RUN(a_description_is_asked_for_cves_when_no_reference_names_any),
		RUN(a_bad_update_is_a_problem),
	};

	return RUN_ALL(tests);
}
