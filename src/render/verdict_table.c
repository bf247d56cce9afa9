/* SPDX-License-Identifier: Apache-2.0 */
#include "render/verdict_table.h"

#include "base/cleanup.h"
#include "render/text.h"

#define EVIDENCE_SHOWN 10
#define GAPS_SHOWN     5
#define LINE_MAX_BYTES 65536
#define PART_MAX       4096

static enum tone tone_of(enum verdict_decision d)
{
	switch (d) {
	case VERDICT_DENY:
		return TONE_BAD;
	case VERDICT_WARN:
		return TONE_WARN;
	case VERDICT_ALLOW:
		return TONE_GOOD;
	case VERDICT_NONE:
		break;
	}
	return TONE_PLAIN;
}

static void put_text(struct canvas *c, size_t indent, struct str text)
{
	text_pad(c->out, indent);
	text_wrap(c->out, str_sub(text, 0, PART_MAX), indent, c->width, c->unicode);
}

static void put_more(struct canvas *c, size_t indent, uint64_t n)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	char text[TEXT_COUNT_MAX];

	if (n == 0)
		return;
	strbuf_adds(&sb, "and ");
	strbuf_add(&sb, text_count(n, text));
	strbuf_adds(&sb, " more; --format json lists them");
	text_pad(c->out, indent);
	(void)canvas_say(c, TONE_DIM, strbuf_str(&sb), c->width - indent); /* last on the line */
	canvas_end_line(c);
}

/* The bytes of the words at the start of s that fit into the columns. */
static size_t fitting(const struct canvas *c, struct str s, size_t columns)
{
	struct str rest = s, word;
	size_t n = 0;

	while (str_pull_word(&rest, &word)) {
		size_t end = s.n - rest.n;

		if (text_width(str_trim(str_sub(s, 0, end)), c->unicode) > columns)
			break;
		n = end;
	}
	return n;
}

/* Behind what stands in the line already, then in lines of its own: deeper than evidence. */
static void put_title(struct canvas *c, size_t used, struct str title)
{
	size_t room = used < c->width ? c->width - used : 0;
	size_t n = fitting(c, title, room);
	struct str rest = str_trim(str_skip(title, n));

	if (n)
		(void)canvas_say(c, TONE_DIM, str_sub(title, 0, n), room); /* measured */
	canvas_end_line(c);
	if (rest.n == 0)
		return;
	text_pad(c->out, 13);
	canvas_start(c, TONE_DIM);
	text_wrap(c->out, rest, 13, c->width, c->unicode);
	if (c->color && c->out->error == ERR_OK)
		c->out->n--; /* the colour ends on its own line */
	canvas_end(c, TONE_DIM);
	if (c->color)
		strbuf_addc(c->out, '\n');
}

/* "deny     no-grave: nothing grave" */
static void put_rule(struct canvas *c, const struct verdict_reason *reason)
{
	size_t used = 2 + 9;

	text_pad(c->out, 2);
	canvas_left(c, tone_of(reason->effect), str_of(rule_outcome_name(reason->outcome)), 9);
	used += canvas_say(c, TONE_HEADING, reason->rule, c->width - used);
	if (reason->outcome == OUTCOME_UNKNOWN && used + 12 < c->width) {
		used += canvas_say(c, TONE_DIM, STR(", counts as "), 12);
		used += canvas_say(c, TONE_DIM, str_of(verdict_decision_name(reason->effect)),
				   c->width - used);
	}
	if (reason->title.n && used + 2 < c->width)
		used += canvas_say(c, TONE_DIM, STR(": "), 2);
	put_title(c, used, str_trim(str_sub(reason->title, 0, PART_MAX)));
}

static bool is_same(struct str_list a, struct str_list b)
{
	for (size_t i = 0; i < a.n && a.n == b.n; i++)
		if (!str_eq(a.p[i], b.p[i]))
			return false;
	return a.n == b.n;
}

/* Rules that stand together often miss the same. */
static void put_gaps(struct canvas *c, const struct verdict_reason *reason,
		     const struct verdict_reason *last)
{
	size_t n = reason->not_assessed.n;

	if (n && last && is_same(reason->not_assessed, last->not_assessed)) {
		put_text(c, 11, STR("not known: the same"));
		return;
	}
	for (size_t i = 0; i < n && i < GAPS_SHOWN; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

		strbuf_adds(&sb, "not known: ");
		text_shorten(&sb, str_sub(reason->not_assessed.p[i], 0, PART_MAX));
		put_text(c, 11, strbuf_str(&sb));
	}
	put_more(c, 11, n > GAPS_SHOWN ? n - GAPS_SHOWN : 0);
}

