/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers of an image as plain text: each with its instruction and size, then the files that it
 * adds, changes and removes.
 *
 *     LAYER 3  268 B  RUN aws configure set default
 *       1 added of 116 B, 1 changed of 152 B, none removed
 *     A     116 B  root/.aws/credentials  1 finding, critical
 *     M     152 B  etc/group
 *     D   12.4 kB  usr/share/doc/  38 files
 *
 * A directory that is removed stands for all that was in it. Names are made harmless (text.h).
 * Errors: those of the buffer, ERR_NOMEM.
 */
#pragma once

#include "browse/file_marks.h"
#include "render/canvas.h"

struct browse_data {
	const struct report *report;
	const struct merge *merge;
	const struct file_marks *marks;
};

struct layer_text_options {
	size_t layer;	   /* SIZE_MAX: all */
	bool files;	   /* not only the layers */
	bool only_changes; /* of files that lower layers have: M and D */
};

int layer_text_put(struct canvas *c, const struct browse_data *data,
		   const struct layer_text_options *options, struct err *err);

/* "3 findings, high"; of a directory "2 files with findings, high"; nothing when there are none. */
void layer_text_findings(struct strbuf *sb, const struct change_node *n);

/* The layer's tree with the findings at its files. */
int browse_tree(const struct browse_data *data, size_t layer, enum change_scope scope,
		struct change_tree *ret, struct err *err);

/* Green, yellow, red: what the layer did to a file. */
enum tone browse_tone(enum change change);

/* The history's text as people wrote it, or why there is none. */
void browse_instruction(struct strbuf *sb, const struct report *r, size_t layer);
