/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

static const char path[] = "csaf_vex_2025-01-01.tar/2024/cve-2024-1.json";

#define CPE(id, cpe)                                                                               \
	"{'product':{'product_id':'" id "','product_identification_helper':{'cpe':'" cpe "'}}}"
#define PURL(id, purl)                                                                             \
	"{'product':{'product_id':'" id "','product_identification_helper':{'purl':'" purl "'}}}"
#define PART(platform, component)                                                                  \
	"{'full_product_name':{'product_id':'" platform ":" component                              \
	"'},'product_reference':'" component "','relates_to_product_reference':'" platform "'}"
#define DOCUMENT(branches, relations, vulnerability)                                               \
	"{'document':{'category':'csaf_vex','aggregate_severity':{'text':'Important'},'tracking':" \
	"{'id':'CVE-2024-1'}},'product_tree':{'branches':[{'branches':[" branches "]}],"           \
	"'relationships':[" relations "]},'vulnerabilities':[{'cve':'CVE-2024-1'," vulnerability   \
	"}]}"
#define STATUS(name, id) "'product_status':{'" name "':['" id "']}"
#define HEAD		 "CVE-2024-1 !high@Red Hat\n"
#define RHEL9		 CPE("B", "cpe:/o:redhat:enterprise_linux:9::baseos")

static const struct {
	const char *text, *want, *problems;
} rows[] = {
	/* A fix, with the source package and its binaries: the source is enough. */
	{DOCUMENT(RHEL9 "," PURL("x.src", "pkg:rpm/redhat/x@1.2-3.el9?arch=src&epoch=1") "," PURL(
			  "x.x86", "pkg:rpm/redhat/x-libs@1.2-3.el9?arch=x86_64&epoch=1"),
		  PART("B", "x.src") "," PART("B", "x.x86"),
		  "'product_status':{'fixed':['B:x.src','B:x.x86']},'remediations':[{'category':"
		  "'vendor_fix','url':'https://access.redhat.com/errata/RHSA-2024:1','product_ids':"
		  "['B:x.src']}]"),
	 HEAD " rhel-9/x [,1:1.2-3.el9) #enterprise_linux:9::baseos 'RHSA-2024:1'\n", ""},
	/* Binaries alone: their architectures are joined. */
	{DOCUMENT(RHEL9 "," PURL("a", "pkg:rpm/redhat/x@1-1?arch=x86_64") "," PURL(
			  "b", "pkg:rpm/redhat/x@1-1?arch=aarch64"),
		  PART("B", "a") "," PART("B", "b"), "'product_status':{'fixed':['B:a','B:b']}"),
	 HEAD " rhel-9/x [,1-1) #enterprise_linux:9::baseos @aarch64 @x86_64 binary\n", ""},
	/* No fix, for one reason or another. */
	{DOCUMENT(RHEL9 "," PURL("x", "pkg:rpm/redhat/x?arch=src"), PART("B", "x"),
		  STATUS("known_affected",
			 "B:x") ",'remediations':[{'category':'no_fix_planned',"
				"'details':'Will not fix','product_ids':['B:x']}]"),
	 HEAD " rhel-9/x [,) will_not_fix #enterprise_linux:9::baseos 'Will not fix'\n", ""},
	{DOCUMENT(RHEL9 "," PURL("x", "pkg:rpm/redhat/x?arch=src"), PART("B", "x"),
		  STATUS("known_affected",
			 "B:x") ",'remediations':[{'category':'no_fix_planned',"
				"'details':'Out of support scope','product_ids':['B:x']}]"),
	 HEAD " rhel-9/x [,) end_of_life #enterprise_linux:9::baseos 'Out of support scope'\n", ""},
	{DOCUMENT(RHEL9 "," PURL("x", "pkg:rpm/redhat/x?arch=src"), PART("B", "x"),
		  STATUS("known_affected",
			 "B:x") ",'remediations':[{'category':'none_available',"
				"'details':'Fix deferred','product_ids':['B:x']}]"),
	 HEAD " rhel-9/x [,) fix_deferred #enterprise_linux:9::baseos 'Fix deferred'\n", ""},
	{DOCUMENT(
		 RHEL9 "," PURL("x", "pkg:rpm/redhat/x?arch=src"), PART("B", "x"),
		 STATUS("known_affected", "B:x") ",'threats':[{'category':'impact','details':'Low',"
						 "'product_ids':['B:x']}]"),
	 HEAD " rhel-9/x [,) !low #enterprise_linux:9::baseos\n", ""},
	{DOCUMENT(RHEL9 "," PURL("x", "pkg:rpm/redhat/x?arch=src"), PART("B", "x"),
		  STATUS("under_investigation", "B:x")),
	 HEAD " rhel-9/x [,) under_investigation #enterprise_linux:9::baseos\n", ""},
	{DOCUMENT(RHEL9 "," PURL("x", "pkg:rpm/redhat/x?arch=src"), PART("B", "x"),
		  STATUS("known_not_affected", "B:x")),
	 HEAD " rhel-9/x not_affected #enterprise_linux:9::baseos\n", ""},
	/* Not affected with a version: of the same build as a fix. */
	{DOCUMENT(RHEL9 "," PURL("x", "pkg:rpm/redhat/x@1-1?arch=src"), PART("B", "x"),
		  STATUS("known_not_affected", "B:x")),
	 HEAD, ""},
	/* A module: as a qualifier, and between package and platform. */
	{DOCUMENT(CPE("A", "cpe:/a:redhat:rhel_eus:8.8::appstream") "," PURL(
			  "r",
			  "pkg:rpm/redhat/redis@6-1.module%2Bel8?arch=src&rpmmod=redis:6:8100:48"),
		  PART("A", "r"), STATUS("fixed", "A:r")),
	 HEAD " rhel-8/redis [,6-1.module+el8) #rhel_eus:8.8::appstream %redis:6\n", ""},
	{DOCUMENT(RHEL9 "," PURL("m", "pkg:rpmmod/redhat/nodejs@18:8080:ab") "," PURL(
			  "n", "pkg:rpm/redhat/nodejs@18-1?arch=src"),
		  PART("B", "m") "," PART("B:m", "n"), STATUS("fixed", "B:m:n")),
	 HEAD " rhel-9/nodejs [,18-1) #enterprise_linux:9::baseos %nodejs:18\n", ""},
	{DOCUMENT(RHEL9 "," PURL("n", "pkg:rpm/redhat/n?arch=src&rpmmod=rhel10"), PART("B", "n"),
		  STATUS("known_affected", "B:n")),
	 HEAD " rhel-9/n [,) #enterprise_linux:9::baseos %n:*\n",
	 "CVE-2024-1: \"rhel10\" is no module with a stream\n"},
	/* A layered product on RHEL is read, one of another platform and what is no rpm are not. */
	{DOCUMENT(CPE("S", "cpe:/a:redhat:satellite:6.14::el8") "," PURL(
			  "x", "pkg:rpm/redhat/x?arch=src"),
		  PART("S", "x"), STATUS("known_affected", "S:x")),
	 HEAD " rhel-8/x [,) #satellite:6.14::el8\n", ""},
	{DOCUMENT(CPE("S", "cpe:/a:redhat:openshift:4") "," RHEL9 "," PURL(
			  "x", "pkg:rpm/redhat/x?arch=src") "," PURL("o", "pkg:oci/x@sha256:1"),
		  PART("S", "x") "," PART("B", "o"),
		  "'product_status':{'known_affected':['S:x','B:o']}"),
	 HEAD, ""},
	{DOCUMENT(RHEL9, "", STATUS("fixed", "B:gone")), HEAD,
	 "CVE-2024-1: product \"B:gone\" is not in the tree\n"},
	{"{'document':{'tracking':{'id':'CVE-2024-1','status':'deleted'}}}",
	 "CVE-2024-1 withdrawn\n", ""},
	{"{'document':{'category':'csaf_vex'},'vulnerabilities':[{'cve':'CVE-2024-1'}]}", "",
	 ": no product_tree with branches\n"},
};

