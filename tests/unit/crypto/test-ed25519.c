/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ed25519.h"
#include "tests/unit/test.h"

/* RFC 8032, section 7.1, test 2. */
static const unsigned char seed[] = {0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda,
				     0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f,
				     0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24,
				     0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb};
static const unsigned char public_half[] = {0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a,
					    0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
					    0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c,
					    0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
static const unsigned char signature_start[] = {0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8};

static struct ed25519_key known_key(void)
{
	struct ed25519_key key = {.has_secret = true};

	memcpy(key.secret_half, seed, sizeof seed);
	memcpy(key.public_half, public_half, sizeof public_half);
	return key;
}

TEST(the_specifications_example_is_signed_and_verified)
{
	struct ed25519_key key = known_key();
	unsigned char signature[ED25519_SIGNATURE_BYTES];
	struct err err = {0};

	assert_int_equal(ed25519_sign(&key, STR("\x72"), signature, &err), 0);
	assert_memory_equal(signature, signature_start, sizeof signature_start);
	key.has_secret = false;
	assert_int_equal(
		ed25519_verify(&key, STR("\x72"), str_make(signature, sizeof signature), &err), 0);
	assert_int_equal(ed25519_sign(&key, STR("\x72"), signature, &err), -ERR_USAGE);
}

TEST(any_other_message_key_or_length_is_denied)
{
	struct ed25519_key key = known_key(), other = {0};
	unsigned char signature[ED25519_SIGNATURE_BYTES];
	struct str s = str_make(signature, sizeof signature);
	struct err err = {0};

	assert_int_equal(ed25519_sign(&key, STR("m"), signature, NULL), 0);
	assert_int_equal(ed25519_generate(&other, NULL), 0);
	assert_int_equal(ed25519_verify(&key, STR("n"), s, &err), -ERR_DENIED);
	assert_string_equal(err.msg, "the signature does not hold");
	assert_int_equal(ed25519_verify(&other, STR("m"), s, &err), -ERR_DENIED);
	assert_int_equal(ed25519_verify(&key, STR("m"), str_sub(s, 0, 63), &err), -ERR_DENIED);
	signature[10] ^= 1;
	assert_int_equal(ed25519_verify(&key, STR("m"), s, &err), -ERR_DENIED);
}

TEST(keys_survive_pem)
{
	CLEANUP(strbuf_done) struct strbuf secret = STRBUF_INIT(4096);
	CLEANUP(strbuf_done) struct strbuf open_half = STRBUF_INIT(4096);
	struct ed25519_key key = known_key(), again = {0};

	assert_int_equal(ed25519_format_secret(&key, &secret, NULL), 0);
	assert_int_equal(ed25519_format_public(&key, &open_half, NULL), 0);
	assert_int_equal(ed25519_parse(strbuf_str(&secret), &again, NULL), 0);
	assert_true(again.has_secret && ed25519_same(&again, &key));
	assert_memory_equal(again.secret_half, seed, sizeof seed);
	assert_int_equal(ed25519_parse(strbuf_str(&open_half), &again, NULL), 0);
	assert_true(!again.has_secret && ed25519_same(&again, &key));
}

TEST(what_is_no_key_is_told)
{
	struct ed25519_key key;
	struct err err = {0};

	assert_int_equal(ed25519_parse(STR(""), &key, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "not a PEM key without a passphrase");
	assert_int_equal(ed25519_parse(STR("-----BEGIN PUBLIC KEY-----\nAAAA\n"
					   "-----END PUBLIC KEY-----\n"),
				       &key, &err),
			 -ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_specifications_example_is_signed_and_verified),
		RUN(any_other_message_key_or_length_is_denied),
		RUN(keys_survive_pem),
		RUN(what_is_no_key_is_told),
	};

	return RUN_ALL(tests);
}
