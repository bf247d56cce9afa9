/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts an expression into tokens.
 *
 *     struct lexer lexer = lexer_make(source, &problems);
 *     struct token token;
 *     do {
 *             token = lexer_next(&lexer);
 *     } while (token.kind != TOKEN_END);
 *
 * What is no token is reported to `problems` and either passed over (a stray character), taken for
 * the operator that was meant (= for ==), or given as TOKEN_BROKEN, which stands for an operand
 * that needs no second complaint (a string without its end, 12abc). Text is not decoded here; see
 * expr/literal.h. A minus sign is an operator, never part of a number.
 * Ownership: tokens borrow the source, which must be UTF-8.
 * Format: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax, and from the
 * reference implementation the quoted field names of `a.b` and the question mark of optionals.
 */
#pragma once

#include "expr/problem.h"

enum token_kind {
#define TOKEN(NAME, text) TOKEN_##NAME,
#include "expr/token.def"
#undef TOKEN
	N_TOKENS
};

struct token {
	enum token_kind kind;
	size_t at;	 /* byte offset in the source */
	struct str text; /* as written */
};

static inline bool token_is_opener(enum token_kind kind)
{
	return kind == TOKEN_OPEN_PAREN || kind == TOKEN_OPEN_BRACKET || kind == TOKEN_OPEN_BRACE;
}

static inline bool token_is_closer(enum token_kind kind)
{
	return kind == TOKEN_CLOSE_PAREN || kind == TOKEN_CLOSE_BRACKET ||
	       kind == TOKEN_CLOSE_BRACE;
}

struct lexer {
	struct str source;
	size_t at;
	struct problem_sink *problems;
};

static inline struct lexer lexer_make(struct str source, struct problem_sink *problems)
{
	return (struct lexer){.source = source, .problems = problems};
}

struct token lexer_next(struct lexer *lexer);

/* A number, text, bytes, true, false or null. */
static inline bool token_is_literal(enum token_kind kind)
{
	return kind >= TOKEN_INT && kind <= TOKEN_NULL;
}

/* "')'", "a string": what a message calls a kind of token. */
const char *token_kind_name(enum token_kind kind);

/* Whether the language keeps the word for its hosts: as, break, ... No name of a variable. */
bool word_is_reserved(struct str word);

/* Whether a field of that name can stand behind a dot without back quotes. */
bool word_is_selector(struct str word);
