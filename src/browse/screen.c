/* SPDX-License-Identifier: Apache-2.0 */
#include "browse/screen.h"

#include <stdlib.h>

#include "base/cleanup.h"

#define LINE_BYTES (SCREEN_COLUMNS_MAX * 64) /* of columns with their colours */

struct screen *screen_new(void)
{
	struct screen *s = calloc(1, sizeof *s);

	for (size_t i = 0; s && i < SCREEN_LINES_MAX; i++)
		s->next[i].max = s->shown[i].max = LINE_BYTES;
	return s;
}

void screen_free(struct screen *s)
{
	for (size_t i = 0; s && i < SCREEN_LINES_MAX; i++) {
		strbuf_done(&s->next[i]);
		strbuf_done(&s->shown[i]);
	}
	free(s);
}

void screen_forget(struct screen *s)
{
	s->known = false;
}

void screen_size(struct screen *s, size_t columns, size_t lines)
{
	s->columns = columns < SCREEN_COLUMNS_MAX ? columns : SCREEN_COLUMNS_MAX;
	s->lines = lines < SCREEN_LINES_MAX ? lines : SCREEN_LINES_MAX;
	screen_forget(s);
}

struct strbuf *screen_line(struct screen *s, size_t i)
{
	strbuf_reset(&s->next[i]);
	return &s->next[i];
}

int screen_send(struct screen *s, struct strbuf *out, struct err *err)
{
	if (!s->known)
		strbuf_adds(out, "\033[0m\033[2J");
	for (size_t i = 0; i < s->lines; i++) {
		struct strbuf sent = s->shown[i];
		int r = strbuf_check(&s->next[i], err);

		if (r < 0)
			return r;
		if (s->known && str_eq(strbuf_str(&s->next[i]), strbuf_str(&sent)))
			continue;
		strbuf_addf(out, "\033[%zu;1H", i + 1);
		strbuf_add(out, strbuf_str(&s->next[i]));
		strbuf_adds(out, "\033[0m\033[K");
		s->shown[i] = s->next[i];
		s->next[i] = sent;
	}
	s->known = true;
	return strbuf_check(out, err);
}
