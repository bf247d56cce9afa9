/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluates an expression for a test: its result as compact JSON (expr/tagged_json.h), or "error: "
 * and the message.
 *
 *     assert_evaluates("1 + 1", "{\"int\":\"2\"}");
 *     assert_fails("1 / 0", "division by zero");            when evaluated
 *     assert_refused("1 + 'a'", "no matching overload");    by parser or checker
 */
#pragma once

#include "base/strbuf.h"
#include "codec/json_writer.h"
#include "expr/expr.h"
#include "expr/tagged_json.h"
#include "tests/unit/test.h"

#define EVALUATE_BYTES ((size_t)1 << 20)

/* Without the checker: parsed and compiled as it stands. */
static inline int compile_unchecked(const struct env *env, struct str source, struct program **ret,
				    struct err *err)
{
	struct expr_problems problems = {.n = 0};
	struct ast *tree = NULL;
	struct arena arena;
	int r;

	arena_init(&arena, EVALUATE_BYTES * 16);
	r = expr_parse(source, &arena, &tree, &problems, err);
	if (r >= 0)
		r = program_compile(env, tree, ret, err);
	arena_done(&arena);
	return r;
}

static inline void evaluate(const struct program *program, const struct value *facts,
			    size_t n_facts, struct strbuf *out)
{
	struct evaluation e;
	struct json_writer w;
	struct value v;

	evaluation_init(&e);
	v = program_eval(program, &e, facts, n_facts);
	if (value_is_error(v)) {
		strbuf_adds(out, "error: ");
		strbuf_add(out, v.error->message);
	} else {
		struct call c = {.scratch = &e.scratch, .budget = UINT64_MAX};

		json_writer_init(&w, out, JSON_COMPACT);
		value_to_tagged(&c, v, &w);
	}
	evaluation_done(&e);
}

/* Of an expression without facts. */
static inline void evaluate_text(const char *source, bool checked, struct strbuf *out)
{
	struct program *program = NULL;
	struct env *env = NULL;
	struct err err = {0};
	int r = env_new(&env, &err);

	if (r == 0 && checked)
		r = expr_compile(env, str_of(source), &program, NULL, &err);
	else if (r == 0)
		r = compile_unchecked(env, str_of(source), &program, &err);
	if (r < 0)
		strbuf_addf(out, "refused: %s", err.msg);
	else
		evaluate(program, NULL, 0, out);
	program_free(program);
	env_free(env);
}

static inline void assert_evaluates(const char *source, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(EVALUATE_BYTES);

	evaluate_text(source, true, &sb);
	if (!str_is(strbuf_str(&sb), want))
		fail_msg("%s: got %s, want %s", source, strbuf_cstr(&sb), want);
}

static inline void assert_evaluates_unchecked(const char *source, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(EVALUATE_BYTES);

	evaluate_text(source, false, &sb);
	if (!str_is(strbuf_str(&sb), want))
		fail_msg("%s: got %s, want %s", source, strbuf_cstr(&sb), want);
}

static inline void assert_says(const char *source, bool checked, const char *kind, const char *part)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(EVALUATE_BYTES);

	evaluate_text(source, checked, &sb);
	if (!str_has_prefix(strbuf_str(&sb), str_of(kind)) || !strstr(strbuf_cstr(&sb), part))
		fail_msg("%s: got %s, want %s%s", source, strbuf_cstr(&sb), kind, part);
}

static inline void assert_fails(const char *source, const char *part)
{
	assert_says(source, true, "error: ", part);
}

static inline void assert_fails_unchecked(const char *source, const char *part)
{
	assert_says(source, false, "error: ", part);
}

static inline void assert_refused(const char *source, const char *part)
{
	assert_says(source, true, "refused: ", part);
}
