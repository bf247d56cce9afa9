/* SPDX-License-Identifier: Apache-2.0 */
/* The lower part of the page: policy, layers, packages, what was not assessed, the image's facts.
 */
#include "render/html_page.h"
#include "render/instruction.h"
#include "render/text.h"

#include "base/cleanup.h"

#define PACKAGES_SHOWN	500
#define ROWS_SHOWN	500
#define INSTRUCTION_MAX 65536

size_t page_layer_number(const struct report *r, struct str diff_id)
{
	for (size_t i = 0; diff_id.n && i < r->layers.n; i++) {
		const struct report_layer *l = vec_at(&r->layers, i);

		if (str_eq(l->diff_id, diff_id))
			return i + 1;
	}
	return 0;
}

static void open_section(struct strbuf *out, const char *id, const char *title)
{
	strbuf_addf(
		out,
		"<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n",
		id, id, id, title);
}

static void put_cell(struct strbuf *out, struct str s)
{
	strbuf_adds(out, "<td><bdi>");
	html_add(out, s);
	strbuf_adds(out, "</bdi></td>");
}

static void put_number(struct strbuf *out, uint64_t n)
{
	char text[TEXT_COUNT_MAX];

	strbuf_addf(out, "<td class=\"num\">%.*s</td>", STR_FMT(text_count(n, text)));
}

static void put_size(struct strbuf *out, uint64_t bytes)
{
	char text[TEXT_BYTES_MAX];

	strbuf_addf(out, "<td class=\"num\">%.*s</td>", STR_FMT(text_bytes(bytes, text)));
}

/* ---- the policy's verdict ---- */

static void put_reason(struct strbuf *out, const struct verdict_reason *reason)
{
	strbuf_addf(out, "<tr><td><span class=\"outcome o-%s\">%s</span></td>",
		    rule_outcome_name(reason->outcome), rule_outcome_name(reason->outcome));
	put_cell(out, reason->title.n ? reason->title : reason->rule);
	put_cell(out, reason->message);
	put_number(out, reason->count);
	strbuf_adds(out, "</tr>\n");
}

void page_put_verdict(const struct page *p)
{
	const struct verdict *v = &p->report->verdict;

	if (v->decision == VERDICT_NONE || v->n_reasons == 0)
		return;
	open_section(p->out, "policy", "What the policy says");
	strbuf_adds(p->out, "<div class=\"scroll\"><table><thead><tr><th>outcome</th><th>rule</th>"
			    "<th>why</th><th class=\"num\">things</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < v->n_reasons; i++)
		put_reason(p->out, &v->reasons[i]);
	strbuf_adds(p->out, "</tbody></table></div>\n</section>\n");
}

/* ---- layers ---- */

static void put_instruction(struct strbuf *out, struct str created_by)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(INSTRUCTION_MAX);

	instruction_add(&sb, str_sub(created_by, 0, INSTRUCTION_MAX / 4));
	strbuf_adds(out, "<td class=\"instruction\"><bdi><code>");
	html_add(out, strbuf_str(&sb));
	strbuf_adds(out, "</code></bdi></td>");
}

static void put_layer(struct strbuf *out, size_t i, const struct report_layer *l)
{
	strbuf_addf(out, "<tr data-layer=\"%zu\"><td class=\"num\">%zu</td>", i, i + 1);
	put_instruction(out, l->created_by);
	put_size(out, l->file_bytes);
	put_number(out, l->n_entries);
	put_number(out, l->n_packages);
	strbuf_addf(out, "<td>%s</td></tr>\n", l->assessed ? "" : "not fully assessed");
}

