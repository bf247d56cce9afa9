/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes' quantities: quantity('1.5Gi').isGreaterThan(quantity('500M')).
 *
 * Specification: k8s.io/apiserver, pkg/cel/library/quantity.go. isInteger and asInteger go by what
 * the number is worth, as documented there: 1000m is the integer 1.
 */
#include "base/cleanup.h"
#include "expr/function.h"
#include "expr/quantity.h"

struct quantity_object {
	struct object object;
	struct quantity quantity;
};

static const struct quantity *quantity_of(const struct object *o)
{
	return &((const struct quantity_object *)o)->quantity;
}

static bool equal(const struct object *a, const struct object *b)
{
	return quantity_cmp(quantity_of(a), quantity_of(b)) == 0;
}

static int compare(const struct object *a, const struct object *b)
{
	return quantity_cmp(quantity_of(a), quantity_of(b));
}

static struct str print(struct call *c, const struct object *o)
{
	char text[QUANTITY_TEXT_MAX];
	struct str s = quantity_print(quantity_of(o), text);
	char *p = call_bytes(c, s.n);

	if (p)
		memcpy(p, s.p, s.n);
	return str_make(p, p ? s.n : 0);
}

static const struct type type_quantity = {.kind = TYPE_ABSTRACT,
					  .name = {"kubernetes.Quantity", 19}};
static const struct object_class quantity_class = {.name = "kubernetes.Quantity",
						   .type = &type_quantity,
						   .equal = equal,
						   .compare = compare,
						   .print = print};

static struct value quantity_value(struct call *c, const struct quantity *q)
{
	struct quantity_object *o = call_alloc(c, sizeof *o);

	if (!o)
		return call_exhausted(c);
	*o = (struct quantity_object){.object = {.class = &quantity_class}, .quantity = *q};
	return value_object(&o->object);
}

static struct value of_string(struct call *c, const struct value *args)
{
	struct err err = {0};
	struct quantity q;

	if (quantity_parse(value_str(args[0]), &q, &err) < 0)
		return call_error(c, "%s", err.msg);
	return quantity_value(c, &q);
}

static struct value is_quantity(struct call *c, const struct value *args)
{
	struct quantity q;

	return value_bool(quantity_parse(value_str(args[0]), &q, NULL) == 0);
}

static struct value string_of(struct call *c, const struct value *args)
{
	struct str s = print(c, args[0].object);

	return s.p ? value_string(s) : call_exhausted(c);
}

static struct value sign(struct call *c, const struct value *args)
{
	return value_int(quantity_sign(quantity_of(args[0].object)));
}

static struct value is_integer(struct call *c, const struct value *args)
{
	int64_t i;

	return value_bool(quantity_to_int(quantity_of(args[0].object), &i));
}

static struct value as_integer(struct call *c, const struct value *args)
{
	char text[QUANTITY_TEXT_MAX];
	int64_t i;

	if (!quantity_to_int(quantity_of(args[0].object), &i))
		return call_error(c, "quantity %.*s is no integer of 64 bits",
				  STR_FMT(quantity_print(quantity_of(args[0].object), text)));
	return value_int(i);
}

static struct value as_float(struct call *c, const struct value *args)
{
	return value_double(quantity_to_double(quantity_of(args[0].object)));
}

static struct value compare_to(struct call *c, const struct value *args)
{
	return value_int(compare(args[0].object, args[1].object));
}

static struct value is_greater(struct call *c, const struct value *args)
{
	return value_bool(compare(args[0].object, args[1].object) > 0);
}

static struct value is_less(struct call *c, const struct value *args)
{
	return value_bool(compare(args[0].object, args[1].object) < 0);
}

static struct value result(struct call *c, bool ok, const struct quantity *q)
{
	return ok ? quantity_value(c, q) : call_error(c, "range error: the quantity is too large");
}

static struct value add(struct call *c, const struct value *args)
{
	struct quantity sum;
	bool ok = quantity_add(quantity_of(args[0].object), quantity_of(args[1].object), &sum);

	return result(c, ok, &sum);
}

static struct value add_int(struct call *c, const struct value *args)
{
	struct quantity other = quantity_of_int(args[1].i), sum;
	bool ok = quantity_add(quantity_of(args[0].object), &other, &sum);

	return result(c, ok, &sum);
}

static struct value sub(struct call *c, const struct value *args)
{
	struct quantity rest;
	bool ok = quantity_sub(quantity_of(args[0].object), quantity_of(args[1].object), &rest);

	return result(c, ok, &rest);
}

static struct value sub_int(struct call *c, const struct value *args)
{
	struct quantity other = quantity_of_int(args[1].i), rest;
	bool ok = quantity_sub(quantity_of(args[0].object), &other, &rest);

	return result(c, ok, &rest);
}

#define Q "kubernetes.Quantity"

static const struct function_row rows[] = {
	{.name = "add", .signature = Q ".(" Q ") -> " Q, .fn = add},
	{.name = "add", .signature = Q ".(int) -> " Q, .fn = add_int},
	{.name = "asApproximateFloat", .signature = Q ".() -> double", .fn = as_float},
	{.name = "asInteger", .signature = Q ".() -> int", .fn = as_integer},
	{.name = "compareTo", .signature = Q ".(" Q ") -> int", .fn = compare_to},
	{.name = "isGreaterThan", .signature = Q ".(" Q ") -> bool", .fn = is_greater},
	{.name = "isInteger", .signature = Q ".() -> bool", .fn = is_integer},
	{.name = "isLessThan", .signature = Q ".(" Q ") -> bool", .fn = is_less},
	{.name = "isQuantity", .signature = "(string) -> bool", .fn = is_quantity},
	{.name = "quantity", .signature = "(string) -> " Q, .fn = of_string},
	{.name = "sign", .signature = "(" Q ") -> int", .fn = sign},
	{.name = "sign", .signature = Q ".() -> int", .fn = sign},
	{.name = "string", .signature = "(" Q ") -> string", .fn = string_of},
	{.name = "sub", .signature = Q ".(" Q ") -> " Q, .fn = sub},
	{.name = "sub", .signature = Q ".(int) -> " Q, .fn = sub_int},
};

static const struct type *const types[] = {&type_quantity};

const struct library library_quantity = {
	.name = "quantity",
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
	.types = types,
	.n_types = ARRAY_LEN(types),
};
