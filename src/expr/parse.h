/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to tree, tree to text; and what is wrong with a text, at its place.
 *
 *     struct expr_problems problems = {0};
 *     r = expr_parse(source, &arena, &tree, &problems, err);
 *     r = expr_check(env, source, tree, &arena, &problems, err);
 *     if (r < 0) expr_problems_print(&problems, STR("rule.yaml"), source, &sb);
 *
 * The parser recovers and goes on, so one run tells several problems; so does the checker.
 * Ownership: tree and problems live in the arena and borrow from the source.
 * Errors: -ERR_FORMAT when there is at least one problem (err gets the first, "line 1, column 5:
 * ..."), ERR_LIMIT (expr_bytes, expr_depth, expr_nodes), ERR_NOMEM.
 */
#pragma once

#include "expr/ast.h"

#define EXPR_PROBLEMS_MAX 20 /* told of one source; the rest is counted */

struct expr_problem {
	uint32_t start, end; /* bytes in the source, [start, end); the caret stands at start */
	struct str message;  /* one line: "expected ')' to close the call of size" */
	struct str hint;     /* "did you mean \"severity\"?", or empty */
};

struct expr_problems {
	struct expr_problem list[EXPR_PROBLEMS_MAX];
	size_t n;
	size_t more; /* not kept */
};

int expr_parse(struct str source, struct arena *a, struct ast **ret, struct expr_problems *problems,
	       struct err *err);

/* Deduces types and rewrites names in place (ast.h). tree->type is the type of the whole. */
int expr_check(const struct env *env, struct str source, struct ast *tree, struct arena *a,
	       struct expr_problems *problems, struct err *err);

/* CEL source with the same meaning: parsing it gives the same tree, positions apart. */
void expr_unparse(const struct ast *tree, struct strbuf *out);

/* "NAME:1:5: message", the line of the source, a caret below, the hint; for each problem. */
void expr_problems_print(const struct expr_problems *problems, struct str name, struct str source,
			 struct strbuf *out);

/* Line and column (in code points) of a byte, both from 1. */
void expr_place(struct str source, uint32_t pos, uint32_t *ret_line, uint32_t *ret_column);
