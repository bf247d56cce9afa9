/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/type.h"

#include "tests/unit/test.h"

TEST(types_print_as_they_are_written)
{
	static const char *const rows[][2] = {
		{"int", "int"},
		{"null_type", "null_type"},
		{" list( int ) ", "list(int)"},
		{"map(string,list(dyn))", "map(string, list(dyn))"},
		{"list", "list(dyn)"},
		{"map", "map(dyn, dyn)"},
		{"optional_type(T)", "optional_type(T)"},
		{"type(int)", "type(int)"},
		{"type", "type"},
		{"wrapper(int)", "wrapper(int)"},
		{"timestamp", "google.protobuf.Timestamp"},
		{"net.IP", "net.IP"},
		{"tuple(T, U, V)", "tuple(T, U, V)"},
		{"google.protobuf.Value", "dyn"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100);
		CLEANUP(arena_done) struct arena a;
		const struct type *t = NULL;

		arena_init(&a, 10000);
		assert_int_equal(type_parse(str_of(rows[i][0]), &a, &t, NULL), 0);
		type_print(t, &sb);
		assert_str(strbuf_str(&sb), rows[i][1]);
	}
}

TEST(a_capital_letter_is_a_parameter)
{
	CLEANUP(arena_done) struct arena a;
	const struct type *t = NULL;

	arena_init(&a, 10000);
	assert_int_equal(type_parse(STR("T"), &a, &t, NULL), 0);
	assert_int_equal(t->kind, TYPE_PARAM);
	assert_int_equal(type_parse(STR("Tt"), &a, &t, NULL), 0);
	assert_int_equal(t->kind, TYPE_ABSTRACT);
}

TEST(a_bad_type_says_where)
{
	static const char *const rows[][2] = {
		{"", "offset 0: expected the name of a type"},
		{"list(int", "offset 8: expected ',' or ')'"},
		{"list(int, int)", "expected one parameter"},
		{"map(int)", "expected two parameters"},
		{"int)", "offset 3: expected the end"},
		{"list(3)", "offset 5: expected the name of a type"},
		{"wrapper", "expected one parameter"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		const struct type *t = NULL;
		struct err err = {0};

		arena_init(&a, 10000);
		assert_int_equal(type_parse(str_of(rows[i][0]), &a, &t, &err), -ERR_FORMAT);
		assert_has(err.msg, rows[i][1]);
	}
}

TEST(types_are_not_nested_without_end)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100000);
	CLEANUP(arena_done) struct arena a;
	const struct type *t = NULL;
	struct err err = {0};

	arena_init(&a, 1000000);
	for (int i = 0; i < 10000; i++)
		strbuf_adds(&sb, "list(");
	assert_int_equal(type_parse(strbuf_str(&sb), &a, &t, &err), -ERR_LIMIT);
	assert_has(err.msg, "expr_depth");
}

TEST(equal_types_have_equal_parts)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{"list(int)", "list(int)", true},     {"list(int)", "list(uint)", false},
		{"list", "list(dyn)", true},	      {"list(dyn)", "list(int)", false},
		{"net.IP", "net.IP", true},	      {"net.IP", "net.CIDR", false},
		{"map(int, T)", "map(int, T)", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct type *a = NULL, *b = NULL;
		CLEANUP(arena_done) struct arena arena;

		arena_init(&arena, 10000);
		assert_int_equal(type_parse(str_of(rows[i].a), &arena, &a, NULL), 0);
		assert_int_equal(type_parse(str_of(rows[i].b), &arena, &b, NULL), 0);
		assert_int_equal(type_eq(a, b), rows[i].equal);
		assert_true(type_eq(type_copy(&arena, a), a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(types_print_as_they_are_written), RUN(a_capital_letter_is_a_parameter),
		RUN(a_bad_type_says_where),	      RUN(types_are_not_nested_without_end),
		RUN(equal_types_have_equal_parts),
	};

	return RUN_ALL(tests);
}
