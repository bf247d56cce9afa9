/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "tests/unit/test.h"

#define PEM_MAX 65536

/* Answers with a fixed word, and counts. */
struct answer {
	const char *word;
	int n;
};

static int answer(void *ctx, const char *what, struct secret *ret, struct err *err)
{
	struct answer *a = ctx;

	a->n++;
	assert_string_equal(what, "passphrase of the key");
	return secret_set(ret, str_of(a->word)) ? 0 : err_nomem(err);
}

static struct secret_key *generated(enum key_type type)
{
	struct secret_key *key = NULL;
	struct err err = {0};

	if (secret_key_generate(type, 2048, &key, &err) < 0)
		fail_msg("%s", err.msg);
	return key;
}

static const struct {
	enum key_type type;
	enum signature_scheme scheme;
} pairs[] = {
	{KEY_EC_P256, SIGNATURE_ECDSA_SHA256},	      {KEY_EC_P256, SIGNATURE_ECDSA_RAW_SHA256},
	{KEY_EC_P384, SIGNATURE_ECDSA_SHA384},	      {KEY_EC_P384, SIGNATURE_ECDSA_RAW_SHA384},
	{KEY_EC_P384, SIGNATURE_ECDSA_SHA256},	      {KEY_EC_P521, SIGNATURE_ECDSA_SHA512},
	{KEY_EC_P521, SIGNATURE_ECDSA_RAW_SHA512},    {KEY_ED25519, SIGNATURE_ED25519},
	{KEY_RSA, SIGNATURE_RSA_PKCS1_SHA256},	      {KEY_RSA, SIGNATURE_RSA_PKCS1_SHA512},
	{KEY_RSA, SIGNATURE_RSA_PSS_SHA256},	      {KEY_RSA, SIGNATURE_RSA_PSS_SHA384},
	{KEY_RSA, SIGNATURE_RSA_PSS_ANY_SALT_SHA256},
};

TEST(every_kind_of_key_signs_by_every_scheme_of_its_type)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		CLEANUP(secret_key_freep) struct secret_key *key = generated(pairs[i].type);
		CLEANUP(strbuf_done) struct strbuf sig = STRBUF_INIT(PEM_MAX);
		struct err err = {0};
		const struct public_key *pub = secret_key_public(key);

		assert_string_equal(secret_key_keeper(key), "file");
		if (secret_key_sign(key, pairs[i].scheme, STR("a message"), &sig, &err) < 0)
			fail_msg("%s: %s", public_key_name(pub), err.msg);
		assert_int_equal(public_key_verify(pub, pairs[i].scheme, STR("a message"),
						   strbuf_str(&sig), &err),
				 0);
		assert_int_equal(public_key_verify(pub, pairs[i].scheme, STR("a messagE"),
						   strbuf_str(&sig), &err),
				 -ERR_DENIED);
	}
}

TEST(a_scheme_of_another_type_is_refused)
{
	CLEANUP(secret_key_freep) struct secret_key *key = generated(KEY_ED25519);
	CLEANUP(strbuf_done) struct strbuf sig = STRBUF_INIT(PEM_MAX);
	struct err err = {0};

	assert_int_equal(secret_key_sign(key, SIGNATURE_RSA_PKCS1_SHA256, STR("x"), &sig, &err),
			 -ERR_DENIED);
	assert_string_equal(err.msg, "an Ed25519 key does not sign by rsa-pkcs1-sha256");
	assert_int_equal(secret_key_sign(key, SIGNATURE_NONE, STR("x"), &sig, &err), -ERR_DENIED);
	assert_int_equal(sig.n, 0);
}

