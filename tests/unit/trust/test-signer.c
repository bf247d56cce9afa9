/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of an image by identities, and by keys that a log must know, with a Sigstore in
 * miniature. The image's manifest is TEST_MESSAGE.
 */
#include "trust/signer.h"

#include "base/limits.h"
#include "crypto/secret_key.h"
#include "tests/unit/test.h"
#include "tests/unit/test_sigstore.h"
#include "trust/cosign/payload.h"
#include "trust/sigstore/identity.h"
#include "trust/sigstore/trusted_root.h"

#define NOW (TEST_TIME + 86400 * 400)

static struct test_sigstore sigstore;
static struct trusted_root *root;
static struct arena arena;
static char digest_text[DIGEST_TEXT_MAX];
static const struct identity_wanted who = {.name = {TEST_IDENTITY, sizeof TEST_IDENTITY - 1},
					   .issuer = {TEST_ISSUER, sizeof TEST_ISSUER - 1}};
static const struct identity_wanted other = {.name = {"other", 5},
					     .issuer = {TEST_ISSUER, sizeof TEST_ISSUER - 1}};

static int setup(void **state)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(TEST_TEXT_MAX);
	struct digest_value digest = test_digest(STR(TEST_MESSAGE));

	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	test_sigstore_make(&sigstore);
	test_sigstore_root(&sigstore, FAULT_NONE, &text);
	assert_int_equal(trusted_root_parse(strbuf_str(&text), &root, NULL), 0);
	(void)digest_format(&digest, digest_text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	trusted_root_free(root);
	test_sigstore_done(&sigstore);
	arena_done(&arena);
	return 0;
}

static struct trust_wants by_identity(void)
{
	return (struct trust_wants){.root = root, .identities = &who, .n_identities = 1};
}

static struct str bundle_of(struct test_bundle_plan plan)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(TEST_TEXT_MAX);

	test_sigstore_bundle(&sigstore, &plan, &text);
	return arena_str(&arena, strbuf_str(&text));
}

static void holds(struct str bundle, const struct trust_wants *wants)
{
	struct trail trail = {.arena = &arena};
	struct claim claim = {0};
	struct err err = {0};

	if (signer_verify_bundle(bundle, str_of(digest_text), STR(TEST_MESSAGE), wants, NOW, &trail,
				 &claim, &err) < 0)
		fail_msg("%s", err.msg);
	assert_str(claim.digest, digest_text);
}

static void refused(struct str bundle, const char *digest, struct str manifest,
		    const struct trust_wants *wants, const char *why)
{
	struct trail trail = {.arena = &arena};
	struct claim claim = {0};
	struct err err = {0};

	assert_int_equal(signer_verify_bundle(bundle, str_of(digest), manifest, wants, NOW, &trail,
					      &claim, &err),
			 -ERR_DENIED);
	assert_has(err.msg, why);
	assert_int_equal(claim.digest.n, 0);
}

TEST(a_bundle_by_an_identity_holds_for_its_image_alone)
{
	const char *elsewhere =
		"sha256:00000000000000000000000000000000000000000000000000000000000000aa";
	struct trust_wants wants = by_identity();

	for (int envelope = 0; envelope < 2; envelope++) {
		struct str bundle = bundle_of((struct test_bundle_plan){.envelope = envelope});

		holds(bundle, &wants);
		refused(bundle, elsewhere, STR(TEST_MESSAGE), &wants,
			envelope ? "about something else" : "of another image");
	}
	refused(bundle_of((struct test_bundle_plan){0}), digest_text, STR("changed"), &wants, "");
}

TEST(a_bundle_by_somebody_else_is_refused)
{
	struct str bundle = bundle_of((struct test_bundle_plan){0});
	struct trust_wants wants = by_identity();
	struct artifact_annotation env = {STR("env"), STR("prod")};
	struct trust_key key = {.name = STR("k.pub")};
	CLEANUP(secret_key_freep) struct secret_key *secret = NULL;

	wants.identities = &other;
	refused(bundle, digest_text, STR(TEST_MESSAGE), &wants, "");
	wants = by_identity();
	wants.root = NULL;
	refused(bundle, digest_text, STR(TEST_MESSAGE), &wants, "signed by a certificate");
	wants = by_identity();
	wants.annotations = &env;
	wants.n_annotations = 1;
	refused(bundle, digest_text, STR(TEST_MESSAGE), &wants, "has no annotations");
	assert_int_equal(secret_key_generate(KEY_EC_P256, 0, &secret, NULL), 0);
	key.key = secret_key_public(secret);
	wants = (struct trust_wants){.keys = &key, .n_keys = 1};
	refused(bundle, digest_text, STR(TEST_MESSAGE), &wants, "only keys were given");
	refused(bundle_of((struct test_bundle_plan){.fault = FAULT_PROMISE}), digest_text,
		STR(TEST_MESSAGE), &(struct trust_wants){.root = root, .any_identity = true}, "");
	refused(STR("{}"), digest_text, STR(TEST_MESSAGE), &wants, "bundle");
}

