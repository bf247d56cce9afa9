/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part `trust` of a policy: which images may be used, and who must have signed them.
 * docs/formats/trust-policy.md is the manual.
 *
 *     trust:
 *       trusted-root: trusted_root.json             for identities; of Sigstore
 *       signers:
 *         release: {key: release.pub}
 *         ci: {identity: https://ci.example.com/app@main, issuer: https://token.example.com}
 *       images:
 *         - match: registry.example.com/team/app
 *           signed-by: [release, ci]
 *           need: all                               or a number; 1 when left out
 *           max-age: 90d                            of the signatures
 *           attestations:
 *             - {type: slsaprovenance1, signed-by: ci, require: 'predicate.runDetails...'}
 *         - {match: docker.io/library/debian, allow: 'signed by nobody, pinned by digest'}
 *         - {match: docker.io/library/old, refuse: use the mirror registry.example.com/mirror}
 *       exceptions:
 *         - {digest: 'sha256:..', owner: ops@example.com, reason: .., until: 2026-12-31}
 *
 * A pattern is of registry and repository, without a tag, in lower case; '*' stays within a part of
 * the path, a part "**" goes over any number of parts. The pattern with the longest text before its
 * first wildcard decides, then the one without "**", then the longer one; two that are equal are
 * refused when the policy is read. An image that no pattern fits is refused.
 *
 * Ownership: the policy's (policy.h). Threads: read-only once parsed.
 * Errors: ERR_FORMAT "FILE:LINE: ...", ERR_LIMIT (trust_rows), ERR_NOMEM.
 */
#pragma once

#include "base/vec.h"
#include "check/rule.h"
#include "crypto/digest.h"
#include "expr/program.h"
#include "image/reference.h"
#include "policy/until.h"

enum trust_signer_kind {
	TRUST_SIGNER_KEY,      /* a public key */
	TRUST_SIGNER_IDENTITY, /* of a Sigstore certificate */
	TRUST_SIGNER_DCT,      /* Docker Content Trust */
	TRUST_SIGNER_NOTATION, /* Notary Project */
	TRUST_SIGNER_GPG,
};

struct trust_signer {
	struct str name;
	enum trust_signer_kind kind;
	bool has_kind;
	size_t line;
	struct str file;	     /* key, keyring, trust store; relative to the policy file */
	struct str identity;	     /* exact */
	struct str identity_pattern; /* RE2, of the whole identity */
	struct str issuer, issuer_pattern;
	struct str subject; /* of a certificate: "C=US, O=Example": these parts must be in it */
	struct str root;    /* of DCT: the key id or certificate digest that is pinned */
};

/* What `require` may name, by its place among the values of an evaluation. */
enum trust_variable {
	TRUST_VARIABLE_PREDICATE, /* of the statement, as JSON has it */
	TRUST_VARIABLE_STATEMENT,
	TRUST_VARIABLE_CLAIM, /* who signed it: identity, issuer, key, and Fulcio's extensions */
	TRUST_VARIABLE_NOW,   /* a timestamp */
	TRUST_VARIABLES_MAX,
};

struct trust_attestation {
	struct str type; /* "slsaprovenance1", or a predicate type in full */
	struct str_list signed_by;
	struct rule_text require;
	struct program *require_program; /* NULL: it only has to be there */
	int64_t max_age;		 /* seconds; 0: any */
};

enum trust_answer { TRUST_SIGNED, TRUST_ALLOWED, TRUST_REFUSED };

struct trust_rule {
	struct str match;
	size_t line;
	enum trust_answer answer;
	bool has_answer;
	struct str reason; /* of allow and refuse */
	struct str_list signed_by;
	uint64_t need;	 /* how many of them: at least 1 */
	int64_t max_age; /* seconds; 0: any */
	bool by_digest;	 /* a use must name the digest */
	struct trust_attestation *attestations;
	size_t n_attestations;
};

struct trust_exception {
	struct digest_value digest;
	struct str owner, reason;
	struct until until;
};

struct trust_policy {
	struct str file;	 /* the policy's, for paths beside it */
	struct str text;	 /* of the whole policy */
	struct str trusted_root; /* empty: none */
	struct vec signers;	 /* struct trust_signer */
	struct vec rules;	 /* struct trust_rule */
	struct vec exceptions;	 /* struct trust_exception */
	struct env *env;	 /* of the expressions over attestations; NULL: none */
};

/* For the table of a policy's keys: `into` is the struct trust_policy. */
int trust_policy_take(struct yaml_reading *rd, void *into, const struct yaml_node *v);
void trust_policy_done(struct trust_policy *p);
static inline bool trust_policy_is_set(const struct trust_policy *p)
{
	return p->rules.n > 0;
}

/* The rule that decides for the image; NULL: none fits, it is refused. */
const struct trust_rule *trust_policy_rule(const struct trust_policy *p,
					   const struct reference *image);
const struct trust_signer *trust_policy_signer(const struct trust_policy *p, struct str name);

/* That holds at that time; NULL: none. *ret_expired (may be NULL): one that did, until when. */
const struct trust_exception *trust_policy_exception(const struct trust_policy *p,
						     const struct digest_value *digest, int64_t now,
						     const struct trust_exception **ret_expired);
