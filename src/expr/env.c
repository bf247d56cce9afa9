/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/env.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"

#define ENV_BYTES  ((size_t)64 << 20)
#define PARAMS_MAX 16
#define ALL_KINDS  ((uint16_t)0xffff)

/* Identifiers that stand for types. */
static const struct type *const named_types[] = {
	&type_bool,	 &type_int,	 &type_uint,	     &type_double, &type_string,
	&type_bytes,	 &type_list_dyn, &type_map_dyn,	     &type_null,   &type_type,
	&type_timestamp, &type_duration, &type_optional_dyn,
};

static uint16_t kinds_of(const struct type *t)
{
	switch (t->kind) {
	case TYPE_ERROR:
	case TYPE_DYN:
	case TYPE_PARAM:
		return ALL_KINDS;
	case TYPE_NULL:
		return 1 << VALUE_NULL;
	case TYPE_BOOL:
		return 1 << VALUE_BOOL;
	case TYPE_INT:
		return 1 << VALUE_INT;
	case TYPE_UINT:
		return 1 << VALUE_UINT;
	case TYPE_DOUBLE:
		return 1 << VALUE_DOUBLE;
	case TYPE_STRING:
		return 1 << VALUE_STRING;
	case TYPE_BYTES:
		return 1 << VALUE_BYTES;
	case TYPE_LIST:
		return 1 << VALUE_LIST;
	case TYPE_MAP:
		return 1 << VALUE_MAP;
	case TYPE_TYPE:
		return 1 << VALUE_TYPE;
	case TYPE_TIMESTAMP:
		return 1 << VALUE_TIMESTAMP;
	case TYPE_DURATION:
		return 1 << VALUE_DURATION;
	case TYPE_OPTIONAL:
		return 1 << VALUE_OPTIONAL;
	case TYPE_WRAPPER:
		return (uint16_t)(kinds_of(t->params[0]) | 1 << VALUE_NULL);
	case TYPE_ABSTRACT:
		return 1 << VALUE_OBJECT;
	}
	return 0;
}

static int put(struct env *env, struct map *map, struct str name, void *value, struct err *err)
{
	int r = map_put(map, name, value);

	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "\"%.*s\": more names than expr_names (%d)",
			       STR_FMT(str_sub(name, 0, 80)), LIMIT_EXPR_NAMES);
	return r < 0 ? err_nomem(err) : 0;
}

static int add_variable(struct env *env, const struct env_variable *like, struct err *err)
{
	struct env_variable *v = arena_alloc(&env->arena, sizeof(*v));
	struct str name = arena_str(&env->arena, like->name);

	if (!v || !name.p)
		return err_nomem(err);
	*v = *like;
	v->name = name;
	return put(env, &env->variables, name, v, err);
}

int env_add_variable(struct env *env, struct str name, const struct type *type, uint32_t *ret_slot,
		     struct err *err)
{
	int r = add_variable(
		env, &(struct env_variable){.name = name, .type = type, .slot = env->n_slots}, err);

	if (r < 0)
		return r;
	if (ret_slot)
		*ret_slot = env->n_slots;
	env->n_slots++;
	return 0;
}

int env_add_constant(struct env *env, struct str name, const struct type *type,
		     struct value constant, struct err *err)
{
	return add_variable(
		env,
		&(struct env_variable){
			.name = name, .type = type, .slot = ENV_CONSTANT, .constant = constant},
		err);
}

/* The name becomes an identifier whose value is the type. */
static int add_type_name(struct env *env, struct str name, const struct type *t, struct err *err)
{
	const struct type *of = type_of_type(&env->arena, t);

	return of ? env_add_constant(env, name, of, value_type(t), err) : err_nomem(err);
}

/* Arrays grow by doubling; the old ones stay in the arena. */
static int append_overload(struct env *env, struct function *f, const struct overload *o,
			   struct err *err)
{
	if ((f->n_overloads & (f->n_overloads - 1)) == 0) {
		size_t cap = f->n_overloads ? f->n_overloads * 2 : 1;
		const struct overload **bigger = arena_array(&env->arena, cap, sizeof(*bigger));

		if (!bigger)
			return err_nomem(err);
		for (size_t i = 0; i < f->n_overloads; i++)
			bigger[i] = f->overloads[i];
		f->overloads = bigger;
	}
	((const struct overload **)f->overloads)[f->n_overloads++] = o;
	return 0;
}

