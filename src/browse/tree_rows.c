/* SPDX-License-Identifier: Apache-2.0 */
#include "browse/tree_rows.h"

#include <stdlib.h>

#include "base/cleanup.h"

int tree_rows_init(struct tree_rows *rows, const struct change_tree *tree, struct err *err)
{
	size_t n = tree->n_nodes + 1;

	*rows = (struct tree_rows){.tree = tree,
				   .nodes = calloc(n, sizeof *rows->nodes),
				   .depth = calloc(n, sizeof *rows->depth),
				   .unfolded = calloc(n, sizeof *rows->unfolded),
				   .stack = calloc(n, sizeof *rows->stack),
				   .kept = calloc(n, sizeof *rows->kept)};
	if (rows->nodes && rows->depth && rows->unfolded && rows->stack && rows->kept)
		return 0;
	tree_rows_done(rows);
	return err_nomem(err);
}

void tree_rows_done(struct tree_rows *rows)
{
	free(rows->nodes);
	free(rows->depth);
	free(rows->unfolded);
	free(rows->sorted);
	free(rows->stack);
	free(rows->kept);
	*rows = (struct tree_rows){0};
}

void tree_rows_unfold(struct tree_rows *rows, uint32_t node, bool open)
{
	rows->unfolded[node] = open;
}

void tree_rows_unfold_all(struct tree_rows *rows, bool open)
{
	for (uint32_t i = 0; i < rows->tree->n_nodes; i++)
		rows->unfolded[i] = open;
}

void tree_rows_unfold_some(struct tree_rows *rows, uint32_t max_rows)
{
	const struct change_tree *t = rows->tree;
	uint32_t shown = t->nodes[0].n;

	/* Nodes stand level by level, so the upper directories come first. */
	for (uint32_t i = 1; i < t->n_nodes; i++) {
		const struct change_node *n = &t->nodes[i];

		if (n->n == 0 || !(n->parent == 0 || rows->unfolded[n->parent]))
			continue;
		if (n->n > max_rows || shown > max_rows - n->n)
			continue;
		rows->unfolded[i] = true;
		shown += n->n;
	}
}

static int cmp_sizes(const void *a, const void *b, void *context)
{
	const struct change_node *nodes = context;
	const struct change_node *x = &nodes[*(const uint32_t *)a],
				 *y = &nodes[*(const uint32_t *)b];

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return str_cmp(x->name, y->name);
}

static int sort_by_size(struct tree_rows *rows, struct err *err)
{
	const struct change_tree *t = rows->tree;

	if (rows->sorted)
		return 0;
	rows->sorted = calloc(t->n_nodes + 1, sizeof *rows->sorted);
	if (!rows->sorted)
		return err_nomem(err);
	for (uint32_t i = 0; i < t->n_nodes; i++)
		rows->sorted[i] = i;
	for (uint32_t i = 0; i < t->n_nodes; i++)
		if (t->nodes[i].n > 1)
			qsort_r(rows->sorted + t->nodes[i].first, t->nodes[i].n,
				sizeof *rows->sorted, cmp_sizes, t->nodes);
	return 0;
}

static bool has_text(struct str name, struct str text)
{
	for (size_t i = 0; i + text.n <= name.n; i++)
		if (str_eq_nocase(str_sub(name, i, text.n), text))
			return true;
	return false;
}

static bool is_wanted(const struct tree_rows *rows, const struct change_node *n)
{
	if (rows->only_changes && !n->has_changes)
		return false;
	if (rows->only_findings && n->n_marked == 0)
		return false;
	return rows->filter.n == 0 || has_text(n->name, rows->filter);
}

/* Children stand behind their directory: from the end, each that is kept keeps what is above it. */
static void keep_wanted(struct tree_rows *rows)
{
	const struct change_tree *t = rows->tree;

	for (uint32_t i = 0; i < t->n_nodes; i++)
		rows->kept[i] = is_wanted(rows, &t->nodes[i]);
	for (uint32_t i = t->n_nodes; i-- > 1;)
		if (rows->kept[i])
			rows->kept[t->nodes[i].parent] = true;
}

static bool is_open(const struct tree_rows *rows, uint32_t node)
{
	return node == 0 || rows->filter.n || rows->unfolded[node];
}

int tree_rows_make(struct tree_rows *rows, struct err *err)
{
	const struct change_tree *t = rows->tree;
	bool all = rows->filter.n == 0 && !rows->only_changes && !rows->only_findings;
	uint32_t n = 0;
	int r = rows->by_size ? sort_by_size(rows, err) : 0;

	if (r < 0)
		return r;
	if (!all)
		keep_wanted(rows);
	rows->n = 0;
	rows->stack[n++] = 0;
	while (n > 0) {
		uint32_t at = rows->stack[--n];
		const struct change_node *dir = &t->nodes[at];

		if (at != 0) {
			rows->nodes[rows->n++] = at;
			rows->depth[at] =
				dir->parent ? (uint16_t)(rows->depth[dir->parent] + 1) : 0;
		}
		if (!is_open(rows, at))
			continue;
		for (uint32_t i = dir->n; i-- > 0;) {
			uint32_t child = dir->first + i;

			if (rows->by_size)
				child = rows->sorted[child];
			if (all || rows->kept[child])
				rows->stack[n++] = child;
		}
	}
	return 0;
}

uint32_t tree_rows_of(const struct tree_rows *rows, uint32_t node)
{
	uint32_t found = 0;

	/* Up to the top: the first that has a row. */
	for (; node != 0; node = rows->tree->nodes[node].parent)
		for (uint32_t i = 0; i < rows->n; i++)
			if (rows->nodes[i] == node)
				return i;
	return found;
}
