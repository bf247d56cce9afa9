/* SPDX-License-Identifier: Apache-2.0 */
/* Where values come from: constants, facts, locals, fields, keys, positions. */
#include "expr/map_value.h"
#include "expr/node.h"

struct value eval_const(const struct node *n, struct frame *f)
{
	return ((const struct node_const *)n)->value;
}

struct value eval_fail(const struct node *n, struct frame *f)
{
	return node_error(n, f, "%.*s", STR_FMT(((const struct node_fail *)n)->message));
}

static struct value absent_fact(const struct node *n, struct frame *f, struct str name)
{
	return node_error(n, f, "no such attribute: %.*s", STR_FMT(str_sub(name, 0, 80)));
}

struct value eval_fact(const struct node *n, struct frame *f)
{
	const struct node_variable *v = (const struct node_variable *)n;
	struct value fact = f->facts[v->slot];

	return fact.kind == VALUE_ABSENT ? absent_fact(n, f, v->name) : fact;
}

struct value eval_local(const struct node *n, struct frame *f)
{
	return f->locals[((const struct node_variable *)n)->slot];
}

struct value eval_lazy(const struct node *n, struct frame *f)
{
	const struct node_lazy *lazy = (const struct node_lazy *)n;
	struct value *local = &f->locals[lazy->slot];

	if (local->kind == VALUE_ABSENT) {
		/* init may set other locals, but not this one. */
		struct value v = node_eval(lazy->init, f);

		*local = v;
	}
	return *local;
}

struct value eval_no_overload(const struct node *n, struct frame *f, const char *name,
			      const struct value *args, size_t n_args)
{
	for (size_t i = 0; i < n_args; i++)
		if (value_is_error(args[i]))
			return args[i];
	f->call.pos = n->pos;
	return call_no_overload(&f->call, name, args, n_args);
}

static struct value no_such_key(const struct node *n, struct frame *f, struct value key)
{
	switch ((enum value_kind)key.kind) {
	case VALUE_STRING:
		return node_error(n, f, "no such key: \"%.*s\"",
				  STR_FMT(str_sub(value_str(key), 0, 80)));
	case VALUE_INT:
		return node_error(n, f, "no such key: %lld", (long long)key.i);
	case VALUE_UINT:
		return node_error(n, f, "no such key: %llu", (unsigned long long)key.u);
	case VALUE_BOOL:
		return node_error(n, f, "no such key: %s", key.b ? "true" : "false");
	case VALUE_DOUBLE:
		return node_error(n, f, "no such key: %g", key.d);
	case VALUE_ABSENT:
	case VALUE_ERROR:
	case VALUE_NULL:
	case VALUE_BYTES:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_TYPE:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
	case VALUE_OPTIONAL:
	case VALUE_OBJECT:
		break;
	}
	return node_error(n, f, "no such key: one of kind %s",
			  value_kind_name((enum value_kind)key.kind));
}

static bool is_declared(const struct object_class *class, struct str name)
{
	for (size_t i = 0; i < class->n_fields; i++)
		if (str_is(name, class->fields[i].name))
			return true;
	return false;
}

/* Of v, which has no such key or whose declared field is not set. */
static struct value unset_field(const struct node_select *s, struct frame *f, struct value v)
{
	struct str name = value_str(s->field);

	if (v.kind != VALUE_OBJECT || !is_declared(v.object->class, name))
		return no_such_key(&s->node, f, s->field);
	return node_error(&s->node, f, "%s.%.*s is unset", v.object->class->name, STR_FMT(name));
}

/* The field of an object, whatever its class; VALUE_ABSENT when unset, an error when unknown. */
static struct value field_by_name(const struct node_select *s, struct frame *f,
				  const struct object *o)
{
	for (size_t i = 0; i < o->class->n_fields; i++)
		if (str_is(value_str(s->field), o->class->fields[i].name))
			return o->class->fields[i].get(&f->call, o);
	return node_error(&s->node, f, "%s has no field \"%.*s\"", o->class->name,
			  STR_FMT(str_sub(value_str(s->field), 0, 80)));
}

/* The field of v, VALUE_ABSENT when v has none, or an error. */
static struct value field_of(const struct node_select *s, struct frame *f, struct value v)
{
	uint32_t i;

	if (v.kind == VALUE_OBJECT) {
		if (v.object->class == s->class)
			return s->class->fields[s->index].get(&f->call, v.object);
		return field_by_name(s, f, v.object);
	}
	if (v.kind != VALUE_MAP)
		return node_error(&s->node, f, "%s has no fields, so no \"%.*s\"",
				  value_kind_name((enum value_kind)v.kind),
				  STR_FMT(str_sub(value_str(s->field), 0, 80)));
	if (v.form == VALUE_FOREIGN)
		return v.object->class->get(&f->call, v.object, s->field);
	if (!call_spend_compared(&f->call, s->field.n))
		return call_exhausted(&f->call);
	i = map_find_hashed(v.map, v.n, s->field, s->hash);
	return i == UINT32_MAX ? value_absent() : v.map->entries[i].value;
}

