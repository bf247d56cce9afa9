/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as Markdown, for the summary of a CI job or a comment: the verdict in one line, what
 * to do, what remains, what was not assessed, which rules hide something.
 *
 * Tables are cut at a number of rows: GitHub refuses a job summary above 1 MiB. What is cut is
 * counted.
 */
#include "base/cleanup.h"
#include "render/findings_table.h"
#include "render/markdown_text.h"
#include "render/places.h"
#include "render/render.h"
#include "render/size_table.h"
#include "render/tally.h"
#include "render/text.h"
#include "render/verdict_table.h"
#include "report/plan.h"

#define ACTIONS_SHOWN  100
#define FINDINGS_SHOWN 200
#define GAPS_SHOWN     100
#define RULES_SHOWN    100
#define RULES_IN_CELL  5
#define LINE_BYTES     65536

static void add_count(struct strbuf *out, uint64_t n, const char *one, const char *many)
{
	char text[TEXT_COUNT_MAX];

	strbuf_add(out, text_count(n, text));
	strbuf_addc(out, ' ');
	strbuf_adds(out, n == 1 ? one : many);
}

static void put_more(struct strbuf *out, uint64_t n)
{
	if (n == 0)
		return;
	strbuf_adds(out, "\n…and ");
	add_count(out, n, "more row", "more rows");
	strbuf_adds(out, "; `--format json` lists all.\n");
}

static void add_status(struct strbuf *out, enum finding_status status)
{
	for (const char *p = finding_status_name(status); *p; p++)
		strbuf_addc(out, *p == '_' ? ' ' : *p);
}

/* ---- the verdict ---- */

static uint64_t count_gaps(const struct report *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		n += c->state != COVERAGE_ASSESSED;
	}
	return n;
}

/* Counted as the table counts: a vulnerability of several packages of one source is one. */
static void put_verdict(struct strbuf *out, const struct report *r, const struct plan *plan)
{
	uint64_t gaps = count_gaps(r);

	strbuf_adds(out, "## Plimsoll: ");
	markdown_add(out, report_is_of_files(r) ? STR("files")
			  : r->image.name.n	? r->image.name
						: r->target.given);
	strbuf_adds(out, "\n\n**");
	if (findings_were_sought(r) || (report_is_of_files(r) && r->coverage.n))
		findings_add_counts(out, plan);
	else
		strbuf_adds(out, "vulnerabilities not assessed");
	strbuf_adds(out, "**");
	if (plan->n) {
		strbuf_adds(out, ", ");
		add_count(out, plan->n_removed, "of them goes by ", "of them go by ");
		add_count(out, plan->n, "action", "actions");
	}
	strbuf_adds(out, ". ");
	if (gaps) {
		add_count(out, gaps, "part was not fully assessed",
			  "parts were not fully assessed");
		strbuf_adds(out, ", see below.\n");
	} else {
		strbuf_adds(out, r->coverage.n ? "Every part was assessed.\n"
					       : "Nothing was assessed.\n");
	}
}

/* ---- what to do ---- */

static void add_rules(struct strbuf *out, const struct report *r, const struct action *a)
{
	struct str last = STR_NULL;
	size_t shown = 0;

	for (size_t i = 0; i < a->n && shown < RULES_IN_CELL; i++) {
		const struct finding *f = vec_at(&r->findings, a->findings[i]);

		if (str_eq(f->rule, last))
			continue;
		last = f->rule;
		strbuf_adds(out, shown++ ? ", " : "");
		markdown_add(out, f->rule);
	}
	if (a->n_findings > shown)
		strbuf_addf(out, ", and %llu more", (unsigned long long)(a->n_findings - shown));
}

static void put_action(struct strbuf *out, const struct report *r, const struct action *a)
{
	strbuf_adds(out, "| upgrade ");
	markdown_add_code(out, a->package);
	strbuf_addc(out, ' ');
	markdown_add_code(out, a->from);
	strbuf_adds(out, " → ");
	markdown_add_code(out, a->to);
	if (a->channel.n) {
		strbuf_adds(out, " from ");
		markdown_add_code(out, a->channel);
	}
	if (r->layers.n)
		strbuf_addf(out, " | %zu | ", a->layer + 1);
	else
		strbuf_adds(out, " | | ");
	strbuf_addf(out, "%llu | ", (unsigned long long)a->n_findings);
	if (a->n_exploited)
		strbuf_addf(out, "**%llu**", (unsigned long long)a->n_exploited);
	strbuf_adds(out, " | ");
	strbuf_adds(out, severity_name(a->worst));
	strbuf_adds(out, " | ");
	add_rules(out, r, a);
	strbuf_adds(out, " |\n");
}

