/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

#define FILE_OF(definition, tables)                                                                \
	"<oval_definitions><definitions><definition>" definition                                   \
	"</definition></definitions>" tables "</oval_definitions>"
#define META(rest)	"<metadata><title>t</title>" rest "</metadata>"
#define REF(source, id) "<reference source='" source "' ref_id='" id "'/>"
#define ELSA                                                                                       \
	META(REF("elsa", "ELSA-1") REF(                                                            \
		"CVE", "CVE-2024-1") "<advisory><severity>IMPORTANT</severity></advisory>")
#define AND(x)	      "<criteria operator='AND'>" x "</criteria>"
#define OR(x)	      "<criteria operator='OR'>" x "</criteria>"
#define SAYS(comment) "<criterion test_ref='a:tst:0' comment='" comment "'/>"
#define TESTS(n)      "<criterion test_ref='a:tst:" n "' comment='x is earlier than 1-1'/>"
#define TABLES                                                                                     \
	"<tests><rpminfo_test id='a:tst:1'><object object_ref='a:obj:1'/>"                         \
	"<state state_ref='a:ste:1'/></rpminfo_test>"                                              \
	"<rpminfo_test id='a:tst:2'><object object_ref='a:obj:1'/>"                                \
	"<state state_ref='a:ste:2'/></rpminfo_test>"                                              \
	"<rpminfo_test id='a:tst:3'><object object_ref='a:obj:1'/>"                                \
	"<state state_ref='a:ste:3'/></rpminfo_test>"                                              \
	"<rpminfo_test id='a:tst:4'><object object_ref='a:obj:1'/>"                                \
	"<state state_ref='a:ste:4'/></rpminfo_test>"                                              \
	"<rpminfo_test id='a:tst:5'><object object_ref='a:obj:1'/>"                                \
	"<state state_ref='a:ste:5'/></rpminfo_test>"                                              \
	"<rpminfo_test id='a:tst:6'><object object_ref='a:obj:1'/>"                                \
	"<state state_ref='a:ste:6'/></rpminfo_test>"                                              \
	"<rpminfo_test id='a:tst:7'><object object_ref='a:obj:1'/>"                                \
	"<state state_ref='a:ste:7'/></rpminfo_test></tests>"                                      \
	"<objects><rpminfo_object id='a:obj:1'><name>bind</name></rpminfo_object></objects>"       \
	"<states><rpminfo_state id='a:ste:1'><evr operation='less than'>0:1-1.el8</evr>"           \
	"</rpminfo_state>"                                                                         \
	"<rpminfo_state id='a:ste:2'><evr operation='less than'>2:2-1.ksplice1.el8</evr>"          \
	"</rpminfo_state>"                                                                         \
	"<rpminfo_state id='a:ste:3'><evr operation='less than'>10:3-1.el8_fips</evr>"             \
	"</rpminfo_state>"                                                                         \
	"<rpminfo_state id='a:ste:4'><evr operation='less than or equal'>0:4-1</evr>"              \
	"</rpminfo_state>"                                                                         \
	"<rpminfo_state id='a:ste:5'><evr operation='greater than'>0:1.19-1</evr>"                 \
	"</rpminfo_state>"                                                                         \
	"<rpminfo_state id='a:ste:6'><arch operation='pattern match'>(s390x|x86_64)</arch>"        \
	"<evr operation='less than'>0: 6-1</evr></rpminfo_state>"                                  \
	"<rpminfo_state id='a:ste:7'><evr operation='less than'>0:7-1</evr>"                       \
	"<arch operation='pattern match'>x86.*</arch></rpminfo_state></states>"
#define ORACLE(criteria) FILE_OF(ELSA criteria, TABLES)
#define HEAD		 "ELSA-1 ^CVE-2024-1 !high@Oracle\n"

