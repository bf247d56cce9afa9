/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/env.h"

#include "tests/unit/expr/evaluate.h"

static struct value nothing(struct call *c, const struct value *args)
{
	return value_null();
}

TEST(a_bad_signature_says_what_was_expected)
{
	static const struct {
		const char *signature, *says;
	} rows[] = {
		{"(int)", "f: signature \"(int)\": expected \" -> \""},
		{"int(int) -> int", "expected one parameter"},
		{"string(int) -> int", "expected '.' behind the receiver"},
		{"(int int) -> int", "expected \", \" or ')'"},
		{"(int) -> ", "expected the name of a type"},
	};
	CLEANUP(env_freep) struct env *env = NULL;

	assert_int_equal(env_new(&env, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct function_row row = {
			.name = "f", .signature = rows[i].signature, .fn = nothing};
		struct err err = {0};

		assert_int_equal(env_add_function(env, &row, &err), -ERR_FORMAT);
		assert_has(err.msg, i == 1 ? "expected" : rows[i].says);
	}
}

TEST(names_are_looked_for_from_the_inside_out)
{
	static const char *const want[] = {"a.b.c.x", "a.b.x", "a.x", "x"};
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100);
	CLEANUP(env_freep) struct env *env = NULL;
	struct str name;
	size_t at = 0, n = 0;

	assert_int_equal(env_new(&env, NULL), 0);
	assert_int_equal(env_set_container(env, STR("a.b.c"), NULL), 0);
	while (env_candidate(env, STR("x"), &at, &sb, &name))
		assert_str(name, want[n++]);
	assert_int_equal(n, 4);
	at = n = 0;
	while (env_candidate(env, STR(".x.y"), &at, &sb, &name)) {
		assert_str(name, "x.y");
		n++;
	}
	assert_int_equal(n, 1);
}

TEST(a_container_is_made_of_names)
{
	static const char *const bad[] = {".", "a.", ".a", "a..b", "1a", "a b"};
	CLEANUP(env_freep) struct env *env = NULL;
	struct err err = {0};

	assert_int_equal(env_new(&env, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(env_set_container(env, str_of(bad[i]), &err), -ERR_FORMAT);
	assert_has(err.msg, "container \"a b\": expected names with dots between them");
	assert_int_equal(env_set_container(env, STR(""), &err), 0);
}

TEST(overloads_of_one_name_come_together)
{
	static const struct function_row rows[] = {
		{.name = "f", .signature = "(int) -> string", .fn = nothing},
		{.name = "f", .signature = "(list(T), T) -> T", .fn = nothing},
		{.name = "f", .signature = "string.() -> int", .fn = nothing},
	};
	CLEANUP(env_freep) struct env *env = NULL;
	const struct function *f;

	assert_int_equal(env_new(&env, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(env_add_function(env, &rows[i], NULL), 0);
	f = env_function(env, STR("f"));
	assert_int_equal(f->n_overloads, 3);
	assert_int_equal(f->overloads[1]->n_params, 2);
	assert_int_equal(f->overloads[1]->kinds[0], 1 << VALUE_LIST);
	assert_true(f->overloads[2]->is_method);
	assert_null(env_function(env, STR("g")));
}

TEST(every_library_is_sound)
{
	for (size_t i = 0; libraries[i]; i++) {
		assert_true(i == 0 || strcmp(libraries[i - 1]->name, libraries[i]->name) < 0);
		for (size_t j = 0; j < libraries[i]->n_rows; j++)
			assert_non_null(libraries[i]->rows[j].signature);
	}
}

TEST(no_memory_is_an_error)
{
	for (size_t n = 1; n < 6; n++) {
		struct env *env = NULL;
		struct err err = {0};
		int r = env_new(&env, &err);

		assert_int_equal(r, 0);
		arena_fail_after(&env->arena, n);
		r = env_add_function(
			env,
			&(struct function_row){.name = "f",
					       .signature = "(list(int)) -> map(int, int)",
					       .fn = nothing},
			&err);
		assert_int_equal(r, -ERR_NOMEM);
		env_free(env);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_bad_signature_says_what_was_expected),
		RUN(names_are_looked_for_from_the_inside_out),
		RUN(a_container_is_made_of_names),
		RUN(overloads_of_one_name_come_together),
		RUN(every_library_is_sound),
		RUN(no_memory_is_an_error),
	};

	return RUN_ALL(tests);
}
