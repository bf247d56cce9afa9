/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The top of the page: the answer, and the picture of the findings.
 *
 * The mark is the one that the program is named after: a circle with a line through it, and the
 * water stands below, at, or above the line.
 */
#include "render/findings_table.h"
#include "render/html_page.h"
#include "render/places.h"
#include "render/tally.h"
#include "render/text.h"
#include "render/verdict_table.h"

#include "base/cleanup.h"

#define LINE_BYTES 4096
#define N_KINDS	   (FINDING_RUNTIME + 1)
#define BAR_UNITS  1000 /* width of the longest bar */

enum answer { ANSWER_YES, ANSWER_CARE, ANSWER_NO, ANSWER_UNKNOWN };

static const struct {
	const char *id, *headline;
	const char *files; /* the same of files that an image will be made of */
	int water;	   /* y of its surface in the mark; the line is at 32 */
} answers[] = {
	[ANSWER_YES] = {"yes", "Safe to load", "In order", 46},
	[ANSWER_CARE] = {"care", "Load with care", "In order, with doubts", 34},
	[ANSWER_NO] = {"no", "Not safe to load", "Not in order", 20},
	[ANSWER_UNKNOWN] = {"unknown", "Nobody can say yet", "Nobody can say yet", 64},
};

static const char *const kind_titles[N_KINDS] = {
	[FINDING_VULNERABILITY] = "Vulnerabilities",
	[FINDING_SECRET] = "Secrets",
	[FINDING_MALWARE] = "Malware",
	[FINDING_MISCONFIGURATION] = "Configuration",
	[FINDING_WASTE] = "Waste",
	[FINDING_TRUST] = "Trust",
	[FINDING_COMPLIANCE] = "Compliance",
	[FINDING_RUNTIME] = "Runtime",
};

struct counts {
	uint64_t n[N_KINDS][SEVERITY_CRITICAL + 1];
	uint64_t kind[N_KINDS];
	uint64_t most; /* findings of one kind */
};

static void count_findings(const struct report *r, struct counts *ret)
{
	*ret = (struct counts){0};
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		if (f->suppressed_by.n)
			continue;
		ret->n[f->kind][f->severity]++;
		if (++ret->kind[f->kind] > ret->most)
			ret->most = ret->kind[f->kind];
	}
}

struct str page_subject(const struct report *r)
{
	if (report_is_of_files(r) && r->findings.n)
		return STR("files");
	return r->image.name.n ? r->image.name : r->target.given;
}

uint64_t page_count_gaps(const struct report *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		n += c->state != COVERAGE_ASSESSED;
	}
	return n;
}

/* A policy's word stands above ours. */
static enum answer answer_of(const struct page *p, const struct counts *n)
{
	const uint64_t *s = p->plan->n_by_severity;

	switch (p->report->verdict.decision) {
	case VERDICT_ALLOW:
		return ANSWER_YES;
	case VERDICT_WARN:
		return ANSWER_CARE;
	case VERDICT_DENY:
		return ANSWER_NO;
	case VERDICT_NONE:
		break;
	}
	if (s[SEVERITY_CRITICAL] || s[SEVERITY_HIGH] || p->plan->n_exploited ||
	    n->kind[FINDING_MALWARE])
		return ANSWER_NO;
	if (!findings_were_sought(p->report) || p->report->coverage.n == 0)
		return ANSWER_UNKNOWN;
	if (s[SEVERITY_MEDIUM] || s[SEVERITY_UNKNOWN] || page_count_gaps(p->report))
		return ANSWER_CARE;
	return ANSWER_YES;
}

static void put_mark(struct strbuf *out, enum answer a)
{
	int y = answers[a].water;

	strbuf_adds(out, "<svg class=\"mark\" viewBox=\"0 0 64 64\" aria-hidden=\"true\">"
			 "<defs><clipPath id=\"hull\"><circle cx=\"32\" cy=\"32\" r=\"26\"/>"
			 "</clipPath></defs>");
	strbuf_addf(out,
		    "<path class=\"water\" clip-path=\"url(#hull)\" d=\"M0 %d q8 -5 16 0 t16 0 t16 "
		    "0 t16 0 V64 H0 Z\"/>",
		    y);
	strbuf_adds(out, "<circle class=\"ring\" cx=\"32\" cy=\"32\" r=\"26\"/>"
			 "<path class=\"line\" d=\"M2 32 H62\"/></svg>");
}

static void put_why(const struct page *p)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LINE_BYTES);
	uint64_t gaps = page_count_gaps(p->report);
	struct strbuf *out = p->out;

	strbuf_adds(out, "<p class=\"why\">");
	if (p->report->verdict.decision != VERDICT_NONE) {
		verdict_add_line(&line, &p->report->verdict);
		strbuf_addc(&line, ' ');
	}
	if (findings_were_sought(p->report) || report_is_of_files(p->report))
		findings_add_counts(&line, p->plan);
	else
		strbuf_adds(&line, "vulnerabilities were not assessed");
	html_add(out, strbuf_str(&line));
	strbuf_adds(out, ". ");
	if (gaps) {
		strbuf_adds(out, "<a href=\"#gaps\">");
		html_count(out, gaps, "part was", "parts were");
		strbuf_adds(out, " not fully assessed</a>.");
	} else {
		strbuf_adds(out, p->report->coverage.n
					 ? "Everything that was asked for was looked at."
					 : "Nothing was looked at.");
	}
	strbuf_adds(out, "</p>\n");
}

