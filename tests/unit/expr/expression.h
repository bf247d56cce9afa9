/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of functions as rows of an expression and what it gives, written as CEL:
 *
 *     static const struct expression rows[] = {
 *             {"'abc'.charAt(1)", "\"b\""},
 *             {"'abc'.charAt(9)", "error: index out of range: 9"},
 *     };
 *     assert_expressions(rows, ARRAY_LEN(rows));
 *
 * An "error: ..." of a row is what the message begins with. Expressions run with all libraries and
 * one variable, `x`: assert_expression_of gives its value. They run without the checker and again
 * with it; it may refuse only what is an error anyway.
 */
#pragma once

#include <inttypes.h>

#include "base/limits.h"
#include "expr/env.h"
#include "expr/number.h"
#include "expr/parse.h"
#include "expr/program.h"
#include "expr/time.h"
#include "unit/test.h"

struct expression {
	const char *source, *want;
};

static inline void print_value(struct value v, struct strbuf *out);

static inline void print_quoted(struct str s, struct strbuf *out)
{
	strbuf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20)
			strbuf_addf(out, "\\x%02x", (unsigned)s.p[i]);
		else
			strbuf_addc(out, s.p[i]);
	}
	strbuf_addc(out, '"');
}

static inline void print_items(struct value v, struct strbuf *out)
{
	strbuf_addc(out, v.kind == VALUE_LIST ? '[' : '{');
	for (uint32_t i = 0; i < v.n; i++) {
		strbuf_adds(out, i ? ", " : "");
		if (v.kind == VALUE_LIST) {
			print_value(v.items[i], out);
			continue;
		}
		print_value(v.map->entries[i].key, out);
		strbuf_adds(out, ": ");
		print_value(v.map->entries[i].value, out);
	}
	strbuf_addc(out, v.kind == VALUE_LIST ? ']' : '}');
}

static inline void print_time(struct value v, struct strbuf *out)
{
	char text[TIME_TEXT_MAX];
	struct nanotime t = {v.i, v.n};

	strbuf_add_bytes(out, text,
			 v.kind == VALUE_TIMESTAMP ? timestamp_print(t, text)
						   : duration_print(t, text));
}

static inline void print_object(const struct object *o, struct strbuf *out)
{
	struct scratch scratch;
	struct call call = {.scratch = &scratch, .budget = 1000};

	scratch_init(&scratch, 65536);
	strbuf_addf(out, "%s(", o->class->name);
	strbuf_add(out, o->class->print(&call, o));
	strbuf_addc(out, ')');
	scratch_done(&scratch);
}

static inline void print_optional(const struct value *of, struct strbuf *out)
{
	strbuf_adds(out, of ? "optional.of(" : "optional.none()");
	if (!of)
		return;
	print_value(*of, out);
	strbuf_addc(out, ')');
}

static inline void print_value(struct value v, struct strbuf *out)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_ABSENT:
		strbuf_adds(out, "absent");
		return;
	case VALUE_ERROR:
		strbuf_adds(out, "error: ");
		strbuf_add(out, v.error->message);
		return;
	case VALUE_NULL:
		strbuf_adds(out, "null");
		return;
	case VALUE_BOOL:
		strbuf_adds(out, v.b ? "true" : "false");
		return;
	case VALUE_INT:
		strbuf_addf(out, "%" PRId64, v.i);
		return;
	case VALUE_UINT:
		strbuf_addf(out, "%" PRIu64 "u", v.u);
		return;
	case VALUE_DOUBLE:
		double_print(v.d, DOUBLE_KEPT, out);
		return;
	case VALUE_BYTES:
		strbuf_addc(out, 'b');
		print_quoted(value_str(v), out);
		return;
	case VALUE_STRING:
		print_quoted(value_str(v), out);
		return;
	case VALUE_LIST:
	case VALUE_MAP:
		print_items(v, out);
		return;
	case VALUE_TYPE:
		type_print(v.type, out);
		return;
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		print_time(v, out);
		return;
	case VALUE_OPTIONAL:
		print_optional(v.optional, out);
		return;
	case VALUE_OBJECT:
		print_object(v.object, out);
		return;
	}
}

/* What the expression gives, as text; false when the checker refuses it. */
static inline bool run_expression(const struct env *env, const char *source, struct value x,
				  bool check, struct strbuf *out)
{
	struct expr_problems problems = {.n = 0};
	CLEANUP(program_freep) struct program *program = NULL;
	CLEANUP(arena_done) struct arena a;
	struct evaluation e;
	struct err err = {0};
	struct ast *tree;

	arena_init(&a, 1 << 24);
	if (expr_parse(str_of(source), &a, &tree, &problems, &err) < 0)
		fail_msg("%s: %s", source, err.msg);
	if (check && expr_check(env, str_of(source), tree, &a, &problems, &err) < 0) {
		strbuf_adds(out, err.msg);
		return false;
	}
	if (program_compile(env, tree, &program, &err) < 0)
		fail_msg("%s: %s", source, err.msg);
	evaluation_init(&e);
	print_value(program_eval(program, &e, &x, 1), out);
	evaluation_done(&e);
	return true;
}

static inline struct env *env_of_tests(void)
{
	struct env *env = NULL;
	uint32_t slot = 7;

	assert_int_equal(env_new(&env, NULL), 0);
	assert_int_equal(env_add_variable(env, STR("x"), &type_dyn, &slot, NULL), 0);
	assert_int_equal(slot, 0);
	return env;
}

static inline void assert_run(const struct env *env, const struct expression *row, struct value x,
			      bool check)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(1 << 20);
	bool is_error = str_has_prefix(str_of(row->want), STR("error: "));

	if (!run_expression(env, row->source, x, check, &got) && is_error)
		return;
	if (is_error ? !str_has_prefix(strbuf_str(&got), str_of(row->want))
		     : !str_is(strbuf_str(&got), row->want))
		fail_msg("%s%s\n     got: %s\n    want: %s", row->source, check ? " (checked)" : "",
			 strbuf_cstr(&got), row->want);
}

static inline void assert_expression_of(const struct env *env, const struct expression *row,
					struct value x)
{
	assert_run(env, row, x, false);
	assert_run(env, row, x, true);
}

static inline void assert_expressions(const struct expression *rows, size_t n)
{
	CLEANUP(env_freep) struct env *env = env_of_tests();

	for (size_t i = 0; i < n; i++)
		assert_expression_of(env, &rows[i], value_absent());
}
