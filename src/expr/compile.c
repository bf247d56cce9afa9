/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/compile.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "expr/map_value.h"

/* What folding one node may cost: an expression must not take long to compile. */
#define FOLD_BUDGET 10000

/* Constants that folding makes may take so much: larger ones are made at each evaluation. */
#define FOLD_BYTES ((size_t)4 << 20)

/* Memory of one program. */
#define PROGRAM_BYTES ((size_t)256 << 20)

#define DOTTED_BYTES  ((size_t)LIMIT_EXPR_BYTES * 2)

/* A variable of a fold, bind or block. */
struct local {
	uint32_t slot;
	const struct node *init; /* of a bind: evaluated when first asked for */
	struct local *outer;	 /* hidden by this one */
	struct str name;
};

void *compiler_fail(struct compiler *c, int r)
{
	if (c->r == 0)
		c->r = r;
	return NULL;
}

static void *no_memory(struct compiler *c)
{
	return compiler_fail(c, c->r ? c->r : err_nomem(c->err));
}

void *compiler_node(struct compiler *c, size_t size, const struct ast *ast, eval_function *eval)
{
	struct node *n = arena_alloc(c->arena, size);

	if (!n)
		return no_memory(c);
	n->eval = eval;
	n->pos = ast->pos;
	n->weight = 1;
	return n;
}

void compiler_adopt(struct node *node, const struct node *child)
{
	node->weight += child->weight;
}

struct node *compiler_const(struct compiler *c, const struct ast *ast, struct value v)
{
	struct node_const *n = compiler_node(c, sizeof(*n), ast, eval_const);

	if (!n)
		return NULL;
	n->value = v;
	return &n->node;
}

struct node *compiler_failing(struct compiler *c, const struct ast *ast, const char *fmt, ...)
{
	struct node_fail *n = compiler_node(c, sizeof(*n), ast, eval_fail);
	char text[ERR_MSG_MAX];
	va_list ap;
	int length;

	if (!n)
		return NULL;
	va_start(ap, fmt);
	length = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (length < 0 || (size_t)length >= sizeof(text))
		length = sizeof(text) - 1;
	n->message = arena_str(c->arena, str_make(text, (size_t)length));
	return n->message.p ? &n->node : no_memory(c);
}

struct node *compiler_fold(struct compiler *c, const struct ast *ast, struct node *node)
{
	struct value v;

	c->fold.call.budget = FOLD_BUDGET;
	c->fold.call.out_of = ERR_OK;
	v = node_eval(node, &c->fold);
	return value_is_error(v) || c->fold.call.out_of ? node : compiler_const(c, ast, v);
}

const struct node **compile_all(struct compiler *c, struct ast *const *asts, uint32_t n)
{
	const struct node **nodes = arena_array(c->arena, n, sizeof(*nodes));

	if (!nodes)
		return no_memory(c);
	for (uint32_t i = 0; i < n; i++) {
		nodes[i] = compile_node(c, asts[i]);
		if (!nodes[i])
			return NULL;
	}
	return nodes;
}

static bool all_const(const struct node *const *nodes, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!node_is_const(nodes[i]))
			return false;
	return true;
}

static struct node *compile_const(struct compiler *c, const struct ast *ast)
{
	struct value v = ast->constant;

	if (v.kind == VALUE_STRING || v.kind == VALUE_BYTES) {
		v.p = arena_str(c->arena, value_str(v)).p;
		if (!v.p)
			return no_memory(c);
	}
	return compiler_const(c, ast, v);
}

/* Names */

static uint32_t new_slot(struct compiler *c)
{
	return c->program->n_locals++; /* never used again: a lazy init may run inside a fold */
}

/* Names the local from here on; NULL after a failure. */
static struct local *enter(struct compiler *c, struct str name, uint32_t slot,
			   const struct node *init)
{
	struct local *l = arena_alloc(c->arena, sizeof(*l));

	if (!l)
		return no_memory(c);
	*l = (struct local){slot, init, map_get(&c->locals, name), name};
	return map_put(&c->locals, name, l) < 0 ? no_memory(c) : l;
}

static void leave(struct compiler *c, const struct local *l)
{
	(void)map_put(&c->locals, l->name, l->outer); /* the key is there: it cannot fail */
}

static struct node *local_node(struct compiler *c, const struct ast *ast, const struct local *l)
{
	struct node_variable *v;
	struct node_lazy *lazy;

