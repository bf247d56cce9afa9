/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/guard.h"

#include "base/limits.h"
#include "expr/node.h"

#define ALTERNATIVE_GUARDS 4 /* looked at of each side of || */
#define ALTERNATIVE_DEPTH  3

/* A field of a fact whose class is known; NULL: something else. */
static const struct node_select *field_of_fact(const struct node *n)
{
	return n->eval == eval_select_fact ? (const struct node_select *)n : NULL;
}

static bool put(const struct node *operand, const struct value *strings, uint32_t n,
		struct guard *ret)
{
	const struct node_select *s = field_of_fact(operand);

	if (!s)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (strings[i].kind != VALUE_STRING)
			return false;
	*ret = (struct guard){
		.slot = s->slot, .class = s->class, .field = s->index, .strings = strings, .n = n};
	return true;
}

/* x.field == "", which has no form of its own. */
static bool compares_empty(const struct node *n, struct guard *ret)
{
	const struct node_binary *b = (const struct node_binary *)n;

	return b->b->eval == eval_const &&
	       put(b->a, &((const struct node_const *)b->b)->value, 1, ret);
}

static bool same_field(const struct guard *a, const struct guard *b)
{
	return a->slot == b->slot && a->class == b->class && a->field == b->field;
}

static size_t guards_of(const struct node *n, struct arena *a, struct guard *ret, size_t max,
			unsigned depth);

/* Adds what the alternative asks of that field; false: it may be true whatever the field is. */
static bool add_alternative(const struct node *n, struct arena *a, struct guard *field,
			    unsigned depth)
{
	struct guard guards[ALTERNATIVE_GUARDS];
	size_t count = guards_of(n, a, guards, ALTERNATIVE_GUARDS, depth);

	for (size_t i = 0; i < count; i++) {
		struct value *both;

		if (!same_field(&guards[i], field))
			continue;
		both = arena_array(a, field->n + guards[i].n, sizeof *both);
		if (!both)
			return false;
		if (field->n)
			memcpy(both, field->strings, field->n * sizeof *both);
		if (guards[i].n)
			memcpy(both + field->n, guards[i].strings, guards[i].n * sizeof *both);
		field->strings = both;
		field->n += guards[i].n;
		return true;
	}
	return false;
}

/* x.field == "a" && ... || x.field == "b" && ...: a field that every alternative asks for. */
static bool any_of(const struct node_many *many, struct arena *a, struct guard *ret, unsigned depth)
{
	struct guard fields[ALTERNATIVE_GUARDS];
	size_t n = guards_of(many->parts[0], a, fields, ALTERNATIVE_GUARDS, depth);

	for (size_t i = 0; i < n; i++) {
		uint32_t k = 1;

		while (k < many->n && add_alternative(many->parts[k], a, &fields[i], depth))
			k++;
		if (k == many->n) {
			*ret = fields[i];
			return true;
		}
	}
	return false;
}

static bool guard_of(const struct node *n, struct arena *a, struct guard *ret, unsigned depth)
{
	const struct node_with_const *c = (const struct node_with_const *)n;

	if (n->eval == eval_eq_string)
		return put(c->operand, &c->constant, 1, ret);
	if (n->eval == eval_in_set)
		return put(c->operand, c->constant.items, c->constant.n, ret);
	if (n->eval == eval_eq)
		return compares_empty(n, ret);
	return n->eval == eval_or && depth < ALTERNATIVE_DEPTH &&
	       any_of((const struct node_many *)n, a, ret, depth + 1);
}

/* Costs nothing that is counted: fields of facts, and comparisons of them with constants. */
static bool is_free(const struct node *n)
{
	const struct node_with_const *c = (const struct node_with_const *)n;
	const struct node_many *many = (const struct node_many *)n;

	if (n->eval == eval_select_fact || n->eval == eval_fact || n->eval == eval_const)
		return true;
	if (n->eval == eval_not)
		return is_free(((const struct node_unary *)n)->operand);
	if (n->eval == eval_eq_string || n->eval == eval_ne_string || n->eval == eval_eq_int ||
	    n->eval == eval_order_int)
		return field_of_fact(c->operand) != NULL;
	if (n->eval == eval_in_set)
		return field_of_fact(c->operand) != NULL;
	if (n->eval != eval_and && n->eval != eval_or)
		return false;
	for (uint32_t i = 0; i < many->n; i++)
		if (!is_free(many->parts[i]))
			return false;
	return true;
}

static size_t guards_of(const struct node *n, struct arena *a, struct guard *ret, size_t max,
			unsigned depth)
{
	const struct node_many *many = (const struct node_many *)n;
	size_t count = 0;

	if (n->eval != eval_and)
		return max && guard_of(n, a, ret, depth);
	for (uint32_t i = 0; i < many->n && count < max; i++) {
		count += guard_of(many->parts[i], a, &ret[count], depth);
		if (!is_free(many->parts[i]))
			break;
	}
	return count;
}

size_t program_guards(const struct program *p, struct arena *a, struct guard *ret, size_t max)
{
	return guards_of(p->root, a, ret, max, 0);
}

bool program_is_never(const struct program *p)
{
	const struct node_const *root = (const struct node_const *)p->root;

	return p->root->eval == eval_const && root->value.kind == VALUE_BOOL && !root->value.b;
}

struct value guard_value(const struct guard *g, struct evaluation *e, const struct value *facts)
{
	struct call c = {.scratch = &e->scratch, .budget = e->max_cost};
	struct value v = facts[g->slot];

	if (v.kind != VALUE_OBJECT || v.object->class != g->class)
		return value_absent();
	scratch_reset(&e->scratch);
	/* cppcheck-suppress returnDanglingLifetime; a getter keeps nothing of the call */
	return g->class->fields[g->field].get(&c, v.object);
}
