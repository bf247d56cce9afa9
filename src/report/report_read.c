/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_read.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "codec/json_stream.h"

#define SCHEMA_PREFIX "plimsoll.report/"
#define HEAD_BYTES    256 /* in which the schema is named */

struct reader {
	struct report *report;
	struct err *err;
};

bool report_is_json(struct str bytes)
{
	struct str head = str_sub(str_trim(str_sub(bytes, 0, HEAD_BYTES)), 0, HEAD_BYTES);

	return str_has_prefix(head, STR("{")) && str_find(head, STR(SCHEMA_PREFIX)) < head.n;
}

/* ---- values ---- */

static int read_list(struct reader *rd, const struct json *v, struct str_list *ret)
{
	size_t n = json_len(v);
	struct str *p;

	*ret = (struct str_list){0};
	if (n == 0)
		return 0;
	p = arena_array(&rd->report->arena, n, sizeof *p);
	if (!p)
		return err_nomem(rd->err);
	for (size_t i = 0; i < n; i++)
		p[i] = json_str(json_at(v, i));
	*ret = (struct str_list){p, n};
	return 0;
}

static uint64_t count_of(const struct json *v, const char *key)
{
	int64_t n = 0;

	return json_get_int(v, key, &n) && n > 0 ? (uint64_t)n : 0;
}

/* The number of a word in a list that ends where name gives what is asked; -1: none. */
static int word_of(struct str word, unsigned last, const char *(*name)(unsigned))
{
	for (unsigned i = 0; i <= last; i++)
		if (str_is(word, name(i)))
			return (int)i;
	return -1;
}

static const char *kind_name(unsigned i)
{
	return finding_kind_name((enum finding_kind)i);
}

static const char *status_name(unsigned i)
{
	return finding_status_name((enum finding_status)i);
}

static const char *level_name(unsigned i)
{
	return severity_name((enum severity)i);
}

static const char *subject_name(unsigned i)
{
	return subject_kind_name((enum subject_kind)i);
}

static const char *state_name(unsigned i)
{
	return coverage_state_name((enum coverage_state)i);
}

static const char *origin_name(unsigned i)
{
	return finding_origin_name((enum finding_origin)i);
}

static const char *rule_state_name(unsigned i)
{
	return report_rule_state_name((enum report_rule_state)i);
}

static int read_word(struct reader *rd, const struct json *v, const char *key, unsigned last,
		     const char *(*name)(unsigned), unsigned *ret)
{
	struct str word = json_get_str(v, key);
	int i = word_of(word, last, name);

	if (i < 0)
		return err_set(rd->err, ERR_FORMAT, "%s: \"%.*s\" is not known", key,
			       STR_FMT(str_sub(word, 0, 64)));
	*ret = (unsigned)i;
	return 0;
}

/* ---- the image ---- */

static void read_target(struct reader *rd, const struct json *v)
{
	rd->report->target = (struct report_target){
		.given = json_get_str(v, "given"),
		.transport = json_get_str(v, "transport"),
		.location = json_get_str(v, "location"),
		.found_by = json_get_str(v, "found_by"),
	};
}

static int read_config(struct reader *rd, const struct json *v, struct report_image *image)
{
	const struct {
		const char *key;
		struct str_list *ret;
	} lists[] = {{"entrypoint", &image->entrypoint},
		     {"cmd", &image->cmd},
		     {"env", &image->env},
		     {"exposed_ports", &image->exposed_ports},
		     {"volumes", &image->volumes},
		     {"labels", &image->labels}};
	int r = 0;

	image->user = json_get_str(v, "user");
	image->working_dir = json_get_str(v, "working_dir");
	image->stop_signal = json_get_str(v, "stop_signal");
	image->healthcheck = json_get_str(v, "healthcheck");
	for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++)
		r = read_list(rd, json_get(v, lists[i].key), lists[i].ret);
	return r;
}