static int add_overload(struct env *env, struct str name, const struct overload *o, struct err *err)
{
	struct function *f = map_get(&env->functions, name);
	int r;

	if (!f) {
		f = arena_alloc(&env->arena, sizeof(*f));
		name = arena_str(&env->arena, name);
		if (!f || !name.p)
			return err_nomem(err);
		f->name = name;
		r = put(env, &env->functions, name, f, err);
		if (r < 0)
			return r;
	}
	return append_overload(env, f, o, err);
}

static int fill_kinds(struct env *env, struct overload *o, struct err *err)
{
	uint16_t *kinds = arena_array(&env->arena, o->n_params, sizeof(*kinds));

	if (!kinds)
		return err_nomem(err);
	for (unsigned i = 0; i < o->n_params; i++)
		kinds[i] = kinds_of(o->params[i]);
	o->kinds = kinds;
	return 0;
}

static int bad_signature(const struct function_row *row, const char *expected, struct err *err)
{
	return err_set(err, ERR_FORMAT, "%s: signature \"%s\": expected %s", row->name,
		       row->signature, expected);
}

/* "RECEIVER.(A, B) -> R" or "(A, B) -> R": the parameters into params; returns how many. */
static int read_signature(struct env *env, const struct function_row *row, struct overload *o,
			  const struct type **params, struct err *err)
{
	struct str rest = str_of(row->signature);
	unsigned n = 0;
	int r;

	if (rest.n && rest.p[0] != '(') {
		r = type_pull(&rest, &env->arena, &params[n++], err);
		if (r < 0)
			return err_wrap(err, r, "%s", row->name);
		if (!str_pull_prefix(&rest, STR(".")))
			return bad_signature(row, "'.' behind the receiver", err);
		o->is_method = true;
	}
	if (!str_pull_prefix(&rest, STR("(")))
		return bad_signature(row, "'('", err);
	while (!str_pull_prefix(&rest, STR(")"))) {
		if (n == PARAMS_MAX)
			return bad_signature(row, "fewer parameters", err);
		r = type_pull(&rest, &env->arena, &params[n++], err);
		if (r < 0)
			return err_wrap(err, r, "%s", row->name);
		if (!str_pull_prefix(&rest, STR(", ")) && !str_has_prefix(rest, STR(")")))
			return bad_signature(row, "\", \" or ')'", err);
	}
	if (!str_pull_prefix(&rest, STR(" -> ")))
		return bad_signature(row, "\" -> \"", err);
	o->n_params = n;
	r = type_parse(rest, &env->arena, &o->result, err);
	return r < 0 ? err_wrap(err, r, "%s", row->name) : 0;
}

int env_add_function(struct env *env, const struct function_row *row, struct err *err)
{
	struct overload *o = arena_alloc(&env->arena, sizeof(*o));
	const struct type *params[PARAMS_MAX] = {0};
	const struct type **own;
	int r;

	if (!o)
		return err_nomem(err);
	r = read_signature(env, row, o, params, err);
	if (r < 0)
		return r;
	own = arena_array(&env->arena, o->n_params, sizeof(*own));
	if (!own)
		return err_nomem(err);
	for (unsigned i = 0; i < o->n_params; i++)
		own[i] = params[i];
	o->row = row;
	o->id = str_of(row->signature);
	o->params = own;
	r = fill_kinds(env, o, err);
	return r < 0 ? r : add_overload(env, str_of(row->name), o, err);
}

int env_declare_function(struct env *env, struct str name, const struct overload *overload,
			 struct err *err)
{
	struct overload *o = arena_alloc(&env->arena, sizeof(*o));
	int r;

	if (!o)
		return err_nomem(err);
	*o = *overload;
	o->row = NULL;
	r = fill_kinds(env, o, err);
	return r < 0 ? r : add_overload(env, name, o, err);
}

/* A class with the types of its fields. */
struct env_class {
	const struct object_class *class;
	const struct type **types;
	struct map fields; /* name -> const struct object_field */
};

int env_add_class(struct env *env, const struct object_class *class, struct err *err)
{
	struct env_class *ec = arena_alloc(&env->arena, sizeof(*ec));
	int r;

	if (!ec)
		return err_nomem(err);
	ec->class = class;
	ec->types = arena_array(&env->arena, class->n_fields, sizeof(*ec->types));
	if (!ec->types)
		return err_nomem(err);
	map_init(&ec->fields, LIMIT_EXPR_NAMES);
	r = put(env, &env->classes, str_of(class->name), ec, err); /* env_free frees the fields */
	if (r == 0)
		r = add_type_name(env, str_of(class->name), class->type, err);
	for (size_t i = 0; r == 0 && i < class->n_fields; i++) {
		const struct object_field *f = &class->fields[i];

		r = type_parse(str_of(f->type), &env->arena, &ec->types[i], err);
		if (r < 0)
			return err_wrap(err, r, "%s.%s", class->name, f->name);
		r = put(env, &ec->fields, str_of(f->name), (void *)f, err);
	}
	return r;
}

