/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/program.h"

#include "tests/unit/expr/evaluate.h"

#define TRUE  "{\"bool\":true}"
#define FALSE "{\"bool\":false}"

struct row {
	const char *source, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_evaluates_unchecked(rows[i].source, rows[i].want);
		assert_evaluates(rows[i].source, rows[i].want);
	}
}

#define CHECK_ROWS(rows) check_rows(rows, ARRAY_LEN(rows))

/* `dyn(x)` on both sides keeps the compiler from folding only where a fact is asked; see below. */
TEST(operators_compute)
{
	static const struct row rows[] = {
		{"1 + 2 * 3 - 4 / 2", "{\"int\":\"5\"}"},
		{"7u % 4u", "{\"uint\":\"3\"}"},
		{"-7 % 4", "{\"int\":\"-3\"}"},
		{"1.5 / 0.0", "{\"double\":\"Infinity\"}"},
		{"-(-9223372036854775807)", "{\"int\":\"9223372036854775807\"}"},
		{"'a' + 'b' + ''", "{\"string\":\"ab\"}"},
		{"b'a' + b'b'", "{\"bytes\":\"YWI=\"}"},
		{"[1] + [2] + []", "{\"list\":[{\"int\":\"1\"},{\"int\":\"2\"}]}"},
		{"!true", FALSE},
		{"true ? 1 : 2", "{\"int\":\"1\"}"},
		{"dyn(1) == 1.0 && dyn(1u) == 1 && 2 != 3", TRUE},
		{"'a' < 'b' && b'a' <= b'a' && false < true", TRUE},
		{"1 < 1.5 && 2u > 1 && 2.5 >= 2u", TRUE},
		{"[1, 2, 3][1]", "{\"int\":\"2\"}"},
		{"{'a': 1}['a'] + {'b': 2}.b", "{\"int\":\"3\"}"},
		{"2 in [1, 2] && 'k' in {'k': 1} && !(3 in [])", TRUE},
		{"size('πέντε') + size(b'12') + size([1]) + {1: 2}.size()", "{\"int\":\"9\"}"},
		{"'abc'.startsWith('ab') && 'abc'.endsWith('bc') && 'abc'.contains('')", TRUE},
	};

	CHECK_ROWS(rows);
}

