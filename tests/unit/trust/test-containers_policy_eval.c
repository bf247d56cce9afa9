/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sigstore signatures by a key are made here; those of GPG are in cli/test_gpg.py, Fulcio and Rekor
 * in the conformance suite.
 */
#include "tests/unit/test.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/strbuf.h"
#include "codec/base64.h"
#include "crypto/digest.h"
#include "trust/containers_policy_eval.h"
#include "trust/simple_signing.h"

#define MANIFEST "{\"schemaVersion\":2}"
#define NAME	 "example.com/team/app:1"

/* What is found, and how often was asked. */
struct world {
	struct arena arena;
	EVP_PKEY *key;
	struct str pem;
	struct containers_signatures found;
	int find_result, read_result;
	unsigned n_finds;
};

static int read_file(void *ctx, struct str path, struct str *ret, struct err *err)
{
	struct world *w = ctx;

	if (w->read_result < 0)
		return err_set(err, (enum err_code) - w->read_result, "%.*s: no", STR_FMT(path));
	*ret = w->pem;
	return 0;
}

static int find(void *ctx, struct containers_signatures *ret, struct err *err)
{
	struct world *w = ctx;

	w->n_finds++;
	if (w->find_result < 0)
		return err_set(err, (enum err_code) - w->find_result, "store: no");
	*ret = w->found;
	return 0;
}

static void set_up(struct world *w)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;
	long n;

	*w = (struct world){.key = EVP_EC_gen("P-256")};
	arena_init(&w->arena, 1 << 24);
	PEM_write_bio_PUBKEY(bio, w->key);
	n = BIO_get_mem_data(bio, &bytes);
	w->pem = arena_str(&w->arena, str_make(bytes, (size_t)n));
	BIO_free(bio);
}

static void tear_down(struct world *w)
{
	EVP_PKEY_free(w->key);
	arena_done(&w->arena);
}

static struct str sign(struct world *w, struct str payload)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char out[256];
	size_t n = sizeof out;

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, w->key), 1);
	assert_int_equal(EVP_DigestSign(ctx, out, &n, (const unsigned char *)payload.p, payload.n),
			 1);
	EVP_MD_CTX_free(ctx);
	assert_int_equal(base64_encode(str_make(out, n), BASE64_STANDARD, &sb, NULL), 0);
	return arena_str(&w->arena, strbuf_str(&sb));
}

static struct str payload_of(struct world *w, const char *manifest, const char *name,
			     const char *type)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	struct simple_signing s = {.type = str_of(type), .reference = str_of(name)};

	assert_int_equal(digest_of(str_of(manifest), &digest, NULL), 0);
	s.digest = digest_format(&digest, text);
	assert_int_equal(simple_signing_write(&s, &sb, NULL), 0);
	return arena_str(&w->arena, strbuf_str(&sb));
}

static struct image_signature make(struct world *w, struct str payload, struct str signature)
{
	struct artifact_annotation *a = arena_array(&w->arena, 1, sizeof *a);

	*a = (struct artifact_annotation){STR("dev.cosignproject.cosign/signature"), signature};
	return (struct image_signature){.kind = IMAGE_SIGNATURE_SIGSTORE,
					.where = STR("signature-1"),
					.payload = payload,
					.media_type = STR(IMAGE_SIGNATURE_COSIGN_TYPE),
					.annotations = {a, 1}};
}

static int evaluate(struct world *w, const char *requirements, struct trail *trail,
		    struct containers_verdict *ret, struct err *err)
{
	struct containers_sources sources = {w, read_file, find};
	struct containers_image image = {.manifest = STR(MANIFEST), .digest = STR("sha256:x")};
	struct containers_policy *policy;
	struct str text = arena_strf(&w->arena, "{\"default\":[%s]}", requirements);

	*trail = (struct trail){.arena = &w->arena};
	assert_int_equal(image_identity_parse(STR(NAME), &w->arena, &image.identity, NULL), 0);
	assert_int_equal(containers_policy_parse(text, "p", &w->arena, &policy, err), 0);
	return containers_policy_evaluate(policy, &image, &sources, 1000, trail, ret, err);
}

#define BY_KEY "{\"type\":\"sigstoreSigned\",\"keyPath\":\"/k\"}"

