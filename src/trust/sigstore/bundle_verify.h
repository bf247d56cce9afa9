/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifies a Sigstore bundle offline: client-spec.md section 4 of Sigstore's architecture
 * documents.
 *
 *     struct sigstore_wants wants = {.root = root, .identities = &who, .n_identities = 1,
 *                                    .now = now};
 *     r = bundle_verify(&bundle, &artifact, &wants, &trail, &claim, err);
 *
 * In this order, each step told in the trail: (1) times, by time-stamp tokens and by the log's
 * promises; (2) the certificate's chain at every one of these times, and its SCT; (3) the identity;
 * (4) the log entry, which must be about this signature; (5) the artifact and the signature.
 *
 * Keyless: a trusted root, a time and a log entry are needed. By a key: the certificate's part
 * falls away; a log entry is needed if a trusted root is given, unless no_log. Tokens of unknown
 * authorities, and entries of unknown logs, prove nothing and are passed over; what a known log
 * says must hold.
 *
 * Ownership: the claim's slices live in the arena of the trail. Threads: root, key and patterns may
 * be shared; all the rest is one thread's.
 * Errors: ERR_DENIED through trail_refuse, other codes for what could not be told.
 */
#pragma once

#include "trust/claim.h"
#include "trust/sigstore/signed_file.h"
#include "trust/sigstore/bundle.h"
#include "trust/sigstore/identity.h"
#include "trust/trail.h"

#define SIGSTORE_SKEW_SECONDS 60 /* a clock may be behind that of a log or an authority */

struct sigstore_wants {
	const struct trusted_root *root;
	const struct public_key *key; /* NULL: keyless */
	struct str key_name;	      /* for people: "cosign.pub"; may be empty */
	/* Keyless: one of these; or any_identity, and the caller judges the claim. */
	const struct identity_wanted *identities;
	size_t n_identities;
	bool any_identity;
	bool no_log;   /* a log entry is not needed, and not looked at */
	bool no_sct;   /* the CA's certificates need not be in a log */
	bool any_type; /* an envelope may hold something else than an in-toto statement */
	int64_t now;   /* Unix seconds */
};

/*
 * artifact: may be NULL for an envelope; then the claim has no digest, and the caller compares the
 * statement's subjects.
 */
int bundle_verify(const struct bundle *bundle, struct signed_file *artifact,
		  const struct sigstore_wants *wants, struct trail *trail, struct claim *ret,
		  struct err *err);
