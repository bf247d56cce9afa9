/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/type.h"

#include "base/cleanup.h"
#include "base/limits.h"

#define SIMPLE(ident, KIND, text)                                                                  \
	const struct type type_##ident = {.kind = TYPE_##KIND, .name = {text, sizeof(text) - 1}}

SIMPLE(error, ERROR, "!error");
SIMPLE(dyn, DYN, "dyn");
SIMPLE(null, NULL, "null_type");
SIMPLE(bool, BOOL, "bool");
SIMPLE(int, INT, "int");
SIMPLE(uint, UINT, "uint");
SIMPLE(double, DOUBLE, "double");
SIMPLE(string, STRING, "string");
SIMPLE(bytes, BYTES, "bytes");
SIMPLE(timestamp, TIMESTAMP, "google.protobuf.Timestamp");
SIMPLE(duration, DURATION, "google.protobuf.Duration");
SIMPLE(type, TYPE, "type");

static const struct type *const dyns[] = {&type_dyn, &type_dyn};

#define OF_DYN(ident, KIND, text, n)                                                               \
	const struct type type_##ident##_dyn = {.kind = TYPE_##KIND,                               \
						.n_params = (n),                                   \
						.name = {text, sizeof(text) - 1},                  \
						.params = dyns}

OF_DYN(list, LIST, "list", 1);
OF_DYN(map, MAP, "map", 2);
OF_DYN(optional, OPTIONAL, "optional_type", 1);

/* What is written with parameters. min 0: may stand alone. */
static const struct generic {
	const char *name;
	enum type_kind kind;
	unsigned min, max;
	const struct type *alone;
} generics[] = {
	{"list", TYPE_LIST, 0, 1, &type_list_dyn},
	{"map", TYPE_MAP, 0, 2, &type_map_dyn},
	{"optional_type", TYPE_OPTIONAL, 0, 1, &type_optional_dyn},
	{"type", TYPE_TYPE, 0, 1, &type_type},
	{"wrapper", TYPE_WRAPPER, 1, 1, NULL},
};

/* Lengths are written out: thousands of names are looked up when an env is filled. */
static const struct alias {
	struct str name;
	const struct type *type;
} aliases[] = {
	{{"dyn", 3}, &type_dyn},
	{{"null_type", 9}, &type_null},
	{{"bool", 4}, &type_bool},
	{{"int", 3}, &type_int},
	{{"uint", 4}, &type_uint},
	{{"double", 6}, &type_double},
	{{"string", 6}, &type_string},
	{{"bytes", 5}, &type_bytes},
	{{"timestamp", 9}, &type_timestamp},
	{{"duration", 8}, &type_duration},
	{{"google.protobuf.Timestamp", 25}, &type_timestamp},
	{{"google.protobuf.Duration", 24}, &type_duration},
	{{"google.protobuf.Any", 19}, &type_dyn},
	{{"google.protobuf.Value", 21}, &type_dyn},
	{{"google.protobuf.Struct", 22}, &type_map_dyn},
	{{"google.protobuf.ListValue", 25}, &type_list_dyn},
};

const struct type *type_make(struct arena *a, enum type_kind kind, struct str name,
			     const struct type *const *params, unsigned n_params)
{
	const struct type **own = arena_array(a, n_params, sizeof(*own));
	struct type *t = arena_alloc(a, sizeof(*t));

	if (!t || !own)
		return NULL;
	for (unsigned i = 0; i < n_params; i++) {
		if (!params[i])
			return NULL;
		own[i] = params[i];
	}
	*t = (struct type){.kind = kind, .n_params = n_params, .name = name, .params = own};
	return t;
}

const struct type *type_list(struct arena *a, const struct type *element)
{
	return type_make(a, TYPE_LIST, type_list_dyn.name, &element, 1);
}

const struct type *type_map(struct arena *a, const struct type *key, const struct type *value)
{
	return type_make(a, TYPE_MAP, type_map_dyn.name, (const struct type *const[]){key, value},
			 2);
}

const struct type *type_optional(struct arena *a, const struct type *of)
{
	return type_make(a, TYPE_OPTIONAL, type_optional_dyn.name, &of, 1);
}

const struct type *type_of_type(struct arena *a, const struct type *of)
{
	return type_make(a, TYPE_TYPE, type_type.name, &of, 1);
}

struct type_reader {
	struct str whole;
	struct str rest;
	struct arena *arena;
	struct err *err;
};

static int complain(struct type_reader *r, const char *expected)
{
	return err_set(r->err, ERR_FORMAT, "type \"%.*s\": offset %zu: expected %s",
		       STR_FMT(str_sub(r->whole, 0, 80)), r->whole.n - r->rest.n, expected);
}

static void skip_space(struct type_reader *r)
{
	while (r->rest.n && char_is_space(r->rest.p[0]))
		r->rest = str_skip(r->rest, 1);
}

static struct str pull_name(struct type_reader *r)
{
	size_t n = 0;

