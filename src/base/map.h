/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash map from byte strings to pointers, safe against chosen keys (SipHash-1-3, random key).
 *
 *     struct map m;
 *     map_init(&m, LIMIT_ENTRIES);
 *     map_put(&m, key, value);          0, or -ERR_LIMIT / -ERR_NOMEM; replaces
 *     value = map_get(&m, key);         NULL when absent
 *     map_done(&m);
 *
 * Ownership: keys and values are borrowed and must outlive the map. No order is promised: sort
 * before printing. Threads: one at a time.
 */
#pragma once

#include "base/str.h"

struct map_slot;

struct map {
	struct map_slot *slots;
	size_t n;
	size_t cap; /* a power of two, or 0 */
	size_t max; /* entries */
};

void map_init(struct map *m, size_t max_entries);
void map_done(struct map *m);
void *map_get(const struct map *m, struct str key);
int map_put(struct map *m, struct str key, void *value);

/* Iterates: *at starts at 0; false at the end. */
bool map_next(const struct map *m, size_t *at, struct str *ret_key, void **ret_value);

/* The hash itself, keyed once per process. */
uint64_t hash_bytes(const void *p, size_t n);
