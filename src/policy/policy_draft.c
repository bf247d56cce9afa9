/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_draft.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/limits.h"

#define LITERAL_MAX 65536

void policy_draft_init(struct policy_draft *d, struct str name)
{
	*d = (struct policy_draft){
		.rules = VEC_INIT(struct draft_rule, LIMIT_POLICY_RULES),
		.exceptions = VEC_INIT(struct draft_exception, LIMIT_POLICY_EXCEPTIONS),
		.settings = VEC_INIT(struct str, LIMIT_POLICY_EXCEPTIONS),
		.left = VEC_INIT(struct str, LIMIT_POLICY_EXCEPTIONS)};
	arena_init(&d->arena, LIMIT_ARENA_BYTES);
	d->name = arena_str(&d->arena, name);
}

void policy_draft_done(struct policy_draft *d)
{
	vec_done(&d->rules);
	vec_done(&d->exceptions);
	vec_done(&d->settings);
	vec_done(&d->left);
	arena_done(&d->arena);
}

__attribute__((format(printf, 2, 0))) static struct str format(struct policy_draft *d,
							       const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	p = n >= 0 ? arena_alloc(&d->arena, (size_t)n + 1) : NULL;
	if (!p)
		return STR_NULL;
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap); /* measured above */
	return str_make(p, (size_t)n);
}

struct str policy_draft_text(struct policy_draft *d, const char *fmt, ...)
{
	struct str text;
	va_list ap;

	va_start(ap, fmt);
	text = format(d, fmt, ap);
	va_end(ap);
	return text;
}

static bool is_taken(const struct policy_draft *d, struct str id)
{
	for (size_t i = 0; i + 1 < d->rules.n; i++)
		if (str_eq(((const struct draft_rule *)vec_at(&d->rules, i))->id, id))
			return true;
	return false;
}

struct draft_rule *policy_draft_add_rule(struct policy_draft *d, const char *id, const char *each,
					 const char *kind)
{
	struct draft_rule *rule = vec_push(&d->rules);

	if (!rule) {
		d->is_full = true;
		return &d->nowhere;
	}
	*rule = (struct draft_rule){.id = str_of(id), .each = str_of(each), .kind = kind};
	for (unsigned n = 2; is_taken(d, rule->id); n++)
		rule->id = policy_draft_text(d, "%s-%u", id, n);
	return rule;
}

void policy_draft_add_exception(struct policy_draft *d, const struct draft_exception *x)
{
	struct draft_exception *slot = vec_push(&d->exceptions);

	if (slot)
		*slot = *x;
	else
		d->is_full = true;
}

static void add_line(struct policy_draft *d, struct vec *to, struct str line)
{
	struct str *slot = vec_push(to);

	if (slot)
		*slot = line;
	else
		d->is_full = true;
}

void policy_draft_set(struct policy_draft *d, const char *fmt, ...)
{
	struct str text;
	va_list ap;

	va_start(ap, fmt);
	text = format(d, fmt, ap);
	va_end(ap);
	add_line(d, &d->settings, text);
}

void policy_draft_leave(struct policy_draft *d, struct str file, size_t line, const char *what,
			const char *why)
{
	add_line(d, &d->left,
		 line ? policy_draft_text(d, "%.*s:%zu: %s: %s", STR_FMT(file), line, what, why)
		      : policy_draft_text(d, "%.*s: %s: %s", STR_FMT(file), what, why));
}

/* ---- literals ---- */

static void add_literal(struct strbuf *sb, struct str s)
{
	strbuf_addc(sb, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			strbuf_addc(sb, '\\');
		if (c < 0x20 || c == 0x7f)
			strbuf_addf(sb, "\\u%04x", c);
		else
			strbuf_addc(sb, (char)c);
	}
	strbuf_addc(sb, '"');
}

struct str policy_draft_literal(struct policy_draft *d, struct str s)
{
	return policy_draft_literals(d, &s, 0);
}

/* n == 0: one, without brackets. */
struct str policy_draft_literals(struct policy_draft *d, const struct str *p, size_t n)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_POLICY_BYTES);

	strbuf_adds(&sb, n ? "[" : "");
	for (size_t i = 0; i < (n ? n : 1); i++) {
		strbuf_adds(&sb, i ? ", " : "");
		add_literal(&sb, p[i]);
	}
	strbuf_adds(&sb, n ? "]" : "");
	return arena_str(&d->arena, strbuf_str(&sb));
}

struct str policy_draft_glob(struct policy_draft *d, struct str pattern)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LITERAL_MAX);

	strbuf_adds(&sb, "^");
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (c == '*' || c == '?')
			strbuf_adds(&sb, c == '*' ? ".*" : ".");
		else if (char_is_alnum(c) || (unsigned char)c >= 0x80)
			strbuf_addc(&sb, c);
		else
			strbuf_addf(&sb, "\\x%02x", (unsigned char)c);
	}
	strbuf_adds(&sb, "$");
	return policy_draft_literal(d, strbuf_str(&sb));
}

