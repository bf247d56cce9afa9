/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_chocolatey;

static const struct table_row rows[] = {
	{&pkgdb_chocolatey,
	 {"id and version", "ProgramData/chocolatey/lib/keel/keel.nuspec",
	  "<?xml version=\"1.0\"?>\n"
	  "<package xmlns=\"urn:x\"><metadata><id>keel</id><version> 1.2.3 "
	  "</version></metadata></package>",
	  "chocolatey/keel@1.2.3", NULL}},
	{&pkgdb_chocolatey,
	 {"a licence expression", "ProgramData/chocolatey/lib/keel/keel.nuspec",
	  "<package><metadata><id>keel</id><version>1</version><license "
	  "type=\"expression\">MIT</license></metadata></package>",
	  "chocolatey/keel@1 lic=MIT", NULL}},
	{&pkgdb_chocolatey,
	 {"a licence file is none", "ProgramData/chocolatey/lib/keel/keel.nuspec",
	  "<package><metadata><id>keel</id><version>1</version><license "
	  "type=\"file\">L.txt</license></metadata></package>",
	  "chocolatey/keel@1", NULL}},
	{&pkgdb_chocolatey,
	 {"no version", "ProgramData/chocolatey/lib/keel/keel.nuspec",
	  "<package><metadata><id>keel</id></metadata></package>", "chocolatey/keel@", NULL}},
	{&pkgdb_chocolatey,
	 {"ids deeper down are others", "ProgramData/chocolatey/lib/keel/keel.nuspec",
	  "<package><metadata><id>keel</id><dependencies><dependency><id>no</id></dependency></"
	  "dependencies></metadata></package>",
	  "chocolatey/keel@", NULL}},
};

TEST(files_give_their_records)
{
	table_check_rows(rows, ARRAY_LEN(rows));
}

static const struct table_error bad[] = {
	{&pkgdb_chocolatey, "ProgramData/chocolatey/lib/keel/keel.nuspec",
	 "<package><metadata/></package>", ERR_FORMAT, "no id in package/metadata"},
	{&pkgdb_chocolatey, "ProgramData/chocolatey/lib/keel/keel.nuspec", "<other/>", ERR_FORMAT,
	 "outermost element is not package"},
	{&pkgdb_chocolatey, "ProgramData/chocolatey/lib/keel/keel.nuspec", "<package>", ERR_FORMAT,
	 "line 1, column 10: no element found"},
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
