/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "expr/map_value.h"
#include "base/limits.h"
#include "expr/checker.h"

#define SHOWN_PARTS 12 /* of a type, in a message */

void checker_set_type(struct checker *c, struct ast *node, const struct type *t)
{
	struct ast **slot;

	node->type = unifier_cut(&c->types, t);
	if (type_has_unknowns(node->type)) {
		slot = vec_push(&c->unsettled);
		if (slot)
			*slot = node;
		else
			c->types.no_memory = true;
	}
	if (c->types.no_memory)
		(void)problem_no_memory(&c->sink);
	else if (c->types.spent && !problem_sink_is_full(&c->sink))
		problem_limit(&c->sink, node->start, node->end, "expr_type_steps",
			      LIMIT_EXPR_TYPE_STEPS, "steps to deduce types");
}

const struct type *checker_type(struct checker *c, const struct ast *node)
{
	return type_has_unknowns(node->type) ? unifier_settle(&c->types, node->type, false)
					     : node->type;
}

bool checker_complain(struct checker *c, const struct ast *node, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list ap;

	if (problem_sink_is_full(&c->sink))
		return false;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problem_add(&c->sink, node->start, node->end, "%s", text);
	return true;
}

const struct type *checker_shown(struct checker *c, const struct type *t)
{
	return unifier_sketch(&c->types, t, SHOWN_PARTS);
}

const char *checker_type_text(struct checker *c, const struct type *t)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ERR_MSG_MAX);
	struct str text;

	type_print(checker_shown(c, t), &sb);
	text = arena_str(c->arena, strbuf_str(&sb));
	return text.p ? text.p : "a type";
}

void checker_want_bool(struct checker *c, const struct ast *node, const char *what)
{
	if (!unify(&c->types, node->type, &type_bool))
		checker_complain(c, node, "%s must be a bool, found %s", what,
				 checker_type_text(c, node->type));
}

static void push_local(struct checker *c, struct str name, const struct type *t)
{
	struct local *local = vec_push(&c->locals);

	if (local)
		*local = (struct local){name, t};
	else
		(void)problem_no_memory(&c->sink);
}

static const struct type *no_memory_if_null(struct checker *c, const struct type *t)
{
	if (!t)
		(void)problem_no_memory(&c->sink);
	return t ? t : &type_error;
}

static const struct type *list_of(struct checker *c, const struct type *element)
{
	return no_memory_if_null(c, type_list(c->arena, element));
}

static const struct type *map_of(struct checker *c, const struct type *key,
				 const struct type *value)
{
	return no_memory_if_null(c, type_map(c->arena, key, value));
}

static const struct type *optional_of(struct checker *c, const struct type *of)
{
	return no_memory_if_null(c, type_optional(c->arena, of));
}

static const struct type *constant_type(struct value v)
{
	static const struct type *const types[VALUE_KINDS] = {
		[VALUE_NULL] = &type_null,     [VALUE_BOOL] = &type_bool,
		[VALUE_INT] = &type_int,       [VALUE_UINT] = &type_uint,
		[VALUE_DOUBLE] = &type_double, [VALUE_STRING] = &type_string,
		[VALUE_BYTES] = &type_bytes,
	};

	return types[v.kind] ? types[v.kind] : &type_dyn;
}

/* What is in the optional, when it is one. */
static const struct type *unwrapped(const struct type *t)
{
	return t->kind == TYPE_OPTIONAL ? t->params[0] : t;
}

/* The field of declared facts; NULL, and told, when there is none. */
static const struct type *declared_field(struct checker *c, const struct ast *node,
					 const struct type *t)
{
	const struct object_class *class = env_class(c->env, t->name);
	const struct type *field =
		class ? env_field(c->env, class, node->select.field, NULL) : NULL;

	if (class && !field)
		checker_complain_of_field(c, node, class);
	else if (!class)
		checker_complain(c, node, "%s has no fields", checker_type_text(c, t));
	return field ? field : &type_error;
}

