/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "trust/simple_signing.h"

#define DIGEST	 "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define IDENTITY "\"identity\":{\"docker-reference\":\"example.com/app:1\"}"
#define IMAGE	 "\"image\":{\"docker-manifest-digest\":\"" DIGEST "\"}"
#define TYPE	 "\"type\":\"atomic container signature\""
#define COSIGN	 "\"type\":\"cosign container image signature\""
#define CRITICAL "\"critical\":{" IDENTITY "," IMAGE "," TYPE "}"

TEST(a_payload_says_which_image_is_signed_under_which_name)
{
	const char *text = "{" CRITICAL ",\"optional\":{\"creator\":\"c 1\",\"timestamp\":17,"
			   "\"more\":[1]}}";
	struct simple_signing s;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(simple_signing_parse(str_of(text), STR(SIMPLE_SIGNING_GPG), &a, &s, NULL),
			 0);
	assert_str(s.reference, "example.com/app:1");
	assert_str(s.digest, DIGEST);
	assert_str(s.creator, "c 1");
	assert_int_equal(s.timestamp, 17);
	arena_done(&a);
}

static const struct {
	const char *text, *says;
} bad[] = {
	{"", "line 1"},
	{"[]", "payload: is no object"},
	{"{\"optional\":{}}", "payload: \"critical\" is missing"},
	{"{" CRITICAL "}", "payload: \"optional\" is missing"},
	{"{" CRITICAL ",\"optional\":null}", "optional: is no object"},
	{"{" CRITICAL ",\"optional\":{},\"x\":1}", "payload: \"x\" is not known here"},
	{"{\"critical\":{" IDENTITY "," IMAGE "," TYPE ",\"x\":1},\"optional\":{}}",
	 "critical: \"x\" is not known here"},
	{"{\"critical\":{" IDENTITY "," TYPE "},\"optional\":{}}",
	 "critical: \"image\" is missing"},
	{"{\"critical\":{" IDENTITY "," IMAGE "},\"optional\":{}}",
	 "critical: \"type\" is missing"},
	{"{\"critical\":{" IMAGE "," TYPE "},\"optional\":{}}", "\"identity\" is missing"},
	{"{\"critical\":{" IDENTITY "," IMAGE "," COSIGN "},\"optional\":{}}",
	 "is of type \"cosign container image signature\""},
	{"{\"critical\":{" IDENTITY "," IMAGE "," TYPE "," TYPE "},\"optional\":{}}", "duplicate"},
	{"{\"critical\":{\"identity\":{\"docker-reference\":1}," IMAGE "," TYPE
	 "},\"optional\":{}}",
	 "critical.identity: \"docker-reference\" is no string"},
	{"{\"critical\":{\"identity\":{\"docker-reference\":\"a\",\"b\":1}," IMAGE "," TYPE
	 "},\"optional\":{}}",
	 "critical.identity: \"b\" is not known here"},
	{"{\"critical\":{" IDENTITY ",\"image\":{\"docker-manifest-digest\":\"md5:00\"}," TYPE
	 "},\"optional\":{}}",
	 "md5"},
	{"{" CRITICAL ",\"optional\":{\"creator\":1}}", "optional: \"creator\" is no string"},
	{"{" CRITICAL ",\"optional\":{\"timestamp\":1.5}}", "\"timestamp\" is no integer"},
	{"{" CRITICAL ",\"optional\":{\"timestamp\":\"1\"}}", "\"timestamp\" is no integer"},
	{"{" CRITICAL ",\"optional\":{}} x", "line 1"},
};

TEST(anything_unexpected_in_a_payload_is_refused)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct simple_signing s;
		struct err err = {0};
		int r = simple_signing_parse(str_of(bad[i].text), STR(SIMPLE_SIGNING_GPG), &a, &s,
					     &err);

		if (r >= 0)
			fail_msg("taken: %s", bad[i].text);
		assert_has(err.msg, bad[i].says);
	}
	arena_done(&a);
}

TEST(cosign_may_leave_optional_out)
{
	static const char *const texts[] = {
		"{\"critical\":{" IDENTITY "," IMAGE "," COSIGN "}}",
		"{\"critical\":{" IDENTITY "," IMAGE "," COSIGN "},\"optional\":null}",
	};
	struct simple_signing s;
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(simple_signing_parse(str_of(texts[i]), STR(SIMPLE_SIGNING_COSIGN),
						      &a, &s, NULL),
				 0);
	arena_done(&a);
}

TEST(what_is_written_can_be_read)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct simple_signing in = {.type = STR(SIMPLE_SIGNING_GPG),
				    .digest = STR(DIGEST),
				    .reference = STR("example.com/a\"b:1"),
				    .creator = STR("test"),
				    .timestamp = 5};
	struct simple_signing s;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(simple_signing_write(&in, &sb, NULL), 0);
	assert_int_equal(simple_signing_parse(strbuf_str(&sb), in.type, &a, &s, NULL), 0);
	assert_str(s.reference, "example.com/a\"b:1");
	assert_int_equal(s.timestamp, 5);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_payload_says_which_image_is_signed_under_which_name),
		RUN(anything_unexpected_in_a_payload_is_refused),
		RUN(cosign_may_leave_optional_out),
		RUN(what_is_written_can_be_read),
	};

	return RUN_ALL(tests);
}
