/* SPDX-License-Identifier: Apache-2.0 */
#include "image/stack.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"

struct stack {
	const struct tree *const *trees;
	struct vec entries; /* struct stack_entry: those of the paths being walked, outer first */
	struct strbuf path;
	stack_fn *fn;
	void *context;
	struct err *err;
};

static const struct tree_node *node_of(const struct stack *s, const struct stack_entry *e)
{
	return tree_node(s->trees[e->layer], e->node);
}

static struct str name_of(const struct stack *s, const struct stack_entry *e)
{
	return tree_name(s->trees[e->layer], e->node);
}

static int compare_entries(const void *va, const void *vb, void *context)
{
	const struct stack_entry *a = va, *b = vb;
	int by_name = str_cmp(name_of(context, a), name_of(context, b));

	return by_name ? by_name : (a->layer > b->layer) - (a->layer < b->layer);
}

/* What of one path shows, and down to where whiteouts have left something. */
static const struct stack_entry *settle(const struct stack *s, struct stack_entry *e, size_t n)
{
	const struct stack_entry *shown = NULL;
	uint32_t floor = 0, hider = UINT32_MAX, lowest_dir = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		if (e[i].floor < floor)
			e[i].floor = floor;
		if (node_of(s, &e[i])->type == NODE_WHITEOUT)
			floor = e[i].layer + 1;
	}
	for (size_t i = n; i-- > 0;) {
		const struct tree_node *node = node_of(s, &e[i]);
		bool is_dir = node->type == NODE_DIR;

		if (hider < e[i].hidden_by)
			e[i].hidden_by = hider;
		if (!is_dir && lowest_dir < e[i].hidden_by)
			e[i].hidden_by = lowest_dir; /* it took the place of a file */
		e[i].shows = e[i].hidden_by == UINT32_MAX && node->type != NODE_WHITEOUT;
		if (e[i].shows && !shown)
			shown = &e[i];
		if (is_dir)
			lowest_dir = e[i].layer;
		if (!is_dir || node->flags & NODE_OPAQUE)
			hider = e[i].layer;
	}
	return shown;
}

/* Puts the children of the n directories from `first` on behind all entries, sorted. */
static int push_children(struct stack *s, size_t first, size_t n)
{
	size_t start = s->entries.n, n_dirs = 0;

	for (size_t i = first; i < first + n; i++) {
		const struct stack_entry dir = *(struct stack_entry *)vec_at(&s->entries, i);
		const struct tree *t = s->trees[dir.layer];
		const struct tree_node *node = tree_node(t, dir.node);

		n_dirs += node->n > 0;
		for (uint32_t k = 0; k < node->n; k++) {
			struct stack_entry *e = vec_push(&s->entries);

			if (!e)
				return err_nomem(s->err);
			*e = dir;
			e->node = t->order[node->first + k];
		}
	}
	if (n_dirs > 1) /* those of one directory are sorted already */
		qsort_r((struct stack_entry *)s->entries.p + start, s->entries.n - start,
			sizeof(struct stack_entry), compare_entries, s);
	return 0;
}

static size_t end_of_name(const struct stack *s, size_t i)
{
	struct str name = name_of(s, vec_at(&s->entries, i));
	size_t end = i + 1;

	while (end < s->entries.n && str_eq(name_of(s, vec_at(&s->entries, end)), name))
		end++;
	return end;
}

static int walk_below(struct stack *s, size_t first, size_t n, size_t depth);

static int walk_path(struct stack *s, size_t first, size_t n, size_t depth)
{
	struct stack_entry *e = vec_at(&s->entries, first);
	struct stack_path p = {.name = name_of(s, e), .depth = depth, .e = e, .n = n};
	size_t before = s->path.n;
	int r;

	if (before)
		strbuf_addc(&s->path, '/');
	strbuf_add(&s->path, p.name);
	r = strbuf_check(&s->path, s->err);
	if (r < 0)
		return r;
	p.path = strbuf_str(&s->path);
	p.shown = settle(s, e, n);
	r = s->fn(s->context, &p, s->err);
	if (r == 0)
		r = walk_below(s, first, n, depth + 1);
	s->path.n = before;
	return r;
}

static int walk_below(struct stack *s, size_t first, size_t n, size_t depth)
{
	size_t start = s->entries.n;
	int r = push_children(s, first, n);

	for (size_t i = start, all = s->entries.n; r == 0 && i < all;) {
		size_t end = end_of_name(s, i);

		r = walk_path(s, i, end - i, depth);
		i = end;
	}
	vec_cut(&s->entries, start);
	return r;
}

int stack_walk(const struct tree *const *trees, size_t n, stack_fn *fn, void *context,
	       struct err *err)
{
	struct stack s = {.trees = trees, .fn = fn, .context = context, .err = err};
	int r = 0;

	/* Never more than the trees have together, whose limits are their own. */
	s.entries = (struct vec)VEC_INIT(struct stack_entry, SIZE_MAX / sizeof(struct stack_entry));
	s.path = (struct strbuf)STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct stack_entry *e = trees[i] ? vec_push(&s.entries) : NULL;

		if (e)
			*e = (struct stack_entry){(uint32_t)i, TREE_ROOT, 0, UINT32_MAX, true};
		else if (trees[i])
			r = err_nomem(err);
	}
	if (r == 0 && s.entries.n)
		(void)settle(&s, s.entries.p, s.entries.n); /* the root shows */
	if (r == 0)
		r = walk_below(&s, 0, s.entries.n, 1);
	vec_done(&s.entries);
	strbuf_done(&s.path);
	return r;
}
