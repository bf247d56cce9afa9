/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/needs.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/vec.h"
#include "closure/closure.h"

static int compare_programs(const void *va, const void *vb)
{
	const struct closure_program *a = va, *b = vb;

	return (a->node > b->node) - (a->node < b->node);
}

/* The programs of a layer, by node, in the arena. */
static int read_programs(const struct layer_record *record, struct arena *arena,
			 struct closure_layer *ret)
{
	struct vec found = VEC_INIT(struct closure_program, LIMIT_LAYER_ENTRIES);
	struct closure_program *p;
	struct str items = record->items;
	struct record_item item;

	while (record_next_of(&items, arena, RECORD_PROGRAM, &item)) {
		struct closure_program *one = vec_push(&found);

		if (!one) {
			vec_done(&found);
			return -ERR_NOMEM;
		}
		*one = (struct closure_program){item.node, item.bytes};
	}
	vec_sort(&found, compare_programs);
	p = arena_array(arena, found.n + 1, sizeof *p);
	if (p && found.n)
		memcpy(p, found.p, found.n * sizeof *p);
	*ret = (struct closure_layer){p, found.n};
	vec_done(&found);
	return p ? 0 : -ERR_NOMEM;
}

static int cover(struct report *report)
{
	const struct report_needs *n = &report->needs;

	if (n->state == NEEDS_FOUND)
		return report_add_coverage(report, STR("needs of the entrypoint"),
					   COVERAGE_ASSESSED, STR_NULL, STR_NULL,
					   n->n_needed_files);
	return report_add_coverage(report, STR("needs of the entrypoint"), COVERAGE_NOT_ASSESSED,
				   n->reason, STR("say what it runs with --run"), 0);
}

int needs_find(const struct merge *merge, const struct layer_record *const *records,
	       const struct needs_request *request, struct report *report, struct err *err)
{
	CLEANUP(freep)
	struct closure_layer *layers = calloc(merge->n + 1, sizeof *layers);
	struct closure_input in = {
		.merge = merge, .layers = layers, .run = request->run, .keep = request->keep};
	struct arena arena;
	int r = layers ? 0 : -ERR_NOMEM;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t i = 0; r == 0 && i < merge->n; i++)
		if (records[i])
			r = read_programs(records[i], &arena, &layers[i]);
	if (r == 0)
		r = closure_find(&in, report, err);
	if (r == 0)
		r = cover(report);
	arena_done(&arena);
	return r < 0 ? err_nomem(err) : 0;
}
