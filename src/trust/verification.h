/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came of verifying one target: all signatures that were looked at, and the one answer.
 *
 *     struct verification v;
 *     verification_init(&v, &arena, target, now);
 *     v.digest = ...;                                     resolved once; what all is about
 *     struct verification_signature *s = verification_add(&v, CLAIM_COSIGN, where);
 *     r = cosign_verify(..., s->trail, &s->claim, err);
 *     s->holds = r == 0;
 *     ...
 *     return verification_accept(&v, err);                or trail_refuse(&v.trail, ...)
 *
 * The answer is "refused" from the start. Only verification_accept changes it (and
 * verification_allow, for what needs no signature), and only when
 * nothing failed in v.trail, there is a digest, and a signature of that digest holds that the
 * caller marked as enough (`counts`). A signature that does not hold is no reason to refuse when
 * another one is enough.
 *
 * Ownership: all in the arena. Threads: one.
 * Errors: -ERR_DENIED: not verified; any other code: it could not be told.
 */
#pragma once

#include "base/vec.h"
#include "trust/claim.h"
#include "trust/trail.h"

struct verification_signature {
	enum claim_format format;
	struct str where; /* "sha256-ab..sig, layer 1": for people */
	bool holds;
	bool counts;	      /* the caller asked for this signer */
	struct str counts_as; /* "the key cosign.pub"; empty: nothing to add */
	struct claim claim;   /* if it holds */
	struct trail *trail;
};

struct verification {
	struct arena *arena;
	struct str target;     /* as it was given */
	struct str reference;  /* "registry.example.com/app@sha256:..": what may be run; or empty */
	struct str digest;     /* "sha256:..", of what was verified */
	struct vec signatures; /* struct verification_signature *, in the order found */
	struct trail trail;    /* of the whole: why it is refused */
	struct vec warnings;   /* struct str: "the root expires in 12 days" */
	int64_t now;	       /* Unix seconds all checks took as the present */
	bool verified;	       /* only verification_accept sets it */
};

void verification_init(struct verification *v, struct arena *arena, struct str target, int64_t now);
void verification_done(struct verification *v);

/* NULL: more than signatures_per_image, or no memory. */
struct verification_signature *verification_add(struct verification *v, enum claim_format format,
						struct str where);
void verification_warn(struct verification *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether verification_accept would find a signature that is enough. */
bool verification_has_enough(const struct verification *v);
int verification_accept(struct verification *v, struct err *err);

/*
 * Verified without a signature, because somebody who may say so said so: an exception, or a policy
 * that lets such images pass. The reason is a check that is told like any other.
 */
int verification_allow(struct verification *v, const char *check, struct str why, struct err *err);

/*
 * No signature was enough: the sentence says so, or takes that of the only signature there is.
 * wanted: "by the key cosign.pub". Returns -ERR_DENIED, or another code if it cannot be told
 * because a signature could not be.
 */
int verification_refuse(struct verification *v, struct str wanted, struct err *err);

/*
 * What is attached could not be looked at, by r < 0 and *err: nothing can be told, also where the
 * store said no (a login is not a verdict). Returns a code that is never ERR_DENIED.
 */
int verification_unseen(struct verification *v, int r, struct err *err);