	if (l->init) {
		lazy = compiler_node(c, sizeof(*lazy), ast, eval_lazy);
		if (!lazy)
			return NULL;
		lazy->slot = l->slot;
		lazy->init = l->init;
		return &lazy->node;
	}
	v = compiler_node(c, sizeof(*v), ast, eval_local);
	if (!v)
		return NULL;
	v->slot = l->slot;
	return &v->node;
}

static struct node *variable_node(struct compiler *c, const struct ast *ast,
				  const struct env_variable *variable)
{
	struct node_variable *v;

	if (variable->slot == ENV_CONSTANT)
		return compiler_const(c, ast, variable->constant);
	v = compiler_node(c, sizeof(*v), ast, eval_fact);
	if (!v)
		return NULL;
	v->slot = variable->slot;
	v->name = variable->name;
	if (c->program->n_facts <= v->slot)
		c->program->n_facts = v->slot + 1;
	return &v->node;
}

static const struct env_variable *find_variable(struct compiler *c, struct str name)
{
	const struct env_variable *v = NULL;
	struct str candidate;
	size_t at = 0;

	while (!v && env_candidate(c->env, name, &at, &c->candidate, &candidate))
		v = env_variable(c->env, candidate);
	return v;
}

static struct node *compile_ident(struct compiler *c, const struct ast *ast)
{
	const struct env_variable *v = ast->ident.variable;
	const struct local *l = v ? NULL : map_get(&c->locals, ast->ident.name);

	if (l)
		return local_node(c, ast, l);
	if (!v)
		v = find_variable(c, ast->ident.name);
	if (v)
		return variable_node(c, ast, v);
	return compiler_failing(c, ast, "undeclared reference to \"%.*s\"",
				STR_FMT(str_sub(ast->ident.name, 0, 80)));
}

static bool add_dotted(struct compiler *c, const struct ast *ast)
{
	if (ast->kind == AST_IDENT) {
		strbuf_add(&c->name, ast->ident.name);
		return !ast->ident.variable && !map_get(&c->locals, ast->ident.name);
	}
	if (ast->kind != AST_SELECT || ast->select.optional || ast->select.test_only ||
	    !add_dotted(c, ast->select.operand))
		return false;
	strbuf_addc(&c->name, '.');
	strbuf_add(&c->name, ast->select.field);
	return true;
}

bool compiler_dotted(struct compiler *c, const struct ast *ast)
{
	strbuf_reset(&c->name);
	return add_dotted(c, ast) && !c->name.error;
}

/* Fields */

static void set_class(struct compiler *c, const struct ast *operand, struct node_select *s)
{
	const struct type *t = operand->type;
	const struct object_class *class;

	if (!t || t->kind != TYPE_ABSTRACT)
		return;
	class = env_class(c->env, t->name);
	if (class && env_field(c->env, class, value_str(s->field), &s->index))
		s->class = class;
}

static struct node *select_node(struct compiler *c, const struct ast *ast,
				const struct node *operand)
{
	eval_function *eval = ast->select.test_only  ? eval_has
			      : ast->select.optional ? eval_opt_select
						     : eval_select;
	struct node_select *s = compiler_node(c, sizeof(*s), ast, eval);
	struct str field;

	if (!s)
		return NULL;
	field = arena_str(c->arena, ast->select.field);
	if (!field.p)
		return no_memory(c);
	s->operand = operand;
	s->field = value_string(field);
	s->hash = value_key_hash(s->field);
	set_class(c, ast->select.operand, s);
	if (eval == eval_select && s->class && operand->eval == eval_fact) {
		s->node.eval = eval_select_fact;
		s->slot = ((const struct node_variable *)operand)->slot;
	}
	compiler_adopt(&s->node, operand);
	return node_is_const(operand) ? compiler_fold(c, ast, &s->node) : &s->node;
}

static struct node *compile_select(struct compiler *c, const struct ast *ast)
{
	const struct env_variable *v = NULL;
	const struct node *operand;

	if (compiler_dotted(c, ast))
		v = find_variable(c, strbuf_str(&c->name));
	if (v)
		return variable_node(c, ast, v);
	operand = compile_node(c, ast->select.operand);
	return operand ? select_node(c, ast, operand) : NULL;
}

/* Lists and maps */

static struct node *compile_list(struct compiler *c, const struct ast *ast)
{
	struct node_list *list = compiler_node(c, sizeof(*list), ast, eval_list);
	bool *optional = NULL;

