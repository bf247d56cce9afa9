/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC (RFC 2104): with SHA-256 over several parts, as if they stood in one text; and the check of
 * one that came from outside, in constant time.
 *
 * Threads: no state. Errors: ERR_NOMEM, ERR_DENIED (it does not hold). Behind it: OpenSSL 3
 * EVP_MAC.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "crypto/digest.h"

#define HMAC_BYTES 32

int hmac_sha256(struct str key, const struct str *parts, size_t n, unsigned char ret[HMAC_BYTES],
		struct err *err);

/* The whole of the tag; one cut short does not hold. */
int hmac_verify(enum digest_algorithm algorithm, struct str key, struct str message, struct str tag,
		struct err *err);

/* The first bytes of a tag, half of it at least, as RFC 7518 section 5.2 cuts them. */
int hmac_verify_cut(enum digest_algorithm algorithm, struct str key, struct str message,
		    struct str tag, struct err *err);
