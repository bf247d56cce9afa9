/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layer that a command adds to an image, made in a jail: the image's root, a change, the
 * difference.
 *
 *     r = make_patch_layer(dir, &layout, &plan, &options, &time, &made, err);
 *     r = make_squash_layer(dir, &layout, n_kept, &removed, &time, &made, err);
 *
 * dir is a work_dir that has the layout as "image"; the new blob is then among its blobs. Without
 * any change made.has_layer is false. Errors: those of root.h, tool.h and jail.h; ERR_UNSUPPORTED
 * (the image has no package manager).
 */
#pragma once

#include "patch/layer_file.h"
#include "patch/layout.h"
#include "patch/root.h"
#include "patch/tool.h"

struct made_layer {
	bool has_layer;
	bool has_owners; /* false: owners are those of the layers, not of the disk */
	char tool[16];	 /* the tool's id; empty: none ran */
	struct layer_file_result file;
	struct root_stats stats;
};

int make_patch_layer(const char *dir, const struct layout *layout, const struct fix_plan *plan,
		     const struct tool_options *options, const struct root_write_options *time,
		     struct made_layer *ret, struct err *err);

/* Merges the layers from number n_kept (from 0) upward, without the paths that are removed. */
int make_squash_layer(const char *dir, const struct layout *layout, size_t n_kept,
		      struct str_list removed, const struct root_write_options *time,
		      struct made_layer *ret, struct err *err);
