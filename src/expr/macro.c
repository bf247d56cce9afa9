/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/macro.h"

#include <inttypes.h>

#include "base/cleanup.h"

#define ANY UINT32_MAX

struct macro {
	const char *name;
	const char *target;   /* NULL: any; "": none; else a name that is no variable */
	uint32_t least, most; /* arguments */
	void (*expand)(struct parser *p, struct ast *call, const struct macro *macro);
	uint32_t n_vars; /* of a fold */
	enum fold_kind fold;
	const char *usage;
};

/* Turns the call into a node of another kind; returns what it was. */
static struct ast become(struct ast *call, enum ast_kind kind)
{
	struct ast was = *call;

	*call = (struct ast){.kind = kind,
			     .pos = was.pos,
			     .start = was.start,
			     .end = was.end,
			     .height = was.height};
	return was;
}

/* The name of the variable that an argument stands for; empty, and told, when it is none. */
static struct str variable_of(struct parser *p, const struct ast *arg, const struct macro *macro)
{
	if (arg->kind == AST_IDENT && arg->ident.name.p[0] != '.')
		return arg->ident.name;
	if (arg->kind != AST_BROKEN) {
		parser_complain(p, arg, "a variable of %s() must be a simple name", macro->name);
		problem_hint(&p->sink, "%s", macro->usage);
	}
	return STR_NULL;
}

static void expand_has(struct parser *p, struct ast *call, const struct macro *macro)
{
	struct ast *arg = call->call.args[0];

	if (arg->kind != AST_SELECT || arg->select.optional || arg->select.test_only) {
		if (arg->kind != AST_BROKEN) {
			parser_complain(p, arg, "has() asks for a field: has(a.b)");
			problem_hint(&p->sink, "whether a map has a key is asked with: key in map");
		}
		return;
	}
	(void)become(call, AST_SELECT);
	call->select = arg->select;
	call->select.test_only = true;
}

static void expand_fold(struct parser *p, struct ast *call, const struct macro *macro)
{
	struct ast was = become(call, AST_FOLD);
	struct ast *const *args = was.call.args;
	uint32_t n = was.call.n_args;

	call->fold.fold = macro->fold;
	call->fold.range = was.call.target;
	call->fold.var1 = variable_of(p, args[0], macro);
	if (macro->n_vars == 2)
		call->fold.var2 = variable_of(p, args[1], macro);
	call->fold.condition = n - macro->n_vars == 2 ? args[n - 2] : NULL;
	call->fold.body = args[n - 1];
	if (call->fold.var1.n && str_eq(call->fold.var1, call->fold.var2))
		parser_complain(p, args[1], "both variables of %s() are called \"%.*s\"",
				macro->name, STR_FMT(problem_quote(call->fold.var1)));
}

static void expand_bind(struct parser *p, struct ast *call, const struct macro *macro)
{
	struct ast was = become(call, AST_BIND);

	call->bind.var = variable_of(p, was.call.args[0], macro);
	call->bind.init = was.call.args[1];
	call->bind.body = was.call.args[2];
}

static void expand_opt_map(struct parser *p, struct ast *call, const struct macro *macro)
{
	struct ast was = become(call, AST_OPT_MAP);

	call->opt_map.target = was.call.target;
	call->opt_map.var = variable_of(p, was.call.args[0], macro);
	call->opt_map.body = was.call.args[1];
	call->opt_map.flat = str_is(was.call.name, "optFlatMap");
}

static void expand_block(struct parser *p, struct ast *call, const struct macro *macro)
{
	const struct ast *slots = call->call.args[0];
	struct ast was;

	if (slots->kind != AST_LIST || slots->list.optional) {
		if (slots->kind != AST_BROKEN)
			parser_complain(p, slots, "the slots of cel.block() must be a plain list");
		return;
	}
	was = become(call, AST_BLOCK);
	call->block.slots = slots->list.items;
	call->block.n = slots->list.n;
	call->block.result = was.call.args[1];
}

/* cel.index(2) is the name @index2, cel.iterVar(0, 1) is @it:0:1: no source can write them. */
static void expand_name(struct parser *p, struct ast *call, const struct macro *macro)
{
	struct ast *const *args = call->call.args;
	struct str name;

	for (uint32_t i = 0; i < call->call.n_args; i++) {
		if (args[i]->kind == AST_BROKEN)
			return;
		if (args[i]->kind != AST_CONST || args[i]->constant.kind != VALUE_INT ||
		    args[i]->constant.i < 0) {
			parser_complain(p, args[i], "cel.%s() counts with plain numbers from 0",
					macro->name);
			return;
		}
	}
	if (call->call.n_args == 1)
		name = arena_strf(p->sink.arena, "@index%" PRId64, args[0]->constant.i);
	else
		name = arena_strf(p->sink.arena, "@it:%" PRId64 ":%" PRId64, args[0]->constant.i,
				  args[1]->constant.i);
	if (!name.p)
		(void)problem_no_memory(&p->sink);
	(void)become(call, AST_IDENT);
	call->ident.name = name;
}

