/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs one file of metadata as Notary v1 wants it.
 *
 *     r = dct_sign(body, signers, n, &file, err);
 *
 *     {"signed":BODY,"signatures":[{"keyid":ID,"method":"ecdsa","sig":BASE64}, ..]}
 *
 * Over the canonical JSON of the body; ECDSA: SHA-256, r and s behind each other; RSA: PSS with
 * SHA-256 and a salt of 32 bytes.
 * Errors: those of secret_key_sign.
 */
#pragma once

#include "crypto/secret_key.h"

struct dct_signer {
	struct str id; /* of the key as the role lists it: of the certificate, for a root */
	const struct secret_key *key;
};

int dct_sign(struct str body, const struct dct_signer *signers, size_t n, struct strbuf *ret,
	     struct err *err);