/* optional.of(v), or none when v is absent; errors stay. */
static struct value as_optional(struct frame *f, struct value v)
{
	if (value_is_error(v))
		return v;
	return v.kind == VALUE_ABSENT ? value_optional(NULL) : call_optional(&f->call, v);
}

static struct value opt_field_of(const struct node_select *s, struct frame *f, struct value v)
{
	if (v.kind == VALUE_OPTIONAL) {
		if (!v.optional)
			return v;
		v = *v.optional;
	}
	return as_optional(f, field_of(s, f, v));
}

static struct value select_from(const struct node_select *s, struct frame *f, struct value v)
{
	struct value field;

	if (value_is_error(v))
		return v;
	if (v.kind == VALUE_OPTIONAL)
		return opt_field_of(s, f, v);
	field = field_of(s, f, v);
	return field.kind == VALUE_ABSENT ? unset_field(s, f, v) : field;
}

struct value eval_select(const struct node *n, struct frame *f)
{
	const struct node_select *s = (const struct node_select *)n;

	return select_from(s, f, node_eval(s->operand, f));
}

/* The operand is a fact of a class the checker knows: what rules do most. */
struct value eval_select_fact(const struct node *n, struct frame *f)
{
	const struct node_select *s = (const struct node_select *)n;
	struct value v = f->facts[s->slot], field;

	if (v.kind != VALUE_OBJECT || v.object->class != s->class)
		return eval_select(n, f);
	field = s->class->fields[s->index].get(&f->call, v.object);
	return field.kind == VALUE_ABSENT ? unset_field(s, f, v) : field;
}

struct value eval_opt_select(const struct node *n, struct frame *f)
{
	const struct node_select *s = (const struct node_select *)n;
	struct value v = node_eval(s->operand, f);

	return value_is_error(v) ? v : opt_field_of(s, f, v);
}

struct value eval_has(const struct node *n, struct frame *f)
{
	const struct node_select *s = (const struct node_select *)n;
	struct value v = node_eval(s->operand, f);

	if (v.kind == VALUE_OPTIONAL) {
		if (!v.optional)
			return value_bool(false);
		v = *v.optional;
	}
	if (value_is_error(v))
		return v;
	v = field_of(s, f, v);
	return value_is_error(v) ? v : value_bool(v.kind != VALUE_ABSENT);
}

/* The element at a position; VALUE_ABSENT when there is none. */
static struct value element(const struct node *n, struct frame *f, struct value list,
			    struct value index)
{
	index = value_as_key(index);
	if (index.kind != VALUE_INT && index.kind != VALUE_UINT)
		return eval_no_overload(n, f, "_[_]", (struct value[]){list, index}, 2);
	if (index.u >= list.n) /* also a negative one */
		return value_absent();
	return value_at(&f->call, list, (uint32_t)index.u);
}

static struct value indexed(const struct node *n, struct frame *f, struct value v, struct value key)
{
	if (v.kind == VALUE_LIST)
		return element(n, f, v, key);
	if (v.kind == VALUE_MAP)
		return value_get(&f->call, v, key);
	return eval_no_overload(n, f, "_[_]", (struct value[]){v, key}, 2);
}

static struct value opt_indexed(const struct node *n, struct frame *f, struct value v,
				struct value key)
{
	if (v.kind == VALUE_OPTIONAL) {
		if (!v.optional)
			return v;
		v = *v.optional;
	}
	return as_optional(f, indexed(n, f, v, key));
}

static struct value out_of_bounds(const struct node *n, struct frame *f, struct value list,
				  struct value index)
{
	index = value_as_key(index);
	if (index.kind == VALUE_INT)
		return node_error(n, f, "index out of bounds: %lld of a list of %u",
				  (long long)index.i, list.n);
	return node_error(n, f, "index out of bounds: %llu of a list of %u",
			  (unsigned long long)index.u, list.n);
}

struct value eval_index(const struct node *n, struct frame *f)
{
	const struct node_binary *index = (const struct node_binary *)n;
	struct value v = node_eval(index->a, f), key, found;

	if (value_is_error(v))
		return v;
	key = node_eval(index->b, f);
	if (value_is_error(key))
		return key;
	if (v.kind == VALUE_OPTIONAL)
		return opt_indexed(n, f, v, key);
	found = indexed(n, f, v, key);
	if (found.kind != VALUE_ABSENT)
		return found;
	return v.kind == VALUE_LIST ? out_of_bounds(n, f, v, key) : no_such_key(n, f, key);
}

struct value eval_opt_index(const struct node *n, struct frame *f)
{
	const struct node_binary *index = (const struct node_binary *)n;
	struct value v = node_eval(index->a, f), key;

	if (value_is_error(v))
		return v;
	key = node_eval(index->b, f);
	return value_is_error(key) ? key : opt_indexed(n, f, v, key);
}
