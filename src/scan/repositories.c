/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/repositories.h"

static bool says_something(const struct content_sets *cs)
{
	return cs->sets.n || cs->nvr.n;
}

int repositories_add(struct repositories *r, size_t layer, struct str path, struct str bytes,
		     struct report *report, struct err *err)
{
	const struct report_layer *l = vec_at(&report->layers, layer);
	struct content_sets cs = {0};
	struct err problem = {0};
	int e;

	if (!content_sets_is_path(path))
		return 0;
	if (!r->layers) {
		r->n = report->layers.n;
		r->layers = arena_array(&report->arena, r->n + 1, sizeof *r->layers);
	}
	if (!r->layers)
		return err_nomem(err);
	e = content_sets_parse(path, bytes, &report->arena, &cs, &problem);
	if (e == -ERR_NOMEM)
		return err_nomem(err);
	if (e < 0) {
		e = report_add_problem(report, path, l && report->has_image ? l->diff_id : STR_NULL,
				       STR("content-sets"), &problem);
		return e < 0 ? err_nomem(err) : 0;
	}
	if (layer < r->n)
		content_sets_merge(&r->layers[layer], &cs);
	return 0;
}

/* Its own, else those of the nearest layer below, else above. */
static const struct content_sets *sets_of(const struct repositories *r, size_t layer)
{
	for (size_t i = layer + 1; i-- > 0;)
		if (says_something(&r->layers[i]))
			return &r->layers[i];
	for (size_t i = layer + 1; i < r->n; i++)
		if (says_something(&r->layers[i]))
			return &r->layers[i];
	return NULL;
}

int repositories_finish(const struct repositories *r, struct report *report, struct err *err)
{
	struct content_sets labels = {0};
	int e = content_sets_of_labels(report->image.labels, &report->arena, &labels, err);

	for (size_t i = 0; i < report->layers.n && e == 0; i++) {
		struct report_layer *l = vec_at(&report->layers, i);
		const struct content_sets *cs = i < r->n ? sets_of(r, i) : NULL;

		if (!cs && labels.nvr.n)
			cs = &labels;
		if (!cs)
			continue;
		l->content_sets = cs->sets;
		l->build_nvr = cs->nvr.n ? cs->nvr : labels.nvr;
		l->build_arch = cs->arch.n ? cs->arch : labels.arch;
	}
	return e;
}
