/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/value.h"

#include <math.h>

#include "base/cleanup.h"
#include "expr/bytes.h"
#include "expr/call.h"
#include "expr/map_value.h"

struct value value_at(struct call *c, struct value list, uint32_t i)
{
	if (list.form == VALUE_PLAIN)
		return list.items[i];
	return list.object->class->at(c, list.object, i);
}

struct value value_key_at(struct call *c, struct value map, uint32_t i)
{
	if (map.form == VALUE_PLAIN)
		return map.map->entries[i].key;
	return map.object->class->key(c, map.object, i);
}

struct value value_get(struct call *c, struct value map, struct value key)
{
	uint32_t i;

	if (key.kind == VALUE_STRING && !call_spend_compared(c, key.n))
		return call_exhausted(c);
	if (map.form == VALUE_FOREIGN)
		return map.object->class->get(c, map.object, key);
	i = map_find(map.map, map.n, key);
	return i == UINT32_MAX ? value_absent() : map.map->entries[i].value;
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

static int order_int_uint(int64_t i, uint64_t u)
{
	return i < 0 ? -1 : ORDER((uint64_t)i, u);
}

static bool is_number(struct value v)
{
	return v.kind == VALUE_INT || v.kind == VALUE_UINT || v.kind == VALUE_DOUBLE;
}

/*
 * Of two different kinds of numbers, or two doubles; false for a NaN. Whole numbers are rounded to
 * meet a double, as in the reference implementations.
 */
static bool order_numbers(struct value a, struct value b, int *ret)
{
	if ((a.kind == VALUE_DOUBLE && isnan(a.d)) || (b.kind == VALUE_DOUBLE && isnan(b.d)))
		return false;
	if (a.kind > b.kind) {
		(void)order_numbers(b, a, ret); /* no NaN: cannot fail */
		*ret = -*ret;
	} else if (a.kind == VALUE_INT && b.kind == VALUE_UINT) {
		*ret = order_int_uint(a.i, b.u);
	} else if (a.kind == VALUE_INT && b.kind == VALUE_DOUBLE) {
		*ret = ORDER((double)a.i, b.d);
	} else if (a.kind == VALUE_UINT && b.kind == VALUE_DOUBLE) {
		*ret = ORDER((double)a.u, b.d);
	} else {
		*ret = ORDER(a.d, b.d);
	}
	return true;
}

static int order_times(struct value a, struct value b)
{
	return a.i != b.i ? ORDER(a.i, b.i) : ORDER(a.n, b.n);
}

bool value_compare(struct call *c, struct value a, struct value b, int *ret_order)
{
	if (a.kind != b.kind)
		return is_number(a) && is_number(b) && order_numbers(a, b, ret_order);
	switch ((enum value_kind)a.kind) {
	case VALUE_BOOL:
		*ret_order = ORDER(a.b, b.b);
		return true;
	case VALUE_INT:
		*ret_order = ORDER(a.i, b.i);
		return true;
	case VALUE_UINT:
		*ret_order = ORDER(a.u, b.u);
		return true;
	case VALUE_DOUBLE:
		return order_numbers(a, b, ret_order);
	case VALUE_STRING:
	case VALUE_BYTES:
		*ret_order = call_spend_compared(c, a.n < b.n ? a.n : b.n)
				     ? str_cmp(value_str(a), value_str(b))
				     : 0;
		return true;
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		*ret_order = order_times(a, b);
		return true;
	case VALUE_OBJECT:
		if (a.object->class != b.object->class || !a.object->class->compare)
			return false;
		*ret_order = a.object->class->compare(a.object, b.object);
		return true;
	case VALUE_ABSENT:
	case VALUE_ERROR:
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_TYPE:
	case VALUE_OPTIONAL:
		break;
	}
	return false;
}

static bool lists_equal(struct call *c, struct value a, struct value b)
{
	if (a.n != b.n || !call_spend(c, a.n))
		return false;
	for (uint32_t i = 0; i < a.n; i++)
		if (!value_eq(c, value_at(c, a, i), value_at(c, b, i)))
			return false;
	return true;
}

static bool maps_equal(struct call *c, struct value a, struct value b)
{
	if (a.n != b.n || !call_spend(c, a.n))
		return false;
	for (uint32_t i = 0; i < a.n; i++) {
		struct value key = value_key_at(c, a, i);
		struct value other = value_get(c, b, key);

		if (other.kind == VALUE_ABSENT || !value_eq(c, value_get(c, a, key), other))
			return false;
	}
	return true;
}

static bool objects_equal(struct call *c, const struct object *a, const struct object *b)
{
	const struct object_class *class = a->class;

	if (a == b || class != b->class)
		return a == b;
	if (class->equal)
		return class->equal(a, b);
	if (class->n_fields == 0 || !call_spend(c, class->n_fields))
		return false;
	for (size_t i = 0; i < class->n_fields; i++)
		if (!value_eq(c, class->fields[i].get(c, a), class->fields[i].get(c, b)))
			return false;
	return true;
}

static bool types_equal(const struct type *a, const struct type *b)
{
	return a->kind == b->kind && str_eq(a->name, b->name);
}

bool value_eq(struct call *c, struct value a, struct value b)
{
	int order;

	if (a.kind != b.kind)
		return is_number(a) && is_number(b) && order_numbers(a, b, &order) && order == 0;
	switch ((enum value_kind)a.kind) {
	case VALUE_ABSENT:
	case VALUE_NULL:
		return true;
	case VALUE_ERROR:
		return false;
	case VALUE_BOOL:
		return a.b == b.b;
	case VALUE_INT:
	case VALUE_UINT:
		return a.u == b.u;
	case VALUE_DOUBLE:
		return a.d == b.d;
	case VALUE_STRING:
	case VALUE_BYTES:
		return a.n == b.n && call_spend_compared(c, a.n) && bytes_equal(a.p, b.p, a.n);
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		return a.i == b.i && a.n == b.n;
	case VALUE_LIST:
		return lists_equal(c, a, b);
	case VALUE_MAP:
		return maps_equal(c, a, b);
	case VALUE_TYPE:
		return types_equal(a.type, b.type);
	case VALUE_OPTIONAL:
		if (!a.optional || !b.optional)
			return a.optional == b.optional;
		return value_eq(c, *a.optional, *b.optional);
	case VALUE_OBJECT:
		return objects_equal(c, a.object, b.object);
	}
	return false;
}

const struct type *value_type_of(struct value v)
{
	static const struct type *const types[VALUE_KINDS] = {
		&type_error,	 &type_error,	 &type_null,	     &type_bool,
		&type_int,	 &type_uint,	 &type_double,	     &type_string,
		&type_bytes,	 &type_list_dyn, &type_map_dyn,	     &type_type,
		&type_timestamp, &type_duration, &type_optional_dyn, &type_dyn,
	};

	return v.kind == VALUE_OBJECT ? v.object->class->type : types[v.kind];
}

bool value_is_zero(struct value v)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_ABSENT:
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return !v.b;
	case VALUE_INT:
	case VALUE_UINT:
		return v.u == 0;
	case VALUE_DOUBLE:
		return v.d == 0;
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_LIST:
	case VALUE_MAP:
		return v.n == 0;
	case VALUE_DURATION:
		return v.i == 0 && v.n == 0;
	case VALUE_TIMESTAMP: /* 0001-01-01T00:00:00Z, the reference's zero time */
		return v.i == -62135596800 && v.n == 0;
	case VALUE_OPTIONAL:
		return v.optional == NULL;
	case VALUE_ERROR:
	case VALUE_TYPE:
	case VALUE_OBJECT:
		break;
	}
	return false;
}
