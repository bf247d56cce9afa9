/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar, one function for a rule (langdef.md#syntax):
 *
 *     Expr    = Or ["?" Or ":" Expr]
 *     Or      = And {"||" And}           And = Relation {"&&" Relation}
 *     Relation, Addition, Multiplication: parse_binary, by precedence
 *     Unary   = {"!" | "-"} Member
 *     Member  = Primary {"." ["?"] Field | "." Name "(" Args ")" | "[" ["?"] Expr "]"
 *                        | "{" Fields "}"}
 *     Primary = ["."] Name ["(" Args ")"] | "(" Expr ")" | "[" Items "]" | "{" Entries "}"
 *             | Literal
 *
 * After an error the parser looks for the next comma or closing bracket of the innermost open one
 * and goes on from there.
 */
#include "expr/parse.h"

#include "base/limits.h"
#include "expr/parser.h"

/* Higher binds closer; 0: no such operator. && and || are apart: their chains are balanced. */
static const struct binary {
	unsigned precedence;
	enum ast_operator op;
} binaries[N_TOKENS] = {
	[TOKEN_EQ] = {1, AST_OP_EQ},	  [TOKEN_NE] = {1, AST_OP_NE},
	[TOKEN_LT] = {1, AST_OP_LT},	  [TOKEN_LE] = {1, AST_OP_LE},
	[TOKEN_GT] = {1, AST_OP_GT},	  [TOKEN_GE] = {1, AST_OP_GE},
	[TOKEN_IN] = {1, AST_OP_IN},	  [TOKEN_PLUS] = {2, AST_OP_ADD},
	[TOKEN_MINUS] = {2, AST_OP_SUB},  [TOKEN_TIMES] = {3, AST_OP_MUL},
	[TOKEN_DIVIDE] = {3, AST_OP_DIV}, [TOKEN_MODULO] = {3, AST_OP_MOD},
};

static struct ast *parse_unary(struct parser *p)
{
	struct token sign = p->token;
	struct ast *operand;

	if (!parser_is_next(p, TOKEN_NOT) && !parser_is_next(p, TOKEN_MINUS))
		return parse_member(p, NULL);
	parser_advance(p);
	if (sign.kind == TOKEN_MINUS &&
	    (parser_is_next(p, TOKEN_INT) || parser_is_next(p, TOKEN_DOUBLE)))
		return parse_member(p, &sign);
	if (p->depth >= LIMIT_EXPR_DEPTH) {
		parser_too_deep(p, sign.at, sign.at + 1);
		return &p->broken;
	}
	p->depth++;
	operand = parse_unary(p);
	p->depth--;
	return parser_operator(p, sign.kind == TOKEN_NOT ? AST_OP_NOT : AST_OP_NEGATE, sign.at,
			       &operand, 1);
}

/* Operators that bind at least as close as `lowest`; those of one precedence from the left. */
static struct ast *parse_binary(struct parser *p, unsigned lowest)
{
	struct ast *args[2] = {parse_unary(p)};

	while (binaries[p->token.kind].precedence >= lowest) {
		const struct binary *binary = &binaries[p->token.kind];
		size_t pos = p->token.at;

		parser_advance(p);
		args[1] = parse_binary(p, binary->precedence + 1);
		args[0] = parser_operator(p, binary->op, pos, args, 2);
	}
	return args[0];
}

static struct ast *parse_relation(struct parser *p)
{
	return parse_binary(p, 1);
}

/* An operand of a chain, or what it is a chain of; pos: of the operator before it. */
static void push_operand(struct parser *p, enum ast_operator op, struct ast *operand, size_t pos)
{
	if (operand->kind == AST_CALL && operand->call.op == op) {
		push_operand(p, op, operand->call.args[0], pos);
		push_operand(p, op, operand->call.args[1], operand->pos);
		return;
	}
	parser_push(p, (struct ast_entry){.value = operand, .pos = (uint32_t)pos});
}

static struct ast *balance(struct parser *p, enum ast_operator op, size_t from, size_t n)
{
	const struct ast_entry *first = vec_at(&p->pending, from + n / 2);
	struct ast *args[2];

	if (n == 1)
		return first->value;
	args[0] = balance(p, op, from, n / 2);
	args[1] = balance(p, op, from + n / 2, n - n / 2);
	return parser_operator(p, op, first->pos, args, 2);
}

/*
 * a && b && c && d as (a && b) && (c && d): the same by the rules of the language, and a chain of
 * thousands is not thousands of levels deep.
 */
static struct ast *parse_chain(struct parser *p, enum token_kind token, enum ast_operator op,
			       struct ast *(*parse_operand)(struct parser *p))
{
	struct ast *node = parse_operand(p);
	size_t base = p->pending.n;

	if (!parser_is_next(p, token))
		return node;
	push_operand(p, op, node, 0);
	while (parser_is_next(p, token)) {
		size_t pos = p->token.at;

		parser_advance(p);
		push_operand(p, op, parse_operand(p), pos);
	}
	if (problem_sink_is_full(&p->sink))
		return &p->broken;
	node = balance(p, op, base, p->pending.n - base);
	vec_cut(&p->pending, base);
	return node;
}

static struct ast *parse_and(struct parser *p)
{
	return parse_chain(p, TOKEN_AND, AST_OP_AND, parse_relation);
}

static struct ast *parse_or(struct parser *p)
{
	return parse_chain(p, TOKEN_OR, AST_OP_OR, parse_and);
}

static struct ast *parse_conditional(struct parser *p, struct ast *condition)
{
	struct ast *args[3] = {condition};
	size_t pos = p->token.at;

	parser_advance(p);
	args[1] = parse_or(p);
	if (parser_is_next(p, TOKEN_QUESTION)) {
		if (parser_expected(p, "':'"))
			problem_hint(&p->sink, "a condition inside of a condition needs brackets: "
					       "a ? (b ? c : d) : e");
		args[1] = parse_conditional(p, args[1]);
	}
	if (!parser_skip(p, TOKEN_COLON)) {
		parser_expected(p, "':' and what the condition gives otherwise");
		return condition;
	}
	args[2] = parse_expr(p);
	return parser_operator(p, AST_OP_CONDITIONAL, pos, args, 3);
}

struct ast *parse_expr(struct parser *p)
{
	struct ast *node;

	if (p->depth >= LIMIT_EXPR_DEPTH) {
		parser_too_deep(p, p->token.at, p->token.at + p->token.text.n);
		return &p->broken;
	}
	p->depth++;
	node = parse_or(p);
	if (parser_is_next(p, TOKEN_QUESTION))
		node = parse_conditional(p, node);
	p->depth--;
	return node;
}

/* What stands behind a whole expression is read on, so that its mistakes are told as well. */
static struct ast *parse_all(struct parser *p)
{
	struct ast *tree;

	parser_advance(p);
	tree = parse_expr(p);
	while (!parser_is_next(p, TOKEN_END)) {
		bool is_operand = token_is_literal(p->token.kind) ||
				  parser_is_next(p, TOKEN_IDENT) || parser_is_next(p, TOKEN_NOT) ||
				  token_is_opener(p->token.kind);

		parser_expected(p, "an operator or the end");
		if (!is_operand || parser_hint_of(&p->token))
			parser_advance(p);
		if (!parser_is_next(p, TOKEN_END) && !token_is_closer(p->token.kind))
			(void)parse_expr(p);
	}
	return tree;
}

/* The first byte that is not part of a character. */
static size_t find_broken_char(struct str s)
{
	size_t i = 0, n;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		if (n > s.n - i || !str_is_utf8(str_sub(s, i, n)))
			break;
		i += n;
	}
	return i;
}

int expr_parse(struct str source, struct arena *a, struct ast **ret, struct expr_problems *problems,
	       struct err *err)
{
	struct parser p = {.sink = problem_sink_make(source, a, problems),
			   .pending = VEC_INIT(struct ast_entry, LIMIT_EXPR_BYTES),
			   .complained_at = SIZE_MAX,
			   .broken = {.kind = AST_BROKEN, .height = 1}};
	struct ast *tree = NULL;
	int r;

	if (source.n > LIMIT_EXPR_BYTES)
		return err_set(err, ERR_LIMIT, "more than %d bytes (limit expr_bytes)",
			       LIMIT_EXPR_BYTES);
	p.lexer = lexer_make(source, &p.sink);
	if (str_is_utf8(source))
		tree = parse_all(&p);
	else
		problem_add(&p.sink, find_broken_char(source), find_broken_char(source) + 1,
			    "the source is not UTF-8 here");
	vec_done(&p.pending);
	r = problem_sink_finish(&p.sink, err);
	if (r < 0)
		return r;
	*ret = tree;
	return 0;
}
