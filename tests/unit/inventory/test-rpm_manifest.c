/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/recording_sink.h"

extern const struct pkgdb pkgdb_rpm_manifest;

static const char path[] = "var/lib/rpmmanifest/container-manifest-2";

TEST(lines_are_packages)
{
	CLEANUP(recording_done) struct recording rec;

	recording_init(&rec);
	assert_int_equal(
		recording_parse(
			&rec, &pkgdb_rpm_manifest, path,
			STR("mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft "
			    "Corporation\t(none)\t580\tnoarch\t0\tmariner-release-2.0-12.cm2.src."
			    "rpm\n"
			    "shadow-utils\t4.9-13.cm2\t1\t2\t(none)\t2\t7\tx86_64\t2\t(none)\n"
			    "zero\t1-1\t1\t2\tV\t0\t7\tx86_64\t0\tzero-1-1.src.rpm"),
			NULL),
		0);
	assert_int_equal(rec.problems.n, 0);
	const struct package *p = recording_package(&rec, 0);
	assert_str(p->type, "rpm");
	assert_str(p->name, "mariner-release");
	assert_str(p->version, "2.0-12.cm2");
	assert_str(p->arch, "noarch");
	assert_str(p->vendor, "Microsoft Corporation");
	assert_str(p->source_name, "mariner-release");
	assert_str(recording_join(&rec, p->attributes),
		   "installtime=1653816591,size=580,sourcerpm=mariner-release-2.0-12.cm2.src.rpm");
	assert_str(recording_package(&rec, 1)->version, "2:4.9-13.cm2");
	assert_str(recording_package(&rec, 1)->vendor, "");
	assert_has(recording_join(&rec, recording_package(&rec, 2)->attributes).p, "epoch=0,");
}

TEST(a_bad_line_is_a_problem_and_says_where)
{
	CLEANUP(recording_done) struct recording rec;

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_manifest, path,
					 STR("\nname only\nbash\t5-1\n"
					     "(none)\t1-1\t1\t2\tV\t0\t7\tx86_64\t0\tx\n"),
					 NULL),
			 0);
	assert_string_equal(recording_problem(&rec, 0), "line 2: 1 columns, expected 10");
	assert_string_equal(recording_problem(&rec, 1), "line 3: 2 columns, expected 10");
	assert_string_equal(recording_problem(&rec, 2), "line 4: no name or version");
	assert_int_equal(rec.packages.n, 1);
	assert_str(recording_package(&rec, 0)->name, "bash");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lines_are_packages),
		RUN(a_bad_line_is_a_problem_and_says_where),
	};
	return RUN_ALL(tests);
}
