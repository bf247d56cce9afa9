/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/const_set.h"

#include "expr/bytes.h"
#include "expr/map_value.h"

/* Longer runs of taken slots: somebody chose the strings; a walk over the list is as good. */
#define RUN_MAX 64

struct const_set {
	const struct value *slots; /* VALUE_ABSENT is free */
	uint32_t mask;
	uint64_t lengths; /* bit n % 64 for each string of n bytes: most strangers end here */
};

static inline uint32_t mix(uint64_t a, uint64_t b)
{
	a = (a ^ 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93;
	b = (b ^ a ^ a >> 32) * 0xa0761d6478bd642f;
	return (uint32_t)(b >> 32);
}

static inline uint32_t hash_string(const char *p, uint32_t n)
{
	uint64_t h = n;

	if (n < 4)
		return n ? mix((uint64_t)(uint8_t)p[0] | (uint64_t)(uint8_t)p[n / 2] << 8 |
				       (uint64_t)(uint8_t)p[n - 1] << 16,
			       h)
			 : 0;
	if (n < 8)
		return mix(bytes_load4(p), bytes_load4(p + n - 4) + h);
	for (uint32_t i = 8; i + 8 < n; i += 8)
		h = (h ^ bytes_load8(p + i)) * 0xd6e8feb86659fd93;
	return mix(bytes_load8(p), bytes_load8(p + n - 8) + h);
}

static inline uint32_t hash(struct value v)
{
	return v.kind == VALUE_STRING ? hash_string(v.p, v.n)
				      : mix(v.kind == VALUE_BOOL ? v.b : v.u, 0);
}

static bool add(struct const_set *set, struct value *slots, struct value v)
{
	uint32_t at = hash(v), run = 0;

	for (; slots[at & set->mask].kind != VALUE_ABSENT; at++)
		if (value_keys_equal(slots[at & set->mask], v) || run++ == RUN_MAX)
			return run <= RUN_MAX;
	slots[at & set->mask] = v;
	if (v.kind == VALUE_STRING)
		set->lengths |= (uint64_t)1 << (v.n & 63);
	return true;
}

const struct const_set *const_set_new(const struct value *items, uint32_t n, struct arena *a)
{
	uint32_t size = 8;
	struct const_set *set;
	struct value *slots;

	while (size < (uint64_t)n * 2)
		size *= 2;
	set = arena_alloc(a, sizeof(*set));
	slots = arena_array(a, size, sizeof(*slots));
	if (!set || !slots)
		return NULL;
	set->mask = size - 1;
	set->slots = slots;
	for (uint32_t i = 0; i < n; i++)
		if (!value_is_key(items[i]) || !add(set, slots, items[i]))
			return NULL;
	return set;
}

static bool has_string(const struct const_set *set, struct value v)
{
	if (!(set->lengths >> (v.n & 63) & 1))
		return false;
	for (uint32_t at = hash_string(v.p, v.n);; at++) {
		const struct value *slot = &set->slots[at & set->mask];

		if (slot->kind == VALUE_ABSENT)
			return false;
		if (slot->kind == VALUE_STRING && slot->n == v.n && bytes_equal(slot->p, v.p, v.n))
			return true;
	}
}

bool const_set_has(const struct const_set *set, struct value v)
{
	if (v.kind == VALUE_STRING)
		return has_string(set, v);
	v = value_as_key(v);
	if (!value_is_key(v))
		return false;
	for (uint32_t at = hash(v);; at++) {
		const struct value *slot = &set->slots[at & set->mask];

		if (slot->kind == VALUE_ABSENT)
			return false;
		if (value_keys_equal(*slot, v))
			return true;
	}
}
