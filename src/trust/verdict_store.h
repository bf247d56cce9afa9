/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts of earlier verifications, on disk and signed, so that a gate can answer at once.
 *
 *     CLEANUP(verdict_store_closep) struct verdict_store *store = NULL;
 *     r = verdict_store_open(dir, &store, err);               makes the key when there is none
 *     r = verdict_store_get(store, digest, policy, now, &arena, &verdict, err);
 *             1: it was verified, and that still holds; 0: ask again
 *     r = verdict_store_put(store, &verdict, err);
 *
 * A verdict is about one digest under one policy: `policy` is the digest of everything that decided
 * (policy, keys, roots), so another key or another rule never meets an old verdict. Only what was
 * verified is kept, never a refusal: a signature that is made later must be seen at once. A verdict
 * ends at its own time, which is at most VERDICT_SECONDS_MAX away, and counts only from the moment
 * it was made, so that a clock that was set back does not bring one from the future.
 *
 * What is broken, has another signature or another name is no verdict (0), and is removed.
 *
 * Format: DIR/key.pem, an Ed25519 key, mode 0600; DIR/<hex>, hex of SHA-256 over digest, a line end
 * and policy: one line of JSON, "plimsoll.verdict/1", and one of base64, the signature over the
 * first without its line end. Who can read the key can write verdicts: DIR has mode 0700.
 *
 * Ownership: texts of a verdict live in the arena. Threads: one; several processes may share DIR.
 * Errors: ERR_IO, ERR_DENIED (the directory or the key may be read by others), ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define VERDICT_SECONDS_MAX (30 * 86400)
#define VERDICT_BYTES_MAX   65536 /* of one file */
#define VERDICT_FILES_MAX   100000

struct kept_verdict {
	struct str digest;    /* "sha256:..", of the image */
	struct str policy;    /* "sha256:..", of all that decided */
	struct str reference; /* as it was verified: name@digest; may be empty */
	struct str signers;   /* for people; may be empty */
	int64_t made, until;  /* Unix seconds */
};

struct verdict_store;

int verdict_store_open(const char *dir, struct verdict_store **ret, struct err *err);
void verdict_store_close(struct verdict_store *s);
void verdict_store_closep(struct verdict_store **s);

int verdict_store_get(struct verdict_store *s, struct str digest, struct str policy, int64_t now,
		      struct arena *arena, struct kept_verdict *ret, struct err *err);
/* until is cut to VERDICT_SECONDS_MAX after made. */
int verdict_store_put(struct verdict_store *s, const struct kept_verdict *v, struct err *err);

/* Removes verdicts that have ended, *ret_n of them. */
int verdict_store_sweep(struct verdict_store *s, int64_t now, size_t *ret_n, struct err *err);
