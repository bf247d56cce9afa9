/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree as source again: macros as they are written, as few brackets as the grammar needs.
 */
#include "base/cleanup.h"
#include "expr/lexer.h"
#include "expr/literal.h"
#include "expr/parse.h"

/* What binds closer is greater. A part that binds less than its place asks for gets brackets. */
enum level {
	LEVEL_EXPR,
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_RELATION,
	LEVEL_SUM,
	LEVEL_PRODUCT,
	LEVEL_UNARY,
	LEVEL_MEMBER,
};

static void print(const struct ast *node, enum level least, struct strbuf *out);

/* Binary operators: how they are written; the level of their right operand. */
static const struct {
	const char *text;
	enum level level, right;
} binaries[] = {
	[AST_OP_OR] = {" || ", LEVEL_OR, LEVEL_OR}, /* the parser balances chains anyway */
	[AST_OP_AND] = {" && ", LEVEL_AND, LEVEL_AND},
	[AST_OP_EQ] = {" == ", LEVEL_RELATION, LEVEL_SUM},
	[AST_OP_NE] = {" != ", LEVEL_RELATION, LEVEL_SUM},
	[AST_OP_LT] = {" < ", LEVEL_RELATION, LEVEL_SUM},
	[AST_OP_LE] = {" <= ", LEVEL_RELATION, LEVEL_SUM},
	[AST_OP_GT] = {" > ", LEVEL_RELATION, LEVEL_SUM},
	[AST_OP_GE] = {" >= ", LEVEL_RELATION, LEVEL_SUM},
	[AST_OP_IN] = {" in ", LEVEL_RELATION, LEVEL_SUM},
	[AST_OP_ADD] = {" + ", LEVEL_SUM, LEVEL_PRODUCT},
	[AST_OP_SUB] = {" - ", LEVEL_SUM, LEVEL_PRODUCT},
	[AST_OP_MUL] = {" * ", LEVEL_PRODUCT, LEVEL_UNARY},
	[AST_OP_DIV] = {" / ", LEVEL_PRODUCT, LEVEL_UNARY},
	[AST_OP_MOD] = {" % ", LEVEL_PRODUCT, LEVEL_UNARY},
};

static bool is_binary(enum ast_operator op)
{
	return op < ARRAY_LEN(binaries) && binaries[op].text;
}

static enum level level_of(const struct ast *node)
{
	if (node->kind != AST_CALL)
		return LEVEL_MEMBER;
	if (node->call.op == AST_OP_CONDITIONAL)
		return LEVEL_EXPR;
	if (is_binary(node->call.op))
		return binaries[node->call.op].level;
	if (node->call.op == AST_OP_NOT || node->call.op == AST_OP_NEGATE)
		return LEVEL_UNARY;
	return LEVEL_MEMBER;
}

/* The part of a member that is written first: a of a.b(c)[d]. */
static const struct ast *first_part(const struct ast *node)
{
	if (node->kind == AST_SELECT && !node->select.test_only)
		return node->select.operand;
	if (node->kind == AST_FOLD)
		return node->fold.range;
	if (node->kind == AST_OPT_MAP)
		return node->opt_map.target;
	if (node->kind == AST_CALL &&
	    (node->call.op == AST_OP_INDEX || node->call.op == AST_OP_OPT_INDEX))
		return node->call.args[0];
	return node->kind == AST_CALL ? node->call.target : NULL;
}

/* Whether a minus before it would be read as the sign of a number. */
static bool begins_with_number(const struct ast *node)
{
	while (node && level_of(node) == LEVEL_MEMBER) {
		if (node->kind == AST_CONST)
			return (node->constant.kind == VALUE_INT && node->constant.i >= 0) ||
			       (node->constant.kind == VALUE_DOUBLE &&
				!__builtin_signbit(node->constant.d));
		node = first_part(node);
	}
	return false;
}

/* A part: what is before it, and "?" when it is optional. */
static void print_item(const struct ast *item, bool first, bool optional, struct strbuf *out)
{
	if (!first)
		strbuf_adds(out, ", ");
	if (optional)
		strbuf_addc(out, '?');
	print(item, LEVEL_EXPR, out);
}

