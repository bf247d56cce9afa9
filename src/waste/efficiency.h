/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How well an image uses its bytes: the numbers of dive as dive defines them, since people have
 * thresholds on them, and the exact ones beside them.
 *
 *     struct efficiency e;
 *     efficiency_init(&e, trees, n);           the layers' trees as stored
 *     stack_walk(..., efficiency_see, &e)      or with other analyses in one walk
 *     efficiency_finish(&e, report, err);
 *     efficiency_done(&e);
 *
 * dive (dive/filetree/efficiency.go): what a layer has at a path counts where it has nothing below
 * it, with the size in its header, links and directories with 0; a whiteout of a directory with all
 * that lies there in the layers below. Of every path that is so seen:
 *
 *     efficiency        = sum of the smallest sizes / sum of all sizes; 1 when that is 0
 *     wasted bytes      = sum of all sizes of the paths seen twice or more
 *     user wasted       = wasted bytes / bytes of all layers but the first
 *
 * So the copy that shows counts as wasted too, and `.wh..wh..opq` is not seen. A whiteout of
 * nothing is passed over; dive gives up the rest of such a layer.
 *
 * Exact: hidden bytes of a layer are those of its files that do not show in the finished image,
 * under no hard link either, with those that its own archive replaces.
 *
 * Ownership: borrows the trees. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/vec.h"
#include "image/stack.h"
#include "report/report.h"

/* A path by one of the nodes that stand there. */
struct efficiency_path {
	uint32_t layer, node;
	uint64_t bytes, count;
};

struct efficiency {
	const struct tree *const *trees;
	size_t n;
	uint64_t smallest, all; /* sums over paths */
	struct report_efficiency *out;
	struct arena *arena;
	struct efficiency_path top[EFFICIENCY_PATHS]; /* most bytes first */
	size_t n_top;
	struct vec stack; /* struct stack_entry: what a whiteout removes, while it is summed up */
};

void efficiency_init(struct efficiency *e, const struct tree *const *trees, size_t n,
		     struct report *report);
void efficiency_done(struct efficiency *e);

/* Of one path; a stack_fn but for the type of its context. */
int efficiency_see(struct efficiency *e, const struct stack_path *p, struct err *err);

/* Puts the numbers into the report. Needs the layers' file_bytes and hidden_bytes there. */
int efficiency_finish(struct efficiency *e, struct report *report, struct err *err);
