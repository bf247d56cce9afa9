/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each value of a feed's record, replaced by one of another type, is told or does not matter: the
 * file is an error, the record a problem, or what is read is the same to the byte.
 */
#include <stdio.h>

#include "tests/unit/vuln/feed_dump.h"

/* With every field that its reader looks at; ' for ". Two records where a file holds several. */
static const struct {
	const char *id, *path, *text;
} rows[] = {
	{"osv", "osv/npm/all.zip/GHSA-1.json",
	 "{'id':'GHSA-1','modified':'2025-01-02T00:00:00Z','published':'2025-01-01T00:00:00Z',"
	 "'summary':'S','details':'D','aliases':['CVE-2025-10001'],'upstream':['CVE-2025-10002'],"
	 "'related':['CVE-2025-10003'],'severity':[{'type':'CVSS_V3','score':'CVSS:3.1/AV:N'}],"
	 "'references':[{'type':'ADVISORY','url':'https://example.com'}],"
	 "'database_specific':{'severity':'HIGH','cwe_ids':['CWE-79']},'affected':[{'package':{"
	 "'ecosystem':'npm','name':'x','purl':'pkg:npm/x'},'ranges':[{'type':'SEMVER','events':[{"
	 "'introduced':'1.0.0'},{'fixed':'1.2.0'},{'introduced':'2.0.0'},{'last_affected':'2.1.0'},"
	 "{'introduced':'3.0.0'}]}],'versions':['0.1.0'],'severity':[{'type':'CVSS_V4','score':"
	 "'CVSS:4.0/AV:N'}],'database_specific':{'last_known_affected_version_range':'<= 3.5.0',"
	 "'informational':'unsound','categories':['malicious']}}]}"},
	{"osv", "osv/Go/all.zip/GO-1.json",
	 "{'id':'GO-1','withdrawn':'2025-01-01T00:00:00Z','affected':[{'package':{'ecosystem':'Go',"
	 "'name':'example.com/x'},'ranges':[{'type':'SEMVER','events':[{'introduced':'0'}]}],"
	 "'ecosystem_specific':{'imports':[{'path':'example.com/x','symbols':['F']}],"
	 "'custom_ranges':[{'type':'ECOSYSTEM','events':[{'introduced':'2.9.0'},{'fixed':'2.9.2'}]}"
	 "]}}"
	 "]}"},
	{"osv", "osv/Debian/all.zip/DEBIAN-CVE-2025-10001.json",
	 "{'id':'DEBIAN-CVE-2025-10001','affected':[{'package':{'ecosystem':'Debian:12','name':'x'}"
	 ","
	 "'ranges':[{'type':'ECOSYSTEM','events':[{'introduced':'0'}]}],'ecosystem_specific':{"
	 "'urgency':'low'}}]}"},
	{"osv", "osv/Ubuntu/all.zip/UBUNTU-CVE-2025-10001.json",
	 "{'id':'UBUNTU-CVE-2025-10001','affected':[{'package':{'ecosystem':'Ubuntu:Pro:22.04:LTS',"
	 "'name':'x','purl':'pkg:deb/ubuntu/x?distro=esm-apps/"
	 "jammy'},'ranges':[{'type':'ECOSYSTEM',"
	 "'events':[{'introduced':'0'}]}],'ecosystem_specific':{'ubuntu_priority':'low'}}]}"},
	{"kubernetes", "vuln-list-k8s/upstream/CVE-2025-10001.json",
	 "{'id':'CVE-2025-10001','affected':[{'package':{'ecosystem':'kubernetes','name':'k8s.io/"
	 "x'},"
	 "'ranges':[{'type':'SEMVER','events':[{'introduced':'1.0.0'},{'fixed':'1.2.0'}]}]}]}"},
	{"pypa", "vulns/x/PYSEC-2025-1.yaml",
	 "{'id':'PYSEC-2025-1','modified':'2025-01-02T00:00:00Z','aliases':['CVE-2025-10001'],'"
	 "affected':"
	 "[{'package':{'ecosystem':'PyPI','name':'x'},'ranges':[{'type':'ECOSYSTEM','events':[{"
	 "'introduced':'0'},{'fixed':'1.2'}]}],'versions':['9.0']}]}"},
	{"debian-tracker", "tracker/data/json",
	 "{'x':{'CVE-2025-10001':{'description':'D','releases':{'bookworm':{'status':'open','"
	 "urgency':"
	 "'low','nodsa':'Minor','nodsa_reason':'ignored'},'trixie':{'status':'resolved',"
	 "'fixed_version':'1.0-1','urgency':'high'}}}},'y':{'CVE-2025-10002':{'releases':{'"
	 "bookworm':{"
	 "'status':'resolved','fixed_version':'0'}}}}}"},
	{"alpine-secdb", "v3.20/main.json",
	 "{'packages':[{'pkg':{'name':'x','secfixes':{'1.0-r1':['CVE-2025-10001'],'0':['CVE-2025-"
	 "10002']}}}"
	 ","
	 "{'pkg':{'name':'y','secfixes':{'1.0-r1':['CVE-2025-10003']}}}]}"},
	{"wolfi-secdb", "packages.wolfi.dev/os/security.json",
	 "{'packages':[{'pkg':{'name':'x','secfixes':{'1.0-r1':['CVE-2025-10001']}}}]}"},
	{"chainguard-secdb", "packages.cgr.dev/chainguard/security.json",
	 "{'packages':[{'pkg':{'name':'x','secfixes':{'1.0-r1':['CVE-2025-10001']}}}]}"},
	{"kev", "known_exploited_vulnerabilities.json",
	 "{'dateReleased':'2025-06-01T00:00:00Z','vulnerabilities':[{'cveID':'CVE-2025-10001','"
	 "dateAdded':"
	 "'2025-05-01','dueDate':'2025-06-01','knownRansomwareCampaignUse':'Known','cwes':['CWE-79'"
	 "]}"
	 ",{'cveID':'CVE-2025-10002','dateAdded':'2025-05-02'}]}"},
	{"nvd", "nvdcve-2.0-2025.json",
	 "{'timestamp':'2025-06-01T00:00:00','vulnerabilities':[{'cve':{'id':'CVE-2025-10001','"
	 "published':"
	 "'2025-01-01T00:00:00','lastModified':'2025-01-02T00:00:00','vulnStatus':'Rejected',"
	 "'descriptions':[{'lang':'en','value':'D'}],'metrics':{'cvssMetricV40':[{'type':'Primary',"
	 "'cvssData':{'vectorString':'CVSS:4.0/"
	 "A'}}],'cvssMetricV31':[{'type':'Secondary','cvssData':"
	 "{'vectorString':'CVSS:3.1/A'}},{'type':'Primary','cvssData':{'vectorString':'CVSS:3.1/"
	 "B'}}"
	 "],'cvssMetricV30':[{'cvssData':{'vectorString':'CVSS:3.0/"
	 "A'}}],'cvssMetricV2':[{'cvssData':"
	 "{'vectorString':'AV:N'}}]},'weaknesses':[{'description':[{'value':'CWE-79'}]}]}},{'cve':{"
	 "'id':'CVE-2025-10002'}}]}"},
	{"photon-json", "cve_data_photon5.0.json",
	 "[{'cve_id':'CVE-2025-10001','pkg':'x','cve_score':6.3,'aff_ver':'all versions "
	 "before','res_ver':"
	 "'1.0-1.ph5'},{'cve_id':'CVE-2025-10002','pkg':'x','cve_score':'9.1','aff_ver':'all "
	 "versions',"
	 "'res_ver':'NA'}]"},
	{"arch", "arch/all.json",
	 "[{'name':'AVG-1','packages':['x'],'status':'Fixed','severity':'High','type':'T','fixed':"
	 "'1.0-2','issues':['CVE-2025-10001']},{'name':'AVG-2','packages':['y'],'status':'Unknown',"
	 "'issues':['CVE-2025-10002']}]"},
	{"endoflife", "api/v1/products/full",
	 "{'generated_at':'2025-06-01T00:00:00+00:00','result':[{'name':'debian','releases':[{'"
	 "name':"
	 "'12','isEol':false,'eolFrom':'2026-06-10','eoesFrom':'2033-06-30'},{'name':'7','isEol':"
	 "true}"
	 "]}]}"},
	{"friendsofphp", "security-advisories/a/b/CVE-2025-10001.yaml",
	 "{'title':'T','link':'https://"
	 "example.com','cve':'CVE-2025-10001','branches':{'2.0.x':{'time':"
	 "'2025-01-01 00:00:00','versions':['>=2.0.0','<2.0.19']}},'reference':'composer://a/b'}"},
	{"rubysec", "gems/x/CVE-2025-10001.yml",
	 "{'gem':'x','cve':'2025-1','ghsa':'aaaa-bbbb-cccc','osvdb':'7','title':'T','date':"
	 "'2025-01-01','url':'https://"
	 "example.com','platform':'jruby','cvss_v3':'9.8','cvss_v2':'5.0',"
	 "'cvss_v4':'7.0','patched_versions':['>= 2.0.0'],'unaffected_versions':['< 1.0.0']}"},
	{"rubysec", "rubies/ruby/CVE-2025-10001.yml",
	 "{'engine':'ruby','cve':'2025-1','cvss_v2':'5.0','patched_versions':['>= 2.0.0']}"},
	{"retirejs", "jsrepository-v5.json",
	 "{'x':{'npmname':'x-js','vulnerabilities':[{'below':'1.9.0','atOrAbove':'1.2.0','excludes'"
	 ":"
	 "['1.8.9'],'severity':'high','cwe':['CWE-79'],'info':['https://"
	 "example.com'],'identifiers':"
	 "{'summary':'S','CVE':['CVE-2025-10001'],'githubID':'GHSA-1'}},{'below':'1.0.0','"
	 "identifiers':"
	 "{'retid':'3'}}]}}"},
	{"redhat-repositories", "repository-to-cpe.json",
	 "{'data':{'r':{'cpes':['cpe:/o:redhat:enterprise_linux:9::baseos']},'s':{'cpes':[]}}}"},
	{"redhat-vex", "vex/2025/cve-2025-1.json",
	 "{'document':{'category':'csaf_vex','aggregate_severity':{'text':'Important'},'tracking':{"
	 "'id':'CVE-2025-10001','status':'final','current_release_date':'2025-01-02T00:00:00+00:00'"
	 "}},"
	 "'product_tree':{'branches':[{'branches':[{'product':{'product_id':'P',"
	 "'product_identification_helper':{'cpe':'cpe:/o:redhat:enterprise_linux:9::baseos'}}},{"
	 "'product':{'product_id':'a','product_identification_helper':{'purl':"
	 "'pkg:rpm/redhat/a@1-2.el9?arch=src'}}},{'product':{'product_id':'b',"
	 "'product_identification_helper':{'purl':'pkg:rpm/redhat/b?arch=src'}}},{'product':{"
	 "'product_id':'m','product_identification_helper':{'purl':'pkg:rpmmod/redhat/"
	 "nodejs@18'}}}]}"
	 "],'relationships':[{'full_product_name':{'product_id':'P:a'},'product_reference':'a',"
	 "'relates_to_product_reference':'P'},{'full_product_name':{'product_id':'P:b'},"
	 "'product_reference':'b','relates_to_product_reference':'P'}]},'vulnerabilities':[{'cve':"
	 "'CVE-2025-10001','title':'T','release_date':'2025-01-01T00:00:00+00:00','cwe':{'id':'CWE-"
	 "79'}"
	 ","
	 "'product_status':{'fixed':['P:a'],'known_affected':['P:b'],'known_not_affected':['P:b'],"
	 "'under_investigation':['P:b']},'remediations':[{'category':'vendor_fix','url':"
	 "'https://access.redhat.com/errata/RHSA-2025:1','product_ids':['P:a']},{'category':"
	 "'no_fix_planned','details':'Will not fix','product_ids':['P:b']}],'threats':[{'category':"
	 "'impact','details':'Low','product_ids':['P:a']}],'scores':[{'cvss_v2':{'vectorString':"
	 "'AV:N'},'cvss_v3':{'vectorString':'CVSS:3.1/A'},'cvss_v4':{'vectorString':'CVSS:4.0/"
	 "A'}}],"
	 "'references':[{'url':'https://example.com'}]}]}"},
};

