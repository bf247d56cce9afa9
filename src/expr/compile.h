/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the compiler share: compile.c (names, fields, literals, macros),
 * compile_operator.c (operators) and compile_call.c (functions).
 *
 * A function that makes a node returns NULL after compiler_fail; callers pass the NULL on.
 * Node functions add up weights: compiler_node gives 1, compiler_adopt adds a child.
 */
#pragma once

#include "expr/node.h"

struct compiler {
	const struct env *env;
	struct program *program;
	struct arena *arena; /* the program's */
	struct map locals;   /* name -> struct local, the innermost */
	struct frame fold;   /* for folding */
	struct strbuf name;  /* a dotted name being looked for */
	struct strbuf candidate;
	unsigned n_prepared;
	int r; /* the first failure */
	struct err *err;
};

struct node *compile_node(struct compiler *c, const struct ast *ast);
struct node *compile_operator(struct compiler *c, const struct ast *ast);
struct node *compile_call(struct compiler *c, const struct ast *ast);

/* Children of a node into an array of the arena; NULL after a failure. */
const struct node **compile_all(struct compiler *c, struct ast *const *asts, uint32_t n);

/* The node itself, of `size` bytes, zeroed. */
void *compiler_node(struct compiler *c, size_t size, const struct ast *ast, eval_function *eval);
void *compiler_fail(struct compiler *c, int r);
void compiler_adopt(struct node *node, const struct node *child);

struct node *compiler_const(struct compiler *c, const struct ast *ast, struct value v);

/* A node that always fails, with that message. */
struct node *compiler_failing(struct compiler *c, const struct ast *ast, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Evaluates a node of constant children now. The node itself when it is an error, which then is
 * told at its place when it matters.
 */
struct node *compiler_fold(struct compiler *c, const struct ast *ast, struct node *node);

static inline bool node_is_const(const struct node *n)
{
	return n->eval == eval_const;
}
static inline struct value node_constant(const struct node *n)
{
	return ((const struct node_const *)n)->value;
}

/*
 * A chain of plain selects down to a name that is no local, as a dotted name into c->name: "a.b.c".
 * False when the tree is something else.
 */
bool compiler_dotted(struct compiler *c, const struct ast *ast);