TEST(a_signature_by_the_key_for_the_name_and_digest_counts)
{
	struct containers_verdict verdict = {0};
	struct image_signature s;
	struct trail trail;
	struct err err = {0};
	struct world w;
	struct str payload;

	set_up(&w);
	payload = payload_of(&w, MANIFEST, NAME, SIMPLE_SIGNING_COSIGN);
	s = make(&w, payload, sign(&w, payload));
	w.found = (struct containers_signatures){.p = &s, .n = 1};
	if (evaluate(&w, BY_KEY "," BY_KEY, &trail, &verdict, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(verdict.n, 2);
	assert_int_equal(w.n_finds, 1);
	assert_str(verdict.proofs[0].claim.name, NAME);
	assert_true(verdict.proofs[0].claim.key_digest.n > 0);
	tear_down(&w);
}

/* Each row is good but for one thing. */
static const struct {
	const char *manifest, *name, *type, *check, *says;
	enum { CHANGE_NONE, CHANGE_PAYLOAD, CHANGE_MEDIA, CHANGE_KIND, CHANGE_ANNOTATION } change;
} rows[] = {
	{"{}", NAME, SIMPLE_SIGNING_COSIGN, "digest", "it is about sha256:", CHANGE_NONE},
	{MANIFEST, "example.com/team/app:2", SIMPLE_SIGNING_COSIGN, "identity", "is signed for",
	 CHANGE_NONE},
	{MANIFEST, NAME, SIMPLE_SIGNING_GPG, "payload", "is of type", CHANGE_NONE},
	{MANIFEST, NAME, SIMPLE_SIGNING_COSIGN, "signature", "another key", CHANGE_PAYLOAD},
	{MANIFEST, NAME, SIMPLE_SIGNING_COSIGN, "payload", "which is no signature", CHANGE_MEDIA},
	{MANIFEST, NAME, SIMPLE_SIGNING_COSIGN, "signature", "but 1 of another kind", CHANGE_KIND},
	{MANIFEST, NAME, SIMPLE_SIGNING_COSIGN, "signature", "is missing", CHANGE_ANNOTATION},
};

TEST(each_check_can_refuse_alone)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct containers_verdict verdict = {0};
		struct image_signature s;
		struct trail trail;
		struct err err = {0};
		struct world w;
		struct str payload, signature;

		set_up(&w);
		payload = payload_of(&w, rows[i].manifest, rows[i].name, rows[i].type);
		signature = sign(&w, payload);
		if (rows[i].change == CHANGE_PAYLOAD)
			payload = arena_strf(&w.arena, "%.*s ", STR_FMT(payload));
		s = make(&w, payload, signature);
		if (rows[i].change == CHANGE_MEDIA)
			s.media_type = STR("application/json");
		if (rows[i].change == CHANGE_KIND)
			s.kind = IMAGE_SIGNATURE_GPG;
		if (rows[i].change == CHANGE_ANNOTATION)
			s.annotations.n = 0;
		w.found = (struct containers_signatures){.p = &s, .n = 1};
		if (evaluate(&w, BY_KEY, &trail, &verdict, &err) != -ERR_DENIED)
			fail_msg("row %zu was not refused: %s", i, err.msg);
		assert_string_equal(trail.failed, rows[i].check);
		assert_has(err.msg, rows[i].says);
		assert_int_equal(verdict.n, 0);
		tear_down(&w);
	}
}

TEST(a_key_without_the_log_that_is_wanted_is_not_enough)
{
	struct containers_verdict verdict = {0};
	struct image_signature s;
	struct trail trail;
	struct err err = {0};
	struct world w;
	struct str payload;

	set_up(&w);
	payload = payload_of(&w, MANIFEST, NAME, SIMPLE_SIGNING_COSIGN);
	s = make(&w, payload, sign(&w, payload));
	w.found = (struct containers_signatures){.p = &s, .n = 1};
	assert_int_equal(evaluate(&w,
				  "{\"type\":\"sigstoreSigned\",\"keyPath\":\"/k\","
				  "\"rekorPublicKeyPath\":\"/r\"}",
				  &trail, &verdict, &err),
			 -ERR_DENIED);
	assert_string_equal(trail.failed, "log");
	assert_int_equal(evaluate(&w,
				  "{\"type\":\"sigstoreSigned\",\"fulcio\":{\"caPath\":\"/k\","
				  "\"oidcIssuer\":\"i\",\"subjectEmail\":\"e\"},"
				  "\"rekorPublicKeyPath\":\"/r\"}",
				  &trail, &verdict, &err),
			 -ERR_FORMAT);
	assert_true(trail.unsure);
	tear_down(&w);
}

