/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "render/tally.h"
#include "tests/unit/render/sample.h"

TEST(counts_by_type_and_reader_in_sorted_order)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(vec_done) struct vec rows;
	struct report_package *p = sample_package(
		report, STR("pkg:deb/x"), (struct package){.type = STR("deb"), .name = STR("x")});
	const struct tally_row *row;

	p->db = STR("chisel");
	assert_int_equal(tally_packages(report, &rows, NULL), 0);
	assert_int_equal(rows.n, 3);
	row = vec_at(&rows, 0);
	assert_str(row->db, "chisel");
	assert_int_equal(row->n_packages, 1);
	row = vec_at(&rows, 1);
	assert_str(row->db, "dpkg");
	assert_int_equal(row->n_packages, 2);
	row = vec_at(&rows, 2);
	assert_str(row->type, "rpm");
	assert_str(row->path, "usr/lib/sysimage/rpm/rpmdb.sqlite");
}

TEST(suppressed_findings_of_one_source_count_once)
{
	CLEANUP(report_freep) struct report *r = report_new();
	static const char *const purls[] = {"pkg:deb/d/libssl3@1", "pkg:deb/d/openssl@1", ""};

	for (size_t i = 0; i < ARRAY_LEN(purls); i++) {
		const struct finding x = {
			.rule = STR("CVE-2026-0001"),
			.suppressed_by = purls[i][0] ? STR(".plimsollignore:1") : STR_NULL,
			.subject = {.kind = SUBJECT_PACKAGE,
				    .purl = str_of(purls[i]),
				    .source_name = STR("openssl"),
				    .source_version = STR("1")},
		};

		assert_int_equal(report_add_finding(r, &x, NULL), 0);
	}
	assert_int_equal(tally_suppressed(r).by_rules, 1);
	assert_int_equal(finding_counts_of(r).suppressed, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(counts_by_type_and_reader_in_sorted_order),
		RUN(suppressed_findings_of_one_source_count_once),
	};

	return RUN_ALL(tests);
}
