/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is signed is verified, in a layout on disk; and what has been tampered with is not.
 */
#include "trust/image_signatures.h"

#include <ftw.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/secret_key.h"
#include "tests/unit/test.h"
#include "trust/cosign/layer.h"
#include "trust/cosign/payload.h"
#include "trust/cosign/sign.h"
#include "trust/predicate.h"

#define TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"

/* A layout with one image in it, and what signs. */
struct place {
	char dir[64];
	struct artifact_store *store;
	struct secret_key *key, *stranger;
	struct cosign_signing how;
	struct arena arena;
	struct trust_key believed;
	struct trust_wants wants;
};

static void put_image(struct place *p, const char *word)
{
	struct artifact config = {.media_type = STR("application/vnd.oci.image.config.v1+json")};
	struct artifact_put put = {.media_type = STR(TYPE_MANIFEST), .tag = STR("1")};
	char digest[DIGEST_TEXT_MAX];

	assert_int_equal(artifact_store_put_bytes(p->store, str_of(word), &p->arena, &config, NULL),
			 0);
	put.bytes =
		arena_strf(&p->arena,
			   "{\"schemaVersion\":2,\"mediaType\":\"" TYPE_MANIFEST
			   "\",\"config\":{\"mediaType\":\"%.*s\",\"digest\":\"%.*s\",\"size\":"
			   "%d},\"layers\":[]}",
			   STR_FMT(config.media_type), STR_FMT(config.digest), (int)config.size);
	assert_int_equal(artifact_store_put_manifest(p->store, &put, digest, NULL), 0);
	p->how.subject = (struct artifact){.media_type = STR(TYPE_MANIFEST),
					   .digest = arena_str(&p->arena, str_of(digest)),
					   .size = put.bytes.n};
}

