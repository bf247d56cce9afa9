/* SPDX-License-Identifier: Apache-2.0 */
/* Calls: which overloads may apply, and what each makes of its constant arguments beforehand. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "expr/compile.h"
#include "expr/lib_core.h"

/* A call as it is understood: a method has its receiver as the first argument. */
struct resolved {
	struct str name;
	bool is_method;
	const struct ast *args[CALL_ARGS_MAX];
	uint32_t n_args;
	const struct overload *const *overloads;
	size_t n_overloads;
};

static const struct function *find_function(struct compiler *c, struct str name)
{
	const struct function *f = NULL;
	struct str candidate;
	size_t at = 0;

	while (!f && env_candidate(c->env, name, &at, &c->candidate, &candidate))
		f = env_function(c->env, candidate);
	return f;
}

/* math.abs(x): the target is no value but a part of the name. */
static const struct function *find_namespaced(struct compiler *c, const struct ast *ast)
{
	if (!ast->call.target || !compiler_dotted(c, ast->call.target))
		return NULL;
	strbuf_addc(&c->name, '.');
	strbuf_add(&c->name, ast->call.name);
	return c->name.error ? NULL : find_function(c, strbuf_str(&c->name));
}

static void use(struct resolved *r, const struct function *f)
{
	if (!f)
		return;
	r->name = f->name;
	r->overloads = f->overloads;
	r->n_overloads = f->n_overloads;
}

/* False when there are more arguments than any function takes. */
static bool resolve(struct compiler *c, const struct ast *ast, struct resolved *r)
{
	const struct function *namespaced = find_namespaced(c, ast);

	r->name = ast->call.name;
	r->is_method = ast->call.target && !namespaced;
	if (ast->call.n_args + r->is_method > CALL_ARGS_MAX)
		return false;
	if (r->is_method)
		r->args[r->n_args++] = ast->call.target;
	for (uint32_t i = 0; i < ast->call.n_args; i++)
		r->args[r->n_args++] = ast->call.args[i];
	if (ast->call.overloads) {
		r->overloads = ast->call.overloads;
		r->n_overloads = ast->call.n_overloads;
	} else if (namespaced) {
		use(r, namespaced);
	} else if (r->is_method || ast->call.op) {
		use(r, env_function(c->env, ast->call.name));
	} else {
		use(r, find_function(c, ast->call.name));
	}
	return true;
}

/* Keeps what prepare made, so that program_free releases it; NULL with an error set. */
static bool keep(struct compiler *c, const struct function_row *row, void *p)
{
	struct prepared *kept;

	if (!p || !row->release)
		return true;
	kept = vec_push(&c->program->prepared);
	if (!kept) {
		row->release(p);
		(void)compiler_fail(c, err_nomem(c->err));
		return false;
	}
	*kept = (struct prepared){p, row->release};
	return true;
}

static bool prepare(struct compiler *c, struct candidate *candidate, const struct node *const *args,
		    uint32_t n)
{
	const struct function_row *row = candidate->overload->row;
	struct value constants[CALL_ARGS_MAX];
	struct err problem = {0};
	void *p;

	if (!row->prepare || c->n_prepared == LIMIT_EXPR_PREPARED)
		return true;
	for (uint32_t i = 0; i < n; i++) {
		constants[i] = node_is_const(args[i]) ? node_constant(args[i]) : value_absent();
		if (constants[i].kind != VALUE_ABSENT &&
		    !(candidate->overload->kinds[i] >> constants[i].kind & 1))
			return true; /* this overload will not be called */
	}
	c->n_prepared++;
	p = row->prepare(constants, n, &problem);
	candidate->prepared = p;
	if (problem.code == ERR_OK)
		return keep(c, row, p);
	candidate->problem = arena_str(c->arena, str_of(problem.msg));
	if (!candidate->problem.p)
		(void)compiler_fail(c, err_nomem(c->err));
	return candidate->problem.p != NULL && keep(c, row, p);
}

