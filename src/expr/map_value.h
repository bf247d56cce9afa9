/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes maps of our own.
 *
 *     struct map_entry *entries = call_alloc(c, n * sizeof *entries);
 *     ... fill ...
 *     return map_build(c, entries, n);
 *
 * Keys are bool, int, uint and string; a double that is a whole number finds its int or uint.
 * Ownership: entries and index live in the scratch of the call; entries are kept, not copied.
 * Errors: an error value for a key of another kind and for a key that repeats.
 */
#pragma once

#include "expr/call.h"

struct value map_build(struct call *c, struct map_entry *entries, uint32_t n);

/* The position of the key, or UINT32_MAX. With its hash: key.kind must be a key's. */
uint32_t map_find(const struct map_value *map, uint32_t n, struct value key);
uint32_t map_find_hashed(const struct map_value *map, uint32_t n, struct value key, uint32_t hash);

/* Equal keys have equal hashes, whatever their kind of number. */
uint32_t value_key_hash(struct value key);

/* A double that is a whole number as int or uint, which are equal keys to it; others unchanged. */
struct value value_as_key(struct value key);

/* bool, int, uint or string. */
bool value_is_key(struct value v);

/* Of two of those kinds; false for others. */
bool value_keys_equal(struct value a, struct value b);
