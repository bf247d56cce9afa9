/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/xml.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"

static int on_start(void *ctx, struct str path, const struct xml_element *e, struct err *err)
{
	strbuf_addf(ctx, "<%.*s:%.*s", STR_FMT(path), STR_FMT(xml_attribute(e, "v")));
	return str_has_suffix(path, STR("stop")) ? err_set(err, ERR_CANCELED, "enough") : 0;
}

static int on_end(void *ctx, struct str path, struct str text, struct err *err)
{
	(void)path, (void)err;
	strbuf_addf(ctx, ">%.*s", STR_FMT(text));
	return 0;
}

static int parse(const char *text, struct strbuf *out, struct err *err)
{
	return xml_parse(str_of(text), &(struct xml_handler){out, on_start, on_end}, err);
}

TEST(elements_come_with_path_attributes_and_own_text)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1000);

	assert_int_equal(parse("<?xml version='1.0'?><n:a xmlns:n='x' v='1'> s <b>t&amp;u</b>"
			       "<c/>w<![CDATA[<d>]]></n:a>",
			       &out, NULL),
			 0);
	assert_str(strbuf_str(&out), "<a:1<a/b:>t&u<a/c:>>s w<d>");
}

TEST(what_is_wrong_is_said_with_its_line)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *message;
	} rows[] = {
		{"", ERR_FORMAT, "line 1, column 1: no element found"},
		{"<a>\n<b></a>", ERR_FORMAT, "line 2, column 6: mismatched tag"},
		{"<a/>x", ERR_FORMAT, "line 1, column 5: "},
		{"<!DOCTYPE a [\n<!ENTITY e 'x'>]><a>&e;</a>", ERR_UNSUPPORTED,
		 "line 2: declares an entity"},
		{"<a><stop/></a>", ERR_CANCELED, "line 1: enough"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1000);
		struct err err = {0};

		assert_int_equal(parse(rows[i].text, &out, &err), -(int)rows[i].code);
		assert_has(err.msg, rows[i].message);
	}
}

TEST(depth_is_limited)
{
	CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT(10000);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1 << 20);
	struct err err = {0};

	for (int i = 0; i <= LIMIT_XML_DEPTH; i++)
		strbuf_adds(&in, "<a>");
	assert_int_equal(parse(strbuf_cstr(&in), &out, &err), -ERR_LIMIT);
	assert_string_equal(err.msg, "line 1: nested deeper than xml_depth (128)");
}

TEST(a_stream_reads_as_the_whole_whatever_its_pieces)
{
	static const char text[] = "<?xml version='1.0'?>\n<a>\n  <b v='1'>t&amp;u</b>\n"
				   "  <c> x <d/> y </c>\n</a>\n";

	for (size_t most = 1; most < sizeof text; most += 7) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1000);
		struct memory_stream m = memory_stream_make(STR(text));

		m.most = most;
		assert_int_equal(xml_parse_stream(&m.stream,
						  &(struct xml_handler){&out, on_start, on_end},
						  NULL),
				 0);
		assert_str(strbuf_str(&out), "<a:<a/b:1>t&u<a/c:<a/c/d:>>x  y>");
	}
}

/* Gives the opening once, then the filling for ever. */
struct endless {
	struct stream stream;
	struct str opening, filling;
};

static ssize_t read_endless(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct endless *e = (struct endless *)s;
	struct str piece = e->opening.n ? e->opening : e->filling;
	size_t done = 0;

	(void)err;
	e->opening = STR_NULL;
	for (; piece.n && done + piece.n <= n; done += piece.n) {
		memcpy((char *)buf + done, piece.p, piece.n);
		if (piece.p != e->filling.p)
			return (ssize_t)piece.n;
	}
	return (ssize_t)done;
}

TEST(an_endless_tag_or_text_is_stopped_in_time)
{
	static const char *const openings[] = {"<a", "<!-- ", "<a>x", "<a><![CDATA[x"};

	for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
		struct endless e = {{read_endless, NULL}, str_of(openings[i]), STR(" a='x'")};
		struct err err = {0};

		if (i == 0)
			e.filling = STR("aaaaaaaaaaaaaaaa");
		assert_int_equal(xml_parse_stream(&e.stream, &(struct xml_handler){0}, &err),
				 -ERR_LIMIT);
		assert_has(err.msg, "1048576"); /* field_bytes */
	}
}

TEST(white_space_between_many_elements_is_not_kept)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_XML_BYTES);
	struct memory_stream m;

	strbuf_adds(&text, "<a>");
	for (int i = 0; i < 40000; i++)
		strbuf_addf(&text, "<b/>%*s", 50, "");
	strbuf_adds(&text, "</a>");
	m = memory_stream_make(strbuf_str(&text));
	assert_int_equal(xml_parse_stream(&m.stream, &(struct xml_handler){0}, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_stream_reads_as_the_whole_whatever_its_pieces),
		RUN(an_endless_tag_or_text_is_stopped_in_time),
		RUN(white_space_between_many_elements_is_not_kept),
		RUN(elements_come_with_path_attributes_and_own_text),
		RUN(what_is_wrong_is_said_with_its_line),
		RUN(depth_is_limited),
	};
	return RUN_ALL(tests);
}
