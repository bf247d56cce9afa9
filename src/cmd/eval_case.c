/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/eval_case.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "expr/expr.h"
#include "expr/tagged_json.h"

#define CASE_BYTES ((size_t)LIMIT_EXPR_SCRATCH * 4)
#define PARAMS_MAX 16

struct eval_case {
	const struct json *doc;
	struct str source;
	bool unchecked, check_only, typed;
	struct env *env;
	struct arena arena;	/* types, tree */
	struct scratch scratch; /* bindings */
	struct call call;
	struct value *facts; /* by slot */
};

static void done(struct eval_case *c)
{
	env_free(c->env);
	arena_done(&c->arena);
	scratch_done(&c->scratch);
}

static bool has_word(const struct json *list, const char *word)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (str_is(json_str(json_at(list, i)), word))
			return true;
	return false;
}

static int read_params(struct eval_case *c, const struct json *list, struct overload *o,
		       struct err *err)
{
	const struct type **params;
	int r = 0;

	o->n_params = (unsigned)json_len(list);
	if (json_len(list) > PARAMS_MAX)
		return err_set(err, ERR_LIMIT, "an overload with more than %d parameters",
			       PARAMS_MAX);
	params = arena_array(&c->arena, o->n_params, sizeof(*params));
	if (!params)
		return err_nomem(err);
	for (unsigned i = 0; r == 0 && i < o->n_params; i++)
		r = type_parse(json_str(json_at(list, i)), &c->arena, &params[i], err);
	o->params = params;
	return r;
}

static int declare_function(struct eval_case *c, const struct json *declaration, struct err *err)
{
	const struct json *overloads = json_get(declaration, "overloads");
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_len(overloads); i++) {
		const struct json *from = json_at(overloads, i);
		struct overload o = {
			.id = json_get_str(from, "id"),
			.is_method = json_get_true(from, "instance"),
		};

		r = read_params(c, json_get(from, "params"), &o, err);
		if (r == 0)
			r = type_parse(json_get_str(from, "result"), &c->arena, &o.result, err);
		if (r == 0)
			r = env_declare_function(c->env, json_get_str(declaration, "function"), &o,
						 err);
	}
	return r;
}

static int declare(struct eval_case *c, const struct json *declaration, struct err *err)
{
	struct str name = json_get_str(declaration, "ident");
	const struct type *t;
	int r;

	if (!json_get(declaration, "ident"))
		return declare_function(c, declaration, err);
	r = type_parse(json_get_str(declaration, "type"), &c->arena, &t, err);
	return r < 0 ? r : env_add_variable(c->env, name, t, NULL, err);
}

/* What is bound has a name even where nothing declares it, as long as no checker asks. */
static int name_bindings(struct eval_case *c, const struct json *bindings, struct err *err)
{
	const struct json *v;
	void *iter = NULL;
	struct str name;
	int r = 0;

	while (r == 0 && json_each(bindings, &iter, &name, &v))
		if (!env_variable(c->env, name) && c->unchecked)
			r = env_add_variable(c->env, name, &type_dyn, NULL, err);
	return r;
}

static int bind(struct eval_case *c, const struct json *bindings, struct err *err)
{
	const struct json *from;
	void *iter = NULL;
	struct str name;

	c->facts = arena_array(&c->arena, c->env->n_slots, sizeof(*c->facts));
	if (!c->facts)
		return err_nomem(err);
	while (json_each(bindings, &iter, &name, &from)) {
		const struct env_variable *variable = env_variable(c->env, name);
		struct value v = value_from_tagged(&c->call, from, &c->arena);

		if (value_is_error(v))
			return err_set(err, ERR_FORMAT, "binding \"%.*s\": %.*s",
				       STR_FMT(str_sub(name, 0, 80)), STR_FMT(v.error->message));
		if (variable && variable->slot != ENV_CONSTANT)
			c->facts[variable->slot] = v;
	}
	return 0;
}

static int set_up(struct eval_case *c, struct err *err)
{
	const struct json *declarations = json_get(c->doc, "type_env");
	const struct json *bindings = json_get(c->doc, "bindings");
	int r;

	if (json_kind_of(json_get(c->doc, "expr")) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "expected an object with the string \"expr\"");
	c->source = json_get_str(c->doc, "expr");
	c->unchecked = json_get_true(c->doc, "disable_check");
	c->check_only = json_get_true(c->doc, "check_only");
	c->typed = c->check_only || has_word(json_get(c->doc, "needs"), "check");
	c->call = (struct call){.scratch = &c->scratch, .budget = LIMIT_EXPR_COST};
	r = env_new(&c->env, err);
	for (size_t i = 0; r == 0 && i < json_len(declarations); i++)
		r = declare(c, json_at(declarations, i), err);
	if (r == 0)
		r = env_set_container(c->env, json_get_str(c->doc, "container"), err);
	if (r == 0)
		r = name_bindings(c, bindings, err);
	return r < 0 ? r : bind(c, bindings, err);
}

static void write_error(struct json_writer *w, struct str message)
{
	json_open_map(w);
	json_put_str(w, "error", message);
	json_close_map(w);
}

static void write_type(struct json_writer *w, const struct type *t)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_EXPR_BYTES);

	type_print(t, &sb);
	json_key(w, "type");
	json_add_str(w, strbuf_str(&sb));
}

/* v: NULL for check_only. */
static void write_result(struct eval_case *c, const struct value *v, const struct type *t,
			 struct json_writer *w)
{
	json_open_map(w);
	if (c->typed) {
		json_key(w, "typed_result");
		json_open_map(w);
	}
	if (v) {
		json_key(w, "value");
		value_to_tagged(&c->call, *v, w);
	}
	if (c->typed) {
		write_type(w, t);
		json_close_map(w);
	}
	json_close_map(w);
}

static void evaluate(struct eval_case *c, const struct program *program, struct json_writer *w)
{
	CLEANUP(evaluation_done) struct evaluation e;
	struct value v;

	evaluation_init(&e);
	v = program_eval(program, &e, c->facts, c->env->n_slots);
	if (value_is_error(v))
		write_error(w, v.error->message);
	else
		write_result(c, &v, program_type(program), w);
}

/* An error here is one of the expression: an answer. */
static int judge(struct eval_case *c, struct json_writer *w, struct err *err)
{
	CLEANUP(program_freep) struct program *program = NULL;
	struct expr_problems problems = {.n = 0};
	struct ast *tree = NULL;
	int r = expr_parse(c->source, &c->arena, &tree, &problems, err);

	if (r >= 0 && !c->unchecked)
		r = expr_check(c->env, c->source, tree, &c->arena, &problems, err);
	if (r < 0)
		return r;
	if (c->check_only) {
		write_result(c, NULL, tree->type ? tree->type : &type_dyn, w);
		return 0;
	}
	r = program_compile(c->env, tree, &program, err);
	if (r == 0)
		evaluate(c, program, w);
	return r;
}

int eval_case_answer(struct str line, struct strbuf *out, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct eval_case c = {.env = NULL};
	struct json_writer w;
	struct err failure = {0};
	int r = json_parse(line, &doc, err);

	if (r < 0)
		return r;
	c.doc = doc;
	arena_init(&c.arena, CASE_BYTES);
	scratch_init(&c.scratch, LIMIT_EXPR_SCRATCH);
	json_writer_init(&w, out, JSON_COMPACT);
	r = set_up(&c, err);
	if (r == 0 && judge(&c, &w, &failure) < 0)
		write_error(&w, str_of(failure.msg));
	done(&c);
	return r < 0 ? r : strbuf_check(out, err);
}
