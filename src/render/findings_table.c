/* SPDX-License-Identifier: Apache-2.0 */
#include "render/findings_table.h"

#include "base/cleanup.h"
#include "render/malware_table.h"
#include "render/secrets_table.h"
#include "render/tally.h"
#include "render/text.h"

#define ACTIONS_SHOWN  10
#define RULES_SHOWN    3
#define REMAINS_SHOWN  10
#define BROKEN_SHOWN   10 /* rules */
#define LINE_MAX_BYTES 65536
#define PART_MAX       4096

static enum tone tone_of(enum severity s)
{
	if (s >= SEVERITY_HIGH)
		return TONE_BAD;
	return s == SEVERITY_MEDIUM || s == SEVERITY_UNKNOWN ? TONE_WARN : TONE_PLAIN;
}

static void add_count(struct strbuf *sb, uint64_t n, const char *word)
{
	char text[TEXT_COUNT_MAX];

	strbuf_add(sb, text_count(n, text));
	strbuf_addc(sb, ' ');
	strbuf_adds(sb, word);
}

bool findings_were_sought(const struct report *r)
{
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (c->state != COVERAGE_NOT_ASSESSED &&
		    str_has_prefix(c->what, STR("vulnerabilities")))
			return true;
	}
	return r->findings.n > 0;
}

void findings_add_counts(struct strbuf *sb, const struct plan *plan)
{
	uint64_t n = plan->n_removed + plan->n_left;
	const char *before = " (";

	if (n == 0) {
		strbuf_adds(sb, "no findings");
		return;
	}
	add_count(sb, n, n == 1 ? "finding" : "findings");
	for (size_t s = SEVERITY_CRITICAL + 1; s-- > 0;) {
		if (plan->n_by_severity[s] == 0)
			continue;
		strbuf_adds(sb, before);
		add_count(sb, plan->n_by_severity[s], severity_name((enum severity)s));
		before = ", ";
	}
	if (plan->n_exploited) {
		strbuf_adds(sb, "; ");
		add_count(sb, plan->n_exploited, "exploited");
	}
	strbuf_addc(sb, ')');
}

static void add_upgrade(struct strbuf *sb, const struct canvas *c, const struct action *a)
{
	strbuf_adds(sb, "upgrade ");
	strbuf_add(sb, str_sub(a->package, 0, PART_MAX));
	strbuf_addc(sb, ' ');
	strbuf_add(sb, str_sub(a->from, 0, PART_MAX));
	strbuf_adds(sb, c->unicode ? " \u2192 " : " -> ");
	strbuf_add(sb, str_sub(a->to, 0, PART_MAX));
	if (a->channel.n) {
		strbuf_adds(sb, " from ");
		strbuf_add(sb, str_sub(a->channel, 0, PART_MAX));
	}
}

static void add_removed(struct strbuf *sb, const struct action *a, bool has_layers)
{
	if (has_layers)
		strbuf_addf(sb, "layer %zu: ", a->layer + 1);
	add_count(sb, a->n_findings, a->n_findings == 1 ? "finding" : "findings");
	if (a->n_packages > 1)
		strbuf_addf(sb, " in %llu packages", (unsigned long long)a->n_packages);
	if (a->n_exploited)
		strbuf_addf(sb, ", %llu exploited", (unsigned long long)a->n_exploited);
}

static bool is_shown_before(const struct report *r, const struct action *a, size_t i)
{
	const struct finding *f = vec_at(&r->findings, a->findings[i]);

	for (size_t k = 0; k < i; k++) {
		const struct finding *other = vec_at(&r->findings, a->findings[k]);

		if (str_eq(f->rule, other->rule))
			return true;
	}
	return false;
}

/* "CVE-2023-0286 high, CVE-2023-0215 high, and 12 more" */
static void put_rules(struct canvas *c, const struct report *r, const struct action *a)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	size_t shown = 0;

	for (size_t i = 0; i < a->n && shown < RULES_SHOWN; i++) {
		const struct finding *f = vec_at(&r->findings, a->findings[i]);

		if (is_shown_before(r, a, i))
			continue;
		strbuf_adds(&sb, shown ? ", " : "");
		strbuf_add(&sb, str_sub(f->rule, 0, PART_MAX));
		strbuf_addc(&sb, ' ');
		strbuf_adds(&sb, severity_name(f->severity));
		if (f->known_exploited)
			strbuf_adds(&sb, " exploited");
		shown++;
	}
	if (a->n_findings > shown)
		strbuf_addf(&sb, ", and %llu more", (unsigned long long)(a->n_findings - shown));
	text_pad(c->out, 6);
	canvas_start(c, TONE_DIM);
	text_wrap(c->out, strbuf_str(&sb), 6, c->width, c->unicode);
	canvas_end(c, TONE_DIM);
}

