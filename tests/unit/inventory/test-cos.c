/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_cos;

static const struct table_row rows[] = {
	{&pkgdb_cos,
	 {"installed only", "etc/cos-package-info.json",
	  "{\"installedPackages\":[{\"category\":\"sys-libs\",\"name\":\"keel\",\"version\":\"17.1."
	  "2\",\"ebuild_version\":\"1-r1\"}],\"buildTimePackages\":[{\"name\":\"no\",\"version\":"
	  "\"1\"}]}",
	  "cos/keel@17.1.2", NULL}},
	{&pkgdb_cos, {"nothing", "etc/cos-package-info.json", "{}", "", NULL}},
	{&pkgdb_cos,
	 {"null", "etc/cos-package-info.json", "{\"installedPackages\":null}", "", NULL}},
	{&pkgdb_cos,
	 {"no name", "etc/cos-package-info.json",
	  "{\"installedPackages\":[{\"version\":\"1\"},{\"name\":\"a\"}]}", "cos/a@",
	  "installedPackages[0]: no name"}},
};

TEST(files_give_their_records)
{
	table_check_rows(rows, ARRAY_LEN(rows));
}

static const struct table_error bad[] = {
	{&pkgdb_cos, "etc/cos-package-info.json", "[]", ERR_FORMAT,
	 "\"installedPackages\" is no list"},
	{&pkgdb_cos, "etc/cos-package-info.json", "{\"installedPackages\":{}}", ERR_FORMAT,
	 "is no list"},
	{&pkgdb_cos, "etc/cos-package-info.json", "invalid", ERR_FORMAT, "line 1"},
};

TEST(a_bad_file_says_what_is_wrong)
{
	table_check_errors(bad, ARRAY_LEN(bad));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(files_give_their_records),
		RUN(a_bad_file_says_what_is_wrong),
	};
	return RUN_ALL(tests);
}
