/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "cmd/terminal.h"

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static struct terminal look(const char *path)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);

	return terminal_look(fd);
}

TEST(unicode_is_what_the_first_set_variable_says)
{
	static const struct {
		const char *all, *ctype, *lang;
		bool unicode;
	} rows[] = {
		{NULL, NULL, NULL, false},
		{NULL, NULL, "en_US.UTF-8", true},
		{NULL, NULL, "C.utf8", true},
		{NULL, NULL, "C", false},
		{NULL, NULL, "de_DE.ISO-8859-1", false},
		{"C", NULL, "en_US.UTF-8", false},
		{"", "C.UTF-8", "C", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		set("LC_ALL", rows[i].all);
		set("LC_CTYPE", rows[i].ctype);
		set("LANG", rows[i].lang);
		if (look("/dev/null").unicode != rows[i].unicode)
			fail_msg("row %zu", i);
	}
}

TEST(a_file_gets_no_colour_and_the_asked_width)
{
	static const struct {
		const char *columns;
		size_t width;
	} rows[] = {{NULL, 80}, {"100", 100}, {"0", 80}, {"x", 80}, {"99999999", 1000}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct terminal t;

		set("COLUMNS", rows[i].columns);
		t = look("/dev/null");
		assert_false(t.is_terminal || t.color);
		assert_int_equal(t.width, rows[i].width);
	}
}

TEST(a_terminal_has_colour_unless_it_is_refused)
{
	static const struct {
		const char *no_color, *term;
		bool color;
	} rows[] = {{NULL, "xterm", true},
		    {"", "xterm", true},
		    {"1", "xterm", false},
		    {NULL, "dumb", false}};
	CLEANUP(fd_closep) int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct winsize size = {.ws_col = 123, .ws_row = 40};
	char name[128];

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 ||
	    ptsname_r(master, name, sizeof name) != 0)
		skip();
	assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct terminal t;

		set("NO_COLOR", rows[i].no_color);
		set("TERM", rows[i].term);
		t = look(name);
		assert_true(t.is_terminal);
		assert_int_equal(t.color, rows[i].color);
		assert_int_equal(t.width, 123);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(unicode_is_what_the_first_set_variable_says),
		RUN(a_file_gets_no_colour_and_the_asked_width),
		RUN(a_terminal_has_colour_unless_it_is_refused),
	};

	return RUN_ALL(tests);
}
