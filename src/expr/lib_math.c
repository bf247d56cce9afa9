/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extension library `math`. math.greatest and math.least of three and more arguments arrive as
 * one list: the parser makes it (macro.h).
 *
 * Specification: cel-go's ext/README.md, "Math".
 */
#include <inttypes.h>
#include <math.h>

#include "base/cleanup.h"
#include "expr/function.h"

/* ---- the greatest and the least ---- */

static bool is_number(struct value v)
{
	return v.kind == VALUE_INT || v.kind == VALUE_UINT || v.kind == VALUE_DOUBLE;
}

/* sign 1: the greater one, -1: the lesser one; a when they are equal. */
static struct value choose(struct call *c, struct value a, struct value b, int sign)
{
	int order;

	if (!value_compare(c, a, b, &order))
		return call_error(c, "NaN has no order, so there is no greatest or least number");
	return order * sign >= 0 ? a : b;
}

static struct value choose_of_list(struct call *c, struct value list, int sign)
{
	const char *name = sign > 0 ? "math.greatest" : "math.least";
	struct value best = value_absent();

	if (!call_spend(c, list.n))
		return call_exhausted(c);
	for (uint32_t i = 0; i < list.n; i++) {
		struct value v = value_at(c, list, i);

		if (value_is_error(v))
			return v;
		if (!is_number(v))
			return call_no_overload(c, name, &v, 1);
		best = i ? choose(c, best, v, sign) : v;
		if (value_is_error(best))
			return best;
	}
	return list.n ? best : call_error(c, "%s of an empty list", name);
}

static struct value same(struct call *c, const struct value *args)
{
	return args[0];
}

static struct value greatest(struct call *c, const struct value *args)
{
	return choose(c, args[0], args[1], 1);
}

static struct value least(struct call *c, const struct value *args)
{
	return choose(c, args[0], args[1], -1);
}

static struct value greatest_of(struct call *c, const struct value *args)
{
	return choose_of_list(c, args[0], 1);
}

static struct value least_of(struct call *c, const struct value *args)
{
	return choose_of_list(c, args[0], -1);
}

/* ---- doubles ---- */

static struct value ceil_double(struct call *c, const struct value *args)
{
	return value_double(ceil(args[0].d));
}

static struct value floor_double(struct call *c, const struct value *args)
{
	return value_double(floor(args[0].d));
}

/* Halves go away from zero. */
static struct value round_double(struct call *c, const struct value *args)
{
	return value_double(round(args[0].d));
}

static struct value trunc_double(struct call *c, const struct value *args)
{
	return value_double(trunc(args[0].d));
}

static struct value is_inf(struct call *c, const struct value *args)
{
	return value_bool(isinf(args[0].d));
}

static struct value is_nan(struct call *c, const struct value *args)
{
	return value_bool(isnan(args[0].d));
}

static struct value is_finite(struct call *c, const struct value *args)
{
	return value_bool(isfinite(args[0].d));
}

/* NaN below zero. */
static struct value sqrt_double(struct call *c, const struct value *args)
{
	return value_double(sqrt(args[0].d));
}

static struct value sqrt_int(struct call *c, const struct value *args)
{
	return value_double(sqrt((double)args[0].i));
}

static struct value sqrt_uint(struct call *c, const struct value *args)
{
	return value_double(sqrt((double)args[0].u));
}

/* ---- signs ---- */

static struct value abs_double(struct call *c, const struct value *args)
{
	return value_double(fabs(args[0].d));
}

static struct value abs_int(struct call *c, const struct value *args)
{
	if (args[0].i == INT64_MIN)
		return call_error(c, "integer overflow: math.abs(%" PRId64 ")", args[0].i);
	return value_int(args[0].i < 0 ? -args[0].i : args[0].i);
}

static struct value sign_double(struct call *c, const struct value *args)
{
	double d = args[0].d;

	return value_double(isnan(d) ? d : (d > 0) - (d < 0));
}

static struct value sign_int(struct call *c, const struct value *args)
{
	return value_int((args[0].i > 0) - (args[0].i < 0));
}

static struct value sign_uint(struct call *c, const struct value *args)
{
	return value_uint(args[0].u > 0);
}

/* ---- bits: the two kinds of integers share theirs ---- */

static struct value with_bits(struct value kind, uint64_t bits)
{
	kind.u = bits;
	return kind;
}

static struct value bit_and(struct call *c, const struct value *args)
{
	return with_bits(args[0], args[0].u & args[1].u);
}

static struct value bit_or(struct call *c, const struct value *args)
{
	return with_bits(args[0], args[0].u | args[1].u);
}

static struct value bit_xor(struct call *c, const struct value *args)
{
	return with_bits(args[0], args[0].u ^ args[1].u);
}

static struct value bit_not(struct call *c, const struct value *args)
{
	return with_bits(args[0], ~args[0].u);
}

static struct value negative_shift(struct call *c, int64_t by)
{
	return call_error(c, "negative offset: cannot shift by %" PRId64 " bits", by);
}

