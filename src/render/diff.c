/* SPDX-License-Identifier: Apache-2.0 */
#include "render/diff.h"

#include "base/cleanup.h"
#include "codec/json_writer.h"
#include "render/canvas.h"
#include "render/finding_json.h"
#include "render/markdown_text.h"
#include "render/size_json.h"
#include "render/size_table.h"
#include "render/text.h"

#define LINE_MAX_BYTES	65536
#define PART_MAX	4096
#define RULE_COLUMNS	20
#define WORD_COLUMNS	10
#define SURFACE_COLUMNS 18

static const struct finding *either(const struct diff_finding *f)
{
	return f->after ? f->after : f->before;
}

static struct str name_of_target(const struct report *r)
{
	return r->target.given.n ? r->target.given : r->target.location;
}

/* ---- what the table and the page say alike ---- */

/* "2 added, 5 removed, 1 changed, 12 kept" */
static void add_counts(struct strbuf *sb, const uint64_t n[DIFF_CHANGES])
{
	char text[TEXT_COUNT_MAX];

	for (int c = 0; c < DIFF_CHANGES; c++) {
		strbuf_adds(sb, c ? ", " : "");
		strbuf_add(sb, text_count(n[c], text));
		strbuf_addc(sb, ' ');
		strbuf_adds(sb, diff_change_name((enum diff_change)c));
	}
}

/* "high, was low; fix 3.0.17" */
static void add_finding_change(struct strbuf *sb, const struct diff_finding *f)
{
	const struct finding *a = f->before, *b = f->after;

	if (a->severity != b->severity)
		strbuf_addf(sb, "; was %s", severity_name(a->severity));
	if (a->status != b->status)
		strbuf_addf(sb, "; %s, was %s", finding_status_name(b->status),
			    finding_status_name(a->status));
	if (str_eq(a->fix_version, b->fix_version))
		return;
	strbuf_adds(sb, b->fix_version.n ? "; fixed in " : "; no fix any more");
	strbuf_add(sb, str_sub(b->fix_version, 0, PART_MAX));
}

/* "openssl 3.0.11, now 3.0.17" */
static void add_finding_text(struct strbuf *sb, const struct diff_finding *f)
{
	const struct finding *x = either(f);

	strbuf_add(sb, str_sub(x->subject.name.n ? x->subject.name : x->subject.path, 0, PART_MAX));
	if (x->subject.version.n) {
		strbuf_addc(sb, ' ');
		strbuf_add(sb, str_sub(x->subject.version, 0, PART_MAX));
	}
	if (x->known_exploited)
		strbuf_adds(sb, ", exploited");
	if (x->suppressed_by.n)
		strbuf_adds(sb, ", suppressed");
	if (f->change == DIFF_CHANGED)
		add_finding_change(sb, f);
	if (f->change != DIFF_REMOVED || x->subject.kind != SUBJECT_PACKAGE)
		return;
	strbuf_adds(sb, f->now.n ? ", now " : ", package removed");
	strbuf_add(sb, str_sub(f->now, 0, PART_MAX));
}

static struct str package_name(const struct diff_package *p)
{
	return (p->after ? p->after : p->before)->p.name;
}

static void add_versions(struct strbuf *sb, const struct diff_package *p, bool unicode)
{
	if (p->before)
		strbuf_add(sb, str_sub(p->before->p.version, 0, PART_MAX));
	if (p->before && p->after)
		strbuf_adds(sb, unicode ? " \u2192 " : " -> ");
	if (p->after)
		strbuf_add(sb, str_sub(p->after->p.version, 0, PART_MAX));
}

/* New findings by severity: what the one line at the end is about. */
static void add_verdict(struct strbuf *sb, const struct diff *d)
{
	uint64_t by[SEVERITY_CRITICAL + 1] = {0}, n = 0;
	const char *before = " (";

	for (size_t i = 0; i < d->findings.n; i++) {
		const struct diff_finding *f = vec_at(&d->findings, i);

		if (f->change != DIFF_ADDED || f->after->suppressed_by.n)
			continue;
		n++;
		by[f->after->severity]++;
	}
	strbuf_addf(sb, "%llu new %s", (unsigned long long)n, n == 1 ? "finding" : "findings");
	for (int s = SEVERITY_CRITICAL; s >= 0; s--) {
		if (by[s] == 0)
			continue;
		strbuf_addf(sb, "%s%llu %s", before, (unsigned long long)by[s],
			    severity_name((enum severity)s));
		before = ", ";
	}
	strbuf_adds(sb, n ? ")" : "");
	strbuf_addf(sb, ", %llu gone", (unsigned long long)d->n_findings[DIFF_REMOVED]);
	if (d->gaps.n)
		strbuf_adds(sb, "; not everything was assessed on both sides");
}

