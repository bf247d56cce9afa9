/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the parser share: parser.c has tokens, nodes, brackets and complaints, parse.c
 * the operators, parse_member.c what they stand between, macro.c the macros.
 *
 * A node that cannot be had (no memory, too many nodes, too deep) is replaced by a broken one and
 * the parser is sent to the end of the source, so that nobody has to look for NULL.
 */
#pragma once

#include "base/vec.h"
#include "expr/lexer.h"

struct parser {
	struct lexer lexer;
	struct token token;   /* the next one, not yet taken */
	size_t last_end;      /* where the one before it ended */
	size_t complained_at; /* a token is complained about once */
	struct problem_sink sink;
	struct vec pending; /* struct ast_entry: what is between the open brackets so far */
	unsigned depth;	    /* of recursion */
	unsigned n_nodes;
	struct ast broken;
};

/* parser.c: tokens. */

/* Nothing is reported from here on: the first problem that stops the parser is the last one. */
void parser_give_up(struct parser *p);

void parser_advance(struct parser *p);

static inline bool parser_is_next(const struct parser *p, enum token_kind kind)
{
	return p->token.kind == kind;
}

/* Takes the next token if it is of that kind. */
bool parser_skip(struct parser *p, enum token_kind kind);

/*
 * "expected ..., found ...", at the token that is next and once for each: what is BROKEN has been
 * told already. True when it is told now.
 */
bool parser_expected(struct parser *p, const char *expected);

/* What is meant by a word of another language, or NULL: "\"and\" is written &&". */
const char *parser_hint_of(const struct token *token);

/* Past what cannot be read, to the closing bracket that belongs to the open one; or the end. */
void parser_pass_to_closer(struct parser *p);

/* parser.c: nodes. */

/* A node that begins at `start`; its end is the end of the last token until said otherwise. */
struct ast *parser_make(struct parser *p, enum ast_kind kind, size_t pos, size_t start);

/* A node for what should be next and is not. */
struct ast *parser_broken(struct parser *p);

/* The call of an operator. */
struct ast *parser_operator(struct parser *p, enum ast_operator op, size_t pos,
			    struct ast *const *args, uint32_t n);

/* Takes `child` for a part of `node`: raises its height, checks the depth. */
void parser_adopt(struct parser *p, struct ast *node, const struct ast *child);

void parser_too_deep(struct parser *p, size_t start, size_t end);
struct ast *parser_no_memory(struct parser *p);

/* A problem with all of that node, unless the parser has given up. */
void parser_complain(struct parser *p, const struct ast *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* parser.c: what stands between two brackets. */
struct bracket {
	enum token_kind closer;
	bool trailing_comma;
	const char *what; /* "the list" */
	struct str of;	  /* "size", of the arguments of a call */
	void (*parse_item)(struct parser *p);
};

/*
 * From the opening to the closing bracket; the items are pushed. What stands in place of a comma or
 * the closing bracket is told and passed over; a closing bracket of another kind is left to whoever
 * opened it.
 */
void parser_bracket(struct parser *p, const struct bracket *b);

void parser_push(struct parser *p, struct ast_entry entry);

/* What has been pushed since `base`, as parts of `parent`; NULL when there is nothing. */
struct ast_entry *parser_take_entries(struct parser *p, size_t base, struct ast *parent,
				      uint32_t *ret_n);
struct ast **parser_take_nodes(struct parser *p, size_t base, struct ast *parent, uint32_t *ret_n);

/* parse.c, parse_member.c: the grammar. minus: the sign directly before a number, or NULL. */
struct ast *parse_expr(struct parser *p);
struct ast *parse_member(struct parser *p, const struct token *minus);
