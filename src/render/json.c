/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as JSON: everything in it, in the shape of docs/report.schema.json.
 *
 * A field that is empty is left out, except where the schema requires it; lists are always there.
 * "key=value" lists (env, labels, attributes) stay lists, since a hostile key may hold '='.
 */
#include "base/clock.h"
#include "codec/json_writer.h"
#include "render/actions_json.h"
#include "render/finding_json.h"
#include "render/needs_json.h"
#include "render/report_json.h"
#include "render/size_json.h"
#include "render/tally.h"

#define SCHEMA "plimsoll.report/1"

static void put_list(struct json_writer *w, const char *key, struct str_list list)
{
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < list.n; i++)
		json_add_str(w, list.p[i]);
	json_close_list(w);
}

static void put_time(struct json_writer *w, const struct report *r)
{
	char text[CLOCK_TEXT_MAX];

	if (r->has_time && clock_format(r->time, text))
		json_put_text(w, "time", text);
}

static void put_tool(struct json_writer *w, const struct report *r)
{
	json_key(w, "tool");
	json_open_map(w);
	json_put_text(w, "name", "plimsoll");
	json_put_str(w, "version", r->tool_version);
	json_close_map(w);
}

static void put_target(struct json_writer *w, const struct report_target *t)
{
	json_key(w, "target");
	json_open_map(w);
	json_put_str(w, "given", t->given);
	json_put_str(w, "transport", t->transport);
	json_put_str(w, "location", t->location);
	json_put_opt(w, "found_by", t->found_by);
	json_close_map(w);
}