/* ---- YAML ---- */

/* In single quotes, where only these are doubled; what they cannot hold in double ones. */
static void add_scalar(struct strbuf *sb, struct str s)
{
	bool plain = true;

	for (size_t i = 0; i < s.n; i++)
		plain &= (unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f;
	if (!plain) {
		add_literal(sb, s);
		return;
	}
	strbuf_addc(sb, '\'');
	for (size_t i = 0; i < s.n; i++) {
		strbuf_addc(sb, s.p[i]);
		if (s.p[i] == '\'')
			strbuf_addc(sb, '\'');
	}
	strbuf_addc(sb, '\'');
}

static void add_field(struct strbuf *sb, const char *indent, const char *key, struct str value)
{
	if (!value.n)
		return;
	strbuf_addf(sb, "%s%s: ", indent, key);
	add_scalar(sb, value);
	strbuf_addc(sb, '\n');
}

static bool kind_of_each(struct str each, enum finding_kind *ret)
{
	for (enum finding_kind k = 0; k <= FINDING_RUNTIME; k++)
		if (str_is(each, finding_kind_name(k))) {
			*ret = k;
			return true;
		}
	return false;
}

/* The text with each $ replaced by the variable. */
static void add_match(struct strbuf *sb, struct str match, struct str variable)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_POLICY_BYTES);
	bool quoted = false;

	for (size_t i = 0; i < match.n; i++) {
		char c = match.p[i];

		if (quoted && c == '\\' && i + 1 < match.n) {
			strbuf_addc(&text, c);
			c = match.p[++i];
		} else if (c == '"') {
			quoted = !quoted;
		} else if (c == '$' && !quoted) {
			strbuf_add(&text, variable);
			continue;
		}
		strbuf_addc(&text, c);
	}
	add_field(sb, "      - ", "match", strbuf_str(&text));
}

static void add_exceptions(struct strbuf *sb, const struct policy_draft *d,
			   const struct draft_rule *rule)
{
	enum finding_kind kind;
	bool any = false;

	if (!kind_of_each(rule->each, &kind))
		return;
	for (size_t i = 0; i < d->exceptions.n; i++) {
		const struct draft_exception *x = vec_at(&d->exceptions, i);

		if (x->kinds && !(x->kinds & 1u << kind))
			continue;
		strbuf_adds(sb, any ? "" : "    except:\n");
		any = true;
		add_match(sb, x->match, rule->each);
		add_field(sb, "        ", "owner", x->owner);
		add_field(sb, "        ", "reason", x->reason);
		add_field(sb, "        ", "until", x->until.n ? x->until : STR("never"));
	}
}

static void add_rule(struct strbuf *sb, const struct policy_draft *d, const struct draft_rule *rule)
{
	add_field(sb, "  - ", "id", rule->id);
	add_field(sb, "    ", "title", rule->title);
	add_field(sb, "    ", "each", rule->each);
	add_field(sb, "    ", "match", rule->match);
	add_field(sb, "    ", rule->kind, rule->condition);
	add_field(sb, "    ", "message", rule->message);
	if (rule->unknown)
		add_field(sb, "    ", "unknown", str_of(rule->unknown));
	add_exceptions(sb, d, rule);
}

static size_t count_endless(const struct policy_draft *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->exceptions.n; i++)
		n += ((const struct draft_exception *)vec_at(&d->exceptions, i))->until.n == 0;
	return n;
}

/* A line break in a comment would end it. */
static void add_comment(struct strbuf *sb, struct str text)
{
	strbuf_adds(sb, "#   ");
	for (size_t i = 0; i < text.n; i++)
		strbuf_addc(sb,
			    (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ? ' ' : text.p[i]);
	strbuf_addc(sb, '\n');
}

int policy_draft_write(struct policy_draft *d, struct strbuf *out, struct err *err)
{
	size_t endless = count_endless(d);

	if (d->is_full)
		return err_set(err, ERR_LIMIT,
			       "more than policy_rules (%d) or policy_exceptions (%d)",
			       (int)LIMIT_POLICY_RULES, (int)LIMIT_POLICY_EXCEPTIONS);
	if (d->left.n)
		strbuf_adds(out, "# Not carried over:\n");
	for (size_t i = 0; i < d->left.n; i++)
		add_comment(out, *(const struct str *)vec_at(&d->left, i));
	if (endless)
		strbuf_addf(out, "# %zu exception%s without an end: give each one.\n", endless,
			    endless == 1 ? "" : "s");
	for (size_t i = 0; i < d->settings.n; i++)
		strbuf_addf(out, "%.*s\n", STR_FMT(*(const struct str *)vec_at(&d->settings, i)));
	if (d->rules.n) {
		add_field(out, "", "policy", d->name);
		strbuf_adds(out, "rules:\n");
	}
	for (size_t i = 0; i < d->rules.n; i++)
		add_rule(out, d, vec_at(&d->rules, i));
	return arena_check(&d->arena, err) < 0 ? -ERR_NOMEM : strbuf_check(out, err);
}