/* Feeds whose files are no records of typed values: XML and lines. */
static const char *const untyped[] = {"azure-oval",  "debian-lists", "epss",	  "oracle-oval",
				      "photon-oval", "suse-oval",    "updateinfo"};

static const char *const replacements[] = {"7", "true", "\"x\"", "[]", "{}", "[7]"};

/* The value that starts at p, which is well-formed JSON without blanks, ends here. */
static const char *end_of_value(const char *p)
{
	int depth = 0;

	do {
		if (*p == '"') {
			for (p++; *p != '"'; p++)
				assert_true(*p && *p != '\\');
			p++;
		} else if (strchr("[{", *p)) {
			depth++;
			p++;
		} else if (strchr("]}", *p)) {
			depth--;
			p++;
		} else if (strchr(",:", *p)) {
			p++;
		} else {
			p += strcspn(p, ",:]}");
		}
	} while (depth > 0);
	return p;
}

static char kind_of(char first)
{
	return char_is_digit(first) ? '7' : first == 'f' ? 't' : first;
}

static int dump(size_t row, struct str text, struct strbuf *ret, size_t *ret_problems)
{
	struct feed_dump d;
	int r;

	feed_dump_init(&d);
	d.verbose = true;
	r = read_feed(rows[row].id, rows[row].path, text, &d, NULL);
	strbuf_reset(ret);
	strbuf_add(ret, strbuf_str(&d.out));
	*ret_problems = d.n_problems;
	feed_dump_done(&d);
	return r;
}