static int read_image(struct reader *rd, const struct json *v)
{
	struct report_image *image = &rd->report->image;
	const struct json *history = json_get(v, "history");
	int r;

	rd->report->has_image = json_kind_of(v) == JSON_KIND_MAP;
	image->name = json_get_str(v, "name");
	image->manifest_digest = json_get_str(v, "manifest_digest");
	image->config_digest = json_get_str(v, "config_digest");
	image->media_type = json_get_str(v, "media_type");
	image->os = json_get_str(v, "os");
	image->architecture = json_get_str(v, "architecture");
	image->variant = json_get_str(v, "variant");
	image->created = json_get_str(v, "created");
	image->author = json_get_str(v, "author");
	r = read_config(rd, json_get(v, "config"), image);
	if (r == 0)
		r = read_list(rd, json_get(v, "annotations"), &image->annotations);
	if (r < 0)
		return r;
	for (size_t i = 0; i < json_len(history); i++) {
		struct report_history *h = vec_push(&image->history);
		const struct json *from = json_at(history, i);

		if (!h)
			return err_set(rd->err, ERR_LIMIT, "history: more than layers allows");
		h->created_by = json_get_str(from, "created_by");
		h->created = json_get_str(from, "created");
		h->comment = json_get_str(from, "comment");
		h->empty_layer = json_get_true(from, "empty_layer");
		h->layer = (size_t)count_of(from, "layer");
	}
	return 0;
}

static int read_distro(struct reader *rd, const struct json *v)
{
	struct distro *d = &rd->report->distro;

	*d = (struct distro){
		.id = json_get_str(v, "id"),
		.name = json_get_str(v, "name"),
		.pretty_name = json_get_str(v, "pretty_name"),
		.version_id = json_get_str(v, "version_id"),
		.codename = json_get_str(v, "codename"),
		.variant_id = json_get_str(v, "variant_id"),
		.cpe = json_get_str(v, "cpe"),
		.release = json_get_str(v, "release"),
		.base_release = json_get_str(v, "base_release"),
		.source = json_get_str(v, "source"),
		.eol = json_get_str(v, "eol"),
		.eol_as_of = json_get_str(v, "eol_as_of"),
	};
	return read_list(rd, json_get(v, "id_like"), &d->id_like);
}

static int read_layer(struct reader *rd, const struct json *v)
{
	struct report_layer *l = vec_push(&rd->report->layers);

	if (!l)
		return err_set(rd->err, ERR_LIMIT, "layers: more than the limit of that name");
	*l = (struct report_layer){
		.digest = json_get_str(v, "digest"),
		.diff_id = json_get_str(v, "diff_id"),
		.media_type = json_get_str(v, "media_type"),
		.created_by = json_get_str(v, "created_by"),
		.created = json_get_str(v, "created"),
		.blob_bytes = count_of(v, "blob_bytes"),
		.tar_bytes = count_of(v, "tar_bytes"),
		.file_bytes = count_of(v, "file_bytes"),
		.hidden_bytes = count_of(v, "hidden_bytes"),
		.n_entries = count_of(v, "entries"),
		.n_whiteouts = count_of(v, "whiteouts"),
		.n_packages = count_of(v, "packages"),
		.build_nvr = json_get_str(json_get(v, "build"), "nvr"),
		.build_arch = json_get_str(json_get(v, "build"), "arch"),
		.assessed = json_get_true(v, "assessed"),
	};
	return read_list(rd, json_get(v, "content_sets"), &l->content_sets);
}

static int read_coverage(struct reader *rd, const struct json *v)
{
	struct coverage *c = vec_push(&rd->report->coverage);
	unsigned state = 0;
	int r;

	if (!c)
		return err_set(rd->err, ERR_LIMIT, "coverage: more entries than problems allows");
	r = read_word(rd, v, "state", COVERAGE_NOT_ASSESSED, state_name, &state);
	*c = (struct coverage){.what = json_get_str(v, "what"),
			       .state = (enum coverage_state)state,
			       .reason = json_get_str(v, "reason"),
			       .remedy = json_get_str(v, "remedy"),
			       .count = count_of(v, "count")};
	return r;
}

