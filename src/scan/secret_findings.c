/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/secret_findings.h"

#include "base/limits.h"
#include "base/path.h"

#define EVIDENCE_MAX 8

int secret_findings_init(struct secret_findings *s, const struct secret_watching *watching,
			 const struct merge *merge, const struct layer_record *const *records,
			 struct report *report)
{
	const struct secret_rule *rule;
	int r = 0;

	*s = (struct secret_findings){
		.watching = watching, .merge = merge, .records = records, .report = report};
	map_init(&s->rules, LIMIT_SECRET_RULES);
	for (size_t i = 0; watching && r == 0 && (rule = secret_set_at(watching->set, i)); i++)
		r = map_put(&s->rules, rule->id, (void *)rule); /* read only */
	return r;
}

void secret_findings_done(struct secret_findings *s)
{
	map_done(&s->rules);
}

/* ---- does it show ---- */

static bool shows_up_to(const struct secret_findings *s, struct str path, size_t layer,
			uint32_t node, size_t n, struct view_hit *ret)
{
	struct view v = merge_view(s->merge);

	v.n = n;
	return view_find(&v, path, VIEW_NO_FOLLOW, ret) && ret->layer == layer &&
	       merge_origin(s->merge, layer, ret->node) == node;
}

/* Empty: the file shows in the finished image. */
static struct str hidden_by(const struct secret_findings *s, struct str path, size_t layer,
			    uint32_t node)
{
	struct arena *a = &s->report->arena;
	struct view_hit hit = {.layer = SIZE_MAX};

	if (!tree_is_alive(&s->records[layer]->tree, node))
		return arena_strf(a, "replaced later in layer %zu itself, still readable in it",
				  layer + 1);
	if (shows_up_to(s, path, layer, node, s->merge->n, &hit))
		return STR("");
	for (size_t n = layer + 1; n <= s->merge->n; n++) {
		struct view v = merge_view(s->merge);

		if (shows_up_to(s, path, layer, node, n, &hit))
			continue;
		v.n = n;
		return arena_strf(a, "%s in layer %zu, still readable in layer %zu",
				  view_find(&v, path, VIEW_NO_FOLLOW, &hit) ? "overwritten"
									    : "deleted",
				  n, layer + 1);
	}
	return STR("");
}

/* ---- one finding ---- */

static struct str_list copy_list(struct arena *a, struct str_list list)
{
	struct str *p = arena_array(a, list.n, sizeof *p);

	for (size_t i = 0; p && i < list.n; i++)
		p[i] = arena_str(a, list.p[i]);
	return (struct str_list){p, p ? list.n : 0};
}

void secret_finding_fill(struct finding *f, struct report *report, const struct secret_rule *rule,
			 struct str fingerprint, double confidence)
{
	struct arena *a = &report->arena;

	f->kind = FINDING_SECRET;
	f->rule = arena_str(a, rule->id);
	f->title = arena_str(a, rule->title);
	f->severity = rule->severity;
	f->fingerprint = fingerprint;
	f->confidence = confidence;
	f->risk = -1;
	f->fix_action = rule->rotate.n
				? arena_str(a, rule->rotate)
				: STR("Revoke it where it was made, and make a new one: who has "
				      "the image has the secret.");
	f->references = copy_list(a, rule->references);
	f->codes = copy_list(a, rule->codes);
}

struct evidence {
	struct str steps[EVIDENCE_MAX];
	size_t n;
};

static void add_step(struct evidence *e, struct arena *a, const char *name, struct str value)
{
	if (value.n && e->n < EVIDENCE_MAX)
		e->steps[e->n++] = arena_strf(a, "%s=%.*s", name, STR_FMT(value));
}

static struct str_list take_steps(const struct evidence *e, struct arena *a)
{
	struct str *p = arena_array(a, e->n, sizeof *p);

	if (p)
		memcpy(p, e->steps, e->n * sizeof *p);
	return (struct str_list){p, p ? e->n : 0};
}