	if (!list)
		return NULL;
	list->n = ast->list.n;
	list->items = compile_all(c, ast->list.items, list->n);
	if (!list->items)
		return NULL;
	for (uint32_t i = 0; i < list->n; i++)
		compiler_adopt(&list->node, list->items[i]);
	if (ast->list.optional) {
		optional = arena_array(c->arena, list->n, sizeof(*optional));
		if (!optional)
			return no_memory(c);
		memcpy(optional, ast->list.optional, list->n * sizeof(*optional));
		list->optional = optional;
	}
	return all_const(list->items, list->n) ? compiler_fold(c, ast, &list->node) : &list->node;
}

static struct node *compile_map(struct compiler *c, const struct ast *ast)
{
	uint32_t n = ast->map.n;
	struct node_map *map = compiler_node(c, sizeof(*map), ast, eval_map);
	const struct node **keys = arena_array(c->arena, n, sizeof(*keys));
	const struct node **values = arena_array(c->arena, n, sizeof(*values));
	bool *optional = arena_array(c->arena, n, sizeof(*optional));

	if (!map || !keys || !values || !optional)
		return no_memory(c);
	for (uint32_t i = 0; i < n; i++) {
		const struct ast_entry *e = &ast->map.entries[i];

		keys[i] = compile_node(c, e->key);
		values[i] = keys[i] ? compile_node(c, e->value) : NULL;
		if (!values[i])
			return NULL;
		optional[i] = e->optional;
		compiler_adopt(&map->node, keys[i]);
		compiler_adopt(&map->node, values[i]);
	}
	map->keys = keys;
	map->values = values;
	map->optional = optional;
	map->n = n;
	return all_const(keys, n) && all_const(values, n) ? compiler_fold(c, ast, &map->node)
							  : &map->node;
}

/* Macros */

static struct node *local_value(struct compiler *c, const struct ast *ast, uint32_t slot)
{
	return local_node(c, ast, &(struct local){.slot = slot});
}

/* Condition and body, in which the variables are known. */
static bool compile_turn(struct compiler *c, const struct ast *ast, struct node_fold *fold)
{
	const struct node *body;

	if (ast->fold.condition) {
		fold->condition = compile_node(c, ast->fold.condition);
		if (!fold->condition)
			return false;
	}
	body = compile_node(c, ast->fold.body);
	if (!body)
		return false;
	if (ast->fold.fold == FOLD_FILTER) {
		fold->condition = body;
		body = local_value(c, ast, fold->slot1);
	}
	fold->body = body;
	return body != NULL;
}

static struct node *compile_fold(struct compiler *c, const struct ast *ast)
{
	struct node_fold *fold = compiler_node(c, sizeof(*fold), ast, eval_folds[ast->fold.fold]);
	struct local *first, *second = NULL;
	bool ok;

	if (!fold)
		return NULL;
	fold->range = compile_node(c, ast->fold.range);
	if (!fold->range)
		return NULL;
	fold->two = ast->fold.var2.n > 0;
	fold->slot1 = new_slot(c);
	fold->slot2 = fold->two ? new_slot(c) : 0;
	first = enter(c, ast->fold.var1, fold->slot1, NULL);
	if (first && fold->two)
		second = enter(c, ast->fold.var2, fold->slot2, NULL);
	ok = first && (second || !fold->two) && compile_turn(c, ast, fold);
	if (!ok)
		return NULL;
	if (second)
		leave(c, second);
	leave(c, first);
	fold->turn_cost = fold->body->weight + (fold->condition ? fold->condition->weight : 0);
	compiler_adopt(&fold->node, fold->range);
	fold->node.weight += fold->turn_cost;
	return &fold->node;
}

static struct node *compile_bind(struct compiler *c, const struct ast *ast)
{
	struct node_bind *bind = compiler_node(c, sizeof(*bind), ast, eval_bind);
	const struct node *init = bind ? compile_node(c, ast->bind.init) : NULL;
	struct local *l;

	if (!init)
		return NULL;
	bind->slot = new_slot(c);
	l = enter(c, ast->bind.var, bind->slot, init);
	if (!l)
		return NULL;
	bind->body = compile_node(c, ast->bind.body);
	if (!bind->body)
		return NULL;
	leave(c, l);
	compiler_adopt(&bind->node, init);
	compiler_adopt(&bind->node, bind->body);
	return &bind->node;
}

static struct node *compile_opt_map(struct compiler *c, const struct ast *ast)
{
	struct node_opt_map *map = compiler_node(c, sizeof(*map), ast, eval_opt_map);
	struct local *l;

