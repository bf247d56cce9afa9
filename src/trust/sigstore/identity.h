/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a Fulcio certificate was given to, and by whose word.
 *
 *     r = identity_of(leaf, &arena, &who, err);
 *     r = identity_match(wanted, n, &who, err);
 *
 * The name is the only subject alternative name: a URI (workload), an e-mail address, or a user
 * name (otherName 1.3.6.1.4.1.57264.1.7). The issuer is who gave the token for it (OIDC), by
 * extension .8, or .1 of old certificates; if both are there they must agree.
 * A pattern must cover all of the text: "https://github.com/acme/.*" does not let "evil.example/?
 * https://github.com/acme/" through.
 *
 * Ownership: results live in the arena or the certificate. Threads: patterns may be shared.
 * Errors: ERR_DENIED (no name, several, no issuer; nobody who is wanted), ERR_FORMAT (a malformed
 * extension; a pattern, with RE2's reason), ERR_NOMEM.
 * Format: sigstore/fulcio docs/oid-info.md and docs/certificate-specification.md.
 */
#pragma once

#include "crypto/certificate.h"
#include "trust/claim.h"

struct regex;

struct identity {
	struct str name, issuer;
	struct claim_fact facts[CLAIM_FACTS_MAX]; /* all extensions of Fulcio */
	size_t n_facts;
};

int identity_of(const struct certificate *leaf, struct arena *arena, struct identity *ret,
		struct err *err);

/* One signer who is wanted. Name and issuer must be there, each as text or as a pattern. */
struct identity_wanted {
	struct str name, issuer; /* exact */
	const struct regex *name_pattern, *issuer_pattern;
};

/* A pattern that must cover the whole text; freed with regex_free. */
int identity_pattern(struct str pattern, struct regex **ret, struct err *err);

int identity_match(const struct identity_wanted *wanted, size_t n, const struct identity *who,
		   struct err *err);
