/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members and what they begin with: names, literals, calls, lists, maps, objects; fields, indexes.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "expr/literal.h"
#include "expr/macro.h"
#include "expr/parser.h"

static void parse_argument(struct parser *p)
{
	parser_push(p, (struct ast_entry){.value = parse_expr(p)});
}

/* name(...) or target.name(...); the open parenthesis is next. */
static struct ast *parse_call(struct parser *p, struct str name, size_t pos, struct ast *target)
{
	const struct bracket arguments = {.closer = TOKEN_CLOSE_PAREN,
					  .what = "the arguments of ",
					  .of = name,
					  .parse_item = parse_argument};
	struct ast *node = parser_make(p, AST_CALL, pos, target ? target->start : pos);
	size_t base = p->pending.n;

	parser_bracket(p, &arguments);
	if (node == &p->broken)
		return node;
	node->end = (uint32_t)p->last_end;
	node->call.name = name;
	node->call.target = target;
	if (target)
		parser_adopt(p, node, target);
	node->call.args = parser_take_nodes(p, base, node, &node->call.n_args);
	if (!problem_sink_is_full(&p->sink))
		macro_expand(p, node);
	return node;
}

static void parse_list_item(struct parser *p)
{
	bool optional = parser_skip(p, TOKEN_QUESTION);

	parser_push(p, (struct ast_entry){.value = parse_expr(p), .optional = optional});
}

static struct ast *parse_list(struct parser *p)
{
	static const struct bracket list = {.closer = TOKEN_CLOSE_BRACKET,
					    .trailing_comma = true,
					    .what = "the list",
					    .parse_item = parse_list_item};
	struct ast *node = parser_make(p, AST_LIST, p->token.at, p->token.at);
	size_t base = p->pending.n;
	bool optional = false;

	parser_bracket(p, &list);
	if (node == &p->broken)
		return node;
	node->end = (uint32_t)p->last_end;
	for (size_t i = base; i < p->pending.n; i++)
		optional |= ((struct ast_entry *)vec_at(&p->pending, i))->optional;
	if (optional) {
		node->list.optional = arena_array(p->sink.arena, p->pending.n - base, sizeof(bool));
		if (!node->list.optional)
			return parser_no_memory(p);
		for (size_t i = base; i < p->pending.n; i++)
			node->list.optional[i - base] =
				((struct ast_entry *)vec_at(&p->pending, i))->optional;
	}
	node->list.items = parser_take_nodes(p, base, node, &node->list.n);
	return node;
}

static struct ast *parse_entry_value(struct parser *p, const char *expected)
{
	if (parser_skip(p, TOKEN_COLON))
		return parse_expr(p);
	parser_expected(p, expected);
	return parser_broken(p);
}

static void parse_map_entry(struct parser *p)
{
	struct ast_entry entry = {.optional = parser_skip(p, TOKEN_QUESTION)};

	entry.pos = (uint32_t)p->token.at;
	entry.key = parse_expr(p);
	entry.value = parse_entry_value(p, "':' and a value behind the key");
	parser_push(p, entry);
}

static struct ast *parse_map(struct parser *p)
{
	static const struct bracket map = {.closer = TOKEN_CLOSE_BRACE,
					   .trailing_comma = true,
					   .what = "the map",
					   .parse_item = parse_map_entry};
	struct ast *node = parser_make(p, AST_MAP, p->token.at, p->token.at);
	size_t base = p->pending.n;

	parser_bracket(p, &map);
	if (node == &p->broken)
		return node;
	node->end = (uint32_t)p->last_end;
	node->map.entries = parser_take_entries(p, base, node, &node->map.n);
	return node;
}

/* A name behind a dot or in an object, with or without back quotes; empty when there is none. */
static struct str take_field(struct parser *p)
{
	struct token token = p->token;

	if (parser_skip(p, TOKEN_IDENT))
		return token.text;
	if (parser_skip(p, TOKEN_QUOTED))
		return str_sub(token.text, 1, token.text.n - 2);
	return STR_NULL;
}

