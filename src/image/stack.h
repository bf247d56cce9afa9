/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All layers of an image walked at once, path by path: what each layer has there, and which of it
 * shows in the finished image. For what looks at all files of all layers; view.h looks up single
 * paths.
 *
 *     static int see(void *context, const struct stack_path *p, struct err *err) ...
 *     r = stack_walk(trees, n, see, context, err);
 *
 * Parents come before their children, children by name. What shows is as view.h tells it: a
 * whiteout, a file or an opaque directory hides what lower layers have.
 *
 * Ownership: all of a struct stack_path is valid during the call. Recursion is bounded by
 * LIMIT_PATH_DEPTH, which every path of a tree has passed; work by the sorted number of entries.
 * Errors: ERR_NOMEM, those of the callback.
 */
#pragma once

#include "image/tree.h"

struct stack_entry {
	uint32_t layer, node;
	uint32_t floor;	    /* lower layers have nothing left here, as whiteouts between say */
	uint32_t hidden_by; /* of what does not show: the lowest layer that hides it */
	bool shows;	    /* the file, or this layer's part of the directory */
};

struct stack_path {
	struct str path, name;
	size_t depth;			 /* components: 1 below the root */
	const struct stack_entry *e;	 /* bottom-up; each layer at most once */
	size_t n;			 /* at least one */
	const struct stack_entry *shown; /* the top one that shows; NULL: nothing does */
};

typedef int stack_fn(void *context, const struct stack_path *p, struct err *err);

/* trees: bottom-up, NULL for a layer that was not read. */
int stack_walk(const struct tree *const *trees, size_t n, stack_fn *fn, void *context,
	       struct err *err);
