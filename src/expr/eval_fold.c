/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The macros over lists and maps. One variable is an element, or a key of a map; two are position
 * and element, or key and value. Each turn costs the nodes of its body.
 */
#include "base/cleanup.h"
#include "expr/map_value.h"
#include "expr/node.h"
#include "expr/sort.h"

/* The range, or an error that is the result; also of what cannot be walked over. */
static struct value range_of(const struct node_fold *fold, struct frame *f, const char *name)
{
	struct value v = node_eval(fold->range, f);

	if (v.kind == VALUE_LIST || v.kind == VALUE_MAP)
		return v;
	return eval_no_overload(&fold->node, f, name, &v, 1);
}

/* Sets the variables for the i-th turn; false when there is no budget for it. */
static inline bool enter(const struct node_fold *fold, struct frame *f, struct value range,
			 uint32_t i)
{
	struct value first;

	if (!call_spend(&f->call, fold->turn_cost))
		return false;
	if (range.kind == VALUE_LIST)
		first = fold->two ? value_int(i) : value_at(&f->call, range, i);
	else
		first = value_key_at(&f->call, range, i);
	f->locals[fold->slot1] = first;
	if (fold->two)
		f->locals[fold->slot2] = range.kind == VALUE_LIST
						 ? value_at(&f->call, range, i)
						 : value_get(&f->call, range, first);
	return true;
}

/* Of a condition: true, false or an error; anything else is an error too. */
static struct value asked(const struct node *n, struct frame *f, const char *name)
{
	struct value v = node_eval(n, f);

	return v.kind == VALUE_BOOL ? v : eval_no_overload(n, f, name, &v, 1);
}

/* all() and exists(): like a chain of && or ||, errors wait for a turn that decides. */
static struct value quantify(const struct node *n, struct frame *f, bool decides, const char *name)
{
	const struct node_fold *fold = (const struct node_fold *)n;
	struct value range = range_of(fold, f, name), error = value_absent();

	if (value_is_error(range))
		return range;
	for (uint32_t i = 0; i < range.n; i++) {
		struct value v;

		if (!enter(fold, f, range, i))
			return call_exhausted(&f->call);
		v = asked(fold->body, f, name);
		if (value_is_error(v))
			error = error.kind == VALUE_ABSENT ? v : error;
		else if (v.b == decides)
			return v;
	}
	return error.kind == VALUE_ABSENT ? value_bool(!decides) : error;
}

static struct value eval_all(const struct node *n, struct frame *f)
{
	return quantify(n, f, false, "all");
}

static struct value eval_exists(const struct node *n, struct frame *f)
{
	return quantify(n, f, true, "exists");
}

static struct value eval_exists_one(const struct node *n, struct frame *f)
{
	const struct node_fold *fold = (const struct node_fold *)n;
	struct value range = range_of(fold, f, "exists_one");
	uint32_t found = 0;

	if (value_is_error(range))
		return range;
	for (uint32_t i = 0; i < range.n; i++) {
		struct value v;

		if (!enter(fold, f, range, i))
			return call_exhausted(&f->call);
		v = asked(fold->body, f, "exists_one");
		if (value_is_error(v))
			return v;
		found += v.b;
	}
	return value_bool(found == 1);
}

/* Enters a turn and asks its condition: 1 take it, 0 leave it out, -1 *ret_error is the result. */
static int take(const struct node_fold *fold, struct frame *f, struct value range, uint32_t i,
		const char *name, struct value *ret_error)
{
	struct value v;

	if (!enter(fold, f, range, i)) {
		*ret_error = call_exhausted(&f->call);
		return -1;
	}
	if (!fold->condition)
		return 1;
	v = asked(fold->condition, f, name);
	if (!value_is_error(v))
		return v.b;
	*ret_error = v;
	return -1;
}

/* filter keeps the variable, map makes something of it. */
static struct value collect(const struct node *n, struct frame *f, const char *name)
{
	const struct node_fold *fold = (const struct node_fold *)n;
	struct value range = range_of(fold, f, name), *items, error;
	uint32_t n_items = 0;

	if (value_is_error(range))
		return range;
	items = call_values(&f->call, range.n);
	if (!items)
		return call_exhausted(&f->call);
	for (uint32_t i = 0; i < range.n; i++) {
		int taken = take(fold, f, range, i, name, &error);

		if (taken < 0)
			return error;
		if (taken == 0)
			continue;
		items[n_items] = node_eval(fold->body, f);
		if (value_is_error(items[n_items]))
			return items[n_items];
		n_items++;
	}
	return value_list(items, n_items);
}

