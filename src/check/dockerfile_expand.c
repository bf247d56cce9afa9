/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_expand.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "base/unicode.h"
#include "check/dockerfile_pattern.h"

/* The words of the outermost text, cut at white space that is not quoted. */
struct word_cutter {
	struct vec words; /* struct expand_word */
	struct strbuf text;
	size_t at, end;
	bool full;
};

struct lexer {
	struct expand *x;
	struct str in;
	size_t at;
	unsigned depth;
	struct word_cutter *cutter; /* NULL: words are not wanted */
};

static int expand_until(struct lexer *l, char stop, bool raw, struct strbuf *out, struct err *err);

static bool at_end(const struct lexer *l)
{
	return l->at >= l->in.n;
}

static bool is_next(const struct lexer *l, char c)
{
	return !at_end(l) && l->in.p[l->at] == c;
}

/* Takes one character, with all its bytes. */
static struct str next_character(struct lexer *l)
{
	struct str rest = str_skip(l->in, l->at);
	size_t n = 0;

	if (rest.n)
		(void)unicode_next(rest, &n); /* only its length */
	l->at += n;
	return str_sub(rest, 0, n);
}

static void end_word(struct word_cutter *w, struct arena *a)
{
	struct expand_word *word;

	if (w->text.n == 0)
		return;
	word = vec_push(&w->words);
	if (word)
		*word = (struct expand_word){arena_str(a, strbuf_str(&w->text)), w->at, w->end};
	w->full |= !word;
	strbuf_reset(&w->text);
}

/* What becomes of the text that stands in the input from `from` on. */
enum cutting {
	CUT_QUOTED, /* it is of one word */
	CUT_VALUE,  /* white space in it parts words, which all stand at [from, l->at) */
	CUT_PLAIN,  /* the same, and it stands there as it is */
};

static void cut_words(struct lexer *l, struct str text, size_t from, enum cutting how)
{
	struct word_cutter *w = l->cutter;
	size_t n = text.n;

	if (!w || l->depth > 1)
		return;
	for (size_t at = 0; at < text.n; at += n) {
		if (how != CUT_QUOTED && unicode_is_space(unicode_next(str_skip(text, at), &n))) {
			end_word(w, l->x->arena);
			continue;
		}
		if (w->text.n == 0)
			w->at = how == CUT_PLAIN ? from + at : from;
		w->end = how == CUT_PLAIN ? from + at + n : l->at;
		strbuf_add(&w->text, str_sub(text, at, n));
	}
}

static int fail_quote(const char *quote, struct err *err)
{
	return err_set(err, ERR_FORMAT, "the %s quote is not closed", quote);
}

static int expand_single(struct lexer *l, struct strbuf *out, struct err *err)
{
	size_t from = l->at++;
	struct str inside = str_skip(l->in, l->at);
	size_t n = str_find_char(inside, '\'');
	bool raw = l->x->flags & EXPAND_RAW_QUOTES;

	if (n == inside.n)
		return fail_quote("single", err);
	l->at += n + 1;
	strbuf_add(out, raw ? str_sub(l->in, from, n + 2) : str_sub(inside, 0, n));
	return 0;
}

static int expand_dollar(struct lexer *l, struct strbuf *out, struct err *err);

/* Behind the escape character, between double quotes. */
static void escape_in_double(struct lexer *l, bool raw, struct strbuf *out)
{
	char escape = l->x->escape;

	if (raw)
		strbuf_addc(out, escape);
	if (at_end(l))
		return;
	/* Before others it is an ordinary character, which BuildKit then gives twice when raw. */
	if (is_next(l, '"') || is_next(l, '$') || is_next(l, escape))
		strbuf_add(out, next_character(l));
	else
		strbuf_addc(out, escape);
}

static int expand_double(struct lexer *l, bool raw, struct strbuf *out, struct err *err)
{
	bool quotes = l->x->flags & EXPAND_RAW_QUOTES;
	int r;

	l->at++;
	if (quotes)
		strbuf_addc(out, '"');
	while (!at_end(l)) {
		if (is_next(l, '"')) {
			l->at++;
			if (quotes)
				strbuf_addc(out, '"');
			return 0;
		}
		if (is_next(l, '$')) {
			r = expand_dollar(l, out, err);
			if (r < 0)
				return r;
		} else if (is_next(l, l->x->escape)) {
			l->at++;
			escape_in_double(l, raw, out);
		} else {
			strbuf_add(out, next_character(l));
		}
	}
	return fail_quote("double", err);
}

static bool is_special(uint32_t c)
{
	return c && c < 0x80 && strchr("@*#?-$!0", (int)c);
}

