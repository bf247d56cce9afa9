/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/suppress.h"

#include "base/limits.h"

#define BOM STR("\xef\xbb\xbf")

/* JSON, also under another name. */
static bool is_json(const struct source_file *f)
{
	struct str text = str_trim(f->bytes);

	return str_has_suffix(f->path, STR(".json")) || str_has_prefix(text, STR("{")) ||
	       str_has_prefix(text, STR("["));
}

int suppress_init(struct suppress *at, const struct source_file *f, struct err *err)
{
	*at = (struct suppress){.text = f->bytes};
	arena_init(&at->arena, LIMIT_ARENA_BYTES);
	if (f->language && strcmp(f->language->id, "dockerfile") == 0) {
		at->has_comments = true;
		return dockerfile_parse(f->bytes, &at->arena, &at->dockerfile, err);
	}
	at->has_comments = f->language && !is_json(f);
	return 0;
}

void suppress_done(struct suppress *at)
{
	arena_done(&at->arena);
}

static size_t line_start(struct str text, size_t at)
{
	size_t newline = str_rfind_char(str_sub(text, 0, at), '\n');

	return newline < at ? newline + 1 : 0;
}

/* Of the instruction that the byte is in. */
static size_t instruction_start(const struct dockerfile *df, size_t at)
{
	size_t low = 0, high = df->n_instructions;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (df->instructions[middle].span.at <= at)
			low = middle;
		else
			high = middle;
	}
	return df->n_instructions ? df->instructions[low].name.span.at : at;
}

size_t suppress_line(const struct suppress *at, const struct assessed_finding *f)
{
	size_t start = at->dockerfile ? instruction_start(at->dockerfile, f->start) : f->start;

	return line_start(at->text, start);
}

static const char *line_end_of(struct str text)
{
	size_t n = str_find_char(text, '\n');

	return n < text.n && n > 0 && text.p[n - 1] == '\r' ? "\r\n" : "\n";
}

/* "  # plimsoll ignore=a,b" and nothing behind it: the end of the names. */
static bool find_comment(struct str text, size_t line, size_t *ret_end)
{
	struct str before = str_sub(text, 0, line), rest;
	size_t start, end;

	if (!str_has_suffix(before, STR("\n")))
		return false;
	end = before.n - 1;
	start = line_start(before, end);
	while (end > start && char_is_space(text.p[end - 1]))
		end--;
	rest = str_trim(str_sub(text, start, end - start));
	*ret_end = end;
	if (!str_pull_prefix(&rest, STR("#")))
		return false;
	rest = str_trim(rest);
	return str_pull_prefix(&rest, STR("plimsoll ignore=")) && rest.n &&
	       str_find_char(rest, ' ') == rest.n && str_find_char(rest, '\t') == rest.n;
}

bool suppress_here(const struct suppress *at, const struct assessed_finding *f, struct strbuf *text,
		   struct edit *ret)
{
	size_t line = suppress_line(at, f), end, indent = 0;
	struct str rest = str_skip(at->text, line);

	if (!at->has_comments || f->is_file)
		return false;
	strbuf_reset(text);
	if (find_comment(at->text, line, &end)) {
		strbuf_addf(text, ",%.*s", STR_FMT(f->code));
		*ret = (struct edit){(uint32_t)end, (uint32_t)end, strbuf_str(text)};
		return true;
	}
	if (line == 0 && str_pull_prefix(&rest, BOM))
		line = BOM.n;
	while (indent < rest.n && (rest.p[indent] == ' ' || rest.p[indent] == '\t'))
		indent++;
	strbuf_add(text, str_sub(rest, 0, indent));
	strbuf_addf(text, "# plimsoll ignore=%.*s%s", STR_FMT(f->code), line_end_of(at->text));
	*ret = (struct edit){(uint32_t)line, (uint32_t)line, strbuf_str(text)};
	return true;
}

/* Behind the directives, which nothing may stand before. */
static size_t top_of(const struct suppress *at)
{
	const struct dockerfile *df = at->dockerfile;
	size_t top = str_has_prefix(at->text, BOM) ? BOM.n : 0, n;

	if (!df || df->n_directives == 0)
		return top;
	top = df->directives[df->n_directives - 1].value.span.end;
	n = str_find_char(str_skip(at->text, top), '\n');
	top += n;
	return top < at->text.n ? top + 1 : top;
}

bool suppress_file(const struct suppress *at, const struct assessed_finding *f, struct strbuf *text,
		   struct edit *ret)
{
	size_t top = top_of(at);
	const char *end = line_end_of(at->text);

	if (!at->has_comments)
		return false;
	strbuf_reset(text);
	if (top > 0 && top == at->text.n && !str_has_suffix(at->text, STR("\n")))
		strbuf_adds(text, end);
	strbuf_addf(text, "# plimsoll ignore-file=%.*s%s", STR_FMT(f->code), end);
	*ret = (struct edit){(uint32_t)top, (uint32_t)top, strbuf_str(text)};
	return true;
}
