/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One signature, or one attestation, as cosign writes them at the tags .sig and .att: a layer of a
 * manifest, with annotations.
 *
 *     struct cosign_layer layer;
 *     cosign_layer_of(&manifest.layers[i], blob, &layer);
 *     r = cosign_signature_verify(&layer, digest, &wants, trail, &claim, err);
 *
 * The annotations and the media type are not signed: the payload alone says what it is. So a
 * signature holds if its bytes are signed by a wanted key, its critical.type is cosign's, its
 * digest is the image's and all wanted annotations are in it.
 *
 * Ownership: a layer borrows; claims live in trail->arena. Threads: no state.
 * Errors: through the trail: -ERR_DENIED, or another code if it could not be told.
 * Format: cosign specs/SIGNATURE_SPEC.md, ATTESTATION_SPEC.md; trust/cosign/payload.h,
 * trust/dsse.h, trust/statement.h. What is stricter than cosign: docs/design/trust-strictness.md.
 */
#pragma once

#include "trust/claim.h"
#include "trust/trail.h"
#include "trust/trust_wants.h"

struct artifact;

#define COSIGN_ANNOTATION_SIGNATURE   "dev.cosignproject.cosign/signature"
#define COSIGN_ANNOTATION_CERTIFICATE "dev.sigstore.cosign/certificate"
#define COSIGN_ANNOTATION_CHAIN	      "dev.sigstore.cosign/chain"
#define COSIGN_ANNOTATION_BUNDLE      "dev.sigstore.cosign/bundle"
#define COSIGN_ANNOTATION_RFC3161     "dev.sigstore.cosign/rfc3161timestamp"

#define COSIGN_SIGNATURE_BYTES_MAX    8192 /* one signature, raw */

struct cosign_layer {
	struct str bytes;				/* the payload, or the envelope */
	struct str signature;				/* base64; empty: none */
	struct str certificate, chain, bundle, rfc3161; /* empty: none */
};

void cosign_layer_of(const struct artifact *descriptor, struct str bytes, struct cosign_layer *ret);

/* By one of the keys, whatever a log may say. digest: of the image. */
int cosign_signature_verify(const struct cosign_layer *layer, struct str digest,
			    const struct trust_wants *wants, struct trail *trail, struct claim *ret,
			    struct err *err);

/* A DSSE envelope with an in-toto statement about the image. */
int cosign_attestation_verify(const struct cosign_layer *layer, struct str digest,
			      const struct trust_wants *wants, struct trail *trail,
			      struct claim *ret, struct err *err);

/*
 * What is said, once who says it is known: for signatures that are verified elsewhere (with a
 * certificate, in a bundle). Fill digest, name and payload of *claim, or predicate_type.
 */
int cosign_payload_check(struct str payload, struct str digest, const struct trust_wants *wants,
			 struct trail *trail, struct claim *claim, struct err *err);
int cosign_statement_check(struct str statement, struct str digest, const struct trust_wants *wants,
			   struct trail *trail, struct claim *claim, struct err *err);
