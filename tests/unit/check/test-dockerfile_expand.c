/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "base/vec.h"
#include "check/dockerfile_expand.h"

static enum expand_found get(void *context, struct str name, struct str *ret)
{
	static const char *const set[][2] = {
		{"HOME", "/home/me"},	  {"EMPTY", ""},	 {"TEXT", "a b\tc"},
		{"FILE", "dir/a.tar.gz"}, {"LINES", "one\ntwo"}, {"UNI", "\u00e4\u00f6\u00fc"},
		{"DOLLAR", "$0-$x-$$"},	  {"NAME_2", "two"},	 {"\uc774\ub984", "name"},
	};

	for (size_t i = 0; i < ARRAY_LEN(set); i++) {
		if (str_is(name, set[i][0])) {
			*ret = str_of(set[i][1]);
			return EXPAND_SET;
		}
	}
	return str_is(name, "DECLARED") ? EXPAND_DECLARED : EXPAND_UNKNOWN;
}

static const struct {
	const char *in, *want; /* NULL: an error */
} rows[] = {
	{"", ""},
	{"plain", "plain"},
	{"$HOME", "/home/me"},
	{"${HOME}x", "/home/mex"},
	{"$NAME_2x", ""},
	{"$NAME_2-x", "two-x"},
	{"$\uc774\ub984!", "name!"}, /* letters beyond ASCII are of the name */
	{"a$", "a$"},
	{"a$ b$.", "a$ b$."},
	{"$1x$12y", "xy"},
	{"${HOME", NULL},
	{"${", NULL},
	{"${}", NULL},
	{"${:x}", NULL},
	{"${HOME.}", NULL},
	{"${HOME@Q}", NULL},
	{"${HOME:=x}", NULL},
	{"${HOME:#x}", NULL},
	/* defaults and alternatives */
	{"${NO-w}", "w"},
	{"${EMPTY-w}", ""},
	{"${EMPTY:-w}", "w"},
	{"${HOME:-w}", "/home/me"},
	{"${DECLARED:-w}", "w"},
	{"${NO:-a${HOME}b}", "a/home/meb"},
	{"${NO:-${NO:-${NO:-deep}}}", "deep"},
	{"${NO:-'}'}x", "}x"},
	{"${NO:-\"a b\"}", "a b"},
	{"${NO:-\\}}", "}"},
	{"${HOME+w}", "w"},
	{"${EMPTY+w}", "w"},
	{"${EMPTY:+w}", ""},
	{"${NO:+w}", ""},
	{"${NO?}", NULL},
	{"${EMPTY?}", ""},
	{"${EMPTY:?}", NULL},
	{"${HOME:?}", "/home/me"},
	/* patterns */
	{"${FILE#*/}", "a.tar.gz"},
	{"${FILE##*.}", "gz"},
	{"${FILE#*.}", "tar.gz"},
	{"${FILE%.*}", "dir/a.tar"},
	{"${FILE%%.*}", "dir/a"},
	{"${FILE%/a.???.gz}", "dir"},
	{"${FILE#nothing}", "dir/a.tar.gz"},
	{"${FILE#\\*}", "dir/a.tar.gz"},
	{"${FILE#d?r}", "/a.tar.gz"},
	{"${FILE%$NO}", "dir/a.tar.gz"},
	{"${FILE#\\x}", NULL},
	{"${NO#x}", ""},
	{"${LINES#*t}", "one\ntwo"}, /* a star does not pass a line end */
	{"${LINES%o*}", "one\ntw"},
	{"${UNI#?}", "\u00f6\u00fc"},
	{"${UNI%?}", "\u00e4\u00f6"},
	{"${FILE/a/X}", "dir/X.tar.gz"},
	{"${FILE//a/X}", "dir/X.tXr.gz"},
	{"${FILE//[a]/X}", "dir/a.tar.gz"},
	{"${FILE/./}", "dir/atar.gz"},
	{"${FILE/*\\//}", "a.tar.gz"},
	{"${FILE/a*r/X}", "dir/X.gz"}, /* as long as it gets */
	{"${FILE//?/-}", "------------"},
	{"${UNI//\u00f6/o}", "\u00e4o\u00fc"},
	{"${UNI///-}", "-\u00e4-\u00f6-\u00fc-"}, /* nothing matches everywhere */
	{"${FILE/a}", NULL},
	{"${FILE/a/b", NULL},
	/* a replacement of all is a template of Go's regexp, that of the first is not */
	{"${FILE//a/[$DOLLAR]}", "dir/[a--$].t[a--$]r.gz"},
	{"${FILE/a/[$DOLLAR]}", "dir/[$0-$x-$$].tar.gz"},
	/* quotes and escapes */
	{"'$HOME'", "$HOME"},
	{"\"$HOME\"", "/home/me"},
	{"\"'$HOME'\"", "'/home/me'"},
	{"a'b\"c'\"d'e\"", "ab\"cd'e"},
	{"\\$HOME", "$HOME"},
	{"\"\\$HOME \\\" \\\\ \\n\"", "$HOME \" \\ \\n"},
	{"a\\", "a"},
	{"\"a\\", NULL},
	{"'a", NULL},
	{"\"a", NULL},
	{"\"${HOME\"", NULL},
	{"a\\\xc3\xa4", "a\u00e4"},
	{"\xff$HOME\xfe", "\xff/home/me\xfe"}, /* no UTF-8: kept */
};

