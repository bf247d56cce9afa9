/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All Sigstore signatures and attestations of one image: each is looked at, and each gets its claim
 * or the reason why it is refused.
 *
 *     verification_init(&v, &arena, target, now);
 *     v.digest = ...;                                       resolved once
 *     r = image_signatures_verify(store, &wants, &v, err);
 *     return r < 0 ? r : verification_accept(&v, err);
 *
 * A signature `counts` when it is of the kind that is wanted: without wants->types a signature of
 * the image (cosign's payload, or a bundle that holds a message signature or a statement of
 * cosign's signing type), with them an attestation of such a type. So an attestation never passes
 * for a signature. With types, attestations that BuildKit put into an index are told too: as not
 * signed.
 *
 * Ownership: results are in v->arena. Threads: as the store.
 * Errors: 0 when all could be looked at, whatever came of it; otherwise what was not to be had
 * (network, limits).
 */
#pragma once

#include "trust/attachment.h"
#include "trust/trust_wants.h"
#include "trust/verification.h"

/* The kinds of attachments that this knows. */
#define IMAGE_SIGNATURE_KINDS (ATTACHMENT_BUNDLE | ATTACHMENT_SIGNATURE | ATTACHMENT_ATTESTATION)

/* What is attached to v->digest. */
int image_signatures_verify(struct artifact_store *store, const struct trust_wants *wants,
			    struct verification *v, struct err *err);

/* The same of what was found already. */
int image_attachment_verify(struct artifact_store *store, const struct attachment *attachment,
			    const struct trust_wants *wants, struct verification *v,
			    struct err *err);