static void put_action(struct canvas *c, const struct report *r, const struct action *a, size_t i)
{
	CLEANUP(strbuf_done) struct strbuf what = STRBUF_INIT(LINE_MAX_BYTES);
	CLEANUP(strbuf_done) struct strbuf removed = STRBUF_INIT(LINE_MAX_BYTES);
	char number[TEXT_COUNT_MAX];
	size_t used;

	add_upgrade(&what, c, a);
	add_removed(&removed, a, r->has_image);
	canvas_right(c, TONE_DIM, text_count(i + 1, number), 4);
	text_pad(c->out, 2);
	used = 6 + canvas_say(c, TONE_HEADING, strbuf_str(&what), c->width - 6);
	if (used + 2 + text_width(strbuf_str(&removed), c->unicode) > c->width) {
		canvas_end_line(c);
		used = 4;
		text_pad(c->out, used);
	}
	text_pad(c->out, 2);
	(void)canvas_say(c, tone_of(a->worst), strbuf_str(&removed), c->width - used - 2);
	canvas_end_line(c);
	put_rules(c, r, a);
}

static void put_hint(struct canvas *c, struct str text)
{
	text_pad(c->out, 6);
	(void)canvas_say(c, TONE_DIM, text, c->width - 6);
	canvas_end_line(c);
}

static void put_more(struct canvas *c, uint64_t n, const char *what)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	strbuf_adds(&sb, "and ");
	add_count(&sb, n, what);
	put_hint(c, strbuf_str(&sb));
}

static void put_plan(struct canvas *c, const struct report *r, const struct plan *plan)
{
	CLEANUP(strbuf_done) struct strbuf note = STRBUF_INIT(LINE_MAX_BYTES);

	if (plan->n == 0)
		return;
	add_count(&note, plan->n, plan->n == 1 ? "action removes " : "actions remove ");
	add_count(&note, plan->n_removed, plan->n_removed == 1 ? "finding" : "findings");
	canvas_heading(c, "FIX FIRST", strbuf_str(&note));
	for (size_t i = 0; i < plan->n && i < ACTIONS_SHOWN; i++)
		put_action(c, r, &plan->actions[i], i);
	if (plan->n > ACTIONS_SHOWN)
		put_more(c, plan->n - ACTIONS_SHOWN,
			 plan->n - ACTIONS_SHOWN == 1 ? "more action; --format json lists it"
						      : "more actions; --format json lists them");
}

/* The package; the source where several packages of it are concerned; or the file. */
static void add_subject(struct strbuf *sb, const struct finding *f, const struct leftover *l)
{
	const struct finding_subject *s = &f->subject;
	struct str name = s->name.n ? s->name : s->path, version = s->version;

	if (l->n_packages > 1 && s->source_name.n)
		name = s->source_name;
	if (l->n_packages > 1 && s->source_version.n)
		version = s->source_version;
	strbuf_add(sb, str_sub(name, 0, PART_MAX));
	strbuf_addc(sb, ' ');
	strbuf_add(sb, str_sub(version, 0, PART_MAX));
}

static void add_state(struct strbuf *sb, const struct finding *f, const struct leftover *l)
{
	if (l->n_packages > 1)
		strbuf_addf(sb, "  %llu packages", (unsigned long long)l->n_packages);
	if (f->status != STATUS_AFFECTED) {
		strbuf_adds(sb, "  ");
		for (const char *p = finding_status_name(f->status); *p; p++)
			strbuf_addc(sb, *p == '_' ? ' ' : *p);
	}
	if (f->known_exploited)
		strbuf_adds(sb, "  exploited");
}

/* What it is about gives way to its state. */
static void put_remaining(struct canvas *c, const struct finding *f, const struct leftover *l)
{
	CLEANUP(strbuf_done) struct strbuf what = STRBUF_INIT(LINE_MAX_BYTES);
	CLEANUP(strbuf_done) struct strbuf state = STRBUF_INIT(LINE_MAX_BYTES);
	size_t room = c->width - 2 - 12;

	text_pad(c->out, 2);
	canvas_left(c, tone_of(f->severity), str_of(severity_name(f->severity)), 12);
	strbuf_add(&what, str_sub(f->rule, 0, PART_MAX));
	strbuf_addc(&what, ' ');
	add_subject(&what, f, l);
	add_state(&state, f, l);
	if (state.n + 20 > room)
		strbuf_reset(&state);
	(void)canvas_say(c, TONE_PLAIN, strbuf_str(&what), room - state.n);
	(void)canvas_say(c, f->known_exploited ? TONE_BAD : TONE_DIM, strbuf_str(&state), state.n);
	canvas_end_line(c);
}

static bool breaks_rule(const struct report *r, const struct leftover *l)
{
	const struct finding *f = vec_at(&r->findings, l->finding);

	return f->kind == FINDING_MISCONFIGURATION;
}