TEST(a_bundle_by_a_key_holds_with_its_log_entry)
{
	struct str bundle = bundle_of((struct test_bundle_plan){.keyed = true});
	CLEANUP(public_key_freep) struct public_key *signer = NULL;
	CLEANUP(strbuf_done) struct strbuf spki = STRBUF_INIT(8192);
	struct trust_key keys[2] = {{.name = STR("other.pub")}, {.name = STR("k.pub")}};
	CLEANUP(secret_key_freep) struct secret_key *secret = NULL;
	struct trust_wants wants = {.keys = keys, .n_keys = 2, .root = root};

	test_add_spki(&spki, sigstore.signer);
	assert_int_equal(public_key_parse(strbuf_str(&spki), &signer, NULL), 0);
	assert_int_equal(secret_key_generate(KEY_EC_P256, 0, &secret, NULL), 0);
	keys[0].key = secret_key_public(secret);
	keys[1].key = signer;
	holds(bundle, &wants);
	wants.n_keys = 1;
	refused(bundle, digest_text, STR(TEST_MESSAGE), &wants, "");
	wants.root = NULL;
	refused(bundle, digest_text, STR(TEST_MESSAGE), &wants, "other.pub");
}

/* ---- layers ---- */

static struct cosign_layer layer_by(const struct secret_key *key)
{
	CLEANUP(strbuf_done) struct strbuf payload = STRBUF_INIT(4096);
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(8192);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(8192);

	assert_int_equal(
		cosign_payload_write(STR("x"), str_of(digest_text), NULL, 0, &payload, NULL), 0);
	assert_int_equal(
		secret_key_sign(key, SIGNATURE_ECDSA_SHA256, strbuf_str(&payload), &raw, NULL), 0);
	assert_int_equal(base64_encode(strbuf_str(&raw), BASE64_STANDARD, &text, NULL), 0);
	return (struct cosign_layer){.bytes = arena_str(&arena, strbuf_str(&payload)),
				     .signature = arena_str(&arena, strbuf_str(&text))};
}

static int verify_layer(const struct cosign_layer *layer, const struct trust_wants *wants,
			struct err *err)
{
	struct trail trail = {.arena = &arena};
	struct claim claim = {0};
	int r = signer_verify_layer(layer, false, str_of(digest_text), wants, NOW, &trail, &claim,
				    err);

	assert_int_equal(r < 0, claim.digest.n == 0);
	assert_int_equal(r < 0, trail.failed != NULL);
	return r;
}

TEST(with_a_root_a_key_needs_a_log_entry)
{
	CLEANUP(secret_key_freep) struct secret_key *secret = NULL;
	struct trust_key key = {.name = STR("k.pub")};
	struct trust_wants wants = {.keys = &key, .n_keys = 1};
	struct cosign_layer layer;
	struct err err = {0};

	assert_int_equal(secret_key_generate(KEY_EC_P256, 0, &secret, NULL), 0);
	key.key = secret_key_public(secret);
	layer = layer_by(secret);
	assert_int_equal(verify_layer(&layer, &wants, &err), 0);
	wants.root = root;
	assert_int_equal(verify_layer(&layer, &wants, &err), -ERR_DENIED);
	assert_has(err.msg, "log");
	wants.no_log = true;
	assert_int_equal(verify_layer(&layer, &wants, &err), 0);
	wants.no_log = false;
	layer.bundle = STR("{}");
	assert_int_equal(verify_layer(&layer, &wants, &err), -ERR_DENIED);
}

TEST(a_certificate_beside_a_signature_by_a_key_changes_nothing)
{
	CLEANUP(secret_key_freep) struct secret_key *secret = NULL;
	struct trust_key key = {.name = STR("k.pub")};
	struct trust_wants wants = {.keys = &key, .n_keys = 1};
	struct cosign_layer layer;
	struct err err = {0};

	assert_int_equal(secret_key_generate(KEY_EC_P256, 0, &secret, NULL), 0);
	key.key = secret_key_public(secret);
	layer = layer_by(secret);
	layer.certificate = STR("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	assert_int_equal(verify_layer(&layer, &wants, &err), 0);
	/* where an identity is wanted, it is judged, and this one is none */
	wants = by_identity();
	assert_int_equal(verify_layer(&layer, &wants, &err), -ERR_DENIED);
	/* and without one a key is wanted that was not given */
	layer.certificate = STR_NULL;
	assert_int_equal(verify_layer(&layer, &wants, &err), -ERR_DENIED);
	assert_has(err.msg, "none was given to believe");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_bundle_by_an_identity_holds_for_its_image_alone),
		RUN(a_bundle_by_somebody_else_is_refused),
		RUN(a_bundle_by_a_key_holds_with_its_log_entry),
		RUN(with_a_root_a_key_needs_a_log_entry),
		RUN(a_certificate_beside_a_signature_by_a_key_changes_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
