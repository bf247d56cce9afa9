/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"

#define DEFAULT_WIDTH 80
#define WIDTH_MAX     1000 /* columns; a line that is longer helps nobody */

static bool says_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str value = str_of(getenv(names[i])), language, codeset;

		if (str_is_empty(value))
			continue;
		if (!str_cut(value, '.', &language, &codeset))
			return false;
		return str_eq_nocase(str_sub(codeset, 0, 5), STR("utf-8")) ||
		       str_eq_nocase(str_sub(codeset, 0, 4), STR("utf8"));
	}
	return false;
}

static size_t find_width(int fd, bool is_terminal)
{
	struct winsize size = {0};
	uint64_t columns = 0;

	if (is_terminal && ioctl(fd, TIOCGWINSZ, &size) == 0)
		columns = size.ws_col;
	if (columns == 0 && !str_parse_u64(str_of(getenv("COLUMNS")), &columns))
		columns = DEFAULT_WIDTH;
	if (columns == 0)
		columns = DEFAULT_WIDTH;
	return columns < WIDTH_MAX ? (size_t)columns : WIDTH_MAX;
}

struct terminal terminal_look(int fd)
{
	struct terminal t = {.is_terminal = isatty(fd) == 1, .unicode = says_utf8()};

	t.width = find_width(fd, t.is_terminal);
	t.color = t.is_terminal && str_is_empty(str_of(getenv("NO_COLOR"))) &&
		  !str_is(str_of(getenv("TERM")), "dumb");
	return t;
}