static void put_plan(struct strbuf *out, const struct report *r, const struct plan *plan)
{
	if (plan->n == 0)
		return;
	strbuf_adds(out,
		    "\n### Fix first\n\n| action | layer | removes | exploited | worst | which "
		    "|\n|---|---:|---:|---:|---|---|\n");
	for (size_t i = 0; i < plan->n && i < ACTIONS_SHOWN; i++)
		put_action(out, r, &plan->actions[i]);
	put_more(out, plan->n > ACTIONS_SHOWN ? plan->n - ACTIONS_SHOWN : 0);
}

/* ---- what remains ---- */

/* The package; of a finding in a file its line. */
static void add_place(struct strbuf *out, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(PLACE_PART_MAX + 32);
	uint64_t line = place_of(f)->line;

	if (line == 0) {
		markdown_add_code(out, f->subject.name.n ? f->subject.name : f->subject.path);
		return;
	}
	strbuf_add(&sb, str_sub(place_path(f), 0, PLACE_PART_MAX));
	strbuf_addf(&sb, ":%llu", (unsigned long long)line);
	markdown_add_code(out, strbuf_str(&sb));
}

static void put_remaining(struct strbuf *out, const struct finding *f, uint64_t n_packages)
{
	strbuf_adds(out, "| ");
	strbuf_adds(out, severity_name(f->severity));
	strbuf_adds(out, " | ");
	markdown_add(out, f->rule);
	strbuf_adds(out, " | ");
	add_place(out, f);
	if (f->subject.version.n) {
		strbuf_addc(out, ' ');
		markdown_add_code(out, f->subject.version);
	}
	if (n_packages > 1)
		strbuf_addf(out, " and %llu more of its source",
			    (unsigned long long)(n_packages - 1));
	strbuf_adds(out, " | ");
	add_status(out, f->status);
	strbuf_adds(out, f->known_exploited ? ", **exploited** | " : " | ");
	markdown_add(out, f->title);
	strbuf_adds(out, " |\n");
}

/* Waste has a table of its own. */
static bool is_elsewhere(const struct report *r, const struct leftover *l)
{
	const struct finding *f = vec_at(&r->findings, l->finding);

	/* without bytes it is of the image: a limit, which has its row */
	return f->kind == FINDING_WASTE && (f->saved_bytes || f->subject.kind == SUBJECT_IMAGE);
}

static void put_remains(struct strbuf *out, const struct report *r, const struct plan *plan)
{
	uint64_t n = 0;

	for (size_t i = 0; i < plan->n_left; i++) {
		if (is_elsewhere(r, &plan->left[i]))
			continue;
		if (n++ == 0)
			strbuf_adds(out, "\n### Remains\n\n| severity | id | where | status | what "
					 "|\n|---|---|---|---|---|\n");
		if (n <= FINDINGS_SHOWN)
			put_remaining(out, vec_at(&r->findings, plan->left[i].finding),
				      plan->left[i].n_packages);
	}
	put_more(out, n > FINDINGS_SHOWN ? n - FINDINGS_SHOWN : 0);
}

static void put_left_out(struct strbuf *out, const struct report *r)
{
	struct suppressed_counts n = tally_suppressed(r);

	if (n.by_rules) {
		strbuf_addc(out, '\n');
		add_count(out, n.by_rules, "finding is suppressed by a rule.\n",
			  "findings are suppressed by rules.\n");
	}
	if (n.in_baseline) {
		strbuf_addc(out, '\n');
		add_count(out, n.in_baseline, "finding is known in the baseline.\n",
			  "findings are known in the baseline.\n");
	}
	if (r->n_hidden_once) {
		strbuf_addc(out, '\n');
		add_count(out, r->n_hidden_once, "finding is not shown (",
			  "findings are not shown (");
		markdown_add_code(out, r->hidden_by);
		strbuf_adds(out, ").\n");
	}
}

/* ---- waste, attack surface, budgets ---- */

static void md_wastes(struct strbuf *out, const struct report *r)
{
	char size[TEXT_BYTES_MAX];
	uint64_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		if (f->kind != FINDING_WASTE || f->suppressed_by.n || !f->saved_bytes)
			continue;
		if (n++ == 0)
			strbuf_adds(out, "\n### Waste\n\n| saves | what | fix |\n|---|---|---|\n");
		if (n > FINDINGS_SHOWN)
			continue;
		strbuf_addf(out, "| %s | ", text_bytes(f->saved_bytes, size).p);
		markdown_add(out, f->title);
		strbuf_adds(out, " | ");
		markdown_add(out, f->fix_action);
		strbuf_adds(out, " |\n");
	}
	put_more(out, n > FINDINGS_SHOWN ? n - FINDINGS_SHOWN : 0);
}

static void md_surface(struct strbuf *out, const struct report *r)
{
	CLEANUP(freep) struct surface_row *rows = calloc(SURFACE_ROWS, sizeof *rows);

	if (!r->surface.is_known || !rows)
		return;
	surface_rows(r, rows);
	strbuf_adds(out, "\n### Attack surface\n\n| | |\n|---|---|\n");
	for (size_t i = 0; i < SURFACE_ROWS; i++) {
		strbuf_addf(out, "| %s | ", rows[i].name);
		markdown_add(out, str_of(rows[i].text));
		strbuf_adds(out, " |\n");
	}
}

