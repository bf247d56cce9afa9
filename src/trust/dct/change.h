/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One change of a collection that waits to be published, as Docker's clients write it down too.
 *
 *     struct dct_change change = {.action = DCT_CREATE, .type = DCT_CHANGE_TARGET,
 *                                 .role = STR("targets"), .path = STR("1.0"), .target = ..};
 *     r = dct_change_write(&change, &bytes, err);      trust_dir_put_change
 *     r = dct_change_read(bytes, &arena, &change, err);
 *
 *     {"action":"create","role":"targets","type":"target","path":"1.0","data":BASE64}
 *     data of a target      {"length":161,"hashes":{"sha256":BASE64}}
 *          of a delegation  {"threshold":1,"add_keys":[KEY],"add_paths":[""],"remove_keys":[ID],
 *                            "remove_paths":[..],"clear_paths":true}
 *          of a base role   {"role":"targets","keys":[KEY]}: these replace those it has
 *
 * Ownership: everything in the arena. Errors: ERR_FORMAT, ERR_LIMIT, ERR_NOMEM.
 * Format: Notary v1, client/changelist/change.go of github.com/notaryproject/notary.
 */
#pragma once

#include "trust/dct/metadata.h"

enum dct_action { DCT_CREATE, DCT_UPDATE, DCT_DELETE };

enum dct_change_type {
	DCT_CHANGE_TARGET,     /* a tag */
	DCT_CHANGE_DELEGATION, /* who may sign in this user's stead */
	DCT_CHANGE_ROLE,       /* the keys of root, targets, snapshot, timestamp */
	DCT_CHANGE_WITNESS,    /* sign again as it is */
};

struct dct_key_list {
	const struct dct_key *p;
	size_t n;
};

struct dct_change {
	enum dct_action action;
	enum dct_change_type type;
	struct str role; /* that is changed */
	struct str path; /* of a target: its name; of a base role: which */
	struct dct_target target;
	int64_t threshold;	     /* of a new delegation */
	struct dct_key_list keys;    /* to add; of a base role: all it has */
	struct str_list remove_keys; /* by the id of the public key itself, not of a certificate */
	struct str_list add_paths, remove_paths;
	bool clear_paths;
};

int dct_change_read(struct str bytes, struct arena *a, struct dct_change *ret, struct err *err);
int dct_change_write(const struct dct_change *change, struct strbuf *ret, struct err *err);

/* "add 1.0 to targets (sha256:ab..)", for people. */
struct str dct_change_text(const struct dct_change *change, struct arena *a);
