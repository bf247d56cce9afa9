/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lines.h"

#include <errno.h>
#include <unistd.h>

/* Small reads cost more than the copying of a rest to the front. */
#define READ_BYTES ((size_t)64 << 10)

void lines_done(struct lines *in)
{
	free(in->buffer);
	in->buffer = NULL;
	in->start = in->end = in->cap = 0;
}

static struct str unread(const struct lines *in)
{
	return in->buffer ? str_make(in->buffer + in->start, in->end - in->start) : STR_NULL;
}

bool lines_ready(const struct lines *in)
{
	struct str rest = unread(in);

	return str_find_char(rest, '\n') < rest.n;
}

/* Gets more bytes behind `end`; the number of them, 0 at the end of the input. */
static ssize_t fill(struct lines *in, struct err *err)
{
	ssize_t n;

	if (!in->buffer) {
		in->cap = in->max + 2 + READ_BYTES;
		in->buffer = malloc(in->cap);
		if (!in->buffer)
			return err_nomem(err);
	}
	if (in->start) {
		memmove(in->buffer, in->buffer + in->start, in->end - in->start);
		in->end -= in->start;
		in->start = 0;
	}
	do
		n = read(in->fd, in->buffer + in->end, in->cap - in->end);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, errno, "line %zu: read", in->number + 1);
	in->end += (size_t)n;
	in->at_end = n == 0;
	return n;
}

/* Drops the rest of a line that is longer than the buffer holds. */
static int skip_line(struct lines *in, struct err *err)
{
	for (;;) {
		struct str rest = unread(in);
		size_t at = str_find_char(rest, '\n');
		ssize_t n;

		if (at < rest.n) {
			in->start += at + 1;
			return 0;
		}
		in->start = in->end;
		n = fill(in, err);
		if (n <= 0)
			return (int)n;
	}
}

static int too_long(struct lines *in, struct err *err)
{
	return err_set(err, ERR_LIMIT, "line %zu: longer than %zu bytes", in->number, in->max);
}

static int give(struct lines *in, struct str line, struct str *ret_line, struct err *err)
{
	in->number++;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n > in->max)
		return too_long(in, err);
	*ret_line = line;
	return 1;
}

int lines_next(struct lines *in, struct str *ret_line, struct err *err)
{
	size_t seen = 0;

	for (;;) {
		struct str rest = unread(in);
		size_t at = seen + str_find_char(str_skip(rest, seen), '\n');
		ssize_t n;

		if (at < rest.n) {
			in->start += at + 1;
			return give(in, str_sub(rest, 0, at), ret_line, err);
		}
		if (in->at_end) {
			in->start = in->end;
			return rest.n ? give(in, rest, ret_line, err) : 0;
		}
		if (rest.n > in->max + 1) {
			int r = skip_line(in, err);

			in->number++;
			return r < 0 ? r : too_long(in, err);
		}
		seen = rest.n;
		n = fill(in, err);
		if (n < 0)
			return (int)n;
	}
}
