/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "expr/literal.h"
#include "expr/parse.h"

#define ARENA (64 * 1024 * 1024)

static void shape(const struct ast *node, struct strbuf *out);

static void shapes(struct ast *const *nodes, uint32_t n, struct strbuf *out)
{
	for (uint32_t i = 0; i < n; i++) {
		strbuf_addc(out, ' ');
		shape(nodes[i], out);
	}
}

static void shape_entries(const struct ast *node, struct strbuf *out)
{
	strbuf_addf(out, "(%.*s{}", STR_FMT(node->map.name));
	for (uint32_t i = 0; i < node->map.n; i++) {
		const struct ast_entry *e = &node->map.entries[i];

		strbuf_addf(out, " %s%.*s", e->optional ? "?" : "", STR_FMT(e->field));
		if (e->key)
			shape(e->key, out);
		strbuf_addc(out, ':');
		shape(e->value, out);
	}
	strbuf_addc(out, ')');
}

static void shape_call(const struct ast *node, struct strbuf *out)
{
	strbuf_addf(out, "(%.*s", STR_FMT(node->call.name));
	if (node->call.target) {
		strbuf_adds(out, " on ");
		shape(node->call.target, out);
	}
	shapes(node->call.args, node->call.n_args, out);
	strbuf_addc(out, ')');
}

static void shape_fold(const struct ast *node, struct strbuf *out)
{
	strbuf_addf(out, "(fold%d %.*s,%.*s ", node->fold.fold, STR_FMT(node->fold.var1),
		    STR_FMT(node->fold.var2));
	shape(node->fold.range, out);
	if (node->fold.condition) {
		strbuf_adds(out, " if ");
		shape(node->fold.condition, out);
	}
	shapes((struct ast *const *)&node->fold.body, 1, out);
	strbuf_addc(out, ')');
}

/* (name args...), every bracket shown. */
static void shape(const struct ast *node, struct strbuf *out)
{
	switch (node->kind) {
	case AST_CONST:
		literal_print(node->constant, out);
		break;
	case AST_IDENT:
		strbuf_add(out, node->ident.name);
		break;
	case AST_SELECT:
		strbuf_addf(out, "(%s.%s%.*s ", node->select.test_only ? "has" : "",
			    node->select.optional ? "?" : "", STR_FMT(node->select.field));
		shape(node->select.operand, out);
		strbuf_addc(out, ')');
		break;
	case AST_CALL:
		shape_call(node, out);
		break;
	case AST_LIST:
		strbuf_adds(out, "([]");
		for (uint32_t i = 0; i < node->list.n; i++) {
			strbuf_adds(out,
				    node->list.optional && node->list.optional[i] ? " ?" : " ");
			shape(node->list.items[i], out);
		}
		strbuf_addc(out, ')');
		break;
	case AST_MAP:
	case AST_OBJECT:
		shape_entries(node, out);
		break;
	case AST_FOLD:
		shape_fold(node, out);
		break;
	case AST_BIND:
		strbuf_addf(out, "(bind %.*s ", STR_FMT(node->bind.var));
		shape(node->bind.init, out);
		shapes((struct ast *const *)&node->bind.body, 1, out);
		strbuf_addc(out, ')');
		break;
	case AST_OPT_MAP:
		strbuf_addf(out, "(opt%s %.*s ", node->opt_map.flat ? "flat" : "map",
			    STR_FMT(node->opt_map.var));
		shape(node->opt_map.target, out);
		shapes((struct ast *const *)&node->opt_map.body, 1, out);
		strbuf_addc(out, ')');
		break;
	case AST_BLOCK:
		strbuf_adds(out, "(block");
		shapes(node->block.slots, node->block.n, out);
		strbuf_adds(out, " in ");
		shape(node->block.result, out);
		strbuf_addc(out, ')');
		break;
	case AST_BROKEN:
		strbuf_adds(out, "BROKEN");
		break;
	}
}

/* The shape of the tree, or "!" and the problems as they are printed. */
static void parse_to(struct str source, struct strbuf *out)
{
	struct expr_problems problems = {0};
	struct err err = {0};
	struct ast *tree;
	struct arena a;

	arena_init(&a, ARENA);
	if (expr_parse(source, &a, &tree, &problems, &err) == 0) {
		shape(tree, out);
	} else {
		strbuf_addc(out, '!');
		expr_problems_print(&problems, STR_NULL, source, out);
	}
	arena_done(&a);
}