TEST(a_key_comes_back_from_its_encrypted_file)
{
	const enum key_type types[] = {KEY_EC_P256, KEY_EC_P384, KEY_EC_P521, KEY_ED25519, KEY_RSA};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		CLEANUP(secret_key_freep) struct secret_key *key = generated(types[i]);
		CLEANUP(secret_key_freep) struct secret_key *back = NULL;
		CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_MAX);
		struct answer good = {.word = "tea"}, bad = {.word = "coffee"};
		struct secret_ask ask = {answer, &good};
		struct secret word = {(char *)"tea", 3};
		struct err err = {0};

		assert_int_equal(secret_key_format(key, &word, &pem, &err), 0);
		assert_has(strbuf_cstr(&pem), "BEGIN ENCRYPTED PRIVATE KEY");
		assert_int_equal(secret_key_parse(strbuf_str(&pem), &ask, &back, &err), 0);
		assert_int_equal(good.n, 1);
		assert_true(public_key_same(secret_key_public(key), secret_key_public(back)));

		ask.ctx = &bad;
		assert_int_equal(secret_key_parse(strbuf_str(&pem), &ask, &back, &err),
				 -ERR_DENIED);
		assert_string_equal(err.msg, "the passphrase does not open the key");
		assert_int_equal(secret_key_parse(strbuf_str(&pem), NULL, &back, &err),
				 -ERR_DENIED);
		assert_string_equal(err.msg,
				    "the passphrase of the key is wanted, and was not given");
	}
}

TEST(a_key_comes_back_from_its_bare_numbers)
{
	CLEANUP(secret_key_freep) struct secret_key *key = generated(KEY_EC_P256);
	CLEANUP(secret_key_freep) struct secret_key *back = NULL;
	CLEANUP(secret_done) struct secret der = {0};
	struct err err = {0};

	assert_int_equal(secret_key_der(key, &der, &err), 0);
	assert_int_equal(secret_key_parse_der(secret_str(&der), &back, &err), 0);
	assert_true(public_key_same(secret_key_public(key), secret_key_public(back)));
	assert_int_equal(secret_key_parse_der(str_make(der.p, der.n - 1), &back, &err),
			 -ERR_FORMAT);
}

/* What "openssl genrsa -traditional", "openssl ecparam -genkey" and "openssl pkcs8" write. */
static void write_with(int how, struct strbuf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	EVP_PKEY *pkey = how == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
				  : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	const EVP_CIPHER *cipher = how == 2 ? EVP_aes_128_cbc() : NULL;
	char *p;
	long n;

	if (how == 1)
		BIO_puts(bio, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
			      "-----END EC PARAMETERS-----\n");
	if (how == 3)
		PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
	else if (how == 4)
		PEM_write_bio_PKCS8PrivateKey_nid(bio, pkey, NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
						  "tea", 3, NULL, NULL);
	else
		PEM_write_bio_PrivateKey_traditional(bio, pkey, cipher, (unsigned char *)"tea",
						     cipher ? 3 : 0, NULL, NULL);
	n = BIO_get_mem_data(bio, &p);
	strbuf_add_bytes(out, p, (size_t)n);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
}

