/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_pattern.h"

#include "base/limits.h"
#include "base/unicode.h"

enum token_kind { TOKEN_CHARACTER, TOKEN_ANY, TOKEN_STAR };

struct pattern_token {
	enum token_kind kind;
	uint32_t c;
};

#define NO_MATCH SIZE_MAX

static int read_escape(struct str text, size_t *at, struct pattern_token *t, struct err *err)
{
	struct str rest = str_skip(text, *at + 1);
	size_t n;

	/* Those two are escaped for the sake of ${} itself. */
	if (rest.n == 0 || !strchr("*?\\}/", rest.p[0]) || rest.p[0] == '\0')
		return err_set(err, ERR_FORMAT,
			       "a backslash in a pattern escapes *, ? and \\ only");
	t->c = unicode_next(rest, &n);
	*at += 1 + n;
	return 0;
}

int pattern_parse(struct str text, struct arena *a, struct pattern *ret, struct err *err)
{
	struct pattern p = {.tokens = arena_array(a, text.n + 1, sizeof *p.tokens)};
	size_t at = 0;
	int r;

	p.on = arena_array(a, text.n + 1, sizeof *p.on);
	p.next = arena_array(a, text.n + 1, sizeof *p.next);
	if (!p.tokens || !p.on || !p.next)
		return err_nomem(err);
	while (at < text.n) {
		struct pattern_token *t = &p.tokens[p.n++];
		size_t n = 0;

		if (text.p[at] == '\\') {
			r = read_escape(text, &at, t, err);
			if (r < 0)
				return r;
			continue;
		}
		t->c = unicode_next(str_skip(text, at), &n);
		t->kind = t->c == '*' ? TOKEN_STAR : t->c == '?' ? TOKEN_ANY : TOKEN_CHARACTER;
		at += n;
	}
	*ret = p;
	return 0;
}

/* A pattern being matched, front to back or back to front. */
struct match {
	const struct pattern *p;
	bool backwards;
	bool *on, *next;
};

static const struct pattern_token *token_at(const struct match *m, size_t i)
{
	return &m->p->tokens[m->backwards ? m->p->n - 1 - i : i];
}

/* A star may also stand for nothing. */
static void pass_stars(struct match *m)
{
	for (size_t i = 0; i < m->p->n; i++)
		if (m->on[i] && token_at(m, i)->kind == TOKEN_STAR)
			m->on[i + 1] = true;
}

static void start(struct match *m)
{
	m->on = m->p->on;
	m->next = m->p->next;
	memset(m->on, 0, (m->p->n + 1) * sizeof *m->on);
	m->on[0] = true;
	pass_stars(m);
}

/* Takes one character; false when nothing can match any more. */
static bool take(struct match *m, uint32_t c)
{
	bool *on = m->on, alive = false;

	memset(m->next, 0, (m->p->n + 1) * sizeof *m->next);
	for (size_t i = 0; i < m->p->n; i++) {
		const struct pattern_token *t = token_at(m, i);

		if (!on[i] || (t->kind == TOKEN_CHARACTER ? t->c != c : c == '\n'))
			continue;
		m->next[t->kind == TOKEN_STAR ? i : i + 1] = true;
		alive = true;
	}
	m->on = m->next;
	m->next = on;
	if (alive)
		pass_stars(m);
	return alive;
}

/* Bytes of the shortest or longest match at that end of the value; NO_MATCH. */
static int measure(const struct pattern *p, struct str value, enum pattern_end end, bool longest,
		   size_t *work, size_t *ret, struct err *err)
{
	struct match m = {.p = p, .backwards = end == PATTERN_SUFFIX};
	size_t done = 0, n;

	*ret = NO_MATCH;
	start(&m);
	for (;;) {
		if (m.on[p->n]) {
			*ret = done;
			if (!longest)
				return 0;
		}
		if (done == value.n)
			return 0;
		*work += p->n + 1;
		if (*work > LIMIT_DOCKERFILE_EXPAND_WORK)
			return err_set(err, ERR_LIMIT,
				       "more pattern steps than dockerfile_expand_work (%d)",
				       LIMIT_DOCKERFILE_EXPAND_WORK);
		if (!take(&m, m.backwards ? unicode_last(str_sub(value, 0, value.n - done), &n)
					  : unicode_next(str_skip(value, done), &n)))
			return 0;
		done += n;
	}
}

