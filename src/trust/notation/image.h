/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All signatures of the Notary Project that are attached to an image: each is looked at, and each
 * gets its claim or the reason why it is refused.
 *
 *     v.digest = ...;                                    resolved once
 *     r = notation_image_verify(store, &wants, &v, err);
 *     return r < 0 ? r : verification_accept(&v, err);
 *
 * wants.target is of the image's manifest; its thumbprints are set here, by each signature.
 *
 * Ownership: results are in v->arena. Threads: as the store.
 * Errors: 0 when all could be looked at, whatever came of it; otherwise what was not to be had
 * (network, limits).
 */
#pragma once

#include "trust/attachment.h"
#include "trust/notation/verify.h"
#include "trust/verification.h"

/* What is attached to v->digest. */
int notation_image_verify(struct artifact_store *store, const struct notation_wants *wants,
			  struct verification *v, struct err *err);

/* The same of what was found already. */
int notation_attachment_verify(struct artifact_store *store, const struct attachment *attachment,
			       const struct notation_wants *wants, struct verification *v,
			       struct err *err);
