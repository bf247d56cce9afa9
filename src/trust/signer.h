/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One signature of an image by whoever is wanted: a key, a key that a log knows, or an identity.
 *
 *     r = signer_verify_layer(&layer, false, digest, &wants, now, trail, &claim, err);
 *     r = signer_verify_bundle(bytes, digest, manifest, &wants, now, trail, &claim, err);
 *
 * What has a certificate is judged by wants->identities and wants->root, all else by wants->keys;
 * so is a layer with a certificate where no identities are wanted.
 *
 * Ownership: claims live in trail->arena. Threads: no state.
 * Errors: through the trail: -ERR_DENIED, or another code if it could not be told.
 */
#pragma once

#include "trust/cosign/layer.h"

/* is_envelope: an attestation at the tag .att. digest: of the image. */
int signer_verify_layer(const struct cosign_layer *layer, bool is_envelope, struct str digest,
			const struct trust_wants *wants, int64_t now, struct trail *trail,
			struct claim *ret, struct err *err);

/* manifest: the bytes with that digest, which a message signature is over. */
int signer_verify_bundle(struct str bundle, struct str digest, struct str manifest,
			 const struct trust_wants *wants, int64_t now, struct trail *trail,
			 struct claim *ret, struct err *err);
