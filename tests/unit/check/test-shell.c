/* SPDX-License-Identifier: Apache-2.0 */
#include "check/shell.h"

#include "base/limits.h"
#include "unit/check/shell_dump.h"
#include "unit/test.h"

struct row {
	const char *text, *tree;
};

static const struct shell *parse(const char *text, struct arena *a)
{
	struct shell_input in = {.text = str_of(text)};
	const struct shell *script = NULL;
	struct err err = {0};

	if (shell_parse(&in, a, &script, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return script;
}

static void assert_trees(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100000);
		const struct shell *script;
		struct arena a;

		arena_init(&a, 1 << 20);
		script = parse(rows[i].text, &a);
		dump_list(&out, script->body);
		if (!str_is(strbuf_str(&out), rows[i].tree) || script->problems)
			fail_msg("%s\n got  %s\n want %s\n %.*s", rows[i].text, strbuf_cstr(&out),
				 rows[i].tree,
				 STR_FMT(script->problems ? script->problems->message : STR("")));
		arena_done(&a);
	}
}

TEST(lists_pipelines_and_separators)
{
	static const struct row rows[] = {
		{"", ""},
		{"  # only this", ""},
		{"a", "[a]"},
		{"a b  c", "[a b c]"},
		{"a;b", "[a]; [b]"},
		{"a & b", "[a]& [b]"},
		{"a\nb\n\n# c\nd", "[a]. [b]. [d]"},
		{"a\r\nb\r\n", "[a]. [b]."},
		{"a && b || c", "[a] && [b] || [c]"},
		{"a &&\n\n b", "[a] && [b]"},
		{"a && # why\n b", "[a] && [b]"},
		{"a | b |& c", "[a] | [b] |& [c]"},
		{"a |\n b", "[a] | [b]"},
		{"! a | b", "! [a] | [b]"},
		{"time a", "time [a]"},
		{"time -p a && b", "time [a] && [b]"},
		{"time -f %e a", "[time -f %e a]"},
		{"a \\\n  b \\\n&& c", "[a b] && [c]"},
		{"ab\\\ncd e\\\r\nf", "[abcd ef]"},
		{"echo a#b # c", "[echo a#b]"},
		{"echo if then fi done }", "[echo if then fi done }]"},
		{"a;", "[a];"},
	};

	assert_trees(rows, ARRAY_LEN(rows));
}

TEST(words_and_quotes)
{
	static const struct row rows[] = {
		{"'a b'\"c d\"e\\ f", "['a b'\"c d\"e\\ f]"},
		{"\"\" ''", "[\"\" '']"},
		{"\"a\\\"b\\n\\$\"", "[\"a\"\"\"\"\"b\"\"\\n\"\"$\"]"},
		{"'a\\'b", "['a\\'b]"},
		{"$'a\\tb\\x41\\101\\u00e9\\''", "[$'a\tbAA\xc3\xa9'']"},
		{"$\"a $b\"", "[\"a \"${b}]"},
		{"echo a=b c+=d", "[echo a=b c+=d]"},
		{"a$", "[a$]"},
		{"\"$\" '$x'", "[\"$\" '$x']"},
		{"echo \\", "[echo \\]"},
		{"echo {a,b}{1..3} *.c ~x", "[echo {a,b}{1..3} *.c ~x]"},
		{"ls @(a|b) x!(c)", "[ls @(a|b) x!(c)]"},
		{"\"a\\\nb\"", "[\"a\"\"b\"]"},
	};

	assert_trees(rows, ARRAY_LEN(rows));
}

