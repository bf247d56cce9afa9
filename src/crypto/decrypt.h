/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens what was encrypted: AES in the modes that JSON Web Encryption uses, AES key wrapping, RSA
 * and elliptic-curve Diffie-Hellman with a private key.
 *
 *     r = decrypt_gcm(key, iv, associated, text, tag, &plain, err);
 *
 * Keys are of 16, 24 or 32 bytes. Why something does not open is never said: to who could ask
 * often, each answer would be a part of the key.
 *
 * Ownership: what comes out is the caller's, to be wiped. Threads: no state.
 * Errors: ERR_DENIED (it does not open), ERR_NOMEM.
 * Format: SP 800-38D (GCM), RFC 3394 (key wrap), RFC 8017 (RSA). Behind it: OpenSSL 3.
 */
#pragma once

#include "base/secret.h"
#include "crypto/public_key.h"

int decrypt_gcm(struct str key, struct str iv, struct str associated, struct str text,
		struct str tag, struct secret *ret, struct err *err);
int decrypt_cbc(struct str key, struct str iv, struct str text, struct secret *ret,
		struct err *err);
int decrypt_key_wrap(struct str key, struct str wrapped, struct secret *ret, struct err *err);

enum decrypt_padding { DECRYPT_OAEP_SHA1, DECRYPT_OAEP_SHA256, DECRYPT_PKCS1 };

/* d: the private exponent, big-endian. PKCS1 tells by its error alone that the padding is wrong. */
int decrypt_rsa(const struct public_key *key, struct str d, enum decrypt_padding padding,
		struct str text, struct secret *ret, struct err *err);

/* The secret that both share: the x coordinate, as long as the field. d: the private number. */
int decrypt_agree(const struct public_key *own, struct str d, const struct public_key *peer,
		  struct secret *ret, struct err *err);

/* Bytes that nobody knows. */
int decrypt_random(size_t n, struct secret *ret, struct err *err);
