/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An expression ready to be evaluated, any number of times.
 *
 *     r = program_compile(env, tree, &program, err);     tree: parsed, usually checked
 *     evaluation_init(&e);
 *     for each set of facts:
 *             struct value v = program_eval(program, &e, facts, n_facts);
 *             ... use v: it lives until the next program_eval or evaluation_done ...
 *     evaluation_done(&e);
 *     program_free(program);
 *
 * facts[slot] is the variable that env_add_variable gave that slot; VALUE_ABSENT: not known, so
 * that asking for it is an error (which || and && may absorb).
 *
 * The compiled form is a tree of nodes, each with the function that evaluates it: names are slots,
 * constant parts are folded, constant lists behind `in` are hash tables, patterns are compiled,
 * chains of && and || are flat. Evaluating allocates nothing but what results need, and that from
 * the scratch of the evaluation.
 *
 * Bounds: evaluation always ends: its only loops are over lists and maps and pay for each turn
 * (expr_cost); its memory is bounded (expr_scratch), its stack by the depth of the source
 * (expr_depth). When either bound is hit the result is that error, whatever the operators around it
 * would absorb.
 *
 * Ownership: the program copies what it needs of the tree, borrows the env. Threads: a
 * program may be shared; an evaluation belongs to one thread.
 * Errors: ERR_LIMIT, ERR_NOMEM.
 */
#pragma once

#include "expr/ast.h"
#include "expr/scratch.h"

struct program;

struct evaluation {
	struct scratch scratch;
	struct value *locals;
	size_t n_locals;
	struct regex_cache *regexes; /* patterns made of facts; NULL: none yet */
	uint64_t max_cost;	     /* units; evaluation_init sets expr_cost */
	uint64_t spent;		     /* units, of all evaluations so far */
};

int program_compile(const struct env *env, const struct ast *tree, struct program **ret,
		    struct err *err);
void program_free(struct program *p);
void program_freep(struct program **p);

/* What the checker said the result is; dyn without it. */
const struct type *program_type(const struct program *p);

void evaluation_init(struct evaluation *e);
void evaluation_done(struct evaluation *e);

/* A value or an error value, never VALUE_ABSENT. */
struct value program_eval(const struct program *p, struct evaluation *e, const struct value *facts,
			  size_t n_facts);
