/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to a whole list: its sum, its least and greatest element, where something is in it.
 *
 * Specification: Kubernetes' library of lists (k8s.io/apiserver, pkg/cel/library/lists.go).
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "expr/function.h"
#include "expr/time.h"

static struct value is_sorted(struct call *c, const struct value *args)
{
	if (!call_spend(c, args[0].n))
		return call_exhausted(c);
	for (uint32_t i = 1; i < args[0].n; i++) {
		struct value pair[] = {value_at(c, args[0], i - 1), value_at(c, args[0], i)};
		int order;

		if (!value_compare(c, pair[0], pair[1], &order))
			return call_no_overload(c, "isSorted", pair, 2);
		if (order > 0)
			return value_bool(false);
	}
	return value_bool(true);
}

/* sign 1: the greatest, -1: the least; the first of equal ones. */
static struct value extreme(struct call *c, struct value list, int sign, const char *name)
{
	struct value best = value_absent();

	if (!call_spend(c, list.n))
		return call_exhausted(c);
	for (uint32_t i = 0; i < list.n; i++) {
		struct value v = value_at(c, list, i), pair[] = {best, v};
		int order = -sign;

		if (!value_compare(c, i ? best : v, v, &order))
			return call_no_overload(c, name, i ? pair : &v, i ? 2 : 1);
		if (i == 0 || order * sign < 0)
			best = v;
	}
	return list.n ? best : call_error(c, "%s called on an empty list", name);
}

static struct value min(struct call *c, const struct value *args)
{
	return extreme(c, args[0], -1, "min");
}

static struct value max(struct call *c, const struct value *args)
{
	return extreme(c, args[0], 1, "max");
}

static bool add_durations(struct value a, struct value b, struct value *ret)
{
	struct nanotime sum;

	if (!duration_add((struct nanotime){a.i, a.n}, (struct nanotime){b.i, b.n}, &sum))
		return false;
	*ret = value_duration(sum.seconds, sum.nanos);
	return true;
}

/* Of two values of one kind; false when the sum is out of its range. */
static bool add(struct value a, struct value b, struct value *ret)
{
	*ret = a;
	if (a.kind == VALUE_INT)
		return !__builtin_add_overflow(a.i, b.i, &ret->i);
	if (a.kind == VALUE_UINT)
		return !__builtin_add_overflow(a.u, b.u, &ret->u);
	if (a.kind == VALUE_DURATION)
		return add_durations(a, b, ret);
	ret->d = a.d + b.d;
	return true;
}

/* The elements decide what is added; zero only stands for the empty list. */
static struct value sum(struct call *c, struct value list, struct value zero)
{
	if (!call_spend(c, list.n))
		return call_exhausted(c);
	for (uint32_t i = 0; i < list.n; i++) {
		struct value v = value_at(c, list, i), pair[] = {zero, v};

		if (i == 0 && (v.kind == VALUE_INT || v.kind == VALUE_UINT ||
			       v.kind == VALUE_DOUBLE || v.kind == VALUE_DURATION))
			zero = v;
		else if (v.kind != zero.kind || i == 0)
			return call_no_overload(c, "sum", pair, 2);
		else if (!add(pair[0], pair[1], &zero))
			return call_error(c, "sum: the result is out of the range of %s",
					  value_kind_name((enum value_kind)v.kind));
	}
	return zero;
}

static struct value sum_ints(struct call *c, const struct value *args)
{
	return sum(c, args[0], value_int(0));
}

static struct value sum_uints(struct call *c, const struct value *args)
{
	return sum(c, args[0], value_uint(0));
}

static struct value sum_doubles(struct call *c, const struct value *args)
{
	return sum(c, args[0], value_double(0));
}

static struct value sum_durations(struct call *c, const struct value *args)
{
	return sum(c, args[0], value_duration(0, 0));
}

static struct value index_of(struct call *c, const struct value *args)
{
	for (uint32_t i = 0; i < args[0].n; i++) {
		if (!call_spend(c, 1))
			return call_exhausted(c);
		if (value_eq(c, value_at(c, args[0], i), args[1]))
			return value_int(i);
	}
	return c->out_of ? call_exhausted(c) : value_int(-1);
}

static struct value last_index_of(struct call *c, const struct value *args)
{
	for (uint32_t i = args[0].n; i > 0; i--) {
		if (!call_spend(c, 1))
			return call_exhausted(c);
		if (value_eq(c, value_at(c, args[0], i - 1), args[1]))
			return value_int((int64_t)i - 1);
	}
	return c->out_of ? call_exhausted(c) : value_int(-1);
}

/* Whether it is in the list, or equal to what is no list. */
static struct value includes(struct call *c, const struct value *args)
{
	struct value at;

	if (args[0].kind != VALUE_LIST) {
		bool equal = value_eq(c, args[0], args[1]);

		return c->out_of ? call_exhausted(c) : value_bool(equal);
	}
	at = index_of(c, args);
	return value_is_error(at) ? at : value_bool(at.i >= 0);
}

static const struct function_row rows[] = {
	{.name = "includes", .signature = "dyn.(dyn) -> bool", .fn = includes},
	{.name = "indexOf", .signature = "list(T).(T) -> int", .fn = index_of},
	{.name = "isSorted", .signature = "list(T).() -> bool", .fn = is_sorted},
	{.name = "lastIndexOf", .signature = "list(T).(T) -> int", .fn = last_index_of},
	{.name = "max", .signature = "list(T).() -> T", .fn = max},
	{.name = "min", .signature = "list(T).() -> T", .fn = min},
	{.name = "sum", .signature = "list(int).() -> int", .fn = sum_ints},
	{.name = "sum", .signature = "list(uint).() -> uint", .fn = sum_uints},
	{.name = "sum", .signature = "list(double).() -> double", .fn = sum_doubles},
	{.name = "sum", .signature = "list(duration).() -> duration", .fn = sum_durations},
};

const struct library library_aggregate = {
	.name = "aggregate", .rows = rows, .n_rows = ARRAY_LEN(rows)};