static struct expand make(struct arena *a)
{
	return (struct expand){.escape = '\\', .get = get, .arena = a};
}

TEST(a_word_is_what_its_variables_and_quotes_make_of_it)
{
	struct arena a;

	arena_init(&a, 1 << 24);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct expand x = make(&a);
		struct str got = STR_NULL;
		struct err err = {0};
		int r = dockerfile_expand(&x, str_of(rows[i].in), &got, &err);

		if (rows[i].want ? r < 0 || !str_is(got, rows[i].want) : r != -ERR_FORMAT)
			fail_msg("%s: got %d \"%.*s\" (%s), want %s", rows[i].in, r, STR_FMT(got),
				 err.msg, rows[i].want ? rows[i].want : "an error");
	}
	arena_done(&a);
}

static void assert_error(struct str word, enum err_code code, const char *message)
{
	struct expand x;
	struct arena a;
	struct str got;
	struct err err = {0};

	arena_init(&a, 1 << 24);
	x = make(&a);
	assert_int_equal(dockerfile_expand(&x, word, &got, &err), -(int)code);
	assert_has(err.msg, message);
	arena_done(&a);
}

TEST(an_error_says_what_is_missing)
{
	assert_error(STR("'x"), ERR_FORMAT, "the single quote is not closed");
	assert_error(STR("\"x"), ERR_FORMAT, "the double quote is not closed");
	assert_error(STR("${x"), ERR_FORMAT, "\"${\" has no \"}\"");
	assert_error(STR("${}"), ERR_FORMAT, "name is missing");
	assert_error(STR("${x:=y}"), ERR_FORMAT, "\":=\" is no operator");
	assert_error(STR("${NO?}"), ERR_FORMAT, "NO is required and not set");
	assert_error(STR("${EMPTY:?}"), ERR_FORMAT, "EMPTY is required and empty");
	assert_error(STR("${NO:?give $HOME}"), ERR_FORMAT, "NO: give /home/me");
	assert_error(STR("${FILE%\\q}"), ERR_FORMAT, "escapes *, ? and \\ only");
}

TEST(the_escape_may_be_a_backtick)
{
	struct expand x;
	struct arena a;
	struct str got;

	arena_init(&a, 1 << 20);
	x = make(&a);
	x.escape = '`';
	assert_int_equal(dockerfile_expand(&x, STR("C:\\dir\\`$HOME$HOME"), &got, NULL), 0);
	assert_str(got, "C:\\dir\\$HOME/home/me");
	arena_done(&a);
}

TEST(says_which_variables_were_used_and_which_nobody_knows)
{
	struct vec used = VEC_INIT(struct str, 100), undefined = VEC_INIT(struct str, 100);
	struct expand x;
	struct arena a;
	struct str got;

	arena_init(&a, 1 << 20);
	x = make(&a);
	x.used = &used;
	x.undefined = &undefined;
	assert_int_equal(
		dockerfile_expand(&x, STR("$HOME ${NO:-$ALSO} $DECLARED '$Q'"), &got, NULL), 0);
	assert_int_equal(used.n, 1);
	assert_str(*(struct str *)vec_at(&used, 0), "HOME");
	assert_int_equal(undefined.n, 2);
	assert_str(*(struct str *)vec_at(&undefined, 0), "ALSO");
	assert_str(*(struct str *)vec_at(&undefined, 1), "NO");
	vec_done(&used);
	vec_done(&undefined);
	arena_done(&a);
}