TEST(the_forms_that_openssl_writes_are_read_and_the_weak_ones_named)
{
	const struct {
		int r;
		const char *why;
	} rows[] = {
		{0, ""},
		{0, ""},
		{-ERR_UNSUPPORTED, "Proc-Type"},
		{0, ""},
		{-ERR_UNSUPPORTED, "not PBES2"},
	};

	for (int i = 0; i < (int)ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_MAX);
		CLEANUP(secret_key_freep) struct secret_key *key = NULL;
		struct err err = {0};

		write_with(i, &pem);
		assert_int_equal(secret_key_parse(strbuf_str(&pem), NULL, &key, &err), rows[i].r);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(two_keys_are_no_key)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_MAX);
	struct secret_key *key = NULL;
	struct err err = {0};

	write_with(3, &pem);
	write_with(3, &pem);
	assert_int_equal(secret_key_parse(strbuf_str(&pem), NULL, &key, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "two private keys where one is wanted");
	assert_int_equal(secret_key_parse(STR("hello"), NULL, &key, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "not a private key in PEM");
	assert_int_equal(secret_key_parse(STR_NULL, NULL, &key, &err), -ERR_FORMAT);
}

/* PKCS #8 encrypted with numbers that take too long; the passphrase is never asked for. */
TEST(work_that_a_file_asks_for_is_limited)
{
	for (int i = 0; i < 3; i++) {
		CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_MAX);
		EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
		X509_ALGOR *work = i == 0 ? PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), 1000, NULL, 16,
							      NULL, NID_hmacWithSHA256)
					  : PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 16, NULL,
								  1024, 8, 1);
		X509_SIG *sig = PKCS8_set0_pbe("tea", 3, info, work);
		BIO *bio = BIO_new(BIO_s_mem());
		struct secret_key *key = NULL;
		struct answer a = {.word = "tea"};
		struct secret_ask ask = {answer, &a};
		struct err err = {0};
		unsigned char *der = NULL;
		const unsigned char *again;
		int n = i2d_X509_SIG(sig, &der), r;
		/* The number of rounds, or N, made huge in place: 02 02 03 e8, 02 02 04 00. */
		struct str number = i == 0 ? STR("\x02\x02\x03\xe8") : STR("\x02\x02\x04\x00");
		size_t at = str_find(str_make(der, (size_t)n), number);
		char *p;
		long len;

		if (i == 2) { /* r instead: 02 01 08 */
			at = str_find(str_make(der, (size_t)n), STR("\x02\x01\x08"));
			assert_true(at < (size_t)n);
			der[at + 2] = 0x7f;
			at = str_find(str_make(der, (size_t)n), number);
		}
		assert_true(at < (size_t)n);
		der[at + 2] = 0x7f;
		again = der;
		X509_SIG_free(sig);
		sig = d2i_X509_SIG(NULL, &again, n);
		PEM_write_bio_PKCS8(bio, sig);
		len = BIO_get_mem_data(bio, &p);
		strbuf_add_bytes(&pem, p, (size_t)len);
		r = secret_key_parse(strbuf_str(&pem), &ask, &key, &err);
		/* 32,744 rounds are allowed, N = 32,512 is no power of two. */
		assert_int_equal(r, i == 2 ? -ERR_LIMIT : -ERR_DENIED);
		assert_int_equal(a.n, i == 2 ? 0 : 1);
		OPENSSL_free(der);
		X509_SIG_free(sig);
		EVP_PKEY_free(pkey);
		PKCS8_PRIV_KEY_INFO_free(info);
		BIO_free(bio);
	}
}

TEST(weak_keys_and_halves_of_two_keys_are_refused)
{
	struct secret_key *key = NULL;
	struct err err = {0};
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	unsigned char *der = NULL;
	int n = i2d_PrivateKey(pkey, &der);
	BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long len;

	PEM_write_bio(bio, "RSA PRIVATE KEY", "", der, n);
	len = BIO_get_mem_data(bio, &p);
	assert_int_equal(secret_key_parse(str_make(p, (size_t)len), NULL, &key, &err), -ERR_DENIED);
	assert_has(err.msg, "an RSA key of 1024 bits");
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	assert_int_equal(secret_key_generate(KEY_RSA, 1024, &key, &err), -ERR_USAGE);
}

TEST(a_curve_key_with_the_public_half_of_another_is_refused)
{
	EVP_PKEY *a = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	EVP_PKEY *b = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	unsigned char *of_a = NULL, *of_b = NULL;
	int n = i2d_PrivateKey(a, &of_a), m = i2d_PrivateKey(b, &of_b);
	BIO *bio = BIO_new(BIO_s_mem());
	struct secret_key *key = NULL;
	struct err err = {0};
	char *p;
	long len;

	assert_int_equal(n, m);
	memcpy(of_a + n - 64, of_b + n - 64, 64); /* the point ends the structure */
	PEM_write_bio(bio, "EC PRIVATE KEY", "", of_a, n);
	len = BIO_get_mem_data(bio, &p);
	assert_int_equal(secret_key_parse(str_make(p, (size_t)len), NULL, &key, &err), -ERR_DENIED);
	assert_string_equal(err.msg, "the key's halves do not belong to each other");
	OPENSSL_free(of_a);
	OPENSSL_free(of_b);
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
	BIO_free(bio);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_kind_of_key_signs_by_every_scheme_of_its_type),
		RUN(a_scheme_of_another_type_is_refused),
		RUN(a_key_comes_back_from_its_encrypted_file),
		RUN(a_key_comes_back_from_its_bare_numbers),
		RUN(the_forms_that_openssl_writes_are_read_and_the_weak_ones_named),
		RUN(two_keys_are_no_key),
		RUN(work_that_a_file_asks_for_is_limited),
		RUN(weak_keys_and_halves_of_two_keys_are_refused),
		RUN(a_curve_key_with_the_public_half_of_another_is_refused),
	};

	return RUN_ALL(tests);
}
