/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "expr/macro.h"

#define ARENA (1024 * 1024)

/* The kind of the tree; AST_BROKEN where there is a problem, whose message is left in msg. */
static enum ast_kind kind_of(const char *source, struct err *err)
{
	struct expr_problems problems = {0};
	enum ast_kind kind = AST_BROKEN;
	struct ast *tree;
	struct arena a;

	arena_init(&a, ARENA);
	if (expr_parse(str_of(source), &a, &tree, &problems, err) == 0)
		kind = tree->kind;
	arena_done(&a);
	return kind;
}

TEST(a_macro_is_known_by_name_target_and_number_of_arguments)
{
	static const struct {
		const char *source;
		enum ast_kind kind;
	} rows[] = {
		{"has(a.b)", AST_SELECT},
		{"x.has(a.b)", AST_CALL},
		{".has(a.b)", AST_CALL},
		{"has(a.b, c)", AST_CALL},
		{"l.all(x, x)", AST_FOLD},
		{"l.all(i, x, x)", AST_FOLD},
		{"l.all(x)", AST_CALL},
		{"all(x, x)", AST_CALL},
		{"l.map(x, x, x)", AST_FOLD},
		{"l.map(x, x, x, x)", AST_CALL},
		{"l.filter(i, x, x)", AST_CALL},
		{"l.transformList(i, x, x)", AST_FOLD},
		{"l.transformList(x, x)", AST_CALL},
		{"l.transformMapEntry(k, v, c, {k: v})", AST_FOLD},
		{"l.sortBy(x, x)", AST_FOLD},
		{"o.optMap(x, x)", AST_OPT_MAP},
		{"cel.bind(x, 1, x)", AST_BIND},
		{".cel.bind(x, 1, x)", AST_CALL},
		{"a.cel.bind(x, 1, x)", AST_CALL},
		{"cel.block([], 1)", AST_BLOCK},
		{"cel.index(3)", AST_IDENT},
		{"cel.iterVar(0, 1)", AST_IDENT},
		{"math.least(1, 2)", AST_CALL},
		{"math.least(1, 2, 3)", AST_CALL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		if (kind_of(rows[i].source, &err) != rows[i].kind)
			fail_msg("%s: kind %d; %s", rows[i].source, kind_of(rows[i].source, NULL),
				 err.msg);
	}
}

TEST(arguments_that_do_not_fit_are_told)
{
	static const struct {
		const char *source, *message;
	} rows[] = {
		{"has(a)", "line 1, column 5: has() asks for a field: has(a.b)"},
		{"l.all(x.y, x)", "a variable of all() must be a simple name"},
		{"l.all(x, 1, x)", "a variable of all() must be a simple name"},
		{"l.exists(x, x, x)", "both variables of exists() are called \"x\""},
		{"cel.bind(1, 1, x)", "a variable of bind() must be a simple name"},
		{"o.optMap('x', x)", "a variable of optMap() must be a simple name"},
		{"cel.block(1, 2)", "the slots of cel.block() must be a plain list"},
		{"cel.block([?a], 2)", "the slots of cel.block() must be a plain list"},
		{"cel.index(-1)", "cel.index() counts with plain numbers from 0"},
		{"cel.iterVar(0, 'x')", "cel.iterVar() counts with plain numbers from 0"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		assert_int_equal(kind_of(rows[i].source, &err), AST_BROKEN);
		assert_has(err.msg, rows[i].message);
	}
}

TEST(usage_is_known_of_every_macro)
{
	assert_string_equal(macro_usage(STR("has")), "has(a.b)");
	assert_string_equal(macro_usage(STR("exists_one")), "list.exists_one(x, condition)");
	assert_string_equal(macro_usage(STR("bind")), "cel.bind(x, value, expression)");
	assert_null(macro_usage(STR("size")));
	assert_null(macro_usage(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_macro_is_known_by_name_target_and_number_of_arguments),
		RUN(arguments_that_do_not_fit_are_told),
		RUN(usage_is_known_of_every_macro),
	};

	return RUN_ALL(tests);
}