static bool may_apply(const struct overload *o, const struct resolved *r)
{
	return o->row && o->row->fn && o->is_method == r->is_method && o->n_params == r->n_args;
}

static bool add_candidates(struct compiler *c, const struct resolved *r, struct node_call *call)
{
	struct candidate *candidates = arena_array(c->arena, r->n_overloads, sizeof(*candidates));

	if (!candidates) {
		(void)compiler_fail(c, err_nomem(c->err));
		return false;
	}
	call->candidates = candidates;
	for (size_t i = 0; i < r->n_overloads; i++) {
		if (!may_apply(r->overloads[i], r))
			continue;
		candidates[call->n_candidates].overload = r->overloads[i];
		if (!prepare(c, &candidates[call->n_candidates], call->args, call->n_args))
			return false;
		call->n_candidates++;
	}
	return true;
}

static eval_function *eval_of(const struct resolved *r)
{
	if (r->is_method && r->n_args == 2 && (str_is(r->name, "or") || str_is(r->name, "orValue")))
		return eval_or_else;
	return r->n_args == 1 ? eval_call1 : r->n_args == 2 ? eval_call2 : eval_call;
}

/* A call that has a form of its own for a constant second argument; NULL: it has none. */
static eval_function *form_with_const(const struct node_call *call)
{
	static const struct {
		function_fn fn;
		eval_function *eval;
	} forms[] = {
		{string_starts_with, eval_starts_with},
		{string_ends_with, eval_ends_with},
		{string_contains, eval_contains},
	};
	struct value v;

	if (call->n_args != 2 || call->n_candidates != 1 || !node_is_const(call->args[1]))
		return NULL;
	v = node_constant(call->args[1]);
	if (v.kind != VALUE_STRING || v.n == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (call->candidates[0].overload->row->fn == forms[i].fn)
			return forms[i].eval;
	return NULL;
}

static struct node *with_const(struct compiler *c, const struct ast *ast, eval_function *eval,
			       const struct node_call *call)
{
	struct node_with_const *n = compiler_node(c, sizeof(*n), ast, eval);

	if (!n)
		return NULL;
	n->operand = call->args[0];
	n->constant = node_constant(call->args[1]);
	compiler_adopt(&n->node, n->operand);
	return &n->node;
}

static struct node *call_node(struct compiler *c, const struct ast *ast, const struct resolved *r)
{
	struct node_call *call = compiler_node(c, sizeof(*call), ast, eval_of(r));
	eval_function *eval;
	bool constant = true;

	if (!call)
		return NULL;
	call->name = arena_str(c->arena, r->name);
	call->n_args = r->n_args;
	call->args = compile_all(c, (struct ast *const *)r->args, r->n_args);
	if (!call->args)
		return NULL;
	if (!call->name.p)
		return compiler_fail(c, err_nomem(c->err));
	for (uint32_t i = 0; i < r->n_args; i++) {
		compiler_adopt(&call->node, call->args[i]);
		constant = constant && node_is_const(call->args[i]);
	}
	if (!add_candidates(c, r, call))
		return NULL;
	if (constant)
		return compiler_fold(c, ast, &call->node);
	eval = form_with_const(call);
	return eval ? with_const(c, ast, eval, call) : &call->node;
}

struct node *compile_call(struct compiler *c, const struct ast *ast)
{
	struct resolved r = {.n_args = 0};

	if (!resolve(c, ast, &r))
		return compiler_failing(c, ast, "%.*s: more than %d arguments",
					STR_FMT(str_sub(ast->call.name, 0, 80)), CALL_ARGS_MAX);
	if (r.n_overloads == 0)
		return compiler_failing(c, ast, "unbound function: %.*s",
					STR_FMT(str_sub(ast->call.name, 0, 80)));
	return call_node(c, ast, &r);
}