static const struct finding *first_with_fix(const struct page *p)
{
	for (size_t i = 0; i < p->plan->n_left; i++) {
		const struct finding *f = vec_at(&p->report->findings, p->plan->left[i].finding);

		if (f->fix_action.n)
			return f;
	}
	return NULL;
}

/* The gravest thing first: an upgrade does not help much against a key that is in the image. */
static void put_helps(const struct page *p)
{
	const struct finding *f = first_with_fix(p);
	const struct action *a = p->plan->n ? &p->plan->actions[0] : NULL;
	struct strbuf *out = p->out;

	if (!a && !f)
		return;
	strbuf_adds(out, "<p class=\"helps\"><b>What helps most:</b> ");
	if (f && (!a || f->severity > a->worst)) {
		html_add(out, f->fix_action);
		strbuf_adds(out, " <span class=\"soft\">(");
		html_add(out, f->title);
		strbuf_adds(out, ")</span></p>\n");
		return;
	}
	strbuf_adds(out, "upgrade ");
	html_element(out, "bdi", a->package);
	strbuf_adds(out, " from ");
	html_element(out, "bdi", a->from);
	strbuf_adds(out, " to ");
	html_element(out, "bdi", a->to);
	strbuf_adds(out, ": ");
	html_count(out, a->n_findings, "finding less", "findings less");
	strbuf_adds(out, ".</p>\n");
}

void page_put_headline(const struct page *p)
{
	struct counts n;
	enum answer a;

	count_findings(p->report, &n);
	a = answer_of(p, &n);
	strbuf_addf(p->out, "<section class=\"answer %s\" aria-labelledby=\"answer\">\n",
		    answers[a].id);
	put_mark(p->out, a);
	strbuf_addf(p->out, "<div>\n<h1 id=\"answer\">%s</h1>\n",
		    report_is_of_files(p->report) ? answers[a].files : answers[a].headline);
	put_why(p);
	put_helps(p);
	strbuf_adds(p->out, "</div>\n</section>\n");
}

static void put_fact(struct strbuf *out, uint64_t n, const char *what)
{
	char text[TEXT_COUNT_MAX];

	strbuf_adds(out, "<div><dd>");
	strbuf_add(out, text_count(n, text));
	strbuf_addf(out, "</dd><dt>%s</dt></div>\n", what);
}

static void put_facts(const struct page *p)
{
	struct finding_counts n = finding_counts_of(p->report);
	char text[TEXT_BYTES_MAX];

	strbuf_adds(p->out, "<dl class=\"facts\">\n");
	put_fact(p->out, p->plan->n_removed + p->plan->n_left, "findings");
	put_fact(p->out, n.fixable, "with a fixed version");
	put_fact(p->out, n.exploited, "exploited");
	put_fact(p->out, p->report->packages.n, "packages");
	put_fact(p->out, p->report->layers.n, "layers");
	strbuf_adds(p->out, "<div><dd>");
	strbuf_add(p->out, text_bytes(p->report->file_bytes, text));
	strbuf_adds(p->out, "</dd><dt>of files</dt></div>\n</dl>\n");
}

static void put_bar(struct strbuf *out, const struct counts *n, size_t kind)
{
	uint64_t at = 0, unit = n->most;

	strbuf_addf(out,
		    "<svg class=\"bar\" viewBox=\"0 0 %d 10\" preserveAspectRatio=\"none\" "
		    "aria-hidden=\"true\">",
		    BAR_UNITS);
	for (size_t s = SEVERITY_CRITICAL + 1; s-- > 0;) {
		uint64_t from = at * BAR_UNITS / unit, to = (at + n->n[kind][s]) * BAR_UNITS / unit;

		at += n->n[kind][s];
		if (n->n[kind][s])
			strbuf_addf(out,
				    "<rect class=\"s-%s\" x=\"%llu\" y=\"0\" width=\"%llu\" "
				    "height=\"10\"/>",
				    severity_name((enum severity)s), (unsigned long long)from,
				    (unsigned long long)(to > from ? to - from : 1));
	}
	strbuf_adds(out, "</svg>");
}

static void put_parts(struct strbuf *out, const uint64_t *by_severity)
{
	const char *before = "";

	for (size_t s = SEVERITY_CRITICAL + 1; s-- > 0;) {
		const char *name = severity_name((enum severity)s);

		if (by_severity[s] == 0)
			continue;
		strbuf_addf(out, "%s<span class=\"key\"><i class=\"dot s-%s\"></i>", before, name);
		html_count(out, by_severity[s], name, name);
		strbuf_adds(out, "</span>");
		before = " ";
	}
}

void page_put_picture(const struct page *p)
{
	struct strbuf *out = p->out;
	struct counts n;

	count_findings(p->report, &n);
	strbuf_adds(out,
		    "<section class=\"picture\" aria-label=\"Findings by kind and severity\">\n");
	put_facts(p);
	strbuf_adds(out, "<ul class=\"bars\">\n");
	for (size_t k = 0; k < N_KINDS; k++) {
		if (n.kind[k] == 0)
			continue;
		strbuf_addf(out,
			    "<li data-kind=\"%s\"><span class=\"name\">%s"
			    "</span>",
			    finding_kind_name((enum finding_kind)k), kind_titles[k]);
		put_bar(out, &n, k);
		strbuf_adds(out, "<span class=\"parts\">");
		put_parts(out, n.n[k]);
		strbuf_adds(out, "</span></li>\n");
	}
	strbuf_adds(out, "</ul>\n</section>\n");
}