static void add_gap(struct strbuf *sb, const struct diff_gap *g)
{
	strbuf_adds(sb, g->is_after ? "second: " : "first: ");
	strbuf_add(sb, str_sub(g->coverage->what, 0, PART_MAX));
	strbuf_adds(sb, g->coverage->state == COVERAGE_PARTIAL ? ", partially" : "");
	strbuf_adds(sb, g->coverage->reason.n ? ": " : "");
	strbuf_add(sb, str_sub(g->coverage->reason, 0, PART_MAX));
}

/* ---- table ---- */

static const char marks[] = {'+', '-', '~', ' '};

static enum tone tone_of_change(enum diff_change c)
{
	return c == DIFF_ADDED	   ? TONE_BAD
	       : c == DIFF_REMOVED ? TONE_GOOD
	       : c == DIFF_CHANGED ? TONE_WARN
				   : TONE_DIM;
}

static void put_mark(struct canvas *c, enum diff_change change)
{
	text_pad(c->out, 2);
	(void)canvas_say(c, tone_of_change(change), str_make(&marks[change], 1), 1); /* it fits */
	text_pad(c->out, 1);
}

static void put_findings(struct canvas *c, const struct diff *d)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	add_counts(&sb, d->n_findings);
	canvas_heading(c, "FINDINGS", strbuf_str(&sb));
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct diff_finding *f = vec_at(&d->findings, i);
		const struct finding *x = either(f);

		if (f->change == DIFF_KEPT)
			continue;
		put_mark(c, f->change);
		canvas_left(c, TONE_PLAIN, x->rule, RULE_COLUMNS);
		text_pad(c->out, 1);
		canvas_left(c, tone_of_change(f->change), str_of(severity_name(x->severity)),
			    WORD_COLUMNS);
		text_pad(c->out, 1);
		strbuf_reset(&sb);
		add_finding_text(&sb, f);
		text_wrap(c->out, strbuf_str(&sb), RULE_COLUMNS + WORD_COLUMNS + 6, c->width,
			  c->unicode);
	}
}

static void put_packages(struct canvas *c, const struct diff *d)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	add_counts(&sb, d->n_packages);
	canvas_heading(c, "PACKAGES", strbuf_str(&sb));
	for (size_t i = 0; i < d->packages.n; i++) {
		const struct diff_package *p = vec_at(&d->packages, i);

		if (p->change == DIFF_KEPT)
			continue;
		text_pad(c->out, 2);
		(void)canvas_say(c, TONE_PLAIN, str_make(&marks[p->change], 1), 1); /* it fits */
		text_pad(c->out, 1);
		strbuf_reset(&sb);
		strbuf_add(&sb, str_sub(package_name(p), 0, PART_MAX));
		strbuf_addc(&sb, ' ');
		add_versions(&sb, p, c->unicode);
		text_wrap(c->out, strbuf_str(&sb), 4, c->width, c->unicode);
	}
}

/* ---- attack surface, side by side ---- */

struct surfaces {
	struct surface_row before[SURFACE_ROWS], after[SURFACE_ROWS];
};

/* NULL when one of them does not know its own, or without memory. */
static struct surfaces *make_surfaces(const struct diff *d)
{
	struct surfaces *s;

	if (!d->before->surface.is_known || !d->after->surface.is_known)
		return NULL;
	s = calloc(1, sizeof *s);
	if (s) {
		surface_rows(d->before, s->before);
		surface_rows(d->after, s->after);
	}
	return s;
}

static bool is_changed(const struct surfaces *s, size_t i)
{
	return strcmp(s->before[i].text, s->after[i].text) != 0;
}

/* Less is better. */
static enum tone tone_of_row(const struct surfaces *s, size_t i)
{
	if (s->before[i].weight == s->after[i].weight)
		return TONE_PLAIN;
	return s->after[i].weight < s->before[i].weight ? TONE_GOOD : TONE_BAD;
}

static void put_surface_row(struct canvas *c, const struct surfaces *s, size_t i)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	text_pad(c->out, 2);
	canvas_left(c, TONE_DIM, str_of(s->after[i].name), SURFACE_COLUMNS);
	strbuf_adds(&sb, s->before[i].text);
	if (is_changed(s, i)) {
		strbuf_adds(&sb, c->unicode ? " \u2192 " : " -> ");
		strbuf_adds(&sb, s->after[i].text);
	}
	canvas_start(c, tone_of_row(s, i));
	text_wrap(c->out, strbuf_str(&sb), SURFACE_COLUMNS + 2, c->width, c->unicode);
	canvas_end(c, tone_of_row(s, i));
}

