/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and maps that an expression writes out, and the names it gives to parts of itself. */
#include "expr/map_value.h"
#include "expr/node.h"

/* Replaces an optional by its value; *ret_left_out when it has none. Else what is returned. */
static struct value take_optional(const struct node *n, struct frame *f, struct value v,
				  bool *ret_left_out)
{
	*ret_left_out = v.kind == VALUE_OPTIONAL && !v.optional;
	if (value_is_error(v) || *ret_left_out)
		return v;
	if (v.kind != VALUE_OPTIONAL)
		return node_error(n, f, "behind '?' stands %s instead of an optional",
				  value_kind_name((enum value_kind)v.kind));
	return *v.optional;
}

struct value eval_list(const struct node *n, struct frame *f)
{
	const struct node_list *list = (const struct node_list *)n;
	struct value *items = call_values(&f->call, list->n);
	bool left_out = false;
	uint32_t n_items = 0;

	if (!items)
		return call_exhausted(&f->call);
	for (uint32_t i = 0; i < list->n; i++) {
		struct value v = node_eval(list->items[i], f);

		if (list->optional && list->optional[i])
			v = take_optional(n, f, v, &left_out);
		else
			left_out = false;
		if (value_is_error(v))
			return v;
		if (!left_out)
			items[n_items++] = v;
	}
	return value_list(items, n_items);
}

struct value eval_map(const struct node *n, struct frame *f)
{
	const struct node_map *map = (const struct node_map *)n;
	struct map_entry *entries = call_alloc(&f->call, map->n * sizeof(*entries));
	uint32_t n_entries = 0;

	if (!entries)
		return call_exhausted(&f->call);
	for (uint32_t i = 0; i < map->n; i++) {
		struct value key = node_eval(map->keys[i], f), v;
		bool left_out = false;

		if (value_is_error(key))
			return key;
		v = node_eval(map->values[i], f);
		if (map->optional && map->optional[i])
			v = take_optional(n, f, v, &left_out);
		if (value_is_error(v))
			return v;
		if (!left_out)
			entries[n_entries++] = (struct map_entry){key, v};
	}
	f->call.pos = n->pos;
	return map_build(&f->call, entries, n_entries);
}

/* The local is filled by the first eval_lazy in the body. */
struct value eval_bind(const struct node *n, struct frame *f)
{
	const struct node_bind *bind = (const struct node_bind *)n;

	f->locals[bind->slot] = value_absent();
	return node_eval(bind->body, f);
}

struct value eval_opt_map(const struct node *n, struct frame *f)
{
	const struct node_opt_map *map = (const struct node_opt_map *)n;
	struct value v = node_eval(map->target, f);

	if (v.kind != VALUE_OPTIONAL)
		return eval_no_overload(n, f, map->flat ? "optFlatMap" : "optMap", &v, 1);
	if (!v.optional)
		return v;
	f->locals[map->slot] = *v.optional;
	v = node_eval(map->body, f);
	if (value_is_error(v))
		return v;
	if (!map->flat)
		return call_optional(&f->call, v);
	if (v.kind != VALUE_OPTIONAL)
		return node_error(n, f, "optFlatMap: its body gave %s instead of an optional",
				  value_kind_name((enum value_kind)v.kind));
	return v;
}

/* In order, so that the depth of the stack does not grow with the slots; errors wait to be asked.
 */
struct value eval_block(const struct node *n, struct frame *f)
{
	const struct node_block *block = (const struct node_block *)n;

	for (uint32_t i = 0; i < block->n; i++)
		f->locals[block->first_slot + i] = node_eval(block->slots[i], f);
	return node_eval(block->result, f);
}
