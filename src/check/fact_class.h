/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts whose fields are values made beforehand: a struct, its class and its manual from one list.
 *
 *     #define PAIR_FIELDS(FIELD)                                              pair_fact.h
 *             FIELD(key, "string", "the name")
 *             FIELD(value, "string", "the value, expanded")
 *     FACT_STRUCT(pair_fact, PAIR_FIELDS);
 *
 *     FACT_CLASS(pair_fact, pair_class, "Pair", PAIR_FIELDS)                  pair_fact.c
 *
 *     p->object.class = &pair_class;
 *     p->key = value_string(key);
 *
 * A field that is never set is absent: has() says false, reading it is an error of the rule.
 */
#pragma once

#include "base/arena.h"
#include "expr/value.h"

#define FACT_MEMBER(name, type, help) struct value name;
#define FACT_STRUCT(S, FIELDS)                                                                     \
	struct S {                                                                                 \
		struct object object;                                                              \
		FIELDS(FACT_MEMBER)                                                                \
	}

/*
 * The class of struct S, with its getters. A list that gives its rows to a macro cannot also tell
 * it the struct, so each struct has the two macros shown here:
 *
 *     #define GET_pair_fact(name, type, help) FACT_GETTER(pair_fact, name)
 *     #define ROW_pair_fact(name, type, help) FACT_ROW(pair_fact, name, type)
 */
#define FACT_CLASS(S, variable, type_name, FIELDS)                                                 \
	FIELDS(GET_##S)                                                                            \
	static const struct object_field S##_fields[] = {FIELDS(ROW_##S)};                         \
	static const struct type type_of_##S = {.kind = TYPE_ABSTRACT,                             \
						.name = {(type_name), sizeof(type_name) - 1}};     \
	static const struct object_class variable = {.name = (type_name),                          \
						     .type = &type_of_##S,                         \
						     .fields = S##_fields,                         \
						     .n_fields = sizeof S##_fields /               \
								 sizeof S##_fields[0]};

#define FACT_GETTER(S, member)                                                                     \
	static struct value S##_##member(struct call *c, const struct object *o)                   \
	{                                                                                          \
		(void)c; /* nothing is made */                                                     \
		return ((const struct S *)(const void *)o)->member;                                \
	}
#define FACT_ROW(S, member, type) {#member, type, S##_##member},

/* Lists and maps of values, in the arena. NULL p: the arena is full, which it remembers. */
struct fact_list {
	struct value *p;
	uint32_t n, cap;
};

static inline struct fact_list fact_list_make(struct arena *a, size_t cap)
{
	return (struct fact_list){.p = arena_array(a, cap ? cap : 1, sizeof(struct value)),
				  .cap = (uint32_t)cap};
}
static inline void fact_list_add(struct fact_list *l, struct value v)
{
	if (l->p && l->n < l->cap)
		l->p[l->n++] = v;
}
static inline struct value fact_list_value(const struct fact_list *l)
{
	return value_list(l->p, l->n);
}

struct value fact_strings(struct arena *a, struct str_list list);

/* A map of a few entries; the last of one key wins. */
struct fact_map {
	struct arena *arena;
	struct map_entry *entries;
	uint32_t n, cap;
};
struct fact_map fact_map_make(struct arena *a, size_t cap);
void fact_map_put(struct fact_map *m, struct str key, struct value v);
struct value fact_map_value(const struct fact_map *m);