static void put_surfaces(struct canvas *c, const struct diff *d)
{
	CLEANUP(freep) struct surfaces *s = make_surfaces(d);

	if (!s)
		return;
	canvas_heading(c, "ATTACK SURFACE", STR_NULL);
	for (size_t i = 0; i < SURFACE_ROWS; i++)
		put_surface_row(c, s, i);
}

static void put_gaps(struct canvas *c, const struct diff *d)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	char text[TEXT_COUNT_MAX];

	if (d->gaps.n == 0)
		return;
	canvas_heading(c, "NOT ASSESSED", text_count(d->gaps.n, text));
	for (size_t i = 0; i < d->gaps.n; i++) {
		strbuf_reset(&sb);
		add_gap(&sb, vec_at(&d->gaps, i));
		text_pad(c->out, 2);
		(void)canvas_say(c, TONE_WARN, STR("! "), 2); /* it fits */
		text_wrap(c->out, strbuf_str(&sb), 4, c->width, c->unicode);
	}
}

static int render_table(const struct diff *d, const struct render_options *options,
			struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	struct canvas c = {.out = out,
			   .width = options->width ? options->width : 80,
			   .color = options->color,
			   .unicode = options->unicode};

	strbuf_add(&sb, str_sub(name_of_target(d->before), 0, PART_MAX));
	strbuf_adds(&sb, c.unicode ? " \u2192 " : " -> ");
	strbuf_add(&sb, str_sub(name_of_target(d->after), 0, PART_MAX));
	text_wrap(out, strbuf_str(&sb), 0, c.width, c.unicode);
	put_findings(&c, d);
	put_packages(&c, d);
	put_surfaces(&c, d);
	put_gaps(&c, d);
	strbuf_reset(&sb);
	add_verdict(&sb, d);
	canvas_end_line(&c);
	text_wrap(out, strbuf_str(&sb), 0, c.width, c.unicode);
	return strbuf_check(out, err);
}

/* ---- JSON ---- */

static void json_put_target(struct json_writer *w, const char *key, const struct report *r)
{
	json_key(w, key);
	json_open_map(w);
	json_put_str(w, "given", r->target.given);
	json_put_str(w, "transport", r->target.transport);
	json_put_str(w, "location", r->target.location);
	json_put_opt(w, "manifest_digest", r->image.manifest_digest);
	json_put_opt(w, "config_digest", r->image.config_digest);
	json_close_map(w);
}

static void json_put_counts(struct json_writer *w, const char *key, const uint64_t n[DIFF_CHANGES])
{
	json_key(w, key);
	json_open_map(w);
	for (int c = 0; c < DIFF_CHANGES; c++)
		json_put_uint(w, diff_change_name((enum diff_change)c), n[c]);
	json_close_map(w);
}

static void json_put_package(struct json_writer *w, const struct diff_package *p)
{
	const struct report_package *x = p->after ? p->after : p->before;

	json_open_map(w);
	json_put_text(w, "change", diff_change_name(p->change));
	json_put_str(w, "type", x->p.type);
	json_put_opt(w, "namespace", x->p.namespace);
	json_put_str(w, "name", x->p.name);
	json_put_opt(w, "arch", x->p.arch);
	if (p->before)
		json_put_str(w, "from", p->before->p.version);
	if (p->after)
		json_put_str(w, "to", p->after->p.version);
	json_put_str(w, "purl", x->purl);
	json_close_map(w);
}

static void json_put_finding(struct json_writer *w, const struct diff_finding *f)
{
	json_open_map(w);
	json_put_text(w, "change", diff_change_name(f->change));
	if (f->before) {
		json_key(w, "before");
		put_finding(w, f->before);
	}
	if (f->after) {
		json_key(w, "after");
		put_finding(w, f->after);
	}
	json_put_opt(w, "now", f->now);
	json_close_map(w);
}

static void json_put_gap(struct json_writer *w, const struct diff_gap *g)
{
	json_open_map(w);
	json_put_text(w, "of", g->is_after ? "after" : "before");
	json_put_str(w, "what", g->coverage->what);
	json_put_text(w, "state", coverage_state_name(g->coverage->state));
	json_put_str(w, "reason", g->coverage->reason);
	json_close_map(w);
}

