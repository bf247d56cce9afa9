/* SPDX-License-Identifier: Apache-2.0 */
/* Operators: chains become flat, comparisons with constants get functions of their own. */
#include "expr/compile.h"

#include "base/limits.h"

static struct node *binary(struct compiler *c, const struct ast *ast, eval_function *eval,
			   const struct node *a, const struct node *b)
{
	struct node_binary *n = compiler_node(c, sizeof(*n), ast, eval);

	if (!n)
		return NULL;
	n->a = a;
	n->b = b;
	n->op = ast->call.op;
	compiler_adopt(&n->node, a);
	compiler_adopt(&n->node, b);
	return node_is_const(a) && node_is_const(b) ? compiler_fold(c, ast, &n->node) : &n->node;
}

static struct node *with_const(struct compiler *c, const struct ast *ast, eval_function *eval,
			       const struct node *operand, struct value constant,
			       enum ast_operator op)
{
	struct node_with_const *n = compiler_node(c, sizeof(*n), ast, eval);

	if (!n)
		return NULL;
	n->operand = operand;
	n->constant = constant;
	n->op = op;
	compiler_adopt(&n->node, operand);
	return &n->node;
}

static bool both(struct compiler *c, const struct ast *ast, const struct node **ret_a,
		 const struct node **ret_b)
{
	*ret_a = compile_node(c, ast->call.args[0]);
	*ret_b = *ret_a ? compile_node(c, ast->call.args[1]) : NULL;
	return *ret_b != NULL;
}

/* 1 < x is x > 1. */
static enum ast_operator mirrored(enum ast_operator op)
{
	switch (op) {
	case AST_OP_LT:
		return AST_OP_GT;
	case AST_OP_LE:
		return AST_OP_GE;
	case AST_OP_GT:
		return AST_OP_LT;
	case AST_OP_GE:
		return AST_OP_LE;
	default:
		return op;
	}
}

/* The function for a comparison with that constant; NULL: there is none. */
static eval_function *special(enum ast_operator op, struct value v)
{
	bool equality = op == AST_OP_EQ || op == AST_OP_NE;

	if (v.kind == VALUE_STRING && v.n && equality)
		return op == AST_OP_EQ ? eval_eq_string : eval_ne_string;
	if (v.kind == VALUE_INT)
		return equality ? eval_eq_int : eval_order_int;
	if (v.kind == VALUE_DOUBLE && v.d == v.d && !equality)
		return eval_order_double;
	return NULL;
}

static struct node *comparison(struct compiler *c, const struct ast *ast, eval_function *general)
{
	enum ast_operator op = ast->call.op;
	const struct node *a, *b;
	eval_function *eval = NULL;

	if (!both(c, ast, &a, &b))
		return NULL;
	if (node_is_const(a) != node_is_const(b)) {
		if (node_is_const(a)) {
			const struct node *swap = a;

			a = b;
			b = swap;
			op = mirrored(op);
		}
		eval = special(op, node_constant(b));
	}
	if (eval)
		return with_const(c, ast, eval, a, node_constant(b), op);
	if (op != ast->call.op) { /* swapped back: the general one needs the order of the source */
		const struct node *swap = a;

		a = b;
		b = swap;
	}
	return binary(c, ast, general, a, b);
}

static struct node *membership(struct compiler *c, const struct ast *ast)
{
	const struct node *a, *b;
	const struct const_set *set = NULL;
	struct node *n;

	if (!both(c, ast, &a, &b))
		return NULL;
	if (node_is_const(b) && !node_is_const(a) && node_constant(b).kind == VALUE_LIST &&
	    node_constant(b).form == VALUE_PLAIN)
		set = const_set_new(node_constant(b).items, node_constant(b).n, c->arena);
	if (!set)
		return binary(c, ast, eval_in, a, b);
	n = with_const(c, ast, eval_in_set, a, node_constant(b), AST_OP_IN);
	if (n)
		((struct node_with_const *)n)->set = set;
	return n;
}

/* The operands of a && b && c, in order, into `parts`. */
static bool gather(struct compiler *c, const struct ast *ast, enum ast_operator op,
		   struct vec *parts)
{
	const struct node *n, **part;

