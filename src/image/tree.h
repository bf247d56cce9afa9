/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one layer says about the file tree: a compact trie of its entries.
 *
 * Build, in archive order:                      Read, after tree_freeze:
 *     struct tree_builder *b;                       tree_child(t, TREE_ROOT, name)
 *     tree_builder_new(&b, err);                    tree_first(t, dir) .. tree_n_children(t, dir)
 *     tree_add(b, &entry, &node, err);              tree_path(t, node, &sb)
 *     tree_freeze(b, &sb, err);                     tree_read(&cursor, &t, err)
 *
 * Semantics: OCI image-spec v1.1 layer.md. A later entry of the same path replaces the earlier one;
 * a directory keeps its children only when it replaces a directory. `.wh.NAME` marks NAME as
 * deleted below, `.wh..wh..opq` makes its directory hide all that lies below; both act on lower
 * layers only, wherever they stand in this one. Parents that have no entry of their own are
 * implied. A path that runs through a symlink of the same layer goes where the symlink points.
 *
 * The frozen form is one run of bytes, read in place: what the cache stores is what memory holds.
 * Ownership: a struct tree borrows those bytes. Threads: read-only sharing is fine.
 * Limits: layer_entries, path_bytes, path_depth, symlink_hops, link_bytes, link_work_bytes. Memory:
 * 40 bytes and the name a node.
 */
#pragma once

#include "base/cursor.h"
#include "base/strbuf.h"

#define TREE_ROOT 0u
#define TREE_NONE UINT32_MAX

enum node_type {
	NODE_DIR,
	NODE_FILE,
	NODE_SYMLINK,
	NODE_HARDLINK, /* to another path of the image; see tree_link */
	NODE_DEVICE,   /* character or block */
	NODE_FIFO,
	NODE_WHITEOUT, /* nothing here, and nothing below shows */
};

enum node_flags {
	NODE_IMPLIED = 1 << 0, /* a parent without an entry of its own */
	NODE_OPAQUE = 1 << 1,  /* hides what lower layers have at this path */
	NODE_DEAD = 1 << 2,    /* replaced by a later entry; not reachable from the root */
};

struct tree_entry {
	struct str path; /* as stored in the archive, whiteout prefix included */
	struct str link; /* target of a symlink or hard link */
	enum node_type type;
	uint64_t size; /* bytes */
	uint32_t mode; /* permission bits */
	uint64_t uid, gid;
	struct str capabilities; /* attribute security.capability; not kept in the tree */
};

struct tree_node {
	uint32_t parent;
	uint32_t name;	 /* offset of the name in the text */
	uint32_t link;	 /* offset of the target, 0: none */
	uint16_t name_n; /* bytes */
	uint16_t link_n; /* bytes */
	uint16_t mode;
	uint8_t type;	/* enum node_type */
	uint8_t flags;	/* enum node_flags */
	uint32_t first; /* frozen: index of the first child in `order` */
	uint32_t n;	/* frozen: number of children */
	uint64_t size;	/* bytes */
};

struct tree {
	const struct tree_node *nodes;
	const uint32_t
		*order; /* node numbers, each directory's children together, sorted by name */
	const char *text;
	uint32_t n_nodes, n_order;
	size_t text_n;
};

struct tree_stats {
	uint64_t n_entries; /* archive entries, whiteouts included */
	uint64_t n_whiteouts;
	uint64_t n_files;    /* regular ones, replaced ones included */
	uint64_t file_bytes; /* of them */
};

struct tree_builder;

int tree_builder_new(struct tree_builder **ret, struct err *err);
void tree_builder_free(struct tree_builder *b);
void tree_builder_freep(struct tree_builder **b);

/*
 * Adds one entry. *ret_node is its node, or TREE_NONE for whiteouts, the root and aufs bookkeeping.
 * Errors: ERR_FORMAT (NUL or unusable name, symlink loop), ERR_LIMIT; the entry is then left out
 * and the builder stays usable. *ret_escaped: `..` ran past the root and was held there.
 */
int tree_add(struct tree_builder *b, const struct tree_entry *e, uint32_t *ret_node,
	     bool *ret_escaped, struct err *err);

/* The tree as built so far, for path and liveness questions; tree_child does not work on it. */
void tree_builder_view(const struct tree_builder *b, struct tree *ret);
const struct tree_stats *tree_builder_stats(const struct tree_builder *b);

/* Follows path (cleaned) within this layer, through its symlinks and hard links, to a node. */
uint32_t tree_builder_find(struct tree_builder *b, struct str path);

/* Whether the node can be reached from the root. */
bool tree_is_alive(const struct tree *t, uint32_t node);

/* Sorts and appends the frozen form to sb, 8-aligned if sb's length is. */
int tree_freeze(struct tree_builder *b, struct strbuf *sb, struct err *err);

/* Reads a frozen tree in place and checks every offset, so that later reads cannot stray. */
int tree_read(struct cursor *c, struct tree *ret, struct err *err);

static inline const struct tree_node *tree_node(const struct tree *t, uint32_t node)
{
	return &t->nodes[node];
}

static inline struct str tree_name(const struct tree *t, uint32_t node)
{
	return str_make(t->text + t->nodes[node].name, t->nodes[node].name_n);
}

static inline struct str tree_link(const struct tree *t, uint32_t node)
{
	return str_make(t->text + t->nodes[node].link, t->nodes[node].link_n);
}

/* The child of that name, or TREE_NONE. */
uint32_t tree_child(const struct tree *t, uint32_t dir, struct str name);

/* Appends the node's path, cleaned; the root gives nothing. */
void tree_path(const struct tree *t, uint32_t node, struct strbuf *sb);
