/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust policies of the Notary Project: which signers are believed for which repositories.
 *
 *     r = notation_policy_parse(bytes, NOTATION_POLICY_OCI, &arena, &policy, err);
 *     r = notation_policy_find(&policy, STR("registry.example.com/app"), &statement, err);
 *
 * A document is taken as a whole or not at all: a member that is not known could be a restriction,
 * so it is an error, and so is all that the specification forbids (two statements for a repository,
 * a wildcard beside others, identities that overlap, "skip" for everything).
 *
 * Ownership: all lives in the arena. Threads: read-only sharing is fine.
 * Errors: ERR_FORMAT (which statement, what is wrong), ERR_NOT_FOUND (no statement applies),
 * ERR_LIMIT, ERR_NOMEM.
 * Format: Notary Project specifications, trust-store-trust-policy.md, version 1.0 for OCI artifacts
 * (trustpolicy.json, trustpolicy.oci.json) and for blobs (trustpolicy.blob.json).
 *
 *     {"version": "1.0", "trustPolicies": [{
 *       "name": "images", "registryScopes": ["registry.example.com/app"],
 *       "signatureVerification": {"level": "strict", "override": {"expiry": "log"},
 *                                 "verifyTimestamp": "afterCertExpiry"},
 *       "trustStores": ["ca:example", "tsa:public"],
 *       "trustedIdentities": ["x509.subject: C=US, ST=WA, O=example.com"]}]}
 */
#pragma once

#include "base/arena.h"
#include "crypto/certificate.h"

#define NOTATION_POLICY_BYTES_MAX   1048576
#define NOTATION_STATEMENTS_MAX	    256
#define NOTATION_SCOPES_MAX	    256 /* of a statement */
#define NOTATION_STORES_MAX	    32
#define NOTATION_IDENTITIES_MAX	    64
#define NOTATION_IDENTITY_PARTS_MAX 32

enum notation_policy_kind { NOTATION_POLICY_OCI, NOTATION_POLICY_BLOB };

enum notation_check {
	NOTATION_INTEGRITY,
	NOTATION_AUTHENTICITY,
	NOTATION_TIMESTAMP,
	NOTATION_EXPIRY,
	NOTATION_REVOCATION,
	NOTATION_N_CHECKS,
};

enum notation_action { NOTATION_ENFORCE, NOTATION_LOG, NOTATION_SKIP };

enum notation_store_type { NOTATION_STORE_CA, NOTATION_STORE_AUTHORITY, NOTATION_STORE_TSA };

struct notation_store_name {
	enum notation_store_type type;
	struct str name;
};

/* Attributes that a subject must have: "x509.subject: C=US, ST=WA, O=example.com". */
struct notation_identity {
	struct str text;
	struct certificate_attribute parts[NOTATION_IDENTITY_PARTS_MAX];
	size_t n;
};

struct notation_statement {
	struct str name;
	struct str_list scopes; /* of OCI: repositories, or "*" alone */
	bool is_global;		/* "*", or globalPolicy of a blob policy */
	enum notation_action actions[NOTATION_N_CHECKS];
	bool skips;		/* the level "skip": nothing is verified */
	bool after_cert_expiry; /* a time stamp is asked for only then */
	struct notation_store_name *stores;
	size_t n_stores;
	struct notation_identity *identities;
	size_t n_identities; /* 0: any that the stores vouch for */
};

struct notation_policy {
	enum notation_policy_kind kind;
	struct notation_statement *statements;
	size_t n;
};

int notation_policy_parse(struct str bytes, enum notation_policy_kind kind, struct arena *arena,
			  struct notation_policy *ret, struct err *err);

/*
 * The statement for a repository ("registry.example.com/team/app", written in full), or, of a blob
 * policy, by name; an empty name asks for the global one.
 */
int notation_policy_find(const struct notation_policy *policy, struct str what,
			 const struct notation_statement **ret, struct err *err);

/* "ca", "signingAuthority", "tsa": the names of the folders, too. */
const char *notation_store_type_name(enum notation_store_type type);
