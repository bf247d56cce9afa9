/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root file system of an image, made on disk out of its layers, and what changed in it since.
 *
 *     r = root_new(dir_fd, &root, err);                 an empty folder
 *     r = root_apply(root, tar, err);                   each layer, bottom-up
 *     r = root_seal(root, err);                         from here on, what changes is a new layer
 *     r = root_apply(...) or root_remove(...)           layers that are merged
 *     r = root_refresh(root, err);                      or: others wrote into the folder
 *     r = root_write(root, &options, sink, context, &stats, err);
 *
 * Semantics: OCI image-spec v1.1 layer.md, as in image/tree.h: whiteouts and opaque directories act
 * on lower layers only; a path through a symlink goes where that leads inside the root.
 *
 * The tree is kept in memory beside the disk: owner, mode, time, extended attributes and device
 * numbers are those of the archives even where this process may not give them to a file. Paths are
 * resolved in that tree, symlinks included; the disk is then asked with openat2 and
 * RESOLVE_NO_SYMLINKS, so that no entry can lead out of the folder. Device nodes are never made.
 *
 * Ownership: the root owns its memory, not the descriptor nor the files. Threads: one at a time.
 * Errors: ERR_IO with path and reason (a full disk), ERR_FORMAT, ERR_LIMIT (patch_entries,
 * patch_root_bytes, patch_tree_bytes, path_bytes, path_depth, symlink_hops).
 */
#pragma once

#include "base/strbuf.h"
#include "base/stream.h"
#include "codec/tar_writer.h"

struct root;

int root_new(int dir_fd, struct root **ret, struct err *err);
void root_free(struct root *root);
void root_freep(struct root **root);

/* Owns the stream, on error too. */
int root_apply(struct root *root, struct stream *tar, struct err *err);

/*
 * The same of a package: directories that are there stay as they are, so do files whose cleaned
 * path is in `kept`. Each path is appended to `paths` (may be NULL) as dpkg lists it:
 * "/usr/bin/x\n".
 */
int root_unpack(struct root *root, struct stream *tar, struct str_list kept, struct strbuf *paths,
		struct err *err);
/* Whether what stands there was written by the last root_apply or root_unpack. */
bool root_is_fresh(struct root *root, struct str path);

int root_seal(struct root *root, struct err *err);

/* Takes a path and all below away, as rm -r does. ERR_NOT_FOUND. */
int root_remove(struct root *root, struct str path, struct err *err);

/*
 * Reads the folder again. What stands at one of the patterns (path_match; NULL-ended) is taken to
 * be as it was, and is none of the changes when it is new.
 */
int root_refresh(struct root *root, const char *const *ignored, struct err *err);

/* What is there, for those who look inside. */
bool root_has(const struct root *root, struct str path);
/* The path without symlinks, of what is there; false when nothing is. */
bool root_resolve(struct root *root, struct str path, struct strbuf *ret);
/* The names in a directory, sorted; fn may stop it with a value other than 0. */
typedef int root_name_fn(void *context, struct str name);
int root_list(struct root *root, struct str path, root_name_fn *fn, void *context);
/* Opens a regular file for reading, symlinks inside the root followed. */
int root_open(struct root *root, struct str path, struct err *err);

/* Puts a regular file at the path (missing directories too), in place of one that is there. */
int root_put(struct root *root, struct str path, struct str bytes, struct err *err);

/* A file that programs need for a time: root_refresh takes it away before it looks. */
int root_lend(struct root *root, struct str path, struct str bytes, uint32_t mode, struct err *err);

struct root_write_options {
	bool has_latest; /* times behind `latest` are written as it */
	int64_t latest;	 /* unix seconds */
};

struct root_stats {
	uint64_t n_entries, n_whiteouts, file_bytes;
};

/*
 * The layer of all that changed since the seal: sorted, parents first, hard links kept among the
 * files of the layer.
 */
int root_write(struct root *root, const struct root_write_options *o, tar_sink_fn *sink,
	       void *context, struct root_stats *ret, struct err *err);
