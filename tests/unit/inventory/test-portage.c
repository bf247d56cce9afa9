/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_portage;

#define PF "var/db/pkg/dev-x/any/PF"

static const struct reader_row rows[] = {
	{"plain", PF, "a-1\n", "ebuild/dev-x/a@1", NULL},
	{"with revision", PF, "a-1.2.3-r4\n", "ebuild/dev-x/a@1.2.3-r4", NULL},
	{"with letter and suffixes", PF, "a-1.2b_pre4_p5-r0", "ebuild/dev-x/a@1.2b_pre4_p5-r0",
	 NULL},
	{"hyphens and digits in the name", PF, "font-100dpi-1.0", "ebuild/dev-x/font-100dpi@1.0",
	 NULL},
	{"a name that ends like a revision", PF, "foo-r2-9999", "ebuild/dev-x/foo-r2@9999", NULL},
	{"a plus in the name", PF, "gtk+-2.24.33-r3", "ebuild/dev-x/gtk+@2.24.33-r3", NULL},
	{"a suffix without number", PF, "a-1_alpha", "ebuild/dev-x/a@1_alpha", NULL},
	{"an installation under way", "var/db/pkg/dev-x/-MERGING-a-1/PF", "a-1", "", NULL},
	{"no PF, but CONTENTS", "var/db/pkg/dev-x/a-1-r1/CONTENTS",
	 "dir /usr\nobj /usr/a b 0123 17\nsym /usr/c -> d e 17\nfif /run/f\ndev /dev/g\n",
	 "ebuild/dev-x/a@1-r1 files=usr/a b,usr/c,run/f,dev/g", NULL},
	{"a line of CONTENTS that is none", "var/db/pkg/dev-x/a-1/CONTENTS", "obj /x 0 1\nhuh\n",
	 "ebuild/dev-x/a@1 files=x", "CONTENTS line 2: expected obj"},
	{"the other files say nothing alone", "var/db/pkg/dev-x/a-1/SLOT", "0\n", "", NULL},
};

TEST(reads_packages)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		table_check(&pkgdb_portage, &rows[i]);
}

static const char *const bad_names[] = {"",	 "a",	 "a-",	    "-1",   "a-r1",
					"a-1x2", "a-1.", "a-1_foo", "a-.1", "a-1.2-rx"};

TEST(a_name_without_version_is_an_error)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_names); i++) {
		struct recording rec;
		struct err err = {0};

		recording_init(&rec);
		if (recording_parse(&rec, &pkgdb_portage, PF, str_of(bad_names[i]), &err) !=
		    -ERR_FORMAT)
			fail_msg("\"%s\" was taken", bad_names[i]);
		assert_has(err.msg, "expected NAME-VERSION, not \"");
		recording_done(&rec);
	}
}

TEST(siblings_complete_the_package_once)
{
	struct recording rec;

	recording_init(&rec);
	recording_sibling(&rec, "var/db/pkg/d/a-1/PF", STR("a-1\n"));
	recording_sibling(&rec, "var/db/pkg/d/a-1/CONTENTS", STR("obj /x 0 1\n"));
	recording_sibling(&rec, "var/db/pkg/d/a-1/LICENSE", STR("MIT\n"));
	recording_sibling(&rec, "var/db/pkg/d/a-1/SLOT", STR("3/4\n"));
	recording_sibling(&rec, "var/db/pkg/d/a-1/repository", STR("gentoo\n"));
	for (size_t i = 0; i < rec.siblings.n; i++) {
		const struct recorded_file *file = vec_at(&rec.siblings, i);

		assert_int_equal(
			recording_parse(&rec, &pkgdb_portage, file->path.p, file->bytes, NULL), 0);
	}
	assert_int_equal(rec.packages.n, 1);
	assert_str(recording_join(&rec, recording_package(&rec, 0)->files), "x");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->licenses), "MIT");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->attributes),
		   "repository=gentoo,slot=3/4");
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(reads_packages),
		RUN(a_name_without_version_is_an_error),
		RUN(siblings_complete_the_package_once),
	};

	return RUN_ALL(tests);
}
