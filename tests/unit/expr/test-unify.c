/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "expr/unify.h"

#define BYTES (16 * 1024 * 1024)

struct bench {
	struct arena arena;
	struct unifier u;
	const struct type *letters['Z' - 'A' + 1]; /* one set of unknowns for all types of a row */
};

static void bench_init(struct bench *b)
{
	*b = (struct bench){0};
	arena_init(&b->arena, BYTES);
	unifier_init(&b->u, &b->arena);
}

static void bench_done(struct bench *b)
{
	unifier_done(&b->u);
	arena_done(&b->arena);
}

/* Capital letters are unknowns. */
static const struct type *make(struct bench *b, const char *text)
{
	struct err err = {0};
	const struct type *t;

	if (type_parse(str_of(text), &b->arena, &t, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return unifier_instance(&b->u, t, b->letters);
}

static void assert_settled(struct bench *b, const char *t, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(BYTES);

	type_print(unifier_settle(&b->u, make(b, t), true), &sb);
	assert_str(strbuf_str(&sb), want);
}

/* from fits to (want: what T is then), or does not (NULL). */
static const struct {
	const char *from, *to, *want;
} rows[] = {
	{"int", "int", "dyn"},
	{"int", "uint", NULL},
	{"int", "dyn", "dyn"},
	{"dyn", "int", "dyn"},
	{"int", "T", "int"},
	{"T", "int", "int"},
	{"T", "T", "dyn"},
	{"list(int)", "list(T)", "int"},
	{"list(T)", "T", NULL},
	{"T", "map(string, T)", NULL},
	{"list(int)", "map(int, int)", NULL},
	{"map(T, T)", "map(int, int)", "int"},
	{"map(T, T)", "map(int, string)", NULL},
	{"map(T, T)", "map(int, dyn)", "dyn"},
	{"map(T, T)", "map(dyn, int)", "dyn"},
	{"map(T, T)", "map(null_type, duration)", "google.protobuf.Duration"},
	{"map(T, T)", "map(duration, null_type)", "google.protobuf.Duration"},
	{"map(T, T)", "map(wrapper(int), int)", "wrapper(int)"},
	{"map(T, T)", "map(int, wrapper(int))", "wrapper(int)"},
	{"map(T, T)", "map(null_type, int)", NULL},
	{"map(T, T)", "map(list(int), list(dyn))", "list(dyn)"},
	{"map(T, T)", "map(map(int, dyn), map(dyn, int))", "map(dyn, dyn)"},
	{"map(T, U)", "map(U, int)", "int"},
	{"null_type", "int", NULL},
	{"null_type", "wrapper(int)", "dyn"},
	{"null_type", "optional_type(int)", "dyn"},
	{"timestamp", "null_type", "dyn"},
	{"null_type", "net.IP", "dyn"},
	{"wrapper(int)", "int", "dyn"},
	{"int", "wrapper(int)", "dyn"},
	{"wrapper(int)", "wrapper(uint)", NULL},
	{"type(int)", "type(string)", "dyn"},
	{"type", "int", NULL},
	{"net.IP", "net.IP", "dyn"},
	{"net.IP", "net.CIDR", NULL},
	{"tuple(int, T)", "tuple(T, dyn)", "dyn"},
	{"tuple(int, int)", "tuple(int)", NULL},
	{"optional_type(T)", "optional_type(int)", "int"},
	{"optional_type(T)", "list(int)", NULL},
};

TEST(types_fit_or_not_and_tell_of_unknowns)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bench b;
		bool ok;

		bench_init(&b);
		ok = unify(&b.u, make(&b, rows[i].from), make(&b, rows[i].to));
		if (ok != !!rows[i].want)
			fail_msg("%s to %s: %d", rows[i].from, rows[i].to, ok);
		assert_settled(&b, "T", ok ? rows[i].want : "dyn");
		bench_done(&b);
	}
}