struct row {
	const char *in, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);

		parse_to(str_of(rows[i].in), &sb);
		if (!str_eq(strbuf_str(&sb), str_of(rows[i].want)))
			fail_msg("%s\ngot:  %s\nwant: %s", rows[i].in, strbuf_cstr(&sb),
				 rows[i].want);
	}
}

static const struct row trees[] = {
	{"a + b * c - d", "(_-_ (_+_ a (_*_ b c)) d)"},
	{"(a + b) * c", "(_*_ (_+_ a b) c)"},
	{"a - b - c", "(_-_ (_-_ a b) c)"},
	{"a / b % c * d", "(_*_ (_%_ (_/_ a b) c) d)"},
	{"a < b == c in d", "(@in (_==_ (_<_ a b) c) d)"},
	{"a <= b + 1", "(_<=_ a (_+_ b 1))"},
	{"a ? b : c ? d : e", "(_?_:_ a b (_?_:_ c d e))"},
	{"a || b && c", "(_||_ a (_&&_ b c))"},
	{"a && b && c && d", "(_&&_ (_&&_ a b) (_&&_ c d))"},
	{"a && (b && (c && d))", "(_&&_ (_&&_ a b) (_&&_ c d))"},
	{"a || b || c", "(_||_ a (_||_ b c))"},
	{"!a.b", "(!_ (.b a))"},
	{"!!a", "(!_ (!_ a))"},
	{"-a", "(-_ a)"},
	{"- 5", "-5"},
	{"--5", "(-_ -5)"},
	{"-(5)", "(-_ 5)"},
	{"-5.abs()", "(abs on -5)"},
	{"a-1", "(_-_ a 1)"},
	{"-9223372036854775808", "-9223372036854775808"},
	{"-1u", "(-_ 1u)"},
	{"a.b.c", "(.c (.b a))"},
	{"a . b\n// c\n.d", "(.d (.b a))"},
	{".a.b", "(.b .a)"},
	{". a", ".a"},
	{"a.`b-c/d. e`", "(.b-c/d. e a)"},
	{"a.if.for", "(.for (.if a))"},
	{"a.package()", "(package on a)"},
	{"a.?b", "(.?b a)"},
	{"a[b][?c]", "(_[?_] (_[_] a b) c)"},
	{"f()", "(f)"},
	{".f(a, 1)", "(.f a 1)"},
	{"a.b(c)(d)", "!1:7: expected an operator or the end, found '('\n"
		      "  a.b(c)(d)\n        ^\n"},
	{"[]", "([])"},
	{"[,]", "([])"},
	{"[a, ?b, c,]", "([] a ?b c)"},
	{"{}", "({})"},
	{"{,}", "({})"},
	{"{a: b, ?'c': d,}", "({} a:b ?\"c\":d)"},
	{"{a ? b : c : d}", "({} (_?_:_ a b c):d)"},
	{"A{}", "(A{})"},
	{"a.b.C{x: 1, ?`y-z`: 2,}", "(a.b.C{} x:1 ?y-z:2)"},
	{".a . b{x: 1}", "(.a.b{} x:1)"},
	{"has(a.b)", "(has.b a)"},
	{"has(a.?b.c)", "(has.c (.?b a))"},
	{"a.has(b.c)", "(has on a (.c b))"},
	{"a.all(x, x)", "(fold0 x, a x)"},
	{"a.all(i, x, x)", "(fold0 i,x a x)"},
	{"a.exists(x, x)", "(fold1 x, a x)"},
	{"a.exists_one(x, x)", "(fold2 x, a x)"},
	{"a.existsOne(i, x, x)", "(fold2 i,x a x)"},
	{"a.filter(x, x)", "(fold3 x, a x)"},
	{"a.map(x, x)", "(fold4 x, a x)"},
	{"a.map(x, y, z)", "(fold4 x, a if y z)"},
	{"a.map(x)", "(map on a x)"},
	{"all(x, x)", "(all x x)"},
	{"a.transformList(k, v, e)", "(fold4 k,v a e)"},
	{"a.transformList(k, v, c, e)", "(fold4 k,v a if c e)"},
	{"a.transformMap(k, v, e)", "(fold5 k,v a e)"},
	{"a.transformMapEntry(k, v, c, {k: v})", "(fold6 k,v a if c ({} k:v))"},
	{"a.sortBy(x, x.y)", "(fold7 x, a (.y x))"},
	{"a.optMap(x, x)", "(optmap x a x)"},
	{"a.optFlatMap(x, x)", "(optflat x a x)"},
	{"cel.bind(x, a, x)", "(bind x a x)"},
	{"kel.bind(x, a, x)", "(bind on kel x a x)"},
	{"cel.block([a, cel.index(0)], cel.index(1))", "(block a @index0 in @index1)"},
	{"a.all(cel.iterVar(0, 1), cel.iterVar(0, 1))", "(fold0 @it:0:1, a @it:0:1)"},
	{"math.greatest(a, b)", "(greatest on math a b)"},
	{"math.least(a, b, c)", "(least on math ([] a b c))"},
	{"true && false || null == x", "(_||_ (_&&_ true false) (_==_ null x))"},
	{"0x1F + 0xfu", "(_+_ 31 15u)"},
	{"1.5e3 + .5 + 2e-1", "(_+_ (_+_ 1500.0 0.5) 0.2)"},
	{"'a' + \"b\" + r'\\c' + b'd'", "(_+_ (_+_ (_+_ \"a\" \"b\") \"\\\\c\") b\"d\")"},
};

