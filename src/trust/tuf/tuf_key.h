/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public key that TUF metadata writes, and the one scheme that a signature by it may have.
 *
 *     CLEANUP(public_key_freep) struct public_key *key = NULL;
 *     enum signature_scheme scheme;
 *     r = tuf_key_open(TUF_NOTARY, written, signature->method, &key, &scheme, err);
 *
 * Modern: the scheme stands with the key: rsassa-pss-sha256/384/512, rsa-pkcs1v15-sha256/384/512,
 * ecdsa-sha2-nistp256/384/521, ed25519. Notary: key types ecdsa, rsa, ed25519, ecdsa-x509 and
 * rsa-x509 (a certificate), methods ecdsa (r and s, SHA-256), rsapss (salt of 32 bytes),
 * rsapkcs1v15, "pycrypto-pkcs#1 pss" and eddsa. A scheme that is not of the key's type is refused.
 *
 * Ownership: the key is the caller's. Errors: ERR_UNSUPPORTED (not known here), ERR_DENIED (too
 * weak, or a scheme of another type), ERR_FORMAT.
 */
#pragma once

#include "crypto/public_key.h"
#include "trust/tuf/tuf_metadata.h"

/* method: of the signature; not looked at in the modern dialect. */
int tuf_key_open(enum tuf_dialect dialect, const struct tuf_key *written, struct str method,
		 struct public_key **ret, enum signature_scheme *ret_scheme, struct err *err);
