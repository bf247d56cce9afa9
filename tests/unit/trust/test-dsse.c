/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dsse.h"
#include "base/limits.h"
#include "tests/unit/test_sigstore.h"
#include "trust/statement.h"

TEST(what_is_signed_has_lengths_and_type)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1024);

	/* The example of the specification, protocol.md. */
	assert_int_equal(
		dsse_pae(STR("http://example.com/HelloWorld"), STR("hello world"), &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

TEST(envelopes_are_read_strictly)
{
	const struct {
		const char *json, *why;
	} rows[] = {
		{"{\"payloadType\":\"t\",\"payload\":\"aGk=\",\"signatures\":[{\"sig\":\"AA==\"}]}",
		 NULL},
		{"{\"payloadType\":\"t\",\"payload\":\"+_8=\",\"signatures\":[{\"sig\":\"AA==\"}]}",
		 "\"payload\" of the envelope is no base64"},
		{"{\"payloadType\":\"t\",\"payload\":\"-_8\",\"signatures\":[{\"sig\":\"AA==\"}]}",
		 NULL},
		{"{\"payloadType\":\"t\",\"payload\":\"aGk=\",\"signatures\":[]}",
		 "the envelope has no \"signatures\""},
		{"{\"payloadType\":\"t\",\"payload\":\"aGk=\",\"signatures\":{}}",
		 "the envelope has no \"signatures\""},
		{"{\"payloadType\":\"t\",\"payload\":\"aGk=\",\"signatures\":[{\"sig\":\"\"}]}",
		 "signature 1: the envelope has no \"sig\""},
		{"{\"payload\":\"aGk=\",\"signatures\":[{\"sig\":\"AA==\"}]}",
		 "the envelope has no \"payloadType\""},
		{"{\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\"}]}",
		 "the envelope has no \"payload\""},
		{"{\"payloadType\":\"t\",\"payload\":\"aGk=\",\"payload\":\"aGk=\","
		 "\"signatures\":[{\"sig\":\"AA==\"}]}",
		 "duplicate"},
		{"[]", "not a JSON object"},
		{"{", "the envelope: line 1"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dsse envelope;
		struct err err = {0};
		struct arena arena;
		int r;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		r = dsse_parse(str_of(rows[i].json), &arena, &envelope, &err);
		if ((r == 0) != !rows[i].why || (r < 0 && !strstr(err.msg, rows[i].why)))
			fail_msg("row %zu: %d %s", i, r, err.msg);
		arena_done(&arena);
	}
}

TEST(a_signature_is_over_payload_and_type)
{
	CLEANUP(strbuf_done) struct strbuf pae = STRBUF_INIT(1024), sig = STRBUF_INIT(512);
	CLEANUP(strbuf_done) struct strbuf spki = STRBUF_INIT(1024), json = STRBUF_INIT(4096);
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	EVP_PKEY *pkey = test_key_make(NULL);
	struct dsse envelope;
	struct err err = {0};
	struct arena arena;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	test_add_spki(&spki, pkey);
	assert_int_equal(public_key_parse(strbuf_str(&spki), &key, NULL), 0);
	assert_int_equal(dsse_pae(STR("type"), STR("payload"), &pae, NULL), 0);
	test_add_signature(&sig, pkey, strbuf_str(&pae));
	assert_int_equal(
		dsse_write(STR("type"), STR("payload"), STR("id"), strbuf_str(&sig), &json, NULL),
		0);
	assert_int_equal(dsse_parse(strbuf_str(&json), &arena, &envelope, NULL), 0);
	assert_str(envelope.signatures[0].keyid, "id");
	assert_int_equal(dsse_verify(&envelope, key, public_key_scheme(key), &err), 0);
	envelope.payload_type = STR("typ");
	assert_int_equal(dsse_verify(&envelope, key, public_key_scheme(key), &err), -ERR_DENIED);
	envelope.payload_type = STR("type");
	envelope.payload = STR("payloaD");
	assert_int_equal(dsse_verify(&envelope, key, public_key_scheme(key), &err), -ERR_DENIED);
	envelope.n_signatures = 0;
	assert_int_equal(dsse_verify(&envelope, key, public_key_scheme(key), &err), -ERR_DENIED);
	assert_has(err.msg, "no signature");
	arena_done(&arena);
	EVP_PKEY_free(pkey);
}

TEST(statements_are_read_strictly)
{
#define SUBJECT "\"subject\":[{\"name\":\"n\",\"digest\":{\"sha256\":\"ab\"}}]"
#define KIND	"\"predicateType\":\"p\""
	const struct {
		const char *json, *why;
	} rows[] = {
		{"{\"_type\":\"https://in-toto.io/Statement/v1\"," SUBJECT "," KIND "}", NULL},
		{"{\"_type\":\"https://in-toto.io/Statement/v0.1\"," SUBJECT "," KIND
		 ",\"predicate\":{}}",
		 NULL},
		{"{\"_type\":\"https://in-toto.io/Statement/v2\"," SUBJECT "," KIND "}",
		 "\"_type\" is \"https://in-toto.io/Statement/v2\""},
		{"{" SUBJECT "," KIND "}", "\"_type\" is \"\""},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\"," SUBJECT "}", "predicateType"},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\"," KIND "}", "no \"subject\""},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[]," KIND "}",
		 "no \"subject\""},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{}]," KIND "}",
		 "subject 1 of the statement has no digest"},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"a\":1}"
		 "}]," KIND "}",
		 "its digest \"a\" is none"},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\"," SUBJECT "," KIND
		 ",\"predicate\":[]}",
		 "\"predicate\" of the statement is no object"},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\",\"_type\":\"x\"}", "duplicate"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(statement_done) struct statement s = {0};
		struct err err = {0};
		int r = statement_parse(str_of(rows[i].json), &s, &err);

		if ((r == 0) != !rows[i].why || (r < 0 && !strstr(err.msg, rows[i].why)))
			fail_msg("row %zu: %d %s", i, r, err.msg);
	}
}

TEST(a_statement_is_about_the_digests_of_its_subjects)
{
	CLEANUP(statement_done) struct statement s = {0};
	struct digest_value d = test_digest(STR("x")), other = test_digest(STR("y"));
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1024);
	size_t i = 0;

	strbuf_adds(&sb, "{\"_type\":\"https://in-toto.io/Statement/v1\"," KIND ",\"subject\":["
			 "{\"digest\":{\"sha512\":\"00\"}},{\"digest\":{\"sha256\":\"");
	test_add_hex(&sb, test_digest_bytes(&d));
	strbuf_adds(&sb, "\"}}]}");
	assert_int_equal(statement_parse(strbuf_str(&sb), &s, NULL), 0);
	assert_true(statement_is_about(&s, &d, &i));
	assert_int_equal(i, 1);
	assert_false(statement_is_about(&s, &other, NULL));
	d.algorithm = DIGEST_SHA512;
	assert_false(statement_is_about(&s, &d, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_signed_has_lengths_and_type),
		RUN(envelopes_are_read_strictly),
		RUN(a_signature_is_over_payload_and_type),
		RUN(statements_are_read_strictly),
		RUN(a_statement_is_about_the_digests_of_its_subjects),
	};

	return RUN_ALL(tests);
}