static const struct row problems[] = {
	{"", "!1:1: expected an expression, found the end\n  \n  ^\n"},
	{"a +", "!1:4: expected an expression, found the end\n  a +\n     ^\n"},
	{"a + * b", "!1:5: expected an expression, found '*'\n  a + * b\n      ^\n"},
	{"(a", "!1:3: expected ')' or an operator, found the end\n  (a\n    ^\n"
	       "  the bracket was opened on line 1, column 1\n"},
	{"f(a, [b, c)", "!1:11: expected ',' or ']' to end the list, found ')'\n"
			"  f(a, [b, c)\n            ^\n"},
	{"f(a b, c", "!1:5: expected ',' or ')' to end the arguments of f, found the name \"b\"\n"
		     "  f(a b, c\n      ^\n"
		     "1:9: expected ',' or ')' to end the arguments of f, found the end\n"
		     "  f(a b, c\n          ^\n"
		     "  the bracket was opened on line 1, column 2\n"},
	{"[1, 2 3, 4 5]", "!1:7: expected ',' or ']' to end the list, found the number 3\n"
			  "  [1, 2 3, 4 5]\n        ^\n"
			  "1:12: expected ',' or ']' to end the list, found the number 5\n"
			  "  [1, 2 3, 4 5]\n             ^\n"},
	{"f(a,)", "!1:5: expected an expression, found ')'\n  f(a,)\n      ^\n"},
	{"{a}", "!1:3: expected ':' and a value behind the key, found '}'\n  {a}\n    ^\n"},
	{"A{1: 2}", "!1:3: expected the name of a field, found the number 1\n  A{1: 2}\n    ^\n"},
	{"a[1", "!1:4: expected ']' to end the index, found the end\n  a[1\n     ^\n"},
	{"a ? b", "!1:6: expected ':' and what the condition gives otherwise, found the end\n"
		  "  a ? b\n       ^\n"},
	{"a ? b ? c : d : e",
	 "!1:7: expected ':', found '?'\n  a ? b ? c : d : e\n        ^\n"
	 "  a condition inside of a condition needs brackets: a ? (b ? c : d) : e\n"},
	{"a)", "!1:2: expected an operator or the end, found ')'\n  a)\n   ^\n"},
	{"a b + )", "!1:3: expected an operator or the end, found the name \"b\"\n"
		    "  a b + )\n    ^\n"
		    "1:7: expected an expression, found ')'\n  a b + )\n        ^\n"},
	{"a and b", "!1:3: expected an operator or the end, found the name \"and\"\n"
		    "  a and b\n    ^~~\n  \"and\" is written &&\n"},
	{"a = 1", "!1:3: there is no operator '=', write '=='\n  a = 1\n    ^\n"},
	{"a.in", "!1:3: expected the name of a field or method behind '.', found 'in'\n"
		 "  a.in\n    ^~\n"
		 "  a field that is called like a word of the language is written in back quotes: "
		 ".`in`\n"},
	{"a.b.", "!1:5: expected the name of a field or method behind '.', found the end\n"
		 "  a.b.\n      ^\n"},
	{"for + if()", "!1:1: \"for\" is a reserved word and cannot be a name\n"
		       "  for + if()\n  ^~~\n"
		       "1:7: \"if\" is a reserved word and cannot be a name\n"
		       "  for + if()\n        ^~\n"},
	{"has(a)", "!1:5: has() asks for a field: has(a.b)\n  has(a)\n      ^\n"
		   "  whether a map has a key is asked with: key in map\n"},
	{"has(a.?b)", "!1:5: has() asks for a field: has(a.b)\n  has(a.?b)\n      ^~~~\n"
		      "  whether a map has a key is asked with: key in map\n"},
	{"a.all(x.y, x)", "!1:7: a variable of all() must be a simple name\n"
			  "  a.all(x.y, x)\n        ^~~\n  list.all(x, condition)\n"},
	{"a.all(.x, x)", "!1:7: a variable of all() must be a simple name\n"
			 "  a.all(.x, x)\n        ^~\n  list.all(x, condition)\n"},
	{"a.exists(x, x, y)", "!1:13: both variables of exists() are called \"x\"\n"
			      "  a.exists(x, x, y)\n              ^\n"},
	{"cel.block(a, b)", "!1:11: the slots of cel.block() must be a plain list\n"
			    "  cel.block(a, b)\n            ^\n"},
	{"cel.index(a)", "!1:11: cel.index() counts with plain numbers from 0\n"
			 "  cel.index(a)\n            ^\n"},
	{"a\n  + '\xc3\xa9' +\n", "!3:1: expected an expression, found the end\n  \n  ^\n"},
	{"'\xc3\xa9' + \t)",
	 "!1:8: expected an expression, found ')'\n  '\xc3\xa9' +  )\n         ^\n"},
	{"a\xff", "!1:2: the source is not UTF-8 here\n  a\xff\n   ^\n"},
};

