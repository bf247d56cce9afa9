/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mirror: a directory with feeds as upstream serves them, unpacked file by file.
 *
 *     struct mirror m;
 *     r = mirror_open(&m, "feeds", err);                 lists it
 *     for each i below m.n_files, in any thread:
 *             r = mirror_read(&m, i, &visitor, err);
 *     mirror_done(&m);
 *
 * mirror_read offers a file, or each member when it is an archive (zip, tar; by its name), to
 * visitor.wants by its path without packing suffix, and hands those that are wanted to
 * visitor.read as unpacked streams. An archive in an archive is not opened.
 *
 * Symbolic links to files are followed, those to directories are not; other kinds of files are
 * passed over. Names that start with a dot are passed over.
 * While it is open no `db update` downloads into it, and one that downloads refuses the opening
 * (ERR_DENIED); a mirror that cannot be locked (read-only, none of ours) is read as it is.
 * Errors: of a member, as of visitor.read, it goes to visitor.problem and the next is read. No
 * memory (ERR_NOMEM), and what is of a whole file (cannot be opened, its packing or archive is
 * broken, a member of a zip that is not what was packed), is what mirror_read returns; members
 * before the broken place, of a zip also those behind it, have been read then.
 * Limits: feed_files, feed_members (of all archives together), path_depth, what decompress.h has,
 * and inflate_ratio of an archive.
 */
#pragma once

#include <stdatomic.h>

#include "base/arena.h"
#include "base/vec.h"
#include "vuln/feed.h"

struct mirror_file {
	struct str path; /* relative to the mirror */
	uint64_t size;	 /* bytes, as stored */
};

struct mirror {
	int fd;
	int lock_fd; /* held shared while it is read, so that no update changes it; -1: none */
	struct arena arena;
	struct vec files; /* struct mirror_file, sorted by path */
	uint64_t bytes;	  /* of all */
	atomic_ullong n_members;
	atomic_ullong *progress; /* bytes read so far; NULL: nobody looks */
};

struct mirror_visitor {
	void *ctx;
	bool (*wants)(void *ctx, struct str path);
	int (*read)(void *ctx, const struct feed_file *file, struct err *err);
	void (*problem)(void *ctx, struct str path, const struct err *why);
	void (*unused)(void *ctx, struct str path); /* what nobody wants */
};

int mirror_open(struct mirror *m, const char *dir, struct err *err);
void mirror_done(struct mirror *m);

const struct mirror_file *mirror_file(const struct mirror *m, size_t i);
int mirror_read(struct mirror *m, size_t i, const struct mirror_visitor *visitor, struct err *err);

/* "x.json.xz" -> "x.json", "x.tgz" -> "x.tar"; how paths are offered. */
struct str mirror_plain_path(struct str path, struct arena *arena);
