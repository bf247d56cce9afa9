/* SPDX-License-Identifier: Apache-2.0 */
/* Facts are asked by expressions, as rules ask them. */
#pragma once

#include "base/limits.h"
#include "check/language.h"
#include "check/rule_program.h"
#include "expr/program.h"

/* Fails the test unless the expression is true of the facts of that scope. */
static inline void assert_fact(const char *scope_name, const struct value *facts,
			       const char *source)
{
	const struct scope *scope = scope_find(str_of(scope_name));
	struct program *program = NULL;
	struct env *env = NULL;
	struct evaluation e;
	struct arena arena;
	struct err err = {0};
	struct value v;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	evaluation_init(&e);
	if (!scope || scope_env_new(scope, &env, &err) < 0 ||
	    expression_compile(env, str_of(source), &arena, NULL, &program, &err) < 0)
		fail_msg("%s: %s", source, err.msg);
	v = program_eval(program, &e, facts, scope_n_variables(scope));
	if (v.kind == VALUE_ERROR)
		fail_msg("%s: %.*s", source, STR_FMT(v.error->message));
	if (v.kind != VALUE_BOOL || !v.b)
		fail_msg("is not true: %s", source);
	evaluation_done(&e);
	program_free(program);
	env_free(env);
	arena_done(&arena);
}