static void parse_object_field(struct parser *p)
{
	struct ast_entry entry = {.optional = parser_skip(p, TOKEN_QUESTION)};

	entry.pos = (uint32_t)p->token.at;
	entry.field = take_field(p);
	if (!entry.field.n)
		parser_expected(p, "the name of a field");
	entry.value = parse_entry_value(p, "':' and a value behind the field");
	parser_push(p, entry);
}

/* a.b.C of a chain of selects. */
static void add_dotted(const struct ast *name, struct strbuf *sb)
{
	if (name->kind == AST_SELECT) {
		add_dotted(name->select.operand, sb);
		strbuf_addc(sb, '.');
		strbuf_add(sb, name->select.field);
	} else {
		strbuf_add(sb, name->ident.name);
	}
}

/* Name{field: value}; the brace is next. */
static struct ast *parse_object(struct parser *p, const struct ast *name)
{
	static const struct bracket object = {.closer = TOKEN_CLOSE_BRACE,
					      .trailing_comma = true,
					      .what = "the fields",
					      .parse_item = parse_object_field};
	struct ast *node = parser_make(p, AST_OBJECT, name->start, name->start);
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_EXPR_BYTES);
	size_t base = p->pending.n;

	parser_bracket(p, &object);
	if (node == &p->broken)
		return node;
	add_dotted(name, &sb);
	node->end = (uint32_t)p->last_end;
	node->map.name = arena_str(p->sink.arena, strbuf_str(&sb));
	if (sb.error || !node->map.name.p)
		(void)problem_no_memory(&p->sink);
	node->map.entries = parser_take_entries(p, base, node, &node->map.n);
	return node;
}

/* minus: the sign directly before a number, or NULL. */
static struct ast *parse_literal(struct parser *p, const struct token *minus)
{
	struct token token = p->token;
	size_t start = minus ? minus->at : token.at;
	struct value v = literal_value(&token, minus, &p->sink);
	struct ast *node;

	parser_advance(p);
	node = parser_make(p, v.kind == VALUE_ABSENT ? AST_BROKEN : AST_CONST, start, start);
	if (node->kind == AST_CONST)
		node->constant = v;
	return node;
}

static void refuse_reserved(struct parser *p, const struct token *name)
{
	if (word_is_reserved(name->text) && !problem_sink_is_full(&p->sink))
		problem_add(&p->sink, name->at, name->at + name->text.n,
			    "\"%.*s\" is a reserved word and cannot be a name",
			    STR_FMT(name->text));
}

/* Its dot, if it has one, has been taken; the name is next. */
static struct ast *parse_name(struct parser *p, size_t start)
{
	struct token token = p->token;
	struct str name = token.text;
	struct ast *node;

	if (!parser_skip(p, TOKEN_IDENT)) {
		parser_expected(p, "a name behind the dot");
		return parser_broken(p);
	}
	refuse_reserved(p, &token);
	if (start < token.at) {
		/* Blanks may stand between the two. */
		name = token.at == start + 1 ? str_sub(p->sink.source, start, name.n + 1)
					     : arena_strf(p->sink.arena, ".%.*s", STR_FMT(name));
		if (!name.p)
			return parser_no_memory(p);
	}
	if (parser_is_next(p, TOKEN_OPEN_PAREN))
		return parse_call(p, name, token.at, NULL);
	node = parser_make(p, AST_IDENT, token.at, start);
	if (node->kind == AST_IDENT)
		node->ident.name = name;
	return node;
}

static struct ast *parse_parentheses(struct parser *p)
{
	size_t start = p->token.at;
	struct ast *node;

	parser_advance(p);
	node = parse_expr(p);
	if (!parser_is_next(p, TOKEN_CLOSE_PAREN)) {
		uint32_t line, column;

		expr_place(p->sink.source, (uint32_t)start, &line, &column);
		if (parser_expected(p, "')' or an operator") && parser_is_next(p, TOKEN_END))
			problem_hint(&p->sink, "the bracket was opened on line %u, column %u", line,
				     column);
		parser_pass_to_closer(p);
	}
	(void)parser_skip(p, TOKEN_CLOSE_PAREN);
	node->start = (uint32_t)start;
	node->end = (uint32_t)p->last_end;
	return node;
}

