/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extension library `sets`: lists whose order and repetitions do not matter.
 *
 * Specification: cel-go's ext/README.md, "Sets".
 */
#include "base/cleanup.h"
#include "expr/function.h"
#include "expr/value_set.h"

static bool fill(struct value_set *set, struct call *c, struct value list)
{
	if (!value_set_init(set, c, list.n))
		return false;
	for (uint32_t i = 0; i < list.n; i++) {
		struct value v = value_at(c, list, i);

		if (!value_set_has(set, v) && !c->out_of)
			value_set_add(set, v);
	}
	return c->out_of == ERR_OK;
}

/* Whether the number of elements of `list` that are in `all` is every one, or at least one. */
static bool has_elements(struct call *c, struct value all, struct value list, bool every)
{
	struct value_set set;

	if (!fill(&set, c, all))
		return false;
	for (uint32_t i = 0; i < list.n; i++) {
		if (value_set_has(&set, value_at(c, list, i)) != every)
			return !every;
	}
	return every;
}

/* An answer that was not reached is none. */
static struct value answer(struct call *c, bool b)
{
	return c->out_of ? call_exhausted(c) : value_bool(b);
}

static struct value contains(struct call *c, const struct value *args)
{
	return answer(c, has_elements(c, args[0], args[1], true));
}

static struct value equivalent(struct call *c, const struct value *args)
{
	return answer(c, has_elements(c, args[0], args[1], true) &&
				 has_elements(c, args[1], args[0], true));
}

static struct value intersects(struct call *c, const struct value *args)
{
	return answer(c, has_elements(c, args[0], args[1], false));
}

static const struct function_row rows[] = {
	{.name = "sets.contains", .signature = "(list(T), list(T)) -> bool", .fn = contains},
	{.name = "sets.equivalent", .signature = "(list(T), list(T)) -> bool", .fn = equivalent},
	{.name = "sets.intersects", .signature = "(list(T), list(T)) -> bool", .fn = intersects},
};

const struct library library_sets = {.name = "sets", .rows = rows, .n_rows = ARRAY_LEN(rows)};