TEST(expansions)
{
	static const struct row rows[] = {
		{"$a${b}c$1$10$@$#$?$$$!$-$*", "[${a}${b}c${1}${1}0${@}${#}${?}${$}${!}${-}${*}]"},
		{"${a:-b c}", "[${a:-b c}]"},
		{"${a:=$b}${a+x}${a?}", "[${a:=${b}}${a+x}${a?}]"},
		{"${a##*/} ${a%.c} ${a//x/y} ${a/#x} ${a:1:2}",
		 "[${a##*/} ${a%.c} ${a//x/y} ${a/#x} ${a:1:2}]"},
		{"${#a} ${#} ${!a} ${a[@]} ${#a[@]} ${a[$i]}",
		 "[${alength} ${#} ${a!} ${a@} ${alength@} ${a${i}}]"},
		{"\"${a:-it's}\" ${a:-'}'}", "[${a:-\"it's\"} ${a:-'}'}]"},
		{"\"${a:-\"b\"}\"", "[${a:-\"b\"}]"},
		{"\"${a:-\\}b}\"", "[${a:-\"}\"\"b\"}]"},
		{"${a^^} ${a,} ${a@Q}", "[${a^^} ${a,} ${a@Q}]"},
		{"$(a b | c)", "[$([a b] | [c])]"},
		{"\"x $(a \"b\" 'c)')\" d", "[\"x \"$([a \"b\" 'c)']) d]"},
		{"`a \\`b\\` \\$c`", "[$([a $([b]) ${c}])]"},
		{"\"`a \\\"b\\\"`\"", "[$([a \"b\"])]"},
		{"$((1 + (2 * $x)))", "[$((1 + (2 * ${x})))]"},
		{"$((a) | b)", "[$(sub{[a]} | [b])]"},
		{"$(( $(n) + 1 ))", "[$(( $([n]) + 1 ))]"},
		{"diff <(a) <(b | c)", "[diff <([a]) <([b] | [c])]"},
		{"tee >(a)", "[tee <([a])]"},
		{"$(a # b\n)", "[$([a].)]"},
		{"$(case x in a) b ;; esac)", "[$(case x{a) [b]})]"},
	};

	assert_trees(rows, ARRAY_LEN(rows));
}

TEST(redirections_and_here_documents)
{
	static const struct row rows[] = {
		{"a >b 2>&1 <c", "[a] >b 2>&1 <c"},
		{"a &>b", "[a] &>b"},
		{">b", "[] >b"},
		{"a >>b c >|d", "[a c] >>b >|d"},
		{"a {x}>b 3<>c", "[a] {x}>b 3<>c"},
		{"a <<<\"b $c\"", "[a] <<<\"b \"${c}"},
		{"a 2 >b", "[a 2] >b"},
		{"a 22>b", "[a] 22>b"},
		{"( a ) >b", "sub{[a]} >b"},
		{"a < <(b)", "[a] <<([b])"},
		{"cat <<E\nx $y\nE\nb", "[cat] <<E{\"x \"${y}\"\n\"}. [b]"},
		{"cat <<'E'\nx $y\nE\nb", "[cat] <<'E'{'x $y\n'}. [b]"},
		{"cat <<-E | b\n\tx\n\t E\n\tE\nc", "[cat] <<-E{\"x\n E\n\"} | [b]. [c]"},
		{"cat <<A <<B\na\nA\nb\nB\n", "[cat] <<A{\"a\n\"} <<B{\"b\n\"}."},
		{"cat <<E && b\nE\n", "[cat] <<E{} && [b]."},
		{"cat <<E\na \"b\" `c`\nE", "[cat] <<E{\"a \"b\" \"$([c])\"\n\"}."},
		{"x=$(cat <<E\na\nE\n) b", "[x=$([cat] <<E{\"a\n\"}.) b]"},
		{"if a; then cat <<E\nx\nE\nfi", "if{[a];}{[cat] <<E{\"x\n\"}.}"},
		{"cat <<E\r\na\r\nE\r\nb", "[cat] <<E{\"a\r\n\"}. [b]"},
	};

	assert_trees(rows, ARRAY_LEN(rows));
}

TEST(assignments)
{
	static const struct row rows[] = {
		{"a=1", "[a=1]"},
		{"a= b", "[a= b]"},
		{"a=$b c+='d' e f=g", "[a=${b} c+='d' e f=g]"},
		{"a=(x 'y z' # c\n w)", "[a=(x 'y z' w)]"},
		{"a[1]=x a[$i]+=y", "[a=x a+=y]"},
		{"a=([k]=v) b", "[a=([k]=v) b]"},
		{"declare -a x=(1 2)", "[x=(1 2) declare -a]"},
		{"export a=b", "[export a=b]"},
		{"1a=b", "[1a=b]"},
		{"a\\=b", "[a\\=b]"},
		{"a=~/x", "[a=~/x]"},
	};

	assert_trees(rows, ARRAY_LEN(rows));
}

