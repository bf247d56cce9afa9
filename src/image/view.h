/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The merged file tree of an image: its layers' trees stacked, looked up as overlayfs does.
 *
 *     struct view v = {.trees = trees, .n = n};             bottom-up
 *     if (view_find(&v, path, VIEW_FOLLOW, &hit)) ... hit.layer, hit.node
 *
 * Nothing is merged beforehand: a look-up walks the path component by component through all layers
 * that still show there. Semantics: OCI image-spec v1.1 layer.md: whiteouts, opaque directories, a
 * file hides what lies below. Symlinks are resolved below the root, at most symlink_hops of them.
 * Threads: read-only.
 */
#pragma once

#include "image/tree.h"

struct view {
	const struct tree *const *trees; /* NULL for a layer that could not be read */
	size_t n;
	bool *no_memory;     /* NULL, or set when something was not found for want of memory */
	uint64_t *link_work; /* NULL, or bytes of paths rewritten to follow links so far: behind
				link_work_bytes no link is followed any more */
};

struct view_hit {
	size_t layer;
	uint32_t node;
};

enum view_last { VIEW_NO_FOLLOW, VIEW_FOLLOW };

/* The visible node at the cleaned path; follows symlinks on the way and, if asked, at the end. */
bool view_find(const struct view *v, struct str path, enum view_last last, struct view_hit *ret);

/*
 * The regular file that a reader of path would read: follows symlinks and hard links, also those to
 * files of lower layers that do not show any more. False when there is none.
 */
bool view_file(const struct view *v, struct str path, struct view_hit *ret);

/* Calls fn for each name that shows in the directory, sorted; stops when it returns non-zero. */
typedef int view_name_fn(void *context, struct str name, const struct view_hit *hit);
int view_list(const struct view *v, struct str dir, view_name_fn *fn, void *context);

struct view_totals {
	uint64_t n_files;    /* everything visible but directories */
	uint64_t file_bytes; /* of the visible regular files */
};

/*
 * What of each layer shows below the directory, links on the way followed; ret has a place for each
 * of the view's layers. False without memory.
 */
bool view_count_below(const struct view *v, struct str dir, struct view_totals *ret);

/* Counts the merged tree. False without memory. */
bool view_count(const struct view *v, struct view_totals *ret);
