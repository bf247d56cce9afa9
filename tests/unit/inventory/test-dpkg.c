/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_apt_extended_states, pkgdb_dpkg, pkgdb_dpkg_copyright,
	pkgdb_dpkg_info, pkgdb_dpkg_status_d;

#define STATUS "var/lib/dpkg/status"
#define OK     "Status: install ok installed\n"

static const struct reader_row status_rows[] = {
	{"nothing", STATUS, "", "", NULL},
	{"the plain case", STATUS, "Package: a\n" OK "Version: 1\nArchitecture: all\n",
	 "deb/a@1 arch=all", NULL},
	{"no line end at the end", STATUS, OK "Version: 1\nPackage: a", "deb/a@1", NULL},
	{"names of fields in any case", STATUS,
	 "pAcKaGe: a\nSTATUS: install ok installed\nversion: 1", "deb/a@1", NULL},
	{"CRLF", STATUS, "Package: a\r\nStatus: install ok installed\r\nVersion: 1\r\n\r\n",
	 "deb/a@1", NULL},
	{"wanted or not, installed is installed", STATUS,
	 "Package: a\nStatus: deinstall reinstreq installed\nVersion: 1\n\n"
	 "Package: b\nStatus: purge ok Installed\nVersion: 2\n",
	 "deb/a@1; deb/b@2", NULL},
	{"other states are not", STATUS,
	 "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\n"
	 "Package: b\nStatus: install ok unpacked\nVersion: 1\n\n"
	 "Package: c\nStatus: install reinstreq half-installed\nVersion: 1\n\n"
	 "Package: d\nStatus: unknown ok not-installed\n\n"
	 "Package: e\nVersion: 1\n",
	 "", NULL},
	{"a status of two words", STATUS, "Package: a\nStatus: ok installed\nVersion: 1\n", "",
	 "line 1: expected three words in Status, not ok installed"},
	{"no name", STATUS, "\n" OK "Version: 1\n\nPackage: b\n" OK "Version: 2\n", "deb/b@2",
	 "line 2: no Package"},
	{"no version", STATUS, "Package: a\n" OK "\nPackage: b\n" OK "Version: 2\n", "deb/b@2",
	 "line 1: no Version of package a"},
	{"a line that is no field", STATUS, "Package: a\n" OK "oops\nVersion: 1\n", "deb/a@1",
	 "line 3: expected \"Field: value\", not oops"},
	{"the first of two equal fields counts", STATUS,
	 "Package: a\n" OK "Version: 1\nVersion: 2\n", "deb/a@1", "line 4: a second field Version"},
	{"source", STATUS, "Package: a\n" OK "Version: 1\nSource: s\n", "deb/a@1 src=s@", NULL},
	{"source of another version", STATUS,
	 "Package: a\n" OK "Version: 1+b2\nSource: s (1:0.9)\n", "deb/a@1+b2 src=s@1:0.9", NULL},
	{"source with a bracket left open", STATUS, "Package: a\n" OK "Version: 1\nSource: s(2\n",
	 "deb/a@1 src=s@2", NULL},
	{"a rebuild without source version keeps its own", STATUS,
	 "Package: a\n" OK "Version: 1+b2\nSource: s\n", "deb/a@1+b2 src=s@", NULL},
	{"fields inside a description are text", STATUS,
	 "Package: a\n" OK "Description: x\n Version: 9\n Package: z\nVersion: 1\n", "deb/a@1",
	 NULL},
};

static const struct reader_row status_d_rows[] = {
	{"no status is installed", "var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n", "deb/a@1",
	 NULL},
	{"a status is obeyed", "var/lib/dpkg/status.d/a",
	 "Package: a\nVersion: 1\nStatus: deinstall ok config-files\n", "", NULL},
	{"md5sums without stanza", "var/lib/dpkg/status.d/a.md5sums",
	 "0123456789abcdef0123456789ABCDEF  usr/x y\n0123456789abcdef0123456789abcdef *z\n",
	 "+ deb/a@ files=usr/x y,z", NULL},
	{"a line of md5sums without digest", "var/lib/dpkg/status.d/a.md5sums",
	 "0123456789abcdef0123456789abcdef  x\nusr/y\n", "+ deb/a@ files=x",
	 "line 2: expected an MD5 digest"},
};