/* Letters, digits and '_'; digits alone; or one special character. Empty: no name here. */
static struct str read_name(struct lexer *l)
{
	struct str rest = str_skip(l->in, l->at);
	size_t at = 0, n;
	bool digits = false;

	while (at < rest.n) {
		uint32_t c = unicode_next(str_skip(rest, at), &n);
		bool digit = unicode_is_digit(c);

		if (at == 0 && !digit && is_special(c)) {
			at = n;
			break;
		}
		if (at == 0)
			digits = digit;
		if (digits ? !digit : !digit && c != '_' && !unicode_is_letter(c))
			break;
		at += n;
	}
	l->at += at;
	return str_sub(rest, 0, at);
}

static int note(struct vec *names, struct str name, struct err *err)
{
	struct str *entry = names ? vec_push(names) : NULL;

	if (names && !entry)
		return err_nomem(err);
	if (entry)
		*entry = name;
	return 0;
}

static int look_up(struct lexer *l, struct str name, bool *ret_set, struct str *ret_value,
		   struct err *err)
{
	struct expand *x = l->x;
	enum expand_found found = x->get ? x->get(x->context, name, ret_value) : EXPAND_UNKNOWN;
	int r = 0;

	*ret_set = found == EXPAND_SET;
	if (found == EXPAND_SET)
		r = note(x->used, name, err);
	else
		*ret_value = STR_NULL;
	if (found == EXPAND_UNKNOWN)
		r = note(x->undefined, name, err);
	return r;
}

/* One ${name...} whose name, value and operator are read. */
struct substitution {
	struct str name, value;
	bool set;
	bool null_is_unset; /* the operator has a ':' */
	char operator;
	struct str written; /* the operator as it stands */
};

static int unset_error(const struct substitution *s, struct str word, struct err *err)
{
	if (word.n)
		return err_set(err, ERR_FORMAT, "%.*s: %.*s", STR_FMT(str_sub(s->name, 0, 80)),
			       STR_FMT(str_sub(word, 0, 200)));
	return err_set(err, ERR_FORMAT, "variable %.*s is required and %s",
		       STR_FMT(str_sub(s->name, 0, 80)), s->set ? "empty" : "not set");
}

static int trim_value(struct lexer *l, const struct substitution *s, struct str word,
		      struct strbuf *out, struct err *err)
{
	bool longest = word.n && word.p[0] == s->operator;
	enum pattern_end end = s->operator== '#' ? PATTERN_PREFIX : PATTERN_SUFFIX;
	struct pattern p;
	struct str left;
	int r = pattern_parse(str_skip(word, longest), l->x->arena, &p, err);

	if (r == 0)
		r = pattern_trim(&p, s->value, end, longest, &l->x->work, &left, err);
	if (r == 0)
		strbuf_add(out, left);
	return r;
}

static int apply(struct lexer *l, const struct substitution *s, struct str word, struct strbuf *out,
		 struct err *err)
{
	bool has = s->set && !(s->null_is_unset && s->value.n == 0);

	switch (s->operator) {
	case '-':
		strbuf_add(out, has ? s->value : word);
		return 0;
	case '+':
		strbuf_add(out, has ? word : STR_NULL);
		return 0;
	case '?':
		if (!has)
			return unset_error(s, word, err);
		strbuf_add(out, s->value);
		return 0;
	default:
		return trim_value(l, s, word, out, err);
	}
}

static int unsupported(struct str operator, struct err * err)
{
	return err_set(err, ERR_FORMAT, "\"%.*s\" is no operator of ${}", STR_FMT(operator));
}

static int open_brace(struct err *err)
{
	return err_set(err, ERR_FORMAT, "a \"${\" has no \"}\"");
}

/* ${name-word} and its like, from behind the operator. */
static int expand_operator(struct lexer *l, struct substitution *s, struct strbuf *out,
			   struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf word = STRBUF_INIT(out->max);
	bool raw = s->operator== '#' || s->operator== '%';
	int r;

	if (s->null_is_unset && raw)
		return unsupported(s->written, err);
	r = expand_until(l, '}', raw, &word, err);
	if (r < 0)
		return r;
	if (!s->operator|| !strchr("-+?#%", s->operator))
		return unsupported(s->written, err);
	r = look_up(l, s->name, &s->set, &s->value, err);
	if (r < 0)
		return r;
	if (!s->set && l->x->flags & EXPAND_KEEP_UNSET) {
		strbuf_addf(out, "${%.*s%.*s", STR_FMT(s->name), STR_FMT(s->written));
		strbuf_add(out, strbuf_str(&word));
		strbuf_addc(out, '}');
		return 0;
	}
	return apply(l, s, strbuf_str(&word), out, err);
}