TEST(compounds)
{
	static const struct row rows[] = {
		{"(a; b)", "sub{[a]; [b]}"},
		{"{ a; b; }", "group{[a]; [b];}"},
		{"{ a; } && b", "group{[a];} && [b]"},
		{"if a; then b; elif c; then d; else e; fi", "if{[a];}{[b];}{[c];}{[d];}{[e];}"},
		{"while a\ndo b\ndone <c", "while{[a].}{[b].} <c"},
		{"until a; do b; done", "until{[a];}{[b];}"},
		{"for x in a \"$b\"; do c; done", "for x a ${b}{[c];}"},
		{"for x; do c; done", "for x{[c];}"},
		{"for x\nin a\ndo c\ndone", "for x a{[c].}"},
		{"for ((i=0; i<3; i++)); do a; done", "for i=0; i<3; i++{[a];}"},
		{"for x in a; { b; }", "for x a{[b];}"},
		{"select x in a; do b; done", "select x a{[b];}"},
		{"case $x in a|b) c ;; (d) e ;& *) f; esac",
		 "case ${x}{a|b) [c]}{d) [e]}{*) [f];}"},
		{"case x in\n# c\na)\n;;\nesac", "case x{a) }"},
		{"case x in a) b;;& c) d;; esac", "case x{a) [b]}{c) [d]}"},
		{"[[ -f $a && ! ( b < c ) || $d =~ ^(x y)+$ ]]",
		 "test -f ${a} && ! ( b < c ) || ${d} =~ ^(x y)+$"},
		{"((a = $b + 1)) && c", "arith a = ${b} + 1 && [c]"},
		{"((a); b)", "sub{sub{[a]}; [b]}"},
		{"f() { a; }", "function f{group{[a];}}"},
		{"f ()\n(a)", "function f{sub{[a]}}"},
		{"function f { a; }; f", "function f{group{[a];}}; [f]"},
		{"function f() { a; } >b", "function f{group{[a];} >b}"},
		{"coproc a b", "coproc{[a b]}"},
		{"if ! a | b; then c; fi", "if{! [a] | [b];}{[c];}"},
		{"if (a) then (b) fi", "if{sub{[a]}}{sub{[b]}}"},
	};

	assert_trees(rows, ARRAY_LEN(rows));
}

TEST(what_is_no_shell_is_told_with_its_place_and_the_rest_is_read)
{
	static const struct {
		const char *text, *tree;
		size_t at;
		const char *message;
	} rows[] = {
		{"a 'b", "[a 'b']", 2, "the quote ' is not closed"},
		{"a \"b $(c)", "", 2, "the quote \" is not closed"},
		{"a $'b", "", 2, "the quote $' is not closed"},
		{"a `b", "[a $([b])]", 2, "the quote ` is not closed"},
		{"a $(b; c", "[a $([b]; [c])]", 2, "$( is not closed"},
		{"a ${b", "[a ${b}]", 2, "${ is not closed"},
		{"a ${b c} d", "[a ${b c} d]", 4, "what is in ${ } is no expansion"},
		{"(a; b", "sub{[a]; [b]}", 0, "( is not closed"},
		{"a )b", "[a] [b]", 2, "no command stands in front of )"},
		{"a ;; b", "[a] [b]", 2, "no command stands in front of ;;"},
		{"; a", "[a]", 0, "no command stands in front of ;"},
		{"&& a", "[a]", 0, "no command stands in front of &&"},
		{"a &&", "[a]", 2, "nothing stands behind &&"},
		{"a || ; b", "[a]; [b]", 2, "nothing stands behind ||"},
		{"a | ", "[a]", 2, "nothing stands behind |"},
		{"a >", "[a] >", 2, "nothing stands behind >"},
		{"fi; a", "[a]", 0, "fi closes nothing"},
		{"if a; then b", "if{[a];}{[b]}", 0, "if without fi"},
		{"if a; b; fi; c", "if{[a]; [b];}{}; [c]", 0, "if without then"},
		{"while a; do b", "while{[a];}{[b]}", 0, "while without done"},
		{"(while a; do b; ) c", "", 1, "while without done"},
		{"for do a; done", "", 0, "for without do"},
		{"case x in a) b", "case x{a) [b]}", 0, "case without esac"},
		{"case x in a b) c;; esac", "", 10, "no ) stands behind a pattern of case"},
		{"{ a", "group{[a]}", 0, "{ without }"},
		{"[[ a; b", "test a; [b]", 0, "[[ without ]]"},
		{"f()", "", 0, "the function f has no body"},
		{"a <<E\nb\n", "[a] <<E{\"b\n\"}.", 2, "no line E ends the here-document"},
		{"a <<E", "[a] <<E{}", 2, "no line E ends the here-document"},
		{"a=(b", "[a=(b)]", 2, "the list of an array is not closed"},
		{"{ a; } b", "group{[a];} [b]", 7, "no ; stands between two commands"},
		{"a (b)", "[a] sub{[b]}", 2, "no ; stands between two commands"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100000);
		const struct shell_problem *first;
		const struct shell *script;
		struct arena a;

		arena_init(&a, 1 << 20);
		script = parse(rows[i].text, &a);
		first = script->problems;
		dump_list(&out, script->body);
		if (!first || first->span.at != rows[i].at ||
		    !str_is(first->message, rows[i].message))
			fail_msg("%s: \"%.*s\" at %zu", rows[i].text,
				 STR_FMT(first ? first->message : STR("none")),
				 first ? first->span.at : 0);
		if (rows[i].tree[0] && !str_is(strbuf_str(&out), rows[i].tree))
			fail_msg("%s: %s", rows[i].text, strbuf_cstr(&out));
		arena_done(&a);
	}
}

