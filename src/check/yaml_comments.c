/* SPDX-License-Identifier: Apache-2.0 */
#include "check/yaml_comments.h"

#define INDENT_NONE SIZE_MAX
#define LINES_MAX                                                                                  \
	10000000 /* looked at for all comments together; then only the next line counts            \
		  */

static size_t indent_of(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

static bool is_blank(struct str line)
{
	return str_trim(line).n == 0;
}

static bool is_comment(struct str line)
{
	line = str_trim(line);
	return line.n > 0 && line.p[0] == '#';
}

static bool is_marker(struct str line)
{
	return str_has_prefix(line, STR("---")) || str_has_prefix(line, STR("..."));
}

/* Where the # of a comment is; line.n when there is none. */
static size_t comment_at(struct str line)
{
	char quote = '\0';

	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		bool begins = i == 0 || char_is_space(line.p[i - 1]) ||
			      memchr("[{,:", line.p[i - 1], 4) != NULL;

		if (quote == '"' && c == '\\')
			i++;
		else if (quote)
			quote = c == quote ? '\0' : quote;
		else if ((c == '"' || c == '\'') && begins)
			quote = c;
		else if (c == '#' && (i == 0 || char_is_space(line.p[i - 1])))
			return i;
	}
	return line.n;
}

/* "key: |" and "- >-": the deeper lines behind it are text. */
static bool opens_text(struct str line)
{
	struct str before, last;

	line = str_trim(str_sub(line, 0, comment_at(line)));
	if (!str_rcut(line, ' ', &before, &last) || !last.n || last.n > 3)
		return false;
	if (last.p[0] != '|' && last.p[0] != '>')
		return false;
	for (size_t i = 1; i < last.n; i++)
		if (!memchr("+-123456789", last.p[i], 11))
			return false;
	return true;
}

/* The last line of the block that begins at `first`. */
static uint64_t block_end(const struct source_lines *lines, uint64_t first, bool document,
			  uint64_t *budget)
{
	size_t indent = indent_of(source_line(lines, first));
	uint64_t last = first;

	for (uint64_t i = first + 1; i <= lines->n && *budget > 0; i++, --*budget) {
		struct str line = source_line(lines, i);

		if (is_marker(line))
			break;
		if (is_blank(line) || is_comment(line))
			continue;
		if (!document && indent_of(line) <= indent &&
		    !(indent_of(line) == indent && line.p[indent] == '-' &&
		      source_line(lines, first).p[indent] != '-'))
			break;
		last = i;
	}
	return last;
}

/* Nothing but comments and blank lines between it and the start of its document. */
static bool starts_document(const struct source_lines *lines, uint64_t line, uint64_t *budget)
{
	for (; --line > 0 && *budget > 0; --*budget) {
		struct str before = source_line(lines, line);

		if (is_marker(before))
			return true;
		if (!is_blank(before) && !is_comment(before))
			return false;
	}
	return true;
}

static int add(const struct source_lines *lines, struct suppressions *s, uint64_t line,
	       struct str text, uint64_t *budget, struct err *err)
{
	size_t before = s->list.n;
	uint64_t first = line, last;
	int r = suppressions_add(s, text, line, line, err);

	if (r < 0 || s->list.n == before)
		return r; /* a comment like others: its block need not be known */
	vec_cut(&s->list, before);
	while (first <= lines->n &&
	       (is_blank(source_line(lines, first)) || is_comment(source_line(lines, first)) ||
		is_marker(source_line(lines, first))))
		first++, --*budget;
	if (first > lines->n)
		return suppressions_add(s, text, line, line, err);
	last = block_end(lines, first, starts_document(lines, first, budget), budget);
	return suppressions_add(s, text, first, last, err);
}

int yaml_comments_read(const struct source_lines *lines, struct suppressions *s, struct err *err)
{
	uint64_t budget = LINES_MAX;
	size_t text_indent = INDENT_NONE;
	int r = 0;

	for (uint64_t i = 1; r == 0 && i <= lines->n; i++) {
		struct str line = source_line(lines, i);
		size_t at;

		if (is_blank(line))
			continue;
		if (text_indent != INDENT_NONE && indent_of(line) > text_indent)
			continue;
		text_indent = opens_text(line) ? indent_of(line) : INDENT_NONE;
		at = comment_at(line);
		if (at < line.n)
			r = add(lines, s, i, str_skip(line, at + 1), &budget, err);
	}
	return r;
}
