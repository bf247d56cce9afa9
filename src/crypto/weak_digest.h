/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MD5 and SHA-1, for one purpose: looking a file up in lists of known ones, which still name files
 * by them. They prove nothing; what is to be believed goes through crypto/digest.h.
 *
 *     CLEANUP(weak_digest_done) struct weak_digest d = {0};
 *     weak_digest_init(&d, WEAK_MD5, err); weak_digest_update(&d, bytes);
 *     weak_digest_final(&d, bytes_of_16);
 *
 * Errors: ERR_UNSUPPORTED where OpenSSL was told to do without them (FIPS). Threads: one hash, one
 * thread.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum weak_algorithm { WEAK_MD5, WEAK_SHA1 };

#define WEAK_MD5_BYTES	16
#define WEAK_SHA1_BYTES 20

struct weak_digest {
	void *context; /* EVP_MD_CTX */
};

int weak_digest_init(struct weak_digest *d, enum weak_algorithm algorithm, struct err *err);
void weak_digest_update(struct weak_digest *d, struct str bytes);
void weak_digest_final(struct weak_digest *d, unsigned char ret[WEAK_SHA1_BYTES]);
void weak_digest_done(struct weak_digest *d);
