/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rule_program.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/yaml_facts.h"
#include "expr/map_value.h"
#include "expr/parse.h"

#define PARAMS_COST 65536 /* nodes that are copied */

/* ---- facts ---- */

size_t scope_n_variables(const struct scope *scope)
{
	size_t n = 0;

	while (n < SCOPE_VARIABLES_MAX && scope->variables[n].name)
		n++;
	return n;
}

static int add_variable(struct env *env, const struct scope_variable *v, struct err *err)
{
	const struct type *type = &type_dyn;
	int r = 0;

	if (v->type)
		r = type_parse(str_of(v->type), &env->arena, &type, err);
	return r < 0 ? r : env_add_variable(env, str_of(v->name), type, NULL, err);
}

int scope_env_new(const struct scope *scope, struct env **ret, struct err *err)
{
	CLEANUP(env_freep) struct env *env = NULL;
	int r = env_new(&env, err);

	for (size_t i = 0; r == 0 && scope->classes && scope->classes[i]; i++)
		r = env_add_class(env, scope->classes[i], err);
	for (size_t i = 0; r == 0 && i < scope_n_variables(scope); i++)
		r = add_variable(env, &scope->variables[i], err);
	if (r == 0)
		*ret = TAKE(env);
	return r;
}

/* Copied, so that what is asked of them is folded: lists behind `in` become tables. */
static int make_params(struct rule_program *p, struct err *err)
{
	static const struct map_value none;
	const struct yaml_node *defaults = p->rule->parameters, *key, *node;
	struct call c = {.scratch = &p->memory, .budget = PARAMS_COST};
	struct map_entry *entries;
	uint32_t n = 0;

	p->params = (struct value){.kind = VALUE_MAP, .map = &none};
	if (yaml_len(defaults) == 0)
		return 0;
	entries = call_alloc(&c, yaml_len(defaults) * sizeof *entries);
	for (; entries && yaml_entry(defaults, n, &key, &node); n++) {
		const struct yaml_node *set = yaml_find(p->rule->overrides, yaml_str(key));

		entries[n] = (struct map_entry){value_string(yaml_str(key)),
						yaml_copy(&c, set ? set : node)};
	}
	p->params = entries ? map_build(&c, entries, n) : call_exhausted(&c);
	return p->params.kind == VALUE_MAP ? 0
					   : err_set(err, ERR_LIMIT, "parameters: %.*s",
						     STR_FMT(p->params.error->message));
}

/* ---- expressions ---- */

static int wrong_type(const struct type *is, const struct type *want, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ERR_MSG_MAX);

	strbuf_adds(&sb, "gives ");
	type_print(is, &sb);
	strbuf_adds(&sb, ", not ");
	type_print(want, &sb);
	return err_set(err, ERR_FORMAT, "%.*s", STR_FMT(strbuf_str(&sb)));
}

int expression_compile(const struct env *env, struct str source, struct arena *a,
		       const struct type *want, struct program **ret, struct err *err)
{
	struct expr_problems problems = {0};
	struct ast *tree;
	int r = expr_parse(source, a, &tree, &problems, err);

	if (r == 0)
		r = expr_check(env, source, tree, a, &problems, err);
	if (r < 0)
		return r;
	if (want && tree->type->kind != TYPE_DYN && !type_eq(tree->type, want))
		return wrong_type(tree->type, want, err);
	return program_compile(env, tree, ret, err);
}

struct part {
	const char *name;
	const struct rule_text *text;
	const struct type *want;
	struct program **ret;
};

static int in_rule(const struct rule *rule, size_t line, const char *part, int r, struct err *err)
{
	return err_wrap(err, r, "%.*s:%zu: rule %.*s: %s", STR_FMT(rule->file), line,
			STR_FMT(rule->id), part);
}

/* A constant, so that patterns among them are compiled once. */
static int add_params(struct env *env, struct rule_program *p, struct err *err)
{
	return env_add_constant(env, STR("params"), &type_dyn, p->params, err);
}

int rule_compile(const struct rule *rule, struct env *env, struct arena *a,
		 struct rule_program *ret, struct err *err)
{
	const struct part parts[] = {
		{"when", &rule->when, &type_bool, &ret->when},
		{"at", &rule->at, NULL, &ret->at},
		{"fix", &rule->fix, NULL, &ret->fix},
	};
	int r;

	*ret = (struct rule_program){.rule = rule};
	scratch_init(&ret->memory, LIMIT_EXPR_SCRATCH);
	r = make_params(ret, err);
	if (r < 0)
		return in_rule(rule, rule->line, "parameters", r, err);
	r = add_params(env, ret, err);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0] && r == 0; i++) {
		if (!parts[i].text->text.n)
			continue;
		r = expression_compile(env, parts[i].text->text, a, parts[i].want, parts[i].ret,
				       err);
		if (r < 0)
			return in_rule(rule, parts[i].text->line, parts[i].name, r, err);
	}
	return r;
}

int rule_compile_texts(struct env *env, struct arena *a, struct rule_program *p, struct err *err)
{
	const struct rule *rule = p->rule;
	int r = p->has_texts ? 0 : add_params(env, p, err);

	if (p->has_texts || r < 0)
		return r;
	p->has_texts = true; /* also when it fails: to be released */
	r = template_compile(env, rule->message.text, a, &p->message, err);
	if (r < 0)
		return in_rule(rule, rule->message.line, "message", r, err);
	r = template_compile(env, rule->remedy.text, a, &p->remedy, err);
	return r < 0 ? in_rule(rule, rule->remedy.line, "remedy", r, err) : 0;
}

void rule_program_release(struct rule_program *p)
{
	program_free(p->when);
	program_free(p->at);
	program_free(p->fix);
	template_release(&p->message);
	template_release(&p->remedy);
	scratch_done(&p->memory);
}