static void md_budgets(struct strbuf *out, const struct report *r)
{
	if (r->budgets.n)
		strbuf_adds(out, "\n### Budget\n\n| | is | limit |\n|---|---|---|\n");
	for (size_t i = 0; i < r->budgets.n; i++) {
		const struct report_budget *b = vec_at(&r->budgets, i);

		strbuf_addf(out, "| %s ", budget_state_name(b->state));
		markdown_add(out, b->name);
		strbuf_adds(out, " | ");
		markdown_add(out, b->actual);
		strbuf_adds(out, " | ");
		markdown_add(out, b->limit);
		strbuf_adds(out, " |\n");
	}
}

/* ---- rules that do nothing, and what was not assessed ---- */

static void put_rule(struct strbuf *out, const struct report_rule *rule)
{
	strbuf_adds(out, "| ");
	markdown_add_code(out, rule->file);
	strbuf_addf(out, ":%llu | ", (unsigned long long)rule->line);
	markdown_add(out, rule->rule);
	strbuf_adds(out, " | ");
	strbuf_adds(out, report_rule_state_name(rule->state));
	if (rule->state == RULE_EXPIRED) {
		strbuf_adds(out, " since ");
		markdown_add(out, rule->until);
	}
	strbuf_adds(out, " |\n");
}

static void put_rules(struct strbuf *out, const struct report *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->rules.n; i++) {
		const struct report_rule *rule = vec_at(&r->rules, i);

		if (rule->state == RULE_USED)
			continue;
		if (n++ == 0)
			strbuf_adds(out, "\n### Ignore rules without effect\n\n| where | rule | "
					 "state |\n|---|---|---|\n");
		if (n <= RULES_SHOWN)
			put_rule(out, rule);
	}
	put_more(out, n > RULES_SHOWN ? n - RULES_SHOWN : 0);
}

static void put_gap(struct strbuf *out, const struct coverage *c)
{
	strbuf_adds(out, "| ");
	markdown_add(out, c->what);
	strbuf_adds(out,
		    c->state == COVERAGE_PARTIAL ? " | partially | " : " | **not assessed** | ");
	markdown_add(out, c->reason);
	if (c->remedy.n) {
		strbuf_adds(out, " → ");
		markdown_add(out, c->remedy);
	}
	strbuf_adds(out, " |\n");
}

static void put_gaps(struct strbuf *out, const struct report *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (c->state == COVERAGE_ASSESSED)
			continue;
		if (n++ == 0)
			strbuf_adds(out, "\n### Not assessed\n\n| what | assessed | why "
					 "|\n|---|---|---|\n");
		if (n <= GAPS_SHOWN)
			put_gap(out, c);
	}
	put_more(out, n > GAPS_SHOWN ? n - GAPS_SHOWN : 0);
}

/* ---- what the policy says ---- */

static void put_reason(struct strbuf *out, const struct verdict_reason *reason)
{
	strbuf_adds(out, "| ");
	strbuf_adds(out, rule_outcome_name(reason->outcome));
	strbuf_adds(out, " | ");
	markdown_add_code(out, reason->rule);
	strbuf_adds(out, " | ");
	markdown_add(out, reason->message);
	if (reason->count > 1) {
		strbuf_adds(out, " and ");
		add_count(out, reason->count - 1, "more", "more");
	}
	strbuf_adds(out, " |\n");
}

static void put_policy(struct strbuf *out, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LINE_BYTES);
	const struct verdict *v = &r->verdict;

	if (v->decision == VERDICT_NONE)
		return;
	verdict_add_line(&line, v);
	strbuf_adds(out, "\n### Verdict\n\n");
	markdown_add(out, strbuf_str(&line));
	strbuf_addc(out, '\n');
	if (v->n_reasons)
		strbuf_adds(out, "\n| Outcome | Rule | Message |\n|---|---|---|\n");
	for (size_t i = 0; i < v->n_reasons && i < RULES_SHOWN; i++)
		put_reason(out, &v->reasons[i]);
	put_more(out, v->n_reasons > RULES_SHOWN ? v->n_reasons - RULES_SHOWN : 0);
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct plan plan;
	int r = plan_make(report, &plan, err);

	if (r < 0)
		return r;
	put_verdict(out, report, &plan);
	put_policy(out, report);
	put_plan(out, report, &plan);
	put_remains(out, report, &plan);
	put_left_out(out, report);
	md_wastes(out, report);
	md_surface(out, report);
	md_budgets(out, report);
	put_rules(out, report);
	put_gaps(out, report);
	plan_done(&plan);
	return strbuf_check(out, err);
}

const struct renderer renderer_markdown = {
	.id = "markdown",
	.title = "a summary for a CI job or a comment",
	.media_type = "text/markdown; charset=utf-8; variant=GFM",
	.render = render,
};
