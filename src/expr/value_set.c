/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/value_set.h"

#include "expr/map_value.h"

bool value_set_init(struct value_set *set, struct call *c, uint32_t max)
{
	uint32_t size = 8;

	while (size < UINT32_MAX / 4 && size < max * 2)
		size *= 2;
	*set = (struct value_set){.call = c, .max = max, .mask = size - 1};
	set->members = call_values(c, max);
	set->index = set->members ? call_alloc(c, size * sizeof *set->index) : NULL;
	if (!set->index)
		return false;
	memset(set->index, 0, size * sizeof *set->index);
	return true;
}

/* The place of a key in the index: taken by it, or free. */
static uint32_t *place_of(const struct value_set *set, struct value key)
{
	uint32_t at = value_key_hash(key);

	while (set->index[at & set->mask]) {
		uint32_t i = set->index[at & set->mask] - 1;

		if (value_keys_equal(set->members[i], key))
			break;
		at++;
	}
	return &set->index[at & set->mask];
}

bool value_set_has(struct value_set *set, struct value v)
{
	struct value key = value_as_key(v);

	if (!call_spend(set->call, 1) ||
	    (key.kind == VALUE_STRING && !call_spend_compared(set->call, key.n)))
		return false;
	if (value_is_key(key))
		return *place_of(set, key) != 0;
	for (uint32_t i = 0; i < set->n_others; i++) {
		if (!call_spend(set->call, 1))
			return false;
		if (value_eq(set->call, set->members[set->max - 1 - i], v))
			return true;
	}
	return false;
}

void value_set_add(struct value_set *set, struct value v)
{
	struct value key = value_as_key(v);

	if (!value_is_key(key)) {
		set->members[set->max - ++set->n_others] = v;
		return;
	}
	set->members[set->n_hashed] = key;
	*place_of(set, key) = ++set->n_hashed;
}
