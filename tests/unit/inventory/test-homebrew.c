/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_homebrew, pkgdb_homebrew_cask, pkgdb_homebrew_formula;

static const struct table_row rows[] = {
	{&pkgdb_homebrew,
	 {"name and version of the path", "usr/local/Cellar/keel/1.67.0_1/INSTALL_RECEIPT.json",
	  "{\"arch\":\"arm64\",\"source\":{\"tap\":\"homebrew/"
	  "core\",\"versions\":{\"stable\":\"1.67.0\"}}}",
	  "brew/keel@1.67.0_1 arch=arm64", NULL}},
	{&pkgdb_homebrew,
	 {"a broken receipt is a problem", "usr/local/Cellar/keel/1.67.0_1/INSTALL_RECEIPT.json",
	  "{", "brew/keel@1.67.0_1", "line 1"}},
	{&pkgdb_homebrew_cask,
	 {"the directory is the record", "opt/homebrew/Caskroom/fire-fox/130.0.1", "",
	  "brew/fire-fox@130.0.1", NULL}},
	{&pkgdb_homebrew_cask,
	 {"metadata is none", "opt/homebrew/Caskroom/fire-fox/.metadata", "", "", NULL}},
	{&pkgdb_homebrew_formula,
	 {"a formula alone", "usr/local/Cellar/keel/1.67.0_1/.brew/keel.rb",
	  "class Keel < Formula\n"
	  "  homepage \"https://k.example.com\"\n"
	  "  license \"MIT\"\n"
	  "  url \"https://k.example.com/a.tar.gz\", using: :curl\n"
	  "  head do\n"
	  "    license \"no\"\n"
	  "  end\n"
	  "end\n",
	  "brew/keel@1.67.0_1 lic=MIT", NULL}},
};

TEST(files_give_their_records)
{
	table_check_rows(rows, ARRAY_LEN(rows));
}

TEST(a_formula_beside_a_receipt_only_adds)
{
	struct recording rec;

	recording_init(&rec);
	recording_sibling(&rec, "usr/local/Cellar/keel/1.67.0_1/INSTALL_RECEIPT.json", STR("{}"));
	assert_int_equal(recording_parse(&rec, &pkgdb_homebrew_formula,
					 "usr/local/Cellar/keel/1.67.0_1/.brew/keel.rb",
					 STR("  url \"https://k.example.com\"\n"), NULL),
			 0);
	assert_int_equal(rec.packages.n, 0);
	assert_str(recording_join(&rec, recording_fragment(&rec, 0)->attributes),
		   "url=https://k.example.com");
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(files_give_their_records),
		RUN(a_formula_beside_a_receipt_only_adds),
	};
	return RUN_ALL(tests);
}
