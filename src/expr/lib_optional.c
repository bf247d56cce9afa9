/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Optional values: optional.of(x), optional.none() and what can be asked of them. a.?b, a[?b],
 * optMap and optFlatMap are the evaluator's; or() and orValue() evaluate their argument only when
 * it is needed, so they are the evaluator's too when called on an optional.
 */
#include "base/cleanup.h"
#include "expr/function.h"

static struct value of(struct call *c, const struct value *args)
{
	return call_optional(c, args[0]);
}

static struct value of_non_zero(struct call *c, const struct value *args)
{
	return value_is_zero(args[0]) ? value_optional(NULL) : call_optional(c, args[0]);
}

static struct value none(struct call *c, const struct value *args)
{
	return value_optional(NULL);
}

static struct value value_of(struct call *c, const struct value *args)
{
	return args[0].optional ? *args[0].optional : call_error(c, "optional.none() has no value");
}

static struct value has_value(struct call *c, const struct value *args)
{
	return value_bool(args[0].optional != NULL);
}

static struct value or_optional(struct call *c, const struct value *args)
{
	return args[0].optional ? args[0] : args[1];
}

static struct value or_value(struct call *c, const struct value *args)
{
	return args[0].optional ? *args[0].optional : args[1];
}

/* The values of a list of optionals, without those that have none. */
static struct value unwrap(struct call *c, const struct value *args)
{
	struct value *items = call_values(c, args[0].n);
	uint32_t n = 0;

	if (!items)
		return call_exhausted(c);
	for (uint32_t i = 0; i < args[0].n; i++) {
		struct value v = value_at(c, args[0], i);

		if (v.kind != VALUE_OPTIONAL)
			return call_error(c, "element %u is no optional but %s", i,
					  value_kind_name((enum value_kind)v.kind));
		if (v.optional)
			items[n++] = *v.optional;
	}
	return value_list(items, n);
}

static const struct function_row rows[] = {
	{.name = "optional.none", .signature = "() -> optional_type(A)", .fn = none},
	{.name = "optional.of", .signature = "(A) -> optional_type(A)", .fn = of},
	{.name = "optional.ofNonZeroValue",
	 .signature = "(A) -> optional_type(A)",
	 .fn = of_non_zero},
	{.name = "optional.unwrap",
	 .signature = "(list(optional_type(A))) -> list(A)",
	 .fn = unwrap},
	{.name = "unwrapOpt", .signature = "list(optional_type(A)).() -> list(A)", .fn = unwrap},
	{.name = "hasValue", .signature = "optional_type(A).() -> bool", .fn = has_value},
	{.name = "value", .signature = "optional_type(A).() -> A", .fn = value_of},
	{.name = "or",
	 .signature = "optional_type(A).(optional_type(A)) -> optional_type(A)",
	 .fn = or_optional},
	{.name = "orValue", .signature = "optional_type(A).(A) -> A", .fn = or_value},
};

const struct library library_optional = {
	.name = "optional", .rows = rows, .n_rows = ARRAY_LEN(rows)};
