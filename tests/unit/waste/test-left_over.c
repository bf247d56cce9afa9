/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/path.h"
#include "waste/left_over.h"

static const struct {
	const char *path;
	bool is_directory;
	const char *want; /* NULL: nothing */
} rows[] = {
	{"var/lib/apt/lists", true, "apt-lists"},
	{"srv/var/lib/apt/lists", true, NULL},
	{"var/lib/apt/lists", false, NULL},
	{"home/a/.cache", true, "tool-cache"},
	{"home/a/.cache/pip", true, "pip-cache"},
	{"app/node_modules/a/node_modules/b/test", true, "tests"},
	{"app/test", true, NULL},
	{"usr/lib/python3.11/test", true, "tests"},
	{"app/x.js.map", false, "source-maps"},
	{"app/x.map", false, NULL},
	{"usr/lib/libc.a", false, "static-libraries"},
	{"etc/passwd~", false, "backups"},
	{"etc/.passwd.swp", false, "backups"},
	{"var/lib/dpkg/status-old", false, "backups"},
	{"etc/status-old", false, NULL},
	{"a", false, NULL},
	{"app/npm-debug.log", false, "logs"},
	{"app/a-very-long-name-of-a-file.css.map", false, "source-maps"},
};

TEST(a_place_says_what_is_left_over_there)
{
	struct left_overs l;

	assert_int_equal(left_overs_init(&l, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str path = str_of(rows[i].path);
		struct str got = left_over_of(&l, path, path_base(path), rows[i].is_directory);

		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s: %.*s", rows[i].path, STR_FMT(got));
	}
	left_overs_done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(a_place_says_what_is_left_over_there)};

	return RUN_ALL(tests);
}
