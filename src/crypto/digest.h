/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content digests: hashing, and the "algorithm:hex" form that names content.
 *
 *     CLEANUP(digest_done) struct digest d = {0};
 *     digest_init(&d, DIGEST_SHA256, err);
 *     digest_update(&d, bytes);
 *     struct digest_value v; digest_final(&d, &v);
 *     digest_format(&v, text)                       "sha256:ab12..."
 *
 * Format: OCI image-spec v1.1 descriptor.md, "Digests": sha256 and sha512 are registered; sha384 is
 * accepted as well because distribution does. Upper-case hex is refused.
 * Threads: one hash, one thread. Errors: ERR_FORMAT, ERR_UNSUPPORTED (unknown algorithm).
 * Behind it: OpenSSL 3 EVP.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum digest_algorithm { DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };

#define DIGEST_BYTES_MAX 64
#define DIGEST_TEXT_MAX	 (7 + 2 * DIGEST_BYTES_MAX + 1)

struct digest_value {
	enum digest_algorithm algorithm;
	unsigned char bytes[DIGEST_BYTES_MAX];
};

struct digest {
	void *context; /* EVP_MD_CTX */
	enum digest_algorithm algorithm;
};

int digest_init(struct digest *d, enum digest_algorithm algorithm, struct err *err);
void digest_update(struct digest *d, struct str bytes);
void digest_final(struct digest *d, struct digest_value *ret);
void digest_done(struct digest *d);

/* All at once, sha256. */
int digest_of(struct str bytes, struct digest_value *ret, struct err *err);

int digest_parse(struct str text, struct digest_value *ret, struct err *err);

/* "sha256:<hex>", NUL-terminated; returns the slice in buf. */
struct str digest_format(const struct digest_value *v, char buf[DIGEST_TEXT_MAX]);

bool digest_eq(const struct digest_value *a, const struct digest_value *b);
