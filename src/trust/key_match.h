/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of some keys made a signature, where the format does not name the scheme.
 *
 *     r = key_match(&wants, try_message, &message, &i, &scheme, err);
 *
 * A key is tried with the schemes that Sigstore's tools use with its type: that of
 * public_key_scheme; SHA-256 with a curve of 384 or 521 bits (cosign before 3.0); RSA-PSS with
 * SHA-256 (some key management services). None of them is of another type than the key.
 *
 * Threads: no state. Errors: ERR_DENIED (none of them); others are a failure to look.
 */
#pragma once

#include "trust/trail.h"
#include "trust/trust_wants.h"

/* Whether the signature in ctx is by the key in that scheme: 0, -ERR_DENIED, or a failure. */
typedef int key_match_fn(void *ctx, const struct public_key *key, enum signature_scheme scheme,
			 struct err *err);

int key_match(const struct trust_wants *wants, key_match_fn *holds, void *ctx, size_t *ret_key,
	      enum signature_scheme *ret_scheme, struct err *err);

/* The sentence for "none of them": "it is not by the key cosign.pub". */
int key_match_refuse(const struct trust_wants *wants, struct trail *trail, struct err *err);
