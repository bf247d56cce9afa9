/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expressions of a rule, compiled against the facts of its scope.
 *
 *     struct env *env;
 *     r = scope_env_new(scope, &env, err);
 *     r = rule_compile(rule, env, &arena, &program, err);
 *     r = rule_compile_texts(env, &arena, &program, err);      before it speaks
 *
 * The variables of the scope have the slots 0, 1, ... in their order; `params` is a constant of the
 * rule that is compiled.
 * Ownership: a rule_program lives in the arena; rule_program_release frees what it holds besides.
 * Errors: ERR_FORMAT "FILE:LINE: rule ID: when: line 1, column 7: ..." with the hint, if any.
 */
#pragma once

#include "check/rule.h"
#include "check/scope.h"
#include "check/template.h"

struct rule_program {
	const struct rule *rule;
	struct program *when, *at, *fix; /* the last two may be NULL */
	struct template message, remedy;
	bool has_texts;	       /* these two are compiled */
	struct value params;   /* what the user has set, else the defaults */
	struct scratch memory; /* of params */
};

int scope_env_new(const struct scope *scope, struct env **ret, struct err *err);
size_t scope_n_variables(const struct scope *scope);

int rule_compile(const struct rule *rule, struct env *env, struct arena *a,
		 struct rule_program *ret, struct err *err);
/* Its message and remedy; nothing when they are compiled. */
int rule_compile_texts(struct env *env, struct arena *a, struct rule_program *p, struct err *err);
void rule_program_release(struct rule_program *p);

/* Parses, checks and compiles; want: the type it must have, NULL: any. */
int expression_compile(const struct env *env, struct str source, struct arena *a,
		       const struct type *want, struct program **ret, struct err *err);
