/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "expr/lexer.h"

#define BYTES 65536

/* "kind text" of each token, "|" between; the problems behind "!". */
static void lex_to(struct str source, struct strbuf *out)
{
	struct expr_problems problems = {0};
	struct problem_sink sink;
	struct lexer lexer;
	struct arena a;

	arena_init(&a, BYTES);
	sink = problem_sink_make(source, &a, &problems);
	lexer = lexer_make(source, &sink);
	for (struct token t = lexer_next(&lexer); t.kind != TOKEN_END; t = lexer_next(&lexer)) {
		assert_true(t.text.p == source.p + t.at);
		strbuf_addf(out, "%s%s %.*s", out->n ? "|" : "", token_kind_name(t.kind),
			    STR_FMT(t.text));
	}
	for (size_t i = 0; i < problems.n; i++)
		strbuf_addf(out, "!%u-%u %.*s", problems.list[i].start, problems.list[i].end,
			    STR_FMT(problems.list[i].message));
	arena_done(&a);
}

struct row {
	const char *in, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(BYTES);

		lex_to(str_of(rows[i].in), &sb);
		if (!str_is(strbuf_str(&sb), rows[i].want))
			fail_msg("%s\ngot:  %s\nwant: %s", rows[i].in, strbuf_cstr(&sb),
				 rows[i].want);
	}
}

TEST(tokens_are_as_long_as_they_can_be)
{
	static const struct row rows[] = {
		{"", ""},
		{" \t\r\n\f// all of it\n", ""},
		{"a // b\nc", "a name a|a name c"},
		{"in inn true null_ _", "'in' in|a name inn|'true' true|a name null_|a name _"},
		{"<=<==", "'<=' <=|'<=' <=|'==' ="
			  "!4-5 there is no operator '=', write '=='"},
		{"a.b?c:d", "a name a|'.' .|a name b|'?' ?|a name c|':' :|a name d"},
		{"a?.5:1", "a name a|'?' ?|a number .5|':' :|a number 1"},
		{"1.e", "a number 1|'.' .|a name e"},
		{"1.2.3", "a number 1.2|a number .3"},
		{"1e5 1E+5 1.5e-5", "a number 1e5|a number 1E+5|a number 1.5e-5"},
		{"0x1F 0xfu 12U", "a number 0x1F|a number 0xfu|a number 12U"},
		{"1-1", "a number 1|'-' -|a number 1"},
		{"'a' \"b\" r'\\' b'' bR\"x\"",
		 "a string 'a'|a string \"b\"|a string r'\\'|bytes b''|bytes bR\"x\""},
		{"'''a'b''\n''' \"\"\"\"\"\"", "a string '''a'b''\n'''|a string \"\"\"\"\"\""},
		{"'\\'' rb", "a string '\\''|a name rb"},
		{"`a-b/c. d`", "a quoted name `a-b/c. d`"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(what_is_no_token_is_told_and_passed_over)
{
	static const struct row rows[] = {
		{"a # b", "a name a|a name b!2-3 unexpected \"#\""},
		{"a \xe2\x80\x9cx\xe2\x80\x9d",
		 "a name a|a name x!2-5 unexpected \"\xe2\x80\x9c\"!6-9 unexpected "
		 "\"\xe2\x80\x9d\""},
		{"a\x01\x02"
		 "b",
		 "a name a|a name b!1-3 a control character outside of a string"},
		{"12abc + 1", "something unreadable 12abc|'+' +|a number 1"
			      "!0-5 \"12abc\" is no number"},
		{"0x", "something unreadable 0x!0-2 \"0x\" is no number"},
		{"1e", "something unreadable 1e!0-2 \"1e\" is no number"},
		{"1.5u", "something unreadable 1.5u!0-4 \"1.5u\" is no number"},
		{"'abc\n+ b", "something unreadable 'abc|'+' +|a name b"
			      "!0-1 the string has no closing ' on its line"},
		{"b\"\"\"abc\n", "something unreadable b\"\"\"abc\n"
				 "!0-4 the bytes literal has no closing \"\"\""},
		{"'\\", "something unreadable '\\!0-1 the string has no closing ' on its line"},
		{"`a#b` c", "something unreadable `a#b`|a name c!0-2 a quoted name has letters, "
			    "digits, _ . - / and spaces up to its second `"},
		{"``", "something unreadable ``!0-1 a quoted name has letters, digits, _ . - / and "
		       "spaces up to its second `"},
		{"a & b | c <> d === e",
		 "a name a|'&&' &|a name b|'||' ||a name c|'!=' <>|a name d|'==' ===|a name e"
		 "!2-3 there is no operator '&', write '&&'"
		 "!6-7 there is no operator '|', write '||'"
		 "!10-12 there is no operator '<>', write '!='"
		 "!15-18 there is no operator '===', write '=='"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

TEST(a_nul_byte_is_a_stray_character)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(BYTES);

	lex_to(STR("a\0b"), &sb);
	assert_str(strbuf_str(&sb),
		   "a name a|a name b!1-2 a control character outside of a string");
}

TEST(words_of_the_language_are_no_names)
{
	static const char *const reserved[] = {"as", "const", "namespace", "while", "void"};
	static const char *const free_words[] = {"a", "in", "true", "whil", "while_", "As"};

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		assert_true(word_is_reserved(str_of(reserved[i])));
	for (size_t i = 0; i < ARRAY_LEN(free_words); i++)
		assert_false(word_is_reserved(str_of(free_words[i])));
	assert_true(word_is_selector(STR("while")));
	assert_true(word_is_selector(STR("_9")));
	assert_false(word_is_selector(STR("in")));
	assert_false(word_is_selector(STR("null")));
	assert_false(word_is_selector(STR("a-b")));
	assert_false(word_is_selector(STR("9a")));
	assert_false(word_is_selector(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(tokens_are_as_long_as_they_can_be),
		RUN(what_is_no_token_is_told_and_passed_over),
		RUN(a_nul_byte_is_a_stray_character),
		RUN(words_of_the_language_are_no_names),
	};

	return RUN_ALL(tests);
}
