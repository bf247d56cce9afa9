/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs an image as the notation tool does: by a key with a chain of certificates.
 *
 *     CLEANUP(sign_notation_done) struct sign_notation n = {0};
 *     r = sign_notation_open(chain_file, expiry, &n, err);
 *     r = sign_notation(&n, how, forms, &made, err);
 *
 * Ownership: n owns the chain. Errors: those of trust/notation/sign.h and of the store; ERR_USAGE.
 */
#pragma once

#include "cmd/sign_target.h"
#include "crypto/certificate.h"

struct sign_notation {
	struct certificate_list chain;
	int64_t expiry; /* Unix seconds; 0: never */
};

/* chain: a PEM file, the key's certificate first; expiry: RFC 3339, or NULL. */
int sign_notation_open(const char *chain, const char *expiry, struct sign_notation *ret,
		       struct err *err);
void sign_notation_done(struct sign_notation *n);

/* Annotations of `how` are the signature's user metadata. */
int sign_notation(const struct sign_notation *n, const struct cosign_signing *how, unsigned forms,
		  struct cosign_made *made, struct err *err);
