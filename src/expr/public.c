/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public face (include/plimsoll/expr.h). Values and objects are the same on both sides, which
 * the assertions below hold fast; classes get a struct object_class that points at the same
 * functions.
 */
#include <plimsoll/expr.h>

#include <stdlib.h>

#include "base/cleanup.h"
#include "expr/expr.h"

#define SAME_PLACE(theirs, ours, member)                                                           \
	_Static_assert(offsetof(struct theirs, member) == offsetof(struct ours, member), "layout")

_Static_assert(sizeof(struct plimsoll_value) == sizeof(struct value), "layout");
SAME_PLACE(plimsoll_value, value, kind);
SAME_PLACE(plimsoll_value, value, form);
SAME_PLACE(plimsoll_value, value, n);
SAME_PLACE(plimsoll_value, value, p);
_Static_assert((int)PLIMSOLL_OBJECT == (int)VALUE_OBJECT, "kinds");
_Static_assert((int)PLIMSOLL_STRING == (int)VALUE_STRING, "kinds");
_Static_assert(sizeof(struct plimsoll_field) == sizeof(struct object_field), "layout");
SAME_PLACE(plimsoll_field, object_field, type);
SAME_PLACE(plimsoll_field, object_field, get);
_Static_assert(sizeof(struct plimsoll_object) == sizeof(struct object), "layout");
SAME_PLACE(plimsoll_object, object, data);

struct plimsoll_evaluation {
	struct evaluation evaluation;
	struct call call; /* for looking at results */
};

static struct value ours(struct plimsoll_value v)
{
	struct value o;

	memcpy(&o, &v, sizeof(o));
	return o;
}

static struct plimsoll_value theirs(struct value v)
{
	struct plimsoll_value t;

	memcpy(&t, &v, sizeof(t));
	return t;
}

static int explain(int r, struct str text, char *why, size_t why_size)
{
	size_t n = text.n < why_size ? text.n : why_size - 1;

	if (r >= 0 || why_size == 0)
		return r < 0 ? -r : 0;
	memcpy(why, text.p, n);
	why[n] = '\0';
	return -r;
}

static int tell(int r, const struct err *err, char *why, size_t why_size)
{
	return explain(r, str_of(err->msg), why, why_size);
}

void *plimsoll_call_alloc(struct plimsoll_call *c, size_t n)
{
	return call_alloc((struct call *)c, n);
}

int plimsoll_env_new(struct plimsoll_env **ret, char *why, size_t why_size)
{
	struct err err = {0};
	struct env *env = NULL;
	int r = env_new(&env, &err);

	if (r == 0)
		*ret = (struct plimsoll_env *)env;
	return tell(r, &err, why, why_size);
}

void plimsoll_env_free(struct plimsoll_env *env)
{
	env_free((struct env *)env);
}

int plimsoll_env_variable(struct plimsoll_env *env, const char *name, const char *type,
			  unsigned *ret_slot, char *why, size_t why_size)
{
	struct env *e = (struct env *)env;
	const struct type *t = NULL;
	struct err err = {0};
	uint32_t slot;
	int r = type_parse(str_of(type), &e->arena, &t, &err);

	if (r == 0)
		r = env_add_variable(e, str_of(name), t, &slot, &err);
	if (r == 0)
		*ret_slot = slot;
	return tell(r, &err, why, why_size);
}

int plimsoll_env_class(struct plimsoll_env *env, const struct plimsoll_class_functions *functions,
		       const struct plimsoll_class **ret, char *why, size_t why_size)
{
	struct env *e = (struct env *)env;
	struct object_class *class = arena_alloc(&e->arena, sizeof(*class));
	struct err err = {0};
	int r;

	if (!class)
		return tell(err_nomem(&err), &err, why, why_size);
	class->name = functions->name;
	class->type = type_make(&e->arena, TYPE_ABSTRACT, str_of(functions->name), NULL, 0);
	class->fields = (const struct object_field *)functions->fields;
	class->n_fields = functions->n_fields;
	memcpy(&class->at, &functions->at, sizeof(class->at));
	memcpy(&class->get, &functions->get, sizeof(class->get));
	memcpy(&class->key, &functions->key, sizeof(class->key));
	r = class->type ? env_add_class(e, class, &err) : err_nomem(&err);
	if (r == 0)
		*ret = (const struct plimsoll_class *)class;
	return tell(r, &err, why, why_size);
}

int plimsoll_compile(const struct plimsoll_env *env, const char *source, size_t n,
		     struct plimsoll_program **ret, char *why, size_t why_size)
{
	CLEANUP(strbuf_done) struct strbuf explained = STRBUF_INIT((size_t)1 << 20);
	struct program *program = NULL;
	struct err err = {0};
	int r = expr_compile((const struct env *)env, str_make(source, n), &program, &explained,
			     &err);

	if (r == 0)
		*ret = (struct plimsoll_program *)program;
	return explained.n ? explain(r, strbuf_str(&explained), why, why_size)
			   : tell(r, &err, why, why_size);
}

void plimsoll_program_free(struct plimsoll_program *program)
{
	program_free((struct program *)program);
}

int plimsoll_evaluation_new(struct plimsoll_evaluation **ret, char *why, size_t why_size)
{
	struct plimsoll_evaluation *e = calloc(1, sizeof(*e));
	struct err err = {0};

	if (!e)
		return tell(err_nomem(&err), &err, why, why_size);
	evaluation_init(&e->evaluation);
	e->call = (struct call){.scratch = &e->evaluation.scratch, .budget = UINT64_MAX};
	*ret = e;
	return 0;
}

void plimsoll_evaluation_free(struct plimsoll_evaluation *e)
{
	if (!e)
		return;
	evaluation_done(&e->evaluation);
	free(e);
}

void plimsoll_limits(struct plimsoll_evaluation *e, uint64_t units, size_t bytes)
{
	if (units)
		e->evaluation.max_cost = units;
	if (bytes)
		e->evaluation.scratch.limit = bytes;
}

struct plimsoll_value plimsoll_evaluate(const struct plimsoll_program *program,
					struct plimsoll_evaluation *e,
					const struct plimsoll_value *facts, size_t n_facts)
{
	return theirs(program_eval((const struct program *)program, &e->evaluation,
				   (const struct value *)facts, n_facts));
}

struct plimsoll_value plimsoll_list_at(struct plimsoll_evaluation *e, struct plimsoll_value list,
				       uint32_t i)
{
	return theirs(value_at(&e->call, ours(list), i));
}

struct plimsoll_value plimsoll_map_key(struct plimsoll_evaluation *e, struct plimsoll_value map,
				       uint32_t i)
{
	return theirs(value_key_at(&e->call, ours(map), i));
}

struct plimsoll_value plimsoll_map_get(struct plimsoll_evaluation *e, struct plimsoll_value map,
				       struct plimsoll_value key)
{
	return theirs(value_get(&e->call, ours(map), ours(key)));
}

const char *plimsoll_error_text(struct plimsoll_value error, size_t *ret_n, size_t *ret_offset)
{
	const struct eval_error *e = ours(error).error;

	*ret_n = e->message.n;
	*ret_offset = e->pos;
	return e->message.p;
}
