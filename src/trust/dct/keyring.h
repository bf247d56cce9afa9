/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private keys of a publisher, in Docker's trust directory.
 *
 *     struct dct_keyring ring = {.dir = dir, .arena = &arena, .ask = ask, .ctx = ctx};
 *     r = dct_keyring_find(&ring, &public, &key, err);       *key NULL: it is not here
 *     r = dct_keyring_make(&ring, "targets", gun, &public, err);
 *     dct_keyring_done(&ring);
 *
 * A key is opened once; its passphrase is asked for when it is first used. A file's name is a hint:
 * a key counts only when its public half is the one that is wanted.
 *
 * Ownership: keys belong to the ring. Threads: one.
 * Errors: ERR_DENIED (wrong passphrase, or none to be had), those of the directory.
 */
#pragma once

#include "crypto/secret_key.h"
#include "trust/dct/metadata.h"
#include "trust/dct/trust_dir.h"

struct dct_keyring {
	struct trust_dir dir;
	struct arena *arena;
	/*
	 * role: "root", "targets", "snapshot", "targets/releases"; what: "passphrase of the root
	 * key ab12cd34"; is_new: one to be chosen.
	 */
	int (*ask)(void *ctx, struct str role, const char *what, bool is_new, struct secret *ret,
		   struct err *err);
	void *ctx;
	/* internal */
	struct vec open; /* struct open_key */
};

void dct_keyring_done(struct dct_keyring *ring);

int dct_keyring_find(struct dct_keyring *ring, const struct dct_key *public,
		     const struct secret_key **ret, struct err *err);

/* Whether there is a file for it; nothing is opened. */
int dct_keyring_has(struct dct_keyring *ring, const struct dct_key *public, bool *ret,
		    struct err *err);

/* A new ECDSA P-256 key, written down. gun: empty for the root, which serves many. */
int dct_keyring_make(struct dct_keyring *ring, const char *role, struct str gun,
		     struct dct_key *ret, struct err *err);

/* Keeps a key that exists, such as one of a delegation that this user signs for. */
int dct_keyring_keep(struct dct_keyring *ring, struct secret_key *key, struct str role,
		     struct dct_key *ret, struct err *err); /* takes the key over, on error too */

/* The first root key there is; *ret_found false: none. */
int dct_keyring_root(struct dct_keyring *ring, struct dct_key *ret, bool *ret_found,
		     struct err *err);

/* How metadata writes a key that is not a certificate. */
int dct_key_of(const struct public_key *key, struct arena *a, struct dct_key *ret, struct err *err);
/* A certificate as a key: PEM, leaf first. */
int dct_key_of_pem(struct str pem, struct arena *a, struct dct_key *ret, struct err *err);
/* The key itself of a key that may be a certificate: its id names the private key's file. */
int dct_key_plain(const struct dct_key *key, struct arena *a, struct dct_key *ret, struct err *err);

/* A root key's certificate for the collection, ten years from now. */
int dct_keyring_certify(struct dct_keyring *ring, const struct dct_key *plain, struct str gun,
			int64_t now, struct dct_key *ret, struct err *err);