static void put_history(struct json_writer *w, const struct vec *history)
{
	json_key(w, "history");
	json_open_list(w);
	for (size_t i = 0; i < history->n; i++) {
		const struct report_history *h = vec_at(history, i);

		json_open_map(w);
		json_put_opt(w, "created", h->created);
		json_put_str(w, "created_by", h->created_by);
		json_put_opt(w, "comment", h->comment);
		json_put_bool(w, "empty_layer", h->empty_layer);
		if (!h->empty_layer)
			json_put_uint(w, "layer", h->layer);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_config(struct json_writer *w, const struct report_image *image)
{
	json_key(w, "config");
	json_open_map(w);
	json_put_str(w, "user", image->user);
	json_put_opt(w, "working_dir", image->working_dir);
	json_put_opt(w, "stop_signal", image->stop_signal);
	json_put_opt(w, "healthcheck", image->healthcheck);
	put_list(w, "entrypoint", image->entrypoint);
	put_list(w, "cmd", image->cmd);
	put_list(w, "env", image->env);
	put_list(w, "exposed_ports", image->exposed_ports);
	put_list(w, "volumes", image->volumes);
	put_list(w, "labels", image->labels);
	json_close_map(w);
}

static void put_image(struct json_writer *w, const struct report *r)
{
	const struct report_image *image = &r->image;

	json_key(w, "image");
	if (!r->has_image) {
		json_add_null(w);
		return;
	}
	json_open_map(w);
	json_put_opt(w, "name", image->name);
	json_put_opt(w, "manifest_digest", image->manifest_digest);
	json_put_opt(w, "config_digest", image->config_digest);
	json_put_opt(w, "media_type", image->media_type);
	json_put_opt(w, "os", image->os);
	json_put_opt(w, "architecture", image->architecture);
	json_put_opt(w, "variant", image->variant);
	json_put_opt(w, "created", image->created);
	json_put_opt(w, "author", image->author);
	put_config(w, image);
	put_list(w, "annotations", image->annotations);
	put_history(w, &image->history);
	json_close_map(w);
}

static void put_distro(struct json_writer *w, const struct distro *d)
{
	json_key(w, "distro");
	if (str_is_empty(d->id)) {
		json_add_null(w);
		return;
	}
	json_open_map(w);
	json_put_str(w, "id", d->id);
	put_list(w, "id_like", d->id_like);
	json_put_opt(w, "name", d->name);
	json_put_opt(w, "pretty_name", d->pretty_name);
	json_put_opt(w, "version_id", d->version_id);
	json_put_opt(w, "codename", d->codename);
	json_put_opt(w, "variant_id", d->variant_id);
	json_put_opt(w, "cpe", d->cpe);
	json_put_opt(w, "release", d->release);
	json_put_opt(w, "base_release", d->base_release);
	json_put_opt(w, "source", d->source);
	json_put_opt(w, "eol", d->eol);
	json_put_opt(w, "eol_as_of", d->eol_as_of);
	json_close_map(w);
}

static void put_build(struct json_writer *w, const struct report_layer *l)
{
	if (l->content_sets.n)
		put_list(w, "content_sets", l->content_sets);
	if (str_is_empty(l->build_nvr))
		return;
	json_key(w, "build");
	json_open_map(w);
	json_put_str(w, "nvr", l->build_nvr);
	json_put_opt(w, "arch", l->build_arch);
	json_close_map(w);
}

static void put_layers(struct json_writer *w, const struct vec *layers)
{
	json_key(w, "layers");
	json_open_list(w);
	for (size_t i = 0; i < layers->n; i++) {
		const struct report_layer *l = vec_at(layers, i);

		json_open_map(w);
		json_put_uint(w, "index", i);
		json_put_str(w, "diff_id", l->diff_id);
		json_put_opt(w, "digest", l->digest);
		json_put_opt(w, "media_type", l->media_type);
		json_put_opt(w, "created", l->created);
		json_put_opt(w, "created_by", l->created_by);
		json_put_uint(w, "blob_bytes", l->blob_bytes);
		json_put_uint(w, "tar_bytes", l->tar_bytes);
		json_put_uint(w, "file_bytes", l->file_bytes);
		if (l->hidden_bytes)
			json_put_uint(w, "hidden_bytes", l->hidden_bytes);
		json_put_uint(w, "entries", l->n_entries);
		json_put_uint(w, "whiteouts", l->n_whiteouts);
		json_put_uint(w, "packages", l->n_packages);
		json_put_bool(w, "assessed", l->assessed);
		put_build(w, l);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_coverage(struct json_writer *w, const struct vec *coverage)
{
	json_key(w, "coverage");
	json_open_list(w);
	for (size_t i = 0; i < coverage->n; i++) {
		const struct coverage *c = vec_at(coverage, i);

		json_open_map(w);
		json_put_str(w, "what", c->what);
		json_put_text(w, "state", coverage_state_name(c->state));
		json_put_str(w, "reason", c->reason);
		json_put_opt(w, "remedy", c->remedy);
		if (c->count)
			json_put_uint(w, "count", c->count);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_source(struct json_writer *w, const struct package *p)
{
	if (str_is_empty(p->source_name) && str_is_empty(p->source_version))
		return;
	json_key(w, "source");
	json_open_map(w);
	json_put_str(w, "name", p->source_name.n ? p->source_name : p->name);
	json_put_str(w, "version", p->source_version.n ? p->source_version : p->version);
	json_close_map(w);
}

static void put_evidence(struct json_writer *w, const struct report_package *p, bool files)
{
	json_key(w, "evidence");
	json_open_map(w);
	json_put_str(w, "db", p->db);
	json_put_str(w, "db_path", p->db_path);
	json_put_uint(w, "n_files", p->p.files.n);
	if (files)
		put_list(w, "files", p->p.files);
	put_list(w, "attributes", p->p.attributes);
	json_close_map(w);
}

static void put_package(struct json_writer *w, const struct report_package *p, bool files)
{
	json_open_map(w);
	json_put_str(w, "purl", p->purl);
	json_put_str(w, "type", p->p.type);
	json_put_opt(w, "namespace", p->p.namespace);
	json_put_str(w, "name", p->p.name);
	json_put_str(w, "version", p->p.version);
	json_put_opt(w, "arch", p->p.arch);
	put_source(w, &p->p);
	put_list(w, "licenses", p->p.licenses);
	json_put_opt(w, "vendor", p->p.vendor);
	json_put_opt(w, "modularity", p->p.modularity);
	json_put_opt(w, "layer", p->layer);
	json_put_opt(w, "layer_changed", p->layer_changed);
	put_list(w, "locations", (struct str_list){&p->db_path, p->db_path.n ? 1 : 0});
	put_evidence(w, p, files);
	json_close_map(w);
}

static void put_packages(struct json_writer *w, const struct report *r, bool files)
{
	json_key(w, "packages");
	json_open_list(w);
	for (size_t i = 0; i < r->packages.n; i++)
		put_package(w, vec_at(&r->packages, i), files);
	json_close_list(w);
}

static void put_findings(struct json_writer *w, const struct vec *findings)
{
	json_key(w, "findings");
	json_open_list(w);
	for (size_t i = 0; i < findings->n; i++)
		put_finding(w, vec_at(findings, i));
	json_close_list(w);
}

static void put_rules(struct json_writer *w, const struct vec *rules)
{
	if (rules->n == 0)
		return;
	json_key(w, "ignore_rules");
	json_open_list(w);
	for (size_t i = 0; i < rules->n; i++) {
		const struct report_rule *rule = vec_at(rules, i);

		json_open_map(w);
		json_put_str(w, "file", rule->file);
		json_put_uint(w, "line", rule->line);
		json_put_str(w, "rule", rule->rule);
		json_put_text(w, "state", report_rule_state_name(rule->state));
		json_put_uint(w, "findings", rule->n_findings);
		json_put_opt(w, "until", rule->until);
		json_put_opt(w, "owner", rule->owner);
		json_put_opt(w, "reason", rule->reason);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_problems(struct json_writer *w, const struct vec *problems)
{
	json_key(w, "problems");
	json_open_list(w);
	for (size_t i = 0; i < problems->n; i++) {
		const struct problem *p = vec_at(problems, i);

		json_open_map(w);
		json_put_opt(w, "path", p->path);
		json_put_opt(w, "layer", p->layer);
		json_put_str(w, "parser", p->parser);
		json_put_text(w, "code", err_code_name(p->code));
		json_put_str(w, "message", p->message);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_sandbox(struct json_writer *w, const struct report_sandbox *s)
{
	json_key(w, "sandbox");
	json_open_map(w);
	json_key(w, "protections");
	json_open_map(w);
	json_put_bool(w, "landlock", s->landlock);
	json_put_bool(w, "seccomp", s->seccomp);
	json_put_bool(w, "no_new_privs", s->no_new_privs);
	json_close_map(w);
	json_key(w, "landlock_abi");
	json_add_int(w, s->landlock_abi);
	json_put_opt(w, "scope", s->scope);
	json_put_opt(w, "missing", s->missing);
	json_close_map(w);
}

static void put_reason(struct json_writer *w, const struct verdict_reason *reason)
{
	json_open_map(w);
	json_put_str(w, "rule", reason->rule);
	json_put_opt(w, "title", reason->title);
	json_put_text(w, "outcome", rule_outcome_name(reason->outcome));
	json_put_text(w, "effect", verdict_decision_name(reason->effect));
	json_put_str(w, "message", reason->message);
	json_put_uint(w, "count", reason->count);
	json_key(w, "findings");
	json_open_list(w);
	for (size_t i = 0; i < reason->n_evidence; i++)
		if (reason->evidence[i].finding.n)
			json_add_str(w, reason->evidence[i].finding);
	json_close_list(w);
	json_key(w, "evidence");
	json_open_list(w);
	for (size_t i = 0; i < reason->n_evidence; i++) {
		json_open_map(w);
		json_put_opt(w, "subject", reason->evidence[i].subject);
		json_put_str(w, "message", reason->evidence[i].message);
		json_put_opt(w, "finding", reason->evidence[i].finding);
		json_close_map(w);
	}
	json_close_list(w);
	put_list(w, "not_assessed", reason->not_assessed);
	json_close_map(w);
}

static void put_exception(struct json_writer *w, const struct verdict_exception *x)
{
	json_open_map(w);
	json_put_str(w, "rule", x->rule);
	json_put_uint(w, "line", x->line);
	json_put_text(w, "state", verdict_exception_state_name(x->state));
	json_put_uint(w, "count", x->count);
	json_put_str(w, "owner", x->owner);
	json_put_str(w, "reason", x->reason);
	json_put_str(w, "until", x->until);
	json_close_map(w);
}

static void put_verdict(struct json_writer *w, const struct verdict *v)
{
	json_key(w, "verdict");
	if (v->decision == VERDICT_NONE) { /* nobody asked a policy */
		json_add_null(w);
		return;
	}
	json_open_map(w);
	json_put_text(w, "decision", verdict_decision_name(v->decision));
	json_put_opt(w, "policy", v->policy);
	json_put_opt(w, "file", v->file);
	json_put_uint(w, "rules", v->n_rules);
	json_put_uint(w, "passed", v->n_passed);
	json_key(w, "reasons");
	json_open_list(w);
	for (size_t i = 0; i < v->n_reasons; i++)
		put_reason(w, &v->reasons[i]);
	json_close_list(w);
	json_key(w, "exceptions");
	json_open_list(w);
	for (size_t i = 0; i < v->n_exceptions; i++)
		put_exception(w, &v->exceptions[i]);
	json_close_list(w);
	json_close_map(w);
}

/* Rows are sorted by type, so rows of one type stand together. */
static void put_types(struct json_writer *w, const struct vec *rows)
{
	json_key(w, "packages_by_type");
	json_open_map(w);
	for (size_t i = 0; i < rows->n;) {
		const struct tally_row *first = vec_at(rows, i);
		uint64_t n = 0;

		for (; i < rows->n; i++) {
			const struct tally_row *row = vec_at(rows, i);

			if (!str_eq(row->type, first->type))
				break;
			n += row->n_packages;
		}
		json_key_str(w, first->type);
		json_add_uint(w, n);
	}
	json_close_map(w);
}

/* Counts of what is not suppressed; of the two lists every name is there, also with 0. */
static void put_finding_counts(struct json_writer *w, const struct report *r)
{
	struct finding_counts n = finding_counts_of(r);

	json_put_uint(w, "findings", r->findings.n);
	json_key(w, "findings_by_severity");
	json_open_map(w);
	for (size_t i = SEVERITY_CRITICAL + 1; i-- > 0;)
		json_put_uint(w, severity_name((enum severity)i), n.by_severity[i]);
	json_close_map(w);
	json_key(w, "findings_by_status");
	json_open_map(w);
	for (size_t i = 0; i <= STATUS_NOT_AFFECTED; i++)
		json_put_uint(w, finding_status_name((enum finding_status)i), n.by_status[i]);
	json_close_map(w);
	json_put_uint(w, "findings_exploited", n.exploited);
	json_put_uint(w, "findings_fixable", n.fixable);
	json_put_uint(w, "findings_suppressed", n.suppressed);
	json_put_uint(w, "findings_hidden", r->n_hidden);
	json_put_opt(w, "hidden_by", r->hidden_by);
}

static void put_summary(struct json_writer *w, const struct report *r, const struct vec *rows)
{
	json_key(w, "summary");
	json_open_map(w);
	json_put_bool(w, "complete", report_is_complete(r));
	json_put_uint(w, "packages", r->packages.n);
	put_types(w, rows);
	json_put_uint(w, "layers", r->layers.n);
	json_put_uint(w, "files", r->n_files);
	json_put_uint(w, "bytes", r->file_bytes);
	put_finding_counts(w, r);
	json_put_uint(w, "problems", r->problems.n + r->n_problems_unlisted);
	json_put_uint(w, "problems_unlisted", r->n_problems_unlisted);
	json_close_map(w);
}

int report_json(const struct report *report, const struct render_options *options,
		enum json_layout layout, struct strbuf *out, struct err *err)
{
	struct vec rows;
	struct plan plan;
	struct json_writer w;
	int r = tally_packages(report, &rows, err);

	if (r < 0)
		return r;
	r = plan_make(report, &plan, err);
	if (r < 0) {
		vec_done(&rows);
		return r;
	}
	json_writer_init(&w, out, layout);
	json_open_map(&w);
	json_put_text(&w, "schema", SCHEMA);
	put_tool(&w, report);
	put_time(&w, report);
	put_target(&w, &report->target);
	put_image(&w, report);
	put_distro(&w, &report->distro);
	put_layers(&w, &report->layers);
	put_coverage(&w, &report->coverage);
	put_packages(&w, report, options->files);
	put_actions(&w, report, &plan);
	put_findings(&w, &report->findings);
	put_rules(&w, &report->rules);
	put_problems(&w, &report->problems);
	put_sandbox(&w, &report->sandbox);
	put_size(&w, report);
	put_summary(&w, report, &rows);
	put_verdict(&w, &report->verdict);
	put_needs(&w, report);
	json_close_map(&w);
	plan_done(&plan);
	vec_done(&rows);
	return strbuf_check(out, err);
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	int r = report_json(report, options, JSON_INDENT, out, err);

	strbuf_addc(out, '\n');
	return r < 0 ? r : strbuf_check(out, err);
}

const struct renderer renderer_json = {
	.id = "json",
	.title = "the whole report as JSON (docs/report.schema.json)",
	.media_type = "application/vnd.plimsoll.report+json",
	.render = render,
};
