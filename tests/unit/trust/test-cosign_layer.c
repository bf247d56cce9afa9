/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signature and an attestation that hold, and each check with one that fails it alone.
 */
#include "trust/cosign/layer.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "crypto/secret_key.h"
#include "tests/unit/test.h"
#include "trust/cosign/payload.h"
#include "trust/dsse.h"

#define HEX   "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define OTHER "bbcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define IMAGE "sha256:" HEX

static struct arena arena;
static struct secret_key *signer, *stranger;
static struct trust_key key;

static struct trust_wants by_key(void)
{
	key = (struct trust_key){secret_key_public(signer), STR("cosign.pub")};
	return (struct trust_wants){.keys = &key, .n_keys = 1};
}

static struct str sign(const struct secret_key *with, enum signature_scheme scheme,
		       struct str message)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(8192);

	if (scheme == SIGNATURE_NONE)
		scheme = public_key_scheme(secret_key_public(with));
	assert_int_equal(secret_key_sign(with, scheme, message, &raw, NULL), 0);
	return arena_str(&arena, strbuf_str(&raw));
}

static struct str base64(struct str bytes)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(65536);

	assert_int_equal(base64_encode(bytes, BASE64_STANDARD, &text, NULL), 0);
	return arena_str(&arena, strbuf_str(&text));
}

static struct str payload(const char *hex, const char *type, const char *optional)
{
	return arena_strf(&arena,
			  "{\"critical\":{\"identity\":{\"docker-reference\":\"example.com/app\"},"
			  "\"image\":{\"docker-manifest-digest\":\"sha256:%s\"},\"type\":\"%s\"},"
			  "\"optional\":%s}",
			  hex, type, optional);
}

static struct cosign_layer layer_of(struct str bytes)
{
	return (struct cosign_layer){.bytes = bytes,
				     .signature = base64(sign(signer, SIGNATURE_NONE, bytes))};
}

typedef int verify_fn(const struct cosign_layer *layer, struct str digest,
		      const struct trust_wants *wants, struct trail *trail, struct claim *ret,
		      struct err *err);

static void refused(verify_fn *verify, const struct cosign_layer *l,
		    const struct trust_wants *wants, const char *check, const char *why)
{
	struct trail trail = {.arena = &arena};
	struct claim claim = {0};
	struct err err = {0};

	assert_int_equal(verify(l, STR(IMAGE), wants, &trail, &claim, &err), -ERR_DENIED);
	assert_string_equal(trail.failed, check);
	assert_has(err.msg, why);
	assert_true(trail.remedy.n > 0);
	assert_int_equal(claim.digest.n, 0);
}

static struct claim held(verify_fn *verify, const struct cosign_layer *l,
			 const struct trust_wants *wants)
{
	struct trail trail = {.arena = &arena};
	struct claim claim = {0};
	struct err err = {0};

	if (verify(l, STR(IMAGE), wants, &trail, &claim, &err) < 0)
		fail_msg("%s", err.msg);
	assert_null(trail.failed);
	assert_str(claim.digest, IMAGE);
	return claim;
}

TEST(a_signature_by_the_key_holds)
{
	struct cosign_layer l = layer_of(payload(HEX, COSIGN_PAYLOAD_TYPE, "{\"env\":\"prod\"}"));
	struct trust_wants wants = by_key();
	struct claim claim = held(cosign_signature_verify, &l, &wants);
	struct artifact_annotation env = {STR("env"), STR("prod")};

	assert_int_equal(claim.format, CLAIM_COSIGN);
	assert_str(claim.algorithm, "ecdsa-sha256");
	assert_str(claim.name, "example.com/app");
	assert_int_equal(claim.key_digest.n, 71);
	wants.annotations = &env;
	wants.n_annotations = 1;
	wants.reference = STR("example.com/app");
	(void)held(cosign_signature_verify, &l, &wants);
}

