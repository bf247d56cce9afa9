/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_bottlerocket;

static const struct table_row rows[] = {
	{&pkgdb_bottlerocket,
	 {"release and architecture", "usr/share/bottlerocket/application-inventory.json",
	  "{\"Content\":[{\"Name\":\"keel\",\"Version\":\"1.2\",\"Release\":\"3.br1\","
	  "\"Architecture\":\"x86_64\"}]}",
	  "bottlerocket/keel@1.2-3.br1 arch=x86_64", NULL}},
	{&pkgdb_bottlerocket,
	 {"epoch", "usr/share/bottlerocket/application-inventory.json",
	  "{\"Content\":[{\"Name\":\"a\",\"Version\":\"1\",\"Epoch\":\"2\"},{\"Name\":\"b\","
	  "\"Version\":\"1\",\"Epoch\":\"0\"}]}",
	  "bottlerocket/a@2:1; bottlerocket/b@1", NULL}},
	{&pkgdb_bottlerocket,
	 {"no name", "usr/share/bottlerocket/application-inventory.json",
	  "{\"Content\":[{\"Name\":\"a\",\"Version\":\"1\"},{\"Version\":\"1\"}]}",
	  "bottlerocket/a@1", "Content[1]: no Name"}},
};

TEST(files_give_their_records)
{
	table_check_rows(rows, ARRAY_LEN(rows));
}

static const struct table_error bad[] = {
	{&pkgdb_bottlerocket, "usr/share/bottlerocket/application-inventory.json", "{}", ERR_FORMAT,
	 "no list \"Content\""},
	{&pkgdb_bottlerocket, "usr/share/bottlerocket/application-inventory.json", "{\"Content\":[",
	 ERR_FORMAT, "line 1"},
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
