/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of feeds, and for each feed a file as its publisher serves it:
 * tests/fixtures/feeds/<id>/<path in a mirror>, with what is read of it in expected.txt.
 */
#include <stdio.h>

#include "tests/unit/vuln/feed_dump.h"

static const struct {
	const char *id, *path;
} fixtures[] = {
	{"alpine-secdb", "v3.20/main.json"},
	{"arch", "arch/all.json"},
	{"azure-oval", "azurelinux-3.0-oval.xml"},
	{"chainguard-secdb", "packages.cgr.dev/chainguard/security.json"},
	{"debian-lists", "data/DSA/list"},
	{"debian-tracker", "tracker/data/json"},
	{"endoflife", "api/v1/products/full"},
	{"epss", "epss_scores-2026-01-01.csv"},
	{"friendsofphp", "security-advisories/symfony/http-foundation/CVE-2012-6431.yaml"},
	{"kev", "known_exploited_vulnerabilities.json"},
	{"kubernetes", "vuln-list-k8s/upstream/CVE-2023-2727.json"},
	{"nvd", "nvdcve-2.0-2021.json"},
	{"oracle-oval", "com.oracle.elsa-all.xml"},
	{"osv", "osv/PyPI/all.zip/GHSA-aaaa-bbbb-cccc.json"},
	{"photon-json", "cve_data_photon5.0.json"},
	{"photon-oval", "com.vmware.phsa-photon3.xml"},
	{"pypa", "vulns/some-package/PYSEC-2020-1.yaml"},
	{"redhat-repositories", "repository-to-cpe.json"},
	{"redhat-vex", "csaf_vex_2025-11-21.tar/2023/cve-2023-38545.json"},
	{"retirejs", "jsrepository-v5.json"},
	{"rubysec", "gems/resque/CVE-2023-50725.yml"},
	{"suse-oval", "opensuse.leap.15.5.xml"},
	{"updateinfo", "amazon-linux-2/updateinfo.xml"},
	{"wolfi-secdb", "packages.wolfi.dev/os/security.json"},
};

static void read_fixture(const char *id, const char *name, struct strbuf *sb)
{
	char path[1024], block[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/feeds/%s/%s", getenv("PLIMSOLL_FIXTURES"), id, name);
	f = fopen(path, "re");
	if (!f)
		fail_msg("%s is missing", path);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		strbuf_add_bytes(sb, block, n);
	assert_int_equal(fclose(f), 0);
}

TEST(feeds_are_sorted_and_described)
{
	for (size_t i = 0; feeds[i]; i++) {
		const struct feed *f = feeds[i];

		assert_true(f->id[0] && f->title[0] && f->licence[0] && f->url[0]);
		assert_true(f->claims && f->read);
		if (i)
			assert_true(strcmp(feeds[i - 1]->id, f->id) < 0);
		assert_ptr_equal(feed_find(str_of(f->id)), f);
	}
	assert_null(feed_find(STR("nothing")));
}

TEST(every_feed_has_a_fixture)
{
	for (size_t i = 0; feeds[i]; i++) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(fixtures); k++)
			found = found || strcmp(fixtures[k].id, feeds[i]->id) == 0;
		if (!found)
			fail_msg("%s has no fixture", feeds[i]->id);
	}
}

TEST(fixtures_are_read_as_expected)
{
	for (size_t i = 0; i < ARRAY_LEN(fixtures); i++) {
		CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT(1 << 20);
		CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(1 << 20);
		struct err err = {0};
		struct feed_dump d;

		feed_dump_init(&d);
		d.verbose = true;
		read_fixture(fixtures[i].id, fixtures[i].path, &in);
		read_fixture(fixtures[i].id, "expected.txt", &want);
		if (read_feed(fixtures[i].id, fixtures[i].path, strbuf_str(&in), &d, &err) < 0)
			fail_msg("%s: %s", fixtures[i].id, err.msg);
		assert_string_equal(strbuf_cstr(&d.out), strbuf_cstr(&want));
		assert_int_equal(d.n_problems, 0);
		feed_dump_done(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(feeds_are_sorted_and_described),
		RUN(every_feed_has_a_fixture),
		RUN(fixtures_are_read_as_expected),
	};

	return RUN_ALL(tests);
}
