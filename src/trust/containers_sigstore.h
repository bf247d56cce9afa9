/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "sigstoreSigned" of policy.json: one Sigstore signature against the keys or certificates that
 * the requirement names.
 *
 *     r = containers_sigstore_load(requirement, read_file, ctx, &arena, &roots, err);
 *     r = containers_sigstore_verify(&roots, &signature, now, &trail, &claim, err);
 *     containers_sigstore_done(&roots);
 *
 * What holds then is that the payload was signed; what it says is for the caller to compare. By the
 * requirement that is: with a key, the key's signature, and if Rekor's keys are named the log's
 * promise (SET) over exactly this signature, payload and key; with Fulcio, a certificate that
 * chained to the CA when the log says the signature was entered, of this e-mail address and issuer;
 * with a PKI, a certificate that chains to the roots now, of the address or host.
 *
 * Ownership: roots own their keys until _done; a claim's slices live in the arena of the trail.
 * Threads: no state. Errors: ERR_DENIED through the trail.
 * Format: cosign's annotations dev.cosignproject.cosign/signature, dev.sigstore.cosign/certificate,
 * /chain, /bundle.
 */
#pragma once

#include "crypto/certificate.h"
#include "trust/claim.h"
#include "trust/containers_policy.h"
#include "trust/image_signature.h"
#include "trust/trail.h"

struct containers_sigstore {
	const struct containers_requirement *requirement;
	struct public_key **keys, **rekor_keys; /* in the arena they were loaded with */
	size_t n_keys, n_rekor_keys;
	struct certificate_list roots, intermediates; /* of Fulcio or the PKI */
};

int containers_sigstore_load(const struct containers_requirement *q,
			     int (*read_file)(void *ctx, struct str path, struct str *ret,
					      struct err *err),
			     void *ctx, struct arena *a, struct containers_sigstore *ret,
			     struct err *err);
void containers_sigstore_done(struct containers_sigstore *s);

int containers_sigstore_verify(const struct containers_sigstore *roots,
			       const struct image_signature *signature, int64_t now,
			       struct trail *trail, struct claim *ret, struct err *err);
