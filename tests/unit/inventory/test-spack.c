/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_spack;

static const struct table_row rows[] = {
	{&pkgdb_spack,
	 {"target as text or map", "opt/spack/keel/.spack/spec.json",
	  "{\"spec\":{\"nodes\":[{\"name\":\"a\",\"version\":\"1\",\"arch\":{\"target\":\"x86_64\"}"
	  "},{\"name\":\"b\",\"version\":\"2\",\"arch\":{\"target\":{\"name\":\"skylake\"}}}]}}",
	  "spack/a@1 arch=x86_64; spack/b@2 arch=skylake", NULL}},
	{&pkgdb_spack,
	 {"external ones are not its own", "opt/spack/keel/.spack/spec.json",
	  "{\"spec\":{\"nodes\":[{\"name\":\"a\",\"version\":\"1\",\"external\":{\"path\":\"/"
	  "usr\"}},{\"name\":\"b\",\"version\":\"2\",\"external\":null}]}}",
	  "spack/b@2", NULL}},
	{&pkgdb_spack,
	 {"no version", "opt/spack/keel/.spack/spec.json",
	  "{\"spec\":{\"nodes\":[{\"name\":\"a\"}]}}", "", "node \"a\": no version"}},
	{&pkgdb_spack,
	 {"the old form", "opt/spack/keel/.spack/spec.json",
	  "{\"spec\":[{\"a\":{\"version\":\"1\"}},{\"b\":{\"version\":\"2\"}}]}",
	  "spack/a@1; spack/b@2", NULL}},
	{&pkgdb_spack,
	 {"no nodes", "opt/spack/keel/.spack/spec.json", "{\"spec\":{\"nodes\":[]}}", "", NULL}},
};

TEST(files_give_their_records)
{
	table_check_rows(rows, ARRAY_LEN(rows));
}

static const struct table_error bad[] = {
	{&pkgdb_spack, "opt/spack/keel/.spack/spec.json", "{}", ERR_FORMAT,
	 "no list \"nodes\" in \"spec\""},
	{&pkgdb_spack, "opt/spack/keel/.spack/spec.json", "[", ERR_FORMAT, "line 1"},
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
