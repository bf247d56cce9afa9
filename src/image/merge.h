/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers' trees as they lie on each other: entries whose directory is a symlink below are
 * moved to where that leads.
 *
 *     merge_init(&m, trees, n, err);                  bottom-up, NULL for a layer not read
 *     struct view v = merge_view(&m);
 *     merge_path(&m, layer, path, arena)              where what the layer stores at path shows
 *     merge_stored(&m, layer, node, &sb)              the way back: the path in its archive
 *     merge_done(&m);
 *
 * layer.md says that a changeset is extracted like a regular tar archive: `lib/x` without an entry
 * for `lib`, on a lower `lib -> usr/lib`, is written through the symlink. Tools that unpack onto
 * the merged tree do that (umoci, kaniko, Docker's vfs); overlay2 and containerd unpack each layer
 * apart and make a directory of the symlink, which hides all of usr/lib under /lib. The
 * specification is followed. An entry for `lib` itself replaces the symlink everywhere.
 *
 * A layer without such entries is used as it is and costs one look at its directories.
 * Ownership: the merge borrows the trees and owns those it had to make anew. Threads: read-only
 * after init. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "image/view.h"

struct merged_layer;

struct merge {
	const struct tree *const *stored; /* as given */
	const struct tree **trees;	  /* the same, or made anew */
	struct merged_layer *layers;
	size_t n;
	uint64_t *link_work; /* of all views of it; image/view.h */
	size_t n_unmoved;    /* layers with entries that lead too deep or far: used as stored */
};

int merge_init(struct merge *m, const struct tree *const *trees, size_t n, struct err *err);
void merge_done(struct merge *m); /* accepts a zeroed one */

static inline struct view merge_view(const struct merge *m)
{
	return (struct view){.trees = m->trees, .n = m->n, .link_work = m->link_work};
}

/* Whether links were left unfollowed because following them took more than link_work_bytes. */
bool merge_is_tired(const struct merge *m);

/* Whether entries of the layer were moved. */
bool merge_has_moves(const struct merge *m, size_t layer);

/* The path itself where nothing moved; .p is NULL without memory. */
struct str merge_path(const struct merge *m, size_t layer, struct str path, struct arena *a);

/* The node of the layer's own tree that the node of m->trees[layer] was made of, or TREE_NONE. */
uint32_t merge_origin(const struct merge *m, size_t layer, uint32_t node);

/* Appends the path that the node of m->trees[layer] has in the layer's archive. */
void merge_stored(const struct merge *m, size_t layer, uint32_t node, struct strbuf *sb);
