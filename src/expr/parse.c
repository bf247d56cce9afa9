/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar, one function for a rule (langdef.md#syntax):
 *
 *     Expr    = Or ["?" Or ":" Expr]
 *     Or      = And {"||" And}           And = Relation {"&&" Relation}
 *     Relation, Addition, Multiplication: parse_binary, by precedence
 *     Unary   = {"!" | "-"} Member
 *     Member  = Primary {"." ["?"] Field | "." Name "(" Args ")" | "[" ["?"] Expr "]" | "{" Fields
 * "}"} Primary = ["."] Name ["(" Args ")"] | "(" Expr ")" | "[" Items "]" | "{" Entries "}" |
 * Literal
 *
 * After an error the parser looks for the next comma or closing bracket of the innermost open one
 * and goes on from there.
 */
#include "expr/parse.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "expr/literal.h"
#include "expr/macro.h"
#include "expr/parser.h"

static struct ast *parse_expr(struct parser *p);
static struct ast *parse_unary(struct parser *p);

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

/* What people write who know other languages. */
static const struct {
	const char *word, *hint;
} foreign_words[] = {
	{"and", "\"and\" is written &&"},
	{"AND", "\"and\" is written &&"},
	{"or", "\"or\" is written ||"},
	{"OR", "\"or\" is written ||"},
	{"not", "\"not\" is written !"},
	{"NOT", "\"not\" is written !"},
	{"is", "\"is\" is written =="},
	{"eq", "\"eq\" is written =="},
	{"contains", "it is called as a method: text.contains(part)"},
	{"startsWith", "it is called as a method: text.startsWith(part)"},
	{"endsWith", "it is called as a method: text.endsWith(part)"},
	{"matches", "it is called as a method: text.matches(pattern)"},
};

/* Nothing is reported from here on: the first problem that stops the parser is the last one. */
static void give_up(struct parser *p)
{
	p->lexer.at = p->lexer.source.n;
	p->token = (struct token){.kind = TOKEN_END, .at = p->lexer.at};
}

static void advance(struct parser *p)
{
	p->last_end = p->token.at + p->token.text.n;
	p->token = lexer_next(&p->lexer);
	if (problem_sink_is_full(&p->sink))
		give_up(p);
}

static bool is_next(const struct parser *p, enum token_kind kind)
{
	return p->token.kind == kind;
}

static bool skip(struct parser *p, enum token_kind kind)
{
	if (!is_next(p, kind))
		return false;
	advance(p);
	return true;
}

static struct ast *no_memory(struct parser *p)
{
	(void)problem_no_memory(&p->sink);
	give_up(p);
	return &p->broken;
}

struct ast *parser_make(struct parser *p, enum ast_kind kind, size_t pos, size_t start)
{
	struct ast *node;

	if (problem_sink_is_full(&p->sink))
		return &p->broken;
	if (p->n_nodes++ == LIMIT_EXPR_NODES) {
		problem_limit(&p->sink, pos, pos, "expr_nodes", LIMIT_EXPR_NODES,
			      "parts of an expression");
		give_up(p);
		return &p->broken;
	}
	node = arena_alloc(p->sink.arena, sizeof(*node));
	if (!node)
		return no_memory(p);
	node->kind = kind;
	node->pos = (uint32_t)pos;
	node->start = (uint32_t)start;
	node->end = (uint32_t)p->last_end;
	node->height = 1;
	return node;
}

static void complain_of_depth(struct parser *p, size_t start, size_t end)
{
	if (!problem_sink_is_full(&p->sink))
		problem_limit(&p->sink, start, end, "expr_depth", LIMIT_EXPR_DEPTH,
			      "levels of nesting");
	give_up(p);
}

void parser_adopt(struct parser *p, struct ast *node, const struct ast *child)
{
	if (node == &p->broken || child->height < node->height)
		return;
	node->height = child->height + 1;
	if (node->height > LIMIT_EXPR_DEPTH)
		complain_of_depth(p, node->start, node->end);
}

void parser_complain(struct parser *p, const struct ast *node, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list ap;

	if (problem_sink_is_full(&p->sink) || node == &p->broken)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problem_add(&p->sink, node->start, node->end, "%s", text);
}

/* What stands there instead of what was expected: "name \"b\"", "')'". */
static const char *describe(const struct token *token, char *buf, size_t n)
{
	struct str text = problem_quote(token->text);

	if (token->kind == TOKEN_IDENT)
		(void)snprintf(buf, n, "the name \"%.*s\"", STR_FMT(text));
	else if (token->kind == TOKEN_INT || token->kind == TOKEN_UINT ||
		 token->kind == TOKEN_DOUBLE)
		(void)snprintf(buf, n, "the number %.*s", STR_FMT(text));
	else
		(void)snprintf(buf, n, "%s", token_kind_name(token->kind));
	return buf;
}

static const char *hint_of_word(const struct token *token)
{
	for (size_t i = 0; token->kind == TOKEN_IDENT && i < ARRAY_LEN(foreign_words); i++)
		if (str_is(token->text, foreign_words[i].word))
			return foreign_words[i].hint;
	return NULL;
}

/*
 * At the token that is next, once: what is BROKEN, and what was no part of something inner, has
 * been complained about. True when it is told.
 */
static bool complain(struct parser *p, const char *expected)
{
	char found[128];

	if (is_next(p, TOKEN_BROKEN) || problem_sink_is_full(&p->sink) ||
	    p->complained_at == p->token.at)
		return false;
	p->complained_at = p->token.at;
	problem_add(&p->sink, p->token.at, p->token.at + p->token.text.n, "expected %s, found %s",
		    expected, describe(&p->token, found, sizeof(found)));
	if (hint_of_word(&p->token))
		problem_hint(&p->sink, "%s", hint_of_word(&p->token));
	return true;
}

static struct ast *broken_node(struct parser *p)
{
	return parser_make(p, AST_BROKEN, p->token.at, p->token.at);
}

static bool is_opener(enum token_kind kind)
{
	return kind == TOKEN_OPEN_PAREN || kind == TOKEN_OPEN_BRACKET || kind == TOKEN_OPEN_BRACE;
}

static bool is_closer(enum token_kind kind)
{
	return kind == TOKEN_CLOSE_PAREN || kind == TOKEN_CLOSE_BRACKET ||
	       kind == TOKEN_CLOSE_BRACE;
}

/* Past what cannot be read, to the comma or bracket that belongs to the open one; or the end. */
static void resynchronise(struct parser *p)
{
	size_t open = 0;

	for (; !is_next(p, TOKEN_END); advance(p)) {
		if (!open && (is_closer(p->token.kind) || is_next(p, TOKEN_COMMA)))
			return;
		if (is_opener(p->token.kind))
			open++;
		else if (is_closer(p->token.kind))
			open--;
	}
}

/* The same where no comma belongs. */
static void pass_to_closer(struct parser *p)
{
	do
		resynchronise(p);
	while (skip(p, TOKEN_COMMA));
}

/* What stands between two brackets. */
struct bracket {
	enum token_kind closer;
	bool trailing_comma;
	const char *what; /* "the list" */
	struct str of;	  /* "size", of the arguments of a call */
	void (*parse_item)(struct parser *p);
};

static void complain_of_bracket(struct parser *p, const struct bracket *b, size_t opener)
{
	char what[96], expected[128];
	uint32_t line, column;

	(void)snprintf(what, sizeof(what), "%s%.*s", b->what, STR_FMT(problem_quote(b->of)));
	(void)snprintf(expected, sizeof(expected), "',' or %s to end %s",
		       token_kind_name(b->closer), what);
	if (!complain(p, expected) || !is_next(p, TOKEN_END))
		return;
	expr_place(p->sink.source, (uint32_t)opener, &line, &column);
	problem_hint(&p->sink, "the bracket was opened on line %u, column %u", line, column);
}

/*
 * From the opening to the closing bracket; the items are pushed to p->pending. What stands in place
 * of a comma or the closing bracket is told and passed over; a closing bracket of another kind is
 * left to whoever opened it.
 */
static void parse_bracket(struct parser *p, const struct bracket *b)
{
	size_t opener = p->token.at;
	bool more;

	advance(p);
	more = !is_next(p, b->closer) && !(b->trailing_comma && skip(p, TOKEN_COMMA));
	while (more) {
		b->parse_item(p);
		if (!is_next(p, TOKEN_COMMA) && !is_next(p, b->closer)) {
			complain_of_bracket(p, b, opener);
			resynchronise(p);
		}
		more = skip(p, TOKEN_COMMA) && !(b->trailing_comma && is_next(p, b->closer));
	}
	if (!skip(p, b->closer))
		complain_of_bracket(p, b, opener);
}

static void push(struct parser *p, struct ast_entry entry)
{
	struct ast_entry *slot = vec_push(&p->pending);

	if (slot)
		*slot = entry;
	else
		(void)no_memory(p);
}

/* The entries pushed since `base`, moved to the arena; NULL when there are none. */
static struct ast_entry *take_entries(struct parser *p, size_t base, struct ast *parent,
				      uint32_t *ret_n)
{
	size_t n = p->pending.n - base;
	struct ast_entry *entries = n ? arena_array(p->sink.arena, n, sizeof(*entries)) : NULL;

	*ret_n = entries ? (uint32_t)n : 0;
	if (n && !entries)
		(void)problem_no_memory(&p->sink);
	for (uint32_t i = 0; i < *ret_n; i++) {
		entries[i] = *(struct ast_entry *)vec_at(&p->pending, base + i);
		if (entries[i].key)
			parser_adopt(p, parent, entries[i].key);
		parser_adopt(p, parent, entries[i].value);
	}
	vec_cut(&p->pending, base);
	return entries;
}

/* The same of their values alone. */
static struct ast **take_nodes(struct parser *p, size_t base, struct ast *parent, uint32_t *ret_n)
{
	const struct ast_entry *entries = take_entries(p, base, parent, ret_n);
	struct ast **nodes = *ret_n ? arena_array(p->sink.arena, *ret_n, sizeof(*nodes)) : NULL;

	if (*ret_n && !nodes) {
		*ret_n = 0;
		return problem_no_memory(&p->sink);
	}
	for (uint32_t i = 0; i < *ret_n; i++)
		nodes[i] = entries[i].value;
	return nodes;
}

static struct ast *operator_node(struct parser *p, enum ast_operator op, size_t pos,
				 struct ast *const *args, uint32_t n)
{
	struct ast *node =
		parser_make(p, AST_CALL, pos, args[0]->start < pos ? args[0]->start : pos);
	struct ast **copy = arena_array(p->sink.arena, n, sizeof(*copy));

	if (!copy)
		return no_memory(p);
	if (node == &p->broken)
		return node;
	node->call.op = op;
	node->call.name = str_of(operator_name(op));
	node->call.args = copy;
	node->call.n_args = n;
	for (uint32_t i = 0; i < n; i++) {
		copy[i] = args[i];
		parser_adopt(p, node, args[i]);
	}
	return node;
}

static void parse_argument(struct parser *p)
{
	push(p, (struct ast_entry){.value = parse_expr(p)});
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

	parse_bracket(p, &arguments);
	if (node == &p->broken)
		return node;
	node->end = (uint32_t)p->last_end;
	node->call.name = name;
	node->call.target = target;
	if (target)
		parser_adopt(p, node, target);
	node->call.args = take_nodes(p, base, node, &node->call.n_args);
	if (!problem_sink_is_full(&p->sink))
		macro_expand(p, node);
	return node;
}

static void parse_list_item(struct parser *p)
{
	bool optional = skip(p, TOKEN_QUESTION);

	push(p, (struct ast_entry){.value = parse_expr(p), .optional = optional});
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

	parse_bracket(p, &list);
	if (node == &p->broken)
		return node;
	node->end = (uint32_t)p->last_end;
	for (size_t i = base; i < p->pending.n; i++)
		optional |= ((struct ast_entry *)vec_at(&p->pending, i))->optional;
	if (optional) {
		node->list.optional = arena_array(p->sink.arena, p->pending.n - base, sizeof(bool));
		if (!node->list.optional)
			return no_memory(p);
		for (size_t i = base; i < p->pending.n; i++)
			node->list.optional[i - base] =
				((struct ast_entry *)vec_at(&p->pending, i))->optional;
	}
	node->list.items = take_nodes(p, base, node, &node->list.n);
	return node;
}

static struct ast *parse_entry_value(struct parser *p, const char *expected)
{
	if (skip(p, TOKEN_COLON))
		return parse_expr(p);
	complain(p, expected);
	return broken_node(p);
}

static void parse_map_entry(struct parser *p)
{
	struct ast_entry entry = {.optional = skip(p, TOKEN_QUESTION)};

	entry.pos = (uint32_t)p->token.at;
	entry.key = parse_expr(p);
	entry.value = parse_entry_value(p, "':' and a value behind the key");
	push(p, entry);
}

static struct ast *parse_map(struct parser *p)
{
	static const struct bracket map = {.closer = TOKEN_CLOSE_BRACE,
					   .trailing_comma = true,
					   .what = "the map",
					   .parse_item = parse_map_entry};
	struct ast *node = parser_make(p, AST_MAP, p->token.at, p->token.at);
	size_t base = p->pending.n;

	parse_bracket(p, &map);
	if (node == &p->broken)
		return node;
	node->end = (uint32_t)p->last_end;
	node->map.entries = take_entries(p, base, node, &node->map.n);
	return node;
}

/* A name behind a dot or in an object, with or without back quotes; empty when there is none. */
static struct str take_field(struct parser *p)
{
	struct token token = p->token;

	if (skip(p, TOKEN_IDENT))
		return token.text;
	if (skip(p, TOKEN_QUOTED))
		return str_sub(token.text, 1, token.text.n - 2);
	return STR_NULL;
}

static void parse_object_field(struct parser *p)
{
	struct ast_entry entry = {.optional = skip(p, TOKEN_QUESTION)};

	entry.pos = (uint32_t)p->token.at;
	entry.field = take_field(p);
	if (!entry.field.n)
		complain(p, "the name of a field");
	entry.value = parse_entry_value(p, "':' and a value behind the field");
	push(p, entry);
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

	parse_bracket(p, &object);
	if (node == &p->broken)
		return node;
	add_dotted(name, &sb);
	node->end = (uint32_t)p->last_end;
	node->map.name = arena_str(p->sink.arena, strbuf_str(&sb));
	if (sb.error || !node->map.name.p)
		(void)problem_no_memory(&p->sink);
	node->map.entries = take_entries(p, base, node, &node->map.n);
	return node;
}

/* minus: the sign directly before a number, or NULL. */
static struct ast *parse_literal(struct parser *p, const struct token *minus)
{
	struct token token = p->token;
	size_t start = minus ? minus->at : token.at;
	struct value v = literal_value(&token, minus, &p->sink);
	struct ast *node;

	advance(p);
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

	if (!skip(p, TOKEN_IDENT)) {
		complain(p, "a name behind the dot");
		return broken_node(p);
	}
	refuse_reserved(p, &token);
	if (start < token.at) {
		/* Blanks may stand between the two. */
		name = token.at == start + 1 ? str_sub(p->sink.source, start, name.n + 1)
					     : arena_strf(p->sink.arena, ".%.*s", STR_FMT(name));
		if (!name.p)
			return no_memory(p);
	}
	if (is_next(p, TOKEN_OPEN_PAREN))
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

	advance(p);
	node = parse_expr(p);
	if (!is_next(p, TOKEN_CLOSE_PAREN)) {
		uint32_t line, column;

		expr_place(p->sink.source, (uint32_t)start, &line, &column);
		if (complain(p, "')' or an operator") && is_next(p, TOKEN_END))
			problem_hint(&p->sink, "the bracket was opened on line %u, column %u", line,
				     column);
		pass_to_closer(p);
	}
	(void)skip(p, TOKEN_CLOSE_PAREN);
	node->start = (uint32_t)start;
	node->end = (uint32_t)p->last_end;
	return node;
}

static struct ast *parse_primary(struct parser *p)
{
	size_t start = p->token.at;

	if (is_next(p, TOKEN_DOT)) {
		advance(p);
		return parse_name(p, start);
	}
	if (is_next(p, TOKEN_IDENT))
		return parse_name(p, start);
	if (token_is_literal(p->token.kind))
		return parse_literal(p, NULL);
	if (is_next(p, TOKEN_OPEN_PAREN))
		return parse_parentheses(p);
	if (is_next(p, TOKEN_OPEN_BRACKET))
		return parse_list(p);
	if (is_next(p, TOKEN_OPEN_BRACE))
		return parse_map(p);
	if (!skip(p, TOKEN_BROKEN))
		complain(p, "an expression");
	return broken_node(p);
}

static void complain_of_field(struct parser *p)
{
	bool keyword = p->token.text.n && char_is_alpha(p->token.text.p[0]) &&
		       !is_next(p, TOKEN_STRING) && !is_next(p, TOKEN_BYTES);

	if (complain(p, "the name of a field or method behind '.'") && keyword)
		problem_hint(&p->sink,
			     "a field that is called like a word of the language is "
			     "written in back quotes: .`%.*s`",
			     STR_FMT(p->token.text));
	if (keyword)
		advance(p);
}

/* operand.field, operand.?field, operand.method(...); *is_name: a dotted name so far, still one. */
static struct ast *parse_dot(struct parser *p, struct ast *operand, bool *is_name)
{
	size_t dot = p->token.at;
	struct token name;
	struct str field;
	struct ast *node;
	bool optional;

	advance(p);
	optional = skip(p, TOKEN_QUESTION);
	name = p->token;
	field = take_field(p);
	*is_name = *is_name && !optional && name.kind == TOKEN_IDENT;
	if (!field.n) {
		complain_of_field(p);
		return operand;
	}
	if (name.kind == TOKEN_IDENT && !optional && is_next(p, TOKEN_OPEN_PAREN)) {
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

	advance(p);
	optional = skip(p, TOKEN_QUESTION);
	args[1] = parse_expr(p);
	if (!is_next(p, TOKEN_CLOSE_BRACKET)) {
		complain(p, "']' to end the index");
		pass_to_closer(p);
	}
	(void)skip(p, TOKEN_CLOSE_BRACKET);
	node = operator_node(p, optional ? AST_OP_OPT_INDEX : AST_OP_INDEX, bracket, args, 2);
	node->end = (uint32_t)p->last_end;
	return node;
}

static struct ast *parse_member(struct parser *p, const struct token *minus)
{
	bool is_name = is_next(p, TOKEN_IDENT) || is_next(p, TOKEN_DOT);
	struct ast *node = minus ? parse_literal(p, minus) : parse_primary(p);

	is_name = is_name && node->kind == AST_IDENT;
	for (;;) {
		if (is_next(p, TOKEN_DOT)) {
			node = parse_dot(p, node, &is_name);
		} else if (is_next(p, TOKEN_OPEN_BRACKET)) {
			node = parse_index(p, node);
			is_name = false;
		} else if (is_next(p, TOKEN_OPEN_BRACE) && is_name) {
			node = parse_object(p, node);
			is_name = false;
		} else {
			return node;
		}
	}
}

static struct ast *parse_unary(struct parser *p)
{
	struct token sign = p->token;
	struct ast *operand;

	if (!is_next(p, TOKEN_NOT) && !is_next(p, TOKEN_MINUS))
		return parse_member(p, NULL);
	advance(p);
	if (sign.kind == TOKEN_MINUS && (is_next(p, TOKEN_INT) || is_next(p, TOKEN_DOUBLE)))
		return parse_member(p, &sign);
	if (p->depth >= LIMIT_EXPR_DEPTH) {
		complain_of_depth(p, sign.at, sign.at + 1);
		return &p->broken;
	}
	p->depth++;
	operand = parse_unary(p);
	p->depth--;
	return operator_node(p, sign.kind == TOKEN_NOT ? AST_OP_NOT : AST_OP_NEGATE, sign.at,
			     &operand, 1);
}

/* Operators that bind at least as close as `lowest`; those of one precedence from the left. */
static struct ast *parse_binary(struct parser *p, unsigned lowest)
{
	struct ast *args[2] = {parse_unary(p)};

	while (binaries[p->token.kind].precedence >= lowest) {
		const struct binary *binary = &binaries[p->token.kind];
		size_t pos = p->token.at;

		advance(p);
		args[1] = parse_binary(p, binary->precedence + 1);
		args[0] = operator_node(p, binary->op, pos, args, 2);
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
	push(p, (struct ast_entry){.value = operand, .pos = (uint32_t)pos});
}

static struct ast *balance(struct parser *p, enum ast_operator op, size_t from, size_t n)
{
	const struct ast_entry *first = vec_at(&p->pending, from + n / 2);
	struct ast *args[2];

	if (n == 1)
		return first->value;
	args[0] = balance(p, op, from, n / 2);
	args[1] = balance(p, op, from + n / 2, n - n / 2);
	return operator_node(p, op, first->pos, args, 2);
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

	if (!is_next(p, token))
		return node;
	push_operand(p, op, node, 0);
	while (is_next(p, token)) {
		size_t pos = p->token.at;

		advance(p);
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

	advance(p);
	args[1] = parse_or(p);
	if (is_next(p, TOKEN_QUESTION)) {
		if (complain(p, "':'"))
			problem_hint(&p->sink, "a condition inside of a condition needs brackets: "
					       "a ? (b ? c : d) : e");
		args[1] = parse_conditional(p, args[1]);
	}
	if (!skip(p, TOKEN_COLON)) {
		complain(p, "':' and what the condition gives otherwise");
		return condition;
	}
	args[2] = parse_expr(p);
	return operator_node(p, AST_OP_CONDITIONAL, pos, args, 3);
}

static struct ast *parse_expr(struct parser *p)
{
	struct ast *node;

	if (p->depth >= LIMIT_EXPR_DEPTH) {
		complain_of_depth(p, p->token.at, p->token.at + p->token.text.n);
		return &p->broken;
	}
	p->depth++;
	node = parse_or(p);
	if (is_next(p, TOKEN_QUESTION))
		node = parse_conditional(p, node);
	p->depth--;
	return node;
}

/* What stands behind a whole expression is read on, so that its mistakes are told as well. */
static struct ast *parse_all(struct parser *p)
{
	struct ast *tree;

	advance(p);
	tree = parse_expr(p);
	while (!is_next(p, TOKEN_END)) {
		bool is_operand = token_is_literal(p->token.kind) || is_next(p, TOKEN_IDENT) ||
				  is_next(p, TOKEN_NOT) || is_opener(p->token.kind);

		complain(p, "an operator or the end");
		if (!is_operand || hint_of_word(&p->token))
			advance(p);
		if (!is_next(p, TOKEN_END) && !is_closer(p->token.kind))
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
