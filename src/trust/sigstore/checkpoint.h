/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: what a log says of its whole tree, as a signed note.
 *
 *     struct checkpoint c;
 *     r = checkpoint_parse(envelope, &arena, &c, err);
 *     r = checkpoint_verify(&c, log, named, err);
 *
 * Written as
 *
 *     rekor.example.com - 2605736670972794746     origin
 *     23083062                                    entries of the tree
 *     dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcI=   its root
 *     Timestamp: 1689177396617352539              more lines, which are signed too
 *
 *     — rekor.example.com wNI9ajBFAiBxaGyEtx...   a signature: name, base64 of hint and bytes
 *
 * Signatures of others (witnesses, other keys) are passed over; one that names the log's key must
 * hold.
 *
 * Ownership: slices live in the arena or the envelope. Threads: no state.
 * Errors: ERR_DENIED (malformed, or no signature of the log holds), ERR_NOMEM.
 * Format: C2SP tlog-checkpoint and signed-note; Rekor v1 signs with the first bytes of the SHA-256
 * of its key as the hint, whatever the kind of key.
 */
#pragma once

#include "base/arena.h"
#include "trust/sigstore/trusted_root.h"

#define CHECKPOINT_BYTES_MAX	  65536
#define CHECKPOINT_SIGNATURES_MAX 64

struct checkpoint_signature {
	struct str name;
	unsigned char hint[4];
	struct str bytes;
};

struct checkpoint {
	struct str text; /* what is signed */
	struct str origin;
	uint64_t size;
	struct str root;
	struct checkpoint_signature signatures[CHECKPOINT_SIGNATURES_MAX];
	size_t n_signatures;
};

int checkpoint_parse(struct str envelope, struct arena *arena, struct checkpoint *ret,
		     struct err *err);

/* named: of a log of version 2, which signs under the name of the trusted root. */
int checkpoint_verify(const struct checkpoint *c, const struct trusted_log *log, bool named,
		      struct err *err);
