/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an entry is in a log: inclusion proofs of Merkle trees.
 *
 *     r = merkle_leaf(body, &leaf, err);
 *     r = merkle_verify(&(struct merkle_proof){...}, &leaf, err);
 *
 * Ownership: none. Threads: no state. Errors: ERR_DENIED (the proof does not hold), ERR_NOMEM.
 * Format: RFC 6962 section 2.1 with SHA-256 (the algorithm of RFC 9162 section 2.1.3.2).
 */
#pragma once

#include "crypto/digest.h"

#define MERKLE_HASH_BYTES 32
#define MERKLE_HASHES_MAX 64 /* a tree of 2^64 leaves is no deeper */

struct merkle_proof {
	uint64_t index, size;	  /* of the entry; of the tree */
	const struct str *hashes; /* from the leaf up, 32 bytes each */
	size_t n_hashes;
	struct str root; /* 32 bytes */
};

int merkle_leaf(struct str entry, struct digest_value *ret, struct err *err);
int merkle_verify(const struct merkle_proof *proof, const struct digest_value *leaf,
		  struct err *err);
