/* SPDX-License-Identifier: Apache-2.0 */
#include "render/rules_table.h"

#include "base/cleanup.h"
#include "render/text.h"

#define RULES_SHOWN    5
#define LINE_MAX_BYTES 65536
#define PART_MAX       4096

static void put_hidden(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	char text[TEXT_COUNT_MAX];

	if (r->n_hidden_once == 0)
		return;
	strbuf_add(&sb, text_count(r->n_hidden_once, text));
	strbuf_adds(&sb, r->n_hidden_once == 1 ? " finding not shown (" : " findings not shown (");
	strbuf_add(&sb, r->hidden_by);
	strbuf_addc(&sb, ')');
	canvas_end_line(c);
	(void)canvas_say(c, TONE_WARN, strbuf_str(&sb), c->width); /* last on the line */
	canvas_end_line(c);
}

static void put_rule(struct canvas *c, const struct report_rule *rule)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	strbuf_add(&sb, str_sub(rule->file, 0, PART_MAX));
	strbuf_addf(&sb, ":%llu ", (unsigned long long)rule->line);
	if (rule->state == RULE_EXPIRED) {
		strbuf_addf(&sb, "expired on %.*s", STR_FMT(str_sub(rule->until, 0, PART_MAX)));
		if (rule->n_findings)
			strbuf_addf(&sb, ", would suppress %llu",
				    (unsigned long long)rule->n_findings);
	} else {
		strbuf_adds(&sb, "matches nothing");
	}
	strbuf_adds(&sb, ": ");
	strbuf_add(&sb, str_sub(rule->rule, 0, PART_MAX));
	text_pad(c->out, 2);
	(void)canvas_say(c, TONE_WARN, STR("! "), 2); /* it fits */
	text_wrap(c->out, strbuf_str(&sb), 4, c->width, c->unicode);
}

static void put_rules(struct canvas *c, const struct report *r)
{
	uint64_t n = 0, shown = 0;
	char text[TEXT_COUNT_MAX];

	for (size_t i = 0; i < r->rules.n; i++) {
		const struct report_rule *rule = vec_at(&r->rules, i);

		n += rule->state != RULE_USED;
	}
	if (n == 0)
		return;
	canvas_heading(c, "IGNORE RULES WITHOUT EFFECT", text_count(n, text));
	for (size_t i = 0; i < r->rules.n && shown < RULES_SHOWN; i++) {
		const struct report_rule *rule = vec_at(&r->rules, i);

		if (rule->state == RULE_USED)
			continue;
		put_rule(c, rule);
		shown++;
	}
	if (n > shown) {
		text_pad(c->out, 4);
		canvas_start(c, TONE_DIM);
		strbuf_adds(c->out, "and ");
		strbuf_add(c->out, text_count(n - shown, text));
		strbuf_adds(c->out, " more; --format json lists them");
		canvas_end(c, TONE_DIM);
		canvas_end_line(c);
	}
}

void put_rule_notes(struct canvas *c, const struct report *r)
{
	put_hidden(c, r);
	put_rules(c, r);
}
