/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cosign_key.h"
#include "codec/base64.h"
#include "tests/unit/test.h"

#define PEM_MAX 131072

static int answer(void *ctx, const char *what, struct secret *ret, struct err *err)
{
	return secret_set(ret, str_of(ctx)) ? 0 : err_nomem(err);
}

static const struct secret tea = {(char *)"tea", 3};

TEST(a_key_comes_back_from_the_file_that_was_written)
{
	const enum key_type types[] = {KEY_EC_P256, KEY_ED25519, KEY_RSA};
	struct secret_ask good = {answer, (void *)"tea"}, bad = {answer, (void *)"coffee"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		CLEANUP(secret_key_freep) struct secret_key *key = NULL;
		CLEANUP(secret_key_freep) struct secret_key *back = NULL;
		CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_MAX);
		struct err err = {0};

		assert_int_equal(secret_key_generate(types[i], 2048, &key, &err), 0);
		assert_int_equal(cosign_key_format(key, &tea, &pem, &err), 0);
		assert_true(cosign_key_is(strbuf_str(&pem)));
		assert_int_equal(cosign_key_parse(strbuf_str(&pem), &good, &back, &err), 0);
		assert_true(public_key_same(secret_key_public(key), secret_key_public(back)));
		assert_int_equal(cosign_key_parse(strbuf_str(&pem), &bad, &back, &err),
				 -ERR_DENIED);
		assert_string_equal(err.msg, "the passphrase does not open the key");
		assert_int_equal(cosign_key_parse(strbuf_str(&pem), NULL, &back, &err),
				 -ERR_DENIED);
	}
}

/* A box around no key at all; %s are N and the names of the two methods. */
static void write_file(const char *json, const char *name, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(PEM_MAX);

	assert_int_equal(base64_encode(str_of(json), BASE64_STANDARD, &text, NULL), 0);
	strbuf_addf(out, "-----BEGIN %s-----\n%.*s\n-----END %s-----\n", name,
		    STR_FMT(strbuf_str(&text)), name);
}

#define SALT  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define NONCE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BOX(n, r, p, kdf, cipher, nonce, text)                                                     \
	"{\"kdf\":{\"name\":\"" kdf "\",\"params\":{\"N\":" n ",\"r\":" r ",\"p\":" p              \
	"},\"salt\":\"" SALT "\"},\"cipher\":{\"name\":\"" cipher "\",\"nonce\":\"" nonce          \
	"\"},\"ciphertext\":\"" text "\"}"
#define TEXT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

TEST(what_cosign_does_not_write_is_refused_before_any_work)
{
	static const struct {
		const char *json;
		int r;
		const char *why;
	} rows[] = {
		{BOX("32768", "8", "1", "scrypt", "nacl/secretbox", NONCE, TEXT), -ERR_DENIED,
		 "does not open"},
		{BOX("1073741824", "8", "1", "scrypt", "nacl/secretbox", NONCE, TEXT), -ERR_LIMIT,
		 "other work than cosign"},
		{BOX("2", "8", "1", "scrypt", "nacl/secretbox", NONCE, TEXT), -ERR_LIMIT,
		 "other work"},
		{BOX("32768", "9", "1", "scrypt", "nacl/secretbox", NONCE, TEXT), -ERR_LIMIT,
		 "other work"},
		{BOX("32768", "8", "2", "scrypt", "nacl/secretbox", NONCE, TEXT), -ERR_LIMIT,
		 "other work"},
		{BOX("\"x\"", "8", "1", "scrypt", "nacl/secretbox", NONCE, TEXT), -ERR_FORMAT,
		 "lacks numbers"},
		{BOX("32768", "8", "1", "argon2", "nacl/secretbox", NONCE, TEXT), -ERR_UNSUPPORTED,
		 "not made with scrypt"},
		{BOX("32768", "8", "1", "scrypt", "aes", NONCE, TEXT), -ERR_UNSUPPORTED,
		 "not encrypted with nacl/secretbox"},
		{BOX("32768", "8", "1", "scrypt", "nacl/secretbox", "AAAA", TEXT), -ERR_FORMAT,
		 "wrong length"},
		{BOX("32768", "8", "1", "scrypt", "nacl/secretbox", NONCE, "AAAA"), -ERR_FORMAT,
		 "wrong length"},
		{BOX("32768", "8", "1", "scrypt", "nacl/secretbox", NONCE, "%"), -ERR_FORMAT,
		 "no \"ciphertext\" in base64"},
		{"{\"kdf\":1,\"kdf\":2}", -ERR_FORMAT, "line 1"},
		{"[]", -ERR_UNSUPPORTED, "not made with scrypt"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_MAX);
		struct secret_ask ask = {answer, (void *)"tea"};
		struct secret_key *key = NULL;
		struct err err = {0};

		write_file(rows[i].json, "ENCRYPTED COSIGN PRIVATE KEY", &pem);
		assert_int_equal(cosign_key_parse(strbuf_str(&pem), &ask, &key, &err), rows[i].r);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(another_block_is_none_of_cosigns)
{
	struct secret_key *key = NULL;
	struct err err = {0};

	assert_false(cosign_key_is(STR("-----BEGIN PRIVATE KEY-----\nAAAA\n")));
	assert_false(cosign_key_is(STR("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n")));
	assert_int_equal(cosign_key_parse(STR("hello"), NULL, &key, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "no key file of cosign's");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_key_comes_back_from_the_file_that_was_written),
		RUN(what_cosign_does_not_write_is_refused_before_any_work),
		RUN(another_block_is_none_of_cosigns),
	};

	return RUN_ALL(tests);
}
