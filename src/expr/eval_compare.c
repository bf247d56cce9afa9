/* SPDX-License-Identifier: Apache-2.0 */
/*
 * == != < <= > >= and `in`. The forms with a constant on the right are what rules consist of, so
 * they have functions of their own that look at one kind first; value_eq and value_compare are the
 * law.
 */
#include "expr/bytes.h"
#include "expr/node.h"

/* The error of either side, if there is one. */
static inline bool failed(struct value a, struct value b, struct value *ret)
{
	if (!value_is_error(a) && !value_is_error(b))
		return false;
	*ret = value_is_error(a) ? a : b;
	return true;
}

static struct value equal(const struct node *n, struct frame *f, bool want)
{
	const struct node_binary *bin = (const struct node_binary *)n;
	struct value a = node_eval(bin->a, f), b = node_eval(bin->b, f), error;

	if (failed(a, b, &error))
		return error;
	return value_bool(value_eq(&f->call, a, b) == want);
}

struct value eval_eq(const struct node *n, struct frame *f)
{
	return equal(n, f, true);
}

struct value eval_ne(const struct node *n, struct frame *f)
{
	return equal(n, f, false);
}

static inline struct value equal_string(const struct node *n, struct frame *f, bool want)
{
	const struct node_with_const *bin = (const struct node_with_const *)n;
	struct value v = node_operand(bin->operand, f);

	if (v.kind == VALUE_STRING)
		return value_bool((v.n == bin->constant.n && call_spend_compared(&f->call, v.n) &&
				   bytes_equal(v.p, bin->constant.p, v.n)) == want);
	return value_is_error(v) ? v : value_bool(!want);
}

/* The constant is a string, not the empty one. */
struct value eval_eq_string(const struct node *n, struct frame *f)
{
	return equal_string(n, f, true);
}

struct value eval_ne_string(const struct node *n, struct frame *f)
{
	return equal_string(n, f, false);
}

/* The constant is an int; == and !=. */
struct value eval_eq_int(const struct node *n, struct frame *f)
{
	const struct node_with_const *bin = (const struct node_with_const *)n;
	struct value v = node_operand(bin->operand, f);
	bool same;

	if (value_is_error(v))
		return v;
	same = v.kind == VALUE_INT ? v.i == bin->constant.i : value_eq(&f->call, v, bin->constant);
	return value_bool(same == (bin->op == AST_OP_EQ));
}

static inline bool holds(enum ast_operator op, int order)
{
	switch (op) {
	case AST_OP_LT:
		return order < 0;
	case AST_OP_LE:
		return order <= 0;
	case AST_OP_GT:
		return order > 0;
	default: /* AST_OP_GE: no other operator comes here */
		return order >= 0;
	}
}

static bool is_nan(struct value v)
{
	return v.kind == VALUE_DOUBLE && v.d != v.d;
}

static bool is_number(struct value v)
{
	return v.kind == VALUE_INT || v.kind == VALUE_UINT || v.kind == VALUE_DOUBLE;
}

static struct value order_values(const struct node *n, struct frame *f, enum ast_operator op,
				 struct value a, struct value b)
{
	int order;

	if (a.kind != VALUE_OBJECT && value_compare(&f->call, a, b, &order))
		return value_bool(holds(op, order));
	if (is_number(a) && is_number(b) && (is_nan(a) || is_nan(b)))
		return value_bool(false);
	return eval_no_overload(n, f, operator_name(op), (struct value[]){a, b}, 2);
}

struct value eval_order(const struct node *n, struct frame *f)
{
	const struct node_binary *bin = (const struct node_binary *)n;
	struct value a = node_eval(bin->a, f), b = node_eval(bin->b, f);

	return order_values(n, f, bin->op, a, b);
}

struct value eval_order_int(const struct node *n, struct frame *f)
{
	const struct node_with_const *bin = (const struct node_with_const *)n;
	struct value v = node_operand(bin->operand, f);

	if (v.kind != VALUE_INT)
		return order_values(n, f, bin->op, v, bin->constant);
	return value_bool(holds(bin->op, (v.i > bin->constant.i) - (v.i < bin->constant.i)));
}

/* The constant is a double, but no NaN. */
struct value eval_order_double(const struct node *n, struct frame *f)
{
	const struct node_with_const *bin = (const struct node_with_const *)n;
	struct value v = node_operand(bin->operand, f);

	if (v.kind != VALUE_DOUBLE || v.d != v.d)
		return order_values(n, f, bin->op, v, bin->constant);
	return value_bool(holds(bin->op, (v.d > bin->constant.d) - (v.d < bin->constant.d)));
}

static struct value in_list(const struct node *n, struct frame *f, struct value v,
			    struct value list)
{
	for (uint32_t i = 0; i < list.n; i++) {
		if (!call_spend(&f->call, 1))
			return call_exhausted(&f->call);
		if (value_eq(&f->call, v, value_at(&f->call, list, i)))
			return value_bool(true);
	}
	return value_bool(false);
}

struct value eval_in(const struct node *n, struct frame *f)
{
	const struct node_binary *bin = (const struct node_binary *)n;
	struct value v = node_eval(bin->a, f), in = node_eval(bin->b, f), error;

	if (failed(v, in, &error))
		return error;
	if (in.kind == VALUE_LIST)
		return in_list(n, f, v, in);
	if (in.kind == VALUE_MAP) {
		struct value found = value_get(&f->call, in, v);

		return value_is_error(found) ? found : value_bool(found.kind != VALUE_ABSENT);
	}
	return eval_no_overload(n, f, "@in", (struct value[]){v, in}, 2);
}

struct value eval_in_set(const struct node *n, struct frame *f)
{
	const struct node_with_const *in = (const struct node_with_const *)n;
	struct value v = node_operand(in->operand, f);

	if (value_is_error(v))
		return v;
	if (v.kind ==
	    VALUE_DOUBLE) /* equal to what is rounded to it, too: not what the set knows */
		return in_list(n, f, v, in->constant);
	if (v.kind == VALUE_STRING && !call_spend_compared(&f->call, v.n))
		return call_exhausted(&f->call);
	return value_bool(const_set_has(in->set, v));
}