static struct ast *parse_primary(struct parser *p)
{
	size_t start = p->token.at;

	if (parser_is_next(p, TOKEN_DOT)) {
		parser_advance(p);
		return parse_name(p, start);
	}
	if (parser_is_next(p, TOKEN_IDENT))
		return parse_name(p, start);
	if (token_is_literal(p->token.kind))
		return parse_literal(p, NULL);
	if (parser_is_next(p, TOKEN_OPEN_PAREN))
		return parse_parentheses(p);
	if (parser_is_next(p, TOKEN_OPEN_BRACKET))
		return parse_list(p);
	if (parser_is_next(p, TOKEN_OPEN_BRACE))
		return parse_map(p);
	if (!parser_skip(p, TOKEN_BROKEN))
		parser_expected(p, "an expression");
	return parser_broken(p);
}

static void complain_of_field(struct parser *p)
{
	bool keyword = p->token.text.n && char_is_alpha(p->token.text.p[0]) &&
		       !parser_is_next(p, TOKEN_STRING) && !parser_is_next(p, TOKEN_BYTES);

	if (parser_expected(p, "the name of a field or method behind '.'") && keyword)
		problem_hint(&p->sink,
			     "a field that is called like a word of the language is "
			     "written in back quotes: .`%.*s`",
			     STR_FMT(p->token.text));
	if (keyword)
		parser_advance(p);
}

/* operand.field, operand.?field, operand.method(...); *is_name: a dotted name so far, still one. */
static struct ast *parse_dot(struct parser *p, struct ast *operand, bool *is_name)
{
	size_t dot = p->token.at;
	struct token name;
	struct str field;
	struct ast *node;
	bool optional;

	parser_advance(p);
	optional = parser_skip(p, TOKEN_QUESTION);
	name = p->token;
	field = take_field(p);
	*is_name = *is_name && !optional && name.kind == TOKEN_IDENT;
	if (!field.n) {
		complain_of_field(p);
		return operand;
	}
	if (name.kind == TOKEN_IDENT && !optional && parser_is_next(p, TOKEN_OPEN_PAREN)) {
		*is_name = false;
		return parse_call(p, field, name.at, operand);
	}
	node = parser_make(p, AST_SELECT, dot, operand->start);
	if (node->kind != AST_SELECT)
		return node;
	node->select.operand = operand;
	node->select.field = field;
	node->select.optional = optional;
	parser_adopt(p, node, operand);
	return node;
}

/* operand[index], operand[?index] */
static struct ast *parse_index(struct parser *p, struct ast *operand)
{
	size_t bracket = p->token.at;
	struct ast *args[2] = {operand};
	struct ast *node;
	bool optional;

	parser_advance(p);
	optional = parser_skip(p, TOKEN_QUESTION);
	args[1] = parse_expr(p);
	if (!parser_is_next(p, TOKEN_CLOSE_BRACKET)) {
		parser_expected(p, "']' to end the index");
		parser_pass_to_closer(p);
	}
	(void)parser_skip(p, TOKEN_CLOSE_BRACKET);
	node = parser_operator(p, optional ? AST_OP_OPT_INDEX : AST_OP_INDEX, bracket, args, 2);
	node->end = (uint32_t)p->last_end;
	return node;
}

struct ast *parse_member(struct parser *p, const struct token *minus)
{
	bool is_name = parser_is_next(p, TOKEN_IDENT) || parser_is_next(p, TOKEN_DOT);
	struct ast *node = minus ? parse_literal(p, minus) : parse_primary(p);

	is_name = is_name && node->kind == AST_IDENT;
	for (;;) {
		if (parser_is_next(p, TOKEN_DOT)) {
			node = parse_dot(p, node, &is_name);
		} else if (parser_is_next(p, TOKEN_OPEN_BRACKET)) {
			node = parse_index(p, node);
			is_name = false;
		} else if (parser_is_next(p, TOKEN_OPEN_BRACE) && is_name) {
			node = parse_object(p, node);
			is_name = false;
		} else {
			return node;
		}
	}
}
