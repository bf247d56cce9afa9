/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_opkg, pkgdb_opkg_info;

#define STATUS	"usr/lib/opkg/status"
#define CONTROL "usr/lib/opkg/info/a.control"

static const struct reader_row status_rows[] = {
	{"installed, whoever wanted it", STATUS,
	 "Package: a\nVersion: 1\nStatus: install user installed\n\n"
	 "Package: b\nVersion: 2\nStatus: purge ok installed\n",
	 "opkg/a@1; opkg/b@2", NULL},
	{"not installed", STATUS,
	 "Package: a\nVersion: 1\nStatus: install ok unpacked\n\nPackage: b\nVersion: 1\n\n"
	 "Package: c\nVersion: 1\nStatus: purge ok not-installed\n",
	 "", NULL},
	{"no name", STATUS, "Version: 1\nStatus: install ok installed\n", "", "line 1: no Package"},
};

static const struct reader_row info_rows[] = {
	{"control alone is a package", CONTROL, "Package: a\nVersion: 1\nLicense: MIT\n",
	 "opkg/a@1 lic=MIT", NULL},
	{"source by name", CONTROL, "Package: a\nVersion: 1\nSource: feeds/x/a-b\nSourceName: ab\n",
	 "opkg/a@1 src=ab@", NULL},
	{"source as a directory", CONTROL, "Package: a\nVersion: 1\nSource: feeds/x/a-b\n",
	 "opkg/a@1 src=a-b@", NULL},
	{"source as a recipe", CONTROL, "Package: a\nVersion: 1\nSource: a-b_1.36.1.bb\n",
	 "opkg/a@1 src=a-b@", NULL},
	{"source as a recipe without version", CONTROL, "Package: a\nVersion: 1\nSource: x/ab.bb\n",
	 "opkg/a@1 src=ab@", NULL},
	{"source as in dpkg", CONTROL, "Package: a\nVersion: 1\nSource: ab (2)\n",
	 "opkg/a@1 src=ab@2", NULL},
	{"source by name and as in dpkg", CONTROL,
	 "Package: a\nVersion: 1\nSource: ab (2)\nSourceName: x\n", "opkg/a@1 src=x@", NULL},
	{"files, with mode or not", "usr/lib/opkg/info/a.b.list",
	 "/etc/x\t0100644\n/bin/y\t0120777\t/bin/z\n/bin/z\n",
	 "+ opkg/a.b@ files=etc/x,bin/y,bin/z", NULL},
};

TEST(reads_status)
{
	for (size_t i = 0; i < ARRAY_LEN(status_rows); i++)
		table_check(&pkgdb_opkg, &status_rows[i]);
}

TEST(reads_control_files_and_lists)
{
	for (size_t i = 0; i < ARRAY_LEN(info_rows); i++)
		table_check(&pkgdb_opkg_info, &info_rows[i]);
}

TEST(a_control_file_beside_status_only_adds)
{
	struct recording rec;

	recording_init(&rec);
	recording_sibling(&rec, STATUS, STR(""));
	assert_int_equal(recording_parse(&rec, &pkgdb_opkg_info, CONTROL,
					 STR("Package: a\nVersion: 1\nLicense: MIT\n"), NULL),
			 0);
	assert_int_equal(rec.packages.n, 0);
	assert_str(recording_join(&rec, recording_fragment(&rec, 0)->licenses), "MIT");
	recording_done(&rec);
}

TEST(status_takes_the_source_from_the_control_file_of_that_version)
{
	static const struct {
		const char *version, *source, *vendor;
	} rows[] = {{"1", "src", "M"}, {"2", "", ""}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct recording rec;
		struct str status;

		recording_init(&rec);
		recording_sibling(&rec, CONTROL,
				  STR("Package: a\nVersion: 1\nSourceName: src\nMaintainer: M\n"));
		status = arena_strf(&rec.kept, "Package: a\nVersion: %s\nStatus: a b installed\n",
				    rows[i].version);
		assert_int_equal(recording_parse(&rec, &pkgdb_opkg, STATUS, status, NULL), 0);
		assert_str(recording_package(&rec, 0)->source_name, rows[i].source);
		assert_str(recording_package(&rec, 0)->vendor, rows[i].vendor);
		recording_done(&rec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(reads_status),
		RUN(reads_control_files_and_lists),
		RUN(a_control_file_beside_status_only_adds),
		RUN(status_takes_the_source_from_the_control_file_of_that_version),
	};

	return RUN_ALL(tests);
}
