/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens JSON Web Encryption in its compact serialization, with a key of jwk.h.
 *
 *     CLEANUP(secret_done) struct secret plain = {0};
 *     r = jwe_open(text, key, &plain, err);
 *
 * The algorithm is the key's own ("alg"), if it has one, and of its type. Nothing is critical that
 * is known here, so "crit" is refused; so is "zip", because a compressed text can be a thousand
 * times its size. Why something does not open is not said.
 *
 * alg: RSA-OAEP, RSA-OAEP-256, RSA1_5, A128KW to A256KW, A128GCMKW to A256GCMKW, ECDH-ES alone and
 * with key wrapping, dir. enc: A128GCM to A256GCM, A128CBC-HS256 to A256CBC-HS512.
 *
 * Ownership: the plain text is the caller's, wiped by secret_done. Threads: no state.
 * Errors: ERR_FORMAT, ERR_UNSUPPORTED, ERR_DENIED (it does not open; a key for something else),
 * ERR_LIMIT, ERR_NOMEM.
 * Format: RFC 7516, RFC 7518 sections 4 and 5; RSA1_5 as RFC 7516, section 11.5 wants it.
 */
#pragma once

#include "trust/jwk.h"

#define JWE_BYTES_MAX 4194304

int jwe_open(struct str text, const struct jwk *key, struct secret *ret, struct err *err);