TEST(oracle_criteria_become_packages)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ORACLE(AND(SAYS("Oracle Linux 8 is installed") OR(
			 AND(SAYS("Oracle Linux arch is x86_64")
				     OR(AND(TESTS("1") SAYS("bind is signed with the key"))))
				 AND(SAYS("Oracle Linux arch is aarch64") OR(AND(TESTS("1"))))))),
		 HEAD " oraclelinux-8/bind [,1-1.el8) @aarch64 @x86_64 binary\n"},
		{ORACLE(AND(SAYS("Oracle Linux 8 is installed") SAYS("Module virt:kvm is enabled")
				    OR(TESTS("1")))),
		 HEAD " oraclelinux-8/bind [,1-1.el8) %virt:kvm binary\n"},
		/* Streams of their own. */
		{ORACLE(AND(SAYS("Oracle Linux 8 is installed")
				    OR(TESTS("1") TESTS("2") TESTS("3")))),
		 HEAD " oraclelinux-8/bind [,1-1.el8) binary\n"
		      " oraclelinux-8/bind [,10:3-1.el8_fips) #fips binary\n"
		      " oraclelinux-8/bind [,2:2-1.ksplice1.el8) #ksplice binary\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("oracle-oval", "oracle/com.oracle.elsa-all.xml", rows[i].text,
			   rows[i].want, "");
}

