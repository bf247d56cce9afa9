/* SPDX-License-Identifier: Apache-2.0 */
#include "render/canvas.h"

#include "render/text.h"

void canvas_start(struct canvas *c, enum tone tone)
{
	static const char *const sequences[] = {"",	    "\033[1m",	"\033[2m",
						"\033[33m", "\033[31m", "\033[32m"};

	if (c->color)
		strbuf_adds(c->out, sequences[tone]);
}

void canvas_end(struct canvas *c, enum tone tone)
{
	if (c->color && tone != TONE_PLAIN)
		strbuf_adds(c->out, "\033[0m");
}

/* At most `columns` of s; the columns used. */
size_t canvas_say(struct canvas *c, enum tone tone, struct str s, size_t columns)
{
	size_t used;

	canvas_start(c, tone);
	used = text_add(c->out, s, columns, c->unicode);
	canvas_end(c, tone);
	return used;
}

void canvas_left(struct canvas *c, enum tone tone, struct str s, size_t columns)
{
	text_pad(c->out, columns - canvas_say(c, tone, s, columns));
}

void canvas_right(struct canvas *c, enum tone tone, struct str s, size_t columns)
{
	size_t width = text_width(s, c->unicode);

	text_pad(c->out, width < columns ? columns - width : 0);
	(void)canvas_say(c, tone, s, columns); /* the width is known */
}

void canvas_bar(struct canvas *c, uint64_t part, uint64_t whole, size_t columns)
{
	static const char *const eighths[] = {"",	"\u258f", "\u258e", "\u258d",
					      "\u258c", "\u258b", "\u258a", "\u2589"};
	size_t steps = c->unicode ? 8 : 1, cells, filled = 0;

	if (whole)
		filled = (size_t)((double)part / (double)whole * (double)(columns * steps) + 0.5);
	if (filled == 0 && part > 0)
		filled = 1;
	if (filled > columns * steps)
		filled = columns * steps;
	cells = filled / steps;
	if (filled == 0) {
		text_pad(c->out, columns);
		return;
	}
	canvas_start(c, TONE_DIM);
	for (size_t i = 0; i < cells; i++)
		strbuf_adds(c->out, c->unicode ? "\u2588" : "#");
	if (filled % steps) {
		strbuf_adds(c->out, eighths[filled % steps]);
		cells++;
	}
	canvas_end(c, TONE_DIM);
	text_pad(c->out, columns - cells);
}

void canvas_end_line(struct canvas *c)
{
	/* Padding in front of the end of a line is noise in files and diffs. */
	while (c->out->n > 0 && c->out->p[c->out->n - 1] == ' ')
		c->out->n--;
	strbuf_addc(c->out, '\n');
}

void canvas_heading(struct canvas *c, const char *title, struct str note)
{
	size_t used;

	strbuf_addc(c->out, '\n');
	used = canvas_say(c, TONE_HEADING, str_of(title), c->width);
	if (note.n && used + 2 < c->width) {
		text_pad(c->out, 2);
		(void)canvas_say(c, TONE_DIM, note, c->width - used - 2); /* last on the line */
	}
	canvas_end_line(c);
}
