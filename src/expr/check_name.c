/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: variables of macros first, then variables of the environment by the rules of its
 * container, the longest dotted one first (langdef.md#name-resolution).
 */
#include "base/nearest.h"
#include "expr/checker.h"
#include "expr/macro.h"

static const struct local *find_local(const struct checker *c, struct str name)
{
	for (size_t i = c->locals.n; i > 0; i--) {
		const struct local *local = vec_at(&c->locals, i - 1);

		if (str_eq(local->name, name))
			return local;
	}
	return NULL;
}

bool checker_is_local(const struct checker *c, struct str name)
{
	return find_local(c, name);
}

static const struct env_variable *find_variable(struct checker *c, struct str name)
{
	const struct env_variable *variable = NULL;
	struct str candidate;
	size_t at = 0;

	while (!variable && env_candidate(c->env, name, &at, &c->candidate, &candidate))
		variable = env_variable(c->env, candidate);
	return variable;
}

const struct function *checker_find_function(struct checker *c, struct str name)
{
	const struct function *function = NULL;
	struct str candidate;
	size_t at = 0;

	while (!function && env_candidate(c->env, name, &at, &c->candidate, &candidate))
		function = env_function(c->env, candidate);
	return function;
}

struct ast *checker_root(struct ast *node)
{
	while (node->kind == AST_SELECT && !node->select.optional && !node->select.test_only)
		node = node->select.operand;
	return node->kind == AST_IDENT ? node : NULL;
}

static void add_dotted(struct strbuf *out, const struct ast *node)
{
	if (node->kind == AST_SELECT) {
		add_dotted(out, node->select.operand);
		strbuf_addc(out, '.');
		strbuf_add(out, node->select.field);
	} else {
		strbuf_add(out, node->ident.name);
	}
}

bool checker_dotted(struct checker *c, const struct ast *node)
{
	if (!checker_root((struct ast *)node))
		return false;
	strbuf_reset(&c->dotted);
	add_dotted(&c->dotted, node);
	return !c->dotted.error;
}

/* The best of several, the same in every run although maps have no order. */
static void offer(struct nearest *best, struct str name)
{
	struct nearest one = nearest_to(best->word);

	nearest_offer(&one, name);
	if (one.name.n && (!best->name.n || one.edits < best->edits ||
			   (one.edits == best->edits && str_cmp(name, best->name) < 0)))
		*best = one;
}

static void offer_all(struct nearest *best, const struct map *names)
{
	struct str name;
	void *value;
	size_t at = 0;

	while (map_next(names, &at, &name, &value))
		if (char_is_alpha(name.p[0])) /* operators have none */
			offer(best, name);
}

static void hint_nearest(struct checker *c, struct nearest near)
{
	if (near.name.n)
		problem_hint(&c->sink, "did you mean \"%.*s\"?", STR_FMT(problem_quote(near.name)));
}

/* dotted: a.b.c if the name is the beginning of that. */
static void complain_of_name(struct checker *c, const struct ast *node, struct str dotted)
{
	struct str name = node->ident.name;
	struct nearest near = nearest_to(dotted);

	(void)str_pull_prefix(&name, STR("."));
	if (!checker_complain(c, node, "undeclared name \"%.*s\"", STR_FMT(problem_quote(name))))
		return;
	offer_all(&near, &c->env->variables);
	if (!near.name.n) {
		near = nearest_to(name);
		offer_all(&near, &c->env->variables);
		for (size_t i = 0; i < c->locals.n; i++)
			offer(&near, ((const struct local *)vec_at(&c->locals, i))->name);
	}
	hint_nearest(c, near);
}

static void become_variable(struct checker *c, struct ast *node, const struct env_variable *v)
{
	*node = (struct ast){.kind = AST_IDENT,
			     .pos = node->pos,
			     .start = node->start,
			     .end = node->end,
			     .height = node->height,
			     .ident = {.name = v->name, .variable = v}};
	checker_set_type(c, node, unifier_instance(&c->types, v->type, c->types.letters));
}

void check_ident(struct checker *c, struct ast *node)
{
	const struct local *local;
	const struct env_variable *variable;

	if (node->type)
		return; /* check_dotted has been here */
	local = find_local(c, node->ident.name);
	if (local) {
		checker_set_type(c, node, local->type);
		return;
	}
	variable = find_variable(c, node->ident.name);
	if (variable) {
		become_variable(c, node, variable);
		return;
	}
	complain_of_name(c, node, node->ident.name);
	checker_set_type(c, node, &type_error);
}

void check_dotted(struct checker *c, struct ast *node)
{
	struct ast *root = checker_root(node);
	const struct env_variable *variable;

	if (!root || root->type || find_local(c, root->ident.name))
		return;
	for (struct ast *part = node; checker_dotted(c, part); part = part->select.operand) {
		variable = find_variable(c, strbuf_str(&c->dotted));
		if (variable) {
			become_variable(c, part, variable);
			return;
		}
		if (part == root)
			break;
	}
	(void)checker_dotted(c, node);
	complain_of_name(c, root, strbuf_str(&c->dotted));
	checker_set_type(c, root, &type_error);
}

void checker_complain_of_function(struct checker *c, const struct ast *node, struct str name,
				  bool is_method)
{
	const char *usage = macro_usage(name);
	struct nearest near = nearest_to(name);

	if (!checker_complain(c, node, "undeclared %s \"%.*s\"", is_method ? "method" : "function",
			      STR_FMT(problem_quote(name))))
		return;
	if (usage) {
		problem_hint(&c->sink, "it is written %s", usage);
		return;
	}
	offer_all(&near, &c->env->functions);
	hint_nearest(c, near);
}

void checker_complain_of_field(struct checker *c, const struct ast *node,
			       const struct object_class *class)
{
	struct nearest near = nearest_to(node->select.field);

	if (!checker_complain(c, node, "%s has no field \"%.*s\"", class->name,
			      STR_FMT(problem_quote(node->select.field))))
		return;
	for (size_t i = 0; i < class->n_fields; i++)
		offer(&near, str_of(class->fields[i].name));
	hint_nearest(c, near);
}

void checker_complain_of_key(struct checker *c, const struct ast *node,
			     const struct env_variable *map)
{
	struct nearest near = nearest_to(node->select.field);

	if (!checker_complain(c, node, "%.*s has no \"%.*s\"", STR_FMT(map->name),
			      STR_FMT(problem_quote(node->select.field))))
		return;
	for (uint32_t i = 0; i < map->constant.n; i++)
		if (map->constant.map->entries[i].key.kind == VALUE_STRING)
			offer(&near, value_str(map->constant.map->entries[i].key));
	hint_nearest(c, near);
}
