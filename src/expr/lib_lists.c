/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extension library `lists`: new lists out of lists. sortBy is a macro (macro.h).
 *
 * Specification: cel-go's ext/README.md, "Lists".
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "expr/function.h"
#include "expr/sort.h"
#include "expr/value_set.h"

#define FLATTEN_DEPTH 128 /* lists in lists */

static struct value slice(struct call *c, const struct value *args)
{
	int64_t start = args[1].i, end = args[2].i;
	struct value *items;

	if (start < 0 || end < start || end > args[0].n)
		return call_error(c,
				  "slice(%" PRId64 ", %" PRId64
				  "): expected 0 <= start <= end <= %" PRIu32 ", the list's size",
				  start, end, args[0].n);
	if (args[0].form == VALUE_PLAIN)
		return value_list(args[0].items + start, (uint32_t)(end - start));
	items = call_values(c, (size_t)(end - start));
	if (!items)
		return call_exhausted(c);
	for (int64_t i = start; i < end; i++)
		items[i - start] = value_at(c, args[0], (uint32_t)i);
	return value_list(items, (uint32_t)(end - start));
}

static struct value reverse(struct call *c, const struct value *args)
{
	uint32_t n = args[0].n;
	struct value *items = call_values(c, n);

	if (!items)
		return call_exhausted(c);
	for (uint32_t i = 0; i < n; i++)
		items[n - 1 - i] = value_at(c, args[0], i);
	return value_list(items, n);
}

static struct value range(struct call *c, const struct value *args)
{
	int64_t n = args[0].i < 0 ? 0 : args[0].i;
	struct value *items = call_values(c, (size_t)n);

	if (!items)
		return call_exhausted(c);
	for (int64_t i = 0; i < n; i++)
		items[i] = value_int(i);
	return value_list(items, (uint32_t)n);
}

static struct value distinct(struct call *c, const struct value *args)
{
	struct value *items = call_values(c, args[0].n);
	struct value_set seen;
	uint32_t n = 0;

	if (!items || !value_set_init(&seen, c, args[0].n))
		return call_exhausted(c);
	for (uint32_t i = 0; i < args[0].n && !c->out_of; i++) {
		struct value v = value_at(c, args[0], i);

		if (value_set_has(&seen, v) || c->out_of)
			continue;
		value_set_add(&seen, v);
		items[n++] = v;
	}
	return c->out_of ? call_exhausted(c) : value_list(items, n);
}

static struct value sort(struct call *c, const struct value *args)
{
	const struct value *items = args[0].items;
	struct value *own;

	if (args[0].form == VALUE_FOREIGN) {
		own = call_values(c, args[0].n);
		if (!own)
			return call_exhausted(c);
		for (uint32_t i = 0; i < args[0].n; i++)
			own[i] = value_at(c, args[0], i);
		items = own;
	}
	return value_sort_by(c, "sort", items, items, args[0].n);
}

/* ---- flatten ---- */

/*
 * Counts the elements of `list` with lists in it opened `levels` deep, and puts them at `items`
 * when that is not NULL. False: nested too deep, or the budget is used up. Recursion:
 * FLATTEN_DEPTH.
 */
static bool open_list(struct call *c, struct value list, int64_t levels, int depth,
		      struct value *items, uint64_t *n)
{
	if (depth > FLATTEN_DEPTH || !call_spend(c, list.n))
		return false;
	for (uint32_t i = 0; i < list.n; i++) {
		struct value v = value_at(c, list, i);

		if (levels > 0 && v.kind == VALUE_LIST) {
			if (!open_list(c, v, levels - 1, depth + 1, items, n))
				return false;
			continue;
		}
		if (items)
			items[*n] = v;
		(*n)++;
	}
	return true;
}

static struct value flatten_levels(struct call *c, struct value list, int64_t levels)
{
	struct value *items = NULL;
	uint64_t n = 0;

	if (levels < 0)
		return call_error(c, "flatten(%" PRId64 "): the depth is negative", levels);
	if (open_list(c, list, levels, 0, NULL, &n))
		items = call_values(c, n);
	else if (!c->out_of)
		return call_error(c, "flatten: lists are nested more than %d deep", FLATTEN_DEPTH);
	n = 0;
	if (!items || !open_list(c, list, levels, 0, items, &n))
		return call_exhausted(c);
	return value_list(items, (uint32_t)n);
}

static struct value flatten(struct call *c, const struct value *args)
{
	return flatten_levels(c, args[0], 1);
}

static struct value flatten_deep(struct call *c, const struct value *args)
{
	return flatten_levels(c, args[0], args[1].i);
}

/* ---- the ends ---- */

static struct value element(struct call *c, struct value list, uint32_t i)
{
	if (i >= list.n)
		return value_optional(NULL);
	return call_optional(c, value_at(c, list, i));
}

static struct value first(struct call *c, const struct value *args)
{
	return element(c, args[0], 0);
}

/* Of an empty list UINT32_MAX, which it does not have either. */
static struct value last(struct call *c, const struct value *args)
{
	return element(c, args[0], args[0].n - 1);
}

static const struct function_row rows[] = {
	{.name = "distinct", .signature = "list(T).() -> list(T)", .fn = distinct},
	{.name = "first", .signature = "list(T).() -> optional_type(T)", .fn = first},
	{.name = "flatten", .signature = "list(list(T)).() -> list(T)", .fn = flatten},
	{.name = "flatten", .signature = "list(dyn).(int) -> list(dyn)", .fn = flatten_deep},
	{.name = "last", .signature = "list(T).() -> optional_type(T)", .fn = last},
	{.name = "lists.range", .signature = "(int) -> list(int)", .fn = range},
	{.name = "reverse", .signature = "list(T).() -> list(T)", .fn = reverse},
	{.name = "slice", .signature = "list(T).(int, int) -> list(T)", .fn = slice},
	{.name = "sort", .signature = "list(T).() -> list(T)", .fn = sort},
};

const struct library library_lists = {.name = "lists", .rows = rows, .n_rows = ARRAY_LEN(rows)};
