/* SPDX-License-Identifier: Apache-2.0 */
#include "check/source_lines.h"

#define COLUMNS_STEP 256

/* Of a code point: not a continuation byte. */
static bool is_start(char c)
{
	return (c & 0xc0) != 0x80;
}

int source_lines_make(struct str text, struct arena *a, struct source_lines *ret, struct err *err)
{
	uint32_t *starts, *columns, column = 0;
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	starts = arena_array(a, n, sizeof *starts);
	columns = arena_array(a, text.n / COLUMNS_STEP + 1, sizeof *columns);
	if (!starts || !columns)
		return err_nomem(err);
	*ret = (struct source_lines){.text = text, .starts = starts, .columns = columns, .n = n};
	n = 1;
	for (size_t i = 0; i < text.n; i++) {
		if (i % COLUMNS_STEP == 0)
			columns[i / COLUMNS_STEP] = column;
		column += is_start(text.p[i]);
		if (text.p[i] == '\n') {
			starts[n++] = (uint32_t)i + 1;
			column = 0;
		}
	}
	return 0;
}

/* Index of the line that has the byte. */
static size_t line_of(const struct source_lines *lines, size_t at)
{
	size_t low = 0, high = lines->n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (lines->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static uint64_t column_of(const struct source_lines *lines, size_t line, size_t at)
{
	size_t end = at < lines->text.n ? at : lines->text.n, i = lines->starts[line];
	size_t step = end / COLUMNS_STEP * COLUMNS_STEP;
	uint64_t column = 1;

	/* A line of a megabyte has as many places: not from its start for each. */
	if (step > i && step < lines->text.n) {
		column += lines->columns[step / COLUMNS_STEP];
		i = step;
	}
	for (; i < end; i++)
		column += is_start(lines->text.p[i]);
	return column;
}

struct judge_place source_place(const struct source_lines *lines, size_t start, size_t end)
{
	size_t first = line_of(lines, start), last = line_of(lines, end);

	return (struct judge_place){.start = (uint32_t)start,
				    .end = (uint32_t)end,
				    .line = first + 1,
				    .column = column_of(lines, first, start),
				    .end_line = last + 1,
				    .end_column = column_of(lines, last, end)};
}

struct str source_line(const struct source_lines *lines, uint64_t line)
{
	struct str rest, text;

	if (line == 0 || line > lines->n)
		return STR_NULL;
	rest = str_skip(lines->text, lines->starts[line - 1]);
	if (!str_pull_line(&rest, &text))
		return STR_NULL;
	return text;
}

/* The last mark inside of a line that has at most n characters before it; 0: there is none. */
static size_t find_mark(const struct source_lines *lines, size_t start, size_t end, uint64_t n)
{
	size_t none = start / COLUMNS_STEP, low = none + 1;
	size_t high = end ? (end - 1) / COLUMNS_STEP + 1 : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lines->columns[middle] <= n)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1 > none ? low - 1 : 0;
}

size_t source_offset(const struct source_lines *lines, uint64_t line, uint64_t column)
{
	size_t at, end, mark;

	if (line == 0 || line > lines->n)
		return lines->text.n;
	at = lines->starts[line - 1];
	end = line < lines->n ? lines->starts[line] - 1 : lines->text.n;
	mark = find_mark(lines, at, end, column ? column - 1 : 0);
	if (mark) {
		column -= lines->columns[mark];
		for (at = mark * COLUMNS_STEP; at < end && !is_start(lines->text.p[at]);)
			at++;
	}
	while (column > 1 && at < end) {
		at++;
		while (at < end && !is_start(lines->text.p[at]))
			at++;
		column--;
	}
	return at;
}
