/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json_stream.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"

/* What a reader of {"a": [values], ...: value} sees, as text. */
static void show(const struct json *doc, struct strbuf *out)
{
	int64_t i;

	if (json_kind_of(doc) == JSON_KIND_TEXT)
		strbuf_addf(out, "'%.*s'", STR_FMT(json_str(doc)));
	else if (json_int(doc, &i))
		strbuf_addf(out, "%lld", (long long)i);
	else
		strbuf_addf(out, "#%d/%zu", json_kind_of(doc), json_len(doc));
	strbuf_addc(out, ' ');
}

static int show_value(struct json_stream *s, struct strbuf *out, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_stream_value(s, &doc, err);

	if (r == 0)
		show(doc, out);
	else if (!json_stream_is_broken(s))
		strbuf_addf(out, "(%s) ", err ? err->msg : "");
	return json_stream_is_broken(s) ? r : 0;
}

static int walk(struct json_stream *s, struct strbuf *out, struct err *err)
{
	struct str key;
	int r = json_stream_enter(s, err);

	while (r == 0 && (r = json_stream_next(s, &key, err)) > 0) {
		strbuf_addf(out, "%.*s:", STR_FMT(key));
		if (str_is(key, "skip"))
			r = 0;
		else if (str_is(key, "in"))
			r = walk(s, out, err);
		else
			r = show_value(s, out, err);
	}
	strbuf_addc(out, '.');
	return r;
}

static int read_all(struct str text, size_t most, struct strbuf *out, struct err *err)
{
	struct memory_stream m = memory_stream_make(text);
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	int r = json_stream_open(&m.stream, &s, err);

	m.most = most;
	if (r == 0)
		r = walk(s, out, err);
	return r < 0 ? r : json_stream_end(s, err);
}

TEST(entered_maps_and_lists_give_their_members)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"{}", "."},
		{" [ ] ", "."},
		{"[1,\"a,]b\",[1,[2]],{\"k\":\"}\"}]", ":1 :'a,]b' :#6/2 :#7/1 ."},
		{"{\"a\" : 1 , "
		 "\"skip\":{\"x\":[1,\"]\\\"}\"]},\"in\":{\"b\":\"\\u00e4\"},\"c\":-2}",
		 "a:1 skip:in:b:'\xc3\xa4' .c:-2 ."},
		{"{\"a\\nb\":true,\"a\\nb\":null}", "a\nb:#2/0 a\nb:#1/0 ."},
		{"[{\"x\":1,\"x\":2},3]",
		 ":(value at line 1: line 1, column 10: duplicate object key near '\"x\"') :3 ."},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t most = 1; most < 8; most += 3) {
			CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4000);
			struct err err = {0};

			assert_int_equal(read_all(str_of(rows[i].text), most, &out, &err), 0);
			assert_str(strbuf_str(&out), rows[i].want);
		}
	}
}

TEST(what_is_wrong_is_said_with_its_line)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"", "line 1: ends where a map or list is expected"},
		{"3", "line 1: expected a map or list"},
		{"{\n", "line 2: ends inside a map"},
		{"[1", "line 1: ends inside a list"},
		{"[\n\n1 2]", "line 3: expected a comma"},
		{"[1,]", "line 1: expected a value"},
		{"{1:2}", "line 1: expected a key in quotes"},
		{"{\"a\" 2}", "line 1: expected a colon"},
		{"{\"a", "line 1: ends inside a key"},
		{"{\"a\":", "line 1: ends where a value is expected"},
		{"{\"a\":\"x", "line 1: ends inside a value"},
		{"{\"skip\":[[1]", "line 1: ends inside a value"},
		{"{\"\\x\":1}", "line 1: a key that is no string"},
		{"{} {}", "line 1: more behind the end"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4000);
		struct err err = {0};

		assert_int_equal(read_all(str_of(rows[i].text), 0, &out, &err), -ERR_FORMAT);
		assert_has(err.msg, rows[i].want);
	}
}

static void add_many(struct strbuf *sb, const char *what, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_adds(sb, what);
}

TEST(a_deep_or_huge_value_is_passed_over_and_the_rest_is_read)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(100 << 20);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4000);
	struct err err = {0};

	strbuf_adds(&text, "[\n1,\n");
	add_many(&text, "[", 100000);
	add_many(&text, "]", 100000);
	strbuf_adds(&text, ",\n\"");
	add_many(&text, "0123456789abcdef", (LIMIT_JSON_BYTES >> 4) + 1);
	strbuf_adds(&text, "\", 2]");
	assert_int_equal(read_all(strbuf_str(&text), 0, &out, &err), 0);
	assert_str(strbuf_str(&out), ":1 :(line 3: nested deeper than json_depth (128)) "
				     ":(line 4: a value of more than json_bytes (16777216)) :2 .");
}

static ssize_t refuse(struct stream *s, void *buf, size_t n, struct err *err)
{
	(void)s, (void)buf, (void)n;
	return err_set(err, ERR_IO, "the disk is gone");
}

TEST(an_error_of_the_input_is_handed_on)
{
	struct stream in = {refuse, NULL};
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	struct err err = {0};

	assert_int_equal(json_stream_open(&in, &s, &err), 0);
	assert_int_equal(json_stream_enter(s, &err), -ERR_IO);
	assert_has(err.msg, "line 1: the disk is gone");
	assert_int_equal(json_stream_end(s, &err), -ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(entered_maps_and_lists_give_their_members),
		RUN(what_is_wrong_is_said_with_its_line),
		RUN(a_deep_or_huge_value_is_passed_over_and_the_rest_is_read),
		RUN(an_error_of_the_input_is_handed_on),
	};

	return RUN_ALL(tests);
}
