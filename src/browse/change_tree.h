/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of an image as one layer leaves them, each with what that layer did to it.
 *
 *     r = change_tree_make(&merge, layer, CHANGES_OF_LAYER, &tree, err);
 *     change_tree_mark(&tree, path, layer, 2, SEVERITY_HIGH);        findings at a file
 *     change_tree_sum(&tree);                                        findings of whole directories
 *     tree.nodes[tree.nodes[0].first] ... change_tree_path(&tree, node, &sb)
 *     change_tree_done(&tree);
 *
 * CHANGES_OF_LAYER holds what the layer says alone, and below a directory that it removes what was
 * there; CHANGES_IN_ALL the whole tree that shows with that layer on top. The node of a directory
 * comes before its children, which stand together, sorted by name; node 0 is the root.
 *
 * An entry that replaces one of a lower layer is CHANGE_MODIFIED; a directory is when anything
 * below it is changed, unless the layer brought it.
 * Ownership: the tree owns its nodes and borrows names from the merge. Threads: none needed.
 * Errors: ERR_NOMEM, ERR_LIMIT (layer_entries nodes).
 */
#pragma once

#include "base/vec.h"
#include "image/merge.h"
#include "report/finding.h"

enum change { CHANGE_NONE, CHANGE_ADDED, CHANGE_MODIFIED, CHANGE_REMOVED };
enum change_scope { CHANGES_OF_LAYER, CHANGES_IN_ALL };

struct change_node {
	struct str name;
	struct str link; /* of a symlink or hard link; else empty */
	uint32_t parent;
	uint32_t first, n;   /* children; n = 0: none, or no directory */
	uint32_t layer;	     /* whose entry it is; of a removed one that which brought it */
	uint32_t n_findings; /* at it */
	uint32_t n_marked;   /* files with findings: itself, or below a directory */
	uint32_t n_files;    /* below a directory, or 1 */
	uint64_t size;	     /* bytes; of a directory those of all files below */
	uint8_t type;	     /* enum node_type */
	uint8_t change;	     /* enum change */
	uint8_t worst;	     /* enum severity of the findings, also of those below */
	bool has_changes;    /* it or something below it is not CHANGE_NONE */
};

struct change_totals {
	uint64_t n[CHANGE_REMOVED + 1];	    /* files, by change */
	uint64_t bytes[CHANGE_REMOVED + 1]; /* of them */
};

struct change_tree {
	struct change_node *nodes;
	uint32_t n_nodes;
	struct vec all; /* struct change_node: what nodes points to */
	struct change_totals totals;
};

/* layer: below merge->n. A layer that was not read gives the root alone. */
int change_tree_make(const struct merge *merge, size_t layer, enum change_scope scope,
		     struct change_tree *ret, struct err *err);
void change_tree_done(struct change_tree *t); /* accepts a zeroed one */

/* The node at the path, symlinks not followed; TREE_NONE: none. */
uint32_t change_tree_find(const struct change_tree *t, struct str path);

/* Adds findings to the node at the path; of_layer: only if that layer brought it, SIZE_MAX: any. */
void change_tree_mark(struct change_tree *t, struct str path, size_t of_layer, uint32_t n,
		      enum severity worst);
void change_tree_sum(struct change_tree *t);

void change_tree_path(const struct change_tree *t, uint32_t node, struct strbuf *sb);

static inline bool change_node_is_dir(const struct change_node *n)
{
	return n->type == NODE_DIR;
}

char change_letter(enum change c); /* ' ', 'A', 'M', 'D' */
