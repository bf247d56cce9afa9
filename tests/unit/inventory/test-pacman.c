/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_pacman;

#define DESC  "var/lib/pacman/local/a-1-1/desc"
#define FILES "var/lib/pacman/local/lib-a-1:1.0-2/files"

static const struct reader_row rows[] = {
	{"all that is wanted", DESC,
	 "%NAME%\na\n\n%VERSION%\n1:1-1\n\n%BASE%\ns\n\n%ARCH%\nany\n\n%LICENSE%\nMIT\nGPL\n\n",
	 "alpm/a@1:1-1 arch=any src=s@ lic=MIT,GPL", NULL},
	{"the end comes early", DESC, "%NAME%\na\n\n%VERSION%\n1-1\n\n%DEPENDS%\nsh\nglibc",
	 "alpm/a@1-1", NULL},
	{"no blank line between blocks, CRLF", DESC, "%NAME%\r\na\r\n%VERSION%\r\n1-1\r\n",
	 "alpm/a@1-1", NULL},
	{"unknown blocks", DESC, "%NEWS%\nx\n\n%NAME%\na\n\n%VERSION%\n1-1\n", "alpm/a@1-1", NULL},
	{"per cent signs in a value", DESC, "%NAME%\na\n\n%VERSION%\n1-1\n\n%DESC%\n%5 of%\n",
	 "alpm/a@1-1", NULL},
	{"no name", DESC, "%VERSION%\n1-1\n", "", "no %NAME%"},
	{"no version", DESC, "%NAME%\na\n", "", "no %VERSION%"},
	{"nothing", DESC, "", "", "no %NAME%"},
	{"a value outside", DESC, "x\n%NAME%\na\n\n%VERSION%\n1-1\n", "alpm/a@1-1",
	 "line 1: expected %NAME% before a value"},
	{"a value behind the end of its block", DESC, "%NAME%\na\n\nx\n%VERSION%\n1-1\n",
	 "alpm/a@1-1", "line 4: expected %NAME% before a value"},
	{"files but no directories, and nothing of the backups", FILES,
	 "%FILES%\nusr/\nusr/x y\nusr/z\n\n%BACKUP%\nusr/q\tabc\n",
	 "+ alpm/lib-a@ files=usr/x y,usr/z", NULL},
	{"no files", FILES, "", "", NULL},
};

TEST(reads_desc_and_files)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		table_check(&pkgdb_pacman, &rows[i]);
}

TEST(a_directory_of_another_shape_is_named)
{
	struct recording rec;
	struct err err = {0};

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_pacman, "var/lib/pacman/local/a-1/files",
					 STR("%FILES%\nx\n"), &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "NAME-VERSION-RELEASE");
	recording_done(&rec);
}

TEST(keeps_what_tells_more_about_a_package)
{
	struct recording rec;

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_pacman, DESC,
					 STR("%NAME%\na\n\n%VERSION%\n1-1\n\n%PACKAGER%\nP\n\n"
					     "%REASON%\n1\n\n%SIZE%\n7\n\n%VALIDATION%\npgp\n\n"),
					 NULL),
			 0);
	assert_str(recording_package(&rec, 0)->vendor, "P");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->attributes),
		   "installed-size=7,reason=1,validation=pgp");
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(reads_desc_and_files),
		RUN(a_directory_of_another_shape_is_named),
		RUN(keeps_what_tells_more_about_a_package),
	};

	return RUN_ALL(tests);
}
