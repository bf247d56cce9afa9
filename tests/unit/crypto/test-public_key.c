/* SPDX-License-Identifier: Apache-2.0 */
/* Keys are made here by OpenSSL, so that each scheme meets each kind of key. */
#include "crypto/public_key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/unit/test.h"

#define MESSAGE STR("what is signed")

enum { P256, P384, P521, ED25519, RSA2048, KEYS };

static EVP_PKEY *pkeys[KEYS];
static struct public_key *keys[KEYS];

static struct str spki(EVP_PKEY *pkey, unsigned char *buf, size_t n)
{
	int len = i2d_PUBKEY(pkey, NULL);

	assert_in_range(len, 1, n);
	(void)i2d_PUBKEY(pkey, &buf);
	return str_make(buf - len, (size_t)len);
}

static int make_keys(void **state)
{
	unsigned char der[2048];

	pkeys[P256] = EVP_EC_gen("P-256");
	pkeys[P384] = EVP_EC_gen("P-384");
	pkeys[P521] = EVP_EC_gen("P-521");
	pkeys[ED25519] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	pkeys[RSA2048] = EVP_RSA_gen(2048);
	for (size_t i = 0; i < KEYS; i++)
		assert_int_equal(public_key_parse(spki(pkeys[i], der, sizeof der), &keys[i], NULL),
				 0);
	return 0;
}

static int drop_keys(void **state)
{
	for (size_t i = 0; i < KEYS; i++) {
		public_key_free(keys[i]);
		EVP_PKEY_free(pkeys[i]);
	}
	return 0;
}

/* A signature in DER or PKCS #1; padding and salt as given for RSA. */
static struct str sign(EVP_PKEY *pkey, const char *digest, int padding, int salt,
		       unsigned char *buf, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *of_ctx = NULL;

	assert_int_equal(EVP_DigestSignInit_ex(ctx, &of_ctx, digest, NULL, NULL, pkey, NULL), 1);
	if (padding)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(of_ctx, padding), 1);
	if (padding == RSA_PKCS1_PSS_PADDING)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(of_ctx, salt), 1);
	assert_int_equal(EVP_DigestSign(ctx, buf, &n, (const unsigned char *)MESSAGE.p, MESSAGE.n),
			 1);
	EVP_MD_CTX_free(ctx);
	return str_make(buf, n);
}

static const struct row {
	enum signature_scheme scheme;
	int key;
	const char *digest;
	int padding, salt;
} rows[] = {
	{SIGNATURE_ECDSA_SHA256, P256, "SHA256", 0, 0},
	{SIGNATURE_ECDSA_SHA384, P384, "SHA384", 0, 0},
	{SIGNATURE_ECDSA_SHA512, P521, "SHA512", 0, 0},
	{SIGNATURE_ECDSA_SHA256, P384, "SHA256", 0, 0},
	{SIGNATURE_ED25519, ED25519, NULL, 0, 0},
	{SIGNATURE_RSA_PKCS1_SHA256, RSA2048, "SHA256", RSA_PKCS1_PADDING, 0},
	{SIGNATURE_RSA_PKCS1_SHA384, RSA2048, "SHA384", RSA_PKCS1_PADDING, 0},
	{SIGNATURE_RSA_PKCS1_SHA512, RSA2048, "SHA512", RSA_PKCS1_PADDING, 0},
	{SIGNATURE_RSA_PSS_SHA256, RSA2048, "SHA256", RSA_PKCS1_PSS_PADDING, 32},
	{SIGNATURE_RSA_PSS_SHA512, RSA2048, "SHA512", RSA_PKCS1_PSS_PADDING, 64},
	{SIGNATURE_RSA_PSS_ANY_SALT_SHA256, RSA2048, "SHA256", RSA_PKCS1_PSS_PADDING, 222},
	{SIGNATURE_RSA_PSS_ANY_SALT_SHA384, RSA2048, "SHA384", RSA_PKCS1_PSS_PADDING, 0},
};

TEST(a_signature_holds_with_its_key_message_and_scheme_and_nothing_else)
{
	unsigned char buf[1024];
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct str sig = sign(pkeys[row->key], row->digest, row->padding, row->salt, buf,
				      sizeof buf);

		assert_int_equal(public_key_verify(keys[row->key], row->scheme, MESSAGE, sig, NULL),
				 0);
		assert_int_equal(public_key_verify(keys[row->key], row->scheme,
						   STR("what is Signed"), sig, &err),
				 -ERR_DENIED);
		assert_has(err.msg, "does not hold");
		for (size_t n = 0; n < sig.n; n++)
			assert_int_equal(public_key_verify(keys[row->key], row->scheme, MESSAGE,
							   str_sub(sig, 0, n), NULL),
					 -ERR_DENIED);
		for (int k = 0; k < KEYS; k++)
			if (k != row->key)
				assert_int_equal(
					public_key_verify(keys[k], row->scheme, MESSAGE, sig, NULL),
					-ERR_DENIED);
		buf[sig.n] = 0;
		assert_int_equal(public_key_verify(keys[row->key], row->scheme, MESSAGE,
						   str_make(buf, sig.n + 1), NULL),
				 -ERR_DENIED);
	}
}

