/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code points, their classes and lower case beyond ASCII, the same under every locale.
 *
 *     struct str folded = unicode_lower(name, &arena);
 *     if (name.n && !folded.p) return err_nomem(err);
 *
 * The mapping is that of the Unicode Standard, section 3.13.2 (Default Case Conversion), without
 * its one rule that looks at the neighbours (final sigma): the result of a slice never depends on
 * where it was cut. Bytes that are not UTF-8 are kept.
 * Ownership: the slice itself when nothing changes, else the arena's.
 */
#pragma once

#include "base/arena.h"

struct str unicode_lower(struct str s, struct arena *a);

/* What unicode_next gives for a byte that is no UTF-8. */
#define UNICODE_REPLACEMENT 0xfffdu

/* The code point s starts with, which must not be empty, and its length: 1 for a stray byte. */
uint32_t unicode_next(struct str s, size_t *ret_n);

/* The one it ends with. */
uint32_t unicode_last(struct str s, size_t *ret_n);

/* The bytes of a code point: 1 to 4. */
size_t unicode_encode(uint32_t c, char ret[4]);

bool unicode_is_space(uint32_t c);  /* property White_Space */
bool unicode_is_letter(uint32_t c); /* general category L */
bool unicode_is_digit(uint32_t c);  /* general category Nd */

/* Without white space at both ends. */
struct str unicode_trim(struct str s);
struct str unicode_trim_left(struct str s);
