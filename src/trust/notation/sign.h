/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes signatures of the Notary Project that the notation tool takes.
 *
 *     struct notation_signing how = {.form = NOTATION_JWS, .key = key, .chain = &chain, ...};
 *     r = notation_sign(&how, &target, &envelope, err);
 *     r = notation_manifest_write(&how, envelope, &subject, &manifest, err);    for a registry
 *
 * The scheme is notary.x509. The chain is complete: the certificate of the key first, its root
 * last; it is checked as a verifier would, at the time of signing. A time stamp is asked for by a
 * callback, because it takes the network.
 *
 * Ownership: borrows all. Threads: as the key.
 * Errors: ERR_DENIED (certificates that cannot sign, or are another key's), ERR_UNSUPPORTED (a key
 * that the specification does not know), those of the key, ERR_LIMIT, ERR_NOMEM.
 * Format: Notary Project specifications, signature-specification.md.
 */
#pragma once

#include "crypto/secret_key.h"
#include "trust/artifact_manifest.h"
#include "trust/notation/envelope.h"
#include "trust/notation/payload.h"

struct notation_signing {
	enum notation_form form;
	const struct secret_key *key;
	const struct certificate_list *chain;
	int64_t now;	/* Unix seconds: the time of signing */
	int64_t expiry; /* Unix seconds; 0: never */
	/* Asks a time-stamp authority for a token of these bytes; NULL: no time stamp. */
	int (*stamp)(void *ctx, struct str signature, struct strbuf *token, struct err *err);
	void *ctx;
};

/* target: all of it known; of a blob the digest is made here, by the key's algorithm. */
int notation_sign(const struct notation_signing *how, const struct notation_target *target,
		  struct strbuf *envelope, struct err *err);

/* The manifest of a signature; its config is the empty object, which has to be there as a blob. */
int notation_manifest_write(const struct notation_signing *how, struct str envelope,
			    const struct artifact *subject, struct strbuf *manifest,
			    struct err *err);
