/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls: which overloads may apply, and the type of the result. All overloads that fit the types
 * known so far are kept; with more than one the result is dyn unless they agree on it.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "expr/checker.h"
#include "expr/macro.h"

#define ARGS_MAX  32 /* no overload has as many */
#define SHOWN_MAX 3  /* overloads in a hint */

/* A call to resolve: types[0] is that of the receiver of a method. */
struct candidate_call {
	struct ast *node;
	const struct function *function;
	const struct type *types[ARGS_MAX];
	unsigned n;
	const struct type *result; /* NULL: no overload so far */
};

/* A look at the outermost kinds, before anything is instantiated. */
static bool may_fit(const struct type *from, const struct type *to)
{
	if (from->kind == TYPE_WRAPPER)
		from = from->params[0];
	return from->kind == to->kind || from->kind <= TYPE_NULL || to->kind <= TYPE_NULL ||
	       from->kind == TYPE_PARAM || to->kind == TYPE_PARAM || to->kind == TYPE_WRAPPER;
}

static bool fits(struct checker *c, const struct candidate_call *call, const struct overload *o,
		 const struct type **ret_result)
{
	const struct type *letters['Z' - 'A' + 1] = {NULL};
	const struct type *params[ARGS_MAX];

	if (o->is_method != !!call->node->call.target || o->n_params != call->n)
		return false;
	for (unsigned i = 0; i < call->n; i++)
		if (!may_fit(call->types[i], o->params[i]))
			return false;
	for (unsigned i = 0; i < call->n; i++)
		params[i] = unifier_instance(&c->types, o->params[i], letters);
	if (!unify_all(&c->types, call->types, params, call->n))
		return false;
	*ret_result =
		unifier_settle(&c->types, unifier_instance(&c->types, o->result, letters), false);
	return true;
}

/* The overloads that fit are a slice of those declared, or else a list of their own. */
static void keep_overload(struct checker *c, struct candidate_call *call, size_t i)
{
	struct ast *node = call->node;
	const struct overload **own;

	if (node->call.n_overloads == 0)
		node->call.overloads = &call->function->overloads[i];
	else if (node->call.overloads + node->call.n_overloads != &call->function->overloads[i]) {
		own = arena_array(c->arena, call->function->n_overloads, sizeof(*own));
		if (!own) {
			(void)problem_no_memory(&c->sink);
			return;
		}
		for (uint32_t k = 0; k < node->call.n_overloads; k++)
			own[k] = node->call.overloads[k];
		own[node->call.n_overloads] = call->function->overloads[i];
		node->call.overloads = own;
	}
	node->call.n_overloads++;
}

static void try_overloads(struct checker *c, struct candidate_call *call)
{
	const struct type *result;

	call->node->call.n_overloads = 0;
	for (size_t i = 0; i < call->function->n_overloads; i++) {
		if (!fits(c, call, call->function->overloads[i], &result))
			continue;
		keep_overload(c, call, i);
		if (!call->result)
			call->result = result;
		else if (!type_same(call->result, result))
			call->result = &type_dyn;
	}
}

/* "+" of "_+_". */
static struct str operator_text(struct str name)
{
	if (str_is(name, "@in"))
		return STR("in");
	while (name.n && name.p[0] == '_')
		name = str_skip(name, 1);
	while (name.n && name.p[name.n - 1] == '_')
		name.n--;
	return name;
}

static bool is_number(const struct type *t)
{
	return t->kind == TYPE_INT || t->kind == TYPE_UINT || t->kind == TYPE_DOUBLE;
}

