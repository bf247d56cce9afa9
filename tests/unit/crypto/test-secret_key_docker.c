/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret_key_docker.h"
#include "crypto/certificate.h"
#include "tests/unit/test.h"

/* openssl ecparam -genkey -name prime256v1 | openssl ec -aes-256-cbc -passout pass:test */
#define OLD_BODY                                                                                   \
	"\n"                                                                                       \
	"ZROLedMHocIqVL7hKx9InjowwL2Tp7P7wiVaTwOl0T9R62PZ+PKgHlWsVflqvK1c\n"                       \
	"gK+OMbo3+SiUQaIEp7sBRRkv115kdftXP7TK84XmIw4MtufQe5WP0g+N+ISjc39B\n"                       \
	"bLVAKaMZnmLH1E2bz7VDNJ1hhUw+h9Jw9oMhPeuELxI=\n"                                           \
	"-----END EC PRIVATE KEY-----\n"
#define OLD_FIELDS                                                                                 \
	"-----BEGIN EC PRIVATE KEY-----\n"                                                         \
	"Proc-Type: 4,ENCRYPTED\n"                                                                 \
	"DEK-Info: AES-256-CBC,8235557E694542E65D40F1625EE6B1DD\n"

static int give(void *ctx, const char *what, struct secret *ret, struct err *err)
{
	(void)what;
	(void)err;
	return secret_set(ret, str_of(ctx)) ? 0 : -ERR_NOMEM;
}

static int parse(const char *pem, const char *passphrase, struct secret_key **ret, struct err *err)
{
	const struct secret_ask ask = {give, (void *)(uintptr_t)passphrase};

	return secret_key_docker_parse(str_of(pem), &ask, ret, err);
}

TEST(keys_of_old_clients_are_opened)
{
	static const char *const texts[] = {OLD_FIELDS OLD_BODY, OLD_FIELDS "role: root\n" OLD_BODY,
					    "text before\n" OLD_FIELDS OLD_BODY};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP(secret_key_freep) struct secret_key *key = NULL;
		struct secret_key_docker about;

		assert_int_equal(parse(texts[i], "test", &key, NULL), 0);
		assert_string_equal(public_key_name(secret_key_public(key)), "ECDSA P-256");
		assert_int_equal(secret_key_docker_look(str_of(texts[i]), &about, NULL), 0);
		assert_true(about.encrypted);
		assert_str(about.role, i == 1 ? "root" : "");
	}
}

TEST(bad_key_files_say_why)
{
	static const struct {
		const char *pem;
		const char *passphrase;
		int code;
		const char *why;
	} rows[] = {
		{OLD_FIELDS OLD_BODY, "wrong", ERR_DENIED, "the passphrase does not open the key"},
		{OLD_FIELDS, "test", ERR_DENIED, "does not open"},
		{"", "test", ERR_FORMAT, "not a private key in PEM"},
		{"-----BEGIN PUBLIC KEY-----\n", "test", ERR_FORMAT, "not a private key in PEM"},
		{"-----BEGIN ENCRYPTED PRIVATE KEY-----\nrole: root\n\nAAAA\n"
		 "-----END ENCRYPTED PRIVATE KEY-----\n",
		 "test", ERR_FORMAT, "not an encrypted private key"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct secret_key *key = NULL;
		struct err err = {0};
		int r = parse(rows[i].pem, rows[i].passphrase, &key, &err);

		if (r != -rows[i].code || !strstr(err.msg, rows[i].why))
			fail_msg("row %zu: %d %s", i, r, err.msg);
	}
}

TEST(what_is_written_is_opened_again)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(65536);
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	CLEANUP(secret_key_freep) struct secret_key *again = NULL;
	CLEANUP(secret_done) struct secret passphrase = {0};
	struct secret_key_docker about;
	struct err err = {0};

	assert_int_equal(secret_key_generate(KEY_EC_P256, 0, &key, NULL), 0);
	assert_true(secret_set(&passphrase, STR("test")));
	assert_int_equal(secret_key_docker_format(key, &passphrase, STR("targets/a"), STR("x/y"),
						  &pem, NULL),
			 0);
	assert_int_equal(secret_key_docker_look(strbuf_str(&pem), &about, NULL), 0);
	assert_str(about.role, "targets/a");
	assert_str(about.gun, "x/y");
	assert_true(about.encrypted);
	assert_int_equal(parse(strbuf_cstr(&pem), "test", &again, NULL), 0);
	assert_true(public_key_same(secret_key_public(key), secret_key_public(again)));
	secret_key_freep(&again);
	assert_int_equal(parse(strbuf_cstr(&pem), "tset", &again, &err), -ERR_DENIED);
}

TEST(a_certificate_is_the_keys_own)
{
	static const struct {
		enum key_type type;
		unsigned bits;
	} rows[] = {{KEY_EC_P256, 0}, {KEY_EC_P384, 0}, {KEY_RSA, 2048}};
	/* longer than the 64 characters that X.520 gives a common name */
	static const char name[] =
		"registry.example.com:5000/a/rather/long/name/of/a/repository/app";

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(65536);
		CLEANUP(secret_key_freep) struct secret_key *key = NULL;
		CLEANUP(certificate_freep) struct certificate *cert = NULL;
		struct str subject;

		assert_int_equal(secret_key_generate(rows[i].type, rows[i].bits, &key, NULL), 0);
		assert_int_equal(
			secret_key_certify(key, STR(name), 1800000000, 1900000000, &pem, NULL), 0);
		assert_int_equal(certificate_parse(strbuf_str(&pem), &cert, NULL), 0);
		subject = certificate_subject(cert);
		assert_true(str_pull_prefix(&subject, STR("CN=")));
		assert_str(subject, name);
		assert_true(certificate_is_self_signed(cert));
		assert_false(certificate_is_ca(cert));
		assert_true(certificate_has_use(cert, CERTIFICATE_USE_CODE));
		assert_int_equal(certificate_not_before(cert), 1800000000);
		assert_int_equal(certificate_not_after(cert), 1900000000);
		assert_true(public_key_same(certificate_key(cert), secret_key_public(key)));
	}
}

TEST(an_ed25519_key_is_no_root)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(65536);
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	struct err err = {0};

	assert_int_equal(secret_key_generate(KEY_ED25519, 0, &key, NULL), 0);
	assert_int_equal(secret_key_certify(key, STR("a"), 0, 1, &pem, &err), -ERR_UNSUPPORTED);
	assert_has(err.msg, "take ECDSA or RSA");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(keys_of_old_clients_are_opened),  RUN(bad_key_files_say_why),
		RUN(what_is_written_is_opened_again), RUN(a_certificate_is_the_keys_own),
		RUN(an_ed25519_key_is_no_root),
	};

	return RUN_ALL(tests);
}