static size_t layer_index(const struct report *r, struct str diff_id)
{
	for (size_t i = r->layers.n; i-- > 0;) {
		const struct report_layer *l = vec_at(&r->layers, i);

		if (str_eq(l->diff_id, diff_id))
			return i;
	}
	return 0;
}

static int read_package(struct reader *rd, const struct json *v)
{
	struct report_package *p = vec_push(&rd->report->packages);
	const struct json *evidence = json_get(v, "evidence"), *source = json_get(v, "source");
	int r;

	if (!p)
		return err_set(rd->err, ERR_LIMIT, "packages: more than the limit of that name");
	*p = (struct report_package){
		.p = {.type = json_get_str(v, "type"),
		      .namespace = json_get_str(v, "namespace"),
		      .name = json_get_str(v, "name"),
		      .version = json_get_str(v, "version"),
		      .arch = json_get_str(v, "arch"),
		      .source_name = json_get_str(source, "name"),
		      .source_version = json_get_str(source, "version"),
		      .vendor = json_get_str(v, "vendor"),
		      .modularity = json_get_str(v, "modularity")},
		.purl = json_get_str(v, "purl"),
		.db = json_get_str(evidence, "db"),
		.db_path = json_get_str(evidence, "db_path"),
		.layer = json_get_str(v, "layer"),
		.layer_changed = json_get_str(v, "layer_changed"),
	};
	/* written out where it is the same; then it is no statement of the database */
	if (str_eq(p->p.source_version, p->p.version))
		p->p.source_version = STR_NULL;
	r = read_list(rd, json_get(v, "licenses"), &p->p.licenses);
	if (r == 0)
		r = read_list(rd, json_get(evidence, "attributes"), &p->p.attributes);
	return r < 0 ? r : read_list(rd, json_get(evidence, "files"), &p->p.files);
}

/* ---- findings ---- */

static int read_subject(struct reader *rd, const struct json *v, struct finding_subject *s)
{
	unsigned kind = 0;
	int r = read_word(rd, v, "kind", SUBJECT_HOST, subject_name, &kind);

	*s = (struct finding_subject){
		.kind = (enum subject_kind)kind,
		.name = json_get_str(v, "name"),
		.version = json_get_str(v, "version"),
		.purl = json_get_str(v, "purl"),
		.type = json_get_str(v, "type"),
		.path = json_get_str(v, "path"),
		.layer = json_get_str(v, "layer"),
		.digest = json_get_str(v, "digest"),
		.namespace = json_get_str(v, "namespace"),
		.arch = json_get_str(v, "arch"),
		.source_name = json_get_str(json_get(v, "source"), "name"),
		.source_version = json_get_str(json_get(v, "source"), "version"),
	};
	return r;
}

static int read_locations(struct reader *rd, const struct json *v, struct finding *f)
{
	size_t n = json_len(v);
	struct finding_location *p = arena_array(&rd->report->arena, n ? n : 1, sizeof *p);

	if (!p)
		return err_nomem(rd->err);
	for (size_t i = 0; i < n; i++)
		p[i] = (struct finding_location){.layer = json_get_str(json_at(v, i), "layer"),
						 .path = json_get_str(json_at(v, i), "path"),
						 .line = count_of(json_at(v, i), "line"),
						 .column = count_of(json_at(v, i), "column"),
						 .end_line = count_of(json_at(v, i), "end_line"),
						 .end_column =
							 count_of(json_at(v, i), "end_column")};
	f->locations = p;
	f->n_locations = n;
	return 0;
}

static int read_evidence(struct reader *rd, const struct json *v, struct str_list *ret)
{
	size_t n = json_len(v);
	struct str *p = arena_array(&rd->report->arena, n ? n : 1, sizeof *p);

	if (!p)
		return err_nomem(rd->err);
	for (size_t i = 0; i < n; i++) {
		p[i] = arena_strf(&rd->report->arena, "%.*s=%.*s",
				  STR_FMT(json_get_str(json_at(v, i), "key")),
				  STR_FMT(json_get_str(json_at(v, i), "value")));
		if (!p[i].p)
			return err_nomem(rd->err);
	}
	*ret = (struct str_list){p, n};
	return 0;
}