TEST(source_becomes_the_tree_of_the_grammar)
{
	check_rows(trees, ARRAY_LEN(trees));
}

TEST(problems_name_the_place_and_what_was_expected)
{
	check_rows(problems, ARRAY_LEN(problems));
}

TEST(printed_trees_read_back_as_the_same_tree)
{
	static const char *const more[] = {
		"(a ? b : c) ? (d ? e : f) : g",
		"a < (b < c)",
		"(a + b) + c",
		"a + (b + c)",
		"(-5).x - -5.0 - -(5.x)",
		"-(5.x) + -(0.5[a])",
		"!(a == b)",
		"(!a).b",
		"(a + b).c[d ? e : f]",
		"[a ? b : c, ?d]",
		"a.`in` + a.`b.c`",
		"'\\u00e9\\n\\x01\"' + b'\\xff\\000a'",
		"-a.b",
		"-(-a)",
		"(a || b) && c",
		"a.all(x, x ? y : z) ? [1].map(x, x) : {}",
	};

	for (size_t i = 0; i < ARRAY_LEN(trees) + ARRAY_LEN(more); i++) {
		const char *in = i < ARRAY_LEN(trees) ? trees[i].in : more[i - ARRAY_LEN(trees)];
		CLEANUP(strbuf_done) struct strbuf one = STRBUF_INIT(ARENA);
		CLEANUP(strbuf_done) struct strbuf two = STRBUF_INIT(ARENA);
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(ARENA);
		struct expr_problems list = {0};
		struct ast *tree;
		struct arena a;

		arena_init(&a, ARENA);
		if (expr_parse(str_of(in), &a, &tree, &list, NULL) == 0) {
			expr_unparse(tree, &text);
			parse_to(str_of(in), &one);
			parse_to(strbuf_str(&text), &two);
			if (!str_eq(strbuf_str(&one), strbuf_str(&two)))
				fail_msg("%s is printed %s", in, strbuf_cstr(&text));
		}
		arena_done(&a);
	}
}

static void repeat(struct strbuf *sb, const char *what, size_t n)
{
	while (n-- > 0)
		strbuf_adds(sb, what);
}

