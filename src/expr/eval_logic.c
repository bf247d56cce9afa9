/* SPDX-License-Identifier: Apache-2.0 */
/*
 * && and ||, where the answer may be known although one side is an error: false && error is false
 * on either side. Chains are one node; of several errors the first one is told.
 */
#include "expr/node.h"

static inline struct value chain(const struct node_many *many, struct frame *f, bool decides,
				 const char *name)
{
	struct value error = value_absent();

	for (uint32_t i = 0; i < many->n; i++) {
		struct value v = node_eval(many->parts[i], f);

		if (v.kind == VALUE_BOOL) {
			if (v.b == decides)
				return v;
		} else if (error.kind == VALUE_ABSENT) {
			error = value_is_error(v) ? v
						  : eval_no_overload(&many->node, f, name, &v, 1);
		}
	}
	return error.kind == VALUE_ABSENT ? value_bool(!decides) : error;
}

struct value eval_and(const struct node *n, struct frame *f)
{
	return chain((const struct node_many *)n, f, false, "_&&_");
}

struct value eval_or(const struct node *n, struct frame *f)
{
	return chain((const struct node_many *)n, f, true, "_||_");
}

struct value eval_not(const struct node *n, struct frame *f)
{
	struct value v = node_eval(((const struct node_unary *)n)->operand, f);

	return v.kind == VALUE_BOOL ? value_bool(!v.b) : eval_no_overload(n, f, "!_", &v, 1);
}

struct value eval_conditional(const struct node *n, struct frame *f)
{
	const struct node_conditional *c = (const struct node_conditional *)n;
	struct value v = node_eval(c->condition, f);

	if (v.kind != VALUE_BOOL)
		return eval_no_overload(n, f, "_?_:_", &v, 1);
	return node_eval(v.b ? c->then : c->otherwise, f);
}