static const struct reader_row info_rows[] = {
	{"files, empty directories, but no parents", "var/lib/dpkg/info/a.list",
	 "/.\n/etc\n/etc/a\n/var\n/var/empty\n", "+ deb/a@ files=etc/a,var/empty", NULL},
	{"the architecture is in the name", "var/lib/dpkg/info/libc6:i386.list", "/.\n/lib\n/lib/x",
	 "+ deb/libc6@ arch=i386 files=lib/x", NULL},
	{"dots in the name", "var/lib/dpkg/info/libfoo1.0.list", "/x\n", "+ deb/libfoo1.0@ files=x",
	 NULL},
	{"a meta package", "var/lib/dpkg/info/a.list", "/.\n", "", NULL},
	{"md5sums stand in", "var/lib/dpkg/info/a:amd64.md5sums",
	 "0123456789abcdef0123456789abcdef  x\n", "+ deb/a@ arch=amd64 files=x", NULL},
};

#define DOC "usr/share/doc/a/copyright"

static const struct reader_row copyright_rows[] = {
	{"machine readable", DOC,
	 "Format: https://example.com/1.0/\n\nFiles: *\nLicense: GPL-2+\n text\n\n"
	 "Files: b\nlicense: GPL-2+\n\nLicense: MIT\n see /usr/share/common-licenses/BSD\n",
	 "+ deb/a@ lic=GPL-2+,MIT", NULL},
	{"machine readable with a text that has no name", DOC,
	 "Format: x\n\nFiles: *\nLicense:\n Do what you like.\n\nFiles: b\nLicense: ISC\n",
	 "+ deb/a@ lic=ISC", NULL},
	{"machine readable in name only", DOC,
	 "Format: x\n\nIt is in /usr/share/common-licenses/Artistic.\n", "+ deb/a@ lic=Artistic",
	 NULL},
	{"free text", DOC,
	 "see `/usr/share/common-licenses/GPL-3', or /usr/share/common-licenses/LGPL-2.1.\n"
	 "\"/usr/share/common-licenses/GPL-3\" and /usr/share/common-licenses/\n",
	 "+ deb/a@ lic=GPL-3,LGPL-2.1", NULL},
	{"a line of one word", DOC, "License: Zlib\nLicense: as you like\n", "+ deb/a@ lic=Zlib",
	 NULL},
	{"nothing recognised", DOC, "Copyright by somebody\n", "", NULL},
};

TEST(reads_status)
{
	for (size_t i = 0; i < ARRAY_LEN(status_rows); i++)
		table_check(&pkgdb_dpkg, &status_rows[i]);
}

TEST(reads_status_d)
{
	for (size_t i = 0; i < ARRAY_LEN(status_d_rows); i++)
		table_check(&pkgdb_dpkg_status_d, &status_d_rows[i]);
}

TEST(reads_file_lists)
{
	for (size_t i = 0; i < ARRAY_LEN(info_rows); i++)
		table_check(&pkgdb_dpkg_info, &info_rows[i]);
}

TEST(reads_copyright)
{
	for (size_t i = 0; i < ARRAY_LEN(copyright_rows); i++)
		table_check(&pkgdb_dpkg_copyright, &copyright_rows[i]);
}

TEST(reads_what_apt_installed_for_others)
{
	static const struct reader_row row = {
		"one of three",
		"var/lib/apt/extended_states",
		"Package: a\nArchitecture: amd64\nAuto-Installed: 1\n\n"
		"Package: b\nAuto-Installed: 0\n\nPackage: c\n",
		"+ deb/a@ arch=amd64",
		NULL,
	};

	table_check(&pkgdb_apt_extended_states, &row);
}