static const struct {
	const char *in;
	unsigned flags;
	const char *want; /* words, each behind '|' */
} splits[] = {
	{"", 0, ""},
	{" a  b ", 0, "|a|b"},
	{"a\u3000b", 0, "|a|b"},
	{"x$TEXT", 0, "|xa|b|c"},
	{"x\"$TEXT\"y z", 0, "|xa b\tcy|z"},
	{"a\\ b c", 0, "|a b|c"},
	{"a '' b", 0, "|a|b"}, /* nothing is no word, quoted or not */
	{"'a b'c", EXPAND_RAW_QUOTES, "|'a b'c"},
	{"a\\ b", EXPAND_RAW_ESCAPES, "|a\\ b"},
	{"<< EOF x", 0, "|<< EOF|x"},
	{"a < b", 0, "|a|<|b"},
	{"$NO/${NO}/${NO:-x}", EXPAND_KEEP_UNSET, "|$NO/${NO}/${NO:-x}"},
	{"${NO/a/b}${NO//a/b}", EXPAND_KEEP_UNSET, "|${NO/a/b}${NO/a/b}"},
	{"'a b' \"c", EXPAND_NO_QUOTES, "|'a|b'|\"c"},
};

TEST(words_end_at_white_space_that_is_not_quoted)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(splits); i++) {
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(1000);
		struct expand_words words;
		struct expand x = make(&a);

		x.flags = splits[i].flags;
		assert_int_equal(dockerfile_expand_words(&x, str_of(splits[i].in), &words, NULL),
				 0);
		for (size_t k = 0; k < words.n; k++)
			strbuf_addf(&got, "|%.*s", STR_FMT(words.p[k].text));
		assert_str(strbuf_str(&got), splits[i].want);
	}
	arena_done(&a);
}

TEST(words_know_where_they_stand)
{
	struct str in = STR("ab  'c d'$HOME <<  EOF");
	struct expand_words words;
	struct expand x;
	struct arena a;

	arena_init(&a, 1 << 20);
	x = make(&a);
	assert_int_equal(dockerfile_expand_words(&x, in, &words, NULL), 0);
	assert_int_equal(words.n, 3);
	assert_str(str_sub(in, words.p[0].at, words.p[0].end - words.p[0].at), "ab");
	assert_str(str_sub(in, words.p[1].at, words.p[1].end - words.p[1].at), "'c d'$HOME");
	assert_str(str_sub(in, words.p[2].at, words.p[2].end - words.p[2].at), "<<  EOF");
	arena_done(&a);
}

static struct str repeat(struct strbuf *sb, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_adds(sb, text);
	return strbuf_str(sb);
}

TEST(nesting_has_a_limit_with_a_name)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 24);

	assert_error(repeat(&sb, "${NO:-", 1000000), ERR_LIMIT, "dockerfile_expand_depth (100)");
}

static enum expand_found get_large(void *context, struct str name, struct str *ret)
{
	*ret = *(const struct str *)context;
	return EXPAND_SET;
}

TEST(values_and_patterns_have_limits_with_names)
{
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT(1 << 24);
	CLEANUP(strbuf_done) struct strbuf word = STRBUF_INIT(1 << 24);
	struct str large = repeat(&value, "ab", 500000), got;
	struct err err = {0};
	struct expand x;
	struct arena a;

	arena_init(&a, 1 << 28);
	x = make(&a);
	x.get = get_large;
	x.context = &large;
	assert_int_equal(dockerfile_expand(&x, repeat(&word, "$v", 1000), &got, &err), -ERR_LIMIT);
	assert_has(err.msg, "dockerfile_expand_bytes (67108864)");
	strbuf_reset(&word);
	strbuf_adds(&word, "${v%%");
	(void)repeat(&word, "*b", 200);
	assert_int_equal(dockerfile_expand(&x, repeat(&word, "}", 1), &got, &err), -ERR_LIMIT);
	assert_has(err.msg, "dockerfile_expand_work (67108864)");
	arena_done(&a);
}

TEST(no_memory_is_an_error)
{
	for (size_t n = 1; n < 12; n++) {
		struct str got = STR_NULL;
		struct expand x;
		struct arena a;
		int r;

		arena_init(&a, 1 << 20);
		arena_fail_after(&a, n);
		x = make(&a);
		r = dockerfile_expand(&x, STR("a${FILE%.*}${FILE//a/b}"), &got, NULL);
		assert_true(r == -ERR_NOMEM || str_is(got, "adir/a.tardir/b.tbr.gz"));
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_word_is_what_its_variables_and_quotes_make_of_it),
		RUN(an_error_says_what_is_missing),
		RUN(the_escape_may_be_a_backtick),
		RUN(says_which_variables_were_used_and_which_nobody_knows),
		RUN(words_end_at_white_space_that_is_not_quoted),
		RUN(words_know_where_they_stand),
		RUN(nesting_has_a_limit_with_a_name),
		RUN(values_and_patterns_have_limits_with_names),
		RUN(no_memory_is_an_error),
	};

	return RUN_ALL(tests);
}
