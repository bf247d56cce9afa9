/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings by characters: CEL counts Unicode code points, memory counts bytes of UTF-8.
 *
 *     n = text_length(s);
 *     if (text_offset(s, 3, &at)) ...               byte where the fourth character begins
 *     at = text_rfind(s, needle, from, table);      like str_find, but the last one
 *     while (text_pull(&s, &character)) ...
 *
 * Strings of CEL are valid UTF-8 (value.h); with other bytes the results are useless but harmless.
 * All of it takes linear time.
 */
#pragma once

#include "base/str.h"

size_t text_length(struct str s);

/* The byte where character `index` begins; s.n for text_length. False beyond. */
bool text_offset(struct str s, size_t index, size_t *ret);

/* Takes the next character off; false at the end. */
bool text_pull(struct str *s, uint32_t *ret_code_point);
struct str text_first(struct str s); /* its bytes; "" at the end */

/* The first occurrence at byte `from` or behind it; SIZE_MAX: none. */
size_t text_find(struct str s, struct str needle, size_t from);

/*
 * The last occurrence that begins at byte `from` or before it; SIZE_MAX: none. table: room for
 * needle.n numbers, so that the search is linear.
 */
size_t text_rfind(struct str s, struct str needle, size_t from, uint32_t *table);

/* Without white space (Unicode's White_Space) at both ends. */
struct str text_trim(struct str s);

/* The characters of s in reverse order; room for s.n bytes. */
void text_reverse(struct str s, char *ret);

/* The bytes at the front that are valid UTF-8; an invalid sequence at the front as one run. */
size_t text_valid_prefix(struct str bytes);
size_t text_invalid_prefix(struct str bytes);
