/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_apk;

#define DB "lib/apk/db/installed"

static const struct reader_row rows[] = {
	{"nothing", DB, "", "", NULL},
	{"two packages", DB, "P:a\nV:1-r0\nA:x86_64\no:s\nL:MIT\n\nP:b\nV:2\n\n",
	 "apk/a@1-r0 arch=x86_64 src=s@ lic=MIT; apk/b@2", NULL},
	{"more blank lines, no last line end", DB, "\n\nP:a\nV:1\n\n\n\nP:b\nV:2",
	 "apk/a@1; apk/b@2", NULL},
	{"CRLF", DB, "P:a\r\nV:1\r\n\r\n", "apk/a@1", NULL},
	{"files below their directory", DB,
	 "P:a\nV:1\nF:\nR:.x\nF:usr/bin\nM:0:0:755\nR:y\na:0:0:755\nZ:Q1abc=\nF:empty\n",
	 "apk/a@1 files=.x,usr/bin/y", NULL},
	{"directories end with their package", DB, "P:a\nV:1\nF:usr\nR:x\n\nP:b\nV:2\nR:y\n",
	 "apk/a@1 files=usr/x; apk/b@2", "line 8: a file (R:) before any directory (F:)"},
	{"a file that leaves its directory stays in the root", DB,
	 "P:a\nV:1\nF:usr\nR:../../../x\n", "apk/a@1 files=x", NULL},
	{"letters of the future", DB, "P:a\nV:1\ng:tag\nX:y\n9:z\n", "apk/a@1", NULL},
	{"no name", DB, "\nV:1\n\nP:b\nV:2\n", "apk/b@2", "line 2: no name (P:)"},
	{"no version", DB, "P:a\nA:x\n\nP:b\nV:2\n", "apk/b@2", "line 1: no version (V:)"},
	{"a line that is no field", DB, "P:a\nbad\nV:1\n", "apk/a@1",
	 "line 2: expected \"X:value\""},
};

TEST(reads_the_installed_database)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		table_check(&pkgdb_apk, &rows[i]);
}

TEST(keeps_what_tells_more_about_a_package)
{
	struct recording rec;

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_apk, DB,
					 STR("C:Q1x=\nP:a\nV:1\nm:M <m@example.com>\nt:17\nc:ab\n"
					     "k:10\ns:edge\nf:fs\nI:9\nU:https://example.com\nr:z\n"
					     "T:text\n"),
					 NULL),
			 0);
	assert_str(recording_package(&rec, 0)->vendor, "M <m@example.com>");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->attributes),
		   "broken=fs,build-time=17,checksum=Q1x=,commit=ab,installed-size=9,"
		   "provider-priority=10,replaces=z,repository-tag=edge,url=https://example.com");
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(reads_the_installed_database),
		RUN(keeps_what_tells_more_about_a_package),
	};

	return RUN_ALL(tests);
}