static void complain_of_operator(struct checker *c, const struct candidate_call *call)
{
	const struct ast *node = call->node;
	struct str text = operator_text(node->call.name);
	const char *first = checker_type_text(c, call->types[0]);
	const char *second = call->n > 1 ? checker_type_text(c, call->types[1]) : "";
	bool told;

	if (node->call.op == AST_OP_CONDITIONAL &&
	    type_same(checker_shown(c, call->types[1]), checker_shown(c, call->types[2])))
		return; /* it is the condition, which has been told */
	if (node->call.op == AST_OP_INDEX || node->call.op == AST_OP_OPT_INDEX)
		told = checker_complain(c, node, "%s cannot be indexed by %s", first, second);
	else if (node->call.op == AST_OP_CONDITIONAL)
		told = checker_complain(c, node,
					"both results of a condition must be of one type, found %s "
					"and %s",
					second, checker_type_text(c, call->types[2]));
	else if (call->n == 1)
		told = checker_complain(c, node, "no operator %.*s for %s", STR_FMT(text), first);
	else
		told = checker_complain(c, node, "no operator %.*s for %s and %s", STR_FMT(text),
					first, second);
	if (told && call->n == 2 && is_number(call->types[0]) && is_number(call->types[1]) &&
	    node->call.op != AST_OP_IN)
		problem_hint(&c->sink, "numbers of different types do not mix: convert one with "
				       "int(), uint() or double()");
}

static void print_types(struct strbuf *out, const struct type *const *types, unsigned n)
{
	strbuf_addc(out, '(');
	for (unsigned i = 0; i < n; i++) {
		strbuf_adds(out, i ? ", " : "");
		type_print(types[i], out);
	}
	strbuf_addc(out, ')');
}

/* "string.startsWith(string) -> bool" */
static void print_overload(struct strbuf *out, struct str name, const struct overload *o)
{
	if (o->is_method) {
		type_print(o->params[0], out);
		strbuf_addc(out, '.');
	}
	strbuf_add(out, name);
	print_types(out, o->params + o->is_method, o->n_params - o->is_method);
	strbuf_adds(out, " -> ");
	type_print(o->result, out);
}

static void hint_overloads(struct checker *c, const struct function *function, bool is_method)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ERR_MSG_MAX - 1);
	size_t n = 0;

	for (size_t i = 0; i < function->n_overloads; i++) {
		if (function->overloads[i]->is_method != is_method || n++ >= SHOWN_MAX)
			continue;
		strbuf_adds(&sb, n > 1 ? "; " : "there is ");
		print_overload(&sb, function->name, function->overloads[i]);
	}
	if (n > SHOWN_MAX)
		strbuf_addf(&sb, "; and %zu more", n - SHOWN_MAX);
	if (n)
		problem_hint(&c->sink, "%s", strbuf_cstr(&sb));
	else if (is_method)
		problem_hint(&c->sink, "it is no method but a function: %.*s(...)",
			     STR_FMT(function->name));
	else
		problem_hint(&c->sink, "it is no function but a method: x.%.*s(...)",
			     STR_FMT(function->name));
}

static void complain_of_arguments(struct checker *c, const struct candidate_call *call)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ERR_MSG_MAX - 1);
	const struct ast *node = call->node;
	unsigned is_method = node->call.target ? 1 : 0;
	const struct type *shown[ARGS_MAX];

	for (unsigned i = 0; i < call->n; i++)
		shown[i] = checker_shown(c, call->types[i]);
	if (is_method) {
		type_print(shown[0], &sb);
		strbuf_addc(&sb, '.');
	}
	strbuf_add(&sb, call->function->name);
	print_types(&sb, shown + is_method, call->n - is_method);
	if (checker_complain(c, node, "no such overload: %s", strbuf_cstr(&sb)))
		hint_overloads(c, call->function, is_method);
}

static void resolve(struct checker *c, struct ast *node, const struct function *function)
{
	struct candidate_call call = {.node = node, .function = function};
	bool error = false;

	if (node->call.n_args >= ARGS_MAX) {
		checker_complain(c, node, "%.*s() does not take %u arguments",
				 STR_FMT(function->name), node->call.n_args);
		checker_set_type(c, node, &type_error);
		return;
	}
	if (node->call.target)
		call.types[call.n++] = checker_type(c, node->call.target);
	for (uint32_t i = 0; i < node->call.n_args; i++)
		call.types[call.n++] = checker_type(c, node->call.args[i]);
	for (unsigned i = 0; i < call.n; i++)
		error = error || call.types[i]->kind == TYPE_ERROR;
	try_overloads(c, &call);
	if (!call.result && !error && node->call.op)
		complain_of_operator(c, &call);
	else if (!call.result && !error)
		complain_of_arguments(c, &call);
	checker_set_type(c, node, call.result ? call.result : &type_error);
}