static void place_init(struct place *p, enum key_type type)
{
	struct err err = {0};

	*p = (struct place){.dir = "/tmp/plimsoll-signatures-XXXXXX"};
	arena_init(&p->arena, LIMIT_ARENA_BYTES);
	assert_non_null(mkdtemp(p->dir));
	if (artifact_store_layout(p->dir, true, &p->store, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(secret_key_generate(type, 2048, &p->key, NULL), 0);
	assert_int_equal(secret_key_generate(KEY_EC_P256, 0, &p->stranger, NULL), 0);
	put_image(p, "{}");
	p->how.store = p->store;
	p->how.reference = STR("example.com/app");
	p->how.key = p->key;
	p->how.now = 1700000000;
	p->how.arena = &p->arena;
	p->believed = (struct trust_key){secret_key_public(p->key), STR("cosign.pub")};
	p->wants = (struct trust_wants){.keys = &p->believed, .n_keys = 1};
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

static void place_done(struct place *p)
{
	artifact_store_free(p->store);
	secret_key_free(p->key);
	secret_key_free(p->stranger);
	arena_done(&p->arena);
	assert_int_equal(nftw(p->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static int verify(struct place *p, struct verification *v, struct err *err)
{
	int r;

	verification_init(v, &p->arena, STR("the image"), 1700000100);
	v->digest = p->how.subject.digest;
	r = image_signatures_verify(p->store, &p->wants, v, err);
	return r < 0 ? r : verification_accept(v, err);
}

static void accepts(struct place *p, size_t n)
{
	struct verification v;
	struct err err = {0};

	if (verify(p, &v, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(v.signatures.n, n);
	verification_done(&v);
}

static void refuses(struct place *p, const char *why)
{
	struct verification v;
	struct err err = {0};

	assert_int_equal(verify(p, &v, &err), -ERR_DENIED);
	assert_has(err.msg, why);
	verification_done(&v);
}

TEST(what_each_kind_of_key_signed_is_verified_in_both_forms)
{
	const enum key_type types[] = {KEY_EC_P256, KEY_EC_P384, KEY_EC_P521, KEY_ED25519, KEY_RSA};
	const unsigned forms[] = {COSIGN_FORM_LAYER, COSIGN_FORM_BUNDLE,
				  COSIGN_FORM_LAYER | COSIGN_FORM_BUNDLE};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		for (size_t k = 0; k < ARRAY_LEN(forms); k++) {
			CLEANUP(place_done) struct place p;
			struct cosign_made made = {0};
			struct err err = {0};

			place_init(&p, types[i]);
			if (cosign_sign(&p.how, forms[k], &made, &err) < 0)
				fail_msg("%s", err.msg);
			assert_int_equal(made.layer_tag.n > 0, forms[k] & COSIGN_FORM_LAYER);
			accepts(&p, forms[k] == 3 ? 2 : 1);
			p.believed.key = secret_key_public(p.stranger);
			refuses(&p, forms[k] == 3 ? "none of 2 signatures" : "cosign.pub");
		}
}

TEST(an_image_without_signatures_is_not_signed)
{
	CLEANUP(place_done) struct place p;

	place_init(&p, KEY_EC_P256);
	refuses(&p, "it is not signed");
}

TEST(the_same_words_by_the_same_key_are_written_once)
{
	CLEANUP(place_done) struct place p;
	const struct artifact_annotation env = {STR("env"), STR("prod")};
	struct cosign_made made = {0};

	place_init(&p, KEY_EC_P256);
	assert_int_equal(cosign_sign(&p.how, COSIGN_FORM_LAYER, &made, NULL), 0);
	assert_false(made.was_there);
	assert_int_equal(cosign_sign(&p.how, COSIGN_FORM_LAYER, &made, NULL), 0);
	assert_true(made.was_there);
	accepts(&p, 1);
	p.how.key = p.stranger;
	assert_int_equal(cosign_sign(&p.how, COSIGN_FORM_LAYER, &made, NULL), 0);
	assert_false(made.was_there);
	accepts(&p, 2);
	p.how.annotations = &env;
	p.how.n_annotations = 1;
	assert_int_equal(cosign_sign(&p.how, COSIGN_FORM_LAYER, &made, NULL), 0);
	accepts(&p, 3);
	p.wants.annotations = &env;
	p.wants.n_annotations = 1;
	refuses(&p, "none of 3");
	p.believed.key = secret_key_public(p.stranger);
	accepts(&p, 3);
}

TEST(annotations_are_signed_in_both_forms)
{
	const unsigned forms[] = {COSIGN_FORM_LAYER, COSIGN_FORM_BUNDLE};
	const struct artifact_annotation prod = {STR("env"), STR("prod")};
	const struct artifact_annotation dev = {STR("env"), STR("dev")};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		CLEANUP(place_done) struct place p;
		struct cosign_made made;

		place_init(&p, KEY_EC_P256);
		p.how.annotations = &prod;
		p.how.n_annotations = 1;
		assert_int_equal(cosign_sign(&p.how, forms[i], &made, NULL), 0);
		p.wants.n_annotations = 1;
		p.wants.annotations = &prod;
		accepts(&p, 1);
		p.wants.annotations = &dev;
		refuses(&p, "does not say env=dev");
	}
}

static void attest(struct place *p, unsigned forms, const char *type, const char *predicate)
{
	CLEANUP(strbuf_done) struct strbuf statement = STRBUF_INIT(65536);
	struct cosign_made made;

	assert_int_equal(cosign_statement_write(&p->how, str_of(type), str_of(predicate), false,
						&statement, NULL),
			 0);
	assert_int_equal(
		cosign_attest(&p->how, forms, strbuf_str(&statement), str_of(type), &made, NULL),
		0);
}

TEST(an_attestation_counts_for_its_type_and_never_as_a_signature)
{
	const struct str spdx = STR("spdx"), vsa = STR("vsa"),
			 uri = STR("https://spdx.dev/Document");

	for (unsigned forms = COSIGN_FORM_LAYER; forms <= COSIGN_FORM_BUNDLE; forms++) {
		CLEANUP(place_done) struct place p;
		struct cosign_made made;

		place_init(&p, KEY_EC_P256);
		attest(&p, forms, PREDICATE_SPDX, "{\"spdxVersion\":\"SPDX-2.3\"}");
		refuses(&p, "none of 1 signatures");
		p.wants.types = (struct str_list){&spdx, 1};
		accepts(&p, 1);
		p.wants.types = (struct str_list){&uri, 1};
		accepts(&p, 1);
		p.wants.types = (struct str_list){&vsa, 1};
		refuses(&p, "none of 1");
		/* and a signature is no attestation */
		assert_int_equal(cosign_sign(&p.how, forms, &made, NULL), 0);
		refuses(&p, "none of 2");
		p.wants.types = (struct str_list){0};
		accepts(&p, 2);
	}
}

/* The manifest of signatures of one image under the tag of another. */
TEST(signatures_of_another_image_do_not_hold)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct cosign_made made = {0};
	struct artifact_put put = {.media_type = STR(TYPE_MANIFEST)};
	char digest[DIGEST_TEXT_MAX], tag[ARTIFACT_TAG_MAX];

	place_init(&p, KEY_EC_P256);
	assert_int_equal(cosign_sign(&p.how, COSIGN_FORM_LAYER | COSIGN_FORM_BUNDLE, &made, NULL),
			 0);
	assert_int_equal(artifact_store_manifest(p.store, made.layer_tag, &m, NULL), 0);
	put_image(&p, "{ }");
	refuses(&p, "it is not signed");
	put.tag = artifact_digest_tag(p.how.subject.digest, ".sig", tag);
	put.bytes = strbuf_str(&m.bytes);
	assert_int_equal(artifact_store_put_manifest(p.store, &put, digest, NULL), 0);
	refuses(&p, "of another image");
}

/* A bundle of one image, in a manifest whose subject is another. */
TEST(a_bundle_of_another_image_does_not_hold)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct cosign_made made = {0};
	struct artifact_put put = {.media_type = STR(TYPE_MANIFEST)};
	char digest[DIGEST_TEXT_MAX];
	struct str old, text;
	size_t at;

	place_init(&p, KEY_EC_P256);
	old = p.how.subject.digest;
	assert_int_equal(cosign_sign(&p.how, COSIGN_FORM_BUNDLE, &made, NULL), 0);
	assert_int_equal(artifact_store_manifest(p.store, made.bundle_digest, &m, NULL), 0);
	put_image(&p, "[ ]");
	text = arena_str(&p.arena, strbuf_str(&m.bytes));
	at = str_find(text, old);
	assert_true(at < text.n);
	memcpy((char *)text.p + at, p.how.subject.digest.p, old.n);
	put.bytes = text;
	assert_int_equal(artifact_store_put_manifest(p.store, &put, digest, NULL), 0);
	refuses(&p, "about something else");
}

TEST(without_a_key_to_believe_none_is)
{
	CLEANUP(place_done) struct place p;
	struct cosign_made made = {0};
	struct verification v;
	struct err err = {0};

	place_init(&p, KEY_EC_P256);
	assert_int_equal(cosign_sign(&p.how, COSIGN_FORM_LAYER, &made, NULL), 0);
	p.wants.n_keys = 0;
	assert_int_equal(verify(&p, &v, &err), -ERR_DENIED);
	assert_has(err.msg, "none was given to believe");
	verification_done(&v);
}

#define TYPE_INDEX "application/vnd.oci.image.index.v1+json"

/* An index with an image and BuildKit's statement about `about`. */
static void put_index(struct place *p, const char *about)
{
	struct artifact statement = {.media_type = STR("application/vnd.in-toto+json")};
	struct artifact_put put = {.media_type = STR(TYPE_MANIFEST)};
	char digest[DIGEST_TEXT_MAX];
	struct artifact image = p->how.subject;
	struct str text =
		arena_strf(&p->arena,
			   "{\"_type\":\"https://in-toto.io/Statement/"
			   "v0.1\",\"predicateType\":\"" PREDICATE_SPDX
			   "\",\"subject\":[{\"digest\":{\"sha256\":\"%s\"}}],\"predicate\":{}}",
			   about ? about : image.digest.p + 7);

	assert_int_equal(artifact_store_put_bytes(p->store, text, &p->arena, &statement, NULL), 0);
	put.bytes = arena_strf(
		&p->arena,
		"{\"schemaVersion\":2,\"mediaType\":\"" TYPE_MANIFEST
		"\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","
		"\"digest\":\"%.*s\",\"size\":%d},\"layers\":[{\"mediaType\":\"%.*s\",\"digest\":"
		"\"%.*s\",\"size\":%d}]}",
		STR_FMT(statement.digest), (int)statement.size, STR_FMT(statement.media_type),
		STR_FMT(statement.digest), (int)statement.size);
	assert_int_equal(artifact_store_put_manifest(p->store, &put, digest, NULL), 0);
	put.media_type = STR(TYPE_INDEX);
	put.bytes = arena_strf(
		&p->arena,
		"{\"schemaVersion\":2,\"mediaType\":\"" TYPE_INDEX
		"\",\"manifests\":[{\"mediaType\":\"" TYPE_MANIFEST
		"\",\"digest\":\"%.*s\",\"size\":%d},{\"mediaType\":\"" TYPE_MANIFEST
		"\",\"digest\":\"%s\",\"size\":%d,\"annotations\":{\"vnd.docker.reference.type\":"
		"\"attestation-manifest\",\"vnd.docker.reference.digest\":\"%.*s\"}}]}",
		STR_FMT(image.digest), (int)image.size, digest, (int)put.bytes.n,
		STR_FMT(image.digest));
	assert_int_equal(artifact_store_put_manifest(p->store, &put, digest, NULL), 0);
	p->how.subject = (struct artifact){.media_type = STR(TYPE_INDEX),
					   .digest = arena_str(&p->arena, str_of(digest)),
					   .size = put.bytes.n};
}

TEST(what_buildkit_attests_is_told_as_not_signed)
{
	const struct str spdx = STR("spdx");
	CLEANUP(place_done) struct place p;
	struct cosign_made made;

	place_init(&p, KEY_EC_P256);
	put_index(&p, NULL);
	p.wants.types = (struct str_list){&spdx, 1};
	refuses(&p, "BuildKit's attestation of https://spdx.dev/Document is not signed");
	/* and a signature of the index is one, which is not asked for here */
	assert_int_equal(cosign_sign(&p.how, COSIGN_FORM_LAYER, &made, NULL), 0);
	refuses(&p, "none of 2");
}

TEST(what_buildkit_attests_of_something_else_is_passed_over)
{
	const struct str spdx = STR("spdx");
	CLEANUP(place_done) struct place p;
	struct verification v;
	struct err err = {0};

	place_init(&p, KEY_EC_P256);
	put_index(&p, "ab");
	p.wants.types = (struct str_list){&spdx, 1};
	assert_int_equal(verify(&p, &v, &err), -ERR_DENIED);
	assert_int_equal(v.warnings.n, 1);
	assert_has(((struct str *)vec_at(&v.warnings, 0))->p, "about something else");
	verification_done(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_each_kind_of_key_signed_is_verified_in_both_forms),
		RUN(an_image_without_signatures_is_not_signed),
		RUN(the_same_words_by_the_same_key_are_written_once),
		RUN(annotations_are_signed_in_both_forms),
		RUN(an_attestation_counts_for_its_type_and_never_as_a_signature),
		RUN(signatures_of_another_image_do_not_hold),
		RUN(a_bundle_of_another_image_does_not_hold),
		RUN(without_a_key_to_believe_none_is),
		RUN(what_buildkit_attests_is_told_as_not_signed),
		RUN(what_buildkit_attests_of_something_else_is_passed_over),
	};

	return RUN_ALL(tests);
}
