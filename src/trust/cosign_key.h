/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key files of cosign: a PKCS #8 key in a box that a passphrase opens.
 *
 *     r = cosign_key_parse(pem, &ask, &key, err);
 *     r = cosign_key_format(key, &passphrase, &pem, err);
 *
 * In the PEM block ("ENCRYPTED SIGSTORE PRIVATE KEY", before 2.0 "ENCRYPTED COSIGN PRIVATE KEY") is
 *
 *     {"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":"..32 bytes.."},
 *      "cipher":{"name":"nacl/secretbox","nonce":"..24 bytes.."},"ciphertext":".."}
 *
 * with scrypt(passphrase) as the key of the box. cosign opens N = 2^15, 2^16 and 2^17 with r = 8
 * and p = 1 alone, and so do we: other numbers are either weak or work for days.
 *
 * Ownership: the key is the caller's. Threads: no state.
 * Errors: as crypto/secret_key.h. Format: go-securesystemslib "encrypted", cosign
 * pkg/cosign/keys.go. Behind it: OpenSSL's scrypt, libsodium's secretbox.
 */
#pragma once

#include "crypto/secret_key.h"

/* Whether this is such a file, of either name. */
bool cosign_key_is(struct str pem);

int cosign_key_parse(struct str pem, const struct secret_ask *ask, struct secret_key **ret,
		     struct err *err);

/* Appends the file, with N = 2^16 as cosign writes it. */
int cosign_key_format(const struct secret_key *key, const struct secret *passphrase,
		      struct strbuf *pem, struct err *err);