static int read_cvss(struct reader *rd, const struct json *v, struct finding *f)
{
	size_t n = json_len(v);
	struct finding_cvss *p = arena_array(&rd->report->arena, n ? n : 1, sizeof *p);

	if (!p)
		return err_nomem(rd->err);
	for (size_t i = 0; i < n; i++) {
		p[i] = (struct finding_cvss){.vector = json_get_str(json_at(v, i), "vector"),
					     .source = json_get_str(json_at(v, i), "source"),
					     .version = json_get_str(json_at(v, i), "version")};
		if (!json_number(json_get(json_at(v, i), "score"), &p[i].score))
			p[i].score = -1;
	}
	f->cvss = p;
	f->n_cvss = n;
	return 0;
}

static void read_numbers(const struct json *v, struct finding *f)
{
	const struct json *epss = json_get(v, "epss");

	f->has_epss = json_number(json_get(epss, "probability"), &f->epss);
	(void)json_number(json_get(epss, "percentile"), &f->epss_percentile); /* 0 when absent */
	f->epss_date = json_get_str(epss, "date");
	f->known_exploited = json_get_true(v, "known_exploited");
	f->exploited_since = json_get_str(v, "exploited_since");
	if (!json_number(json_get(v, "risk"), &f->risk))
		f->risk = -1;
	if (!json_number(json_get(v, "confidence"), &f->confidence))
		f->confidence = 1;
	f->saved_bytes = count_of(v, "saved_bytes");
}

static int read_words(struct reader *rd, const struct json *v, struct finding *f)
{
	unsigned kind = 0, severity = 0, status = 0;
	struct str origin = json_get_str(v, "origin");
	int r = read_word(rd, v, "kind", FINDING_RUNTIME, kind_name, &kind);

	if (r == 0)
		r = read_word(rd, v, "severity", SEVERITY_CRITICAL, level_name, &severity);
	if (r == 0)
		r = read_word(rd, v, "status", STATUS_NOT_AFFECTED, status_name, &status);
	f->kind = (enum finding_kind)kind;
	f->severity = (enum severity)severity;
	f->status = (enum finding_status)status;
	if (origin.n && word_of(origin, ORIGIN_COPIED, origin_name) > 0)
		f->origin = (enum finding_origin)word_of(origin, ORIGIN_COPIED, origin_name);
	return r;
}

static int read_parts(struct reader *rd, const struct json *v, struct finding *f)
{
	int r = read_words(rd, v, f);

	if (r == 0)
		r = read_subject(rd, json_get(v, "subject"), &f->subject);
	if (r == 0)
		r = read_locations(rd, json_get(v, "locations"), f);
	if (r == 0)
		r = read_evidence(rd, json_get(v, "evidence"), &f->evidence);
	if (r == 0)
		r = read_list(rd, json_get(v, "references"), &f->references);
	if (r == 0)
		r = read_list(rd, json_get(v, "aliases"), &f->aliases);
	if (r == 0)
		r = read_list(rd, json_get(v, "codes"), &f->codes);
	return r == 0 ? read_cvss(rd, json_get(v, "cvss"), f) : r;
}

static int read_finding(struct reader *rd, const struct json *v)
{
	struct finding *f = vec_push(&rd->report->findings);
	const struct json *suppressed = json_get(v, "suppressed_by");

	if (!f)
		return err_set(rd->err, ERR_LIMIT, "findings: more than the limit of that name");
	f->id = json_get_str(v, "id");
	f->rule = json_get_str(v, "rule");
	f->title = json_get_str(v, "title");
	f->severity_source = json_get_str(v, "severity_source");
	f->fingerprint = json_get_str(v, "fingerprint");
	f->fix_action = json_get_str(json_get(v, "fix"), "action");
	f->fix_version = json_get_str(json_get(v, "fix"), "version");
	f->suppressed_by = json_get_str(suppressed, "by");
	f->suppressed_reason = json_get_str(suppressed, "reason");
	f->suppressed_until = json_get_str(suppressed, "until");
	read_numbers(v, f);
	return read_parts(rd, v, f);
}

