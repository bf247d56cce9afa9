/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges an image by policy.json: all requirements of its scope have to be met, each by one
 * signature.
 *
 *     struct containers_image image = {.identity = id, .manifest = bytes, .digest = digest};
 *     struct containers_sources sources = {ctx, read_file, find_signatures};
 *     r = containers_policy_evaluate(policy, &image, &sources, now, &trail, &verdict, err);
 *     verdict.proofs[0 .. verdict.n - 1]              which signature met which requirement
 *
 * 0 means what it means for podman: this policy lets the image run. Where verdict.n is 0 nothing at
 * all was verified, because the policy asks for nothing (insecureAcceptAnything): a caller that
 * promises a verification must not take it for one.
 *
 * Nothing is opened here: key files and signatures come from the caller, who fetches signatures
 * when they are first asked for. A signature counts when it holds, names the digest of the image,
 * and a name that the requirement's signedIdentity takes.
 *
 * Ownership: slices live in the arena of the trail. Threads: one evaluation, one thread.
 * Errors: ERR_DENIED through the trail: a requirement is not met; other codes when that could not
 * be told (a key file or the signature store cannot be read, no gpg).
 * Format: containers-policy.json(5). Of "sigstoreSigned" see trust/containers_sigstore.h.
 */
#pragma once

#include "trust/claim.h"
#include "trust/containers_policy.h"
#include "trust/image_signature.h"
#include "trust/trail.h"

struct containers_image {
	struct image_identity identity;
	struct str manifest; /* its bytes */
	struct str digest;   /* of them: "sha256:.." */
};

struct containers_signatures {
	const struct image_signature *p;
	size_t n;
	struct str where; /* "https://..": where they were looked for */
	struct str note;  /* "2 more are of a form that is not known"; or empty */
};

struct containers_sources {
	void *ctx;
	int (*read_file)(void *ctx, struct str path, struct str *ret, struct err *err);
	/* Called once at most. None is no error. */
	int (*find)(void *ctx, struct containers_signatures *ret, struct err *err);
};

/* A requirement that was met by a signature. */
struct containers_proof {
	const struct containers_requirement *requirement;
	struct str where; /* of the signature */
	struct claim claim;
	struct trail *trail;
};

struct containers_verdict {
	const struct containers_scope *scope;
	struct containers_proof *proofs;
	size_t n;
};

int containers_policy_evaluate(const struct containers_policy *policy,
			       const struct containers_image *image,
			       const struct containers_sources *sources, int64_t now,
			       struct trail *trail, struct containers_verdict *ret,
			       struct err *err);
