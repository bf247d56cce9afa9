/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of libraries: the first overload whose parameters fit the kinds of the arguments. */
#include "expr/node.h"

/* Kinds alone do not tell objects apart: net.IP or net.CIDR. */
static bool is_of(struct value v, const struct type *t)
{
	return v.kind != VALUE_OBJECT || t->kind != TYPE_ABSTRACT ||
	       str_is(t->name, v.object->class->name);
}

static inline bool fits(const struct overload *o, const struct value *args, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!(o->kinds[i] >> args[i].kind & 1) || !is_of(args[i], o->params[i]))
			return false;
	return true;
}

static struct value apply(const struct node_call *call, struct frame *f, const struct value *args)
{
	for (uint32_t i = 0; i < call->n_candidates; i++) {
		const struct candidate *candidate = &call->candidates[i];

		if (!fits(candidate->overload, args, call->n_args))
			continue;
		if (candidate->problem.n)
			return node_error(&call->node, f, "%.*s", STR_FMT(candidate->problem));
		f->call.pos = call->node.pos;
		f->call.prepared = candidate->prepared;
		return candidate->overload->row->fn(&f->call, args);
	}
	f->call.pos = call->node.pos;
	return eval_no_overload(&call->node, f, call->name.p, args, call->n_args);
}

struct value eval_call1(const struct node *n, struct frame *f)
{
	const struct node_call *call = (const struct node_call *)n;
	struct value arg = node_eval(call->args[0], f);

	return value_is_error(arg) ? arg : apply(call, f, &arg);
}

struct value eval_call2(const struct node *n, struct frame *f)
{
	const struct node_call *call = (const struct node_call *)n;
	struct value args[2] = {node_eval(call->args[0], f)};

	if (value_is_error(args[0]))
		return args[0];
	args[1] = node_eval(call->args[1], f);
	return value_is_error(args[1]) ? args[1] : apply(call, f, args);
}

struct value eval_call(const struct node *n, struct frame *f)
{
	const struct node_call *call = (const struct node_call *)n;
	struct value args[CALL_ARGS_MAX];

	for (uint32_t i = 0; i < call->n_args; i++) {
		args[i] = node_eval(call->args[i], f);
		if (value_is_error(args[i]))
			return args[i];
	}
	return apply(call, f, args);
}

/* or() and orValue() of an optional, which need their argument only when there is no value. */
struct value eval_or_else(const struct node *n, struct frame *f)
{
	const struct node_call *call = (const struct node_call *)n;
	struct value args[2] = {node_eval(call->args[0], f)};

	if (value_is_error(args[0]))
		return args[0];
	if (args[0].kind == VALUE_OPTIONAL && args[0].optional)
		return call->name.n == 2 ? args[0] : *args[0].optional; /* "or", "orValue" */
	args[1] = node_eval(call->args[1], f);
	return value_is_error(args[1]) ? args[1] : apply(call, f, args);
}
