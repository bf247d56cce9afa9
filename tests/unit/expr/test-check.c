/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "expr/parse.h"

#define ARENA (64 * 1024 * 1024)

#define L5(t) "list(list(list(list(list(" t ")))))"
#define DEEP  L5(L5(L5(L5(L5(L5(L5(L5(L5(L5("int"))))))))))

static const struct {
	const char *name, *type;
} variables[] = {
	{"i", "int"},
	{"u", "uint"},
	{"s", "string"},
	{"b", "bool"},
	{"d", "dyn"},
	{"l", "list(string)"},
	{"m", "map(string, int)"},
	{"o", "optional_type(int)"},
	{"w", "wrapper(int)"},
	{"t", "timestamp"},
	{"dur", "duration"},
	{"generic", "list(T)"},
	{"finding", "Finding"},
	{"findings", "list(Finding)"},
	{"a.b.c", "string"},
	{"a.b", "map(string, int)"},
	{"com.example.y", "bool"},
	{"y", "int"},
	{"com.z", "int"},
	{"image.severity", "string"},
	{"deep", DEEP},
	{"deep2", DEEP},
};

static const struct function_row functions[] = {
	{.name = "tuple", .signature = "(T, U) -> tuple(T, U)"},
	{.name = "pair", .signature = "(A, A) -> A"},
	{.name = "overloaded", .signature = "(int) -> int"},
	{.name = "overloaded", .signature = "(string) -> string"},
	{.name = "ns.f", .signature = "(int) -> int"},
	{.name = "com.example.short", .signature = "() -> string"},
	{.name = "shout", .signature = "string.() -> string"},
	{.name = "shout", .signature = "string.(int) -> string"},
};

static const struct object_field fields[] = {
	{.name = "severity", .type = "string"},
	{.name = "score", .type = "double"},
	{.name = "labels", .type = "map(string, string)"},
};

static const struct type finding_type = {.kind = TYPE_ABSTRACT, .name = {"Finding", 7}};
static const struct object_class finding = {
	.name = "Finding", .type = &finding_type, .fields = fields, .n_fields = ARRAY_LEN(fields)};

static struct env *make_env(const char *container)
{
	struct err err = {0};
	struct env *env;