	if (ast->kind == AST_CALL && ast->call.op == op)
		return gather(c, ast->call.args[0], op, parts) &&
		       gather(c, ast->call.args[1], op, parts);
	n = compile_node(c, ast);
	part = n ? vec_push(parts) : NULL;
	if (!part)
		return n && compiler_fail(c, err_nomem(c->err));
	*part = n;
	return true;
}

/* Constants among the parts: one that decides is the whole, the others change nothing. */
static struct node *chain_of(struct compiler *c, const struct ast *ast, bool decides,
			     const struct node *const *in, size_t n_in)
{
	struct node_many *n = compiler_node(c, sizeof(*n), ast, decides ? eval_or : eval_and);
	const struct node **parts = arena_array(c->arena, n_in, sizeof(*parts));

	if (!n || !parts)
		return compiler_fail(c, err_nomem(c->err));
	for (size_t i = 0; i < n_in; i++) {
		struct value v = node_is_const(in[i]) ? node_constant(in[i]) : value_absent();

		if (v.kind == VALUE_BOOL && v.b == decides)
			return compiler_const(c, ast, v);
		if (v.kind == VALUE_BOOL)
			continue;
		parts[n->n++] = in[i];
		compiler_adopt(&n->node, in[i]);
	}
	n->parts = parts;
	return n->n ? &n->node : compiler_const(c, ast, value_bool(!decides));
}

static struct node *chain(struct compiler *c, const struct ast *ast, bool decides)
{
	struct vec parts = VEC_INIT(const struct node *, LIMIT_EXPR_NODES);
	struct node *n = NULL;

	if (gather(c, ast, ast->call.op, &parts))
		n = chain_of(c, ast, decides, parts.p, parts.n);
	vec_done(&parts);
	return n;
}

static struct node *negation(struct compiler *c, const struct ast *ast)
{
	const struct node *operand = compile_node(c, ast->call.args[0]);
	struct node_unary *n = operand ? compiler_node(c, sizeof(*n), ast, eval_not) : NULL;

	if (!n)
		return NULL;
	n->operand = operand;
	compiler_adopt(&n->node, operand);
	return node_is_const(operand) ? compiler_fold(c, ast, &n->node) : &n->node;
}

static struct node *conditional(struct compiler *c, const struct ast *ast)
{
	struct node_conditional *n = compiler_node(c, sizeof(*n), ast, eval_conditional);
	const struct node **args = n ? compile_all(c, ast->call.args, 3) : NULL;

	if (!args)
		return NULL;
	if (node_is_const(args[0]) && node_constant(args[0]).kind == VALUE_BOOL)
		return (struct node *)args[node_constant(args[0]).b ? 1 : 2];
	n->condition = args[0];
	n->then = args[1];
	n->otherwise = args[2];
	for (int i = 0; i < 3; i++)
		compiler_adopt(&n->node, args[i]);
	return &n->node;
}

static struct node *two(struct compiler *c, const struct ast *ast, eval_function *eval)
{
	const struct node *a, *b;

	return both(c, ast, &a, &b) ? binary(c, ast, eval, a, b) : NULL;
}

struct node *compile_operator(struct compiler *c, const struct ast *ast)
{
	switch (ast->call.op) {
	case AST_OP_CONDITIONAL:
		return conditional(c, ast);
	case AST_OP_OR:
		return chain(c, ast, true);
	case AST_OP_AND:
		return chain(c, ast, false);
	case AST_OP_EQ:
		return comparison(c, ast, eval_eq);
	case AST_OP_NE:
		return comparison(c, ast, eval_ne);
	case AST_OP_LT:
	case AST_OP_LE:
	case AST_OP_GT:
	case AST_OP_GE:
		return comparison(c, ast, eval_order);
	case AST_OP_IN:
		return membership(c, ast);
	case AST_OP_NOT:
		return negation(c, ast);
	case AST_OP_INDEX:
		return two(c, ast, eval_index);
	case AST_OP_OPT_INDEX:
		return two(c, ast, eval_opt_index);
	case AST_OP_NONE:
	case AST_OP_ADD:
	case AST_OP_SUB:
	case AST_OP_MUL:
	case AST_OP_DIV:
	case AST_OP_MOD:
	case AST_OP_NEGATE:
		break;
	}
	return compile_call(c, ast);
}