static bool is_yaml(size_t row)
{
	return strstr(rows[row].path, ".y") != NULL;
}

/* In YAML every scalar is a text. */
static bool is_same_kind(size_t row, char a, char b)
{
	bool scalars = !strchr("[{", a) && !strchr("[{", b);

	return kind_of(a) == kind_of(b) || (is_yaml(row) && scalars);
}

static void check_replaced(size_t row, const char *text, const char *at, const char *by,
			   struct str want)
{
	CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT(1 << 20);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1 << 20);
	size_t n_problems;

	strbuf_add(&in, str_make(text, (size_t)(at - text)));
	strbuf_adds(&in, by);
	strbuf_adds(&in, end_of_value(at));
	if (dump(row, strbuf_str(&in), &out, &n_problems) < 0 || n_problems ||
	    str_eq(strbuf_str(&out), want))
		return;
	fail_msg("%s: nothing is told of\n%s\nwhich is read as\n%s", rows[row].id, strbuf_cstr(&in),
		 strbuf_cstr(&out));
}

/* A number that may also be a text is one more kind that is right. */
static bool is_either(const char *text, const char *at)
{
	return at - text > 12 && strncmp(at - 12, "\"cve_score\":", 12) == 0;
}

static bool is_key(const char *at)
{
	return *at == '"' && *end_of_value(at) == ':';
}

