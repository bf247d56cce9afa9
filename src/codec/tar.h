/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a tar archive front to back, from blocks it is given, without copying file data.
 *
 *     r = tar_open(next_block, context, &t, err);
 *     while ((r = tar_next(t, &entry, err)) > 0)            1 an entry, 0 the end
 *             while ((r = tar_data(t, &piece, &at, err)) > 0) ...   optional; unread data is
 * skipped tar_close(t);
 *
 * Formats: POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU tar (long names, sparse), v7. A name is given
 * as raw bytes. Ownership: an entry's slices live until the next tar_next; a piece until the next
 * call. Errors: ERR_FORMAT with the entry's number; those of next_block. Behind it: libarchive; no
 * other file knows.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum tar_type {
	TAR_FILE,
	TAR_DIR,
	TAR_SYMLINK,
	TAR_HARDLINK,
	TAR_CHAR,
	TAR_BLOCK,
	TAR_FIFO,
	TAR_OTHER, /* a type that no extractor creates */
};

struct tar_entry {
	struct str path; /* as stored */
	struct str link; /* target of a symlink or hard link, as stored */
	enum tar_type type;
	uint64_t size; /* bytes of data */
	uint32_t mode; /* permission bits with setuid, setgid, sticky */
	uint64_t uid, gid;
	uint32_t dev_major, dev_minor;
	struct str capabilities; /* of the attribute security.capability; empty: none */
	const char *warning;	 /* what of its headers could not be used; NULL: nothing */
	int64_t mtime;		 /* unix seconds */
	uint32_t mtime_ns;
};

struct tar;

/* Gives the next block of the archive: 1, 0 at the end, or a negative code. Valid until called
 * again. */
typedef int tar_block_fn(void *context, struct str *ret_block, struct err *err);

int tar_open(tar_block_fn *next_block, void *context, struct tar **ret, struct err *err);
/* The same over a source that can pass over n bytes: gives the bytes really passed over. */
typedef uint64_t tar_skip_fn(void *context, uint64_t n);
int tar_open_skip(tar_block_fn *next_block, tar_skip_fn *skip, void *context, struct tar **ret,
		  struct err *err);

void tar_close(struct tar *t);

int tar_next(struct tar *t, struct tar_entry *ret, struct err *err);

/* Calls fn for each extended attribute of the entry, before tar_data, until one is not 0. */
typedef int tar_attribute_fn(void *context, struct str name, struct str value);
int tar_attributes(const struct tar *t, tar_attribute_fn *fn, void *context);

/* The next piece of the entry's data and its offset in the file (holes of sparse files are
 * skipped). */
int tar_data(struct tar *t, struct str *ret_piece, uint64_t *ret_offset, struct err *err);

/* Where the entry's data begins in the archive, before tar_data; false for a file with holes. */
bool tar_data_at(const struct tar *t, uint64_t *ret);

/* Whether the bytes begin with the header of a tar entry, its checksum being right. */
#define TAR_HEADER_BYTES 512
bool tar_is_header(struct str first_bytes);
