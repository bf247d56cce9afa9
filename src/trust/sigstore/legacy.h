/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures as cosign keeps them in annotations: certificate, log entry and timestamp beside a
 * payload, verified as a bundle is.
 *
 *     r = legacy_verify(&legacy, &wants, &trail, &claim, err);
 *
 * The claim's digest is that of the payload (simple signing), which names the image; comparing that
 * is for who reads the payload. Of an envelope the claim has payload and type, and no digest.
 *
 * Ownership, threads, errors: as bundle_verify.
 * Format: cosign specs/SIGNATURE_SPEC.md; bundle annotation
 * {"SignedEntryTimestamp":"..","Payload":{"body","integratedTime","logIndex","logID"}}, timestamp
 * annotation {"SignedRFC3161Timestamp":".."}.
 */
#pragma once

#include "trust/sigstore/bundle_verify.h"

struct legacy {
	struct str payload; /* the bytes of the layer: simple signing, or an envelope */
	bool is_envelope;
	struct str signature;	/* raw; of an envelope its own is taken */
	struct str certificate; /* PEM; empty: none */
	struct str log_bundle;	/* annotation dev.sigstore.cosign/bundle; empty: none */
	struct str timestamp;	/* annotation dev.sigstore.cosign/rfc3161timestamp; empty: none */
};

int legacy_verify(const struct legacy *legacy, const struct sigstore_wants *wants,
		  struct trail *trail, struct claim *ret, struct err *err);
