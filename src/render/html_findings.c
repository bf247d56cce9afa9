/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to fix first, and the findings as a list that unfolds.
 *
 * The script takes the place of the list; without it the list is cut at a number of findings, the
 * gravest of them, and says so.
 */
#include "render/html_page.h"
#include "render/places.h"
#include "render/text.h"

#define ACTIONS_OPEN   5 /* the others unfold */
#define ACTIONS_SHOWN  200
#define FINDINGS_SHOWN 300
#define RULES_SHOWN    6

static void put_severity(struct strbuf *out, enum severity s)
{
	strbuf_addf(out, "<span class=\"sev s-%s\">%s</span>", severity_name(s), severity_name(s));
}

static void put_rules(const struct page *p, const struct action *a)
{
	struct str last = STR_NULL;
	size_t shown = 0;

	strbuf_adds(p->out, "<span class=\"soft\">");
	for (size_t i = 0; i < a->n && shown < RULES_SHOWN; i++) {
		const struct finding *f = vec_at(&p->report->findings, a->findings[i]);

		if (str_eq(f->rule, last))
			continue;
		last = f->rule;
		strbuf_adds(p->out, shown++ ? ", " : "");
		html_add(p->out, f->rule);
	}
	if (a->n_findings > shown)
		strbuf_addf(p->out, " and %llu more", (unsigned long long)(a->n_findings - shown));
	strbuf_adds(p->out, "</span>");
}

static void put_action(const struct page *p, const struct action *a)
{
	struct strbuf *out = p->out;

	strbuf_adds(out, "<li>");
	put_severity(out, a->worst);
	strbuf_adds(out, "<div><b>Upgrade <bdi>");
	html_add(out, a->package);
	strbuf_adds(out, "</bdi></b> <bdi>");
	html_add(out, a->from);
	strbuf_adds(out, "</bdi> → <bdi>");
	html_add(out, a->to);
	strbuf_adds(out, "</bdi>");
	if (a->channel.n) {
		strbuf_adds(out, " from ");
		html_add(out, a->channel);
	}
	strbuf_adds(out, "<br>");
	put_rules(p, a);
	strbuf_adds(out, "</div><div class=\"gain\"><b>");
	html_count(out, a->n_findings, "less", "less");
	strbuf_adds(out, "</b>");
	if (a->n_exploited)
		strbuf_addf(out, " <br><span class=\"flag\">%llu exploited</span>",
			    (unsigned long long)a->n_exploited);
	strbuf_adds(out, "</div></li>\n");
}

static void put_action_list(const struct page *p, size_t from, size_t to)
{
	strbuf_addf(p->out, "<ol class=\"actions\" start=\"%zu\">\n", from + 1);
	for (size_t i = from; i < to; i++)
		put_action(p, &p->plan->actions[i]);
	strbuf_adds(p->out, "</ol>\n");
}

void page_put_actions(const struct page *p)
{
	size_t n = p->plan->n < ACTIONS_SHOWN ? p->plan->n : ACTIONS_SHOWN;
	size_t open = n < ACTIONS_OPEN ? n : ACTIONS_OPEN;
	struct strbuf *out = p->out;

	if (n == 0)
		return;
	strbuf_adds(out, "<section id=\"first\" aria-labelledby=\"first-title\">\n"
			 "<h2 id=\"first-title\">What to fix first</h2>\n<p class=\"lead\">");
	html_count(out, p->plan->n, "upgrade removes ", "upgrades remove ");
	html_count(out, p->plan->n_removed, "finding", "findings");
	strbuf_adds(out, "; the one that removes most risk stands first.</p>\n");
	put_action_list(p, 0, open);
	if (n > open) {
		strbuf_adds(out, "<details class=\"more\"><summary>");
		html_count(out, p->plan->n - open, "more upgrade", "more upgrades");
		strbuf_adds(out, "</summary>\n");
		put_action_list(p, open, n);
		if (p->plan->n > n)
			strbuf_addf(out, "<p>and %zu more</p>\n", p->plan->n - n);
		strbuf_adds(out, "</details>\n");
	}
	strbuf_adds(out, "</section>\n");
}

