/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal's window as lines, of which only those are sent that are not there already.
 *
 *     screen_size(&s, 80, 24);
 *     struct strbuf *line = screen_line(&s, 0);        exactly `columns` wide, colours included
 *     r = screen_send(&s, &out, err);                  what has to be written
 *     screen_forget(&s);                               the terminal may show something else now
 *     screen_done(&s);
 *
 * Over a slow line a key press costs the two rows that change. Errors: ERR_NOMEM, ERR_LIMIT.
 */
#pragma once

#include "base/strbuf.h"

#define SCREEN_LINES_MAX   1000
#define SCREEN_COLUMNS_MAX 1000

struct screen {
	size_t columns, lines;
	struct strbuf next[SCREEN_LINES_MAX], shown[SCREEN_LINES_MAX];
	bool known; /* what the terminal shows */
};

/* What makes a screen of a terminal, and a terminal of it again. */
#define SCREEN_ENTER "\033[?1049h\033[?25l\033[?7l"
#define SCREEN_LEAVE "\033[0m\033[?7h\033[?25h\033[?1049l"

struct screen *screen_new(void);
void screen_free(struct screen *s);
void screen_size(struct screen *s, size_t columns, size_t lines);
void screen_forget(struct screen *s);

/* The line, emptied. */
struct strbuf *screen_line(struct screen *s, size_t i);
int screen_send(struct screen *s, struct strbuf *out, struct err *err);
