/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of an image archive by name.
 *
 *     r = archive_index_open(fd, size, &ix, err);                a plain tar: read by offset
 *     r = archive_find(ix, STR("manifest.json"), &m, err);       follows links inside the archive
 *     r = archive_read(ix, m, &sb, err);                         small members
 *     r = archive_stream(ix, m, &stream, err);                   any thread, several at a time
 *     archive_index_close(ix);                                   after the streams
 *
 * Of an archive that streams by, archive_stream.c makes the index: archive_index_new, then
 * archive_add for each member, and archive_keep for those that can be read afterwards.
 * The last member of a name counts, as when unpacking.
 *
 * Ownership: the index owns the descriptor, on error too.
 * Errors: ERR_NOT_FOUND (no such member, named), ERR_FORMAT, ERR_LIMIT (archive_members,
 * symlink_hops, the buffer's maximum), ERR_UNSUPPORTED (a member that has passed and was not kept).
 */
#pragma once

#include "base/arena.h"
#include "base/stream.h"
#include "base/strbuf.h"
#include "codec/tar.h"

struct archive_index;

struct archive_member {
	struct str path; /* cleaned */
	struct str link; /* as stored */
	enum tar_type type;
	bool has_offset;     /* it can be read from the file */
	uint64_t offset;     /* bytes; of the data in the file */
	uint64_t size;	     /* bytes */
	uint64_t number;     /* from 1, in archive order */
	struct str kept;     /* its bytes; .p NULL: not kept */
	struct str identity; /* of a member of a packed file; else empty */
	size_t passed;	     /* as which blob of a stream it was given away, from 1; 0: not */
	const char *why;     /* it was neither kept nor given away */
};

int archive_index_open(int fd, uint64_t size, struct archive_index **ret, struct err *err);
int archive_index_new(struct archive_index **ret, struct err *err);
void archive_index_close(struct archive_index *ix);

/* *ret lives as long as the index. */
int archive_add(struct archive_index *ix, const struct tar_entry *e, struct archive_member **ret,
		struct err *err);
int archive_keep(struct archive_index *ix, struct archive_member *m, struct str bytes,
		 struct err *err);

int archive_find(const struct archive_index *ix, struct str path, const struct archive_member **ret,
		 struct err *err);
bool archive_has(const struct archive_index *ix, struct str path);
int archive_read(const struct archive_index *ix, const struct archive_member *m, struct strbuf *sb,
		 struct err *err);
int archive_stream(const struct archive_index *ix, const struct archive_member *m,
		   struct stream **ret, struct err *err);

/* For source_layer.identity; empty for a stream that is no file. */
struct str archive_identity(const struct archive_index *ix, const struct archive_member *m,
			    struct arena *a);
