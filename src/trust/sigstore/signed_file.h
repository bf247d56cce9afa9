/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature is about: a file that is here, or one that is known by its digests.
 *
 *     struct signed_file a = {.bytes = file, .has_bytes = true};        or
 * signed_file_of_digest(&d) r = signed_file_verify(&a, key, SIGNATURE_NONE, signature, &scheme,
 * err);
 *
 * Digests that are not known are computed from the bytes and kept; without bytes they cannot be
 * told (ERR_NOT_FOUND). Ed25519 signs a message and not its digest: it needs the bytes.
 *
 * Ownership: borrows the bytes. Threads: one artifact, one thread.
 * Errors: ERR_DENIED (the signature does not hold), ERR_NOT_FOUND, ERR_NOMEM.
 */
#pragma once

#include "crypto/public_key.h"

struct signed_file {
	struct str bytes;
	bool has_bytes;
	bool has[3]; /* by enum digest_algorithm */
	struct digest_value digests[3];
};

struct signed_file signed_file_of_digest(const struct digest_value *digest);

int signed_file_digest(struct signed_file *a, enum digest_algorithm algorithm,
		       struct digest_value *ret, struct err *err);

/*
 * scheme: the one that is stated with the signature, or SIGNATURE_NONE: one of those that
 * Sigstore's tools use with such a key (ECDSA with the digest of the curve, or SHA-256; RSA by PKCS
 * #1 or PSS with SHA-256). *ret_scheme is the one that held.
 */
int signed_file_verify(struct signed_file *a, const struct public_key *key,
		       enum signature_scheme scheme, struct str signature,
		       enum signature_scheme *ret_scheme, struct err *err);
