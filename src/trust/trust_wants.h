/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom to believe about an image, and what must have been said: the answer that the caller asks of
 * image_signatures_verify.
 *
 * Ownership: everything is the caller's, and only read. Threads: read-only sharing is fine.
 */
#pragma once

#include "crypto/public_key.h"

struct artifact_annotation;
struct identity_wanted;
struct trusted_root;

/* What cosign lets pass and Plimsoll does not, unless told so: docs/design/trust-strictness.md. */
enum trust_accept {
	/* Any critical.type in the payload of a signature. */
	TRUST_ACCEPT_PAYLOAD_TYPE = 1 << 0,
};

struct trust_key {
	const struct public_key *key;
	struct str name; /* for people: a file name */
};

struct trust_wants {
	const struct trust_key *keys;
	size_t n_keys;
	/*
	 * Signers with a certificate (trust/sigstore/identity.h): one of these, or any_identity and
	 * the caller judges the claims. They need a root.
	 */
	const struct identity_wanted *identities;
	size_t n_identities;
	bool any_identity;
	/* With a root, signatures by a key must be in its log too, unless no_log. */
	const struct trusted_root *root;
	bool no_log, no_sct; /* as in trust/sigstore/bundle_verify.h */
	/* Each must stand in the signature, with this value. */
	const struct artifact_annotation *annotations;
	size_t n_annotations;
	/*
	 * Predicate types of attestations, as URIs or as the short names of trust/predicate.h; any
	 * of them is enough. None: signatures are wanted, and attestations do not count as such.
	 */
	struct str_list types;
	struct str reference; /* that the signer must have named (docker-reference); empty: any */
	unsigned accept;      /* TRUST_ACCEPT_* added up */
};
