/* SPDX-License-Identifier: Apache-2.0 */
/*
 * startsWith, endsWith and contains of a constant that is not empty: forms of their own, because
 * rules about paths and names consist of them. lib_core.c has the general ones.
 */
#include "expr/bytes.h"
#include "expr/node.h"

static struct value no_string(const struct node_with_const *n, struct frame *f, struct value v,
			      const char *name)
{
	return eval_no_overload(&n->node, f, name, (struct value[]){v, n->constant}, 2);
}

struct value eval_starts_with(const struct node *n, struct frame *f)
{
	const struct node_with_const *with = (const struct node_with_const *)n;
	struct value v = node_operand(with->operand, f);

	if (v.kind != VALUE_STRING)
		return no_string(with, f, v, "startsWith");
	if (!call_spend_compared(&f->call, with->constant.n))
		return call_exhausted(&f->call);
	return value_bool(v.n >= with->constant.n &&
			  bytes_equal(v.p, with->constant.p, with->constant.n));
}

struct value eval_ends_with(const struct node *n, struct frame *f)
{
	const struct node_with_const *with = (const struct node_with_const *)n;
	struct value v = node_operand(with->operand, f);
	uint32_t tail = with->constant.n;

	if (v.kind != VALUE_STRING)
		return no_string(with, f, v, "endsWith");
	if (!call_spend_compared(&f->call, tail))
		return call_exhausted(&f->call);
	return value_bool(v.n >= tail && bytes_equal(v.p + v.n - tail, with->constant.p, tail));
}

struct value eval_contains(const struct node *n, struct frame *f)
{
	const struct node_with_const *with = (const struct node_with_const *)n;
	struct value v = node_operand(with->operand, f);

	if (v.kind != VALUE_STRING)
		return no_string(with, f, v, "contains");
	if (!call_spend_bytes(&f->call, (size_t)v.n + with->constant.n))
		return call_exhausted(&f->call);
	return value_bool(memmem(v.p, v.n, with->constant.p, with->constant.n) != NULL);
}