TEST(another_digest_padding_or_salt_is_refused)
{
	unsigned char buf[1024];
	struct str sig = sign(pkeys[RSA2048], "SHA256", RSA_PKCS1_PSS_PADDING, 20, buf, sizeof buf);

	assert_int_equal(
		public_key_verify(keys[RSA2048], SIGNATURE_RSA_PSS_SHA256, MESSAGE, sig, NULL),
		-ERR_DENIED);
	assert_int_equal(public_key_verify(keys[RSA2048], SIGNATURE_RSA_PSS_ANY_SALT_SHA256,
					   MESSAGE, sig, NULL),
			 0);
	assert_int_equal(
		public_key_verify(keys[RSA2048], SIGNATURE_RSA_PKCS1_SHA256, MESSAGE, sig, NULL),
		-ERR_DENIED);
	sig = sign(pkeys[P256], "SHA256", 0, 0, buf, sizeof buf);
	assert_int_equal(public_key_verify(keys[P256], SIGNATURE_ECDSA_SHA384, MESSAGE, sig, NULL),
			 -ERR_DENIED);
	assert_int_equal(public_key_verify(keys[P256], SIGNATURE_NONE, MESSAGE, sig, NULL),
			 -ERR_DENIED);
	assert_int_equal(
		public_key_verify(keys[P256], (enum signature_scheme)99, MESSAGE, sig, NULL),
		-ERR_DENIED);
}

/* r and s behind each other, as Notary v1, JOSE and COSE write them. */
static struct str raw_of(struct str der, size_t half, unsigned char *buf)
{
	const unsigned char *p = (const unsigned char *)der.p;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.n);

	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), buf, (int)half), half);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), buf + half, (int)half), half);
	ECDSA_SIG_free(sig);
	return str_make(buf, 2 * half);
}

TEST(a_raw_signature_has_the_length_of_the_curve_and_is_not_taken_for_der)
{
	unsigned char buf[1024], raw[256] = {0};
	struct str der = sign(pkeys[P521], "SHA512", 0, 0, buf, sizeof buf);
	struct str sig = raw_of(der, 66, raw);

	assert_int_equal(
		public_key_verify(keys[P521], SIGNATURE_ECDSA_RAW_SHA512, MESSAGE, sig, NULL), 0);
	assert_int_equal(public_key_verify(keys[P521], SIGNATURE_ECDSA_SHA512, MESSAGE, sig, NULL),
			 -ERR_DENIED);
	assert_int_equal(
		public_key_verify(keys[P521], SIGNATURE_ECDSA_RAW_SHA512, MESSAGE, der, NULL),
		-ERR_DENIED);
	assert_int_equal(public_key_verify(keys[P521], SIGNATURE_ECDSA_RAW_SHA512, MESSAGE,
					   str_sub(sig, 0, 131), NULL),
			 -ERR_DENIED);
	memset(raw, 0, 132);
	assert_int_equal(
		public_key_verify(keys[P521], SIGNATURE_ECDSA_RAW_SHA512, MESSAGE, sig, NULL),
		-ERR_DENIED);
}

TEST(a_digest_stands_for_the_message_but_not_for_ed25519)
{
	unsigned char buf[1024];
	struct str sig = sign(pkeys[P256], "SHA256", 0, 0, buf, sizeof buf);
	struct digest_value digest;
	struct err err;

	assert_int_equal(digest_of(MESSAGE, &digest, NULL), 0);
	assert_int_equal(public_key_verify_digest(keys[P256], SIGNATURE_ECDSA_SHA256,
						  str_make(digest.bytes, 32), sig, NULL),
			 0);
	assert_int_equal(public_key_verify_digest(keys[P256], SIGNATURE_ECDSA_SHA256,
						  str_make(digest.bytes, 31), sig, NULL),
			 -ERR_DENIED);
	digest.bytes[0] ^= 1;
	assert_int_equal(public_key_verify_digest(keys[P256], SIGNATURE_ECDSA_SHA256,
						  str_make(digest.bytes, 32), sig, NULL),
			 -ERR_DENIED);
	sig = sign(pkeys[ED25519], NULL, 0, 0, buf, sizeof buf);
	assert_int_equal(public_key_verify_digest(keys[ED25519], SIGNATURE_ED25519,
						  str_make(digest.bytes, 32), sig, &err),
			 -ERR_DENIED);
	assert_has(err.msg, "not its digest");
}

