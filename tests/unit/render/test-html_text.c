/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "render/html_text.h"

static const struct {
	const char *in, *want;
} texts[] = {
	{"plain", "plain"},
	{"<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"},
	{"a\x1b[2J\nb", "a\\x1b[2J\\x0ab"},
	{"e\xe2\x80\xaeg", "e\\xe2\\x80\\xaeg"},
	{"\xff\xfe", "\\xff\\xfe"},
	{"\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac"},
};

TEST(nothing_of_a_text_is_markup_or_hides)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);

		html_add(&out, str_of(texts[i].in));
		assert_str(strbuf_str(&out), texts[i].want);
	}
}

TEST(a_long_text_is_cut)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1 << 20);
	static char text[100000];

	memset(text, '<', sizeof text);
	html_add(&out, str_make(text, sizeof text));
	assert_int_equal(out.n, 4 * (HTML_COLUMNS - 1) + strlen("\u2026"));
}

TEST(json_in_a_page_ends_no_script)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);

	html_add_json(&out, STR("[\"</script><!--&\x7f\xc2\x85\xc3\xa4\"]"));
	assert_str(strbuf_str(&out), "[\"\\u003c/script\\u003e\\u003c!--\\u0026\\u007f\\u0085"
				     "\xc3\xa4\"]");
}

TEST(counts_have_their_word)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);

	html_count(&out, 1, "finding", "findings");
	strbuf_adds(&out, ", ");
	html_count(&out, 4120, "finding", "findings");
	assert_str(strbuf_str(&out), "1 finding, 4,120 findings");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(nothing_of_a_text_is_markup_or_hides),
		RUN(a_long_text_is_cut),
		RUN(json_in_a_page_ends_no_script),
		RUN(counts_have_their_word),
	};

	return RUN_ALL(tests);
}