/* --- places --- */

static const struct shell_command *first_command(const struct shell_list *list)
{
	return list->first->pipelines->commands;
}

TEST(a_word_knows_its_range_its_flags_and_its_text)
{
	static const struct {
		const char *text, *value;
		size_t at, end;
		unsigned flags;
	} rows[] = {
		{" ab ", "ab", 1, 3, SHELL_WORD_LITERAL | SHELL_WORD_BARE},
		{"'a b'c", "a bc", 0, 6, SHELL_WORD_LITERAL | SHELL_WORD_QUOTED},
		{"a\\\nb", "ab", 0, 4, SHELL_WORD_LITERAL | SHELL_WORD_BARE},
		{"a\\\n b", "a", 0, 1, SHELL_WORD_LITERAL | SHELL_WORD_BARE},
		{"\"a$b\"'c'", "a$bc", 0, 8, SHELL_WORD_QUOTED},
		{"a=$(x)", "", 0, 0, 0},
		{"x$(a b)", "x$(a b)", 0, 7, SHELL_WORD_BARE},
		{"*.c", "*.c", 0, 3, SHELL_WORD_LITERAL | SHELL_WORD_BARE | SHELL_WORD_GLOB},
		{"'*'", "*", 0, 3, SHELL_WORD_LITERAL | SHELL_WORD_QUOTED},
		{"{a,b}", "{a,b}", 0, 5, SHELL_WORD_LITERAL | SHELL_WORD_BARE | SHELL_WORD_BRACES},
		{"~/a", "~/a", 0, 3, SHELL_WORD_LITERAL | SHELL_WORD_BARE | SHELL_WORD_TILDE},
		{"\"\"", "", 0, 2, SHELL_WORD_LITERAL | SHELL_WORD_QUOTED},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct shell_word *w;
		struct arena a;

		arena_init(&a, 1 << 20);
		w = first_command(parse(rows[i].text, &a)->body)->words;
		assert_int_equal(!w, rows[i].end == 0);
		if (w) {
			assert_str(w->text, rows[i].value);
			assert_int_equal(w->span.at, rows[i].at);
			assert_int_equal(w->span.end, rows[i].end);
			assert_int_equal(w->flags, rows[i].flags);
		}
		arena_done(&a);
	}
}

