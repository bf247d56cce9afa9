/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/problem.h"

#include "base/limits.h"

#define SHOWN  96 /* code points of a line around a problem; an expression can be one long line */
#define QUOTED 40 /* bytes */

struct problem_sink problem_sink_make(struct str source, struct arena *arena,
				      struct expr_problems *list)
{
	return (struct problem_sink){
		.source = source, .arena = arena, .list = list, .n_before = list->n};
}

static bool is_inside_char(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

struct str problem_quote(struct str s)
{
	size_t n = QUOTED;

	if (s.n <= QUOTED)
		return s;
	while (n > 0 && is_inside_char(s.p[n]))
		n--;
	return str_sub(s, 0, n);
}

void *problem_no_memory(struct problem_sink *sink)
{
	sink->code = ERR_NOMEM;
	return NULL;
}

/* The text as a copy; empty without memory. */
static __attribute__((format(printf, 2, 0))) struct str format(struct problem_sink *sink,
							       const char *fmt, va_list ap)
{
	char text[ERR_MSG_MAX];
	struct str copy;

	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a longer message is cut */
	copy = arena_str(sink->arena, str_of(text));
	if (!copy.p)
		(void)problem_no_memory(sink);
	return copy;
}

void problem_add(struct problem_sink *sink, size_t start, size_t end, const char *fmt, ...)
{
	struct expr_problems *list = sink->list;
	va_list ap;

	if (!sink->code)
		sink->code = ERR_FORMAT;
	sink->dropped_last = list->n == EXPR_PROBLEMS_MAX;
	if (sink->dropped_last) {
		list->more++;
		return;
	}
	va_start(ap, fmt);
	list->list[list->n++] = (struct expr_problem){
		.start = (uint32_t)start, .end = (uint32_t)end, .message = format(sink, fmt, ap)};
	va_end(ap);
}

void problem_hint(struct problem_sink *sink, const char *fmt, ...)
{
	va_list ap;

	if (sink->dropped_last || sink->list->n == sink->n_before)
		return;
	va_start(ap, fmt);
	sink->list->list[sink->list->n - 1].hint = format(sink, fmt, ap);
	va_end(ap);
}

void problem_limit(struct problem_sink *sink, size_t start, size_t end, const char *name,
		   long long value, const char *unit)
{
	problem_add(sink, start, end, "more than %lld %s (limit %s)", value, unit, name);
	if (sink->code == ERR_FORMAT)
		sink->code = ERR_LIMIT;
}

bool problem_sink_is_full(const struct problem_sink *sink)
{
	return sink->code == ERR_NOMEM || sink->code == ERR_LIMIT || sink->list->more;
}

/* A few at most; those of one place stay in order. */
static void sort(struct expr_problem *list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct expr_problem moved = list[i];
		size_t at = i;

		for (; at > 0 && list[at - 1].start > moved.start; at--)
			list[at] = list[at - 1];
		list[at] = moved;
	}
}

int problem_sink_finish(struct problem_sink *sink, struct err *err)
{
	const struct expr_problem *first = &sink->list->list[sink->n_before];
	uint32_t line, column;

	if (!sink->code)
		return 0;
	if (sink->code == ERR_NOMEM || sink->list->n == sink->n_before)
		return err_nomem(err);
	sort(&sink->list->list[sink->n_before], sink->list->n - sink->n_before);
	expr_place(sink->source, first->start, &line, &column);
	if (first->hint.n)
		return err_set(err, sink->code, "line %u, column %u: %.*s; %.*s", line, column,
			       STR_FMT(first->message), STR_FMT(first->hint));
	return err_set(err, sink->code, "line %u, column %u: %.*s", line, column,
		       STR_FMT(first->message));
}

static size_t count_chars(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !is_inside_char(s.p[i]);
	return n;
}

/* The line a byte is on, without its end; the end of the source is on the last line. */
static struct str line_of(struct str source, size_t at, uint32_t *ret_line, uint32_t *ret_column)
{
	struct str rest = source, line;
	size_t line_at = 0, end;

	if (at > source.n)
		at = source.n;
	*ret_line = 1;
	while ((end = str_find_char(rest, '\n')) < rest.n && line_at + end < at) {
		++*ret_line;
		line_at += end + 1;
		rest = str_skip(rest, end + 1);
	}
	line = str_sub(rest, 0, end);
	if (line.n && line.p[line.n - 1] == '\r' && line_at + line.n > at)
		line.n--;
	*ret_column = (uint32_t)count_chars(str_sub(source, line_at, at - line_at)) + 1;
	return line;
}

void expr_place(struct str source, uint32_t pos, uint32_t *ret_line, uint32_t *ret_column)
{
	(void)line_of(source, pos, ret_line, ret_column);
}

/* The offset behind n code points from `from`. */
static size_t skip_chars(struct str s, size_t from, size_t n)
{
	for (; from < s.n && n > 0; n--) {
		from++;
		while (from < s.n && is_inside_char(s.p[from]))
			from++;
	}
	return from;
}

/* The bytes of n code points behind the first `from`. */
static struct str sub_chars(struct str s, size_t from, size_t n)
{
	size_t begin = skip_chars(s, 0, from);

	return str_sub(s, begin, skip_chars(s, begin, n) - begin);
}

/* Control characters become spaces: the text goes to a terminal. */
static void print_source(struct strbuf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool c1 = c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0;

		strbuf_addc(out, c < 0x20 || c == 0x7f || c1 ? ' ' : s.p[i]);
		i += c1;
	}
}

static void print_repeated(struct strbuf *out, char c, size_t n)
{
	while (n-- > 0)
		strbuf_addc(out, c);
}

static void print_one(const struct expr_problem *one, struct str name, struct str source,
		      struct strbuf *out)
{
	uint32_t line, column;
	struct str text = line_of(source, one->start, &line, &column);
	size_t before = column - 1, skipped = before > SHOWN / 2 ? before - SHOWN / 2 : 0;
	size_t marked = count_chars(str_sub(source, one->start, one->end - one->start));
	struct str shown = sub_chars(text, skipped, SHOWN);
	size_t room = count_chars(shown) - (before - skipped);

	if (name.n)
		strbuf_addf(out, "%.*s:", STR_FMT(name));
	strbuf_addf(out, "%u:%u: %.*s\n  ", line, column, STR_FMT(one->message));
	print_source(out, shown);
	strbuf_adds(out, "\n  ");
	print_repeated(out, ' ', before - skipped);
	strbuf_addc(out, '^');
	if (marked > room)
		marked = room;
	print_repeated(out, '~', marked > 1 ? marked - 1 : 0);
	strbuf_addc(out, '\n');
	if (one->hint.n)
		strbuf_addf(out, "  %.*s\n", STR_FMT(one->hint));
}

void expr_problems_print(const struct expr_problems *problems, struct str name, struct str source,
			 struct strbuf *out)
{
	for (size_t i = 0; i < problems->n; i++)
		print_one(&problems->list[i], name, source, out);
	if (problems->more)
		strbuf_addf(out, "and %zu more problems\n", problems->more);
}
