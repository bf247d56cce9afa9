/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/canonical_json.h"
#include "tests/unit/test.h"

static void becomes(struct str in, const char *want)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4096);

	assert_int_equal(json_parse(in, &doc, NULL), 0);
	assert_int_equal(canonical_json_write(doc, &out, NULL), 0);
	assert_str(strbuf_str(&out), want);
}

TEST(members_are_sorted_by_their_bytes_and_space_is_dropped)
{
	becomes(STR("{ \"b\": [1, -2,\n true, null], \"a\" : {\"Z\":\"\", \"\\u00e9\":0} }"),
		"{\"a\":{\"Z\":\"\",\"\xc3\xa9\":0},\"b\":[1,-2,true,null]}");
	becomes(STR("{\"ab\":1,\"a\":2,\"B\":3}"), "{\"B\":3,\"a\":2,\"ab\":1}");
	becomes(STR("{}"), "{}");
	becomes(STR("[]"), "[]");
}

TEST(only_quote_and_backslash_are_escaped)
{
	becomes(STR("[\"a\\n\\u0001\\\"\\\\\\/\\u2028\"]"), "[\"a\n\x01\\\"\\\\/\xe2\x80\xa8\"]");
}

TEST(fractions_have_no_canonical_form)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4096);
	struct err err = {0};

	assert_int_equal(json_parse(STR("{\"a\":[1.0]}"), &doc, NULL), 0);
	assert_int_equal(canonical_json_write(doc, &out, &err), -ERR_FORMAT);
	assert_has(err.msg, "fractions");
}

TEST(more_than_the_buffer_may_hold_is_an_error)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4);

	assert_int_equal(json_parse(STR("[1,2,3,4]"), &doc, NULL), 0);
	assert_int_equal(canonical_json_write(doc, &out, NULL), -ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(members_are_sorted_by_their_bytes_and_space_is_dropped),
		RUN(only_quote_and_backslash_are_escaped),
		RUN(fractions_have_no_canonical_form),
		RUN(more_than_the_buffer_may_hold_is_an_error),
	};

	return RUN_ALL(tests);
}
