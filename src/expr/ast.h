/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree that the parser makes, the checker annotates and the compiler reads.
 *
 * Macros are parsed into nodes of their own (AST_FOLD, AST_BIND, ...) instead of the general fold
 * of the reference implementations: the checker gives better messages, the evaluator runs them
 * without building intermediate lists, and the tree prints back as it was written.
 *
 * The checker rewrites in place what it has understood: a chain of selects that names a variable
 * (a.b.c declared as one) becomes one AST_IDENT with `variable` set; a call whose target was a
 * namespace (math.abs(x)) becomes a call without target named "math.abs". Without the checker
 * (disable_check) the compiler does the same with the same rules, as far as names are known.
 *
 * math.greatest and math.least of three and more arguments become a call with one list of them;
 * l.sortBy(v, key) is an AST_FOLD. All other names of libraries are plain calls.
 *
 * Ownership: nodes and everything they point to live in the arena of the parse; names and strings
 * may borrow from the source, which must live as long. Depth is limited by expr_depth, so recursion
 * over a tree is safe. Threads: one at a time until it is compiled.
 */
#pragma once

#include "expr/env.h"

/* OP(NAME, "function name"): what is called without a name in the source. */
#define AST_OPERATORS(OP)                                                                          \
	OP(CONDITIONAL, "_?_:_")                                                                   \
	OP(OR, "_||_")                                                                             \
	OP(AND, "_&&_")                                                                            \
	OP(EQ, "_==_")                                                                             \
	OP(NE, "_!=_")                                                                             \
	OP(LT, "_<_")                                                                              \
	OP(LE, "_<=_")                                                                             \
	OP(GT, "_>_")                                                                              \
	OP(GE, "_>=_")                                                                             \
	OP(IN, "@in")                                                                              \
	OP(ADD, "_+_")                                                                             \
	OP(SUB, "_-_")                                                                             \
	OP(MUL, "_*_")                                                                             \
	OP(DIV, "_/_")                                                                             \
	OP(MOD, "_%_")                                                                             \
	OP(NOT, "!_")                                                                              \
	OP(NEGATE, "-_")                                                                           \
	OP(INDEX, "_[_]")                                                                          \
	OP(OPT_INDEX, "_[?_]")

enum ast_operator {
	AST_OP_NONE, /* a call by name */
#define OP(NAME, name) AST_OP_##NAME,
	AST_OPERATORS(OP)
#undef OP
};

/* "_+_"; NULL for AST_OP_NONE. */
const char *operator_name(enum ast_operator op);

enum ast_kind {
	AST_CONST,
	AST_IDENT,
	AST_SELECT,
	AST_CALL,
	AST_LIST,
	AST_MAP,
	AST_OBJECT,
	AST_FOLD,
	AST_BIND,
	AST_OPT_MAP,
	AST_BLOCK,
	AST_BROKEN, /* where the parser recovered from an error; never reaches the compiler */
};

/* range.all(v, body) and its kin; with var2: (index or key, value). */
enum fold_kind {
	FOLD_ALL,
	FOLD_EXISTS,
	FOLD_EXISTS_ONE,
	FOLD_FILTER,	    /* var1 only: body is the condition, elements are kept as they are */
	FOLD_MAP,	    /* map, transformList: body makes an element; condition or NULL */
	FOLD_TRANSFORM_MAP, /* body makes a value for the key; condition or NULL */
	FOLD_TRANSFORM_MAP_ENTRY, /* body makes a map whose entries are added; condition or NULL */
	FOLD_SORT_BY,		  /* body makes the key to sort the elements by */
};

struct ast_entry {
	struct ast *key;  /* of a map; NULL in an object */
	struct str field; /* of an object */
	struct ast *value;
	bool optional; /* ?key: value */
	uint32_t pos;
};

struct ast {
	enum ast_kind kind;
	uint32_t pos;		 /* byte in the source: of the operator, the dot, the name called */
	uint32_t start, end;	 /* the whole of it, [start, end) */
	uint32_t height;	 /* levels of nodes, this one included; at most expr_depth */
	const struct type *type; /* deduced by the checker; NULL before, or without it */
	union {
		/* AST_CONST: null, bool, int, uint, double, string or bytes. */
		struct value constant;

		/* AST_IDENT. A leading dot is part of the name: ".x". Names of cel.block and
		 * cel.iterVar are "@index0", "@it:0:0". */
		struct {
			struct str name;
			const struct env_variable
				*variable; /* the checker's; NULL: local, unchecked */
		} ident;

		/* AST_SELECT: operand.field, operand.?field, has(operand.field). */
		struct {
			struct ast *operand;
			struct str field;
			bool optional;	/* .? */
			bool test_only; /* has() */
		} select;

		/* AST_CALL. Operators have no target; their operands are args. */
		struct {
			enum ast_operator op;
			struct str name;    /* also of operators */
			struct ast *target; /* receiver, or NULL */
			struct ast **args;
			uint32_t n_args;
			/* The checker's: those that may apply, in order; all of them when dyn. NULL
			 * without the checker. */
			const struct overload *const *overloads;
			uint32_t n_overloads;
		} call;

		/* AST_LIST. */
		struct {
			struct ast **items;
			bool *optional; /* ?item; NULL when none is */
			uint32_t n;
		} list;

		/* AST_MAP; AST_OBJECT: Name{field: value}. */
		struct {
			struct str name; /* of an object's type */
			struct ast_entry *entries;
			uint32_t n;
		} map;

		struct {
			enum fold_kind fold;
			struct ast *range;
			struct str var1, var2; /* var2.n == 0: the form with one variable */
			struct ast *condition; /* or NULL */
			struct ast *body;
		} fold;

		/* AST_BIND: cel.bind(var, init, body); init is evaluated when first needed. */
		struct {
			struct str var;
			struct ast *init, *body;
		} bind;

		/* AST_OPT_MAP: target.optMap(var, body); flat: optFlatMap, body is an optional. */
		struct {
			struct ast *target;
			struct str var;
			struct ast *body;
			bool flat;
		} opt_map;

		/* AST_BLOCK: cel.block([slots], result): slot i is "@index<i>" in later slots and
		 * in the result; evaluated when first needed. */
		struct {
			struct ast **slots;
			uint32_t n;
			struct ast *result;
		} block;
	};
};
