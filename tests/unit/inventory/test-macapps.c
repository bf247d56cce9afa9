/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_macapps;

static const struct table_row rows[] = {
	{&pkgdb_macapps,
	 {"the short version counts", "Applications/Keel.app/Contents/Info.plist",
	  "<plist><dict><key>CFBundleName</key><string>K</string><key>CFBundleVersion</"
	  "key><string>7</string><key>CFBundleShortVersionString</key><string>1.2</string></dict></"
	  "plist>",
	  "macapps/K@1.2", NULL}},
	{&pkgdb_macapps,
	 {"a build alone is no version", "Applications/Keel.app/Contents/Info.plist",
	  "<plist><dict><key>CFBundleName</key><string>K</string><key>CFBundleVersion</"
	  "key><string>7</string></dict></plist>",
	  "macapps/K@", NULL}},
	{&pkgdb_macapps,
	 {"another name", "Applications/Keel.app/Contents/Info.plist",
	  "<plist><dict><key>CFBundleExecutable</key><string>e</string><key>CFBundleDisplayName</"
	  "key><string>d</string></dict></plist>",
	  "macapps/d@", NULL}},
	{&pkgdb_macapps,
	 {"the name of the bundle", "Applications/Keel.app/Contents/Info.plist",
	  "<plist><dict/></plist>", "macapps/Keel@", NULL}},
	{&pkgdb_macapps,
	 {"parts of another bundle are none",
	  "Applications/A.app/Contents/Frameworks/B.app/Contents/Info.plist",
	  "<plist><dict><key>CFBundleName</key><string>K</string></dict></plist>", "", NULL}},
};

TEST(files_give_their_records)
{
	table_check_rows(rows, ARRAY_LEN(rows));
}

static const struct table_error bad[] = {
	{&pkgdb_macapps, "Applications/Keel.app/Contents/Info.plist", "", ERR_FORMAT, "line 1"},
	{&pkgdb_macapps, "Applications/Keel.app/Contents/Info.plist", "{a:b}", ERR_FORMAT,
	 "line 1"},
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