static void check_row(size_t row)
{
	CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(1 << 20);
	CLEANUP(freep) char *text = str_dup(str_of(rows[row].text));
	size_t n_problems;

	assert_non_null(text);
	for (char *p = text; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	assert_int_equal(dump(row, str_of(text), &want, &n_problems), 0);
	if (n_problems || want.n == 0)
		fail_msg("%s: the row itself is not read", rows[row].id);
	for (const char *p = text; *p; p = strchr("[]{},:", *p) ? p + 1 : end_of_value(p)) {
		if (strchr("]},:", *p) || is_key(p))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(replacements); i++)
			if (!is_same_kind(row, *p, replacements[i][0]) &&
			    !(is_either(text, p) && strchr("7\"", replacements[i][0])))
				check_replaced(row, text, p, replacements[i], strbuf_str(&want));
	}
}

TEST(a_value_of_a_wrong_type_is_told_or_does_not_matter)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(i);
}

TEST(every_feed_of_typed_values_has_a_row)
{
	for (size_t i = 0; feeds[i]; i++) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(rows); k++)
			found = found || strcmp(rows[k].id, feeds[i]->id) == 0;
		for (size_t k = 0; k < ARRAY_LEN(untyped); k++)
			found = found || strcmp(untyped[k], feeds[i]->id) == 0;
		if (!found)
			fail_msg("%s has no row", feeds[i]->id);
	}
}

