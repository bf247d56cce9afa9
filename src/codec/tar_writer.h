/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a tar archive whose bytes depend on nothing but what it is given.
 *
 *     r = tar_writer_new(sink, context, &w, err);
 *     r = tar_writer_entry(w, &entry, attributes, n_attributes, err);
 *     r = tar_writer_data(w, piece, err);                     entry.size bytes of a TAR_FILE
 *     r = tar_writer_end(w, err);                             then tar_writer_free
 *
 * Format: POSIX.1-2001 pax, with extended headers only where ustar has no room (long names, large
 * files, fractions of seconds, extended attributes as SCHILY.xattr). No user and group names. Not
 * libarchive's writer: linked statically it brings all of its formats, and libxml2 with them.
 * Ownership: borrows its arguments for the call. Errors: those of the sink, ERR_FORMAT (an
 * attribute that tar cannot hold), ERR_LIMIT, ERR_BUG (other than size bytes).
 */
#pragma once

#include "codec/tar.h"

struct tar_writer;

struct tar_attribute {
	struct str name, value;
};

/* Takes the next bytes of the archive; 0 or a negative code. */
typedef int tar_sink_fn(void *context, struct str bytes, struct err *err);

int tar_writer_new(tar_sink_fn *sink, void *context, struct tar_writer **ret, struct err *err);
void tar_writer_free(struct tar_writer *w);
void tar_writer_freep(struct tar_writer **w);

/* entry->capabilities and warning are not looked at. */
int tar_writer_entry(struct tar_writer *w, const struct tar_entry *e,
		     const struct tar_attribute *attributes, size_t n_attributes, struct err *err);
int tar_writer_data(struct tar_writer *w, struct str piece, struct err *err);
int tar_writer_end(struct tar_writer *w, struct err *err);
