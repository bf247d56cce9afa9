/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An expression: parsed, printed and parsed again, checked, compiled and evaluated.
 *
 * What must hold: a problem has a place in the source and a message; a tree that is printed reads
 * back as the same text; the checker changes no result, and what it says the result is, it is.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "expr/parse.h"
#include "expr/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 64 * 1024 * 1024, COST = 20000, FACTS = 16 };

static struct env *env; /* the same for all inputs; lives as long as the process */
static struct value facts[FACTS];

static void add_fact(const char *name, const char *type, struct value v)
{
	const struct type *t;
	uint32_t slot;
	int r = type_parse(str_of(type), &env->arena, &t, NULL);

	assert(r == 0);
	r = env_add_variable(env, str_of(name), t, &slot, NULL);
	assert(r == 0 && slot < FACTS);
	facts[slot] = v;
}

static void init(void)
{
	static const struct value strings[] = {
		{.kind = VALUE_STRING, .n = 1, .p = "a"},
		{.kind = VALUE_STRING, .n = 2, .p = "\xc3\xa9"},
	};
	static const struct value mixed[] = {
		{.kind = VALUE_INT, .i = 1},
		{.kind = VALUE_DOUBLE, .d = 1.0},
		{.kind = VALUE_NULL},
		{.kind = VALUE_STRING, .n = 1, .p = "a"},
	};
	int r = env_new(&env, NULL);

	assert(r == 0);
	add_fact("i", "int", value_int(-7));
	add_fact("u", "uint", value_uint(7));
	add_fact("f", "double", value_double(0.5));
	add_fact("s", "string", value_string(STR("text")));
	add_fact("y", "bytes", value_bytes(STR("\xff\x00")));
	add_fact("b", "bool", value_bool(true));
	add_fact("d", "dyn", value_int(3));
	add_fact("l", "list(string)", value_list(strings, ARRAY_LEN(strings)));
	add_fact("m", "list(dyn)", value_list(mixed, ARRAY_LEN(mixed)));
	add_fact("t", "timestamp", value_timestamp(1234567890, 1));
	add_fact("r", "duration", value_duration(-1, 500000000));
	add_fact("o", "optional_type(string)", value_optional(strings));
	add_fact("n.q", "int", value_int(INT64_MAX));
	add_fact("unset", "int", value_absent());
}

static void look_at_problems(const struct expr_problems *problems, struct str source, int r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);

	assert(problems->n > 0 || r != -ERR_FORMAT);
	for (size_t i = 0; i < problems->n; i++) {
		const struct expr_problem *p = &problems->list[i];

		assert(p->start <= p->end && p->end <= source.n && p->message.n);
		assert(i == 0 || problems->list[i - 1].start <= p->start);
	}
	expr_problems_print(problems, STR("fuzz"), source, &sb);
}

static struct ast *parse(struct str source, struct arena *a)
{
	struct expr_problems problems = {0};
	struct ast *tree = NULL;
	int r = expr_parse(source, a, &tree, &problems, NULL);

	if (r < 0)
		look_at_problems(&problems, source, r);
	return r < 0 ? NULL : tree;
}

/* Printed, read and printed again it is the same text. */
static void print_twice(const struct ast *tree, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf once = STRBUF_INIT(LIMIT_EXPR_BYTES);
	CLEANUP(strbuf_done) struct strbuf twice = STRBUF_INIT(LIMIT_EXPR_BYTES);
	const struct ast *again;

	expr_unparse(tree, &once);
	if (once.error)
		return; /* longer than a source may be */
	again = parse(strbuf_str(&once), a);
	if (!again && a->failed)
		return;
	assert(again);
	expr_unparse(again, &twice);
	assert(str_eq(strbuf_str(&once), strbuf_str(&twice)));
}

/* The outermost kind only; null can stand for much. */
static bool is_of_type(struct value v, const struct type *t)
{
	if (t->kind == TYPE_WRAPPER)
		t = t->params[0];
	return v.kind == VALUE_ERROR || v.kind == VALUE_NULL || t->kind == TYPE_DYN ||
	       t->kind == value_type_of(v)->kind;
}

static struct value run(const struct ast *tree, struct program **p, struct evaluation *e)
{
	struct value v = value_null();

	if (program_compile(env, tree, p, NULL) == 0) {
		e->max_cost = COST;
		v = program_eval(*p, e, facts, FACTS);
		assert(v.kind != VALUE_ABSENT);
	}
	return v;
}

/* Without and with the checker. */
static void evaluate(struct ast *tree, struct str source, struct arena *a)
{
	CLEANUP(program_freep) struct program *plain = NULL, *checked = NULL;
	struct expr_problems problems = {0};
	struct evaluation e1, e2;
	struct value v1, v2;
	int r;

	evaluation_init(&e1);
	evaluation_init(&e2);
	v1 = run(tree, &plain, &e1);
	r = expr_check(env, source, tree, a, &problems, NULL);
	if (r < 0) {
		look_at_problems(&problems, source, r);
	} else {
		v2 = run(tree, &checked, &e2);
		assert(!checked || is_of_type(v2, program_type(checked)));
		if (plain && checked && v1.kind != VALUE_ERROR && v2.kind != VALUE_ERROR)
			assert(v1.kind == v2.kind);
	}
	evaluation_done(&e1);
	evaluation_done(&e2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str source = str_make(data, size);
	struct arena a;
	struct ast *tree;

	if (!env)
		init();
	arena_init(&a, ARENA_BYTES);
	tree = parse(source, &a);
	if (tree) {
		print_twice(tree, &a);
		evaluate(tree, source, &a);
	}
	arena_done(&a);
	return 0;
}