static void put_reason(struct canvas *c, const struct verdict_reason *reason,
		       const struct verdict_reason *last)
{
	size_t shown = reason->n_evidence < EVIDENCE_SHOWN ? reason->n_evidence : EVIDENCE_SHOWN;

	put_rule(c, reason);
	for (size_t i = 0; i < shown; i++)
		put_text(c, 11, reason->evidence[i].message);
	if (reason->outcome == OUTCOME_UNKNOWN && reason->not_assessed.n == 0)
		put_text(c, 11, reason->message);
	if (reason->outcome != OUTCOME_UNKNOWN)
		put_more(c, 11, reason->count - shown);
	put_gaps(c, reason, last);
}

static bool is_told(const struct verdict_exception *x)
{
	return x->state != EXCEPTION_UNUSED;
}

static void put_exception(struct canvas *c, const struct verdict_exception *x)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	char text[TEXT_COUNT_MAX];

	text_pad(c->out, 2);
	canvas_left(c, x->state == EXCEPTION_EXPIRED ? TONE_WARN : TONE_DIM,
		    str_of(verdict_exception_state_name(x->state)), 9);
	strbuf_add(&sb, str_sub(x->rule, 0, PART_MAX));
	strbuf_adds(&sb, ", ");
	strbuf_add(&sb, text_count(x->count, text));
	strbuf_adds(&sb, x->count == 1 ? " thing" : " things");
	strbuf_addf(&sb, x->state == EXCEPTION_EXPIRED ? ", ended on %.*s: " : ", until %.*s: ",
		    STR_FMT(str_sub(x->until, 0, 64)));
	strbuf_add(&sb, str_sub(x->reason, 0, PART_MAX));
	strbuf_adds(&sb, " (");
	strbuf_add(&sb, str_sub(x->owner, 0, PART_MAX));
	strbuf_addc(&sb, ')');
	text_wrap(c->out, strbuf_str(&sb), 11, c->width, c->unicode);
}

static void put_exceptions(struct canvas *c, const struct verdict *v)
{
	size_t n = 0, unused = 0;
	char text[TEXT_COUNT_MAX];

	for (size_t i = 0; i < v->n_exceptions; i++) {
		n += is_told(&v->exceptions[i]);
		unused += !is_told(&v->exceptions[i]);
	}
	if (n)
		canvas_heading(c, "EXCEPTIONS", text_count(n, text));
	for (size_t i = 0; i < v->n_exceptions; i++)
		if (is_told(&v->exceptions[i]))
			put_exception(c, &v->exceptions[i]);
	if (n && unused) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

		strbuf_add(&sb, text_count(unused, text));
		strbuf_adds(&sb, unused == 1 ? " exception matched nothing"
					     : " exceptions matched nothing");
		put_text(c, 2, strbuf_str(&sb));
	}
}

static void add_count(struct strbuf *sb, uint64_t n, const char *words)
{
	char text[TEXT_COUNT_MAX];

	if (n == 0)
		return;
	strbuf_adds(sb, ", ");
	strbuf_add(sb, text_count(n, text));
	strbuf_adds(sb, words);
}

void verdict_add_line(struct strbuf *sb, const struct verdict *v)
{
	uint64_t n[OUTCOME_UNKNOWN + 1] = {0};
	char text[TEXT_COUNT_MAX];

	for (size_t i = 0; i < v->n_reasons; i++)
		n[v->reasons[i].outcome]++;
	for (const char *p = verdict_decision_name(v->decision); *p; p++)
		strbuf_addc(sb, (char)(*p - 'a' + 'A'));
	strbuf_adds(sb, " by policy ");
	strbuf_add(sb, str_sub(v->policy, 0, PART_MAX));
	strbuf_adds(sb, ": ");
	strbuf_add(sb, text_count(v->n_rules, text));
	strbuf_adds(sb, v->n_rules == 1 ? " rule" : " rules");
	add_count(sb, v->n_passed, " passed");
	add_count(sb, n[OUTCOME_DENY], n[OUTCOME_DENY] == 1 ? " denies" : " deny");
	add_count(sb, n[OUTCOME_WARN], n[OUTCOME_WARN] == 1 ? " warns" : " warn");
	add_count(sb, n[OUTCOME_UNKNOWN], " could not be decided");
	strbuf_addc(sb, '.');
}

void verdict_put(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	const struct verdict *v = &r->verdict;

	if (v->decision == VERDICT_NONE)
		return;
	canvas_heading(c, "VERDICT", v->policy);
	for (size_t i = 0; i < v->n_reasons; i++)
		put_reason(c, &v->reasons[i], i ? &v->reasons[i - 1] : NULL);
	put_exceptions(c, v);
	strbuf_addc(c->out, '\n');
	verdict_add_line(&sb, v);
	canvas_start(c, tone_of(v->decision));
	text_wrap(c->out, strbuf_str(&sb), 0, c->width, c->unicode);
	if (c->color && c->out->error == ERR_OK)
		c->out->n--; /* the colour ends on its own line */
	canvas_end(c, tone_of(v->decision));
	if (c->color)
		strbuf_addc(c->out, '\n');
}
