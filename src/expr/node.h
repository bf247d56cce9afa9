/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled form: what compile*.c makes and eval_*.c runs. Nobody else includes this.
 *
 * Every node begins with a struct node, whose `eval` gives its value; a node of eval_x.c is the
 * struct of that name. Nodes are immutable and live in the arena of their program.
 */
#pragma once

#include "base/vec.h"
#include "expr/const_set.h"
#include "expr/program.h"

struct frame {
	struct call call;
	const struct value *facts;
	struct value *locals; /* variables of folds, binds and blocks */
};

struct node {
	struct value (*eval)(const struct node *n, struct frame *f);
	uint32_t pos;
	uint32_t weight; /* nodes below it and itself: what a turn of a loop costs */
};

static inline struct value node_eval(const struct node *n, struct frame *f)
{
	return n->eval(n, f);
}

/* An error at the place of the node. */
#define node_error(n, f, ...) ((f)->call.pos = (n)->pos, call_error(&(f)->call, __VA_ARGS__))

struct node_const {
	struct node node;
	struct value value;
};

/* A fact or a local; of a fact its name, for the error when it is absent. */
struct node_variable {
	struct node node;
	uint32_t slot;
	struct str name;
};

/* A local that gets its value when it is first asked for. */
struct node_lazy {
	struct node node;
	uint32_t slot;
	const struct node *init;
};

/* An error whatever the facts are: an unknown name, a bad constant pattern. */
struct node_fail {
	struct node node;
	struct str message;
};

struct node_select {
	struct node node;
	const struct node *operand;
	struct value field; /* a string */
	uint32_t hash;	    /* value_key_hash(field) */
	/* Where the checker knows the class of the operand; NULL otherwise. */
	const struct object_class *class;
	uint32_t index; /* of the field in it */
	uint32_t slot;	/* of the fact that is the operand, where eval is select_fact_field */
};

struct node_unary {
	struct node node;
	const struct node *operand;
};

struct node_binary {
	struct node node;
	const struct node *a, *b;
	enum ast_operator op;
};

/* An operand and a constant that stands on its right. */
struct node_with_const {
	struct node node;
	const struct node *operand;
	struct value constant;
	enum ast_operator op;
	const struct const_set *set; /* of `in` */
};

struct node_many {
	struct node node;
	const struct node *const *parts;
	uint32_t n;
};

struct node_conditional {
	struct node node;
	const struct node *condition, *then, *otherwise;
};

struct candidate {
	const struct overload *overload;
	const void *prepared;
	struct str problem; /* why its constant arguments can never be right, or empty */
};

#define CALL_ARGS_MAX 16

struct node_call {
	struct node node;
	struct str name;
	const struct node *const *args;
	uint32_t n_args;
	uint32_t n_candidates;
	const struct candidate *candidates;
};

struct node_list {
	struct node node;
	const struct node *const *items;
	const bool *optional; /* NULL: none */
	uint32_t n;
};

struct node_map {
	struct node node;
	const struct node *const *keys, *const *values;
	const bool *optional;
	uint32_t n;
};

struct node_fold {
	struct node node;
	const struct node *range;
	const struct node *condition; /* or NULL */
	const struct node *body;
	uint32_t slot1, slot2; /* of the variables */
	bool two;	       /* variables */
	uint32_t turn_cost;
};

struct node_bind {
	struct node node;
	uint32_t slot;
	const struct node *body;
};

struct node_opt_map {
	struct node node;
	const struct node *target;
	uint32_t slot;
	const struct node *body;
	bool flat;
};

struct node_block {
	struct node node;
	const struct node *const *slots;
	uint32_t n;
	uint32_t first_slot;
	const struct node *result;
};

struct program {
	struct arena arena;
	struct scratch constants; /* what folding made */
	const struct node *root;
	const struct type *type;
	uint32_t n_locals;
	uint32_t n_facts;    /* as many must be given */
	struct vec prepared; /* struct prepared */
};

struct prepared {
	void *p;
	void (*release)(void *p);
};

typedef struct value eval_function(const struct node *n, struct frame *f);

/* eval_access.c */
eval_function eval_const, eval_fact, eval_local, eval_lazy, eval_fail;
eval_function eval_select, eval_select_fact, eval_opt_select, eval_has;
eval_function eval_index, eval_opt_index;

/* eval_logic.c */
eval_function eval_and, eval_or, eval_not, eval_conditional;

/* eval_compare.c */
eval_function eval_eq, eval_ne, eval_order, eval_in;
eval_function eval_eq_string, eval_ne_string, eval_eq_int, eval_order_int, eval_order_double;
eval_function eval_in_set;

/* eval_text.c */
eval_function eval_starts_with, eval_ends_with, eval_contains;

/* eval_call.c */
eval_function eval_call, eval_call1, eval_call2, eval_or_else;

/* eval_make.c */
eval_function eval_list, eval_map, eval_bind, eval_opt_map, eval_block;

/* eval_fold.c; by enum fold_kind */
extern eval_function *const eval_folds[];

/* node_eval for what is mostly a fact: that is worth a look before a call. */
static inline struct value node_operand(const struct node *n, struct frame *f)
{
	if (n->eval == eval_fact) {
		struct value v = f->facts[((const struct node_variable *)n)->slot];

		if (v.kind != VALUE_ABSENT)
			return v;
	}
	return n->eval(n, f);
}

/* "no such overload: op(int, string)" at the node, or the error among the arguments. */
struct value eval_no_overload(const struct node *n, struct frame *f, const char *name,
			      const struct value *args, size_t n_args);
