/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which nodes of a change tree stand below each other on a screen: what is unfolded, what a filter
 * leaves, in which order.
 *
 *     tree_rows_init(&rows, &tree);
 *     tree_rows_unfold(&rows, node, true);  rows.filter = STR("curl");
 *     r = tree_rows_make(&rows, err);
 *     rows.nodes[0] .. rows.nodes[rows.n - 1], rows.depth[node]
 *     tree_rows_done(&rows);
 *
 * A filter shows every node whose name has its text (ASCII case folded), with the directories above
 * it, whatever is unfolded. One pass over what is unfolded, or with a filter over all nodes.
 * Ownership: the rows own their lists and borrow the tree. Errors: ERR_NOMEM.
 */
#pragma once

#include "browse/change_tree.h"

struct tree_rows {
	const struct change_tree *tree;
	uint32_t *nodes;  /* in order */
	uint16_t *depth;  /* by node, 0 at the top */
	uint32_t n;	  /* rows */
	bool *unfolded;	  /* by node */
	uint32_t *sorted; /* by place in the tree: children by size; NULL until asked for */
	struct str filter;
	bool by_size, only_changes, only_findings;
	/* Buffers of one pass. */
	uint32_t *stack;
	bool *kept;
};

int tree_rows_init(struct tree_rows *rows, const struct change_tree *tree, struct err *err);
void tree_rows_done(struct tree_rows *rows); /* accepts a zeroed one */

void tree_rows_unfold(struct tree_rows *rows, uint32_t node, bool open);
void tree_rows_unfold_all(struct tree_rows *rows, bool open);
/* Unfolds the directories that hold only few nodes: what can be taken in at once. */
void tree_rows_unfold_some(struct tree_rows *rows, uint32_t max_rows);

int tree_rows_make(struct tree_rows *rows, struct err *err);

/* The row of the node, or of the nearest directory above it that has one. */
uint32_t tree_rows_of(const struct tree_rows *rows, uint32_t node);
