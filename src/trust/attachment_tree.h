/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image, its platforms, and everything that is attached to any of them, as a tree.
 *
 *     CLEANUP(attachment_tree_done) struct attachment_tree t = {0};
 *     r = attachment_tree_read(store, digest, &t, err);
 *     t.root.children[i] ...
 *
 * An index has its manifests as children, then what is attached to it; a manifest has what is
 * attached to it, and so on. What is met a second time has no children there (is_repeated). What
 * cannot be used is a node too, and `problem` says why.
 *
 * Nothing is verified but digests: all of it is what those who may write there say.
 *
 * Ownership: all in it lives in its arena. Threads: as the store.
 * Errors: those of attachment_find; ERR_LIMIT (tree_nodes, attachment_depth).
 */
#pragma once

#include "trust/attachment.h"

enum tree_kind {
	TREE_INDEX,
	TREE_MANIFEST,	 /* of an image, or of whatever the target is */
	TREE_ATTACHMENT, /* of attachment_kind */
};

struct tree_node {
	enum tree_kind kind;
	enum attachment_kind attachment; /* of an attachment, and of a manifest that is one */
	enum attachment_place place;	 /* of an attachment */
	struct str tag;			 /* at which it was found; empty: none */
	struct str digest;
	struct str artifact_type;   /* empty: it is an image */
	struct str platform;	    /* "linux/arm64/v8"; empty: not said */
	struct str created;	    /* as its annotation says; empty: not said */
	struct str about;	    /* digest that a build's attestation is about; empty: none */
	struct str_list predicates; /* types of what is attested, each once */
	size_t n_parts;		    /* layers; signatures of a cosign signature */
	uint64_t size_bytes;	    /* of config and layers */
	struct str problem;	    /* why it cannot be used; empty: nothing is wrong */
	bool is_repeated;
	struct tree_node *children;
	size_t n_children;
};

struct attachment_tree {
	struct arena arena;
	struct tree_node root;
	size_t n_nodes, n_problems;
};

int attachment_tree_read(struct artifact_store *s, struct str digest, struct attachment_tree *ret,
			 struct err *err);
void attachment_tree_done(struct attachment_tree *t);

/*
 * The predicate type that a DSSE envelope, a Sigstore bundle or an in-toto statement holds;
 * STR_NULL when it is none of them. Lives in the arena.
 */
struct str attestation_predicate(struct str bytes, struct arena *a);
