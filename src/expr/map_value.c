/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/map_value.h"

#include "base/map.h"
#include "expr/bytes.h"

/* Up to so many entries are compared one by one. */
#define WALK_MAX 8

struct value value_as_key(struct value key)
{
	if (key.kind != VALUE_DOUBLE)
		return key;
	if (key.d >= -9223372036854775808.0 && key.d < 9223372036854775808.0 &&
	    (double)(int64_t)key.d == key.d)
		return value_int((int64_t)key.d);
	if (key.d >= 0 && key.d < 18446744073709551616.0 && (double)(uint64_t)key.d == key.d)
		return value_uint((uint64_t)key.d);
	return key;
}

bool value_keys_equal(struct value a, struct value b)
{
	if (a.kind == VALUE_STRING)
		return b.kind == VALUE_STRING && a.n == b.n && bytes_equal(a.p, b.p, a.n);
	if (a.kind == VALUE_BOOL || b.kind == VALUE_BOOL)
		return a.kind == b.kind && a.b == b.b;
	if ((a.kind != VALUE_INT && a.kind != VALUE_UINT) ||
	    (b.kind != VALUE_INT && b.kind != VALUE_UINT))
		return false;
	return a.u == b.u && (a.kind == b.kind || a.i >= 0);
}

uint32_t value_key_hash(struct value key)
{
	key = value_as_key(key);
	if (key.kind == VALUE_STRING)
		return (uint32_t)hash_bytes(key.p, key.n);
	return (uint32_t)hash_bytes(&key.u, sizeof(key.u));
}

bool value_is_key(struct value v)
{
	return v.kind == VALUE_STRING || v.kind == VALUE_INT || v.kind == VALUE_UINT ||
	       v.kind == VALUE_BOOL;
}

static uint32_t walk(const struct map_value *map, uint32_t n, struct value key)
{
	for (uint32_t i = 0; i < n; i++)
		if (value_keys_equal(map->entries[i].key, key))
			return i;
	return UINT32_MAX;
}

uint32_t map_find_hashed(const struct map_value *map, uint32_t n, struct value key, uint32_t hash)
{
	if (!map->index)
		return walk(map, n, key);
	for (uint32_t at = hash;; at++) {
		uint32_t entry = map->index[at & map->index_mask];

		if (entry == 0)
			return UINT32_MAX;
		if (value_keys_equal(map->entries[entry - 1].key, key))
			return entry - 1;
	}
}

uint32_t map_find(const struct map_value *map, uint32_t n, struct value key)
{
	key = value_as_key(key);
	if (!value_is_key(key))
		return UINT32_MAX;
	return map_find_hashed(map, n, key, map->index ? value_key_hash(key) : 0);
}

static struct value repeated(struct call *c, struct value key)
{
	if (key.kind == VALUE_STRING)
		return call_error(c, "map: the key \"%.*s\" repeats",
				  STR_FMT(str_sub(value_str(key), 0, 80)));
	if (key.kind == VALUE_BOOL)
		return call_error(c, "map: the key %s repeats", key.b ? "true" : "false");
	if (key.kind == VALUE_INT)
		return call_error(c, "map: the key %lld repeats", (long long)key.i);
	return call_error(c, "map: the key %llu repeats", (unsigned long long)key.u);
}

/* Enters all entries into the index; the position of the first that repeats, or UINT32_MAX. */
static uint32_t fill_index(uint32_t *index, uint32_t mask, const struct map_entry *entries,
			   uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = value_key_hash(entries[i].key);

		for (; index[at & mask]; at++)
			if (value_keys_equal(entries[index[at & mask] - 1].key, entries[i].key))
				return i;
		index[at & mask] = i + 1;
	}
	return UINT32_MAX;
}

static uint32_t first_repeated(const struct map_entry *entries, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (value_keys_equal(entries[i].key, entries[j].key))
				return i;
	return UINT32_MAX;
}

struct value map_build(struct call *c, struct map_entry *entries, uint32_t n)
{
	struct map_value *map = call_alloc(c, sizeof(*map));
	uint32_t *index = NULL, size = 16, twice = UINT32_MAX;

	if (!map || !call_spend(c, n))
		return call_exhausted(c);
	for (uint32_t i = 0; i < n; i++) {
		if (!value_is_key(entries[i].key))
			return call_error(c, "map: a key is bool, int, uint or string, not %s",
					  value_kind_name((enum value_kind)entries[i].key.kind));
		if (entries[i].key.kind == VALUE_STRING &&
		    !call_spend_compared(c, entries[i].key.n))
			return call_exhausted(c);
	}
	if (n > WALK_MAX) {
		while (size < (uint64_t)n * 2)
			size *= 2;
		index = call_alloc(c, size * sizeof(*index));
		if (!index)
			return call_exhausted(c);
		memset(index, 0, size * sizeof(*index));
		twice = fill_index(index, size - 1, entries, n);
	} else {
		twice = first_repeated(entries, n);
	}
	if (twice != UINT32_MAX)
		return repeated(c, entries[twice].key);
	*map = (struct map_value){.entries = entries, .index = index, .index_mask = size - 1};
	return (struct value){.kind = VALUE_MAP, .n = n, .map = map};
}
