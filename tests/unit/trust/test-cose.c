/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cose.h"
#include "base/limits.h"
#include "crypto/secret_key.h"
#include "tests/unit/test.h"

static struct arena arena;

static struct secret_key *ec(void)
{
	static struct secret_key *key;

	if (!key)
		assert_int_equal(secret_key_generate(KEY_EC_P256, 0, &key, NULL), 0);
	return key;
}

static struct str from_hex(const char *hex)
{
	size_t n = strlen(hex) / 2;
	char *bytes = arena_alloc(&arena, n + 1);

	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(char_hex(hex[2 * i]) << 4 | char_hex(hex[2 * i + 1]));
	return str_make(bytes, n);
}

/* Headers as hexadecimal CBOR, signed by the P-256 key over the payload and the external bytes. */
static struct str make(const char *protected_hex, const char *header_hex, struct str payload,
		       struct str external)
{
	CLEANUP(strbuf_done) struct strbuf tbs = STRBUF_INIT(65536);
	CLEANUP(strbuf_done) struct strbuf signature = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);
	struct str protected = from_hex(protected_hex);

	assert_int_equal(cose_to_be_signed(protected, external, payload, &tbs, NULL), 0);
	assert_int_equal(secret_key_sign(ec(), SIGNATURE_ECDSA_RAW_SHA256, strbuf_str(&tbs),
					 &signature, NULL),
			 0);
	assert_int_equal(cose_sign1_write(protected, from_hex(header_hex), payload,
					  strbuf_str(&signature), &out, NULL),
			 0);
	return arena_str(&arena, strbuf_str(&out));
}

static int check(struct str bytes, const struct cose_wants *wants, struct str external,
		 struct err *err)
{
	struct cose_sign1 cose;
	int r = cose_sign1_parse(bytes, wants, &arena, &cose, err);

	return r < 0 ? r : cose_sign1_verify(&cose, secret_key_public(ec()), external, err);
}

TEST(a_signature_holds_with_what_it_was_made_over)
{
	const struct cose_wants wants = {.must_be_tagged = true};
	struct str good = make("a10126", "a0", STR("payload"), STR("outside"));
	struct err err = {0};

	assert_int_equal(check(good, &wants, STR("outside"), NULL), 0);
	assert_int_equal(check(good, &wants, STR_NULL, &err), -ERR_DENIED);
	assert_string_equal(err.msg, "the signature does not hold");
}

TEST(the_tag_may_be_asked_for)
{
	struct str good = make("a10126", "a0", STR("payload"), STR_NULL);
	struct str bare = str_skip(good, 1);
	struct err err = {0};

	assert_int_equal(check(bare, &(struct cose_wants){0}, STR_NULL, NULL), 0);
	assert_int_equal(check(bare, &(struct cose_wants){.must_be_tagged = true}, STR_NULL, &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "without the tag of COSE_Sign1");
}

TEST(headers_that_are_refused_though_the_signature_holds)
{
	static const char *const understood[] = {"a", NULL};
	const struct {
		const char *protected, *header, *why;
		int code;
	} rows[] = {
		{"", "a0", "no algorithm in the protected header", ERR_FORMAT},
		{"a0", "a0", "no algorithm in the protected header", ERR_FORMAT},
		{"a0", "a10126", "no algorithm in the protected header", ERR_FORMAT},
		{"820126", "a0", "the protected header is no map", ERR_FORMAT},
		{"a1013822", "a0", "by ecdsa-sha384 cannot be of an ECDSA P-256 key", ERR_DENIED},
		{"a1013824", "a0", "cannot be of an ECDSA P-256 key", ERR_DENIED},
		{"a10105", "a0", "none of the algorithms", ERR_UNSUPPORTED},
		{"a101654553323536", "a0", "none of the algorithms", ERR_UNSUPPORTED},
		{"a10126", "a10126", "a label is in both headers", ERR_FORMAT},
		{"a201260126", "a0", "a key that stands twice", ERR_FORMAT},
		{"a2012602f6", "a0", "\"crit\" is not a list", ERR_FORMAT},
		{"a201260280", "a0", "\"crit\" is not a list of 1 to 32", ERR_FORMAT},
		{"a2012602816161", "a0", "label that is not in the protected header", ERR_FORMAT},
		{"a30126028161626162f5", "a0", "\"b\" is not known", ERR_UNSUPPORTED},
		{"a30126028118631863f5", "a0", "by number is not known", ERR_UNSUPPORTED},
		{"a10126", "a1028101", "\"crit\" in the header that is not signed", ERR_FORMAT},
		{"a20126054101", "a0", "an IV in a signature", ERR_FORMAT},
		{"a2012603f5", "a0", "a content type that is no text or number", ERR_FORMAT},
		{"a10126", "a10401", "a kid that is no bytes", ERR_FORMAT},
		{"a10126", "a1f501", "a header label that is no integer", ERR_FORMAT},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct cose_wants wants = {.understood = understood};
		struct err err = {0};
		int r;

		r = check(make(rows[i].protected, rows[i].header, STR("x"), STR_NULL), &wants,
			  STR_NULL, &err);
		if (r != -rows[i].code)
			fail_msg("%s %s: %d %s", rows[i].protected, rows[i].header, r, err.msg);
		assert_has(err.msg, rows[i].why);
	}
	assert_int_equal(check(make("a30126028161616161f5", "a0", STR("x"), STR_NULL),
			       &(struct cose_wants){.understood = understood}, STR_NULL, NULL),
			 0);
}

TEST(a_payload_may_stand_outside)
{
	struct str whole = make("a10126", "a0", STR("x"), STR_NULL);
	struct str signature = str_skip(whole, whole.n - 64);
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct cose_wants wants = {.is_detached = true, .detached = STR("x")};
	struct err err = {0};

	cbor_add_tag(&sb, 18);
	cbor_add_array(&sb, 4);
	cbor_add_bytes(&sb, from_hex("a10126"));
	cbor_add_map(&sb, 0);
	cbor_add_null(&sb);
	cbor_add_bytes(&sb, signature);
	assert_int_equal(check(strbuf_str(&sb), &wants, STR_NULL, NULL), 0);
	wants.detached = STR("y");
	assert_int_equal(check(strbuf_str(&sb), &wants, STR_NULL, NULL), -ERR_DENIED);
	assert_int_equal(check(whole, &wants, STR_NULL, &err), -ERR_FORMAT);
	assert_has(err.msg, "a payload inside where none is wanted");
	assert_int_equal(check(strbuf_str(&sb), &(struct cose_wants){0}, STR_NULL, &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "the payload is no bytes");
}

TEST(every_bit_counts)
{
	struct str good = make("a10126", "a1044131", STR("payload"), STR_NULL);
	char bytes[256];

	assert_true(good.n < sizeof bytes);
	memcpy(bytes, good.p, good.n);
	for (size_t i = 0; i < good.n; i++) {
		bytes[i] ^= 1;
		/* The kid, which is not signed, and the tag can change. */
		if (i > 0 && (i < 7 || i > 10))
			assert_true(check(str_make(bytes, good.n), &(struct cose_wants){0},
					  STR_NULL, NULL) < 0);
		bytes[i] ^= 1;
	}
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	secret_key_free(ec());
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_signature_holds_with_what_it_was_made_over),
		RUN(the_tag_may_be_asked_for),
		RUN(headers_that_are_refused_though_the_signature_holds),
		RUN(a_payload_may_stand_outside),
		RUN(every_bit_counts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