static void print_arguments(struct ast *const *args, uint32_t n, struct strbuf *out)
{
	strbuf_addc(out, '(');
	for (uint32_t i = 0; i < n; i++)
		print_item(args[i], i == 0, false, out);
	strbuf_addc(out, ')');
}

static void print_items(struct ast *const *items, const bool *optional, uint32_t n,
			struct strbuf *out)
{
	strbuf_addc(out, '[');
	for (uint32_t i = 0; i < n; i++)
		print_item(items[i], i == 0, optional && optional[i], out);
	strbuf_addc(out, ']');
}

static void print_field(struct str field, struct strbuf *out)
{
	if (word_is_selector(field))
		strbuf_add(out, field);
	else
		strbuf_addf(out, "`%.*s`", STR_FMT(field));
}

/* @index2 and @it:0:1 are the macros of cel.block. */
static void print_name(struct str name, struct strbuf *out)
{
	struct str outer, inner;

	if (str_pull_prefix(&name, STR("@index")))
		strbuf_addf(out, "cel.index(%.*s)", STR_FMT(name));
	else if (str_pull_prefix(&name, STR("@it:")) && str_cut(name, ':', &outer, &inner))
		strbuf_addf(out, "cel.iterVar(%.*s, %.*s)", STR_FMT(outer), STR_FMT(inner));
	else
		strbuf_add(out, name);
}

static void print_select(const struct ast *node, struct strbuf *out)
{
	if (node->select.test_only)
		strbuf_adds(out, "has(");
	print(node->select.operand, LEVEL_MEMBER, out);
	strbuf_adds(out, node->select.optional ? ".?" : ".");
	print_field(node->select.field, out);
	if (node->select.test_only)
		strbuf_addc(out, ')');
}

static void print_conditional(struct ast *const *args, struct strbuf *out)
{
	print(args[0], LEVEL_OR, out);
	strbuf_adds(out, " ? ");
	print(args[1], LEVEL_OR, out);
	strbuf_adds(out, " : ");
	print(args[2], LEVEL_EXPR, out);
}

static void print_unary(enum ast_operator op, const struct ast *operand, struct strbuf *out)
{
	bool brackets = op == AST_OP_NEGATE && begins_with_number(operand);

	strbuf_addc(out, op == AST_OP_NOT ? '!' : '-');
	if (brackets)
		strbuf_addc(out, '(');
	print(operand, LEVEL_UNARY, out);
	if (brackets)
		strbuf_addc(out, ')');
}

static void print_index(const struct ast *node, struct strbuf *out)
{
	print(node->call.args[0], LEVEL_MEMBER, out);
	strbuf_adds(out, node->call.op == AST_OP_OPT_INDEX ? "[?" : "[");
	print(node->call.args[1], LEVEL_EXPR, out);
	strbuf_addc(out, ']');
}

static void print_call(const struct ast *node, struct strbuf *out)
{
	struct ast *const *args = node->call.args;
	enum ast_operator op = node->call.op;

	if (op == AST_OP_CONDITIONAL) {
		print_conditional(args, out);
	} else if (is_binary(op)) {
		print(args[0], binaries[op].level, out);
		strbuf_adds(out, binaries[op].text);
		print(args[1], binaries[op].right, out);
	} else if (op == AST_OP_NOT || op == AST_OP_NEGATE) {
		print_unary(op, args[0], out);
	} else if (op == AST_OP_INDEX || op == AST_OP_OPT_INDEX) {
		print_index(node, out);
	} else {
		if (node->call.target) {
			print(node->call.target, LEVEL_MEMBER, out);
			strbuf_addc(out, '.');
		}
		strbuf_add(out, node->call.name);
		print_arguments(args, node->call.n_args, out);
	}
}