TEST(products_are_read_by_their_status)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_json("redhat-vex", path, rows[i].text, rows[i].want, rows[i].problems);
	check_error("redhat-vex", path, "{}", "not a document of CSAF");
}

TEST(deletions_take_records_back)
{
	check_feed("redhat-vex", "redhat/csaf/v2/vex/deletions.csv",
		   "\"2021/cve-2021-47343.json\",\"2024-07-29T18:39:58+00:00\"\nrubbish\n",
		   "CVE-2021-47343 withdrawn\nfact date=2024-07-29T18:39:58+00:00\n",
		   "line 2: expected \"YEAR/cve-ID.json\",\"TIME\"\n");
	check_feed("redhat-vex", "vex-feed/changes.csv",
		   "\"2023/cve-2023-1.json\",\"2024-08-04T10:17:22+00:00\"\n"
		   "\"2023/cve-2023-2.json\",\"2024-08-03T10:17:22+00:00\"\n",
		   "fact date=2024-08-04T10:17:22+00:00\n", "");
	check_feed("redhat-vex", "vex/archive_latest.txt", "csaf_vex_2024-08-04.tar.zst\n",
		   "fact date=2024-08-04\n", "");
	check_feed("redhat-vex", "vex/archive_latest.txt", "vex-archive.tar.zst\n", "", "");
}

TEST(only_the_layout_of_the_feed_is_claimed)
{
	assert_non_null(feed_for(STR("redhat/vex-archive.tar/2024/cve-2024-1.json")));
	assert_non_null(feed_for(STR("data/csaf/v2/vex/2024/cve-2024-1.json")));
	assert_null(feed_for(STR("x.tar/csaf-vex/cve-2024-1.json")));
	assert_null(feed_for(STR("vex/v1/cve-2024-1.json")));
	assert_null(feed_for(STR("vex/testdata/vex/2024/cve-2024-1.json")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(products_are_read_by_their_status),
		RUN(deletions_take_records_back),
		RUN(only_the_layout_of_the_feed_is_claimed),
	};

	return RUN_ALL(tests);
}