int pattern_trim(const struct pattern *p, struct str value, enum pattern_end end, bool longest,
		 size_t *work, struct str *ret, struct err *err)
{
	size_t n;
	int r = measure(p, value, end, longest, work, &n, err);

	if (r < 0)
		return r;
	if (n == NO_MATCH)
		n = 0;
	*ret = end == PATTERN_PREFIX ? str_skip(value, n) : str_sub(value, 0, value.n - n);
	return 0;
}

/* The first match from `from` on, as long as it gets; *ret_n NO_MATCH: none. */
static int find(const struct pattern *p, struct str value, size_t from, size_t *work,
		size_t *ret_at, size_t *ret_n, struct err *err)
{
	size_t n;
	int r;

	for (size_t at = from;; at += n) {
		r = measure(p, str_skip(value, at), PATTERN_PREFIX, true, work, ret_n, err);
		if (r < 0 || *ret_n != NO_MATCH || at >= value.n) {
			*ret_at = at;
			return r;
		}
		(void)unicode_next(str_skip(value, at), &n); /* only how long it is */
	}
}

static size_t name_length(struct str s)
{
	size_t n, at = 0;

	while (at < s.n) {
		uint32_t c = unicode_next(str_skip(s, at), &n);

		if (c != '_' && !unicode_is_letter(c) && !unicode_is_digit(c))
			break;
		at += n;
	}
	return at;
}

/* What stands behind a '$': the name, its bytes with braces in *ret_n; 0: no name there. */
static struct str template_name(struct str s, size_t *ret_n)
{
	bool braces = s.n && s.p[0] == '{';
	size_t n = name_length(str_skip(s, braces));

	*ret_n = n ? n + 2 * (size_t)braces : 0;
	if (braces && (n + 1 >= s.n || s.p[n + 1] != '}'))
		*ret_n = 0;
	return str_sub(s, braces, n);
}

static void add_template(struct strbuf *out, struct str with, struct str match)
{
	struct str before, rest;

	while (str_cut(with, '$', &before, &rest)) {
		size_t n;
		struct str name = template_name(rest, &n);

		strbuf_add(out, before);
		if (rest.n && rest.p[0] == '$') {
			n = 1;
			strbuf_addc(out, '$');
		} else if (n == 0) {
			strbuf_addc(out, '$');
		} else if (str_is(name, "0")) {
			strbuf_add(out, match);
		}
		with = str_skip(rest, n);
	}
	strbuf_add(out, with);
}

static int replace_first(const struct pattern *p, struct str value, struct str with, size_t *work,
			 struct strbuf *out, struct err *err)
{
	size_t at, n;
	int r = find(p, value, 0, work, &at, &n, err);

	if (r < 0)
		return r;
	if (n == NO_MATCH) {
		strbuf_add(out, value);
		return 0;
	}
	strbuf_add(out, str_sub(value, 0, at));
	strbuf_add(out, with);
	strbuf_add(out, str_skip(value, at + n));
	return 0;
}

int pattern_replace(const struct pattern *p, struct str value, struct str with, bool all,
		    size_t *work, struct strbuf *out, struct err *err)
{
	size_t copied = 0, from = 0, at, n, step;
	int r;

	if (!all)
		return replace_first(p, value, with, work, out, err);
	while (from <= value.n) {
		r = find(p, value, from, work, &at, &n, err);
		if (r < 0)
			return r;
		if (n == NO_MATCH)
			break;
		strbuf_add(out, str_sub(value, copied, at - copied));
		/* Nothing, right behind a match, is no match of its own. */
		if (at + n > copied || at == 0)
			add_template(out, with, str_sub(value, at, n));
		copied = at + n;
		step = 1;
		if (from < value.n)
			(void)unicode_next(str_skip(value, from), &step); /* only its length */
		from = copied > from + step ? copied : from + step;
	}
	strbuf_add(out, str_skip(value, copied));
	return 0;
}