/* The field of something that is no optional (any more). */
static const struct type *field_type(struct checker *c, const struct ast *node,
				     const struct type *t)
{
	if (t->kind == TYPE_MAP)
		return t->params[1];
	if (t->kind == TYPE_ABSTRACT)
		return declared_field(c, node, t);
	if (t->kind == TYPE_PARAM)
		(void)unify(&c->types, &type_dyn, t);
	else if (t->kind != TYPE_DYN && t->kind != TYPE_ERROR)
		checker_complain(c, node, "%s has no fields", checker_type_text(c, t));
	return &type_dyn;
}

/* A name may stand for a map that is known by now, as the parameters of a rule are. */
static void check_known_key(struct checker *c, const struct ast *node)
{
	const struct ast *of = node->select.operand;
	const struct env_variable *v = of->kind == AST_IDENT ? of->ident.variable : NULL;

	if (!v || v->slot != ENV_CONSTANT || v->constant.kind != VALUE_MAP ||
	    v->constant.form != VALUE_PLAIN || node->select.test_only || node->select.optional)
		return;
	if (map_find(v->constant.map, v->constant.n, value_string(node->select.field)) ==
	    UINT32_MAX)
		checker_complain_of_key(c, node, v);
}

static void check_select(struct checker *c, struct ast *node)
{
	const struct type *operand, *field;

	if (!node->select.test_only && !node->select.optional)
		check_dotted(c, node);
	if (node->kind == AST_IDENT)
		return;
	check_node(c, node->select.operand);
	operand = checker_type(c, node->select.operand);
	check_known_key(c, node);
	field = field_type(c, node, unifier_look(&c->types, unwrapped(operand)));
	if (node->select.test_only)
		field = &type_bool;
	else if (operand->kind == TYPE_OPTIONAL || node->select.optional)
		field = optional_of(c, field);
	checker_set_type(c, node, field);
}

/* The type of several together; so_far is NULL before the first. */
static const struct type *joined(struct checker *c, const struct type *so_far,
				 const struct type *next)
{
	if (!so_far)
		return next;
	if (!unify(&c->types, so_far, next))
		return &type_dyn;
	return unifier_settle(&c->types, unifier_join(&c->types, so_far, next), false);
}

/* What an item is worth in its list or map: ?item is an optional. */
static const struct type *item_type(struct checker *c, const struct ast *item, bool optional)
{
	const struct type *t = checker_type(c, item);

	if (!optional)
		return t;
	if (t->kind != TYPE_OPTIONAL && t->kind != TYPE_DYN && t->kind != TYPE_ERROR)
		checker_complain(c, item, "what stands behind ? must be an optional, found %s",
				 checker_type_text(c, t));
	return unwrapped(t);
}

static void check_list(struct checker *c, struct ast *node)
{
	const struct type *element = NULL;

	for (uint32_t i = 0; i < node->list.n; i++) {
		check_node(c, node->list.items[i]);
		element = joined(c, element,
				 item_type(c, node->list.items[i],
					   node->list.optional && node->list.optional[i]));
	}
	checker_set_type(c, node, list_of(c, element ? element : unifier_unknown(&c->types)));
}

static void check_map(struct checker *c, struct ast *node)
{
	const struct type *key = NULL, *value = NULL;

	for (uint32_t i = 0; i < node->map.n; i++) {
		const struct ast_entry *entry = &node->map.entries[i];

		check_node(c, entry->key);
		check_node(c, entry->value);
		key = joined(c, key, checker_type(c, entry->key));
		value = joined(c, value, item_type(c, entry->value, entry->optional));
	}
	if (!key) {
		key = unifier_unknown(&c->types);
		value = unifier_unknown(&c->types);
	}
	checker_set_type(c, node, map_of(c, key, value));
}

/* Objects come from the facts: the language here has no messages. */
static void check_object(struct checker *c, struct ast *node)
{
	for (uint32_t i = 0; i < node->map.n; i++)
		check_node(c, node->map.entries[i].value);
	checker_complain(c, node, "\"%.*s\" is no type of which an expression can make values",
			 STR_FMT(problem_quote(node->map.name)));
	checker_set_type(c, node, &type_error);
}