/* ${name/pattern/with} and ${name//pattern/with}, from behind the first '/'. */
static int expand_replacement(struct lexer *l, struct substitution *s, struct strbuf *out,
			      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(out->max);
	CLEANUP(strbuf_done) struct strbuf with = STRBUF_INIT(out->max);
	bool all = is_next(l, '/');
	struct pattern p;
	int r;

	l->at += all;
	r = expand_until(l, '/', true, &text, err);
	if (r == 0)
		r = expand_until(l, '}', true, &with, err);
	if (r == 0)
		r = look_up(l, s->name, &s->set, &s->value, err);
	if (r < 0)
		return r;
	if (!s->set && l->x->flags & EXPAND_KEEP_UNSET) {
		strbuf_addf(out, "${%.*s/", STR_FMT(s->name));
		strbuf_add(out, strbuf_str(&text));
		strbuf_addc(out, '/');
		strbuf_add(out, strbuf_str(&with));
		strbuf_addc(out, '}');
		return 0;
	}
	r = pattern_parse(strbuf_str(&text), l->x->arena, &p, err);
	if (r < 0)
		return r;
	return pattern_replace(&p, s->value, strbuf_str(&with), all, &l->x->work, out, err);
}

/* $name or ${name}: the value, or what is written when it is to be kept. */
static int expand_plain(struct lexer *l, struct str name, bool braces, struct strbuf *out,
			struct err *err)
{
	struct str value;
	bool set;
	int r = look_up(l, name, &set, &value, err);

	if (r < 0)
		return r;
	if (!set && l->x->flags & EXPAND_KEEP_UNSET) {
		strbuf_adds(out, braces ? "${" : "$");
		strbuf_add(out, name);
		strbuf_adds(out, braces ? "}" : "");
	} else {
		strbuf_add(out, value);
	}
	return 0;
}

/* From behind "${". */
static int expand_braces(struct lexer *l, struct strbuf *out, struct err *err)
{
	struct substitution s = {0};
	size_t from;

	if (at_end(l))
		return open_brace(err);
	if (is_next(l, '{') || is_next(l, '}') || is_next(l, ':'))
		return err_set(err, ERR_FORMAT, "a variable's name is missing behind \"${\"");
	s.name = read_name(l);
	if (at_end(l))
		return open_brace(err);
	from = l->at;
	s.written = next_character(l);
	s.operator= s.written.p[0];
	if (s.operator== '}')
		return expand_plain(l, s.name, true, out, err);
	if (s.operator== '/')
		return expand_replacement(l, &s, out, err);
	if (s.operator== ':') {
		struct str c = next_character(l);

		s.null_is_unset = true;
		s.operator= c.n ? c.p[0] : '\0';
		s.written = str_sub(l->in, from, l->at - from);
	} else if (!s.operator|| !strchr("+-?#%", s.operator)) {
		return unsupported(s.written, err);
	}
	return expand_operator(l, &s, out, err);
}

static int expand_dollar(struct lexer *l, struct strbuf *out, struct err *err)
{
	struct str name;

	l->at++;
	if (is_next(l, '{')) {
		l->at++;
		return expand_braces(l, out, err);
	}
	name = read_name(l);
	if (name.n == 0) {
		strbuf_addc(out, '$');
		return 0;
	}
	return expand_plain(l, name, false, out, err);
}

/* "<<" takes the blanks behind it along, so that "<< EOF" is one word. */
static void expand_less(struct lexer *l, struct strbuf *out)
{
	size_t from = l->at++;

	if (is_next(l, '<')) {
		l->at++;
		while (is_next(l, ' ') || is_next(l, '\t') || is_next(l, '\r'))
			l->at++;
	}
	strbuf_add(out, str_sub(l->in, from, l->at - from));
}

static void expand_escape(struct lexer *l, bool raw, struct strbuf *out)
{
	size_t before = out->n, from = l->at++;

	if (raw)
		strbuf_addc(out, l->x->escape);
	strbuf_add(out, next_character(l));
	cut_words(l, str_skip(strbuf_str(out), before), from, CUT_QUOTED);
}

static bool is_quote(const struct lexer *l)
{
	return !(l->x->flags & EXPAND_NO_QUOTES) && (is_next(l, '\'') || is_next(l, '"'));
}

