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

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(counts_by_type_and_reader_in_sorted_order)};

	return RUN_ALL(tests);
}
