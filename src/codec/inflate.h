/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unpacks one deflate stream out of bytes that have more behind it, and tells where it ended.
 *
 *     r = inflate_new(&z, err);
 *     inflate_begin(z, INFLATE_ZLIB);                     as often as needed
 *     while (!inflate_is_done(z)) {
 *             if (in.n == 0) in = more;
 *             r = inflate_step(z, &in, out, sizeof out, &n, err);     takes from the front of in
 *     }
 *     inflate_ahead(z): so many of the bytes taken belong to what is behind it
 *
 * A step may give no bytes; it takes and gives as much as it can. Formats: RFC 1951 (raw), RFC 1950
 * (zlib, its checksum verified). Memory: 90 KiB. Errors: ERR_FORMAT. Behind it: ISA-L.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum inflate_form { INFLATE_RAW, INFLATE_ZLIB };

struct inflate;

int inflate_new(struct inflate **ret, struct err *err);
void inflate_free(struct inflate *z);
void inflate_freep(struct inflate **z);

void inflate_begin(struct inflate *z, enum inflate_form form);
int inflate_step(struct inflate *z, struct str *in, void *out, size_t n, size_t *ret_n,
		 struct err *err);
bool inflate_is_done(const struct inflate *z);

#define INFLATE_AHEAD_MAX 8
size_t inflate_ahead(const struct inflate *z);