static void is_refused(EVP_PKEY *pkey, int code, const char *why)
{
	unsigned char der[4096];
	struct public_key *key = NULL;
	struct err err;

	assert_non_null(pkey);
	assert_int_equal(public_key_parse(spki(pkey, der, sizeof der), &key, &err), code);
	assert_has(err.msg, why);
	assert_null(key);
	EVP_PKEY_free(pkey);
}

static EVP_PKEY *with_explicit_parameters(void)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	assert_int_equal(EVP_PKEY_set_utf8_string_param(pkey, "encoding", "explicit"), 1);
	return pkey;
}

TEST(keys_that_are_weak_or_odd_are_none)
{
	is_refused(EVP_RSA_gen(1024), -ERR_DENIED, "1024 bits");
	is_refused(EVP_EC_gen("secp256k1"), -ERR_DENIED, "secp256k1");
	is_refused(EVP_EC_gen("P-224"), -ERR_DENIED, "secp224r1");
	is_refused(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), -ERR_UNSUPPORTED, "none of RSA");
	is_refused(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), -ERR_UNSUPPORTED, "none of RSA");
}

TEST(parameters_written_out_are_refused_or_are_the_named_curve)
{
	unsigned char der[4096];
	EVP_PKEY *pkey = with_explicit_parameters();
	struct public_key *key = NULL;

	if (public_key_parse(spki(pkey, der, sizeof der), &key, NULL) == 0)
		assert_string_equal(public_key_name(key), "ECDSA P-256");
	public_key_free(key);
	EVP_PKEY_free(pkey);
}

TEST(bytes_that_are_no_public_key_are_told_as_such)
{
	static unsigned char der[PUBLIC_KEY_BYTES_MAX + 1];
	struct str good = spki(pkeys[P256], der, sizeof der);
	static const char private_key[] = "-----BEGIN PRIVATE KEY-----\nAAAA\n"
					  "-----END PRIVATE KEY-----\n";
	struct public_key *key = NULL;
	struct err err;

	for (size_t n = 0; n < good.n; n++)
		assert_true(public_key_parse(str_sub(good, 0, n), &key, NULL) < 0);
	der[good.n] = 0;
	assert_int_equal(public_key_parse(str_make(der, good.n + 1), &key, NULL), -ERR_FORMAT);
	der[good.n - 1] ^= 1; /* off the curve */
	assert_true(public_key_parse(good, &key, NULL) < 0);
	assert_int_equal(public_key_parse(STR(private_key), &key, &err), -ERR_FORMAT);
	assert_has(err.msg, "a private key where a public one is wanted");
	assert_int_equal(public_key_parse(str_make(der, PUBLIC_KEY_BYTES_MAX + 1), &key, &err),
			 -ERR_FORMAT);
	assert_null(key);
}

TEST(pem_and_der_are_the_same_key)
{
	for (size_t i = 0; i < KEYS; i++) {
		CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(8192);
		CLEANUP(public_key_freep) struct public_key *again = NULL;
		struct digest_value a, b;

		assert_int_equal(public_key_format(keys[i], &pem, NULL), 0);
		assert_int_equal(public_key_parse(strbuf_str(&pem), &again, NULL), 0);
		assert_true(public_key_same(keys[i], again));
		assert_false(public_key_same(keys[i], keys[(i + 1) % KEYS]));
		assert_int_equal(public_key_digest(keys[i], &a, NULL), 0);
		assert_int_equal(public_key_digest(again, &b, NULL), 0);
		assert_true(digest_eq(&a, &b));
	}
}

TEST(keys_are_made_of_their_numbers)
{
	struct str ec = public_key_der(keys[P256]), ed = public_key_der(keys[ED25519]);
	CLEANUP(public_key_freep) struct public_key *a = NULL;
	CLEANUP(public_key_freep) struct public_key *b = NULL;
	struct public_key *none = NULL;

	assert_int_equal(public_key_of_ec(KEY_EC_P256, str_sub(ec, ec.n - 64, 32),
					  str_sub(ec, ec.n - 32, 32), &a, NULL),
			 0);
	assert_true(public_key_same(a, keys[P256]));
	assert_int_equal(public_key_of_ed25519(str_skip(ed, ed.n - 32), &b, NULL), 0);
	assert_true(public_key_same(b, keys[ED25519]));
	assert_int_equal(public_key_of_ec(KEY_EC_P256, str_sub(ec, ec.n - 32, 32),
					  str_sub(ec, ec.n - 64, 32), &none, NULL),
			 -ERR_FORMAT);
	assert_int_equal(public_key_of_ec(KEY_RSA, ec, ec, &none, NULL), -ERR_FORMAT);
	assert_int_equal(public_key_of_ed25519(str_sub(ed, 0, 31), &none, NULL), -ERR_FORMAT);
	assert_null(none);
}