TEST(azure_says_what_is_affected_up_to_where)
{
#define AZURE(meta, criteria) FILE_OF(META(REF("CVE", "CVE-2024-1") meta) criteria, TABLES)
	static const struct {
		const char *text, *want;
	} rows[] = {
		{AZURE("<patchable>true</patchable><severity>High</severity>", AND(TESTS("1"))),
		 "CVE-2024-1 !high@Microsoft\n azurelinux-3.0/bind [,1-1.el8)\n"},
		{AZURE("<patchable>false</patchable>", AND(TESTS("4"))),
		 "CVE-2024-1\n azurelinux-3.0/bind [,4-1]\n"},
		{AZURE("<patchable>Not Applicable</patchable>", AND(TESTS("1"))),
		 "CVE-2024-1\n azurelinux-3.0/bind not_affected\n"},
		{AZURE("", AND(TESTS("5") TESTS("4"))),
		 "CVE-2024-1\n azurelinux-3.0/bind ?> 1.19-1, <= 4-1\n"},
		{AZURE("", AND(TESTS("5"))), "CVE-2024-1\n azurelinux-3.0/bind ?> 1.19-1\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("azure-oval", "azurelinux-3.0-oval.xml", rows[i].text, rows[i].want, "");
	assert_string_equal(feed_for(STR("cbl-mariner-2.0-oval.xml"))->id, "azure-oval");
}

TEST(suse_and_photon_name_their_platforms)
{
#define SUSE(platforms)                                                                            \
	FILE_OF(META(REF("CVE", "Mitre CVE-2024-1") REF("SUSE CVE", "SUSE CVE-2024-1"))            \
			AND(OR(platforms) OR("<criterion test_ref='a:tst:1' comment="              \
					     "'bind-1-1 is installed'/>")),                        \
		TABLES)
	static const struct {
		const char *text, *want;
	} rows[] = {
		{SUSE(SAYS("SUSE Linux Enterprise Server 15 SP3 is installed")
			      SAYS("SUSE Manager Server 4.2 is installed")
				      SAYS("SUSE Linux Enterprise Module for Basesystem 15 SP4 is "
					   "installed")),
		 "CVE-2024-1\n sles-15.3/bind [,1-1.el8) binary\n"
		 " sles-15.4/bind [,1-1.el8) binary\n"},
		{SUSE(SAYS("SUSE Linux Enterprise Server 15 SP1-LTSS is installed")),
		 "CVE-2024-1\n sles-15.1/bind [,1-1.el8) #ltss binary\n"},
		{SUSE(SAYS("openSUSE Leap 15.5 is installed")),
		 "CVE-2024-1\n opensuse-leap-15.5/bind [,1-1.el8) binary\n"},
		{SUSE(SAYS("SUSE Manager Server 4.2 is installed")), "CVE-2024-1\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("suse-oval", "suse.linux.enterprise.15-affected.xml", rows[i].text,
			   rows[i].want, "");
	check_feed("photon-oval", "com.vmware.phsa-photon3.xml",
		   FILE_OF(META(REF("PHSA", "PHSA:1:3.0:36") REF("CVE", "CVE:1:CVE-2019-1"))
				   AND(SAYS("Photon OS 3 is installed") OR(AND(TESTS("1")))),
			   TABLES),
		   "PHSA:1:3.0:36 ^CVE-2019-1\n photon-3.0/bind [,1-1.el8) binary\n", "");
}

TEST(all_cves_of_a_definition_are_read)
{
#define OF_CVES(platform, cves)                                                                    \
	"<oval_definitions><definitions><definition id='a:def:7'>" META(cves)                      \
		AND(SAYS(platform) TESTS("1")) "</definition></definitions>" TABLES                \
					       "</oval_definitions>"
	static const struct {
		const char *feed, *path, *text, *want;
	} rows[] = {
		/* PHSA without its own reference */
		{"photon-oval", "com.vmware.phsa-photon3.xml",
		 OF_CVES("Photon OS 3 is installed",
			 REF("CVE", "CVE:176:CVE-2017-2") REF("CVE", "CVE:176:CVE-2017-1")),
		 "a:def:7 ^CVE-2017-2 ^CVE-2017-1\n photon-3.0/bind [,1-1.el8) binary\n"},
		{"photon-oval", "com.vmware.phsa-photon3.xml",
		 OF_CVES("Photon OS 3 is installed", REF("CVE", "CVE:176:CVE-2017-2")),
		 "CVE-2017-2\n photon-3.0/bind [,1-1.el8) binary\n"},
		{"suse-oval", "suse.linux.enterprise.16-patch.xml",
		 OF_CVES("openSUSE Leap 15.5 is installed",
			 REF("CVE", "CVE-2017-2") REF("CVE", "CVE-2017-1")),
		 "a:def:7 ^CVE-2017-2 ^CVE-2017-1\n opensuse-leap-15.5/bind [,1-1.el8) binary\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed(rows[i].feed, rows[i].path, rows[i].text, rows[i].want, "");
}

TEST(a_state_names_architectures)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ORACLE(AND(SAYS("Oracle Linux 8 is installed") TESTS("6"))),
		 HEAD " oraclelinux-8/bind [,6-1) @s390x @x86_64 binary\n"},
		/* What the machine is goes before. */
		{ORACLE(AND(SAYS("Oracle Linux 8 is installed") SAYS("Oracle Linux arch is aarch64")
				    TESTS("6"))),
		 HEAD " oraclelinux-8/bind [,6-1) @aarch64 binary\n"},
		/* Better a finding too many than a pattern that is half understood. */
		{ORACLE(AND(SAYS("Oracle Linux 8 is installed") TESTS("7"))),
		 HEAD " oraclelinux-8/bind [,7-1) binary\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("oracle-oval", "com.oracle.elsa-all.xml", rows[i].text, rows[i].want,
			   "");
}

TEST(what_cannot_be_evaluated_is_a_problem)
{
	static const struct {
		const char *text, *problem;
	} rows[] = {
		{ORACLE(AND(SAYS("Oracle Linux 8 is installed") TESTS("9"))),
		 "definition 1: test 9 is not in the file, or no test of an rpm\n"},
		{ORACLE(AND(TESTS("1"))), "definition 1: a package without a platform\n"},
		{ORACLE("<criteria operator='XOR'>" TESTS("1") "</criteria>"),
		 "definition 1: criteria with a negation, another operator than AND and OR, or "
		 "another definition in them\n"},
		{ORACLE("<criteria negate='true'>" TESTS("1") "</criteria>"),
		 "definition 1: criteria with a negation, another operator than AND and OR, or "
		 "another definition in them\n"},
		{FILE_OF(META("") AND(TESTS("1")), TABLES),
		 "definition 1: a definition without a reference\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("oracle-oval", "com.oracle.elsa-2024.xml", rows[i].text, "",
			   rows[i].problem);
	check_error("oracle-oval", "com.oracle.elsa-2024.xml", "<oval_definitions/>",
		    "no definition of OVAL");
	check_error("oracle-oval", "com.oracle.elsa-2024.xml", "<oval_definitions>",
		    "no element found");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(oracle_criteria_become_packages),
		RUN(azure_says_what_is_affected_up_to_where),
		RUN(suse_and_photon_name_their_platforms),
		RUN(all_cves_of_a_definition_are_read),
		RUN(a_state_names_architectures),
		RUN(what_cannot_be_evaluated_is_a_problem),
	};

	return RUN_ALL(tests);
}