static struct str path_of(const struct secret_findings *s, size_t layer, uint32_t node)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct arena *a = &s->report->arena;

	tree_path(&s->records[layer]->tree, node, &sb);
	if (sb.error)
		return STR_NULL;
	return arena_str(a, merge_path(s->merge, layer, strbuf_str(&sb), a));
}

static struct str_list evidence_of(const struct record_secret *secret, struct str hidden,
				   struct arena *a)
{
	struct evidence e = {.n = 0};

	add_step(&e, a, "secret", secret->redacted);
	add_step(&e, a, "key", secret->key);
	if (secret->line == 0)
		add_step(&e, a, "offset",
			 arena_strf(a, "%llu", (unsigned long long)secret->offset));
	if (secret->n_places > 1)
		add_step(&e, a, "places",
			 arena_strf(a, "%llu", (unsigned long long)secret->n_places));
	add_step(&e, a, "visible", hidden.n ? hidden : STR("in the finished image"));
	add_step(&e, a, "confidence", arena_strf(a, "%.2f", secret->permille / 1000.0));
	add_step(&e, a, "fingerprint", secret->fingerprint);
	return take_steps(&e, a);
}

static int add_secret(struct secret_findings *s, size_t layer, const struct record_item *item,
		      const struct secret_rule *rule, struct err *err)
{
	const struct report_layer *l = vec_at(&s->report->layers, layer);
	const struct record_secret *secret = &item->secret;
	struct arena *a = &s->report->arena;
	struct str file = path_of(s, layer, item->node);
	struct str hidden = hidden_by(s, file, layer, item->node);
	struct finding_location *place = arena_alloc(a, sizeof *place);
	struct finding f = {0};

	if (!file.p || !hidden.p || !place)
		return err_nomem(err);
	secret_finding_fill(&f, s->report, rule, secret->fingerprint, secret->permille / 1000.0);
	*place = (struct finding_location){
		.layer = l && s->report->has_image ? l->diff_id : STR_NULL,
		.path = arena_strf(a, "%.*s%.*s", STR_FMT(file), STR_FMT(secret->inner)),
		.line = secret->line,
		.column = secret->column};
	f.subject = (struct finding_subject){.kind = SUBJECT_FILE,
					     .name = path_base(file),
					     .path = place->path,
					     .layer = place->layer};
	f.locations = place;
	f.n_locations = 1;
	if (hidden.n)
		f.title = arena_strf(a, "%.*s, %.*s", STR_FMT(rule->title), STR_FMT(hidden));
	f.evidence = evidence_of(secret, hidden, a);
	return report_add_finding(s->report, &f, err);
}

int secret_findings_add(struct secret_findings *s, size_t layer, const struct record_item *item,
			struct err *err)
{
	const struct secret_rule *rule = map_get(&s->rules, item->secret.rule);

	if (!s->watching)
		return 0;
	if (item->kind == RECORD_WATCHED) {
		if (str_is(item->parser, secret_watch.name)) {
			s->n_parts += item->n_parts;
			s->is_partial |= !item->is_whole;
		}
		return 0;
	}
	if (!rule || item->node >= s->records[layer]->tree.n_nodes)
		return 0; /* of other rules: the cache's recipe rules it out */
	if (item->secret.permille / 1000.0 < s->watching->least) {
		s->n_unsure++;
		return 0;
	}
	return add_secret(s, layer, item, rule, err);
}

int secret_findings_finish(struct secret_findings *s, struct err *err)
{
	struct str why =
		s->is_partial ? STR("not all of the files could be looked into") : STR_NULL;

	if (!s->watching)
		return 0;
	if (report_add_coverage(
		    s->report, STR("secrets"), s->is_partial ? COVERAGE_PARTIAL : COVERAGE_ASSESSED,
		    why, s->is_partial ? STR("see the problems below") : STR_NULL, s->n_parts) < 0)
		return err_nomem(err);
	return 0;
}
