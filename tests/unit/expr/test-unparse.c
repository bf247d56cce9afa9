/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "expr/parse.h"

#define ARENA (1024 * 1024)

/* What is parsed, what is printed; NULL: the same. */
static const struct {
	const char *in, *want;
} rows[] = {
	{"(a)", "a"},
	{"((a + b)) * c", "(a + b) * c"},
	{"a + (b + c)", NULL},
	{"(a + b) + c", "a + b + c"},
	{"a - (b - c) - d", NULL},
	{"a * (b / c)", NULL},
	{"(a < b) == (c < d)", "a < b == (c < d)"},
	{"(a && b) || (c && d)", "a && b || c && d"},
	{"a && (b || c)", NULL},
	{"a && (b && (c && d))", "a && b && c && d"},
	{"(a ? b : c) ? d : e", NULL},
	{"a ? (b ? c : d) : e", NULL},
	{"a ? b : (c ? d : e)", "a ? b : c ? d : e"},
	{"!(a || b)", NULL},
	{"!(!a)", "!!a"},
	{"-(a + b)", NULL},
	{"-(1)", NULL},
	{"-(-1)", "--1"},
	{"-(1.5).f()", "-(1.5.f())"},
	{"(-1).f()", "-1.f()"},
	{"(a + b).c", NULL},
	{"(!a)[b]", NULL},
	{"(a ? b : c).f(d ? e : g)", NULL},
	{"[a,?b ,]", "[a, ?b]"},
	{"{a:b,?c:d,}", "{a: b, ?c: d}"},
	{"{a ? b : c : d}", "{a ? b : c: d}"},
	{"N{a:1,?`b-c`:2}", "N{a: 1, ?`b-c`: 2}"},
	{"a.?b[?c].`in`.`d e`", NULL},
	{"has(a.b.`c d`)", NULL},
	{"'it\\'s' + r'\\d'", "\"it's\" + \"\\\\d\""},
	{"l.all(x,x)", "l.all(x, x)"},
	{"l.existsOne(x, x)", "l.exists_one(x, x)"},
	{"l.exists_one(i, x, x)", "l.existsOne(i, x, x)"},
	{"l.map(x, y, z).filter(x, x).sortBy(x, -x)", NULL},
	{"l.transformList(i, x, y, z)", NULL},
	{"l.transformMap(i, x, z).transformMapEntry(k, v, {v: k})", NULL},
	{"o.optMap(x, x).optFlatMap(x, y)", NULL},
	{"cel.bind(x, 1, x + x)", NULL},
	{"cel.block([1, cel.index(0)], cel.index(1))", NULL},
	{"l.map(cel.iterVar(0, 1), cel.iterVar(0, 1))", NULL},
	{"math.greatest(1, 2, 3)", "math.greatest([1, 2, 3])"},
};

TEST(trees_are_printed_with_as_few_brackets_as_the_grammar_needs)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);
		struct expr_problems problems = {0};
		struct err err = {0};
		struct ast *tree;
		struct arena a;

		arena_init(&a, ARENA);
		if (expr_parse(str_of(rows[i].in), &a, &tree, &problems, &err) < 0)
			fail_msg("%s: %s", rows[i].in, err.msg);
		expr_unparse(tree, &sb);
		assert_str(strbuf_str(&sb), rows[i].want ? rows[i].want : rows[i].in);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(trees_are_printed_with_as_few_brackets_as_the_grammar_needs),
	};

	return RUN_ALL(tests);
}