TEST(one_good_signature_among_bad_ones_is_enough_and_all_bad_ones_are_told)
{
	struct containers_verdict verdict = {0};
	struct image_signature s[3];
	struct trail trail;
	struct err err = {0};
	struct world w;
	struct str payload;

	set_up(&w);
	payload = payload_of(&w, MANIFEST, NAME, SIMPLE_SIGNING_COSIGN);
	s[0] = make(&w, STR("other"), sign(&w, payload));
	s[1] = s[0];
	s[2] = make(&w, payload, sign(&w, payload));
	s[1].where = STR("signature-2");
	w.found = (struct containers_signatures){.p = s, .n = 3};
	assert_int_equal(evaluate(&w, BY_KEY, &trail, &verdict, &err), 0);
	w.found.n = 2;
	assert_int_equal(evaluate(&w, BY_KEY, &trail, &verdict, &err), -ERR_DENIED);
	assert_has(err.msg, "none of its 2 signatures");
	assert_has(err.msg, "signature-2: it is signed by another key");
	tear_down(&w);
}

TEST(what_cannot_be_told_is_no_refusal_and_no_acceptance)
{
	static const struct {
		int find, read, want;
	} faults[] = {
		{-ERR_IO, 0, -ERR_IO},
		{-ERR_DENIED, 0, -ERR_IO},
		{0, -ERR_NOT_FOUND, -ERR_NOT_FOUND},
		{0, -ERR_DENIED, -ERR_FORMAT},
		{-ERR_LIMIT, 0, -ERR_DENIED},
		{-ERR_FORMAT, 0, -ERR_DENIED},
	};

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct containers_verdict verdict = {0};
		struct trail trail;
		struct err err = {0};
		struct world w;

		set_up(&w);
		w.find_result = faults[i].find;
		w.read_result = faults[i].read;
		assert_int_equal(evaluate(&w, BY_KEY, &trail, &verdict, &err), faults[i].want);
		assert_int_equal(trail.unsure, faults[i].want != -ERR_DENIED);
		assert_non_null(trail.failed);
		tear_down(&w);
	}
}

TEST(requirements_that_need_no_signature)
{
	static const struct {
		const char *text;
		int want;
	} plain[] = {
		{"{\"type\":\"insecureAcceptAnything\"}", 0},
		{"{\"type\":\"reject\"}", -ERR_DENIED},
		{"{\"type\":\"insecureAcceptAnything\"},{\"type\":\"reject\"}", -ERR_DENIED},
		{"{\"type\":\"signedBaseLayer\",\"baseLayerIdentity\":{\"type\":\"matchExact\"}}",
		 -ERR_DENIED},
		{"{\"type\":\"signedBy\",\"keyType\":\"X509Certificates\",\"keyPath\":\"/k\"}",
		 -ERR_DENIED},
	};

	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		struct containers_verdict verdict = {0};
		struct trail trail;
		struct err err = {0};
		struct world w;

		set_up(&w);
		assert_int_equal(evaluate(&w, plain[i].text, &trail, &verdict, &err),
				 plain[i].want);
		assert_int_equal(verdict.n, 0);
		assert_int_equal(w.n_finds, 0);
		tear_down(&w);
	}
}

TEST(no_signature_at_all_is_told_with_where_it_was_looked_for)
{
	struct containers_verdict verdict = {0};
	struct trail trail;
	struct err err = {0};
	struct world w;

	set_up(&w);
	w.found = (struct containers_signatures){.where = STR("https://s.example.com"),
						 .note = STR("signature-1: is empty")};
	assert_int_equal(evaluate(&w, BY_KEY, &trail, &verdict, &err), -ERR_DENIED);
	assert_has(err.msg, "it has no signature, and the policy wants one (default[0]); looked "
			    "for at https://s.example.com; signature-1: is empty");
	tear_down(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_signature_by_the_key_for_the_name_and_digest_counts),
		RUN(each_check_can_refuse_alone),
		RUN(a_key_without_the_log_that_is_wanted_is_not_enough),
		RUN(one_good_signature_among_bad_ones_is_enough_and_all_bad_ones_are_told),
		RUN(what_cannot_be_told_is_no_refusal_and_no_acceptance),
		RUN(requirements_that_need_no_signature),
		RUN(no_signature_at_all_is_told_with_where_it_was_looked_for),
	};

	return RUN_ALL(tests);
}