void page_put_layers(const struct page *p)
{
	const struct vec *layers = &p->report->layers;

	if (layers->n == 0)
		return;
	open_section(p->out, "layers", "Layers");
	strbuf_adds(p->out, "<div class=\"scroll\"><table class=\"layers\"><thead><tr>"
			    "<th class=\"num\">layer</th><th>instruction</th><th class=\"num\">size"
			    "</th><th class=\"num\">entries</th><th class=\"num\">packages</th>"
			    "<th>note</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < layers->n; i++)
		put_layer(p->out, i, vec_at(layers, i));
	strbuf_adds(p->out, "</tbody></table></div>\n</section>\n");
}

/* ---- packages ---- */

void page_put_packages(const struct page *p)
{
	const struct vec *packages = &p->report->packages;

	if (packages->n == 0)
		return;
	open_section(p->out, "packages", "Packages");
	strbuf_adds(p->out, "<div class=\"plain\"><p>");
	for (size_t i = 0; i < packages->n && i < PACKAGES_SHOWN; i++) {
		const struct report_package *at = vec_at(packages, i);

		strbuf_adds(p->out, i ? ", <bdi>" : "<bdi>");
		html_add(p->out, at->p.name);
		strbuf_addc(p->out, ' ');
		html_add(p->out, at->p.version);
		strbuf_adds(p->out, "</bdi>");
	}
	if (packages->n > PACKAGES_SHOWN)
		strbuf_addf(p->out, " and %zu more", packages->n - PACKAGES_SHOWN);
	strbuf_adds(p->out, "</p></div>\n</section>\n");
}

/* ---- what was not assessed ---- */

static void put_gap(struct strbuf *out, const struct coverage *c)
{
	strbuf_addf(out, "<li class=\"%s\"><b>", coverage_state_name(c->state));
	html_add(out, c->what);
	strbuf_addf(out, "</b> <span class=\"outcome\">%s</span><br>",
		    c->state == COVERAGE_PARTIAL ? "only partially" : "not assessed");
	html_add(out, c->reason);
	if (c->remedy.n) {
		strbuf_adds(out, "<br><span class=\"remedy\">");
		html_add(out, c->remedy);
		strbuf_adds(out, "</span>");
	}
	strbuf_adds(out, "</li>\n");
}

static void put_assessed(struct strbuf *out, const struct vec *coverage)
{
	size_t n = 0;

	for (size_t i = 0; i < coverage->n; i++) {
		const struct coverage *c = vec_at(coverage, i);

		if (c->state != COVERAGE_ASSESSED || n > ROWS_SHOWN)
			continue;
		strbuf_adds(out, n++ ? ", " : "<p class=\"soft\">Fully assessed: ");
		html_add(out, c->what);
	}
	strbuf_adds(out, n ? ".</p>\n" : "");
}

static void put_problem(const struct page *p, const struct problem *problem)
{
	size_t layer = page_layer_number(p->report, problem->layer);

	strbuf_adds(p->out, "<tr>");
	put_cell(p->out, problem->path);
	if (layer)
		strbuf_addf(p->out, "<td class=\"num\">%zu</td>", layer);
	else
		strbuf_adds(p->out, "<td></td>");
	put_cell(p->out, problem->parser);
	put_cell(p->out, problem->message);
	strbuf_adds(p->out, "</tr>\n");
}

static void put_problems(const struct page *p)
{
	const struct vec *problems = &p->report->problems;
	uint64_t n = problems->n + p->report->n_problems_unlisted;
	size_t shown = problems->n < ROWS_SHOWN ? problems->n : ROWS_SHOWN;

	if (n == 0)
		return;
	strbuf_adds(p->out, "<h3>Problems</h3><p>");
	html_count(p->out, n, "part of the input is broken or was refused.",
		   "parts of the input are broken or were refused.");
	strbuf_adds(p->out,
		    "</p><div class=\"scroll\"><table><thead><tr><th>path</th>"
		    "<th class=\"num\">layer</th><th>read as</th><th>what is wrong</th></tr>"
		    "</thead>\n<tbody>\n");
	for (size_t i = 0; i < shown; i++)
		put_problem(p, vec_at(problems, i));
	strbuf_adds(p->out, "</tbody></table></div>\n");
	if (n > shown)
		strbuf_addf(p->out, "<p>and %llu more</p>\n", (unsigned long long)(n - shown));
}

void page_put_gaps(const struct page *p)
{
	const struct vec *coverage = &p->report->coverage;
	uint64_t n = page_count_gaps(p->report), shown = 0;

	open_section(p->out, "gaps", "What was not assessed");
	if (coverage->n == 0)
		strbuf_adds(p->out, "<p>Nothing was assessed.</p>\n");
	else if (n == 0)
		strbuf_adds(p->out, "<p>Everything that was asked for was looked at.</p>\n");
	if (n)
		strbuf_adds(p->out, "<ul class=\"gaps\">\n");
	for (size_t i = 0; i < coverage->n && shown < ROWS_SHOWN; i++) {
		const struct coverage *c = vec_at(coverage, i);

		if (c->state == COVERAGE_ASSESSED)
			continue;
		put_gap(p->out, c);
		shown++;
	}
	if (n)
		strbuf_adds(p->out, "</ul>\n");
	if (n > shown)
		strbuf_addf(p->out, "<p>and %llu more</p>\n", (unsigned long long)(n - shown));
	put_assessed(p->out, coverage);
	put_problems(p);
	strbuf_adds(p->out, "</section>\n");
}

/* ---- suppressed ---- */

static void put_rule(struct strbuf *out, const struct report_rule *rule)
{
	strbuf_adds(out, "<tr>");
	put_cell(out, rule->rule);
	strbuf_addf(out, "<td>%s</td>", report_rule_state_name(rule->state));
	put_number(out, rule->n_findings);
	put_cell(out, rule->until);
	put_cell(out, rule->owner);
	put_cell(out, rule->reason);
	strbuf_adds(out, "</tr>\n");
}

void page_put_suppressed(const struct page *p)
{
	const struct vec *rules = &p->report->rules;

	if (rules->n == 0)
		return;
	open_section(p->out, "suppressed", "What is suppressed");
	strbuf_adds(p->out, "<div class=\"scroll\"><table><thead><tr><th>rule</th><th>state</th>"
			    "<th class=\"num\">findings</th><th>until</th><th>owner</th><th>reason"
			    "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < rules->n && i < ROWS_SHOWN; i++)
		put_rule(p->out, vec_at(rules, i));
	strbuf_adds(p->out, "</tbody></table></div>\n</section>\n");
}

/* ---- the image ---- */

static void put_term(struct strbuf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	strbuf_addf(out, "<dt>%s</dt><dd><bdi>", name);
	html_add(out, value);
	strbuf_adds(out, "</bdi></dd>\n");
}

static void put_terms(struct strbuf *out, const char *name, struct str_list list)
{
	if (list.n == 0)
		return;
	strbuf_addf(out, "<dt>%s</dt><dd>", name);
	for (size_t i = 0; i < list.n && i < ROWS_SHOWN; i++) {
		strbuf_adds(out, i ? "<br><bdi>" : "<bdi>");
		html_add(out, list.p[i]);
		strbuf_adds(out, "</bdi>");
	}
	strbuf_adds(out, "</dd>\n");
}

static void put_config(struct strbuf *out, const struct report_image *image)
{
	put_term(out, "name", image->name);
	put_term(out, "manifest", image->manifest_digest);
	put_term(out, "configuration", image->config_digest);
	put_term(out, "system", image->os);
	put_term(out, "architecture", image->architecture);
	put_term(out, "created", image->created);
	put_term(out, "author", image->author);
	put_term(out, "user", image->user.n ? image->user : STR("root, as none is set"));
	put_terms(out, "entrypoint", image->entrypoint);
	put_terms(out, "command", image->cmd);
	put_term(out, "directory", image->working_dir);
	put_term(out, "health check", image->healthcheck);
	put_terms(out, "ports", image->exposed_ports);
	put_terms(out, "volumes", image->volumes);
	put_terms(out, "environment", image->env);
	put_terms(out, "labels", image->labels);
	put_terms(out, "annotations", image->annotations);
}

static void put_sandbox(struct strbuf *out, const struct report_sandbox *s)
{
	strbuf_adds(out, "<dt>sandbox</dt><dd>");
	strbuf_addf(out, "landlock %s, seccomp %s, no new privileges %s",
		    s->landlock ? "on" : "off", s->seccomp ? "on" : "off",
		    s->no_new_privs ? "on" : "off");
	if (s->scope.n) {
		strbuf_adds(out, "; ");
		html_add(out, s->scope);
	}
	if (s->missing.n) {
		strbuf_adds(out, "; ");
		html_add(out, s->missing);
	}
	strbuf_adds(out, "</dd>\n");
}

void page_put_image(const struct page *p)
{
	const struct report *r = p->report;

	open_section(p->out, "image", "The image and this scan");
	strbuf_adds(p->out, "<dl class=\"terms\">\n");
	put_term(p->out, "target", r->target.given);
	put_term(p->out, "read as", r->target.transport);
	put_term(p->out, "found by", r->target.found_by);
	put_term(p->out, "distribution",
		 r->distro.pretty_name.n ? r->distro.pretty_name : r->distro.id);
	put_term(p->out, "supported until", r->distro.eol);
	if (r->has_image)
		put_config(p->out, &r->image);
	put_sandbox(p->out, &r->sandbox);
	strbuf_adds(p->out, "</dl>\n</section>\n");
}
