/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_snap, pkgdb_snap_manifest;

static const struct table_row rows[] = {
	{&pkgdb_snap,
	 {"several architectures", "snap/core/1/meta/snap.yaml",
	  "name: core\n"
	  "version: 16-2.61\n"
	  "architectures: [amd64, arm64]\n"
	  "grade: stable\n",
	  "snap/core@16-2.61 arch=amd64,arm64", NULL}},
	{&pkgdb_snap,
	 {"a version that looks like a number", "snap/core/1/meta/snap.yaml",
	  "name: core\n"
	  "version: 1.10\n"
	  "license: MIT\n",
	  "snap/core@1.10 lic=MIT", NULL}},
	{&pkgdb_snap_manifest,
	 {"what was primed", "snap/manifest.yaml",
	  "name: hello\n"
	  "version: \"2\"\n"
	  "primed-stage-packages:\n"
	  "- libc6=2.35-0ubuntu3\n"
	  "- libz1:amd64=1\n"
	  "parts:\n"
	  "  x:\n"
	  "    stage-packages: [no=1]\n",
	  "snap/hello@2; deb/libc6@2.35-0ubuntu3; deb/libz1@1 arch=amd64", NULL}},
	{&pkgdb_snap_manifest,
	 {"stage packages of parts", "snap/snapcraft.yaml",
	  "name: hello\n"
	  "version: git\n"
	  "parts:\n"
	  "  x:\n"
	  "    stage-packages: [a=1, wish]\n",
	  "deb/a@1", NULL}},
	{&pkgdb_snap_manifest,
	 {"a base snap", "usr/share/snappy/dpkg.yaml",
	  "packages:\n"
	  "- adduser=3.118ubuntu2\n"
	  "- base-files=11\n",
	  "deb/adduser@3.118ubuntu2; deb/base-files@11", NULL}},
};

TEST(files_give_their_records)
{
	table_check_rows(rows, ARRAY_LEN(rows));
}

static const struct table_error bad[] = {
	{&pkgdb_snap, "snap/core/1/meta/snap.yaml", "version: 1\n", ERR_FORMAT, "no name"},
	{&pkgdb_snap, "snap/core/1/meta/snap.yaml", "name: a\n", ERR_FORMAT, "no version"},
	{&pkgdb_snap, "snap/core/1/meta/snap.yaml", "name: [\n", ERR_FORMAT, "line "},
	{&pkgdb_snap_manifest, "snap/manifest.yaml", "- a\n", ERR_FORMAT, "line 1: expected a map"},
};

TEST(a_bad_file_says_what_is_wrong)
{
	table_check_errors(bad, ARRAY_LEN(bad));
}

TEST(other_files_of_the_snap_come_first)
{
	struct recording rec;

	recording_init(&rec);
	recording_sibling(&rec, "meta/snap.yaml", STR("name: a\n"));
	recording_sibling(&rec, "snap/manifest.yaml", STR("name: a\n"));
	assert_int_equal(recording_parse(&rec, &pkgdb_snap_manifest, "snap/manifest.yaml",
					 STR("name: a\nversion: 1\n"), NULL),
			 0);
	assert_int_equal(recording_parse(&rec, &pkgdb_snap_manifest, "snap/snapcraft.yaml",
					 STR("parts: {x: {stage-packages: [a=1]}}\n"), NULL),
			 0);
	assert_int_equal(rec.packages.n, 0);
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(files_give_their_records),
		RUN(a_bad_file_says_what_is_wrong),
		RUN(other_files_of_the_snap_come_first),
	};
	return RUN_ALL(tests);
}