TEST(places_inside_backquotes_and_dedented_documents_are_those_of_the_script)
{
	static const char text[] = "a `b \\`cd\\` \\$x`; f <<-E\n\t\t$(gh)\n\tE\n";
	const struct shell_command *a_command, *b_command, *cd_command;
	const struct shell_word *x, *document;
	const struct shell_list *inside;
	struct arena a;

	arena_init(&a, 1 << 20);
	inside = parse(text, &a)->body;
	a_command = first_command(inside);
	b_command = first_command(a_command->words->next->parts->body);
	x = b_command->words->next->next;
	cd_command = first_command(b_command->words->next->parts->body);
	assert_true(strncmp(text + cd_command->words->span.at, "cd", 2) == 0);
	assert_true(strncmp(text + x->span.at, "$x", 2) == 0);
	assert_int_equal(x->span.end - x->span.at, 2);
	document = first_command((const struct shell_list *)&(struct shell_list){
					 .first = inside->first->next})
			   ->redirects->heredoc;
	assert_str(document->text, "$(gh)\n");
	assert_true(strncmp(text + document->parts->span.at, "$(gh)", 5) == 0);
	assert_true(strncmp(text + first_command(document->parts->body)->span.at, "gh", 2) == 0);
	arena_done(&a);
}

TEST(pipelines_and_lists_end_where_their_last_word_does)
{
	static const char text[] = "a | b  && c 2>d  # e\nf";
	const struct shell_and_or *first;
	struct arena a;

	arena_init(&a, 1 << 20);
	first = parse(text, &a)->body->first;
	assert_int_equal(first->span.at, 0);
	assert_int_equal(first->span.end, 15);
	assert_int_equal(first->pipelines->span.end, 5);
	assert_int_equal(first->pipelines->next->span.at, 10);
	assert_int_equal(first->pipelines->next->span.end, 15);
	assert_int_equal(first->next->span.at, 21);
	arena_done(&a);
}

TEST(a_map_leads_to_the_original)
{
	/* "RUN a \\\n  b" with the continuation joined: "a   b" */
	static const struct text_piece pieces[] = {{0, 4}, {2, 8}};
	struct text_map map = {.pieces = (struct text_piece *)(uintptr_t)pieces, .n = 2};
	struct shell_input in = {.text = STR("a   'b"), .map = &map};
	const struct shell *script = NULL;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(shell_parse(&in, &a, &script, NULL), 0);
	assert_int_equal(script->body->span.at, 4);
	assert_int_equal(first_command(script->body)->words->next->span.at, 10);
	assert_int_equal(script->problems->span.at, 10);
	arena_done(&a);
}

TEST(the_first_line_may_name_its_program)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_str(parse("#!/bin/bash -e\na", &a)->shebang, "/bin/bash -e");
	assert_str(parse("#! /usr/bin/env python3\r\n", &a)->shebang, "/usr/bin/env python3");
	assert_str(parse("# !/bin/sh\n", &a)->shebang, "");
	arena_done(&a);
}

TEST(shells_are_known_by_name)
{
	enum shell_dialect d;

	assert_true(shell_dialect_find(STR("/usr/bin/bash"), &d) && d == SHELL_BASH);
	assert_true(shell_dialect_find(STR("ash"), &d) && d == SHELL_DASH);
	assert_true(shell_dialect_find(STR("/bin/sh"), &d) && d == SHELL_SH);
	assert_false(shell_dialect_find(STR("pwsh"), &d));
	assert_false(shell_dialect_find(STR("/bin/"), &d));
}

/* --- hostile input --- */

static int parse_bytes(struct str text, size_t *ret_problems, struct err *err)
{
	struct shell_input in = {.text = text};
	const struct shell *script = NULL;
	struct arena a;
	int r;

	arena_init(&a, (size_t)1 << 30);
	r = shell_parse(&in, &a, &script, err);
	if (r == 0 && ret_problems)
		*ret_problems = script->n_problems + script->more_problems;
	arena_done(&a);
	return r;
}

/* Many times the same, then something else. */
static struct str repeat(struct strbuf *sb, const char *piece, size_t n, const char *end)
{
	for (size_t i = 0; i < n; i++)
		strbuf_adds(sb, piece);
	strbuf_adds(sb, end);
	return strbuf_str(sb);
}

TEST(nesting_has_a_limit_that_is_named)
{
	static const char *const pieces[] = {
		"(",	"$(",	   "{ ", "${a:-",  "\"$(",	    "((",      "$((", "if ",
		"f() ", "coproc ", "<(", "while ", "case x in y) ", "a <<E$(", "! ("};

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
		struct err err = {0};

		assert_int_equal(parse_bytes(repeat(&sb, pieces[i], 10000, "a"), NULL, &err),
				 -ERR_LIMIT);
		assert_has(err.msg, "nested deeper than shell_depth (100)");
	}
}