static int render_json(const struct diff *d, const struct render_options *options,
		       struct strbuf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_text(&w, "schema", "plimsoll.diff/1");
	json_put_target(&w, "before", d->before);
	json_put_target(&w, "after", d->after);
	json_key(&w, "summary");
	json_open_map(&w);
	json_put_bool(&w, "complete", diff_is_complete(d));
	json_put_counts(&w, "findings", d->n_findings);
	json_put_counts(&w, "packages", d->n_packages);
	json_close_map(&w);
	json_key(&w, "findings");
	json_open_list(&w);
	for (size_t i = 0; i < d->findings.n; i++)
		json_put_finding(&w, vec_at(&d->findings, i));
	json_close_list(&w);
	json_key(&w, "packages");
	json_open_list(&w);
	for (size_t i = 0; i < d->packages.n; i++)
		json_put_package(&w, vec_at(&d->packages, i));
	json_close_list(&w);
	if (d->before->surface.is_known && d->after->surface.is_known) {
		json_key(&w, "surface");
		json_open_map(&w);
		put_surface(&w, "before", d->before);
		put_surface(&w, "after", d->after);
		json_close_map(&w);
	}
	json_key(&w, "not_assessed");
	json_open_list(&w);
	for (size_t i = 0; i < d->gaps.n; i++)
		json_put_gap(&w, vec_at(&d->gaps, i));
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(out, '\n');
	return strbuf_check(out, err);
}

/* ---- Markdown ---- */

static void md_findings(struct strbuf *out, const struct diff *d)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	if (d->n_findings[DIFF_KEPT] == d->findings.n)
		return;
	strbuf_adds(out, "\n| | Finding | Severity | Package |\n|---|---|---|---|\n");
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct diff_finding *f = vec_at(&d->findings, i);

		if (f->change == DIFF_KEPT)
			continue;
		strbuf_addf(out, "| %s | ", diff_change_name(f->change));
		markdown_add(out, either(f)->rule);
		strbuf_addf(out, " | %s | ", severity_name(either(f)->severity));
		strbuf_reset(&sb);
		add_finding_text(&sb, f);
		markdown_add(out, strbuf_str(&sb));
		strbuf_adds(out, " |\n");
	}
}

static void md_packages(struct strbuf *out, const struct diff *d)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	if (d->n_packages[DIFF_KEPT] == d->packages.n)
		return;
	strbuf_adds(out, "\n| | Package | Version |\n|---|---|---|\n");
	for (size_t i = 0; i < d->packages.n; i++) {
		const struct diff_package *p = vec_at(&d->packages, i);

		if (p->change == DIFF_KEPT)
			continue;
		strbuf_addf(out, "| %s | ", diff_change_name(p->change));
		markdown_add(out, str_sub(package_name(p), 0, PART_MAX));
		strbuf_adds(out, " | ");
		strbuf_reset(&sb);
		add_versions(&sb, p, true);
		markdown_add(out, strbuf_str(&sb));
		strbuf_adds(out, " |\n");
	}
}

static void md_surfaces(struct strbuf *out, const struct diff *d)
{
	CLEANUP(freep) struct surfaces *s = make_surfaces(d);

	if (!s)
		return;
	strbuf_adds(out, "\nAttack surface:\n\n| | Before | After |\n|---|---|---|\n");
	for (size_t i = 0; i < SURFACE_ROWS; i++) {
		strbuf_addf(out, "| %s | ", s->after[i].name);
		markdown_add(out, str_of(s->before[i].text));
		strbuf_adds(out, " | ");
		markdown_add(out, is_changed(s, i) ? str_of(s->after[i].text) : STR("the same"));
		strbuf_adds(out, " |\n");
	}
}

static int render_markdown(const struct diff *d, const struct render_options *options,
			   struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	strbuf_adds(out, "## Plimsoll: ");
	markdown_add(out, str_sub(name_of_target(d->before), 0, PART_MAX));
	strbuf_adds(out, " \u2192 ");
	markdown_add(out, str_sub(name_of_target(d->after), 0, PART_MAX));
	add_verdict(&sb, d);
	strbuf_adds(out, "\n\n**");
	strbuf_add(out, strbuf_str(&sb));
	strbuf_adds(out, "**\n\nFindings: ");
	add_counts(out, d->n_findings);
	strbuf_adds(out, "\n");
	md_findings(out, d);
	strbuf_adds(out, "\nPackages: ");
	add_counts(out, d->n_packages);
	strbuf_adds(out, "\n");
	md_packages(out, d);
	md_surfaces(out, d);
	strbuf_adds(out, d->gaps.n ? "\nNot assessed:\n\n" : "");
	for (size_t i = 0; i < d->gaps.n; i++) {
		strbuf_reset(&sb);
		add_gap(&sb, vec_at(&d->gaps, i));
		strbuf_adds(out, "- ");
		markdown_add(out, strbuf_str(&sb));
		strbuf_adds(out, "\n");
	}
	return strbuf_check(out, err);
}

const struct diff_renderer *diff_renderer_find(struct str id)
{
	static const struct diff_renderer renderers_of_diff[] = {
		{"json", render_json}, {"markdown", render_markdown}, {"table", render_table}};

	for (size_t i = 0; i < ARRAY_LEN(renderers_of_diff); i++)
		if (str_is(id, renderers_of_diff[i].id))
			return &renderers_of_diff[i];
	return NULL;
}
