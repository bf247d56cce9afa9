/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_words.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/unicode.h"

/* What parts arguments: no line end is among it, none is left in a joined line. */
static bool is_gap(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

size_t words_end(struct str line, size_t at)
{
	while (at < line.n && !is_gap(line.p[at]))
		at++;
	return at;
}

size_t words_gap(struct str line, size_t at)
{
	while (at < line.n && is_gap(line.p[at]))
		at++;
	return at;
}

static bool push(struct vec *words, struct str line, size_t at, size_t end)
{
	struct line_word *w = vec_push(words);

	if (!w)
		return false;
	*w = (struct line_word){.at = at, .end = end, .text = str_sub(line, at, end - at)};
	return true;
}

bool words_spaced(struct str line, size_t from, struct vec *words)
{
	while (from < line.n) {
		size_t end = words_end(line, from);

		if (!push(words, line, from, end))
			return false;
		from = words_gap(line, end);
	}
	return true;
}

/* Bytes of the character at `at`, and whether it is white space. */
static size_t step(struct str line, size_t at, bool *ret_space)
{
	size_t n;

	*ret_space = unicode_is_space(unicode_next(str_skip(line, at), &n));
	return n;
}

/*
 * The end of a word that may have quoted parts. An escape takes the next character along, except
 * between single quotes; one that is the last character of the line is no part of the word
 * (*ret_cut).
 */
static size_t quoted_end(struct str line, size_t at, char escape, bool *ret_cut)
{
	char quote = '\0';
	bool space;

	*ret_cut = false;
	while (at < line.n) {
		size_t n = step(line, at, &space);
		char c = line.p[at];

		if (!quote && space)
			break;
		if (c == escape && quote != '\'') {
			*ret_cut = at + 1 == line.n;
			at++;
			if (at < line.n)
				at += step(line, at, &space);
			continue;
		}
		if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else if (c == quote)
			quote = '\0';
		at += n;
	}
	return at;
}

bool words_quoted(struct str line, size_t from, char escape, struct vec *words)
{
	bool space, cut;

	while (from < line.n) {
		size_t n = step(line, from, &space);
		size_t end;

		if (space) {
			from += n;
			continue;
		}
		end = quoted_end(line, from, escape, &cut);
		if (end - cut > from && !push(words, line, from, end - cut))
			return false;
		from = end;
	}
	return true;
}

/* A flag while it is read: its text without quotes, and whether it has any. */
struct flag_text {
	struct strbuf *plain;
	bool quoted;
	size_t value_at;
};

/* Reads one flag from `at` to the space behind it. */
static size_t read_flag(struct str line, size_t at, char escape, struct flag_text *f)
{
	char quote = '\0';

	for (; at < line.n; at++) {
		char c = line.p[at];

		if (!quote && char_is_space(c))
			break;
		if (quote ? c == quote : c == '\'' || c == '"') {
			f->quoted = true;
			quote = quote ? '\0' : c;
			continue;
		}
		if (c == escape) {
			f->quoted = true;
			if (at + 1 == line.n)
				continue; /* nothing to escape */
			c = line.p[++at];
		}
		if (c == '=' && !f->value_at)
			f->value_at = at + 1;
		strbuf_addc(f->plain, c);
	}
	return at;
}

/* False: out of room. */
static bool push_flag(struct str line, size_t at, size_t end, const struct flag_text *f,
		      struct vec *flags, struct arena *a)
{
	struct line_word *w;

	if (f->plain->error)
		return false;
	if (!push(flags, line, at, end))
		return false;
	w = vec_at(flags, flags->n - 1);
	w->value_at = f->value_at;
	if (f->quoted)
		w->text = arena_str(a, strbuf_str(f->plain));
	return w->text.p != NULL;
}

size_t words_flags(struct str line, size_t from, char escape, struct vec *flags, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(line.n);

	for (;;) {
		struct flag_text f = {.plain = &plain};
		size_t at = from, end;

		while (at < line.n && char_is_space(line.p[at]))
			at++;
		if (!str_has_prefix(str_skip(line, at), STR("--")))
			return at;
		strbuf_reset(&plain);
		end = read_flag(line, at, escape, &f);
		if (str_is(strbuf_str(&plain), "--"))
			return end;
		if (!push_flag(line, at, end, &f, flags, a))
			return SIZE_MAX;
		from = end;
	}
}
