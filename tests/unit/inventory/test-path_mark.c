/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/path.h"
#include "inventory/path_mark.h"

TEST(marks_are_sorted_and_no_pattern_is_there_twice)
{
	for (const struct path_mark *m = path_marks; m[0].mark && m[1].mark; m++) {
		int by_mark = strcmp(m[0].mark, m[1].mark);

		if (by_mark > 0 || (by_mark == 0 && strcmp(m[0].pattern, m[1].pattern) >= 0))
			fail_msg("%s %s", m[1].mark, m[1].pattern);
	}
}

static const struct {
	const char *path, *want; /* NULL: none */
	bool is_directory;
} rows[] = {
	{"root/.ssh/id_rsa", "credentials", false},
	{"root/.ssh/id_rsa.pub", NULL, false},
	{"home/a/.aws/credentials", "credentials", false},
	{"usr/share/credentials", NULL, false},
	{"srv/app/.env", "credentials", false},
	{"srv/app/.env.example", NULL, false},
	{"srv/.vscode", "editor", true},
	{"srv/.git", NULL, true},
	{"Dockerfile", "build", false},
	{"app/.idea", "editor", true},
	{"app/x.idea", NULL, true},
	{"etc/ssh/ssh_host_ed25519_key", "host-key", false},
	{"etc/ssh/ssh_host_ed25519_key.pub", NULL, false},
};

TEST(a_place_has_its_mark)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *got = NULL;

		for (const struct path_mark *m = path_marks; m->mark && !got; m++)
			if (m->is_directory == rows[i].is_directory &&
			    path_match(str_of(m->pattern), str_of(rows[i].path)))
				got = m->mark;
		if (!got != !rows[i].want || (got && strcmp(got, rows[i].want) != 0))
			fail_msg("%s: %s", rows[i].path, got ? got : "none");
	}
}

TEST(an_executable_file_has_the_mark_of_its_place)
{
	static const struct {
		const char *path, *want;
	} programs[] = {
		{"tmp/a", "temporary"},
		{"var/tmp/b/c", "temporary"},
		{"dev/shm/.x", "temporary"},
		{"tmpfs/a", NULL},
		{"usr/lib/.x/kworker", "hidden"},
		{"usr/bin/.sshd", "hidden"},
		{"root/.local/bin/tool", NULL},
		{"app/.git/hooks/pre-commit", NULL},
		{"app/.venv/lib/.hidden/x", NULL},
		{"usr/bin/ls", "system"},
		{"sbin/init", "system"},
		{"usr/local/bin/ls", NULL},
		{"opt/bin/ls", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		const char *got = path_mark_of_program(str_of(programs[i].path));

		if (!got != !programs[i].want || (got && strcmp(got, programs[i].want) != 0))
			fail_msg("%s: %s", programs[i].path, got ? got : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(marks_are_sorted_and_no_pattern_is_there_twice),
		RUN(a_place_has_its_mark),
		RUN(an_executable_file_has_the_mark_of_its_place),
	};

	return RUN_ALL(tests);
}