	if (env_new(&env, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(env_add_class(env, &finding, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const struct type *t;

		assert_int_equal(type_parse(str_of(variables[i].type), &env->arena, &t, &err), 0);
		assert_int_equal(env_add_variable(env, str_of(variables[i].name), t, NULL, &err),
				 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (env_add_function(env, &functions[i], &err) < 0)
			fail_msg("%s", err.msg);
	assert_int_equal(env_set_container(env, str_of(container), &err), 0);
	return env;
}

/* Every node has a type, and none has an unknown left. */
static void assert_settled(const struct ast *node)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);

	assert_non_null(node->type);
	type_print(node->type, &sb);
	assert_true(sb.n > 0 && !strstr(strbuf_cstr(&sb), "()") && sb.p[0] != ',');
	if (node->kind == AST_LIST)
		for (uint32_t i = 0; i < node->list.n; i++)
			assert_settled(node->list.items[i]);
	if (node->kind == AST_CALL)
		for (uint32_t i = 0; i < node->call.n_args; i++)
			assert_settled(node->call.args[i]);
	if (node->kind == AST_FOLD)
		assert_settled(node->fold.body);
}

/* The type, a "|" and the tree as rewritten; or "!" and what is told of the problems. */
static void check_to(const struct env *env, const char *source, struct strbuf *out)
{
	struct expr_problems problems = {0};
	struct err err = {0};
	struct ast *tree;
	struct arena a;

	arena_init(&a, ARENA);
	if (expr_parse(str_of(source), &a, &tree, &problems, &err) < 0)
		fail_msg("%s: %s", source, err.msg);
	if (expr_check(env, str_of(source), tree, &a, &problems, &err) == 0) {
		assert_settled(tree);
		type_print(tree->type, out);
	} else {
		for (size_t i = 0; i < problems.n; i++) {
			const struct expr_problem *p = &problems.list[i];

			strbuf_addf(out, "%s%u-%u: %.*s", i ? "\n" : "!", p->start, p->end,
				    STR_FMT(p->message));
			if (p->hint.n)
				strbuf_addf(out, "; %.*s", STR_FMT(p->hint));
		}
	}
	arena_done(&a);
}

struct row {
	const char *in, *want;
};

static void check_rows(const char *container, const struct row *rows, size_t n)
{
	struct env *env = make_env(container);

	for (size_t i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);

		check_to(env, rows[i].in, &sb);
		if (!str_eq(strbuf_str(&sb), str_of(rows[i].want)))
			fail_msg("%s\ngot:  %s\nwant: %s", rows[i].in, strbuf_cstr(&sb),
				 rows[i].want);
	}
	env_free(env);
}

#define CHECK_ROWS(container, rows) check_rows(container, rows, ARRAY_LEN(rows))

TEST(literals_and_operators_have_types)
{
	static const struct row rows[] = {
		{"null", "null_type"},
		{"1u", "uint"},
		{"b'x'", "bytes"},
		{"[1, 2]", "list(int)"},
		{"[1, 'a']", "list(dyn)"},
		{"[]", "list(dyn)"},
		{"{}", "map(dyn, dyn)"},
		{"{'a': 1, 'b': 2.0}", "map(string, dyn)"},
		{"{'a': 1, 2: 3}", "map(dyn, int)"},
		{"1 + 2 * i", "int"},
		{"s + 'x'", "string"},
		{"[1] + []", "list(int)"},
		{"[] + []", "list(dyn)"},
		{"[][0] + duration('1s')", "google.protobuf.Duration"},
		{"[][0] - duration('1s')", "google.protobuf.Duration"},
		{"d + 1", "int"},
		{"d + d", "dyn"},
		{"d[0]", "dyn"},
		{"l[0]", "string"},
		{"m['a']", "int"},
		{"m.a", "int"},
		{"o.or(optional.of(2))", "optional_type(int)"},
		{"1 < 2.0", "bool"},
		{"i in [1, 2] && 'a' in m", "bool"},
		{"b ? 1 : i", "int"},
		{"b ? null : dur", "google.protobuf.Duration"},
		{"b ? [] : [1]", "list(int)"},
		{"type(1)", "type(int)"},
		{"int == type(1)", "bool"},
		{"type(1) == type('a')", "bool"},
		{"d == 1 || d == 'a'", "bool"},
		{"w + 1", "int"},
		{"w == null", "bool"},
		{"w == 1", "bool"},
		{"t == null", "bool"},
		{"!b && -i == 1", "bool"},
	};

	CHECK_ROWS("", rows);
}

TEST(unknown_parts_are_found_whatever_the_order)
{
	static const struct row rows[] = {
		{"[[[[[]]]], [], [[[]]]]", "list(list(list(list(list(dyn)))))"},
		{"[[], [[[]]], [[[[]]]]]", "list(list(list(list(list(dyn)))))"},
		{"[optional.of(1), optional.none()]", "list(optional_type(int))"},
		{"[optional.none(), optional.of(1)]", "list(optional_type(int))"},
		{"[optional.of(dyn(1)), optional.of(1)]", "list(optional_type(dyn))"},
		{"[optional.of(1), optional.of(dyn(1))]", "list(optional_type(dyn))"},
		{"[tuple(1, dyn(1)), tuple(dyn(1), 1)]", "list(tuple(dyn, dyn))"},
		{"[tuple(1, dyn(1)), tuple(2, 1)]", "list(tuple(int, dyn))"},
		{"[1, w]", "list(wrapper(int))"},
		{"[w, 1]", "list(wrapper(int))"},
		{"[null, w, 1]", "list(wrapper(int))"},
		{"[null, dur]", "list(google.protobuf.Duration)"},
		{"pair(dur, null)", "google.protobuf.Duration"},
		{"pair(null, t)", "google.protobuf.Timestamp"},
		{"pair([], [1])", "list(int)"},
		{"pair({'a': []}, {'b': [1u]})", "map(string, list(uint))"},
		{"[null, 1]", "list(dyn)"},
		{"[type(1), type('a')]", "list(type)"},
		{"([].map(x, x))[0].foo", "dyn"},
		{"([] + findings + [])[0].score", "double"},
		{"findings.map(x, x).map(y, y.score)", "list(double)"},
		{"[[1].filter(x, false), []]", "list(list(int))"},
		{"generic[0]", "dyn"},
		{"generic == [1]", "bool"},
		{"overloaded(d)", "dyn"},
		{"overloaded('a')", "string"},
	};

	CHECK_ROWS("", rows);
}

TEST(macros_have_types)
{
	static const struct row rows[] = {
		{"has(m.a) && has(finding.labels.x)", "bool"},
		{"l.all(x, x == 'a')", "bool"},
		{"m.exists(k, k == 'a')", "bool"},
		{"m.exists(k, v, k == 'a' && v == 1)", "bool"},
		{"l.exists_one(i, v, i == 1 && v == 'a')", "bool"},
		{"d.all(x, x)", "bool"},
		{"l.filter(x, x == '')", "list(string)"},
		{"m.filter(k, k == '')", "list(string)"},
		{"l.map(x, size(x))", "list(int)"},
		{"l.map(x, x == '', [x])", "list(list(string))"},
		{"l.transformList(i, v, i)", "list(int)"},
		{"m.transformList(k, v, v > 1, k)", "list(string)"},
		{"l.transformMap(i, v, v)", "map(int, string)"},
		{"m.transformMap(k, v, v > 0, [v])", "map(string, list(int))"},
		{"m.transformMapEntry(k, v, {v: k})", "map(int, string)"},
		{"findings.sortBy(f, f.score)", "list(Finding)"},
		{"cel.bind(x, [1], x + x)", "list(int)"},
		{"cel.block([1, [cel.index(0)]], cel.index(1))", "list(int)"},
		{"l.map(cel.iterVar(0, 0), cel.iterVar(0, 0))", "list(string)"},
		{"o.optMap(x, [x])", "optional_type(list(int))"},
		{"o.optFlatMap(x, m[?'a'])", "optional_type(int)"},
		{"d.optMap(x, 'a')", "optional_type(string)"},
		{"m.?a", "optional_type(int)"},
		{"m.?a.optMap(x, x + 1).orValue(0)", "int"},
		{"optional.of(m).a", "optional_type(int)"},
		{"optional.of(m)['a']", "optional_type(int)"},
		{"optional.of(l)[?0]", "optional_type(string)"},
		{"has({}.?x.y)", "bool"},
		{"[?o, 1]", "list(int)"},
		{"{?'a': o}", "map(string, int)"},
		{"[?d]", "list(dyn)"},
		{"[?optional.ofNonZeroValue({'c': []}.?c.orValue(dyn({})))]", "list(dyn)"},
	};

	CHECK_ROWS("", rows);
}

TEST(names_are_found_by_the_rules_of_the_container)
{
	static const struct row plain[] = {
		{"a.b.c", "string"},
		{"a.b.d", "int"},
		{"a.b.c.size()", "int"},
		{"y", "int"},
		{".y", "int"},
		{"[0].map(y, 'a' + string(y))", "list(string)"},
		{"['a'].map(y, .y)", "list(int)"},
		{"[{'b': 'x'}].map(a, a.b)", "list(string)"},
		{"ns.f(1)", "int"},
		{".ns.f(1)", "int"},
		{"google.protobuf.Duration", "type(google.protobuf.Duration)"},
		{"finding.severity", "string"},
		{"finding.labels.anything", "string"},
	};
	static const struct row contained[] = {
		{"y", "bool"},	       {".y", "int"},
		{"z", "int"},	       {"com.example.y", "bool"},
		{"short()", "string"}, {"com.example.short()", "string"},
		{"i", "int"},	       {"[1].map(y, y)", "list(int)"},
	};

	CHECK_ROWS("", plain);
	CHECK_ROWS("com.example", contained);
}

TEST(problems_say_what_is_wrong_and_what_may_be_meant)
{
	static const struct row rows[] = {
		{"fnding", "!0-6: undeclared name \"fnding\"; did you mean \"finding\"?"},
		{"image.sevrity == s",
		 "!0-5: undeclared name \"image\"; did you mean \"image.severity\"?"},
		{"qwertz + asdfgh",
		 "!0-6: undeclared name \"qwertz\"\n9-15: undeclared name \"asdfgh\""},
		{"[1].all(element, elemnt > 0)",
		 "!17-23: undeclared name \"elemnt\"; did you mean \"element\"?"},
		{"finding.sevrity",
		 "!0-15: Finding has no field \"sevrity\"; did you mean \"severity\"?"},
		{"findings.all(f, f.scor > 1.0)",
		 "!16-22: Finding has no field \"scor\"; did you mean \"score\"?"},
		{"i.x", "!0-3: int has no fields"},
		{"has(i.x)", "!0-8: int has no fields"},
		{"net.x", "!0-3: undeclared name \"net\"; did you mean \"net.IP\"?"},
		{"siz(l)", "!0-6: undeclared function \"siz\"; did you mean \"size\"?"},
		{"s.shoot()", "!0-9: undeclared method \"shoot\"; did you mean \"shout\"?"},
		{"ns.g(1)", "!0-7: undeclared function \"ns.g\"; did you mean \"ns.f\"?"},
		{"l.all(x)",
		 "!0-8: undeclared method \"all\"; it is written list.all(x, condition)"},
		{"1 + 'a'", "!0-7: no operator + for int and string"},
		{"1 == 1.0",
		 "!0-8: no operator == for int and double; numbers of different types do "
		 "not mix: convert one with int(), uint() or double()"},
		{"1 && b", "!0-1: an operand of && must be a bool, found int"},
		{"b || (s || 1)", "!6-7: an operand of || must be a bool, found string\n"
				  "11-12: an operand of || must be a bool, found int"},
		{"i ? 1 : 2", "!0-1: the condition must be a bool, found int"},
		{"b ? 1 : 'a'", "!0-11: both results of a condition must be of one type, found int "
				"and string"},
		{"!i", "!0-2: no operator ! for int"},
		{"-s", "!0-2: no operator - for string"},
		{"1 in 2", "!0-6: no operator in for int and int"},
		{"l['a']", "!0-6: list(string) cannot be indexed by string"},
		{"m[1]", "!0-4: map(string, int) cannot be indexed by int"},
		{"s.shout('a')", "!0-12: no such overload: string.shout(string); there is "
				 "string.shout() -> string; string.shout(int) -> string"},
		{"shout(s)",
		 "!0-8: no such overload: shout(string); it is no function but a method: "
		 "x.shout(...)"},
		{"s.pair(s)", "!0-9: no such overload: string.pair(string); it is no method but a "
			      "function: pair(...)"},
		{"pair(1, 'a')",
		 "!0-12: no such overload: pair(int, string); there is pair(A, A) -> A"},
		{"pair([], 1)",
		 "!0-11: no such overload: pair(list(dyn), int); there is pair(A, A) -> "
		 "A"},
		{"i.all(x, x)", "!0-1: only lists and maps have elements, found int"},
		{"l.all(x, x)", "!9-10: the condition must be a bool, found string"},
		{"l.filter(x, 1)", "!12-13: the condition must be a bool, found int"},
		{"l.map(x, 1, x)", "!9-10: the condition must be a bool, found int"},
		{"m.transformMapEntry(k, v, v)", "!26-27: the new entry must be a map, found int"},
		{"m.sortBy(k, k)", "!0-1: only lists can be sorted, found map(string, int)"},
		{"l.sortBy(x, [x])", "!12-15: list(string) has no order to sort by"},
		{"i.optMap(x, x)", "!0-1: optMap() is of optionals, found int"},
		{"o.optFlatMap(x, x)",
		 "!16-17: optFlatMap() makes an optional of an optional, found int"},
		{"[?1]", "!2-3: what stands behind ? must be an optional, found int"},
		{"{?'a': 1}", "!7-8: what stands behind ? must be an optional, found int"},
		{"A{x: 1}", "!0-7: \"A\" is no type of which an expression can make values"},
		{"[].all(x, x == 1 && x == 'a')", "!20-28: no operator == for int and string"},
		{"cel.index(0)", "!0-12: undeclared name \"@index0\""},
		{"zzzzz.size() + 1", "!0-5: undeclared name \"zzzzz\""},
		{"zzzzz + zzzzz2",
		 "!0-5: undeclared name \"zzzzz\"\n8-14: undeclared name \"zzzzz2\""},
	};

	CHECK_ROWS("", rows);
}

/* The tree as source again, after the checker. */
static void rewritten_to(const struct env *env, const char *source, struct strbuf *out,
			 uint32_t *ret_overloads)
{
	struct expr_problems problems = {0};
	struct ast *tree;
	struct arena a;

	arena_init(&a, ARENA);
	assert_int_equal(expr_parse(str_of(source), &a, &tree, &problems, NULL), 0);
	assert_int_equal(expr_check(env, str_of(source), tree, &a, &problems, NULL), 0);
	expr_unparse(tree, out);
	*ret_overloads = tree->kind == AST_CALL ? tree->call.n_overloads : 0;
	arena_done(&a);
}

TEST(names_and_overloads_are_written_into_the_tree)
{
	static const struct {
		const char *in, *want;
		uint32_t overloads;
	} rows[] = {
		{"y", "com.example.y", 0},
		{"short()", "com.example.short()", 1},
		{".ns.f(1)", "ns.f(1)", 1},
		{"overloaded(d)", "overloaded(d)", 2},
		{"overloaded(i)", "overloaded(i)", 1},
		{"d + 1", "d + 1", 1},
	};
	struct env *env = make_env("com.example");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);
		uint32_t overloads;

		rewritten_to(env, rows[i].in, &sb, &overloads);
		assert_str(strbuf_str(&sb), rows[i].want);
		assert_int_equal(overloads, rows[i].overloads);
	}
	env_free(env);
}

