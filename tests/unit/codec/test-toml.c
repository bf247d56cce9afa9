/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "codec/toml.h"

/* {k=v,...} [a,b] "text" 1 true and ~text for what keeps its text. */
static void print(const struct toml *v, struct strbuf *sb)
{
	bool table = v->kind == TOML_KIND_TABLE;

	switch (v->kind) {
	case TOML_KIND_TABLE:
	case TOML_KIND_ARRAY:
		strbuf_addc(sb, table ? '{' : '[');
		for (const struct toml *m = toml_first(v); m; m = toml_next(m)) {
			if (table)
				strbuf_addf(sb, "%.*s=", STR_FMT(m->key));
			print(m, sb);
			if (toml_next(m))
				strbuf_addc(sb, ',');
		}
		strbuf_addc(sb, table ? '}' : ']');
		break;
	case TOML_KIND_STRING:
		strbuf_addf(sb, "\"%.*s\"", STR_FMT(v->text));
		break;
	case TOML_KIND_INTEGER:
		strbuf_addf(sb, "%lld", (long long)v->integer);
		break;
	case TOML_KIND_BOOL:
		strbuf_adds(sb, v->truth ? "true" : "false");
		break;
	case TOML_KIND_FLOAT:
	case TOML_KIND_TIME:
		strbuf_addf(sb, "~%.*s", STR_FMT(v->text));
		break;
	}
}

static const struct {
	const char *in, *want; /* "!part of the message" for an error */
} rows[] = {
	{"", "{}"},
	{"# only\n\n", "{}"},
	{"\xef\xbb\xbf"
	 "a=1",
	 "{a=1}"},
	{"a = 1 # x\r\nb = -0x\n", "!line 2"},
	{"a = 1_000\nb = 0xff\nc = 0o17\nd = 0b11\ne=+5\nf=-7", "{a=1000,b=255,c=15,d=3,e=5,f=-7}"},
	{"a = 1.5\nb = 1979-05-27T07:32:00Z\nc = 1979-05-27 07:32:00\nd = 07:32:00\ne = inf",
	 "{a=~1.5,b=~1979-05-27T07:32:00Z,c=~1979-05-27 07:32:00,d=~07:32:00,e=~inf}"},
	{"a = true\nb = false", "{a=true,b=false}"},
	{"a = \"x\\ty\\\"z\\u00e9\\U0001F600\"", "{a=\"x\ty\"z\xc3\xa9\xf0\x9f\x98\x80\"}"},
	{"a = 'c:\\x'", "{a=\"c:\\x\"}"},
	{"a = \"\"\"\nx\ny\\\n   z\"\"\"\"\"", "{a=\"x\nyz\"\"\"}"},
	{"a = '''\nit's'''", "{a=\"it's\"}"},
	{"a = [ 1, [\"x\"], # c\n {b = 2}, ]", "{a=[1,[\"x\"],{b=2}]}"},
	{"a.b.c = 1\na.b.d = 2\n\"x.y\" = 3", "{a={b={c=1,d=2}},x.y=3}"},
	{"[a.b]\nc=1\n[a]\nd=2\n[[l]]\nx=1\n[l.sub]\ny=2\n[[l]]\nx=3",
	 "{a={b={c=1},d=2},l=[{x=1,sub={y=2}},{x=3}]}"},
	{"[[a.b]]\n[[a.b]]\n[[a.b.c]]\nk=1", "{a={b=[{},{c=[{k=1}]}]}}"},
	{"a={}\nb=[]", "{a={},b=[]}"},
	{"a = 1\na = 2", "!line 2: the same key twice"},
	{"[a]\n[a]", "!line 2: the same table twice"},
	{"a = 1\n[a]", "!the same table twice"},
	{"a = {b=1}\n[a.c]", "!no table"},
	{"a = [1]\n[[a]]", "!the name of something else"},
	{"[a]\nb.c=1\n[a.b]", "!the same table twice"},
	{"[a.b]\n[a]\nb.c = 1", "!defined elsewhere"},
	{"a = \"x", "!line 1: a string has no end"},
	{"a = \"x\ny\"", "!no end"},
	{"a = \"\\q\"", "!unknown escape"},
	{"a = \"\\ud800\"", "!does not exist"},
	{"a = \"\x01\"", "!control byte"},
	{"# \x01", "!control byte in a comment"},
	{"a = ", "!expected a value"},
	{"a = yes", "!neither quoted"},
	{"a = 1 2", "!expected the end of the line"},
	{"= 1", "!expected a key"},
	{"a", "!expected '='"},
	{"[a", "!expected ']'"},
	{"[a] x", "!expected the end of the line"},
	{"a = [1 2]", "!expected ',' or ']'"},
	{"a = {b=1", "!expected ',' or '}'"},
	{"a = \"\xff\"", "!not UTF-8"},
};