static bool is_name(struct str s)
{
	bool start = true;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' ? start
				  : !(char_is_alpha(s.p[i]) || s.p[i] == '_' ||
				      (char_is_digit(s.p[i]) && !start)))
			return false;
		start = s.p[i] == '.';
	}
	return s.n && !start;
}

int env_set_container(struct env *env, struct str container, struct err *err)
{
	if (container.n && !is_name(container))
		return err_set(err, ERR_FORMAT,
			       "container \"%.*s\": expected names with dots between them",
			       STR_FMT(str_sub(container, 0, 80)));
	env->container = arena_str(&env->arena, container);
	return env->container.p ? 0 : err_nomem(err);
}

static int add_library(struct env *env, const struct library *library, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < library->n_types; i++)
		r = add_type_name(env, library->types[i]->name, library->types[i], err);
	for (size_t i = 0; r == 0 && i < library->n_rows; i++)
		r = env_add_function(env, &library->rows[i], err);
	return r < 0 ? err_wrap(err, r, "library %s", library->name) : 0;
}

static int fill(struct env *env, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(named_types); i++)
		r = add_type_name(env, named_types[i]->name, named_types[i], err);
	for (size_t i = 0; r == 0 && libraries[i]; i++)
		r = add_library(env, libraries[i], err);
	return r;
}

int env_new(struct env **ret, struct err *err)
{
	struct env *env = calloc(1, sizeof(*env));
	int r;

	if (!env)
		return err_nomem(err);
	arena_init(&env->arena, ENV_BYTES);
	map_init(&env->variables, LIMIT_EXPR_NAMES);
	map_init(&env->functions, LIMIT_EXPR_NAMES);
	map_init(&env->classes, LIMIT_EXPR_NAMES);
	r = fill(env, err);
	if (r < 0) {
		env_free(env);
		return r;
	}
	*ret = env;
	return 0;
}

void env_free(struct env *env)
{
	struct str name;
	void *class;
	size_t at = 0;

	if (!env)
		return;
	while (map_next(&env->classes, &at, &name, &class))
		map_done(&((struct env_class *)class)->fields);
	map_done(&env->classes);
	map_done(&env->functions);
	map_done(&env->variables);
	arena_done(&env->arena);
	free(env);
}

void env_freep(struct env **env)
{
	env_free(*env);
}

const struct env_variable *env_variable(const struct env *env, struct str name)
{
	return map_get(&env->variables, name);
}

const struct function *env_function(const struct env *env, struct str name)
{
	return map_get(&env->functions, name);
}

const struct object_class *env_class(const struct env *env, struct str name)
{
	const struct env_class *ec = map_get(&env->classes, name);

	return ec ? ec->class : NULL;
}

const struct type *env_field(const struct env *env, const struct object_class *class,
			     struct str name, uint32_t *ret_index)
{
	const struct env_class *ec = map_get(&env->classes, str_of(class->name));
	const struct object_field *f = ec ? map_get(&ec->fields, name) : NULL;
	uint32_t i;

	if (!f)
		return NULL;
	i = (uint32_t)(f - class->fields);
	if (ret_index)
		*ret_index = i;
	return ec->types[i];
}

bool env_candidate(const struct env *env, struct str name, size_t *at, struct strbuf *buf,
		   struct str *ret)
{
	struct str container = env->container;

	if (str_has_prefix(name, STR("."))) {
		*ret = str_skip(name, 1);
		return (*at)++ == 0;
	}
	for (size_t i = 0; i < *at; i++) { /* so many ends have been cut off already */
		size_t dot = str_rfind_char(container, '.');

		if (container.n == 0)
			return false;
		container = str_sub(container, 0, dot < container.n ? dot : 0);
	}
	++*at;
	if (container.n == 0) {
		*ret = name;
		return true;
	}
	strbuf_reset(buf);
	strbuf_add(buf, container);
	strbuf_addc(buf, '.');
	strbuf_add(buf, name);
	*ret = strbuf_str(buf);
	return buf->error == ERR_OK;
}
