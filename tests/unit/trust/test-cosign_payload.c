/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cosign/payload.h"
#include "tests/unit/test.h"

#define DIGEST			    "sha256:abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define UPPER			    "sha256:ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789"
#define PAYLOAD(critical, optional) "{\"critical\":" critical ",\"optional\":" optional "}"
#define CRITICAL(digest, type)                                                                     \
	"{\"identity\":{\"docker-reference\":\"example.com/app\"},"                                \
	"\"image\":{\"docker-manifest-digest\":\"" digest "\"},\"type\":\"" type "\"}"
#define GOOD CRITICAL(DIGEST, COSIGN_PAYLOAD_TYPE)

TEST(what_is_written_is_what_cosign_writes_and_is_read_back)
{
	const struct artifact_annotation annotations[] = {{STR("env"), STR("prod \"1\"")},
							  {STR("run"), STR("7")}};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4096);
	CLEANUP(strbuf_done) struct strbuf bare = STRBUF_INIT(4096);
	CLEANUP(cosign_payload_done) struct cosign_payload p = {0};
	struct err err = {0};

	assert_int_equal(
		cosign_payload_write(STR("example.com/app"), STR(DIGEST), NULL, 0, &bare, &err), 0);
	assert_str(strbuf_str(&bare), PAYLOAD(GOOD, "null"));
	assert_int_equal(cosign_payload_write(STR("example.com/app"), STR(DIGEST), annotations, 2,
					      &out, &err),
			 0);
	assert_int_equal(cosign_payload_parse(strbuf_str(&out), &p, &err), 0);
	assert_str(p.digest, DIGEST);
	assert_str(p.type, COSIGN_PAYLOAD_TYPE);
	assert_str(p.reference, "example.com/app");
	assert_true(cosign_payload_says(&p, STR("env"), STR("prod \"1\"")));
	assert_false(cosign_payload_says(&p, STR("env"), STR("prod")));
	assert_false(cosign_payload_says(&p, STR("none"), STR("")));
}

TEST(values_that_are_no_texts_are_compared_as_json_writes_them)
{
	CLEANUP(cosign_payload_done) struct cosign_payload p = {0};
	const char *text =
		PAYLOAD(GOOD, "{\"a\":12,\"b\":true,\"c\":null,\"d\":[\"x\"],\"e\":1.5}");

	assert_int_equal(cosign_payload_parse(str_of(text), &p, NULL), 0);
	assert_true(cosign_payload_says(&p, STR("a"), STR("12")));
	assert_true(cosign_payload_says(&p, STR("b"), STR("true")));
	assert_false(cosign_payload_says(&p, STR("b"), STR("false")));
	assert_false(cosign_payload_says(&p, STR("c"), STR("")));
	assert_false(cosign_payload_says(&p, STR("d"), STR("x")));
	assert_false(cosign_payload_says(&p, STR("e"), STR("1.5")));
}

TEST(what_is_no_payload_says_why)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"hello", "the payload: "},
		{"", "the payload: "},
		{"[]", "no \"critical\""},
		{PAYLOAD("{}", "null"), "no \"critical.type\""},
		{PAYLOAD("{\"type\":1}", "null"), "no \"critical.type\""},
		{PAYLOAD("{\"type\":\"x\"}", "null"),
		 "no \"critical.image.docker-manifest-digest\""},
		{PAYLOAD(CRITICAL("sha256:ab", "x"), "null"), "sha256:ab"},
		{PAYLOAD(CRITICAL(UPPER, "x"), "null"), "not lower-case hex"},
		{PAYLOAD(GOOD, "[]"), "\"optional\" of the payload is no object"},
		{"{\"critical\":" GOOD ",\"critical\":" GOOD "}", "duplicate"},
		{PAYLOAD(GOOD, "null") "x", "the payload: "},
		{PAYLOAD("{\"identity\":{\"docker-reference\":7},\"image\":{\"docker-manifest-"
			 "digest\":\"" DIGEST "\"},\"type\":\"x\"}",
			 "null"),
		 "no \"critical.identity.docker-reference\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(cosign_payload_done) struct cosign_payload p = {0};
		struct err err = {0};

		assert_true(cosign_payload_parse(str_of(rows[i].text), &p, &err) < 0);
		assert_has(err.msg, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_written_is_what_cosign_writes_and_is_read_back),
		RUN(values_that_are_no_texts_are_compared_as_json_writes_them),
		RUN(what_is_no_payload_says_why),
	};

	return RUN_ALL(tests);
}