/* What the variables of a fold over that range are; var2 only where there is one. */
static void range_types(struct checker *c, const struct ast *fold, const struct type **ret_var1,
			const struct type **ret_var2)
{
	const struct type *range = checker_type(c, fold->fold.range);
	bool two = fold->fold.var2.n;

	*ret_var1 = *ret_var2 = &type_dyn;
	if (range->kind == TYPE_LIST) {
		*ret_var1 = two ? &type_int : range->params[0];
		*ret_var2 = range->params[0];
	} else if (range->kind == TYPE_MAP) {
		*ret_var1 = range->params[0];
		*ret_var2 = range->params[1];
	} else if (range->kind == TYPE_PARAM) {
		(void)unify(&c->types, &type_dyn, range);
	} else if (range->kind != TYPE_DYN && range->kind != TYPE_ERROR) {
		checker_complain(c, fold->fold.range, "only lists and maps have elements, found %s",
				 checker_type_text(c, range));
		*ret_var1 = *ret_var2 = &type_error;
	}
}

static bool has_order(const struct type *t)
{
	static const bool ordered[] = {
		[TYPE_ERROR] = true,	 [TYPE_DYN] = true,	 [TYPE_PARAM] = true,
		[TYPE_BOOL] = true,	 [TYPE_INT] = true,	 [TYPE_UINT] = true,
		[TYPE_DOUBLE] = true,	 [TYPE_STRING] = true,	 [TYPE_BYTES] = true,
		[TYPE_TIMESTAMP] = true, [TYPE_DURATION] = true, [TYPE_WRAPPER] = true,
	};

	return t->kind < ARRAY_LEN(ordered) && ordered[t->kind];
}

static const struct type *sorted_type(struct checker *c, const struct ast *node)
{
	const struct type *range = checker_type(c, node->fold.range);
	const struct type *key = checker_type(c, node->fold.body);

	if (range->kind == TYPE_MAP)
		checker_complain(c, node->fold.range, "only lists can be sorted, found %s",
				 checker_type_text(c, range));
	if (!has_order(key))
		checker_complain(c, node->fold.body, "%s has no order to sort by",
				 checker_type_text(c, key));
	return range->kind == TYPE_LIST ? range : &type_list_dyn;
}

static const struct type *entries_type(struct checker *c, const struct ast *node)
{
	const struct type *entries =
		map_of(c, unifier_unknown(&c->types), unifier_unknown(&c->types));

	if (!unify(&c->types, node->fold.body->type, entries))
		checker_complain(c, node->fold.body, "the new entry must be a map, found %s",
				 checker_type_text(c, node->fold.body->type));
	return unifier_settle(&c->types, entries, false);
}

static const struct type *fold_type(struct checker *c, const struct ast *node,
				    const struct type *var1)
{
	const struct ast *body = node->fold.body;

	switch (node->fold.fold) {
	case FOLD_ALL:
	case FOLD_EXISTS:
	case FOLD_EXISTS_ONE:
		checker_want_bool(c, body, "the condition");
		return &type_bool;
	case FOLD_FILTER:
		checker_want_bool(c, body, "the condition");
		return list_of(c, unifier_settle(&c->types, var1, false));
	case FOLD_MAP:
		return list_of(c, checker_type(c, body));
	case FOLD_TRANSFORM_MAP:
		return map_of(c, unifier_settle(&c->types, var1, false), checker_type(c, body));
	case FOLD_TRANSFORM_MAP_ENTRY:
		return entries_type(c, node);
	case FOLD_SORT_BY:
		return sorted_type(c, node);
	}
	return &type_error;
}

static void check_fold(struct checker *c, struct ast *node)
{
	const struct type *var1, *var2;
	size_t outer = c->locals.n;

	check_node(c, node->fold.range);
	range_types(c, node, &var1, &var2);
	push_local(c, node->fold.var1, var1);
	if (node->fold.var2.n)
		push_local(c, node->fold.var2, var2);
	if (node->fold.condition) {
		check_node(c, node->fold.condition);
		checker_want_bool(c, node->fold.condition, "the condition");
	}
	check_node(c, node->fold.body);
	vec_cut(&c->locals, outer);
	checker_set_type(c, node, fold_type(c, node, var1));
}