/* Text without a meaning of its own, as far as it goes. */
static void expand_text(struct lexer *l, char stop, struct strbuf *out)
{
	const char special[] = {'$', '<', '\'', '"', l->x->escape, stop};
	size_t from = l->at++;
	struct str run;

	while (!at_end(l) && !memchr(special, l->in.p[l->at], sizeof special))
		l->at++;
	run = str_sub(l->in, from, l->at - from);
	strbuf_add(out, run);
	cut_words(l, run, from, CUT_PLAIN);
}

static int expand_one(struct lexer *l, char stop, bool raw, struct strbuf *out, struct err *err)
{
	size_t before = out->n, from = l->at;
	bool dollar = is_next(l, '$');
	int r = 0;

	if (dollar) {
		r = expand_dollar(l, out, err);
	} else if (is_next(l, '<')) {
		expand_less(l, out);
	} else if (is_quote(l)) {
		r = is_next(l, '"') ? expand_double(l, raw, out, err) : expand_single(l, out, err);
	} else if (is_next(l, l->x->escape)) {
		expand_escape(l, raw, out);
		return 0;
	} else {
		expand_text(l, stop, out);
		return 0;
	}
	if (r == 0 && !out->error)
		cut_words(l, str_skip(strbuf_str(out), before), from,
			  dollar ? CUT_VALUE : CUT_QUOTED);
	return r;
}

/* To the stop character, which is taken; '\0': to the end. */
static int expand_until(struct lexer *l, char stop, bool raw, struct strbuf *out, struct err *err)
{
	int r = 0;

	if (l->depth >= LIMIT_DOCKERFILE_EXPAND_DEPTH)
		return err_set(err, ERR_LIMIT,
			       "${} nested deeper than dockerfile_expand_depth (%d)",
			       LIMIT_DOCKERFILE_EXPAND_DEPTH);
	l->depth++;
	while (r == 0 && !at_end(l) && !(stop && is_next(l, stop)))
		r = expand_one(l, stop, raw, out, err);
	l->depth--;
	if (r < 0)
		return r;
	if (stop && at_end(l))
		return open_brace(err);
	l->at += stop != '\0';
	return out->error ? strbuf_check(out, err) : 0;
}

static bool is_plain(const struct expand *x, struct str word)
{
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (c == '$' || c == x->escape || c == '\'' || c == '"')
			return false;
	}
	return true;
}

static int limit_error(struct err *err)
{
	return err_set(err, ERR_LIMIT, "the values are larger than dockerfile_expand_bytes (%d)",
		       LIMIT_DOCKERFILE_EXPAND_BYTES);
}

static int run(struct expand *x, struct str word, struct word_cutter *cutter, struct strbuf *out,
	       struct err *err)
{
	struct lexer l = {.x = x, .in = word, .cutter = cutter};
	int r = expand_until(&l, '\0', x->flags & EXPAND_RAW_ESCAPES, out, err);

	if (r < 0)
		return r == -ERR_LIMIT && out->error == ERR_LIMIT ? limit_error(err) : r;
	x->bytes += out->n;
	return 0;
}

int dockerfile_expand(struct expand *x, struct str word, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done)
	struct strbuf out = STRBUF_INIT(LIMIT_DOCKERFILE_EXPAND_BYTES - x->bytes);
	int r;

	if (is_plain(x, word)) {
		*ret = word;
		return 0;
	}
	r = run(x, word, NULL, &out, err);
	if (r < 0)
		return r;
	*ret = arena_str(x->arena, strbuf_str(&out));
	return ret->p ? 0 : err_nomem(err);
}

static int keep_words(struct expand *x, const struct vec *words, struct expand_words *ret,
		      struct err *err)
{
	struct expand_word *p = arena_array(x->arena, words->n, sizeof *p);

	if (!p)
		return err_nomem(err);
	if (words->n)
		memcpy(p, words->p, words->n * sizeof *p);
	*ret = (struct expand_words){p, words->n};
	return arena_check(x->arena, err);
}

int dockerfile_expand_words(struct expand *x, struct str word, struct expand_words *ret,
			    struct err *err)
{
	size_t room = LIMIT_DOCKERFILE_EXPAND_BYTES - x->bytes;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(room);
	struct word_cutter cutter = {
		.words = VEC_INIT(struct expand_word, LIMIT_DOCKERFILE_WORDS),
		.text = STRBUF_INIT(room),
	};
	int r = run(x, word, &cutter, &out, err);

	if (r == 0) {
		end_word(&cutter, x->arena);
		r = cutter.full ? limit_error(err) : keep_words(x, &cutter.words, ret, err);
	}
	strbuf_done(&cutter.text);
	vec_done(&cutter.words);
	return r;
}