static int read_problem(struct reader *rd, const struct json *v)
{
	struct problem *p = vec_push(&rd->report->problems);

	if (!p)
		return err_set(rd->err, ERR_LIMIT, "problems: more than the limit of that name");
	*p = (struct problem){.path = json_get_str(v, "path"),
			      .layer = json_get_str(v, "layer"),
			      .parser = json_get_str(v, "parser"),
			      .message = json_get_str(v, "message")};
	for (int c = ERR_OK; c <= ERR_BUG; c++)
		if (str_is(json_get_str(v, "code"), err_code_name((enum err_code)c)))
			p->code = (enum err_code)c;
	return 0;
}

static int read_rule(struct reader *rd, const struct json *v)
{
	struct report_rule *rule = vec_push(&rd->report->rules);
	unsigned state = 0;
	int r;

	if (!rule)
		return err_set(rd->err, ERR_LIMIT,
			       "ignore_rules: more than the limit of that name");
	r = read_word(rd, v, "state", RULE_EXPIRED, rule_state_name, &state);
	*rule = (struct report_rule){.file = json_get_str(v, "file"),
				     .line = count_of(v, "line"),
				     .rule = json_get_str(v, "rule"),
				     .reason = json_get_str(v, "reason"),
				     .owner = json_get_str(v, "owner"),
				     .until = json_get_str(v, "until"),
				     .state = (enum report_rule_state)state,
				     .n_findings = count_of(v, "findings")};
	return r;
}

/* ---- the verdict ---- */

static const char *decision_name(unsigned i)
{
	return verdict_decision_name((enum verdict_decision)i);
}

static const char *outcome_name(unsigned i)
{
	return rule_outcome_name((enum rule_outcome)i);
}

static const char *exception_state_name(unsigned i)
{
	return verdict_exception_state_name((enum verdict_exception_state)i);
}

static int read_reason(struct reader *rd, const struct json *v, struct verdict_reason *ret)
{
	const struct json *evidence = json_get(v, "evidence");
	size_t n = json_len(evidence);
	struct verdict_evidence *p = arena_array(&rd->report->arena, n ? n : 1, sizeof *p);
	unsigned outcome = 0, effect = 0;
	int r;

	if (!p)
		return err_nomem(rd->err);
	for (size_t i = 0; i < n; i++)
		p[i] = (struct verdict_evidence){
			.subject = json_get_str(json_at(evidence, i), "subject"),
			.message = json_get_str(json_at(evidence, i), "message"),
			.finding = json_get_str(json_at(evidence, i), "finding")};
	r = read_word(rd, v, "outcome", OUTCOME_UNKNOWN, outcome_name, &outcome);
	if (r == 0)
		r = read_word(rd, v, "effect", VERDICT_DENY, decision_name, &effect);
	*ret = (struct verdict_reason){.rule = json_get_str(v, "rule"),
				       .title = json_get_str(v, "title"),
				       .outcome = (enum rule_outcome)outcome,
				       .effect = (enum verdict_decision)effect,
				       .message = json_get_str(v, "message"),
				       .evidence = p,
				       .n_evidence = n,
				       .count = count_of(v, "count")};
	return r < 0 ? r : read_list(rd, json_get(v, "not_assessed"), &ret->not_assessed);
}

