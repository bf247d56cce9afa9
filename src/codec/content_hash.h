/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fast hash of content, to find files that are the same: XXH3 of 128 bits, which is no secret's
 * keeper. Whoever makes an image can make two files look the same; nothing but advice may hang on
 * it.
 *
 *     content_hash_new(&h, err);
 *     content_hash_begin(h); content_hash_add(h, piece) ...; content_hash_end(h, ret);
 *     content_hash_free(h);
 *
 * Threads: one object a thread. Errors: ERR_NOMEM.
 * Format: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, behind libxxhash.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct content_hash;

int content_hash_new(struct content_hash **ret, struct err *err);
void content_hash_free(struct content_hash *h);

void content_hash_begin(struct content_hash *h);
void content_hash_add(struct content_hash *h, struct str piece);
void content_hash_end(const struct content_hash *h, uint64_t ret[2]);
