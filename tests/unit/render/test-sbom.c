/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "render/sbom.h"
#include "tests/unit/render/sample.h"

TEST(references_are_unique_although_purls_repeat)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(sbom_done) struct sbom s;

	assert_int_equal(sbom_init(&s, report, NULL), 0);
	assert_int_equal(s.n_components, 4);
	assert_str(s.components[2].ref, "pkg:rpm/tool@1%3A2-3");
	assert_str(s.components[3].ref, "pkg:rpm/tool@1%3A2-3|2");
}

TEST(a_changed_report_has_another_uuid)
{
	CLEANUP(report_freep) struct report *a = sample_report();
	CLEANUP(report_freep) struct report *b = sample_report();
	CLEANUP(sbom_done) struct sbom sa, sb;
	struct report_package *p = vec_at(&b->packages, 0);

	p->p.licenses.n = 1;
	assert_int_equal(sbom_init(&sa, a, NULL), 0);
	assert_int_equal(sbom_init(&sb, b, NULL), 0);
	assert_string_not_equal(sa.uuid, sb.uuid);
	assert_int_equal(strlen(sa.uuid), SBOM_UUID_TEXT);
	assert_int_equal(sa.uuid[14], '5');
}

TEST(only_gaps_of_the_inventory_make_it_incomplete)
{
	static const struct {
		const char *what;
		bool complete;
	} rows[] = {{"vulnerabilities", true},
		    {"secrets", true},
		    {"layer sha256:aa", false},
		    {"operating-system packages (rpm)", false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *report = report_new();
		CLEANUP(sbom_done) struct sbom s;

		assert_int_equal(report_add_coverage(report, str_of(rows[i].what),
						     COVERAGE_NOT_ASSESSED, STR("x"), STR_NULL, 0),
				 0);
		assert_int_equal(sbom_init(&s, report, NULL), 0);
		if (s.complete != rows[i].complete)
			fail_msg("%s", rows[i].what);
	}
}

TEST(the_image_has_a_purl_only_with_a_digest)
{
	static const struct {
		const char *name, *digest, *name_want, *purl;
	} rows[] = {
		{"debian:12", DIGEST_M, "debian", "pkg:oci/debian@" DIGEST_M "?arch=arm64&tag=12"},
		{"localhost:5000/a/B", DIGEST_M, "localhost:5000/a/B",
		 "pkg:oci/b@" DIGEST_M "?arch=arm64&repository_url=localhost:5000%2Fa%2FB"},
		{"debian@" DIGEST_M, DIGEST_M, "debian", "pkg:oci/debian@" DIGEST_M "?arch=arm64"},
		{"debian:12", "", "debian", ""},
		{"", DIGEST_M, "oci:shop:1.4", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *report = sample_report();
		CLEANUP(sbom_done) struct sbom s;

		report->image.name = str_of(rows[i].name);
		report->image.manifest_digest = str_of(rows[i].digest);
		assert_int_equal(sbom_init(&s, report, NULL), 0);
		assert_str(s.name, rows[i].name_want);
		assert_str(s.purl, rows[i].purl);
	}
}

TEST(licences_are_joined_with_parentheses_where_needed)
{
	static const struct str list[] = {{"MIT or ISC", 10}, {"NONE", 4}, {"BSD-3-Clause", 12}};
	static const struct str none[] = {{"NONE", 4}};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4096);
	struct package p = {.licenses = {list, 3}};

	assert_int_equal(sbom_add_licenses(&p, &out, NULL), LICENSE_EXPRESSION);
	assert_str(strbuf_str(&out), "(MIT OR ISC) AND BSD-3-Clause");
	strbuf_reset(&out);
	p.licenses = (struct str_list){none, 1};
	assert_int_equal(sbom_add_licenses(&p, &out, NULL), LICENSE_NONE);
	assert_int_equal(out.n, 0);
}

TEST(running_out_of_memory_is_an_error)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(sbom_done) struct sbom s;
	struct err err = {0};
	struct vec many = report->packages;

	/* More components than the arena holds: refused before anything is touched. */
	report->packages.n = SIZE_MAX / 2;
	assert_int_equal(sbom_init(&s, report, &err), -ERR_NOMEM);
	assert_has(err.msg, "out of memory");
	report->packages = many;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(references_are_unique_although_purls_repeat),
		RUN(a_changed_report_has_another_uuid),
		RUN(only_gaps_of_the_inventory_make_it_incomplete),
		RUN(the_image_has_a_purl_only_with_a_digest),
		RUN(licences_are_joined_with_parentheses_where_needed),
		RUN(running_out_of_memory_is_an_error),
	};

	return RUN_ALL(tests);
}
