/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the type checker share: check.c walks the tree, check_name.c finds what names
 * mean, check_call.c finds the overloads of a call.
 *
 * A node that has been complained about has type_error, which agrees with everything, so that one
 * mistake is told once.
 */
#pragma once

#include "expr/problem.h"
#include "expr/unify.h"

/* A variable of a macro. */
struct local {
	struct str name;
	const struct type *type;
};

struct checker {
	const struct env *env;
	struct arena *arena;
	struct problem_sink sink;
	struct unifier types;
	struct vec locals;	 /* struct local; the innermost last */
	struct vec unsettled;	 /* struct ast *: nodes whose type has unknowns */
	struct strbuf dotted;	 /* a.b.c of selects */
	struct strbuf candidate; /* a name in the container */
};

/* check.c */

/* Deduces the type of a node and of all below it; node->type is set afterwards. */
void check_node(struct checker *c, struct ast *node);
void checker_set_type(struct checker *c, struct ast *node, const struct type *t);

/* The type of a node that has been checked, with what has been learned since. */
const struct type *checker_type(struct checker *c, const struct ast *node);

/* A problem with all of the node, unless enough has been told. True when it was. */
bool checker_complain(struct checker *c, const struct ast *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The type as it is shown in a message: without its depths. */
const struct type *checker_shown(struct checker *c, const struct type *t);

/* "map(string, int)" of it; lives in the arena. */
const char *checker_type_text(struct checker *c, const struct type *t);

/* Complains unless the node is a bool, or may be one. what: "the condition". */
void checker_want_bool(struct checker *c, const struct ast *node, const char *what);

/* check_name.c */

void check_ident(struct checker *c, struct ast *node);

/*
 * If node is a.b.c and no macro's variable: the longest part of it that names a variable becomes an
 * AST_IDENT; when there is none that is told, and the first name gets type_error.
 */
void check_dotted(struct checker *c, struct ast *node);

/* a.b.c of a node that is nothing but names, in c->dotted; false when it is something else. */
bool checker_dotted(struct checker *c, const struct ast *node);

/* The first name of such a node; NULL when it is something else. */
struct ast *checker_root(struct ast *node);

/* Whether the name is a variable of a macro, or any variable with that beginning. */
bool checker_is_local(const struct checker *c, struct str name);

const struct function *checker_find_function(struct checker *c, struct str name);
void checker_complain_of_function(struct checker *c, const struct ast *node, struct str name,
				  bool is_method);
void checker_complain_of_field(struct checker *c, const struct ast *node,
			       const struct object_class *class);
void checker_complain_of_key(struct checker *c, const struct ast *node,
			     const struct env_variable *map);

/* check_call.c */

void check_call(struct checker *c, struct ast *node);
