/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC with SHA-256 (RFC 2104) over several parts, as if they stood in one text.
 *
 * Threads: no state. Errors: ERR_NOMEM. Behind it: OpenSSL 3 EVP_MAC.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#define HMAC_BYTES 32

int hmac_sha256(struct str key, const struct str *parts, size_t n, unsigned char ret[HMAC_BYTES],
		struct err *err);