static void check(const char *in, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(10000);
	const struct toml *root;
	struct arena arena;
	struct err err = {0};
	int r;

	arena_init(&arena, 1 << 20);
	r = toml_parse(str_of(in), &arena, &root, &err);
	if (want[0] == '!') {
		if (r >= 0)
			fail_msg("\"%s\" was taken", in);
		assert_has(err.msg, want + 1);
	} else {
		if (r < 0)
			fail_msg("\"%s\": %s", in, err.msg);
		print(root, &sb);
		assert_str(strbuf_str(&sb), want);
	}
	arena_done(&arena);
}

TEST(reads_documents_and_says_what_is_wrong)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i].in, rows[i].want);
}

TEST(limits_depth)
{
	static char lists[300], dots[300];
	const struct toml *root;
	struct arena arena;
	struct err err = {0};

	arena_init(&arena, 1 << 20);
	memset(lists, '[', sizeof lists);
	memcpy(lists, "a=", 2);
	assert_int_equal(toml_parse(str_make(lists, sizeof lists), &arena, &root, &err),
			 -ERR_LIMIT);
	assert_has(err.msg, "toml_depth");
	for (size_t i = 0; i < sizeof dots; i++)
		dots[i] = i % 2 ? '.' : 'a';
	assert_int_equal(toml_parse(str_make(dots, sizeof dots), &arena, &root, NULL), -ERR_LIMIT);
	arena_done(&arena);
}

TEST(want_of_memory_is_an_error_at_every_step)
{
	static const char text[] = "[[a.b]]\nc = [\"x\", {d = \"y\"}]\ne.f = 1\n";

	for (size_t n = 1; n < 40; n++) {
		const struct toml *root;
		struct arena arena;
		int r;

		arena_init(&arena, 1 << 20);
		arena_fail_after(&arena, n);
		r = toml_parse(str_of(text), &arena, &root, NULL);
		assert_true(r == 0 || r == -ERR_NOMEM);
		if (n == 1)
			assert_int_equal(r, -ERR_NOMEM);
		arena_done(&arena);
	}
}

TEST(accessors_take_the_wrong_kind)
{
	const struct toml *root;
	struct arena arena;
	int64_t n = 0;
	bool yes = false;

	arena_init(&arena, 1 << 16);
	assert_int_equal(toml_parse(STR("s='x'\nn=3\nb=true"), &arena, &root, NULL), 0);
	assert_str(toml_get_str(root, "s"), "x");
	assert_true(toml_get_int(root, "n", &n) && n == 3);
	assert_true(toml_get_bool(root, "b", &yes) && yes);
	assert_int_equal(toml_get_str(root, "n").n, 0);
	assert_false(toml_get_int(root, "s", &n));
	assert_false(toml_get_bool(NULL, "b", &yes));
	assert_null(toml_get(toml_get(root, "s"), "x"));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(reads_documents_and_says_what_is_wrong),
		RUN(limits_depth),
		RUN(want_of_memory_is_an_error_at_every_step),
		RUN(accessors_take_the_wrong_kind),
	};

	return RUN_ALL(tests);
}
