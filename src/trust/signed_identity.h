/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names in a signature are those of an image: "signedIdentity" of policy.json.
 *
 *     r = signed_identity_parse(json, "default[0].signedIdentity", &arena, &rule, err);
 *     r = signed_identity_match(&rule, &image, signature.reference, &arena, err);
 *
 * Ownership: slices live in the arena. Threads: no state.
 * Errors: ERR_FORMAT (in the policy, with its path); a name that does not match is ERR_DENIED with
 * what was expected.
 * Format: containers-policy.json(5), "signedBy".
 */
#pragma once

#include "trust/image_identity.h"

struct json;

enum signed_identity_kind {
	MATCH_REPO_DIGEST_OR_EXACT, /* what counts where a policy says nothing */
	MATCH_EXACT,
	MATCH_REPOSITORY,
	EXACT_REFERENCE,
	EXACT_REPOSITORY,
	REMAP_IDENTITY,
};

struct signed_identity {
	enum signed_identity_kind kind;
	struct image_name name;		  /* of the two EXACT_ */
	struct str prefix, signed_prefix; /* of REMAP_IDENTITY */
};

int signed_identity_parse(const struct json *value, const char *what, struct arena *a,
			  struct signed_identity *ret, struct err *err);

/* signed_name: by the word of a signature that holds. */
int signed_identity_match(const struct signed_identity *rule, const struct image_identity *image,
			  struct str signed_name, struct arena *a, struct err *err);