/* Two records in one file: what is wrong with the first is told, the second is read. */
static const struct {
	const char *id, *path, *before, *good, *after;
} lists[] = {
	{"kev", "known_exploited_vulnerabilities.json", "{\"vulnerabilities\":[",
	 "{\"cveID\":\"CVE-2025-10002\"}", "]}"},
	{"nvd", "nvdcve-2.0-2025.json", "{\"vulnerabilities\":[",
	 "{\"cve\":{\"id\":\"CVE-2025-10002\"}}", "]}"},
	{"photon-json", "cve_data_photon5.0.json", "[",
	 "{\"cve_id\":\"CVE-2025-10002\",\"pkg\":\"x\",\"res_ver\":\"1-1\"}", "]"},
	{"arch", "arch/all.json", "[",
	 "{\"name\":\"CVE-2025-10002\",\"packages\":[\"x\"],\"status\":\"Fixed\"}", "]"},
	{"alpine-secdb", "v3.20/main.json", "{\"packages\":[",
	 "{\"pkg\":{\"name\":\"x\",\"secfixes\":{\"1\":[\"CVE-2025-10002\"]}}}", "]}"},
	{"endoflife", "api/v1/products/full", "{\"result\":[",
	 "{\"name\":\"debian\",\"releases\":[{\"name\":\"12\",\"eolFrom\":\"2026-06-10\"}]}", "]}"},
};

static void check_neighbour(size_t row, struct str bad, const char *message)
{
	CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT((size_t)100 << 20);
	struct err err = {0};
	struct feed_dump d;

	feed_dump_init(&d);
	strbuf_adds(&in, lists[row].before);
	strbuf_add(&in, bad);
	strbuf_addf(&in, ",%s%s", lists[row].good, lists[row].after);
	if (read_feed(lists[row].id, lists[row].path, strbuf_str(&in), &d, &err) < 0)
		fail_msg("%s: %s", lists[row].id, err.msg);
	if (d.n_problems != 1)
		fail_msg("%s: %zu problems: %s", lists[row].id, d.n_problems,
			 strbuf_cstr(&d.problems));
	assert_has(strbuf_cstr(&d.problems), message);
	assert_true(d.out.n > 0);
	feed_dump_done(&d);
}

TEST(a_record_that_cannot_be_read_does_not_cost_those_beside_it)
{
	CLEANUP(strbuf_done) struct strbuf large = STRBUF_INIT((size_t)64 << 20);
	CLEANUP(strbuf_done) struct strbuf deep = STRBUF_INIT(1 << 20);

	strbuf_adds(&large, "{\"cve_id\":\"");
	for (size_t i = 0; i < 50; i++) {
		char *p = strbuf_reserve(&large, 1 << 20);

		assert_non_null(p);
		memset(p, 'A', 1 << 20);
		strbuf_commit(&large, 1 << 20);
	}
	strbuf_adds(&large, "\"}");
	for (size_t i = 0; i < 100000; i++)
		strbuf_addc(&deep, '[');
	for (size_t i = 0; i < 100000; i++)
		strbuf_addc(&deep, ']');
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		check_neighbour(i, STR("{\"a\":1,\"a\":2}"), "duplicate");
		check_neighbour(i, strbuf_str(&deep), "json_depth");
		check_neighbour(i, strbuf_str(&large), "json_bytes");
		check_neighbour(i, STR("7"), lists[i].id[0] == 'n' ? "cve" : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_value_of_a_wrong_type_is_told_or_does_not_matter),
		RUN(every_feed_of_typed_values_has_a_row),
		RUN(a_record_that_cannot_be_read_does_not_cost_those_beside_it),
	};

	return RUN_ALL(tests);
}