static void check_bind(struct checker *c, struct ast *node)
{
	size_t outer = c->locals.n;

	check_node(c, node->bind.init);
	push_local(c, node->bind.var, node->bind.init->type);
	check_node(c, node->bind.body);
	vec_cut(&c->locals, outer);
	checker_set_type(c, node, node->bind.body->type);
}

static void check_opt_map(struct checker *c, struct ast *node)
{
	const struct type *of = unifier_unknown(&c->types);
	size_t outer = c->locals.n;
	const struct type *result;

	check_node(c, node->opt_map.target);
	if (!unify(&c->types, node->opt_map.target->type, optional_of(c, of))) {
		checker_complain(c, node->opt_map.target, "%s() is of optionals, found %s",
				 node->opt_map.flat ? "optFlatMap" : "optMap",
				 checker_type_text(c, node->opt_map.target->type));
		of = &type_error;
	}
	push_local(c, node->opt_map.var, of);
	check_node(c, node->opt_map.body);
	vec_cut(&c->locals, outer);
	result = optional_of(c, node->opt_map.flat ? unifier_unknown(&c->types)
						   : checker_type(c, node->opt_map.body));
	if (node->opt_map.flat && !unify(&c->types, node->opt_map.body->type, result))
		checker_complain(c, node->opt_map.body,
				 "optFlatMap() makes an optional of an optional, found %s",
				 checker_type_text(c, node->opt_map.body->type));
	checker_set_type(c, node, unifier_settle(&c->types, result, false));
}

static void check_block(struct checker *c, struct ast *node)
{
	size_t outer = c->locals.n;

	for (uint32_t i = 0; i < node->block.n; i++) {
		struct str name = arena_strf(c->arena, "@index%u", i);

		check_node(c, node->block.slots[i]);
		if (!name.p)
			(void)problem_no_memory(&c->sink);
		push_local(c, name, node->block.slots[i]->type);
	}
	check_node(c, node->block.result);
	vec_cut(&c->locals, outer);
	checker_set_type(c, node, node->block.result->type);
}

void check_node(struct checker *c, struct ast *node)
{
	switch (node->kind) {
	case AST_CONST:
		checker_set_type(c, node, constant_type(node->constant));
		break;
	case AST_IDENT:
		check_ident(c, node);
		break;
	case AST_SELECT:
		check_select(c, node);
		break;
	case AST_CALL:
		check_call(c, node);
		break;
	case AST_LIST:
		check_list(c, node);
		break;
	case AST_MAP:
		check_map(c, node);
		break;
	case AST_OBJECT:
		check_object(c, node);
		break;
	case AST_FOLD:
		check_fold(c, node);
		break;
	case AST_BIND:
		check_bind(c, node);
		break;
	case AST_OPT_MAP:
		check_opt_map(c, node);
		break;
	case AST_BLOCK:
		check_block(c, node);
		break;
	case AST_BROKEN:
		checker_set_type(c, node, &type_error);
		break;
	}
}

/* All is known that will be: what is not is dyn. */
static void settle_all(struct checker *c)
{
	for (size_t i = 0; i < c->unsettled.n; i++) {
		struct ast *node = *(struct ast **)vec_at(&c->unsettled, i);

		node->type = unifier_settle(&c->types, node->type, true);
	}
}

int expr_check(const struct env *env, struct str source, struct ast *tree, struct arena *a,
	       struct expr_problems *problems, struct err *err)
{
	struct checker c = {.env = env,
			    .arena = a,
			    .sink = problem_sink_make(source, a, problems),
			    .locals = VEC_INIT(struct local, LIMIT_EXPR_NODES),
			    .unsettled = VEC_INIT(struct ast *, 4 * LIMIT_EXPR_NODES),
			    .dotted = STRBUF_INIT(2 * LIMIT_EXPR_BYTES),
			    .candidate = STRBUF_INIT(2 * LIMIT_EXPR_BYTES)};

	unifier_init(&c.types, a);
	check_node(&c, tree);
	settle_all(&c);
	if (c.types.no_memory)
		(void)problem_no_memory(&c.sink);
	unifier_done(&c.types);
	vec_done(&c.locals);
	vec_done(&c.unsettled);
	strbuf_done(&c.dotted);
	strbuf_done(&c.candidate);
	return problem_sink_finish(&c.sink, err);
}
