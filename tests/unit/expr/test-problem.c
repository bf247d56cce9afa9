/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "expr/problem.h"

#define BYTES 65536

TEST(places_are_lines_and_code_points)
{
	static const struct {
		const char *source;
		uint32_t pos, line, column;
	} rows[] = {
		{"", 0, 1, 1},	   {"abc", 2, 1, 3},
		{"abc", 99, 1, 4}, {"a\nb", 1, 1, 2},
		{"a\nb", 2, 2, 1}, {"a\r\nb", 3, 2, 1},
		{"\n\n", 2, 3, 1}, {"\xc3\xa9\xf0\x9f\x98\x80x", 6, 1, 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t line, column;

		expr_place(str_of(rows[i].source), rows[i].pos, &line, &column);
		assert_int_equal(line, rows[i].line);
		assert_int_equal(column, rows[i].column);
	}
}

/* One problem from start to end, printed. */
static void print_to(struct str source, size_t start, size_t end, const char *hint,
		     struct strbuf *out)
{
	struct expr_problems problems = {0};
	struct problem_sink sink;
	struct arena a;

	arena_init(&a, BYTES);
	sink = problem_sink_make(source, &a, &problems);
	problem_add(&sink, start, end, "wrong");
	if (hint)
		problem_hint(&sink, "%s", hint);
	expr_problems_print(&problems, STR("f"), source, out);
	arena_done(&a);
}

TEST(the_caret_stands_under_the_place)
{
	static const struct {
		const char *source;
		size_t start, end;
		const char *want;
	} rows[] = {
		{"abc", 1, 3, "f:1:2: wrong\n  abc\n   ^~\n"},
		{"abc", 3, 3, "f:1:4: wrong\n  abc\n     ^\n"},
		{"a\nbcd\ne", 3, 7, "f:2:2: wrong\n  bcd\n   ^~\n"},
		{"\xc3\xa9\xc3\xa9x", 2, 5, "f:1:2: wrong\n  \xc3\xa9\xc3\xa9x\n   ^~\n"},
		{"a\t\x1b[1m\xc2\x9b", 1, 2, "f:1:2: wrong\n  a  [1m \n   ^\n"},
		{"ab\r\ncd", 2, 3, "f:1:3: wrong\n  ab\n    ^\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(BYTES);

		print_to(str_of(rows[i].source), rows[i].start, rows[i].end, NULL, &sb);
		assert_str(strbuf_str(&sb), rows[i].want);
	}
}

static void repeat(struct strbuf *sb, char c, size_t n)
{
	while (n-- > 0)
		strbuf_addc(sb, c);
}

TEST(of_a_long_line_only_the_surroundings_are_shown)
{
	CLEANUP(strbuf_done) struct strbuf source = STRBUF_INIT(BYTES);
	CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(BYTES);
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(BYTES);

	repeat(&source, 'x', 5000);
	repeat(&source, 'y', 1);
	repeat(&source, 'z', 5000);
	print_to(strbuf_str(&source), 5000, 5001, "a hint", &sb);
	strbuf_adds(&want, "f:1:5001: wrong\n  ");
	repeat(&want, 'x', 48);
	repeat(&want, 'y', 1);
	repeat(&want, 'z', 47);
	strbuf_adds(&want, "\n  ");
	repeat(&want, ' ', 48);
	strbuf_adds(&want, "^\n  a hint\n");
	assert_str(strbuf_str(&sb), strbuf_cstr(&want));
}

TEST(problems_are_told_in_the_order_of_the_source)
{
	struct expr_problems problems = {0};
	struct problem_sink sink;
	struct err err = {0};
	struct arena a;

	arena_init(&a, BYTES);
	sink = problem_sink_make(STR("abcdef"), &a, &problems);
	assert_int_equal(problem_sink_finish(&sink, &err), 0);
	problem_add(&sink, 4, 5, "later");
	problem_add(&sink, 1, 2, "sooner");
	problem_hint(&sink, "a hint");
	problem_add(&sink, 1, 3, "same place");
	assert_int_equal(problem_sink_finish(&sink, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "line 1, column 2: sooner; a hint");
	assert_str(problems.list[1].message, "same place");
	assert_str(problems.list[2].message, "later");
	arena_done(&a);
}

TEST(a_second_run_adds_to_the_list)
{
	struct expr_problems problems = {0};
	struct problem_sink sink;
	struct err err = {0};
	struct arena a;

	arena_init(&a, BYTES);
	sink = problem_sink_make(STR("abcdef"), &a, &problems);
	problem_add(&sink, 4, 5, "first run");
	sink = problem_sink_make(STR("abcdef"), &a, &problems);
	assert_int_equal(problem_sink_finish(&sink, &err), 0);
	problem_limit(&sink, 1, 2, "expr_depth", 200, "levels");
	assert_true(problem_sink_is_full(&sink));
	assert_int_equal(problem_sink_finish(&sink, &err), -ERR_LIMIT);
	assert_string_equal(err.msg, "line 1, column 2: more than 200 levels (limit expr_depth)");
	assert_int_equal(problems.n, 2);
	arena_done(&a);
}

TEST(quotes_end_between_characters)
{
	/* 39 bytes and a character of two, of which one would be left */
	struct str s = STR("abcdefghijklmnopqrstuvwxyzabcdefghijklm\xc3\xa9xyz");

	assert_int_equal(problem_quote(s).n, 39);
	assert_int_equal(problem_quote(STR("short")).n, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(places_are_lines_and_code_points),
		RUN(the_caret_stands_under_the_place),
		RUN(of_a_long_line_only_the_surroundings_are_shown),
		RUN(problems_are_told_in_the_order_of_the_source),
		RUN(a_second_run_adds_to_the_list),
		RUN(quotes_end_between_characters),
	};

	return RUN_ALL(tests);
}