TEST(md5sums_are_not_read_beside_a_list)
{
	struct recording rec;

	recording_init(&rec);
	recording_sibling(&rec, "var/lib/dpkg/info/a.list", STR("/x\n"));
	assert_int_equal(recording_parse(&rec, &pkgdb_dpkg_info, "var/lib/dpkg/info/a.md5sums",
					 STR("0123456789abcdef0123456789abcdef  y\n"), NULL),
			 0);
	assert_int_equal(rec.fragments.n, 0);
	recording_done(&rec);
}

TEST(a_file_list_needs_a_name)
{
	struct recording rec;
	struct err err = {0};

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_dpkg_info, "var/lib/dpkg/info/:amd64.list",
					 STR("/x\n"), &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "no package name");
	recording_done(&rec);
}

static const struct {
	const char *fields, *want;
} attribute_rows[] = {
	{"", ""},
	{"Section: libs\nMulti-Arch: same\nInstalled-Size: 3\nPriority: required\n"
	 "Essential: yes\nOrigin: Other\nProtected: yes\n",
	 "essential=yes,installed-size=3,multi-arch=same,origin=Other,priority=required,"
	 "protected=yes,section=libs"},
	{"Built-Using: go (= 1)\nStatic-Built-Using: rust (= 2)\n",
	 "built-using=go (= 1),static-built-using=rust (= 2)"},
	{"Description: Web browser - Transitional package\n", "transitional=true"},
	{"Description: x\n This is a transitional dummy package.\n", "transitional=true"},
	{"Description: transitional states in physics\n", ""},
};

TEST(keeps_what_tells_more_about_a_package)
{
	for (size_t i = 0; i < ARRAY_LEN(attribute_rows); i++) {
		CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT(4096);
		struct recording rec;

		recording_init(&rec);
		strbuf_addf(&in, "Package: a\n" OK "Version: 1\n%s", attribute_rows[i].fields);
		assert_int_equal(recording_parse(&rec, &pkgdb_dpkg, STATUS, strbuf_str(&in), NULL),
				 0);
		assert_str(recording_join(&rec, recording_package(&rec, 0)->attributes),
			   attribute_rows[i].want);
		recording_done(&rec);
	}
}

TEST(keeps_the_maintainer_and_what_was_wanted)
{
	struct recording rec;

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_dpkg, STATUS,
					 STR("Package: a\nStatus: hold ok installed\nVersion: 1\n"
					     "Maintainer: Other Corp <x@example.com>\n"),
					 NULL),
			 0);
	assert_str(recording_package(&rec, 0)->vendor, "Other Corp <x@example.com>");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->attributes),
		   "status-wanted=hold ok");
	recording_done(&rec);
}

TEST(a_field_that_is_too_long_is_a_problem)
{
	CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct recording rec;

	recording_init(&rec);
	strbuf_adds(&in, "Package: a\n" OK "Version: 1\nMaintainer: ");
	for (size_t i = 0; i <= LIMIT_FIELD_BYTES; i++)
		strbuf_addc(&in, 'x');
	assert_int_equal(recording_parse(&rec, &pkgdb_dpkg, STATUS, strbuf_str(&in), NULL), 0);
	assert_str(recording_package(&rec, 0)->vendor, "");
	assert_has(recording_problem(&rec, 0), "line 4: more than field_bytes in Maintainer");
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(reads_status),
		RUN(reads_status_d),
		RUN(reads_file_lists),
		RUN(reads_copyright),
		RUN(reads_what_apt_installed_for_others),
		RUN(md5sums_are_not_read_beside_a_list),
		RUN(a_file_list_needs_a_name),
		RUN(keeps_what_tells_more_about_a_package),
		RUN(keeps_the_maintainer_and_what_was_wanted),
		RUN(a_field_that_is_too_long_is_a_problem),
	};

	return RUN_ALL(tests);
}
