/* SPDX-License-Identifier: Apache-2.0 */
#include "check/fact_class.h"

struct value fact_strings(struct arena *a, struct str_list list)
{
	struct fact_list l = fact_list_make(a, list.n);

	for (size_t i = 0; i < list.n; i++)
		fact_list_add(&l, value_string(list.p[i]));
	return fact_list_value(&l);
}

struct fact_map fact_map_make(struct arena *a, size_t cap)
{
	return (struct fact_map){.arena = a,
				 .entries = arena_array(a, cap ? cap : 1, sizeof(struct map_entry)),
				 .cap = (uint32_t)cap};
}

void fact_map_put(struct fact_map *m, struct str key, struct value v)
{
	if (!m->entries)
		return;
	for (uint32_t i = 0; i < m->n; i++)
		if (str_eq(value_str(m->entries[i].key), key)) {
			m->entries[i].value = v;
			return;
		}
	if (m->n < m->cap)
		m->entries[m->n++] = (struct map_entry){value_string(key), v};
}

struct value fact_map_value(const struct fact_map *m)
{
	struct map_value *map = arena_alloc(m->arena, sizeof *map);

	if (!map)
		return value_absent();
	*map = (struct map_value){.entries = m->entries};
	return (struct value){.kind = VALUE_MAP, .n = m->n, .map = map};
}
