/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/xml.h"
#include "base/limits.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(elements_come_with_path_attributes_and_own_text),
		RUN(what_is_wrong_is_said_with_its_line),
		RUN(depth_is_limited),
	};
	return RUN_ALL(tests);
}