TEST(what_repeats_without_nesting_has_no_depth)
{
	static const char *const pieces[] = {"a=",     "a && ", "a | ",	 "! ",	"time ",
					     "a <<E ", "\\\n",	"`a ",	 "'a ", ") ",
					     ";; ",    "fi ",	"elif ", "[[ ", "]] "};

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
		struct err err = {0};

		if (parse_bytes(repeat(&sb, pieces[i], 10000, "a"), NULL, &err) < 0)
			fail_msg("%s: %s", pieces[i], err.msg);
	}
}

TEST(a_long_chain_of_elif_is_no_depth)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	size_t problems = 1;

	strbuf_adds(&sb, "if a; then b; ");
	repeat(&sb, "elif a; then b; ", 5000, "fi");
	assert_int_equal(parse_bytes(strbuf_str(&sb), &problems, NULL), 0);
	assert_int_equal(problems, 0);
}

TEST(too_many_nodes_and_too_many_bytes_are_named)
{
	CLEANUP(strbuf_done) struct strbuf many = STRBUF_INIT(20 << 20);
	CLEANUP(strbuf_done) struct strbuf large = STRBUF_INIT(20 << 20);
	struct err err = {0};

	assert_int_equal(parse_bytes(repeat(&many, "a;", 1 << 20, ""), NULL, &err), -ERR_LIMIT);
	assert_has(err.msg, "more than shell_nodes (1000000)");
	assert_int_equal(parse_bytes(repeat(&large, "0123456789abcdef", 1 << 20, "a"), NULL, &err),
			 -ERR_LIMIT);
	assert_has(err.msg, "more than shell_bytes (16777216)");
}

TEST(problems_are_counted_behind_the_first_hundred)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	size_t problems = 0;

	assert_int_equal(parse_bytes(repeat(&sb, ";", 1000, ""), &problems, NULL), 0);
	assert_int_equal(problems, 500);
}

TEST(a_nul_byte_is_told_and_read_over)
{
	struct shell_input in = {.text = STR("a b\0c; d")};
	const struct shell *script = NULL;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(shell_parse(&in, &a, &script, NULL), 0);
	assert_str(script->problems->message, "a NUL byte");
	assert_int_equal(script->problems->span.at, 3);
	assert_non_null(script->body->first->next);
	arena_done(&a);
}

TEST(without_memory_it_says_so)
{
	static const char text[] =
		"a 'b' \"$(c `d \\`e\\``)\" ${f:-g} >h <<-E; if i; then j; fi\n\tx$y\nE\n"
		"k=(l); $'m\\n' f() { n; }; ((1)); case o in p) q;; esac";
	struct shell_input in = {.text = str_of(text)};

	for (size_t n = 1;; n++) {
		const struct shell *script = NULL;
		struct err err = {0};
		struct arena a;
		int r;

		arena_init(&a, 1 << 20);
		arena_fail_after(&a, n);
		r = shell_parse(&in, &a, &script, &err);
		arena_done(&a);
		if (r == 0) {
			assert_true(n > 50);
			break;
		}
		assert_int_equal(r, -ERR_NOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lists_pipelines_and_separators),
		RUN(words_and_quotes),
		RUN(expansions),
		RUN(redirections_and_here_documents),
		RUN(assignments),
		RUN(compounds),
		RUN(what_is_no_shell_is_told_with_its_place_and_the_rest_is_read),
		RUN(a_word_knows_its_range_its_flags_and_its_text),
		RUN(places_inside_backquotes_and_dedented_documents_are_those_of_the_script),
		RUN(pipelines_and_lists_end_where_their_last_word_does),
		RUN(a_map_leads_to_the_original),
		RUN(the_first_line_may_name_its_program),
		RUN(shells_are_known_by_name),
		RUN(nesting_has_a_limit_that_is_named),
		RUN(what_repeats_without_nesting_has_no_depth),
		RUN(a_long_chain_of_elif_is_no_depth),
		RUN(too_many_nodes_and_too_many_bytes_are_named),
		RUN(problems_are_counted_behind_the_first_hundred),
		RUN(a_nul_byte_is_told_and_read_over),
		RUN(without_memory_it_says_so),
	};

	return RUN_ALL(tests);
}