static int rsa_of(size_t from, size_t bytes, struct str exponent, struct public_key **ret)
{
	/* The modulus stands behind 33 bytes of DER. */
	return public_key_of_rsa(str_sub(public_key_der(keys[RSA2048]), 33 + from, bytes), exponent,
				 ret, NULL);
}

TEST(rsa_numbers_have_bounds)
{
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	struct public_key *none = NULL;

	assert_true(rsa_of(0, 128, STR("\x01\x00\x01"), &none) < 0);
	assert_true(rsa_of(0, 0, STR("\x01\x00\x01"), &none) < 0);
	assert_true(rsa_of(0, 256, STR(""), &none) < 0);
	assert_true(rsa_of(0, 256, STR("\x02"), &none) < 0);
	assert_true(rsa_of(0, 256, STR("\x01"), &none) < 0);
	assert_null(none);
	assert_int_equal(rsa_of(0, 256, STR("\x01\x00\x01"), &key), 0);
	assert_true(public_key_same(key, keys[RSA2048]));
	assert_string_equal(public_key_name(key), "RSA 2048");
	assert_int_equal(public_key_bits(key), 2048);
}

TEST(each_key_has_its_usual_scheme)
{
	assert_int_equal(public_key_scheme(keys[P256]), SIGNATURE_ECDSA_SHA256);
	assert_int_equal(public_key_scheme(keys[P384]), SIGNATURE_ECDSA_SHA384);
	assert_int_equal(public_key_scheme(keys[P521]), SIGNATURE_ECDSA_SHA512);
	assert_int_equal(public_key_scheme(keys[ED25519]), SIGNATURE_ED25519);
	assert_int_equal(public_key_scheme(keys[RSA2048]), SIGNATURE_RSA_PKCS1_SHA256);
	assert_string_equal(signature_scheme_name(SIGNATURE_ECDSA_RAW_SHA384), "ecdsa-sha384");
	assert_string_equal(signature_scheme_name(SIGNATURE_NONE), "none");
}

/* A modulus that is a power of 65537 by all primes up to 167, as theirs are: CVE-2017-15361. */
TEST(rsa_keys_of_chips_that_made_weak_ones_are_none)
{
	static const unsigned primes[] = {3,   5,   7,	 11,  13,  17,	19,  23,  29,  31,
					  37,  41,  43,	 47,  53,  59,	61,  67,  71,  73,
					  79,  83,  89,	 97,  101, 103, 107, 109, 113, 127,
					  131, 137, 139, 149, 151, 157, 163, 167};
	BIGNUM *n = BN_new();
	unsigned char bytes[256];
	struct public_key *key = NULL;
	struct err err = {0};

	BN_one(n);
	for (size_t i = 0; i < ARRAY_LEN(primes); i++)
		BN_mul_word(n, primes[i]);
	BN_lshift(n, n, 2048 - BN_num_bits(n));
	BN_add_word(n, 65537);
	assert_int_equal(BN_bn2bin(n, bytes), 256);
	assert_int_equal(public_key_of_rsa(str_make(bytes, 256), STR("\x01\x00\x01"), &key, &err),
			 -ERR_DENIED);
	assert_has(err.msg, "a chip that made weak ones");
	BN_add_word(n, 2);
	BN_bn2bin(n, bytes);
	if (public_key_of_rsa(str_make(bytes, 256), STR("\x01\x00\x01"), &key, &err) < 0)
		assert_null(strstr(err.msg, "chip"));
	public_key_free(key);
	BN_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_signature_holds_with_its_key_message_and_scheme_and_nothing_else),
		RUN(another_digest_padding_or_salt_is_refused),
		RUN(a_raw_signature_has_the_length_of_the_curve_and_is_not_taken_for_der),
		RUN(a_digest_stands_for_the_message_but_not_for_ed25519),
		RUN(keys_that_are_weak_or_odd_are_none),
		RUN(parameters_written_out_are_refused_or_are_the_named_curve),
		RUN(bytes_that_are_no_public_key_are_told_as_such),
		RUN(pem_and_der_are_the_same_key),
		RUN(keys_are_made_of_their_numbers),
		RUN(rsa_numbers_have_bounds),
		RUN(rsa_keys_of_chips_that_made_weak_ones_are_none),
		RUN(each_key_has_its_usual_scheme),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
