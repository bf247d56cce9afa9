/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parser (parse.c) and the macros (macro.c) share.
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

/* A node that begins at `start`; its end is the end of the last token until said otherwise. */
struct ast *parser_make(struct parser *p, enum ast_kind kind, size_t pos, size_t start);

/* Takes `child` for a part of `node`: raises its height, checks the depth. */
void parser_adopt(struct parser *p, struct ast *node, const struct ast *child);

/* A problem with all of that node, unless the parser has given up. */
void parser_complain(struct parser *p, const struct ast *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