/* cel.bind(v0, [], cel.bind(v1, {v0: v0}, ... vn)): a type that doubles at each level. */
TEST(types_that_grow_without_end_are_cut)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ARENA);
	struct env *env = make_env("");

	strbuf_adds(&sb, "cel.bind(v0, 'x'");
	for (int i = 1; i < 90; i++)
		strbuf_addf(&sb, ", cel.bind(v%d, {v%d: v%d}", i, i - 1, i - 1);
	strbuf_adds(&sb, ", v89");
	for (int i = 0; i < 90; i++)
		strbuf_addc(&sb, ')');
	check_to(env, strbuf_cstr(&sb), &got);
	assert_has(strbuf_cstr(&got), "map(map(");
	assert_true(got.n < 4000);
	env_free(env);
}

TEST(deducing_takes_a_limited_number_of_steps)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ARENA);
	struct env *env = make_env("");

	for (int i = 0; i < 14000; i++)
		strbuf_adds(&sb, i ? " && deep == deep2" : "deep == deep2");
	check_to(env, strbuf_cstr(&sb), &got);
	assert_has(strbuf_cstr(&got), "steps to deduce types (limit expr_type_steps)");
	env_free(env);
}

TEST(no_memory_is_told)
{
	static const char source[] =
		"[1, 2].map(x, {'a': x}).exists(i, v, v.?a.optMap(q, q + 1).orValue(0) > pair(i, "
		"1)) "
		"&& cel.bind(z, [], z + [s]) == l && findings.all(f, f.score > 1.0)";
	struct env *env = make_env("");
	int r = -ERR_NOMEM;

	for (size_t n = 1; r == -ERR_NOMEM; n++) {
		struct expr_problems list = {0};
		struct err err = {0};
		struct ast *tree;
		struct arena a;

		arena_init(&a, ARENA);
		assert_int_equal(expr_parse(STR(source), &a, &tree, &list, &err), 0);
		arena_fail_after(&a, n);
		r = expr_check(env, STR(source), tree, &a, &list, &err);
		assert_true(r == 0 || r == -ERR_NOMEM);
		arena_done(&a);
	}
	env_free(env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(literals_and_operators_have_types),
		RUN(unknown_parts_are_found_whatever_the_order),
		RUN(macros_have_types),
		RUN(names_are_found_by_the_rules_of_the_container),
		RUN(problems_say_what_is_wrong_and_what_may_be_meant),
		RUN(names_and_overloads_are_written_into_the_tree),
		RUN(types_that_grow_without_end_are_cut),
		RUN(deducing_takes_a_limited_number_of_steps),
		RUN(no_memory_is_told),
	};

	return RUN_ALL(tests);
}