	while (n < r->rest.n && (char_is_alnum(r->rest.p[n]) || r->rest.p[n] == '_' ||
				 (r->rest.p[n] == '.' && n + 1 < r->rest.n &&
				  (char_is_alpha(r->rest.p[n + 1]) || r->rest.p[n + 1] == '_'))))
		n++;
	if (n && char_is_digit(r->rest.p[0]))
		n = 0;
	struct str name = str_sub(r->rest, 0, n);

	r->rest = str_skip(r->rest, n);
	return name;
}

static const struct type *simple_type(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (str_eq(name, aliases[i].name))
			return aliases[i].type;
	return NULL;
}

static int read_type(struct type_reader *r, unsigned depth, const struct type **ret);

/* The parameters behind '('; returns how many. */
static int read_params(struct type_reader *r, unsigned depth, const struct type **params)
{
	int n = 0, code;

	do {
		if (n == TYPE_PARAMS_MAX)
			return err_set(r->err, ERR_LIMIT, "type \"%.*s\": more than %d parameters",
				       STR_FMT(str_sub(r->whole, 0, 80)), TYPE_PARAMS_MAX);
		code = read_type(r, depth + 1, &params[n]);
		if (code < 0)
			return code;
		n++;
		skip_space(r);
	} while (str_pull_prefix(&r->rest, STR(",")));
	if (!str_pull_prefix(&r->rest, STR(")")))
		return complain(r, "',' or ')'");
	return n;
}

static int finish(struct type_reader *r, struct str name, const struct type *const *params, int n,
		  const struct type **ret)
{
	enum type_kind kind = TYPE_ABSTRACT;

	for (size_t i = 0; i < ARRAY_LEN(generics); i++) {
		const struct generic *g = &generics[i];

		if (!str_is(name, g->name))
			continue;
		if ((unsigned)n != g->max && !(n == 0 && g->min == 0))
			return complain(r, g->max == 2 ? "two parameters" : "one parameter");
		if (n == 0) {
			*ret = g->alone;
			return 0;
		}
		name = str_of(g->name);
		kind = g->kind;
	}
	if (kind == TYPE_ABSTRACT) {
		name = arena_str(r->arena, name);
		if (n == 0 && name.n == 1 && name.p[0] >= 'A' && name.p[0] <= 'Z')
			kind = TYPE_PARAM;
	}
	*ret = name.p ? type_make(r->arena, kind, name, params, (unsigned)n) : NULL;
	return *ret ? 0 : err_nomem(r->err);
}

static int read_type(struct type_reader *r, unsigned depth, const struct type **ret)
{
	const struct type *params[TYPE_PARAMS_MAX];
	const struct type *simple;
	struct str name;
	int n = 0;

	if (depth > LIMIT_EXPR_DEPTH)
		return err_set(r->err, ERR_LIMIT, "a type is nested deeper than expr_depth (%d)",
			       LIMIT_EXPR_DEPTH);
	skip_space(r);
	name = pull_name(r);
	if (name.n == 0)
		return complain(r, "the name of a type");
	simple = simple_type(name);
	if (simple) {
		*ret = simple;
		return 0;
	}
	if (str_pull_prefix(&r->rest, STR("(")))
		n = read_params(r, depth, params);
	return n < 0 ? n : finish(r, name, params, n, ret);
}

int type_pull(struct str *text, struct arena *a, const struct type **ret, struct err *err)
{
	struct type_reader reader = {*text, *text, a, err};
	int r = read_type(&reader, 0, ret);

	if (r == 0)
		*text = reader.rest;
	return r;
}

int type_parse(struct str text, struct arena *a, const struct type **ret, struct err *err)
{
	struct type_reader reader = {text, text, a, err};
	const struct type *t = NULL;
	int r = read_type(&reader, 0, &t);

	skip_space(&reader);
	if (r == 0 && reader.rest.n)
		r = complain(&reader, "the end");
	if (r == 0)
		*ret = t;
	return r;
}

bool type_eq(const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->n_params != b->n_params || !str_eq(a->name, b->name))
		return false;
	for (unsigned i = 0; i < a->n_params; i++)
		if (!type_eq(a->params[i], b->params[i]))
			return false;
	return true;
}

const struct type *type_copy(struct arena *a, const struct type *t)
{
	const struct type *params[TYPE_PARAMS_MAX];
	struct str name;

	if (t->n_params == 0 && t->kind != TYPE_PARAM && t->kind != TYPE_ABSTRACT)
		return t; /* static */
	name = arena_str(a, t->name);
	for (unsigned i = 0; i < t->n_params; i++)
		params[i] = type_copy(a, t->params[i]);
	return name.p ? type_make(a, t->kind, name, params, t->n_params) : NULL;
}

void type_print(const struct type *t, struct strbuf *out)
{
	strbuf_add(out, t->name);
	if (t->n_params == 0)
		return;
	for (unsigned i = 0; i < t->n_params; i++) {
		strbuf_adds(out, i ? ", " : "(");
		type_print(t->params[i], out);
	}
	strbuf_addc(out, ')');
}
