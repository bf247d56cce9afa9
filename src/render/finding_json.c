/* SPDX-License-Identifier: Apache-2.0 */
#include "render/finding_json.h"

static void put_opt_list(struct json_writer *w, const char *key, struct str_list list)
{
	if (list.n == 0)
		return;
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < list.n; i++)
		json_add_str(w, list.p[i]);
	json_close_list(w);
}

static void put_subject(struct json_writer *w, const struct finding_subject *s)
{
	json_key(w, "subject");
	json_open_map(w);
	json_put_text(w, "kind", subject_kind_name(s->kind));
	json_put_opt(w, "name", s->name);
	json_put_opt(w, "version", s->version);
	json_put_opt(w, "purl", s->purl);
	json_put_opt(w, "path", s->path);
	json_put_opt(w, "layer", s->layer);
	json_put_opt(w, "namespace", s->namespace);
	json_put_opt(w, "arch", s->arch);
	if (s->source_name.n) {
		json_key(w, "source");
		json_open_map(w);
		json_put_str(w, "name", s->source_name);
		json_put_str(w, "version", s->source_version);
		json_close_map(w);
	}
	json_close_map(w);
}

static void put_locations(struct json_writer *w, const struct finding *f)
{
	json_key(w, "locations");
	json_open_list(w);
	for (size_t i = 0; i < f->n_locations; i++) {
		json_open_map(w);
		json_put_opt(w, "layer", f->locations[i].layer);
		json_put_opt(w, "path", f->locations[i].path);
		if (f->locations[i].line)
			json_put_uint(w, "line", f->locations[i].line);
		if (f->locations[i].column)
			json_put_uint(w, "column", f->locations[i].column);
		if (f->locations[i].end_line)
			json_put_uint(w, "end_line", f->locations[i].end_line);
		if (f->locations[i].end_column)
			json_put_uint(w, "end_column", f->locations[i].end_column);
		json_close_map(w);
	}
	json_close_list(w);
}

/* Steps are "key=value" in the order they were concluded; a key may come again. */
static void put_evidence(struct json_writer *w, struct str_list steps)
{
	if (steps.n == 0)
		return;
	json_key(w, "evidence");
	json_open_list(w);
	for (size_t i = 0; i < steps.n; i++) {
		struct str key = steps.p[i], value = STR_NULL;

		(void)str_cut(steps.p[i], '=', &key, &value);
		json_open_map(w);
		json_put_str(w, "key", key);
		json_put_str(w, "value", value);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_fix(struct json_writer *w, const struct finding *f)
{
	if (f->fix_action.n == 0)
		return;
	json_key(w, "fix");
	json_open_map(w);
	json_put_str(w, "action", f->fix_action);
	json_put_opt(w, "version", f->fix_version);
	json_close_map(w);
}

static void put_cvss(struct json_writer *w, const struct finding *f)
{
	if (f->n_cvss == 0)
		return;
	json_key(w, "cvss");
	json_open_list(w);
	for (size_t i = 0; i < f->n_cvss; i++) {
		const struct finding_cvss *c = &f->cvss[i];

		json_open_map(w);
		json_put_str(w, "vector", c->vector);
		json_put_opt(w, "source", c->source);
		json_put_opt(w, "version", c->version);
		if (c->score >= 0)
			json_put_decimal(w, "score", c->score, 1);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_epss(struct json_writer *w, const struct finding *f)
{
	if (!f->has_epss)
		return;
	json_key(w, "epss");
	json_open_map(w);
	json_put_decimal(w, "probability", f->epss, 5);
	json_put_decimal(w, "percentile", f->epss_percentile, 5);
	json_put_str(w, "date", f->epss_date);
	json_close_map(w);
}

static void put_suppression(struct json_writer *w, const struct finding *f)
{
	if (f->suppressed_by.n == 0)
		return;
	json_key(w, "suppressed_by");
	json_open_map(w);
	json_put_str(w, "by", f->suppressed_by);
	json_put_str(w, "reason", f->suppressed_reason);
	json_put_opt(w, "until", f->suppressed_until);
	json_close_map(w);
}

void put_finding(struct json_writer *w, const struct finding *f)
{
	json_open_map(w);
	json_put_str(w, "id", f->id);
	json_put_text(w, "kind", finding_kind_name(f->kind));
	json_put_str(w, "rule", f->rule);
	json_put_str(w, "title", f->title);
	json_put_text(w, "severity", severity_name(f->severity));
	json_put_opt(w, "severity_source", f->severity_source);
	json_put_opt(w, "fingerprint", f->fingerprint);
	json_put_text(w, "status", finding_status_name(f->status));
	put_subject(w, &f->subject);
	put_locations(w, f);
	json_put_opt(w, "origin", str_of(finding_origin_name(f->origin)));
	put_evidence(w, f->evidence);
	put_fix(w, f);
	put_opt_list(w, "references", f->references);
	put_opt_list(w, "aliases", f->aliases);
	put_opt_list(w, "codes", f->codes);
	put_cvss(w, f);
	put_epss(w, f);
	if (f->kind == FINDING_VULNERABILITY)
		json_put_bool(w, "known_exploited", f->known_exploited);
	json_put_opt(w, "exploited_since", f->exploited_since);
	if (f->risk >= 0)
		json_put_decimal(w, "risk", f->risk, 1);
	json_put_decimal(w, "confidence", f->confidence, 2);
	if (f->saved_bytes)
		json_put_uint(w, "saved_bytes", f->saved_bytes);
	put_suppression(w, f);
	json_close_map(w);
}