static int read_exception(struct reader *rd, const struct json *v, struct verdict_exception *ret)
{
	unsigned state = 0;
	int r = read_word(rd, v, "state", EXCEPTION_EXPIRED, exception_state_name, &state);

	*ret = (struct verdict_exception){.rule = json_get_str(v, "rule"),
					  .owner = json_get_str(v, "owner"),
					  .reason = json_get_str(v, "reason"),
					  .until = json_get_str(v, "until"),
					  .line = count_of(v, "line"),
					  .state = (enum verdict_exception_state)state,
					  .count = count_of(v, "count")};
	return r;
}

static int read_verdict(struct reader *rd, const struct json *v)
{
	const struct json *reasons = json_get(v, "reasons"), *list = json_get(v, "exceptions");
	struct verdict *verdict = &rd->report->verdict;
	struct arena *a = &rd->report->arena;
	struct verdict_reason *p;
	struct verdict_exception *x;
	unsigned decision = 0;
	int r;

	if (json_kind_of(v) != JSON_KIND_MAP)
		return 0; /* null: no policy was asked */
	p = arena_array(a, json_len(reasons) + 1, sizeof *p);
	x = arena_array(a, json_len(list) + 1, sizeof *x);
	if (!p || !x)
		return err_nomem(rd->err);
	r = read_word(rd, v, "decision", VERDICT_DENY, decision_name, &decision);
	for (size_t i = 0; i < json_len(reasons) && r == 0; i++)
		r = read_reason(rd, json_at(reasons, i), &p[i]);
	for (size_t i = 0; i < json_len(list) && r == 0; i++)
		r = read_exception(rd, json_at(list, i), &x[i]);
	*verdict = (struct verdict){.decision = (enum verdict_decision)decision,
				    .policy = json_get_str(v, "policy"),
				    .file = json_get_str(v, "file"),
				    .n_rules = count_of(v, "rules"),
				    .n_passed = count_of(v, "passed"),
				    .reasons = p,
				    .n_reasons = json_len(reasons),
				    .exceptions = x,
				    .n_exceptions = json_len(list)};
	return r;
}

/* ---- size, waste, attack surface ---- */

static size_t read_paths(const struct json *list, const char *count, struct report_path_bytes *ret,
			 size_t max)
{
	size_t n = json_len(list) < max ? json_len(list) : max;

	for (size_t i = 0; i < n; i++)
		ret[i] = (struct report_path_bytes){json_get_str(json_at(list, i), "path"),
						    count_of(json_at(list, i), "bytes"),
						    count_of(json_at(list, i), count)};
	return n;
}

static int read_size(struct reader *rd, const struct json *v)
{
	struct report_efficiency *e = &rd->report->efficiency;
	const struct json *dive = json_get(v, "dive");

	*e = (struct report_efficiency){
		.is_known = json_kind_of(dive) == JSON_KIND_MAP,
		.wasted_bytes = count_of(dive, "wasted_bytes"),
		.layer_bytes = count_of(v, "layer_bytes"),
		.user_bytes = count_of(dive, "user_bytes"),
		.user_wasted = -1,
		.hidden_bytes = count_of(v, "hidden_bytes"),
		.n_paths = count_of(dive, "paths"),
	};
	e->n_listed = read_paths(json_get(dive, "largest"), "layers", e->paths, EFFICIENCY_PATHS);
	(void)json_number(json_get(dive, "efficiency"), &e->efficiency);   /* none: 0 */
	(void)json_number(json_get(dive, "user_wasted"), &e->user_wasted); /* none: unknown */
	return 0;
}

static int read_waste(struct reader *rd, const struct json *v)
{
	struct report_waste *w = vec_push(&rd->report->wastes);

	if (!w)
		return err_set(rd->err, ERR_LIMIT, "waste: more than waste_items");
	*w = (struct report_waste){
		.what = json_get_str(v, "what"),
		.layer = (size_t)count_of(v, "layer"),
		.hidden_by = (size_t)count_of(v, json_get(v, "hidden_by") ? "hidden_by" : "layer"),
		.bytes = count_of(v, "bytes"),
		.n_files = count_of(v, "files"),
		.n_places = count_of(v, "places"),
	};
	w->n_listed = read_paths(json_get(v, "largest"), "files", w->places, WASTE_PLACES);
	return read_list(rd, json_get(v, "packages"), &w->packages);
}