TEST(each_check_of_a_signature_can_fail_alone)
{
	struct cosign_layer good = layer_of(payload(HEX, COSIGN_PAYLOAD_TYPE, "{\"env\":\"dev\"}"));
	struct cosign_layer l = good;
	struct trust_wants wants = by_key();
	struct trust_key other = {secret_key_public(stranger), STR("other.pub")};
	struct artifact_annotation env = {STR("env"), STR("prod")};

	l.signature = STR_NULL;
	refused(cosign_signature_verify, &l, &wants, "signature", "no signature of it");
	l.signature = STR("%%%");
	refused(cosign_signature_verify, &l, &wants, "signature", "no base64");
	l.signature = STR("AAAA");
	refused(cosign_signature_verify, &l, &wants, "signature", "not by the key cosign.pub");
	l = good;
	l.bytes = payload(HEX, COSIGN_PAYLOAD_TYPE, "{\"env\":\"deV\"}");
	refused(cosign_signature_verify, &l, &wants, "signature", "has been changed");
	l = layer_of(STR("hello"));
	refused(cosign_signature_verify, &l, &wants, "payload", "the payload: ");
	l = layer_of(payload(OTHER, COSIGN_PAYLOAD_TYPE, "null"));
	refused(cosign_signature_verify, &l, &wants, "digest", "of another image");
	l = layer_of(payload(HEX, "atomic container signature", "null"));
	refused(cosign_signature_verify, &l, &wants, "payload", "\"atomic container signature\"");
	wants.accept = TRUST_ACCEPT_PAYLOAD_TYPE;
	(void)held(cosign_signature_verify, &l, &wants);
	wants = by_key();
	wants.reference = STR("example.com/other");
	refused(cosign_signature_verify, &good, &wants, "identity", "signed as example.com/app");
	wants = by_key();
	wants.annotations = &env;
	wants.n_annotations = 1;
	refused(cosign_signature_verify, &good, &wants, "annotations", "does not say env=prod");
	wants = (struct trust_wants){.keys = &other, .n_keys = 1};
	refused(cosign_signature_verify, &good, &wants, "signature", "other.pub");
	wants.n_keys = 0;
	refused(cosign_signature_verify, &good, &wants, "signature", "none of the 0 keys");
}

TEST(any_of_several_keys_is_enough)
{
	struct cosign_layer l = layer_of(payload(HEX, COSIGN_PAYLOAD_TYPE, "null"));
	struct trust_key keys[] = {{secret_key_public(stranger), STR("a.pub")},
				   {secret_key_public(signer), STR("b.pub")}};
	struct trust_wants wants = {.keys = keys, .n_keys = 2};

	(void)held(cosign_signature_verify, &l, &wants);
	keys[1] = keys[0];
	refused(cosign_signature_verify, &l, &wants, "signature", "none of the 2 keys");
}

TEST(schemes_that_older_cosign_took_hold)
{
	static const struct {
		enum key_type type;
		enum signature_scheme scheme;
		const char *name;
	} rows[] = {
		{KEY_EC_P384, SIGNATURE_ECDSA_SHA384, "ecdsa-sha384"},
		{KEY_EC_P384, SIGNATURE_ECDSA_SHA256, "ecdsa-sha256"},
		{KEY_EC_P521, SIGNATURE_ECDSA_SHA512, "ecdsa-sha512"},
		{KEY_EC_P521, SIGNATURE_ECDSA_SHA256, "ecdsa-sha256"},
		{KEY_RSA, SIGNATURE_RSA_PKCS1_SHA256, "rsa-pkcs1-sha256"},
		{KEY_RSA, SIGNATURE_RSA_PSS_SHA256, "rsa-pss-sha256"},
		{KEY_ED25519, SIGNATURE_ED25519, "ed25519"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(secret_key_freep) struct secret_key *with = NULL;
		struct str bytes = payload(HEX, COSIGN_PAYLOAD_TYPE, "null");
		struct trust_key only = {.name = STR("k")};
		struct trust_wants wants = {.keys = &only, .n_keys = 1};
		struct cosign_layer l = {.bytes = bytes};

		assert_int_equal(secret_key_generate(rows[i].type, 2048, &with, NULL), 0);
		only.key = secret_key_public(with);
		l.signature = base64(sign(with, rows[i].scheme, bytes));
		assert_str(held(cosign_signature_verify, &l, &wants).algorithm, rows[i].name);
	}
}

/* ---- attestations ---- */

static struct str statement(const char *subjects, const char *type)
{
	return arena_strf(&arena,
			  "{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":"
			  "\"%s\",\"subject\":[%s],\"predicate\":{}}",
			  type, subjects);
}

#define SUBJECT(hex) "{\"name\":\"example.com/app\",\"digest\":{\"sha256\":\"" hex "\"}}"

static struct cosign_layer envelope(struct str type, struct str body)
{
	CLEANUP(strbuf_done) struct strbuf pae = STRBUF_INIT(65536);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);

	assert_int_equal(dsse_pae(type, body, &pae, NULL), 0);
	assert_int_equal(dsse_write(type, body, STR_NULL,
				    sign(signer, SIGNATURE_NONE, strbuf_str(&pae)), &out, NULL),
			 0);
	return (struct cosign_layer){.bytes = arena_str(&arena, strbuf_str(&out))};
}

