/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sigstore's trusted_root.json: the CAs, logs and time-stamp authorities that are believed, each
 * for its time.
 *
 *     CLEANUP(trusted_root_freep) struct trusted_root *root = NULL;
 *     r = trusted_root_parse(bytes, &root, err);           once, for thousands of bundles
 *
 * A log or CA whose key is of a kind that is not known here cannot be believed, and is left out
 * (n_skipped); anything else that is wrong refuses the whole. A log must say since when it counts.
 * How the file is kept up to date is a matter of TUF, not of this.
 *
 * Ownership: the root owns all of it. Threads: read-only sharing is fine.
 * Errors: ERR_FORMAT with what and where, ERR_LIMIT, ERR_NOMEM.
 * Format: TrustedRoot of sigstore/protobuf-specs (protos/sigstore_trustroot.proto), media types
 * v0.1 (both spellings) and v0.2.
 */
#pragma once

#include "crypto/certificate.h"
#include "crypto/timestamp.h"

#define TRUSTED_ROOT_BYTES_MAX	 4194304
#define TRUSTED_ROOT_MEMBERS_MAX 256 /* of each kind */

struct trusted_log {
	const struct public_key *key;
	enum signature_scheme scheme;
	struct str id;	       /* as entries name it: mostly SHA-256 of the key in DER */
	struct str base_url;   /* may be empty */
	struct str name;       /* host of the address: how a log of version 2 signs */
	unsigned char hint[4]; /* of a checkpoint of Rekor v1: the first of the key's SHA-256 */
	unsigned char named_hint[4]; /* of a signed note: by name and key */
	int64_t from, until;	     /* Unix seconds, both inclusive */
};

struct trusted_ca {
	struct certificate_list chain; /* the last one is the anchor */
	struct str uri;
	int64_t from, until;
	struct timestamp_trust *timestamps; /* of a time-stamp authority */
};

struct trusted_root {
	struct trusted_log *logs;
	struct certificate_log *ct_logs;
	struct trusted_ca *cas, *tsas;
	size_t n_logs, n_ct_logs, n_cas, n_tsas;
	size_t n_skipped;
	struct arena *arena;	  /* holds the above */
	struct public_key **keys; /* of the logs */
	size_t n_keys;
};

int trusted_root_parse(struct str bytes, struct trusted_root **ret, struct err *err);
void trusted_root_free(struct trusted_root *root);
void trusted_root_freep(struct trusted_root **root);

/* What "keyDetails" says of a key: its kind, and how it signs. */
struct key_details {
	const char *name;
	enum signature_scheme scheme;
	enum key_type type;
	unsigned bits; /* of RSA; 0: any */
};
const struct key_details *key_details_find(struct str name); /* NULL: not known here */
bool key_details_fit(const struct key_details *details, const struct public_key *key);
