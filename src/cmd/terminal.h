/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a terminal can show, for the options of "table" and for progress.
 *
 *     struct terminal t = terminal_look(STDOUT_FILENO);
 *
 * Colour needs a terminal, TERM other than "dumb", and no NO_COLOR (https://no-color.org). Unicode
 * is taken from LC_ALL, LC_CTYPE, LANG (the first that is set), without loading a locale. The width
 * is the terminal's, else COLUMNS, else 80.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct terminal {
	bool is_terminal;
	bool color;
	bool unicode;
	size_t width; /* columns */
};

struct terminal terminal_look(int fd);