/* Of a map, and the fields of an object. */
static void print_entries(const struct ast *node, struct strbuf *out)
{
	strbuf_add(out, node->map.name);
	strbuf_addc(out, '{');
	for (uint32_t i = 0; i < node->map.n; i++) {
		const struct ast_entry *entry = &node->map.entries[i];

		if (entry->key) {
			print_item(entry->key, i == 0, entry->optional, out);
		} else {
			strbuf_adds(out, i == 0 ? "" : ", ");
			strbuf_adds(out, entry->optional ? "?" : "");
			print_field(entry->field, out);
		}
		strbuf_adds(out, ": ");
		print(entry->value, LEVEL_EXPR, out);
	}
	strbuf_addc(out, '}');
}

static const char *fold_name(const struct ast *node)
{
	bool two = node->fold.var2.n;

	switch (node->fold.fold) {
	case FOLD_ALL:
		return "all";
	case FOLD_EXISTS:
		return "exists";
	case FOLD_EXISTS_ONE:
		return two ? "existsOne" : "exists_one";
	case FOLD_FILTER:
		return "filter";
	case FOLD_MAP:
		return two ? "transformList" : "map";
	case FOLD_TRANSFORM_MAP:
		return "transformMap";
	case FOLD_TRANSFORM_MAP_ENTRY:
		return "transformMapEntry";
	case FOLD_SORT_BY:
		return "sortBy";
	}
	return "";
}

static void print_fold(const struct ast *node, struct strbuf *out)
{
	print(node->fold.range, LEVEL_MEMBER, out);
	strbuf_addf(out, ".%s(", fold_name(node));
	print_name(node->fold.var1, out);
	if (node->fold.var2.n) {
		strbuf_adds(out, ", ");
		print_name(node->fold.var2, out);
	}
	if (node->fold.condition)
		print_item(node->fold.condition, false, false, out);
	print_item(node->fold.body, false, false, out);
	strbuf_addc(out, ')');
}

static void print_bind(const struct ast *node, struct strbuf *out)
{
	strbuf_adds(out, "cel.bind(");
	print_name(node->bind.var, out);
	print_item(node->bind.init, false, false, out);
	print_item(node->bind.body, false, false, out);
	strbuf_addc(out, ')');
}

static void print_opt_map(const struct ast *node, struct strbuf *out)
{
	print(node->opt_map.target, LEVEL_MEMBER, out);
	strbuf_adds(out, node->opt_map.flat ? ".optFlatMap(" : ".optMap(");
	print_name(node->opt_map.var, out);
	print_item(node->opt_map.body, false, false, out);
	strbuf_addc(out, ')');
}

static void print_block(const struct ast *node, struct strbuf *out)
{
	strbuf_adds(out, "cel.block(");
	print_items(node->block.slots, NULL, node->block.n, out);
	print_item(node->block.result, false, false, out);
	strbuf_addc(out, ')');
}

static void print_plain(const struct ast *node, struct strbuf *out)
{
	switch (node->kind) {
	case AST_CONST:
		literal_print(node->constant, out);
		break;
	case AST_IDENT:
		print_name(node->ident.name, out);
		break;
	case AST_SELECT:
		print_select(node, out);
		break;
	case AST_CALL:
		print_call(node, out);
		break;
	case AST_LIST:
		print_items(node->list.items, node->list.optional, node->list.n, out);
		break;
	case AST_MAP:
	case AST_OBJECT:
		print_entries(node, out);
		break;
	case AST_FOLD:
		print_fold(node, out);
		break;
	case AST_BIND:
		print_bind(node, out);
		break;
	case AST_OPT_MAP:
		print_opt_map(node, out);
		break;
	case AST_BLOCK:
		print_block(node, out);
		break;
	case AST_BROKEN:
		break;
	}
}

static void print(const struct ast *node, enum level least, struct strbuf *out)
{
	bool brackets = level_of(node) < least;

	if (brackets)
		strbuf_addc(out, '(');
	print_plain(node, out);
	if (brackets)
		strbuf_addc(out, ')');
}

void expr_unparse(const struct ast *tree, struct strbuf *out)
{
	print(tree, LEVEL_EXPR, out);
}
