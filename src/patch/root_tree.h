/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of root.h: the tree in memory, which root_apply.c, root_refresh.c and root_write.c share.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "patch/root.h"

#define ROOT_HASH_BYTES 32

/* What stat says of the file on disk: whether somebody touched it since. */
struct root_disk {
	uint64_t ino, uid, gid;
	uint32_t mode;
	int64_t changed; /* unix seconds, of its inode */
	uint32_t changed_ns;
};

struct root_node {
	struct str path; /* cleaned, without symlinks in front of its last name */
	struct root_node *parent, *child, *next;
	struct tar_entry entry;		  /* path and link as ours; hard links are files */
	struct tar_attribute *attributes; /* sorted by name */
	size_t n_attributes;
	unsigned char hash[ROOT_HASH_BYTES]; /* SHA-256 of a file's bytes */
	struct root_disk disk;
	size_t layer;	     /* that wrote it last, from 1; 0: only implied so far */
	size_t opaque_layer; /* that hid what lower ones have in it; 0: none */
	bool is_there;	     /* false: removed; the node stays, as what it was */
	bool was_there;	     /* when the root was sealed */
	bool is_changed;     /* since then */
	bool is_on_disk;     /* false: a device node */
	bool is_seen;	     /* by the walk under way */
	bool is_listed;	     /* in the layer that is being written */
};

struct root {
	int dir_fd;
	struct arena arena;
	struct map nodes; /* by path */
	struct root_node *top;
	size_t layer; /* under way, from 1 */
	bool is_sealed;
	uint64_t bytes; /* written by layers */
	size_t n_nodes;
	struct root_node *near; /* whose folder near_fd is; NULL: none */
	int near_fd;
	const char *const *ignored;
	struct root_node *lent; /* by root_lend; NULL: none */
};

/* The node of a cleaned path; NULL. It may be one that is not there. */
struct root_node *root_node_find(const struct root *root, struct str path);
/* The same, made when it is not known; not there yet. NULL: *err says why. */
struct root_node *root_node_make(struct root *root, struct str path, struct err *err);

/*
 * Follows a path to its node, `make` also to one that is not there: parents that are missing are
 * made. follow: a symlink at its end too. Errors: ERR_NOT_FOUND, ERR_FORMAT (a loop).
 */
int root_walk(struct root *root, struct str path, bool follow, bool make, struct root_node **ret,
	      struct err *err);

/* The folder of a node's parent, open; owned by the root, valid until the next call. */
int root_folder(struct root *root, const struct root_node *node, struct err *err);
/* Its name in there, NUL-terminated. */
static inline const char *root_name(const struct root_node *node)
{
	size_t slash = str_rfind_char(node->path, '/');

	return node->path.p + (slash < node->path.n ? slash + 1 : 0);
}

/* Takes the node and all below away, on disk too. */
int root_drop(struct root *root, struct root_node *node, struct err *err);

/* A directory that no entry describes: 0755, root's. */
int root_make_folder(struct root *root, struct root_node *node, struct err *err);

int root_read_disk(struct root *root, struct root_node *node, struct err *err);

static inline void root_touch(const struct root *root, struct root_node *node)
{
	node->is_changed = node->is_changed || root->is_sealed;
}
