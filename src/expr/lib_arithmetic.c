/* SPDX-License-Identifier: Apache-2.0 */
/* The operators + - * / % and the two signs, on everything but time (lib_time.c). */
#include <math.h>

#include "base/cleanup.h"
#include "expr/function.h"

static struct value overflow(struct call *c, const char *kind, const char *operation)
{
	return call_error(c, "%s overflow: the result of %s does not fit", kind, operation);
}

static struct value by_zero(struct call *c, const char *what)
{
	return call_error(c, "%s by zero", what);
}

/* CHECKED(name, member, make, builtin, "addition"): overflow is an error. */
#define CHECKED(ident, type, member, kind, builtin, operation)                                     \
	static struct value ident(struct call *c, const struct value *args)                        \
	{                                                                                          \
		type result;                                                                       \
                                                                                                   \
		if (builtin(args[0].member, args[1].member, &result))                              \
			return overflow(c, #kind, operation);                                      \
		return value_##kind(result);                                                       \
	}

CHECKED(add_int, int64_t, i, int, __builtin_add_overflow, "an addition")
CHECKED(add_uint, uint64_t, u, uint, __builtin_add_overflow, "an addition")
CHECKED(subtract_int, int64_t, i, int, __builtin_sub_overflow, "a subtraction")
CHECKED(subtract_uint, uint64_t, u, uint, __builtin_sub_overflow, "a subtraction")
CHECKED(multiply_int, int64_t, i, int, __builtin_mul_overflow, "a multiplication")
CHECKED(multiply_uint, uint64_t, u, uint, __builtin_mul_overflow, "a multiplication")

static struct value add_double(struct call *c, const struct value *args)
{
	return value_double(args[0].d + args[1].d);
}

static struct value subtract_double(struct call *c, const struct value *args)
{
	return value_double(args[0].d - args[1].d);
}

static struct value multiply_double(struct call *c, const struct value *args)
{
	return value_double(args[0].d * args[1].d);
}

/* IEEE 754: by zero is infinite or a NaN. */
static struct value divide_double(struct call *c, const struct value *args)
{
	return value_double(args[0].d / args[1].d);
}

static struct value divide_int(struct call *c, const struct value *args)
{
	if (args[1].i == 0)
		return by_zero(c, "division");
	if (args[0].i == INT64_MIN && args[1].i == -1)
		return overflow(c, "int", "a division");
	return value_int(args[0].i / args[1].i);
}

static struct value divide_uint(struct call *c, const struct value *args)
{
	return args[1].u ? value_uint(args[0].u / args[1].u) : by_zero(c, "division");
}

static struct value modulo_int(struct call *c, const struct value *args)
{
	if (args[1].i == 0)
		return by_zero(c, "modulus");
	if (args[0].i == INT64_MIN && args[1].i == -1)
		return overflow(c, "int", "a modulus");
	return value_int(args[0].i % args[1].i);
}

static struct value modulo_uint(struct call *c, const struct value *args)
{
	return args[1].u ? value_uint(args[0].u % args[1].u) : by_zero(c, "modulus");
}

static struct value negate_int(struct call *c, const struct value *args)
{
	return args[0].i == INT64_MIN ? overflow(c, "int", "a change of sign")
				      : value_int(-args[0].i);
}

static struct value negate_double(struct call *c, const struct value *args)
{
	return value_double(-args[0].d);
}

static struct value not_bool(struct call *c, const struct value *args)
{
	return value_bool(!args[0].b);
}

/* Two runs of bytes behind each other. */
static struct value concat(struct call *c, const struct value *args)
{
	size_t n = (size_t)args[0].n + args[1].n;
	struct value result = args[0];
	char *p;

	if (args[0].n == 0 || args[1].n == 0)
		return args[0].n ? args[0] : args[1];
	p = call_bytes(c, n);
	if (!p)
		return call_exhausted(c);
	memcpy(p, args[0].p, args[0].n);
	memcpy(p + args[0].n, args[1].p, args[1].n);
	result.p = p;
	result.n = (uint32_t)n;
	return result;
}

static struct value concat_lists(struct call *c, const struct value *args)
{
	uint64_t n = (uint64_t)args[0].n + args[1].n;
	struct value *items;

	if (args[0].n == 0 || args[1].n == 0)
		return args[0].n ? args[0] : args[1];
	items = call_values(c, n);
	if (!items)
		return call_exhausted(c);
	for (uint32_t i = 0; i < args[0].n; i++)
		items[i] = value_at(c, args[0], i);
	for (uint32_t i = 0; i < args[1].n; i++)
		items[args[0].n + i] = value_at(c, args[1], i);
	return value_list(items, (uint32_t)n);
}

static const struct function_row rows[] = {
	{.name = "_+_", .signature = "(int, int) -> int", .fn = add_int},
	{.name = "_+_", .signature = "(uint, uint) -> uint", .fn = add_uint},
	{.name = "_+_", .signature = "(double, double) -> double", .fn = add_double},
	{.name = "_+_", .signature = "(string, string) -> string", .fn = concat},
	{.name = "_+_", .signature = "(bytes, bytes) -> bytes", .fn = concat},
	{.name = "_+_", .signature = "(list(A), list(A)) -> list(A)", .fn = concat_lists},
	{.name = "_-_", .signature = "(int, int) -> int", .fn = subtract_int},
	{.name = "_-_", .signature = "(uint, uint) -> uint", .fn = subtract_uint},
	{.name = "_-_", .signature = "(double, double) -> double", .fn = subtract_double},
	{.name = "_*_", .signature = "(int, int) -> int", .fn = multiply_int},
	{.name = "_*_", .signature = "(uint, uint) -> uint", .fn = multiply_uint},
	{.name = "_*_", .signature = "(double, double) -> double", .fn = multiply_double},
	{.name = "_/_", .signature = "(int, int) -> int", .fn = divide_int},
	{.name = "_/_", .signature = "(uint, uint) -> uint", .fn = divide_uint},
	{.name = "_/_", .signature = "(double, double) -> double", .fn = divide_double},
	{.name = "_%_", .signature = "(int, int) -> int", .fn = modulo_int},
	{.name = "_%_", .signature = "(uint, uint) -> uint", .fn = modulo_uint},
	{.name = "-_", .signature = "(int) -> int", .fn = negate_int},
	{.name = "-_", .signature = "(double) -> double", .fn = negate_double},
	{.name = "!_", .signature = "(bool) -> bool", .fn = not_bool},
};

const struct library library_arithmetic = {
	.name = "arithmetic", .rows = rows, .n_rows = ARRAY_LEN(rows)};