	if (!map)
		return NULL;
	map->target = compile_node(c, ast->opt_map.target);
	if (!map->target)
		return NULL;
	map->slot = new_slot(c);
	map->flat = ast->opt_map.flat;
	l = enter(c, ast->opt_map.var, map->slot, NULL);
	if (!l)
		return NULL;
	map->body = compile_node(c, ast->opt_map.body);
	if (!map->body)
		return NULL;
	leave(c, l);
	compiler_adopt(&map->node, map->target);
	compiler_adopt(&map->node, map->body);
	return &map->node;
}

/* Each slot is known to those behind it and to the result. */
static bool compile_slots(struct compiler *c, const struct ast *ast, struct node_block *block,
			  const struct node **slots)
{
	for (uint32_t i = 0; i < block->n; i++) {
		struct str name = arena_strf(c->arena, "@index%u", i);

		slots[i] = compile_node(c, ast->block.slots[i]);
		if (!slots[i])
			return false;
		compiler_adopt(&block->node, slots[i]);
		if (!name.p)
			return no_memory(c) != NULL;
		if (!enter(c, name, block->first_slot + i, NULL))
			return false;
	}
	return true;
}

static struct node *compile_block(struct compiler *c, const struct ast *ast)
{
	struct node_block *block = compiler_node(c, sizeof(*block), ast, eval_block);
	const struct node **slots = arena_array(c->arena, ast->block.n, sizeof(*slots));

	if (!block || !slots)
		return no_memory(c);
	block->n = ast->block.n;
	block->slots = slots;
	block->first_slot = c->program->n_locals;
	c->program->n_locals += block->n;
	if (!compile_slots(c, ast, block, slots))
		return NULL;
	block->result = compile_node(c, ast->block.result);
	if (!block->result)
		return NULL;
	for (uint32_t i = block->n; i-- > 0;) {
		struct str name = arena_strf(c->arena, "@index%u", i);
		const struct local *l = name.p ? map_get(&c->locals, name) : NULL;

		if (!l)
			return no_memory(c);
		leave(c, l);
	}
	compiler_adopt(&block->node, block->result);
	return &block->node;
}

struct node *compile_node(struct compiler *c, const struct ast *ast)
{
	switch (ast->kind) {
	case AST_CONST:
		return compile_const(c, ast);
	case AST_IDENT:
		return compile_ident(c, ast);
	case AST_SELECT:
		return compile_select(c, ast);
	case AST_CALL:
		return ast->call.op ? compile_operator(c, ast) : compile_call(c, ast);
	case AST_LIST:
		return compile_list(c, ast);
	case AST_MAP:
		return compile_map(c, ast);
	case AST_OBJECT:
		return compiler_failing(c, ast, "no objects of type \"%.*s\" can be made",
					STR_FMT(str_sub(ast->map.name, 0, 80)));
	case AST_FOLD:
		return compile_fold(c, ast);
	case AST_BIND:
		return compile_bind(c, ast);
	case AST_OPT_MAP:
		return compile_opt_map(c, ast);
	case AST_BLOCK:
		return compile_block(c, ast);
	case AST_BROKEN:
		break;
	}
	return compiler_fail(c, err_set(c->err, ERR_BUG, "a tree with problems was compiled"));
}

static void done(struct compiler *c)
{
	map_done(&c->locals);
	strbuf_done(&c->name);
	strbuf_done(&c->candidate);
}

int program_compile(const struct env *env, const struct ast *tree, struct program **ret,
		    struct err *err)
{
	struct program *p = calloc(1, sizeof(*p));
	struct compiler c = {
		.env = env,
		.program = p,
		.err = err,
		.name = STRBUF_INIT(DOTTED_BYTES),
		.candidate = STRBUF_INIT(DOTTED_BYTES),
	};

	if (!p)
		return err_nomem(err);
	arena_init(&p->arena, PROGRAM_BYTES);
	scratch_init(&p->constants, FOLD_BYTES);
	p->prepared = (struct vec)VEC_INIT(struct prepared, LIMIT_EXPR_NODES);
	map_init(&c.locals, LIMIT_EXPR_NODES);
	c.arena = &p->arena;
	c.fold.call.scratch = &p->constants;
	p->root = compile_node(&c, tree);
	p->type = type_copy(&p->arena, tree->type ? tree->type : &type_dyn);
	if (p->root && !p->type)
		(void)no_memory(&c);
	done(&c);
	if (c.r < 0) {
		program_free(p);
		return c.r;
	}
	*ret = p;
	return 0;
}
