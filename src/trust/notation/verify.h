/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifies a signature of the Notary Project, by a statement of a trust policy.
 *
 *     const struct artifact *layer;
 *     r = notation_manifest_check(&manifest, &layer, &trail, err);       one from a registry
 *     r = notation_verify(form, envelope, &(struct notation_wants){...}, &trail, &claim, err);
 *
 * Checked, in this order: the envelope and its certificates, the signature, the artifact it is of,
 * user metadata (integrity); the trust store and the identity (authenticity); expiry; the time of
 * signing, by a time stamp where the policy wants one; revocation. What the policy only logs is in
 * the trail as a step that says so, and the claim then leaves out what was not proved: no subject
 * without authenticity, no clock without a time that holds.
 *
 * A signature that asks for a plugin is refused: only the plugin could tell whether it holds. The
 * level "skip" is for the caller: nothing is verified, so nothing is called verified here.
 *
 * Ownership: the claim's texts live in the trail's arena. Threads: one.
 * Errors: as trail.h: ERR_DENIED: it does not hold; other codes: it could not be told (revocation
 * without an answer).
 * Format: Notary Project specifications, trust-store-trust-policy.md, "Signature Verification".
 */
#pragma once

#include "crypto/revocation.h"
#include "trust/artifact_manifest.h"
#include "trust/claim.h"
#include "trust/notation/envelope.h"
#include "trust/notation/payload.h"
#include "trust/notation/trust_store.h"
#include "trust/trail.h"

struct notation_wants {
	struct notation_target target;
	const struct notation_statement *statement;
	const struct notation_trust_store *stores;
	const struct revocation_source *revocation; /* NULL: nothing is given */
	struct str thumbprints; /* annotation of the manifest; empty: there is no manifest */
	int64_t now;		/* Unix seconds */
};

int notation_verify(enum notation_form form, struct str envelope,
		    const struct notation_wants *wants, struct trail *trail, struct claim *ret,
		    struct err *err);

/*
 * Whether a manifest is one of a signature, and which layer has the envelope; its media type says
 * the form. The subject is for the caller to compare (attachment.h does).
 */
int notation_manifest_check(const struct artifact_manifest *manifest, const struct artifact **ret,
			    struct trail *trail, struct err *err);