static int read_surface(struct reader *rd, const struct json *v)
{
	struct report_surface *s = &rd->report->surface;
	const struct {
		const char *key;
		struct str_list *list;
	} lists[] = {
		{"shells", &s->shells},
		{"package_managers", &s->package_managers},
		{"compilers", &s->compilers},
		{"interpreters", &s->interpreters},
		{"network_tools", &s->network_tools},
		{"logins", &s->logins},
	};
	int r = 0;

	*s = (struct report_surface){
		.is_known = json_kind_of(v) == JSON_KIND_MAP,
		.n_executables = count_of(v, "executables"),
		.n_setuid = count_of(v, "setuid"),
		.n_setgid = count_of(v, "setgid"),
		.n_capabilities = count_of(v, "capabilities"),
		.n_world_writable = count_of(v, "world_writable"),
	};
	for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++)
		r = read_list(rd, json_get(v, lists[i].key), lists[i].list);
	return r;
}

static const char *budget_state(unsigned i)
{
	return budget_state_name((enum budget_state)i);
}

static int read_budget(struct reader *rd, const struct json *v)
{
	struct report_budget *b = vec_push(&rd->report->budgets);
	unsigned state = 0;
	int r;

	if (!b)
		return err_set(rd->err, ERR_LIMIT, "budgets: more than %d", BUDGETS_MAX);
	r = read_word(rd, v, "state", BUDGET_UNKNOWN, budget_state, &state);
	*b = (struct report_budget){.name = json_get_str(v, "name"),
				    .limit = json_get_str(v, "limit"),
				    .actual = json_get_str(v, "actual"),
				    .source = json_get_str(v, "source"),
				    .state = (enum budget_state)state};
	return r;
}

/* ---- the document ---- */

/* Values that the report's slices point into. */
struct kept_values {
	struct vec docs; /* struct json * */
};

static void release(void *attached)
{
	struct kept_values *kept = attached;

	for (size_t i = 0; i < kept->docs.n; i++)
		json_free(*(struct json **)vec_at(&kept->docs, i));
	vec_done(&kept->docs);
	free(kept);
}

static int keep_value(struct reader *rd, struct json_stream *s, const struct json **ret)
{
	struct kept_values *kept = rd->report->attached;
	struct json **slot = vec_push(&kept->docs);
	int r;

	if (!slot)
		return err_set(rd->err, ERR_LIMIT, "more entries than a report can have");
	r = json_stream_value(s, slot, rd->err);
	*ret = *slot;
	return r;
}

static int read_schema(struct reader *rd, const struct json *v)
{
	struct str schema = json_str(v);

	if (str_is(schema, SCHEMA_PREFIX "1"))
		return 0;
	return err_set(rd->err, ERR_FORMAT, "schema \"%.*s\": " SCHEMA_PREFIX "1 is read",
		       STR_FMT(str_sub(schema, 0, 64)));
}

static int see_target(struct reader *rd, const struct json *v)
{
	read_target(rd, v);
	return 0;
}

static int read_tool(struct reader *rd, const struct json *v)
{
	rd->report->tool_version = json_get_str(v, "version");
	return 0;
}

static int read_summary(struct reader *rd, const struct json *v)
{
	rd->report->n_files = count_of(v, "files");
	rd->report->file_bytes = count_of(v, "bytes");
	rd->report->n_problems_unlisted = count_of(v, "problems_unlisted");
	rd->report->n_hidden = count_of(v, "findings_hidden");
	rd->report->n_hidden_once = rd->report->n_hidden; /* the nearest that is known */
	rd->report->hidden_by = json_get_str(v, "hidden_by");
	return 0;
}

