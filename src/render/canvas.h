/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for a terminal: text that fits, in a tone that means something.
 *
 *     canvas_heading(&c, "PACKAGES", STR("120"));
 *     used = canvas_say(&c, TONE_BAD, name, 20);          at most 20 columns
 *     canvas_right(&c, TONE_PLAIN, size, 8);              padded on its left
 *     canvas_end_line(&c);
 *
 * Everything goes through text.h: no escape sequence of an image reaches the terminal. Tones are
 * written only when the canvas has colour; the words must say it all without.
 */
#pragma once

#include "base/strbuf.h"

enum tone {
	TONE_PLAIN,
	TONE_HEADING, /* bold */
	TONE_DIM,     /* secondary */
	TONE_WARN,    /* yellow: worth a look */
	TONE_BAD,     /* red: bad, or not known */
	TONE_GOOD,    /* green */
};

struct canvas {
	struct strbuf *out;
	size_t width; /* columns */
	bool color, unicode;
};

void canvas_start(struct canvas *c, enum tone tone);
void canvas_end(struct canvas *c, enum tone tone);

/* At most `columns` of s; the columns used. */
size_t canvas_say(struct canvas *c, enum tone tone, struct str s, size_t columns);
void canvas_left(struct canvas *c, enum tone tone, struct str s, size_t columns);
void canvas_right(struct canvas *c, enum tone tone, struct str s, size_t columns);

/*
 * A share of the whole, in eighths of a cell where the terminal can, padded. Something is never
 * nothing.
 */
void canvas_bar(struct canvas *c, uint64_t part, uint64_t whole, size_t columns);

/* Ends the line without trailing spaces. */
void canvas_end_line(struct canvas *c);

/* An empty line, then a title in bold with a dim note behind it. */
void canvas_heading(struct canvas *c, const char *title, struct str note);