/* The code that the parse of head, n times middle, tail ends with. */
static int parse_repeated(const char *head, const char *middle, size_t n, const char *tail,
			  struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);
	struct expr_problems list = {0};
	struct ast *tree;
	struct arena a;
	int r;

	strbuf_adds(&sb, head);
	repeat(&sb, middle, n);
	strbuf_adds(&sb, tail);
	arena_init(&a, ARENA);
	r = expr_parse(strbuf_str(&sb), &a, &tree, &list, err);
	if (r == 0)
		assert_true(tree->height <= LIMIT_EXPR_DEPTH);
	arena_done(&a);
	return r;
}

TEST(depth_is_limited_however_it_is_made)
{
	static const char *const heads[] = {"(",    "[",	 "!",	  "-",
					    "{1:",  "a ? b : ",	 "f(",	  "a[",
					    "A{b:", "a.all(x, ", "1 + (", "a && (b || "};
	static const struct row chains[] = {
		{"a", " + a"}, {"a", ".b"}, {"a", "[0]"}, {"a", ".f()"}, {"a", " < a"},
	};

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		struct err err = {0};

		assert_int_equal(parse_repeated("", heads[i], 60000 / strlen(heads[i]), "", &err),
				 -ERR_LIMIT);
		assert_has(err.msg, "200 levels of nesting (limit expr_depth)");
	}
	for (size_t i = 0; i < ARRAY_LEN(chains); i++) {
		struct err err = {0};

		assert_int_equal(parse_repeated(chains[i].in, chains[i].want, 150, "", &err), 0);
		assert_int_equal(parse_repeated(chains[i].in, chains[i].want, 5000, "", &err),
				 -ERR_LIMIT);
		assert_has(err.msg, "expr_depth");
	}
}

TEST(long_chains_of_and_are_not_deep)
{
	assert_int_equal(parse_repeated("a", " && a", 20000, "", NULL), 0);
	assert_int_equal(parse_repeated("a", " || a && b", 10000, "", NULL), 0);
	assert_int_equal(parse_repeated("[0", ", 1", 20000, "]", NULL), 0);
}

TEST(size_and_number_of_parts_are_limited)
{
	struct err err = {0};

	assert_int_equal(parse_repeated("a", " ", LIMIT_EXPR_BYTES, "", &err), -ERR_LIMIT);
	assert_has(err.msg, "limit expr_bytes");
	assert_int_equal(parse_repeated("[0", ",1", 100000, "]", &err), -ERR_LIMIT);
	assert_has(err.msg, "limit expr_nodes");
}

TEST(problems_behind_the_limit_are_counted)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ARENA);
	struct expr_problems list = {0};
	struct err err = {0};
	struct ast *tree;
	struct arena a;

	arena_init(&a, ARENA);
	repeat(&sb, "# ", 5000);
	assert_int_equal(expr_parse(strbuf_str(&sb), &a, &tree, &list, &err), -ERR_FORMAT);
	assert_int_equal(list.n, EXPR_PROBLEMS_MAX);
	assert_true(list.more > 0);
	assert_string_equal(err.msg, "line 1, column 1: unexpected \"#\"");
	arena_done(&a);
}

TEST(no_memory_is_told)
{
	static const char source[] = "a.b(1, 'x\\n')[2] ? {'k': [?x]} : A{f: cel.bind(y, -1.5, "
				     "[y].map(z, z))} && b && c";
	int r = -ERR_NOMEM;

	for (size_t n = 1; r == -ERR_NOMEM; n++) {
		struct expr_problems list = {0};
		struct err err = {0};
		struct ast *tree;
		struct arena a;

		arena_init(&a, ARENA);
		arena_fail_after(&a, n);
		r = expr_parse(STR(source), &a, &tree, &list, &err);
		assert_true(r == 0 || r == -ERR_NOMEM);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(source_becomes_the_tree_of_the_grammar),
		RUN(problems_name_the_place_and_what_was_expected),
		RUN(printed_trees_read_back_as_the_same_tree),
		RUN(depth_is_limited_however_it_is_made),
		RUN(long_chains_of_and_are_not_deep),
		RUN(size_and_number_of_parts_are_limited),
		RUN(problems_behind_the_limit_are_counted),
		RUN(no_memory_is_told),
	};

	return RUN_ALL(tests);
}
