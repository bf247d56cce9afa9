/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "codec/xml_writer.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

TEST(writes_nested_elements)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct xml_writer w;

	xml_writer_init(&w, &sb);
	xml_open(&w, "a");
	xml_attr(&w, "x", STR("1"));
	xml_open(&w, "b");
	xml_close(&w);
	xml_text(&w, "c", STR("t"));
	xml_open(&w, "d");
	xml_text(&w, "e", STR_NULL);
	xml_close(&w);
	xml_close(&w);
	assert_str(strbuf_str(&sb), HEAD "<a x=\"1\">\n  <b/>\n  <c>t</c>\n  <d>\n    <e></e>\n"
					 "  </d>\n</a>\n");
}

TEST(escapes_what_xml_cannot_hold)
{
	static const struct {
		struct str in;
		const char *want;
	} rows[] = {
		{{"<a&b>\"", 6}, "&lt;a&amp;b&gt;&quot;"}, {{"\t\r\n", 3}, "&#9;&#13;&#10;"},
		{{"\0\x1b\x7f", 3}, "\\x00\\x1b\\x7f"},	   {{"\xff\xc3\xa9", 3}, "\\xff\u00e9"},
		{{"\xef\xbf\xbf", 3}, "\\xef\\xbf\\xbf"},  {{"\xed\xa0\x80", 3}, "\\xed\\xa0\\x80"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096), want = STRBUF_INIT(4096);
		struct xml_writer w;

		xml_writer_init(&w, &sb);
		xml_open(&w, "a");
		xml_attr(&w, "b", rows[i].in);
		xml_content(&w, rows[i].in);
		xml_close(&w);
		strbuf_addf(&want, HEAD "<a b=\"%s\">%s</a>\n", rows[i].want, rows[i].want);
		assert_str(strbuf_str(&sb), strbuf_cstr(&want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(writes_nested_elements),
		RUN(escapes_what_xml_cannot_hold),
	};

	return RUN_ALL(tests);
}