static struct value shift_left(struct call *c, const struct value *args)
{
	if (args[1].i < 0)
		return negative_shift(c, args[1].i);
	return with_bits(args[0], args[1].i > 63 ? 0 : args[0].u << args[1].i);
}

/* Zeros come in from the left, also into a negative int. */
static struct value shift_right(struct call *c, const struct value *args)
{
	if (args[1].i < 0)
		return negative_shift(c, args[1].i);
	return with_bits(args[0], args[1].i > 63 ? 0 : args[0].u >> args[1].i);
}

/* Two different kinds of numbers give the one or the other. */
#define CHOICE_ROWS(function, of_two, of_list)                                                     \
	{.name = (function), .signature = "(double) -> double", .fn = same},                       \
		{.name = (function), .signature = "(int) -> int", .fn = same},                     \
		{.name = (function), .signature = "(uint) -> uint", .fn = same},                   \
		{.name = (function), .signature = "(double, double) -> double", .fn = (of_two)},   \
		{.name = (function), .signature = "(int, int) -> int", .fn = (of_two)},            \
		{.name = (function), .signature = "(uint, uint) -> uint", .fn = (of_two)},         \
		{.name = (function), .signature = "(int, uint) -> dyn", .fn = (of_two)},           \
		{.name = (function), .signature = "(int, double) -> dyn", .fn = (of_two)},         \
		{.name = (function), .signature = "(double, int) -> dyn", .fn = (of_two)},         \
		{.name = (function), .signature = "(double, uint) -> dyn", .fn = (of_two)},        \
		{.name = (function), .signature = "(uint, int) -> dyn", .fn = (of_two)},           \
		{.name = (function), .signature = "(uint, double) -> dyn", .fn = (of_two)},        \
		{.name = (function), .signature = "(list(double)) -> double", .fn = (of_list)},    \
		{.name = (function), .signature = "(list(int)) -> int", .fn = (of_list)},          \
	{                                                                                          \
		.name = (function), .signature = "(list(uint)) -> uint", .fn = (of_list)           \
	}

static const struct function_row rows[] = {
	CHOICE_ROWS("math.greatest", greatest, greatest_of),
	CHOICE_ROWS("math.least", least, least_of),
	{.name = "math.abs", .signature = "(double) -> double", .fn = abs_double},
	{.name = "math.abs", .signature = "(int) -> int", .fn = abs_int},
	{.name = "math.abs", .signature = "(uint) -> uint", .fn = same},
	{.name = "math.bitAnd", .signature = "(int, int) -> int", .fn = bit_and},
	{.name = "math.bitAnd", .signature = "(uint, uint) -> uint", .fn = bit_and},
	{.name = "math.bitNot", .signature = "(int) -> int", .fn = bit_not},
	{.name = "math.bitNot", .signature = "(uint) -> uint", .fn = bit_not},
	{.name = "math.bitOr", .signature = "(int, int) -> int", .fn = bit_or},
	{.name = "math.bitOr", .signature = "(uint, uint) -> uint", .fn = bit_or},
	{.name = "math.bitShiftLeft", .signature = "(int, int) -> int", .fn = shift_left},
	{.name = "math.bitShiftLeft", .signature = "(uint, int) -> uint", .fn = shift_left},
	{.name = "math.bitShiftRight", .signature = "(int, int) -> int", .fn = shift_right},
	{.name = "math.bitShiftRight", .signature = "(uint, int) -> uint", .fn = shift_right},
	{.name = "math.bitXor", .signature = "(int, int) -> int", .fn = bit_xor},
	{.name = "math.bitXor", .signature = "(uint, uint) -> uint", .fn = bit_xor},
	{.name = "math.ceil", .signature = "(double) -> double", .fn = ceil_double},
	{.name = "math.floor", .signature = "(double) -> double", .fn = floor_double},
	{.name = "math.isFinite", .signature = "(double) -> bool", .fn = is_finite},
	{.name = "math.isInf", .signature = "(double) -> bool", .fn = is_inf},
	{.name = "math.isNaN", .signature = "(double) -> bool", .fn = is_nan},
	{.name = "math.round", .signature = "(double) -> double", .fn = round_double},
	{.name = "math.sign", .signature = "(double) -> double", .fn = sign_double},
	{.name = "math.sign", .signature = "(int) -> int", .fn = sign_int},
	{.name = "math.sign", .signature = "(uint) -> uint", .fn = sign_uint},
	{.name = "math.sqrt", .signature = "(double) -> double", .fn = sqrt_double},
	{.name = "math.sqrt", .signature = "(int) -> double", .fn = sqrt_int},
	{.name = "math.sqrt", .signature = "(uint) -> double", .fn = sqrt_uint},
	{.name = "math.trunc", .signature = "(double) -> double", .fn = trunc_double},
};

const struct library library_math = {.name = "math", .rows = rows, .n_rows = ARRAY_LEN(rows)};