/* Of a file in an archive the path inside it too. */
static void put_subject(struct strbuf *out, const struct finding *f)
{
	const struct finding_subject *s = &f->subject;
	struct str path = place_is_inside(f) ? place_of(f)->path : s->path;

	html_element(out, "bdi", s->kind == SUBJECT_PACKAGE || s->path.n == 0 ? s->name : path);
	if (s->version.n) {
		strbuf_addc(out, ' ');
		html_element(out, "bdi", s->version);
	}
}

static void put_row(struct strbuf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	strbuf_addf(out, "<dt>%s</dt><dd>", name);
	html_add(out, value);
	strbuf_adds(out, "</dd>");
}

static void put_places(const struct page *p, const struct finding *f)
{
	for (size_t i = 0; i < f->n_locations && i < RULES_SHOWN; i++) {
		const struct finding_location *at = &f->locations[i];
		size_t layer = page_layer_number(p->report, at->layer);

		strbuf_adds(p->out, "<dt>at</dt><dd><bdi>");
		html_add(p->out, at->path);
		strbuf_adds(p->out, "</bdi>");
		if (at->line)
			strbuf_addf(p->out, " line %llu", (unsigned long long)at->line);
		if (layer)
			strbuf_addf(p->out, " in layer %zu", layer);
		strbuf_adds(p->out, "</dd>");
	}
}

static void put_finding(const struct page *p, const struct finding *f)
{
	struct strbuf *out = p->out;

	strbuf_adds(out, "<details><summary>");
	put_severity(out, f->severity);
	strbuf_adds(out, " <b><bdi>");
	html_add(out, f->rule);
	strbuf_adds(out, "</bdi></b> ");
	put_subject(out, f);
	strbuf_adds(out, " <span class=\"soft\">");
	html_add(out, f->title);
	strbuf_adds(out, "</span></summary><dl>");
	put_row(out, "fix", f->fix_action);
	put_row(out, "fixed in", f->fix_version);
	put_places(p, f);
	put_row(out, "state", place_evidence(f, STR("state=")));
	for (size_t i = 0; i < f->references.n && i < RULES_SHOWN; i++)
		put_row(out, "see", f->references.p[i]);
	strbuf_adds(out, "</dl></details>\n");
}

/* Suppressed ones stand behind all others. */
static size_t count_shown(const struct report *r)
{
	size_t n = 0;

	while (n < r->findings.n) {
		const struct finding *f = vec_at(&r->findings, n);

		if (f->suppressed_by.n)
			break;
		n++;
	}
	return n;
}

void page_put_findings(const struct page *p)
{
	size_t n = count_shown(p->report), shown = n < FINDINGS_SHOWN ? n : FINDINGS_SHOWN;

	strbuf_adds(p->out, "<section id=\"findings\" aria-labelledby=\"findings-title\">\n"
			    "<h2 id=\"findings-title\">Findings</h2>\n<div class=\"plain\">\n");
	for (size_t i = 0; i < shown; i++)
		put_finding(p, vec_at(&p->report->findings, i));
	if (n == 0)
		strbuf_adds(p->out, "<p>None of what was looked for was found.</p>\n");
	if (n > shown) {
		strbuf_adds(p->out, "<p>These are the gravest. ");
		html_count(p->out, n - shown, "more finding", "more findings");
		strbuf_adds(p->out, " can be seen where scripts may run, or with --format json."
				    "</p>\n");
	}
	if (p->report->n_hidden) {
		strbuf_adds(p->out, "<p>");
		html_count(p->out, p->report->n_hidden, "finding is", "findings are");
		strbuf_adds(p->out, " left out by ");
		html_add(p->out, p->report->hidden_by);
		strbuf_adds(p->out, ".</p>\n");
	}
	strbuf_adds(p->out, "</div>\n</section>\n");
}
