/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metadata of one collection as its publisher edits it: root, targets and delegations,
 * snapshot.
 *
 *     r = dct_root_read(json_get(doc, "signed"), &arena, &root, err);
 *     ... edit; dct_key_add, dct_targets_put ...
 *     r = dct_root_write(&root, expires, &body, err);         the value of "signed"
 *     r = dct_sign(body, signers, n, &file, err);             sign.h
 *
 * What is read here was verified before (lookup.h) or was written by this user; reading it again
 * checks its shape only. Unknown members of "signed" do not survive an edit, as with Docker's own
 * client; "custom" of a target does.
 *
 *     root       {"_type":"Root","consistent_snapshot":false,"expires":..,"version":1,
 *                 "keys":{ID:{"keytype":"ecdsa","keyval":{"private":null,"public":BASE64}}},
 *                 "roles":{"targets":{"keyids":[ID],"threshold":1}, ..}}
 *     targets    {"_type":"Targets","delegations":{"keys":{..},"roles":[{"keyids":[..],"name":..,
 *                 "paths":[""],"threshold":1}]},"expires":..,"version":1,
 *                 "targets":{"1.0":{"hashes":{"sha256":BASE64},"length":528,"custom":..}}}
 *     snapshot   {"_type":"Snapshot","expires":..,"version":1,
 *                 "meta":{"root":{"hashes":{"sha256":..,"sha512":..},"length":2000}, ..}}
 *
 * Ownership: texts and lists in the arena; the vecs belong to the struct (_done). Threads: one.
 * Errors: ERR_FORMAT, ERR_LIMIT (trust_targets, trust_roles), ERR_NOMEM.
 * Format: Notary v1, tuf/data/types.go of github.com/notaryproject/notary.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "crypto/digest.h"

/* A public key as metadata writes it. */
struct dct_key {
	struct str id;	   /* hex SHA-256 of its canonical JSON, computed, not read */
	struct str type;   /* "ecdsa", "ecdsa-x509", "rsa", "rsa-x509", "ed25519" */
	struct str public; /* base64: DER; a PEM certificate; 32 bytes */
};

/* Fills id from type and public. */
int dct_key_name(struct dct_key *key, struct arena *a, struct err *err);
/* {"keytype":..,"keyval":{..}}, as the server gives its keys. */
int dct_key_read(const struct json *value, struct arena *a, struct dct_key *ret, struct err *err);
void dct_key_write(const struct dct_key *key, struct json_writer *w);

struct dct_role {
	struct str name;
	struct str_list key_ids;
	struct str_list paths; /* of a delegation: prefixes of the targets it may hold */
	int64_t threshold;
};

struct dct_root {
	int64_t version;
	bool consistent;
	struct vec keys;	  /* struct dct_key */
	struct dct_role roles[4]; /* root, targets, snapshot, timestamp */
	struct dct_role before; /* the root role as it was read: its keys must sign what follows */
	bool changed;
};

enum { DCT_ROOT, DCT_TARGETS, DCT_SNAPSHOT, DCT_TIMESTAMP };

struct dct_hash {
	struct str algorithm; /* "sha256" */
	struct str value;     /* base64 */
};

#define DCT_HASHES_MAX 4

struct dct_target {
	struct str name; /* the tag */
	int64_t length;	 /* bytes of the manifest */
	struct dct_hash hashes[DCT_HASHES_MAX];
	size_t n_hashes;
	struct str custom; /* JSON; empty: none */
};

/* {"hashes":{..},"length":..} */
int dct_target_read(const struct json *value, struct str name, struct arena *a,
		    struct dct_target *ret, struct err *err);
void dct_target_write(const struct dct_target *target, struct json_writer *w);

struct dct_targets {
	struct str role;
	int64_t version;	/* 0: never signed yet */
	struct vec targets;	/* struct dct_target */
	struct vec keys;	/* struct dct_key, of the delegations */
	struct vec delegations; /* struct dct_role */
	bool changed;
};

struct dct_snapshot {
	int64_t version;
	struct vec meta; /* struct dct_target: name is the role */
};

void dct_root_done(struct dct_root *root);
void dct_targets_done(struct dct_targets *targets);
void dct_snapshot_done(struct dct_snapshot *snapshot);

/* Empty, to be filled; version 0. */
void dct_root_init(struct dct_root *root);
void dct_targets_init(struct dct_targets *targets, struct str role);
void dct_snapshot_init(struct dct_snapshot *snapshot);

int dct_root_read(const struct json *body, struct arena *a, struct dct_root *ret, struct err *err);
int dct_targets_read(const struct json *body, struct str role, struct arena *a,
		     struct dct_targets *ret, struct err *err);
int dct_snapshot_read(const struct json *body, struct arena *a, struct dct_snapshot *ret,
		      struct err *err);

/* JSON of "signed"; canonical, unless a name holds control bytes. expires: Unix seconds. */
int dct_root_write(const struct dct_root *root, int64_t expires, struct strbuf *ret,
		   struct err *err);
int dct_targets_write(const struct dct_targets *targets, int64_t expires, struct strbuf *ret,
		      struct err *err);
int dct_snapshot_write(const struct dct_snapshot *snapshot, int64_t expires, struct strbuf *ret,
		       struct err *err);

/* Adds the key if it is not there. */
int dct_key_add(struct vec *keys, const struct dct_key *key, struct err *err);
const struct dct_key *dct_key_find(const struct vec *keys, struct str id);

/* Adds or replaces. */
int dct_targets_put(struct dct_targets *t, const struct dct_target *target, struct err *err);
bool dct_targets_drop(struct dct_targets *t, struct str name); /* false: was not there */
struct dct_target *dct_targets_find(const struct dct_targets *t, struct str name);
struct dct_role *dct_targets_delegation(const struct dct_targets *t, struct str role);
/* Removes keys that no delegation names any more. */
void dct_targets_sweep_keys(struct dct_targets *t);

/* What the snapshot says of a role: length and hashes of the file's bytes. */
int dct_snapshot_put(struct dct_snapshot *s, struct str role, struct str file, struct arena *a,
		     struct err *err);
void dct_snapshot_drop(struct dct_snapshot *s, struct str role);

/* A list with the text behind it, or without it; the list itself when nothing changes. */
int dct_list_add(struct str_list *list, struct str text, struct arena *a, struct err *err);
int dct_list_drop(struct str_list *list, struct str text, struct arena *a, struct err *err);
bool dct_list_has(const struct str_list *list, struct str text);

/* Adds the digest to the hashes of a target. */
int dct_target_set_digest(struct dct_target *target, const struct digest_value *digest,
			  struct arena *a, struct err *err);

/* The target's digest "sha256:.." (or sha512, when that is all). ERR_FORMAT: none, or no digest. */
int dct_target_digest(const struct dct_target *target, char ret[DIGEST_TEXT_MAX], struct err *err);