/* A function of that name; when the target and the name are a dotted one: (math).abs. */
static const struct function *find_namespaced(struct checker *c, struct ast *node)
{
	struct ast *root = checker_root(node->call.target);

	if (!root || checker_is_local(c, root->ident.name) || !checker_dotted(c, node->call.target))
		return NULL;
	strbuf_addc(&c->dotted, '.');
	strbuf_add(&c->dotted, node->call.name);
	return c->dotted.error ? NULL : checker_find_function(c, strbuf_str(&c->dotted));
}

/* Whether functions are declared in the namespace that the target of the call would be. */
static bool is_namespace(struct checker *c, struct ast *target)
{
	struct str name, dotted;
	void *value;
	size_t at = 0;

	if (!checker_dotted(c, target))
		return false;
	strbuf_addc(&c->dotted, '.');
	dotted = strbuf_str(&c->dotted);
	while (map_next(&c->env->functions, &at, &name, &value))
		if (str_has_prefix(name, dotted))
			return true;
	return false;
}

/* a.b(): b is a method, or a.b a function. */
static void check_method(struct checker *c, struct ast *node)
{
	struct ast *root = checker_root(node->call.target);
	const struct function *function = find_namespaced(c, node);

	if (function) {
		node->call.target = NULL;
		node->call.name = function->name;
		resolve(c, node, function);
		return;
	}
	if (root && !root->type && !checker_is_local(c, root->ident.name) &&
	    !env_variable(c->env, root->ident.name) && is_namespace(c, node->call.target)) {
		strbuf_add(&c->dotted, node->call.name);
		checker_complain_of_function(c, node, strbuf_str(&c->dotted), false);
		checker_set_type(c, node, &type_error);
		return;
	}
	check_node(c, node->call.target);
	function = checker_find_function(c, node->call.name);
	if (function) {
		resolve(c, node, function);
		return;
	}
	checker_complain_of_function(c, node, node->call.name, true);
	checker_set_type(c, node, &type_error);
}

/* && and ||: named singly, a wrong operand is better told than a missing overload. */
static void check_logic(struct checker *c, struct ast *node)
{
	const char *what = node->call.op == AST_OP_AND ? "an operand of &&" : "an operand of ||";
	const struct function *function = env_function(c->env, node->call.name);

	checker_want_bool(c, node->call.args[0], what);
	checker_want_bool(c, node->call.args[1], what);
	if (function) {
		node->call.overloads = function->overloads;
		node->call.n_overloads = (uint32_t)function->n_overloads;
	}
	checker_set_type(c, node, &type_bool);
}

/* A macro with a wrong number of arguments, hence no macro: what it is given is no use to look at.
 */
static bool is_misused_macro(struct checker *c, struct ast *node)
{
	return !node->call.op && macro_usage(node->call.name) &&
	       !checker_find_function(c, node->call.name) &&
	       !(node->call.target && find_namespaced(c, node));
}

void check_call(struct checker *c, struct ast *node)
{
	const struct function *function;

	if (is_misused_macro(c, node)) {
		checker_complain_of_function(c, node, node->call.name, node->call.target);
		checker_set_type(c, node, &type_error);
		return;
	}
	for (uint32_t i = 0; i < node->call.n_args; i++)
		check_node(c, node->call.args[i]);
	if (node->call.op == AST_OP_AND || node->call.op == AST_OP_OR) {
		check_logic(c, node);
		return;
	}
	if (node->call.op == AST_OP_CONDITIONAL)
		checker_want_bool(c, node->call.args[0], "the condition");
	if (node->call.target) {
		check_method(c, node);
		return;
	}
	function = node->call.op ? env_function(c->env, node->call.name)
				 : checker_find_function(c, node->call.name);
	if (function) {
		node->call.name = function->name;
		resolve(c, node, function);
		return;
	}
	checker_complain_of_function(c, node, node->call.name, false);
	checker_set_type(c, node, &type_error);
}