/* math.greatest(a, b, c) is math.greatest([a, b, c]): overloads have fixed numbers of arguments. */
static void expand_variadic(struct parser *p, struct ast *call, const struct macro *macro)
{
	struct ast *list = parser_make(p, AST_LIST, call->pos, call->start);
	struct ast **args = arena_array(p->sink.arena, 1, sizeof(*args));

	if (!args)
		(void)problem_no_memory(&p->sink);
	if (!args || list->kind != AST_LIST)
		return;
	list->list.items = call->call.args;
	list->list.n = call->call.n_args;
	for (uint32_t i = 0; i < list->list.n; i++)
		parser_adopt(p, list, list->list.items[i]);
	args[0] = list;
	call->call.args = args;
	call->call.n_args = 1;
	parser_adopt(p, call, list);
}

#define ALL	  "list.all(x, condition)"
#define EXISTS	  "list.exists(x, condition)"
#define EXIST_ONE "list.exists_one(x, condition)"
#define LIST	  "map.transformList(key, value, element)"
#define MAP	  "map.transformMap(key, value, new_value)"
#define ENTRY	  "map.transformMapEntry(key, value, {new_key: new_value})"

static const struct macro macros[] = {
	{"has", "", 1, 1, expand_has, 0, 0, "has(a.b)"},
	{"all", NULL, 2, 2, expand_fold, 1, FOLD_ALL, ALL},
	{"all", NULL, 3, 3, expand_fold, 2, FOLD_ALL, ALL},
	{"exists", NULL, 2, 2, expand_fold, 1, FOLD_EXISTS, EXISTS},
	{"exists", NULL, 3, 3, expand_fold, 2, FOLD_EXISTS, EXISTS},
	{"exists_one", NULL, 2, 2, expand_fold, 1, FOLD_EXISTS_ONE, EXIST_ONE},
	{"exists_one", NULL, 3, 3, expand_fold, 2, FOLD_EXISTS_ONE, EXIST_ONE},
	{"existsOne", NULL, 2, 2, expand_fold, 1, FOLD_EXISTS_ONE, EXIST_ONE},
	{"existsOne", NULL, 3, 3, expand_fold, 2, FOLD_EXISTS_ONE, EXIST_ONE},
	{"filter", NULL, 2, 2, expand_fold, 1, FOLD_FILTER, "list.filter(x, condition)"},
	{"map", NULL, 2, 3, expand_fold, 1, FOLD_MAP, "list.map(x, element)"},
	{"transformList", NULL, 3, 4, expand_fold, 2, FOLD_MAP, LIST},
	{"transformMap", NULL, 3, 4, expand_fold, 2, FOLD_TRANSFORM_MAP, MAP},
	{"transformMapEntry", NULL, 3, 4, expand_fold, 2, FOLD_TRANSFORM_MAP_ENTRY, ENTRY},
	{"sortBy", NULL, 2, 2, expand_fold, 1, FOLD_SORT_BY, "list.sortBy(x, key)"},
	{"optMap", NULL, 2, 2, expand_opt_map, 0, 0, "optional.optMap(x, value)"},
	{"optFlatMap", NULL, 2, 2, expand_opt_map, 0, 0, "optional.optFlatMap(x, optional)"},
	{"bind", "cel", 3, 3, expand_bind, 0, 0, "cel.bind(x, value, expression)"},
	{"block", "cel", 2, 2, expand_block, 0, 0, "cel.block([values], expression)"},
	{"index", "cel", 1, 1, expand_name, 0, 0, "cel.index(0)"},
	{"iterVar", "cel", 2, 2, expand_name, 0, 0, "cel.iterVar(0, 0)"},
	{"greatest", "math", 3, ANY, expand_variadic, 0, 0, "math.greatest(a, b)"},
	{"least", "math", 3, ANY, expand_variadic, 0, 0, "math.least(a, b)"},
};

static bool fits(const struct macro *macro, const struct ast *call)
{
	const struct ast *target = call->call.target;

	if (call->call.n_args < macro->least || call->call.n_args > macro->most ||
	    call->call.name.p[0] != macro->name[0] || !str_is(call->call.name, macro->name))
		return false;
	if (!macro->target)
		return target;
	if (!macro->target[0])
		return !target;
	return target && target->kind == AST_IDENT && str_is(target->ident.name, macro->target);
}

void macro_expand(struct parser *p, struct ast *call)
{
	for (size_t i = 0; i < ARRAY_LEN(macros); i++) {
		if (!fits(&macros[i], call))
			continue;
		macros[i].expand(p, call, &macros[i]);
		return;
	}
}

const char *macro_usage(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(macros); i++)
		if (str_is(name, macros[i].name))
			return macros[i].usage;
	return NULL;
}