TEST(what_was_learned_on_the_way_to_a_no_is_forgotten)
{
	struct bench b;

	bench_init(&b);
	assert_false(unify(&b.u, make(&b, "map(T, int)"), make(&b, "map(int, string)")));
	assert_settled(&b, "T", "dyn");
	assert_true(unify(&b.u, make(&b, "string"), make(&b, "T")));
	assert_false(
		unify(&b.u, make(&b, "tuple(T, U, T)"), make(&b, "tuple(string, int, list(int))")));
	assert_settled(&b, "tuple(T, U)", "tuple(string, dyn)");
	bench_done(&b);
}

TEST(unknowns_may_stand_for_each_other)
{
	struct bench b;

	bench_init(&b);
	assert_true(unify(&b.u, make(&b, "tuple(A, B, C)"), make(&b, "tuple(B, C, D)")));
	assert_true(unify(&b.u, make(&b, "D"), make(&b, "A")));
	assert_true(unify(&b.u, make(&b, "list(int)"), make(&b, "C")));
	assert_settled(&b, "tuple(A, B, C, D)",
		       "tuple(list(int), list(int), list(int), list(int))");
	bench_done(&b);
}

TEST(a_settled_type_is_the_same_object_when_nothing_was_to_put_in)
{
	struct bench b;
	const struct type *t;

	bench_init(&b);
	t = make(&b, "map(string, list(int))");
	assert_ptr_equal(unifier_settle(&b.u, t, true), t);
	assert_ptr_equal(unifier_cut(&b.u, t), t);
	assert_false(type_has_unknowns(t));
	t = make(&b, "map(string, list(T))");
	assert_ptr_equal(unifier_settle(&b.u, t, false), t);
	assert_true(type_has_unknowns(t));
	bench_done(&b);
}

TEST(unknowns_are_the_same_only_to_themselves)
{
	struct bench b;

	bench_init(&b);
	assert_true(type_same(make(&b, "list(T)"), make(&b, "list(T)")));
	assert_false(type_same(make(&b, "list(T)"), make(&b, "list(U)")));
	assert_true(type_same(make(&b, "net.IP"), make(&b, "net.IP")));
	assert_false(type_same(make(&b, "tuple(int)"), make(&b, "tuple(uint)")));
	bench_done(&b);
}

TEST(large_types_are_cut_to_dyn)
{
	struct bench b;
	const struct type *t;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(BYTES);

	bench_init(&b);
	t = make(&b, "int");
	for (int i = 0; i < 100; i++) /* 2^100 parts, each shared */
		t = type_map(&b.arena, t, t);
	t = unifier_cut(&b.u, t);
	type_print(t, &sb);
	assert_true(sb.n < 64 * LIMIT_EXPR_TYPE_PARTS);
	assert_has(strbuf_cstr(&sb), "dyn");
	sb.n = 0;
	type_print(unifier_sketch(&b.u, t, 3), &sb);
	assert_str(strbuf_str(&sb), "map(map(map(dyn, dyn), dyn), dyn)");
	assert_false(b.u.spent);
	bench_done(&b);
}

TEST(steps_are_limited)
{
	struct bench b;
	const struct type *t, *s;

	bench_init(&b);
	t = make(&b, "int");
	s = make(&b, "int");
	for (int i = 0; i < 60; i++) {
		t = type_map(&b.arena, t, t);
		s = type_map(&b.arena, s, s);
	}
	assert_true(unify(&b.u, s, t)); /* what is not known does fit */
	assert_true(b.u.spent);
	bench_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(types_fit_or_not_and_tell_of_unknowns),
		RUN(what_was_learned_on_the_way_to_a_no_is_forgotten),
		RUN(unknowns_may_stand_for_each_other),
		RUN(a_settled_type_is_the_same_object_when_nothing_was_to_put_in),
		RUN(unknowns_are_the_same_only_to_themselves),
		RUN(large_types_are_cut_to_dyn),
		RUN(steps_are_limited),
	};

	return RUN_ALL(tests);
}