static const struct part {
	const char *key;
	int (*read)(struct reader *rd, const struct json *v);
	bool is_list; /* read is for each entry */
} parts[] = {
	{"schema", read_schema, false},	  {"target", see_target, false},
	{"tool", read_tool, false},	  {"image", read_image, false},
	{"distro", read_distro, false},	  {"summary", read_summary, false},
	{"layers", read_layer, true},	  {"coverage", read_coverage, true},
	{"packages", read_package, true}, {"findings", read_finding, true},
	{"problems", read_problem, true}, {"ignore_rules", read_rule, true},
	{"verdict", read_verdict, false}, {"size", read_size, false},
	{"waste", read_waste, true},	  {"surface", read_surface, false},
	{"budgets", read_budget, true},
};

static int read_each(struct reader *rd, struct json_stream *s, const struct part *part)
{
	const struct json *v = NULL;
	struct str unused;
	size_t n = 0;
	int r;

	if (json_stream_kind(s) == JSON_KIND_NULL)
		return 0;
	if (json_stream_kind(s) != JSON_KIND_LIST)
		return err_set(rd->err, ERR_FORMAT, "%s is no list", part->key);
	r = json_stream_enter(s, rd->err);
	while (r >= 0 && (r = json_stream_next(s, &unused, rd->err)) > 0) {
		n++;
		r = keep_value(rd, s, &v);
		if (r == 0)
			r = part->read(rd, v);
		if (r < 0)
			return err_wrap(rd->err, r, "%s %zu", part->key, n);
	}
	return r;
}

static int read_part(struct reader *rd, struct json_stream *s, struct str key, unsigned *seen)
{
	const struct json *v = NULL;
	size_t i = 0;
	int r;

	while (i < ARRAY_LEN(parts) && !str_is(key, parts[i].key))
		i++;
	if (i == ARRAY_LEN(parts))
		return 0;
	if (*seen & 1u << i)
		return err_set(rd->err, ERR_FORMAT, "%s stands there twice", parts[i].key);
	*seen |= 1u << i;
	if (parts[i].is_list)
		return read_each(rd, s, &parts[i]);
	r = keep_value(rd, s, &v);
	return r < 0 ? r : parts[i].read(rd, v);
}

/* Value by value, so that json_bytes bounds an entry and not the report. */
static int read_document(struct reader *rd, struct str bytes)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	struct memory_stream in = memory_stream_make(bytes);
	unsigned seen = 0;
	struct str key;
	int r = json_stream_open(&in.stream, &s, rd->err);

	if (r == 0)
		r = json_stream_enter(s, rd->err);
	while (r >= 0 && (r = json_stream_next(s, &key, rd->err)) > 0)
		r = read_part(rd, s, key, &seen);
	if (r == 0)
		r = json_stream_end(s, rd->err);
	if (r == 0 && !(seen & 1u))
		r = read_schema(rd, NULL); /* its row is the first */
	return r;
}

/* Packages name their layers, which a document may list last. */
static void index_layers(struct report *report)
{
	struct str last = STR_NULL;
	size_t index = 0;

	for (size_t i = 0; i < report->packages.n; i++) {
		struct report_package *p = vec_at(&report->packages, i);

		if (i == 0 || !str_eq(p->layer, last))
			index = layer_index(report, p->layer);
		last = p->layer;
		p->layer_index = index;
		p->layer_changed_index = str_eq(p->layer_changed, p->layer)
						 ? index
						 : layer_index(report, p->layer_changed);
	}
}

int report_read(struct str bytes, struct report **ret, struct err *err)
{
	CLEANUP(report_freep) struct report *report = report_new();
	struct reader rd = {.report = report, .err = err};
	struct kept_values *kept = calloc(1, sizeof *kept);
	int r;

	if (!report || !kept) {
		free(kept);
		return err_nomem(err);
	}
	kept->docs = (struct vec)VEC_INIT(struct json *, (size_t)LIMIT_PACKAGES * 4);
	report->attached = kept;
	report->release_attached = release;
	r = read_document(&rd, bytes);
	if (r < 0)
		return r;
	index_layers(report);
	*ret = TAKE(report);
	return 0;
}
