/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One image held against a trust policy: who has signed it, and whether that is enough.
 *
 *     CLEANUP(trust_judge_freep) struct trust_judge *judge = NULL;
 *     r = trust_judge_new(&policy->trust, read_file, ctx, &judge, err);   keys, roots, patterns
 *     r = trust_judge_image(judge, &image, &v, err);
 *             0: v->verified; -ERR_DENIED: v->trail says why not; else it could not be told
 *
 * The policy is asked in this order: an exception for the digest; the pattern that fits; a digest
 * in the name, if that is asked for; the signers; the attestations. All signatures that were looked
 * at are in v, with what they prove.
 *
 * A signer counts once, however often it signed, and whoever has two names in the policy counts
 * under the first: name somebody before a pattern that fits them too. An age is that of the time a
 * timestamp authority or a log vouches for; a signature whose time only the signer says has no age,
 * and is none where one is asked for.
 *
 * Ownership: the judge borrows the policy; results are in v's arena. Threads: one at a time.
 * Errors: ERR_USAGE with the signer's name for material that cannot be read.
 */
#pragma once

#include "policy/trust_policy.h"
#include "trust/artifact_store.h"
#include "trust/verification.h"

struct trust_judge;

/* Reads a file that the policy names; the path is relative to the policy's own folder. */
typedef int trust_read_fn(void *ctx, struct str path, size_t max_bytes, struct strbuf *out,
			  struct err *err);

int trust_judge_new(const struct trust_policy *policy, trust_read_fn *read, void *ctx,
		    struct trust_judge **ret, struct err *err);
void trust_judge_free(struct trust_judge *j);
void trust_judge_freep(struct trust_judge **j);

/* SHA-256 over the policy's part and all files it names: for verdicts that are kept. */
const struct digest_value *trust_judge_digest(const struct trust_judge *j);

struct trust_image {
	struct reference name;	      /* as it was asked for, for the pattern and the digest */
	struct artifact_store *store; /* where its signatures are; NULL: it has none */
	bool by_digest;		      /* the name had the digest in it */
};

/* v->digest is what is judged, v->now the present. */
int trust_judge_image(struct trust_judge *j, const struct trust_image *image,
		      struct verification *v, struct err *err);
