/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of an image archive by name: a tar that may be packed with gzip, zstd or xz.
 *
 *     r = archive_index_open(path, &ix, err);
 *     r = archive_find(ix, STR("manifest.json"), &m, err);       follows links inside the archive
 *     r = archive_read(ix, m, &sb, err);                         small members
 *     r = archive_stream(ix, m, &stream, err);                   any thread, several at a time
 *     archive_index_close(ix);                                   after the streams
 *
 * A plain archive is read by offset. A packed one is read again from its start for each stream;
 * its small JSON members are kept. The last member of a name counts, as when unpacking.
 * Errors: ERR_NOT_FOUND (no such member, named), ERR_FORMAT, ERR_LIMIT (archive_members,
 * symlink_hops, the buffer's maximum).
 */
#pragma once

#include "base/arena.h"
#include "base/stream.h"
#include "base/strbuf.h"

struct archive_index;
struct archive_member;

int archive_index_open(const char *path, struct archive_index **ret, struct err *err);
void archive_index_close(struct archive_index *ix);

int archive_find(const struct archive_index *ix, struct str path, const struct archive_member **ret,
		 struct err *err);
struct str archive_member_path(const struct archive_member *m); /* cleaned */
uint64_t archive_member_size(const struct archive_member *m);	/* bytes */
int archive_read(const struct archive_index *ix, const struct archive_member *m, struct strbuf *sb,
		 struct err *err);
int archive_stream(const struct archive_index *ix, const struct archive_member *m,
		   struct stream **ret, struct err *err);

/* For source_layer.identity. */
struct str archive_identity(const struct archive_index *ix, const struct archive_member *m,
			    struct arena *a);
