/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-1, for formats that name things by it, as git does. It protects against nobody.
 *
 *     CLEANUP(sha1_freep) struct sha1 *h = NULL;
 *     r = sha1_new(&h, err);
 *     sha1_begin(h); sha1_add(h, bytes); sha1_end(h, out);        as often as needed
 *
 * Threads: one hash, one thread. Behind it: OpenSSL 3 EVP.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#define SHA1_BYTES 20

struct sha1;

int sha1_new(struct sha1 **ret, struct err *err);
void sha1_free(struct sha1 *h);
void sha1_freep(struct sha1 **h);

void sha1_begin(struct sha1 *h);
void sha1_add(struct sha1 *h, struct str bytes);
void sha1_end(struct sha1 *h, unsigned char ret[SHA1_BYTES]);
