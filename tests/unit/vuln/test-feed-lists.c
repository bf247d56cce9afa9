/* SPDX-License-Identifier: Apache-2.0 */
/* The feeds whose form is a plain list: PHP, Retire.js, Arch, Photon, PyPA, Kubernetes, ... */
#include "tests/unit/vuln/feed_dump.h"

#define PHP    "friendsofphp/security-advisories.tar/security-advisories/symfony/http/a.yaml"
#define RETIRE "retirejs/jsrepository-v5.json"
#define ARCH   "security.archlinux.org/all.json"
#define PHOTON "photon/cve_data_photon5.0.json"

TEST(php_branches_are_alternatives)
{
	static const struct {
		const char *versions, *want;
	} rows[] = {
		{"{2.0.x: {time: 2012-11-29 15:59:52, versions: ['>=2.0.0', '<2.0.19']},"
		 " 2.1.x: {versions: ['>=2.1.0', '<=2.1.4']}}",
		 "[2.0.0,2.0.19) [2.1.0,2.1.4]"},
		{"{x: {versions: ['<1.2']}}", "[,1.2)"},
		{"{x: {versions: ['>1.0', '<1.2']}, y: {versions: ['>2.0', '<2.2']}}",
		 "?>1.0, <1.2 || >2.0, <2.2"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[400], want[200];

		(void)snprintf(text, sizeof text,
			       "title: t\ncve: CVE-2012-1\nreference: composer://Symfony/http\n"
			       "branches: %s\n",
			       rows[i].versions);
		(void)snprintf(want, sizeof want, "CVE-2012-1\n composer/symfony/http %s\n",
			       rows[i].want);
		check_feed("friendsofphp", PHP, text, want, "");
	}
	check_feed("friendsofphp", PHP,
		   "cve: ~\nreference: composer://a/b\nbranches: {x: {versions: ['<1']}}\n",
		   "FriendsOfPHP:a/b/a\n composer/a/b [,1)\n", "");
	check_feed("friendsofphp", PHP, "cve: ~\nreference: composer://a/b\nbranches: {x: {}}\n",
		   "", "a.yaml: branch x without a list \"versions\"\n");
	check_feed("friendsofphp", PHP, "title: t\n", "",
		   "a.yaml: no \"reference\" to composer, or no \"branches\"\n");
}

TEST(retired_libraries_are_read)
{
	static const struct {
		const char *text, *want, *problems;
	} rows[] = {
		{"{'jquery':{'npmname':'jquery','vulnerabilities':[{'atOrAbove':'1.2.1','below':'1."
		 "9.0',"
		 "'severity':'medium','cwe':['CWE-79'],'identifiers':{'CVE':['CVE-2020-7656'],"
		 "'githubID':'GHSA-q'}}],'extractors':{}}}",
		 "CVE-2020-7656 =GHSA-q !medium@Retire.js CWE-79\n javascript/jquery "
		 "[1.2.1,1.9.0)\n"
		 " npm/jquery [1.2.1,1.9.0)\n",
		 ""},
		{"{'x':{'vulnerabilities':[{'below':'3','excludes':['2.1'],'identifiers':"
		 "{'githubID':'GHSA-q'}}]}}",
		 "GHSA-q\n javascript/x ?< 3, != 2.1\n", ""},
		{"{'x':{'vulnerabilities':[{'below':'3','identifiers':{'retid':'7'}},{'below':'4'}]"
		 "}}",
		 "RETIRE-x-7\n javascript/x [,3)\nRETIRE-x-below-4-1\n javascript/x [,4)\n", ""},
		/* Two CVEs of one entry are not each other, and GHSA is of neither alone. */
		{"{'x':{'vulnerabilities':[{'below':'3','identifiers':{'CVE':['CVE-1-1','CVE-1-2'],"
		 "'githubID':'GHSA-q'}}]}}",
		 "CVE-1-1\n javascript/x [,3)\nCVE-1-2\n javascript/x [,3)\n", ""},
		{"{'retire-example':{'vulnerabilities':[{'below':'1'}]}}", "", ""},
		{"{'x':{'vulnerabilities':[{'identifiers':{'CVE':['CVE-1-1']}}]}}", "",
		 "x: neither \"below\" nor \"atOrAbove\"\n"},
		{"{'x':{}}", "", "x: no list \"vulnerabilities\"\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_json("retirejs", RETIRE, rows[i].text, rows[i].want, rows[i].problems);
	check_json("retirejs", "npmrepository.json",
		   "{'x':{'vulnerabilities':[{'below':'2','identifiers':{'CVE':['CVE-1-1']}}]}}",
		   "CVE-1-1\n npm/x [,2)\n", "");
	check_error("retirejs", RETIRE, "[", "line 1: the file is no map");
}

TEST(arch_says_what_is_fixed)
{
#define AVG(status, fixed)                                                                         \
	"[{'name':'AVG-5','packages':['libtiff'],'status':'" status "','severity':'High',"         \
	"'affected':'4.0.8-1','fixed':" fixed ",'issues':['CVE-2016-1','CVE-2016-2']}]"
#define AVG_HEAD "AVG-5 ^CVE-2016-1 ^CVE-2016-2 !high@Arch Linux\n arch/libtiff "
	static const struct {
		const char *text, *want;
	} rows[] = {
		{AVG("Fixed", "'4.0.8-2'"), AVG_HEAD "[,4.0.8-2) binary\n"},
		{AVG("Testing", "'4.0.8-2'"), AVG_HEAD "[,4.0.8-2) binary\n"},
		{AVG("Vulnerable", "null"), AVG_HEAD "[,) binary\n"},
		{AVG("Unknown", "null"), AVG_HEAD "[,) under_investigation binary\n"},
		{AVG("Not affected", "null"), AVG_HEAD "not_affected binary\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_json("arch", ARCH, rows[i].text, rows[i].want, "");
	check_json("arch", ARCH, AVG("Gone", "null"), "", "AVG-5: status \"Gone\" is not known\n");
	check_json("arch", ARCH, "[{}]", "",
		   ": expected {\"name\": \"AVG-..\", \"packages\": [..]}\n");
}

TEST(photon_rows_are_told_apart_by_their_fix)
{
#define ROW(rest) "[{'cve_id':'CVE-1-1','pkg':'ansible'," rest "}]"
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ROW("'cve_score':6.3,'res_ver':'2.14-1.ph5','status':'Fixed'"),
		 "CVE-1-1 !medium@Photon\n photon-5.0/ansible [,2.14-1.ph5)\n"},
		{ROW("'cve_score':'9.8','res_ver':'NotFixed'"),
		 "CVE-1-1 !critical@Photon\n photon-5.0/ansible [,)\n"},
		{ROW("'cve_score':10,'aff_ver':'NA','res_ver':'NA','status':'Not Affected'"),
		 "CVE-1-1 !critical@Photon\n photon-5.0/ansible not_affected\n"},
		{ROW("'aff_ver':'all versions are vulnerable','res_ver':'NA'"),
		 "CVE-1-1\n photon-5.0/ansible [,)\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_json("photon-json", PHOTON, rows[i].text, rows[i].want, "");
	check_json("photon-json", PHOTON, ROW("'status':'Fixed'"), "", "CVE-1-1: no \"res_ver\"\n");
	check_json("photon-json", PHOTON, "[{'pkg':'x','res_ver':'1-1'}]", "",
		   "row: a row without \"cve_id\"\n");
	assert_null(feed_for(STR("photon/cve_data_photon.json")));
}

TEST(records_of_osv_come_as_yaml_and_of_kubernetes)
{
	check_feed(
		"pypa", "vulns/a-b/PYSEC-2020-1.yaml",
		"id: PYSEC-2020-1\naliases: [CVE-2020-1]\naffected:\n- package: {ecosystem: PyPI, "
		"name: A_B}\n  ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: \"0\"\n"
		"    - fixed: 1.10\n  versions: [1.9, 1.11]\n",
		"PYSEC-2020-1 =CVE-2020-1\n pypi/a-b [,1.10) =1.11\n", "");
	check_json("kubernetes", "kubernetes/vuln-list-k8s.tar/upstream/CVE-2023-1.json",
		   "{'id':'CVE-2023-1','affected':[{'package':{'ecosystem':'kubernetes','name':"
		   "'k8s.io/kubelet'},'ranges':[{'type':'SEMVER','events':[{'introduced':'0'},"
		   "{'fixed':'1.24.15'}]}]}]}",
		   "CVE-2023-1\n kubernetes/k8s.io/kubelet [,1.24.15)\n", "");
}

TEST(ends_of_life_and_repositories_are_facts)
{
	check_json(
		"endoflife", "endoflife.date/api/v1/products/full",
		"{'generated_at':'2025-07-02T00:53:29+00:00','result':[{'name':'ubuntu','releases':"
		"[{'name':'22.04','eolFrom':'2027-04-01','eoesFrom':'2032-04-09'}]},"
		"{'name':'alpine-linux','releases':[{'name':'3.9','isEol':true,'eolFrom':null}]},"
		"{'name':'rhel','releases':[{'name':'9','eolFrom':'2032-05-31'}]},"
		"{'name':'windows','releases':[{'name':'11'}]},{'name':'x'}]}",
		"fact date=2025-07-02T00:53:29+00:00\nfact eol:ubuntu-22.04=2027-04-01\n"
		"fact eol-extended:ubuntu-22.04=2032-04-09\nfact eol:alpine-3.9=past\n"
		"fact eol:rhel-9=2032-05-31\n",
		"x: a product without \"name\" or \"releases\"\n");
	check_json("redhat-repositories", "redhat/repository-to-cpe.json",
		   "{'data':{'rhel-9-rpms':{'cpes':['cpe:/o:redhat:enterprise_linux:9',"
		   "'cpe:/a:redhat:enterprise_linux:9::appstream']},'x':{}}}",
		   "fact repository:rhel-9-rpms=enterprise_linux:9 enterprise_linux:9::appstream\n",
		   "repository:x: no list \"cpes\"\n");
	check_error("redhat-repositories", "repository-to-cpe.json", "{}", "no map \"data\"");
	check_error("endoflife", "api/v1/products/full", "{}", "no list \"result\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(php_branches_are_alternatives),
		RUN(retired_libraries_are_read),
		RUN(arch_says_what_is_fixed),
		RUN(photon_rows_are_told_apart_by_their_fix),
		RUN(records_of_osv_come_as_yaml_and_of_kubernetes),
		RUN(ends_of_life_and_repositories_are_facts),
	};

	return RUN_ALL(tests);
}