static struct value eval_filter(const struct node *n, struct frame *f)
{
	return collect(n, f, "filter");
}

static struct value eval_map_macro(const struct node *n, struct frame *f)
{
	return collect(n, f, "map");
}

static struct value eval_transform_map(const struct node *n, struct frame *f)
{
	const struct node_fold *fold = (const struct node_fold *)n;
	struct value range = range_of(fold, f, "transformMap"), error;
	struct map_entry *entries;
	uint32_t n_entries = 0;

	if (value_is_error(range))
		return range;
	entries = call_alloc(&f->call, range.n * sizeof(*entries));
	if (!entries)
		return call_exhausted(&f->call);
	for (uint32_t i = 0; i < range.n; i++) {
		int taken = take(fold, f, range, i, "transformMap", &error);
		struct map_entry *e = &entries[n_entries];

		if (taken < 0)
			return error;
		if (taken == 0)
			continue;
		e->key = f->locals[fold->slot1];
		e->value = node_eval(fold->body, f);
		if (value_is_error(e->value))
			return e->value;
		n_entries++;
	}
	f->call.pos = n->pos;
	return map_build(&f->call, entries, n_entries);
}

/* Entries of all the maps that the turns made. */
struct gathered {
	struct map_entry *p;
	size_t n, cap;
};

static bool gather(struct call *c, struct gathered *g, struct value map)
{
	if (g->n + map.n > g->cap) {
		size_t cap = (g->n + map.n) * 2;
		struct map_entry *bigger = call_alloc(c, cap * sizeof(*bigger));

		if (!bigger)
			return false;
		if (g->n)
			memcpy(bigger, g->p, g->n * sizeof(*bigger));
		g->p = bigger;
		g->cap = cap;
	}
	for (uint32_t i = 0; i < map.n; i++) {
		struct value key = value_key_at(c, map, i);

		g->p[g->n++] = (struct map_entry){key, value_get(c, map, key)};
	}
	return call_spend(c, map.n);
}

static struct value eval_transform_map_entry(const struct node *n, struct frame *f)
{
	const struct node_fold *fold = (const struct node_fold *)n;
	struct value range = range_of(fold, f, "transformMapEntry"), v;
	struct gathered g = {0};

	if (value_is_error(range))
		return range;
	for (uint32_t i = 0; i < range.n; i++) {
		int taken = take(fold, f, range, i, "transformMapEntry", &v);

		if (taken < 0)
			return v;
		if (taken == 0)
			continue;
		v = node_eval(fold->body, f);
		if (v.kind != VALUE_MAP)
			return eval_no_overload(n, f, "transformMapEntry", &v, 1);
		if (!gather(&f->call, &g, v))
			return call_exhausted(&f->call);
	}
	f->call.pos = n->pos;
	return map_build(&f->call, g.p, (uint32_t)g.n);
}

static struct value eval_sort_by(const struct node *n, struct frame *f)
{
	const struct node_fold *fold = (const struct node_fold *)n;
	struct value range = range_of(fold, f, "sortBy"), *items, *keys;

	if (range.kind != VALUE_LIST)
		return eval_no_overload(n, f, "sortBy", &range, 1);
	items = call_values(&f->call, range.n);
	keys = call_values(&f->call, range.n);
	if (!items || !keys)
		return call_exhausted(&f->call);
	for (uint32_t i = 0; i < range.n; i++) {
		if (!enter(fold, f, range, i))
			return call_exhausted(&f->call);
		items[i] = f->locals[fold->slot1];
		keys[i] = node_eval(fold->body, f);
		if (value_is_error(keys[i]))
			return keys[i];
	}
	f->call.pos = n->pos;
	return value_sort_by(&f->call, "sortBy", keys, items, range.n);
}

eval_function *const eval_folds[] = {
	[FOLD_ALL] = eval_all,
	[FOLD_EXISTS] = eval_exists,
	[FOLD_EXISTS_ONE] = eval_exists_one,
	[FOLD_FILTER] = eval_filter,
	[FOLD_MAP] = eval_map_macro,
	[FOLD_TRANSFORM_MAP] = eval_transform_map,
	[FOLD_TRANSFORM_MAP_ENTRY] = eval_transform_map_entry,
	[FOLD_SORT_BY] = eval_sort_by,
};