TEST(arithmetic_that_does_not_fit_is_an_error)
{
	static const struct row rows[] = {
		{"9223372036854775807 + 1", "int overflow"},
		{"-9223372036854775808 - 1", "int overflow"},
		{"-9223372036854775808 / -1", "int overflow"},
		{"-9223372036854775808 % -1", "int overflow"},
		{"-(-9223372036854775808)", "int overflow"},
		{"4611686018427387904 * 2", "int overflow"},
		{"18446744073709551615u + 1u", "uint overflow"},
		{"0u - 1u", "uint overflow"},
		{"1 / 0", "division by zero"},
		{"1u % 0u", "modulus by zero"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_fails(rows[i].source, rows[i].want);
}

TEST(conversions_lose_nothing_silently)
{
	static const struct row good[] = {
		{"int('-42') + int(3u) + int(-1.9)", "{\"int\":\"-40\"}"},
		{"uint('42') + uint(3) + uint(1.9)", "{\"uint\":\"46\"}"},
		{"double('1e3') + double(1) + double(1u)", "{\"double\":\"1002.0\"}"},
		{"string(1) + string(2u) + string(1.5) + string(true) + string(b'x')",
		 "{\"string\":\"121.5truex\"}"},
		{"bool('t') && !bool('False')", TRUE},
		{"bytes('ÿ')", "{\"bytes\":\"w78=\"}"},
		{"type(1) == int && type(type(1)) == type", TRUE},
		{"type({}) == map && type([]) == list && type(null) == null_type", TRUE},
	};
	static const struct row bad[] = {
		{"int(9223372036854775807.0)", "does not fit int"},
		{"int(0.0 / 0.0)", "does not fit int"},
		{"int(9223372036854775808u)", "does not fit int"},
		{"int('1 ')", "\"1 \" is not an int"},
		{"int('9223372036854775808')", "is not an int"},
		{"uint(-1)", "does not fit uint"},
		{"uint(-0.5)", "does not fit uint"},
		{"uint('-1')", "is not a uint"},
		{"double('1,5')", "is not a double"},
		{"bool('yes')", "is not a bool"},
		{"string(b'\\xff')", "not UTF-8"},
	};

	CHECK_ROWS(good);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_fails(bad[i].source, bad[i].want);
}

TEST(logic_absorbs_errors_on_either_side)
{
	static const struct row rows[] = {
		{"1 / 0 == 0 || true", TRUE},
		{"true || 1 / 0 == 0", TRUE},
		{"1 / 0 == 0 && false", FALSE},
		{"false && 1 / 0 == 0", FALSE},
		{"false ? 1 / 0 : 1", "{\"int\":\"1\"}"},
		{"[0, 1].exists(x, 1 / x == 1)", TRUE},
		{"[0, 1].all(x, 1 / x == 2)", FALSE},
	};

	CHECK_ROWS(rows);
	assert_fails("1 / 0 == 0 || false", "division by zero");
	assert_fails("true && 1 / 0 == 0", "division by zero");
	assert_fails("[0, 1].all(x, 1 / x == 1)", "division by zero");
	assert_fails_unchecked("'a' || 'b'", "no such overload: _||_(string)");
	assert_evaluates_unchecked("'a' || true", TRUE);
	assert_fails_unchecked("'a' ? 1 : 2", "no such overload");
}

TEST(macros_walk_lists_and_maps)
{
	static const struct row rows[] = {
		{"[1, 2].all(x, x > 0) && ![1].all(x, x > 1) && [].all(x, false)", TRUE},
		{"[1, 2, 2].exists_one(x, x == 1) && ![2, 2].exists_one(x, x == 2)", TRUE},
		{"[1, 2, 3].filter(x, x % 2 == 1).map(x, x * x) == [1, 9]", TRUE},
		{"[1, 2, 3].map(x, x > 1, x + 1) == [3, 4]", TRUE},
		{"{'a': 1, 'b': 2}.map(k, k) == ['a', 'b']", TRUE},
		{"{'a': 1, 'b': 2}.all(k, v, k != '' && v > 0)", TRUE},
		{"[5, 6].transformList(i, v, i + v) == [5, 7]", TRUE},
		{"{'a': 1}.transformMap(k, v, k + string(v)) == {'a': 'a1'}", TRUE},
		{"['x'].transformMapEntry(i, v, {v: i}) == {'x': 0}", TRUE},
		{"[3, 1, 2].sortBy(x, -x) == [3, 2, 1]", TRUE},
		{"[[1, 2], [3]].map(l, l.map(x, x + size(l))) == [[3, 4], [4]]", TRUE},
	};

	CHECK_ROWS(rows);
	assert_fails("[1, 2].transformMapEntry(i, v, {'same': v})", "the key \"same\" repeats");
	assert_fails_unchecked("1.all(x, true)", "no such overload: all(int)");
	assert_fails("[0].map(x, 1 / x)", "division by zero");
}

TEST(names_for_parts_hide_outer_ones)
{
	static const struct row rows[] = {
		{"cel.bind(x, 2, x * x)", "{\"int\":\"4\"}"},
		{"cel.bind(x, 1, cel.bind(x, x + 1, x * 10))", "{\"int\":\"20\"}"},
		{"cel.bind(x, 1 / 0, true)", TRUE},
		{"[1, 2].map(x, cel.bind(y, x * 2, y + y)) == [4, 8]", TRUE},
		{"cel.bind(l, [3].map(z, z), [1, 2].map(z, l[0] + z)) == [4, 5]", TRUE},
		{"[1].all(int, int == 1) && type(1) == int", TRUE},
		{"cel.block([1, cel.index(0) + 1, cel.index(1) / 0], cel.index(1))",
		 "{\"int\":\"2\"}"},
	};

	CHECK_ROWS(rows);
	assert_fails("cel.block([1 / 0], cel.index(0) + 1)", "division by zero");
}

TEST(optional_values_travel)
{
	static const struct row rows[] = {
		{"{'a': 1}.?a.value()", "{\"int\":\"1\"}"},
		{"{'a': 1}.?b.hasValue()", FALSE},
		{"{'a': {'b': 2}}.?a.b.orValue(0)", "{\"int\":\"2\"}"},
		{"{'a': {'b': 2}}.?a.c.orValue(5)", "{\"int\":\"5\"}"},
		{"[1][?1].orValue(7)", "{\"int\":\"7\"}"},
		{"optional.of(1).orValue(1 / 0)", "{\"int\":\"1\"}"},
		{"optional.none().or(optional.of(3)).value()", "{\"int\":\"3\"}"},
		{"optional.ofNonZeroValue('').hasValue()", FALSE},
		{"optional.of(2).optMap(x, x * 2).value()", "{\"int\":\"4\"}"},
		{"optional.of([1]).optFlatMap(l, l[?0]).value()", "{\"int\":\"1\"}"},
		{"[?optional.none(), ?optional.of(1), 2] == [1, 2]", TRUE},
		{"{?'a': optional.none(), 'b': 1} == {'b': 1}", TRUE},
		{"has({'a': {'c': 1}}.?a.b) == false && has({'a': {'b': 1}}.?a.b)", TRUE},
		{"[optional.of(1), optional.none()].unwrapOpt() == [1]", TRUE},
		{"optional.none()", "{\"optional\":null}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_evaluates_unchecked(rows[i].source, rows[i].want);
	assert_fails("optional.none().value()", "has no value");
	assert_fails_unchecked("[?1]", "behind '?' stands int instead of an optional");
}

TEST(errors_name_the_thing)
{
	static const struct row rows[] = {
		{"{'a': 1}['b']", "no such key: \"b\""},
		{"{1: 1}[-2]", "no such key: -2"},
		{"{'a': 1}.b", "no such key: \"b\""},
		{"[1, 2][2]", "index out of bounds: 2 of a list of 2"},
		{"[1][-1]", "index out of bounds: -1"},
		{"{'a': 1, 'a': 2}", "the key \"a\" repeats"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_fails(rows[i].source, rows[i].want);
	assert_fails_unchecked("x", "undeclared reference to \"x\"");
	assert_fails_unchecked("nobody(1)", "unbound function: nobody");
	assert_fails_unchecked("(1).a", "int has no fields, so no \"a\"");
	assert_fails_unchecked("1 + 'a'", "no such overload: _+_(int, string)");
	assert_fails_unchecked("{'a': 1} < {'a': 2}", "no such overload: _<_(map, map)");
	assert_fails_unchecked("'a' in 1", "no such overload: @in(string, int)");
	assert_fails_unchecked("{1.5: 2}", "a key is bool, int, uint or string, not double");
}

/* Facts, so that nothing is folded. */

struct asked {
	struct env *env;
	struct value facts[4];
};

static void set_up(struct asked *a)
{
	static const struct value list[] = {{.kind = VALUE_INT, .i = 1},
					    {.kind = VALUE_INT, .i = 0}};

	assert_int_equal(env_new(&a->env, NULL), 0);
	assert_int_equal(env_add_variable(a->env, STR("s"), &type_string, NULL, NULL), 0);
	assert_int_equal(env_add_variable(a->env, STR("i"), &type_int, NULL, NULL), 0);
	assert_int_equal(env_add_variable(a->env, STR("l"), &type_list_dyn, NULL, NULL), 0);
	assert_int_equal(env_add_variable(a->env, STR("unset.name"), &type_dyn, NULL, NULL), 0);
	a->facts[0] = value_string(STR("openssl"));
	a->facts[1] = value_int(5);
	a->facts[2] = value_list(list, 2);
	a->facts[3] = value_absent();
}

static void assert_asked(const struct asked *a, const char *source, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(EVALUATE_BYTES);
	CLEANUP(program_freep) struct program *program = NULL;
	struct err err = {0};

	if (expr_compile(a->env, str_of(source), &program, NULL, &err) < 0)
		fail_msg("%s: %s", source, err.msg);
	evaluate(program, a->facts, 4, &sb);
	if (!str_has_prefix(strbuf_str(&sb), str_of(want)))
		fail_msg("%s: got %s, want %s", source, strbuf_cstr(&sb), want);
}

TEST(forms_with_constants_agree_with_the_general_ones)
{
	static const struct row rows[] = {
		{"s == 'openssl' && 'openssl' == s && s != 'x' && !(s != 'openssl')", TRUE},
		{"s == '' || s in [] || s in ['a', 'b']", FALSE},
		{"s in ['a', 'openssl', 'b', 1, true]", TRUE},
		{"i in [1, 5u, 'x'] && dyn(i) in [5.0] && !(i in [6])", TRUE},
		{"i < 6 && i <= 5 && i > 4 && i >= 5 && !(i < 5) && !(i > 5)", TRUE},
		{"6 > i && 5 >= i && 4 < i && 5 <= i && !(5 > i) && !(5 < i)", TRUE},
		{"i < 5.5 && 5.5 > i && i == 5 && 5 == i && i != 6 && dyn(i) == 5.0", TRUE},
		{"dyn(i) < 6u && 4u < dyn(i) && double(i) > 4.5 && 4.5 < double(i)", TRUE},
		{"double(i) / 0.0 > 1.0 && !(0.0 / 0.0 < double(i))", TRUE},
		{"dyn(s) == 5 || dyn(i) == 'openssl' || dyn(l) == 'x'", FALSE},
		{"dyn(s) < 5", "error: no such overload: _<_(string, int)"},
		{"5 < dyn(s)", "error: no such overload: _>_(string, int)"},
		{"s.startsWith('open') && s.endsWith('ssl') && s.contains('ns')", TRUE},
		{"true && s == 'openssl' && true", TRUE},
		{"s == 'x' || false || i == 5", TRUE},
		{"i == 5 ? s : 'x'", "{\"string\":\"openssl\"}"},
		{"l.exists(x, 5 / x == i)", TRUE},
		{"l.map(x, x + i) == [6, 5]", TRUE},
	};
	struct asked a;

	set_up(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_asked(&a, rows[i].source, rows[i].want);
	env_free(a.env);
}

TEST(an_unset_fact_is_an_error_that_logic_absorbs)
{
	struct asked a;

	set_up(&a);
	assert_asked(&a, "unset.name == 1", "error: no such attribute: unset.name");
	assert_asked(&a, "unset.name == 1 || i == 5", TRUE);
	env_free(a.env);
}

TEST(too_few_facts_are_refused)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1000);
	CLEANUP(program_freep) struct program *program = NULL;
	struct asked a;

	set_up(&a);
	assert_int_equal(expr_compile(a.env, STR("i == 5"), &program, NULL, NULL), 0);
	evaluate(program, a.facts, 1, &sb);
	assert_str(strbuf_str(&sb), "error: the program asks for 2 facts, but there are 1");
	env_free(a.env);
}

static void assert_bounded(const char *source, uint64_t cost, size_t bytes, const char *part)
{
	CLEANUP(program_freep) struct program *program = NULL;
	CLEANUP(evaluation_done) struct evaluation e;
	struct asked a;
	struct value v;

	set_up(&a);
	assert_int_equal(expr_compile(a.env, str_of(source), &program, NULL, NULL), 0);
	evaluation_init(&e);
	e.max_cost = cost;
	e.scratch.limit = bytes;
	v = program_eval(program, &e, a.facts, 4);
	assert_int_equal(v.kind, VALUE_ERROR);
	assert_true(str_find(v.error->message, str_of(part)) < v.error->message.n);
	env_free(a.env);
}

TEST(evaluation_is_bounded)
{
	static const char doubling[] =
		"cel.bind(a, s+s+s+s, cel.bind(b, a+a+a+a, cel.bind(c, b+b+b+b, "
		"cel.bind(d, c+c+c+c, cel.bind(e, d+d+d+d, size(e+e+e+e) > 0)))))";
	static const char loops[] = "l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d >= 0))))";

	assert_bounded(loops, 100, 100000, "expr_cost");
	assert_bounded(doubling, 1000000, 2000, "expr_scratch");
	assert_bounded(doubling, 500, 10000000, "expr_cost");
}

/* x and y are 64 KiB that differ in the last byte, m has both as keys. */
static struct value ask_long_texts(const char *source, uint64_t cost, struct evaluation *e)
{
	static char x[65536], y[sizeof x];
	CLEANUP(program_freep) struct program *program = NULL;
	CLEANUP(env_freep) struct env *env = NULL;
	struct value facts[2], v;

	memset(x, 'a', sizeof x);
	memset(y, 'a', sizeof y);
	y[sizeof y - 1] = 'b';
	facts[0] = value_string(str_make(x, sizeof x));
	facts[1] = value_string(str_make(y, sizeof y));
	assert_int_equal(env_new(&env, NULL), 0);
	assert_int_equal(env_add_variable(env, STR("x"), &type_string, NULL, NULL), 0);
	assert_int_equal(env_add_variable(env, STR("y"), &type_string, NULL, NULL), 0);
	assert_int_equal(expr_compile(env, str_of(source), &program, NULL, NULL), 0);
	e->max_cost = cost;
	v = program_eval(program, e, facts, 2);
	return v;
}

TEST(what_looks_at_bytes_pays_for_them)
{
	static const char *const sources[] = {
		"x == y",
		"x != y",
		"x < y",
		"bytes(x) == bytes(y)",
		"bytes(x) >= bytes(y)",
		"[x] == [y]",
		"x in [y]",
		"x in ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']",
		"{x: 1}.size() == 1",
		"x in {'a': 1}",
		"{'a': 1}[?x].hasValue()",
		"x.startsWith(y)",
		"x.endsWith(y)",
		"x.contains(y)",
		"size(x) == 1",
		"[x, y].sort().size() == 2",
		"[1, 2].sortBy(i, i == 1 ? x : y).size() == 2",
		"[x, y].max() == x",
		"[x, y].isSorted()",
		"[x, y].distinct().size() == 2",
		"[x].indexOf(y) == 0",
		"sets.contains([x], [y])",
		"sets.intersects([x], [y])",
		"isIP(x)",
		"isCIDR(x)",
		"strings.quote(x) == ''",
		"timestamp('2000-01-01T00:00:00Z').getHours(x) == 1",
		"x.matches('b')",
		"x.lowerAscii() == 'a'",
		"base64.encode(bytes(x)) == ''",
		"double(x) == 1.0",
		"'%x'.format([x]) == ''",
		"(x + y) == ''",
	};

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		CLEANUP(evaluation_done) struct evaluation e;
		struct value v;

		evaluation_init(&e);
		v = ask_long_texts(sources[i], 3000, &e);
		if (v.kind != VALUE_ERROR ||
		    str_find(v.error->message, STR("expr_cost")) == v.error->message.n)
			fail_msg("%s: paid too little", sources[i]);
	}
}

/* Ten thousand turns of which each would copy the text, if it went on. */
TEST(without_memory_there_is_no_budget_either)
{
	CLEANUP(evaluation_done) struct evaluation e;
	struct value v;

	evaluation_init(&e);
	e.scratch.limit = 1000000;
	v = ask_long_texts("lists.range(10000).exists(i, strings.quote(x) == '' || i < 0)",
			   UINT64_MAX / 2, &e);
	assert_int_equal(v.kind, VALUE_ERROR);
	assert_true(str_find(v.error->message, STR("expr_scratch")) < v.error->message.n);
	assert_true(e.spent > UINT64_MAX / 4); /* all of it, at once */
}

TEST(patterns_beyond_those_prepared_still_match)
{
	CLEANUP(strbuf_done) struct strbuf source = STRBUF_INIT(100000);
	struct asked a;

	set_up(&a);
	for (int i = 0; i < 100; i++)
		strbuf_addf(&source, "s.matches('^x%d$') || ", i);
	strbuf_adds(&source, "s.matches('^open.*$')");
	assert_asked(&a, strbuf_cstr(&source), TRUE);
	env_free(a.env);
}

TEST(patterns_that_are_given_up_are_paid_for)
{
	assert_bounded(
		"l.exists(x, dyn(s + ('(\\\\pL{30}){30}')).matches(s + '|(\\\\pL{30}){30}'))",
		1000000, 1000000, "expr_cost");
}

TEST(a_bound_that_is_hit_is_not_absorbed)
{
	assert_bounded("l.all(a, l.all(b, a + b >= 0)) || i == 5", 10, 100000, "expr_cost");
}

TEST(one_evaluation_serves_many)
{
	CLEANUP(program_freep) struct program *program = NULL;
	CLEANUP(evaluation_done) struct evaluation e;
	struct asked a;

	set_up(&a);
	assert_int_equal(
		expr_compile(a.env, STR("l.map(x, s + string(x + i))[1]"), &program, NULL, NULL),
		0);
	evaluation_init(&e);
	for (int i = 0; i < 1000; i++) {
		a.facts[1] = value_int(i % 10);
		assert_int_equal(program_eval(program, &e, a.facts, 4).p[7], '0' + i % 10);
	}
	env_free(a.env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(operators_compute),
		RUN(arithmetic_that_does_not_fit_is_an_error),
		RUN(conversions_lose_nothing_silently),
		RUN(logic_absorbs_errors_on_either_side),
		RUN(macros_walk_lists_and_maps),
		RUN(names_for_parts_hide_outer_ones),
		RUN(optional_values_travel),
		RUN(errors_name_the_thing),
		RUN(forms_with_constants_agree_with_the_general_ones),
		RUN(an_unset_fact_is_an_error_that_logic_absorbs),
		RUN(too_few_facts_are_refused),
		RUN(evaluation_is_bounded),
		RUN(what_looks_at_bytes_pays_for_them),
		RUN(without_memory_there_is_no_budget_either),
		RUN(patterns_beyond_those_prepared_still_match),
		RUN(patterns_that_are_given_up_are_paid_for),
		RUN(a_bound_that_is_hit_is_not_absorbed),
		RUN(one_evaluation_serves_many),
	};

	return RUN_ALL(tests);
}