TEST(an_attestation_by_the_key_holds)
{
	struct cosign_layer l = envelope(STR(DSSE_IN_TOTO), statement(SUBJECT(HEX), "https://x"));
	struct trust_wants wants = by_key();
	struct claim claim = held(cosign_attestation_verify, &l, &wants);

	assert_int_equal(claim.format, CLAIM_DSSE);
	assert_str(claim.predicate_type, "https://x");
	assert_str(claim.payload_type, DSSE_IN_TOTO);
}

TEST(each_check_of_an_attestation_can_fail_alone)
{
	struct trust_wants wants = by_key();
	struct cosign_layer l = {.bytes = STR("hello")};
	struct artifact_annotation env = {STR("env"), STR("prod")};

	refused(cosign_attestation_verify, &l, &wants, "payload", "the envelope");
	l = envelope(STR("text/plain"), statement(SUBJECT(HEX), "https://x"));
	refused(cosign_attestation_verify, &l, &wants, "payload", "\"text/plain\"");
	l = envelope(STR(DSSE_IN_TOTO), STR("{}"));
	refused(cosign_attestation_verify, &l, &wants, "payload", "no in-toto statement");
	l = envelope(STR(DSSE_IN_TOTO), statement(SUBJECT(OTHER), "https://x"));
	refused(cosign_attestation_verify, &l, &wants, "digest", "about something else");
	wants.annotations = &env;
	wants.n_annotations = 1;
	l = envelope(STR(DSSE_IN_TOTO), statement(SUBJECT(HEX), "https://x"));
	refused(cosign_attestation_verify, &l, &wants, "annotations", "does not say env=prod");
	l = envelope(STR(DSSE_IN_TOTO), statement(SUBJECT(HEX) "," SUBJECT(OTHER), "https://x"));
	refused(cosign_attestation_verify, &l, &wants, "annotations", "2 things");
	wants = by_key();
	(void)held(cosign_attestation_verify, &l, &wants);
	key.key = secret_key_public(stranger);
	refused(cosign_attestation_verify, &l, &wants, "signature", "not by the key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_signature_by_the_key_holds),
		RUN(each_check_of_a_signature_can_fail_alone),
		RUN(any_of_several_keys_is_enough),
		RUN(schemes_that_older_cosign_took_hold),
		RUN(an_attestation_by_the_key_holds),
		RUN(each_check_of_an_attestation_can_fail_alone),
	};
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (secret_key_generate(KEY_EC_P256, 0, &signer, NULL) < 0 ||
	    secret_key_generate(KEY_EC_P256, 0, &stranger, NULL) < 0)
		return 1;
	r = RUN_ALL(tests);
	secret_key_free(signer);
	secret_key_free(stranger);
	arena_done(&arena);
	return r;
}
