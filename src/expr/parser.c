/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/parser.h"

#include "base/cleanup.h"
#include "base/limits.h"

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
void parser_give_up(struct parser *p)
{
	p->lexer.at = p->lexer.source.n;
	p->token = (struct token){.kind = TOKEN_END, .at = p->lexer.at};
}

void parser_advance(struct parser *p)
{
	p->last_end = p->token.at + p->token.text.n;
	p->token = lexer_next(&p->lexer);
	if (problem_sink_is_full(&p->sink))
		parser_give_up(p);
}

bool parser_skip(struct parser *p, enum token_kind kind)
{
	if (!parser_is_next(p, kind))
		return false;
	parser_advance(p);
	return true;
}

struct ast *parser_no_memory(struct parser *p)
{
	(void)problem_no_memory(&p->sink);
	parser_give_up(p);
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
		parser_give_up(p);
		return &p->broken;
	}
	node = arena_alloc(p->sink.arena, sizeof(*node));
	if (!node)
		return parser_no_memory(p);
	node->kind = kind;
	node->pos = (uint32_t)pos;
	node->start = (uint32_t)start;
	node->end = (uint32_t)p->last_end;
	node->height = 1;
	return node;
}

void parser_too_deep(struct parser *p, size_t start, size_t end)
{
	if (!problem_sink_is_full(&p->sink))
		problem_limit(&p->sink, start, end, "expr_depth", LIMIT_EXPR_DEPTH,
			      "levels of nesting");
	parser_give_up(p);
}

void parser_adopt(struct parser *p, struct ast *node, const struct ast *child)
{
	if (node == &p->broken || child->height < node->height)
		return;
	node->height = child->height + 1;
	if (node->height > LIMIT_EXPR_DEPTH)
		parser_too_deep(p, node->start, node->end);
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

const char *parser_hint_of(const struct token *token)
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
bool parser_expected(struct parser *p, const char *expected)
{
	char found[128];

	if (parser_is_next(p, TOKEN_BROKEN) || problem_sink_is_full(&p->sink) ||
	    p->complained_at == p->token.at)
		return false;
	p->complained_at = p->token.at;
	problem_add(&p->sink, p->token.at, p->token.at + p->token.text.n, "expected %s, found %s",
		    expected, describe(&p->token, found, sizeof(found)));
	if (parser_hint_of(&p->token))
		problem_hint(&p->sink, "%s", parser_hint_of(&p->token));
	return true;
}

struct ast *parser_broken(struct parser *p)
{
	return parser_make(p, AST_BROKEN, p->token.at, p->token.at);
}

/* Past what cannot be read, to the comma or bracket that belongs to the open one; or the end. */
static void resynchronise(struct parser *p)
{
	size_t open = 0;

	for (; !parser_is_next(p, TOKEN_END); parser_advance(p)) {
		if (!open && (token_is_closer(p->token.kind) || parser_is_next(p, TOKEN_COMMA)))
			return;
		if (token_is_opener(p->token.kind))
			open++;
		else if (token_is_closer(p->token.kind))
			open--;
	}
}

/* The same where no comma belongs. */
void parser_pass_to_closer(struct parser *p)
{
	do
		resynchronise(p);
	while (parser_skip(p, TOKEN_COMMA));
}

static void complain_of_bracket(struct parser *p, const struct bracket *b, size_t opener)
{
	char what[96], expected[128];
	uint32_t line, column;

	(void)snprintf(what, sizeof(what), "%s%.*s", b->what, STR_FMT(problem_quote(b->of)));
	(void)snprintf(expected, sizeof(expected), "',' or %s to end %s",
		       token_kind_name(b->closer), what);
	if (!parser_expected(p, expected) || !parser_is_next(p, TOKEN_END))
		return;
	expr_place(p->sink.source, (uint32_t)opener, &line, &column);
	problem_hint(&p->sink, "the bracket was opened on line %u, column %u", line, column);
}

/*
 * From the opening to the closing bracket; the items are pushed to p->pending. What stands in place
 * of a comma or the closing bracket is told and passed over; a closing bracket of another kind is
 * left to whoever opened it.
 */
void parser_bracket(struct parser *p, const struct bracket *b)
{
	size_t opener = p->token.at;
	bool more;

	parser_advance(p);
	more = !parser_is_next(p, b->closer) && !(b->trailing_comma && parser_skip(p, TOKEN_COMMA));
	while (more) {
		b->parse_item(p);
		if (!parser_is_next(p, TOKEN_COMMA) && !parser_is_next(p, b->closer)) {
			complain_of_bracket(p, b, opener);
			resynchronise(p);
		}
		more = parser_skip(p, TOKEN_COMMA) &&
		       !(b->trailing_comma && parser_is_next(p, b->closer));
	}
	if (!parser_skip(p, b->closer))
		complain_of_bracket(p, b, opener);
}

void parser_push(struct parser *p, struct ast_entry entry)
{
	struct ast_entry *slot = vec_push(&p->pending);

	if (slot)
		*slot = entry;
	else
		(void)parser_no_memory(p);
}

/* The entries pushed since `base`, moved to the arena; NULL when there are none. */
struct ast_entry *parser_take_entries(struct parser *p, size_t base, struct ast *parent,
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
struct ast **parser_take_nodes(struct parser *p, size_t base, struct ast *parent, uint32_t *ret_n)
{
	const struct ast_entry *entries = parser_take_entries(p, base, parent, ret_n);
	struct ast **nodes = *ret_n ? arena_array(p->sink.arena, *ret_n, sizeof(*nodes)) : NULL;

	if (*ret_n && !nodes) {
		*ret_n = 0;
		return problem_no_memory(&p->sink);
	}
	for (uint32_t i = 0; i < *ret_n; i++)
		nodes[i] = entries[i].value;
	return nodes;
}

struct ast *parser_operator(struct parser *p, enum ast_operator op, size_t pos,
			    struct ast *const *args, uint32_t n)
{
	struct ast *node =
		parser_make(p, AST_CALL, pos, args[0]->start < pos ? args[0]->start : pos);
	struct ast **copy = arena_array(p->sink.arena, n, sizeof(*copy));

	if (!copy)
		return parser_no_memory(p);
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