/* Told in a section or table of their own: malware_table.h, secrets_table.h, size_table.h. */
static bool stands_elsewhere(const struct report *r, const struct leftover *l)
{
	const struct finding *f = vec_at(&r->findings, l->finding);

	/* waste without bytes is of the image: a limit, which has its row */
	return breaks_rule(r, l) || f->kind == FINDING_SECRET || f->kind == FINDING_MALWARE ||
	       (f->kind == FINDING_WASTE && (f->saved_bytes || f->subject.kind == SUBJECT_IMAGE));
}

static size_t count_elsewhere(const struct report *r, const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_left; i++)
		n += stands_elsewhere(r, &plan->left[i]);
	return n;
}

static size_t count_broken(const struct report *r, const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_left; i++)
		n += breaks_rule(r, &plan->left[i]);
	return n;
}

static void put_remains(struct canvas *c, const struct report *r, const struct plan *plan)
{
	CLEANUP(strbuf_done) struct strbuf note = STRBUF_INIT(LINE_MAX_BYTES);
	size_t n = plan->n_left - count_elsewhere(r, plan), shown = 0;

	if (n == 0)
		return;
	add_count(&note, n, n == 1 ? "finding without a fix" : "findings without a fix");
	canvas_heading(c, "REMAINS", strbuf_str(&note));
	for (size_t i = 0; i < plan->n_left && shown < REMAINS_SHOWN; i++) {
		if (stands_elsewhere(r, &plan->left[i]))
			continue;
		put_remaining(c, vec_at(&r->findings, plan->left[i].finding), &plan->left[i]);
		shown++;
	}
	if (n > REMAINS_SHOWN)
		put_more(c, n - REMAINS_SHOWN, "more; --format json lists them");
}

/* What is wrong, and below it the rule and the way out. */
static void put_broken_rule(struct canvas *c, const struct finding *f, uint64_t n)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	text_pad(c->out, 2);
	canvas_left(c, tone_of(f->severity), str_of(severity_name(f->severity)), 12);
	strbuf_add(&sb, str_sub(f->title, 0, PART_MAX));
	if (n > 1)
		strbuf_addf(&sb, "  and %llu more", (unsigned long long)(n - 1));
	text_wrap(c->out, strbuf_str(&sb), 14, c->width, c->unicode);
	strbuf_reset(&sb);
	strbuf_add(&sb, str_sub(f->rule, 0, PART_MAX));
	strbuf_adds(&sb, ": ");
	strbuf_add(&sb, str_sub(f->fix_action, 0, PART_MAX));
	text_pad(c->out, 14);
	canvas_start(c, TONE_DIM);
	text_wrap(c->out, strbuf_str(&sb), 14, c->width, c->unicode);
	canvas_end(c, TONE_DIM);
}

/* Findings of one rule stand together, since they are as grave. */
static void put_broken_rules(struct canvas *c, const struct report *r, const struct plan *plan)
{
	CLEANUP(strbuf_done) struct strbuf note = STRBUF_INIT(LINE_MAX_BYTES);
	size_t n = count_broken(r, plan), told = 0, rules = 0;

	if (n == 0)
		return;
	add_count(&note, n, n == 1 ? "finding" : "findings");
	canvas_heading(c, "CONFIGURATION", strbuf_str(&note));
	for (size_t i = 0; i < plan->n_left && rules < BROKEN_SHOWN; i++) {
		const struct finding *f = vec_at(&r->findings, plan->left[i].finding);
		uint64_t same = 1;

		if (!breaks_rule(r, &plan->left[i]))
			continue;
		for (; i + 1 < plan->n_left; i++, same++) {
			const struct finding *next =
				vec_at(&r->findings, plan->left[i + 1].finding);

			if (next->kind != f->kind || next->severity != f->severity ||
			    !str_eq(next->rule, f->rule))
				break;
		}
		put_broken_rule(c, f, same);
		told += same;
		rules++;
	}
	if (told < n)
		put_more(c, n - told, "more; --format json lists them");
	else if (told > rules)
		put_hint(c, STR("--format json lists each place"));
}

static void put_suppressed_line(struct canvas *c, uint64_t n, const char *one, const char *many)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	if (n == 0)
		return;
	strbuf_addc(c->out, '\n');
	add_count(&sb, n, n == 1 ? one : many);
	(void)canvas_say(c, TONE_DIM, strbuf_str(&sb), c->width);
	canvas_end_line(c);
}

static void put_suppressed(struct canvas *c, const struct report *r)
{
	struct suppressed_counts n = tally_suppressed(r);

	put_suppressed_line(c, n.by_rules, "finding is suppressed by a rule",
			    "findings are suppressed by rules");
	put_suppressed_line(c, n.in_baseline, "finding is known in the baseline",
			    "findings are known in the baseline");
}

void put_findings(struct canvas *c, const struct report *r, const struct plan *plan)
{
	put_plan(c, r, plan);
	put_malware(c, r, plan);
	put_remains(c, r, plan);
	put_secrets(c, r, plan);
	put_broken_rules(c, r, plan);
	put_suppressed(c, r);
}
