/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stream_lines.h"

#include <stdlib.h>

#define FIRST_BYTES ((size_t)64 << 10)

void stream_lines_done(struct stream_lines *l)
{
	free(l->buffer);
	l->buffer = NULL;
	l->start = l->end = l->cap = 0;
}

static struct str unread(const struct stream_lines *l)
{
	return l->buffer ? str_make(l->buffer + l->start, l->end - l->start) : STR_NULL;
}

/* Makes room behind what is unread: moves it to the front, or grows up to the longest line. */
static int make_room(struct stream_lines *l, struct err *err)
{
	size_t cap = l->cap ? l->cap : FIRST_BYTES;
	char *p;

	if (l->start) {
		memmove(l->buffer, l->buffer + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	while (cap - l->end < FIRST_BYTES / 2)
		cap += cap;
	if (cap == l->cap)
		return 0;
	p = realloc(l->buffer, cap);
	if (!p)
		return err_nomem(err);
	l->buffer = p;
	l->cap = cap;
	return 0;
}

static int read_more(struct stream_lines *l, struct err *err)
{
	ssize_t n;
	int r = make_room(l, err);

	if (r < 0)
		return r;
	n = stream_read(l->in, l->buffer + l->end, l->cap - l->end, err);
	if (n < 0)
		return (int)n;
	l->end += (size_t)n;
	l->at_end = n == 0;
	return 0;
}

static int give(struct stream_lines *l, size_t n, size_t ending, struct str *ret, struct err *err)
{
	struct str line = str_sub(unread(l), 0, n);
	bool too_long = l->too_long || n > l->max;

	l->start += n + ending;
	l->number++;
	l->too_long = false;
	if (too_long)
		return err_set(err, ERR_LIMIT, "line %zu: longer than %zu bytes", l->number,
			       l->max);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	*ret = line;
	return 1;
}

int stream_lines_next(struct stream_lines *l, struct str *ret_line, struct err *err)
{
	size_t seen = 0; /* of what is unread, searched already */
	int r;

	for (;;) {
		struct str rest = unread(l);
		size_t n = seen + str_find_char(str_skip(rest, seen), '\n');

		if (n < rest.n)
			return give(l, n, 1, ret_line, err);
		if (l->at_end)
			return rest.n || l->too_long ? give(l, rest.n, 0, ret_line, err) : 0;
		if (rest.n > l->max) { /* keeps only that it was too long */
			l->too_long = true;
			l->start = l->end;
			rest.n = 0;
		}
		seen = rest.n;
		r = read_more(l, err);
		if (r < 0)
			return r;
	}
}
