/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 signatures (RFC 8032) and their keys in PEM (RFC 8410).
 *
 *     CLEANUP(ed25519_key_done) struct ed25519_key key = {0};
 *     r = ed25519_generate(&key, err);
 *     r = ed25519_sign(&key, message, signature, err);
 *     r = ed25519_verify(&key, message, str_make(signature, ED25519_SIGNATURE_BYTES), err);
 *
 * Ownership: a key is a value; ed25519_key_done wipes its secret half.
 * Errors: ERR_DENIED when a signature does not hold, ERR_FORMAT for what is no key, ERR_USAGE for
 * signing with a public key. Behind it: OpenSSL 3.
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

#define ED25519_KEY_BYTES	32
#define ED25519_SIGNATURE_BYTES 64

struct ed25519_key {
	unsigned char public_half[ED25519_KEY_BYTES];
	unsigned char secret_half[ED25519_KEY_BYTES];
	bool has_secret;
};

void ed25519_key_done(struct ed25519_key *key);

int ed25519_generate(struct ed25519_key *ret, struct err *err);

int ed25519_sign(const struct ed25519_key *key, struct str message,
		 unsigned char ret[ED25519_SIGNATURE_BYTES], struct err *err);
int ed25519_verify(const struct ed25519_key *key, struct str message, struct str signature,
		   struct err *err);

/* A private ("PRIVATE KEY", PKCS #8) or public ("PUBLIC KEY") key; encrypted ones are not read. */
int ed25519_parse(struct str pem, struct ed25519_key *ret, struct err *err);
int ed25519_format_secret(const struct ed25519_key *key, struct strbuf *pem, struct err *err);
int ed25519_format_public(const struct ed25519_key *key, struct strbuf *pem, struct err *err);

bool ed25519_same(const struct ed25519_key *a, const struct ed25519_key *b); /* public halves */
