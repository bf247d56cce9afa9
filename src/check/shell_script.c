/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a script that words hold, with its way back to the bytes of the original. */
#include "base/limits.h"
#include "base/strbuf.h"
#include "check/shell_program.h"

struct script {
	struct strbuf text;
	struct text_map *map;
	const struct shell_input *in;
};

/* The offset of a slice of a text; false for a text of its own. */
static bool is_slice_of(struct str text, struct str part, size_t *ret_at)
{
	uintptr_t start = (uintptr_t)text.p, at = (uintptr_t)part.p;

	if (!part.p || at < start || at - start > text.n || part.n > text.n - (at - start))
		return false;
	*ret_at = at - start;
	return true;
}

/* A piece of text and where it stands, at worst as from `origin` on. */
static void add(struct script *s, struct str text, size_t origin)
{
	size_t from;

	if (is_slice_of(s->in->text, text, &from))
		text_map_copy(s->map, s->text.n, s->in->map, from, text.n);
	else
		text_map_add(s->map, s->text.n, origin);
	strbuf_add(&s->text, text);
}

/* Bytes in front of the text; $'' has two, whatever has become of what is behind them. */
static size_t opening_quote(const struct shell_part *part)
{
	size_t at;

	if (is_slice_of(part->source, part->text, &at))
		return at;
	return part->quote == SHELL_ANSI ? 2 : 0;
}

static void add_part(struct script *s, const struct shell_part *part)
{
	if (part->kind == SHELL_TEXT) {
		add(s, part->text, part->span.at + opening_quote(part));
	} else if (part->kind == SHELL_VARIABLE || part->kind == SHELL_ARITHMETIC) {
		add(s, part->source, part->span.at);
	} else {
		/* The outer shell runs it: its commands are calls already, and what it prints is
		 * not known. */
		text_map_add(s->map, s->text.n, part->span.at);
		strbuf_add(&s->text, str_sub(STR("$_"), 0, part->source.n)); /* "`" may be all */
	}
}

static void add_parts(struct script *s, const struct shell_part *parts)
{
	for (; parts; parts = parts->next)
		add_part(s, parts);
}

static int start(struct script *s, const struct shell_input *in, struct arena *a, struct err *err)
{
	*s = (struct script){.text = STRBUF_INIT(LIMIT_SHELL_BYTES), .in = in};
	s->map = arena_alloc(a, sizeof *s->map);
	if (!s->map)
		return err_nomem(err);
	*s->map = text_map_make(a);
	return 0;
}

static int finish(struct script *s, struct arena *a, struct shell_input *ret, struct err *err)
{
	int r = strbuf_check(&s->text, err);

	if (r == 0) {
		ret->text = arena_str(a, strbuf_str(&s->text));
		ret->map = s->map;
		r = arena_check(a, err);
	}
	strbuf_done(&s->text);
	return r;
}

int shell_script_text(const struct shell_word *words, size_t n, const struct shell_input *in,
		      struct arena *a, struct shell_input *ret, struct err *err)
{
	struct script s;
	int r = start(&s, in, a, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n && words; i++, words = words->next) {
		if (i)
			strbuf_addc(&s.text, ' ');
		add_parts(&s, words->parts);
	}
	return finish(&s, a, ret, err);
}

int shell_script_parts(const struct shell_part *parts, const struct shell_input *in,
		       struct arena *a, struct shell_input *ret, struct err *err)
{
	struct script s;
	int r = start(&s, in, a, err);

	if (r < 0)
		return r;
	add_parts(&s, parts);
	return finish(&s, a, ret, err);
}
