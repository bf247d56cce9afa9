/* SPDX-License-Identifier: Apache-2.0 */
#include "waste/efficiency.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"

static uint64_t add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum; /* sizes are as declared */
}

void efficiency_init(struct efficiency *e, const struct tree *const *trees, size_t n,
		     struct report *report)
{
	*e = (struct efficiency){
		.trees = trees, .n = n, .out = &report->efficiency, .arena = &report->arena};
	/* Never more than the trees have together, whose limits are their own. */
	e->stack = (struct vec)VEC_INIT(struct stack_entry, SIZE_MAX / sizeof(struct stack_entry));
	*e->out = (struct report_efficiency){0};
}

void efficiency_done(struct efficiency *e)
{
	vec_done(&e->stack);
}

static const struct tree_node *node_of(const struct efficiency *e, const struct stack_entry *x)
{
	return tree_node(e->trees[x->layer], x->node);
}

static uint64_t size_of(const struct tree_node *n)
{
	return n->type == NODE_FILE ? n->size : 0;
}

/* ---- what a whiteout removes ---- */

static struct str name_of(const struct efficiency *e, const struct stack_entry *x)
{
	return tree_name(e->trees[x->layer], x->node);
}

static int compare_entries(const void *va, const void *vb, void *context)
{
	const struct stack_entry *a = va, *b = vb;
	int by_name = str_cmp(name_of(context, a), name_of(context, b));

	return by_name ? by_name : (a->layer > b->layer) - (a->layer < b->layer);
}

static int push_children(struct efficiency *e, size_t first, size_t n, struct err *err)
{
	size_t start = e->stack.n;

	for (size_t i = first; i < first + n; i++) {
		const struct stack_entry dir = *(struct stack_entry *)vec_at(&e->stack, i);
		const struct tree *t = e->trees[dir.layer];
		const struct tree_node *node = tree_node(t, dir.node);

		for (uint32_t k = 0; k < node->n; k++) {
			struct stack_entry *x = vec_push(&e->stack);

			if (!x)
				return err_nomem(err);
			*x = (struct stack_entry){.layer = dir.layer,
						  .node = t->order[node->first + k]};
		}
	}
	if (e->stack.n - start > 1)
		qsort_r((struct stack_entry *)e->stack.p + start, e->stack.n - start,
			sizeof(struct stack_entry), compare_entries, e);
	return 0;
}

/*
 * The sizes below the n entries of one path, stacked as dive does: the topmost counts, a whiteout
 * takes away what was there before it, nothing else does.
 */
static int sum_below(struct efficiency *e, size_t first, size_t n, uint64_t *sum, struct err *err)
{
	size_t start = e->stack.n;
	int r = push_children(e, first, n, err);

	for (size_t i = start, all = e->stack.n; r == 0 && i < all;) {
		struct str name = name_of(e, vec_at(&e->stack, i));
		size_t from = i, end = i;

		for (; end < all && str_eq(name_of(e, vec_at(&e->stack, end)), name); end++)
			if (node_of(e, vec_at(&e->stack, end))->type == NODE_WHITEOUT)
				from = end + 1;
		if (from < end) {
			*sum = add(*sum, size_of(node_of(e, vec_at(&e->stack, end - 1))));
			r = sum_below(e, from, end - from, sum, err);
		}
		i = end;
	}
	vec_cut(&e->stack, start);
	return r;
}

/* *ret_is_there: there is something to remove. */
static int removed_bytes(struct efficiency *e, const struct stack_path *p, size_t at,
			 uint64_t *ret_bytes, bool *ret_is_there, struct err *err)
{
	size_t first = at;
	const struct tree_node *top;

	while (first > 0 && p->e[first - 1].layer >= p->e[at].floor &&
	       node_of(e, &p->e[first - 1])->type != NODE_WHITEOUT)
		first--;
	*ret_bytes = 0;
	*ret_is_there = first < at;
	if (first == at)
		return 0;
	top = node_of(e, &p->e[at - 1]);
	if (top->type != NODE_DIR || top->flags & NODE_IMPLIED)
		return 0;
	for (size_t i = first; i < at; i++) {
		struct stack_entry *x = vec_push(&e->stack);

		if (!x)
			return err_nomem(err);
		*x = p->e[i];
	}
	return sum_below(e, 0, e->stack.n, ret_bytes, err);
}

/* ---- one path ---- */

/* Of equal ones those that came first. */
static void list_path(struct efficiency *e, const struct stack_path *p, uint64_t bytes,
		      uint64_t count)
{
	size_t at = e->n_top;

	e->out->n_paths++;
	e->out->wasted_bytes = add(e->out->wasted_bytes, bytes);
	while (at > 0 && e->top[at - 1].bytes < bytes)
		at--;
	if (at == EFFICIENCY_PATHS || bytes == 0)
		return;
	if (e->n_top < EFFICIENCY_PATHS)
		e->n_top++;
	for (size_t i = e->n_top - 1; i > at; i--)
		e->top[i] = e->top[i - 1];
	e->top[at] = (struct efficiency_path){p->e->layer, p->e->node, bytes, count};
}

int efficiency_see(struct efficiency *e, const struct stack_path *p, struct err *err)
{
	uint64_t all = 0, smallest = UINT64_MAX, count = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct tree_node *node = node_of(e, &p->e[i]);
		uint64_t bytes = size_of(node);
		bool counts = node->n == 0;
		int r = 0;

		if (node->type == NODE_WHITEOUT)
			r = removed_bytes(e, p, i, &bytes, &counts, err);
		vec_cut(&e->stack, 0);
		if (r < 0)
			return r;
		if (!counts)
			continue;
		count++;
		all = add(all, bytes);
		smallest = bytes < smallest ? bytes : smallest;
	}
	if (count == 0)
		return 0;
	e->all = add(e->all, all);
	e->smallest = add(e->smallest, smallest);
	if (count > 1)
		list_path(e, p, all, count);
	return 0;
}

/* ---- all of them ---- */

static int put_paths(const struct efficiency *e, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);

	for (size_t i = 0; i < e->n_top; i++) {
		strbuf_reset(&sb);
		tree_path(e->trees[e->top[i].layer], e->top[i].node, &sb);
		e->out->paths[i] = (struct report_path_bytes){arena_str(e->arena, strbuf_str(&sb)),
							      e->top[i].bytes, e->top[i].count};
	}
	e->out->n_listed = e->n_top;
	return arena_check(e->arena, err);
}

int efficiency_finish(struct efficiency *e, struct report *report, struct err *err)
{
	struct report_efficiency *out = e->out;

	out->is_known = true;
	for (size_t i = 0; i < report->layers.n; i++) {
		const struct report_layer *l = vec_at(&report->layers, i);

		out->is_known &= l->assessed; /* of some layers it would look better than it is */
		out->layer_bytes = add(out->layer_bytes, l->file_bytes);
		out->user_bytes = add(out->user_bytes, i > 0 ? l->file_bytes : 0);
		out->hidden_bytes = add(out->hidden_bytes, l->hidden_bytes);
	}
	out->efficiency = e->all ? (double)e->smallest / (double)e->all : 1.0;
	out->user_wasted =
		out->user_bytes ? (double)out->wasted_bytes / (double)out->user_bytes : -1.0;
	return put_paths(e, err);
}
