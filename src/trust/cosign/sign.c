/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cosign/sign.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json_copy.h"
#include "trust/cosign/layer.h"
#include "trust/cosign/payload.h"
#include "trust/dsse.h"
#include "trust/fallback_index.h"
#include "trust/predicate.h"
#include "trust/statement.h"

#define TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define TYPE_CONFIG   "application/vnd.oci.image.config.v1+json"
#define TYPE_EMPTY    "application/vnd.oci.empty.v1+json"
#define TYPE_DSSE     "application/vnd.dsse.envelope.v1+json"
#define TYPE_BUNDLE   "application/vnd.dev.sigstore.bundle.v0.3+json"
#define ENVELOPE_MAX  ((size_t)LIMIT_ATTESTATION_BYTES)

/* ---- signing ---- */

static int sign_bytes(const struct cosign_signing *how, struct str message, struct strbuf *out,
		      struct err *err)
{
	enum signature_scheme scheme = public_key_scheme(secret_key_public(how->key));

	return secret_key_sign(how->key, scheme, message, out, err);
}

static int to_base64(struct arena *a, struct str bytes, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * ENVELOPE_MAX);
	int r = base64_encode(bytes, BASE64_STANDARD, &text, err);

	if (r < 0)
		return r;
	*ret = arena_str(a, strbuf_str(&text));
	return arena_check(a, err);
}

static int sign_envelope(const struct cosign_signing *how, struct str statement, struct strbuf *out,
			 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pae = STRBUF_INIT(ENVELOPE_MAX);
	CLEANUP(strbuf_done) struct strbuf sig = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	int r = dsse_pae(STR(DSSE_IN_TOTO), statement, &pae, err);

	if (r == 0)
		r = sign_bytes(how, strbuf_str(&pae), &sig, err);
	return r < 0 ? r
		     : dsse_write(STR(DSSE_IN_TOTO), statement, STR_NULL, strbuf_str(&sig), out,
				  err);
}

/* ---- the manifest at a tag ---- */

/* What stands at the tag now; *ret NULL: nothing. */
static int read_tag(const struct cosign_signing *how, struct str tag, struct json **ret,
		    struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct err why = {0};
	int r = artifact_store_manifest(how->store, tag, &m, &why);

	*ret = NULL;
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r < 0) {
		if (err)
			*err = why;
		return r;
	}
	r = json_parse(strbuf_str(&m.bytes), ret, err);
	if (r == 0 && json_kind_of(json_get(*ret, "layers")) != JSON_KIND_LIST)
		r = err_set(err, ERR_FORMAT, "it holds no signatures, but something else");
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(tag)) : 0;
}

static bool is_by_this_key(const struct cosign_signing *how, struct str payload,
			   struct str signature)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(COSIGN_SIGNATURE_BYTES_MAX);
	const struct public_key *key = secret_key_public(how->key);

	return base64_decode(signature, BASE64_STANDARD, &raw, NULL) == 0 &&
	       public_key_verify(key, public_key_scheme(key), payload, strbuf_str(&raw), NULL) == 0;
}

/* Whether these words are signed by this key already. */
static bool is_there(const struct cosign_signing *how, const struct json *manifest,
		     const struct artifact *layer, struct str payload)
{
	const struct json *layers = json_get(manifest, "layers");

	for (size_t i = 0; i < json_len(layers); i++) {
		const struct json *l = json_at(layers, i);
		const struct json *a = json_get(l, "annotations");

		if (str_eq(json_get_str(l, "digest"), layer->digest) &&
		    is_by_this_key(how, payload, json_get_str(a, COSIGN_ANNOTATION_SIGNATURE)))
			return true;
	}
	return false;
}

/* cosign's config names the layers once more. */
static int put_config(const struct cosign_signing *how, const struct json *old,
		      const struct artifact *layer, struct artifact *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	const struct json *layers = json_get(old, "layers");
	struct json_writer w;

	json_writer_init(&w, &sb, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "architecture", "");
	json_put_text(&w, "os", "");
	json_key(&w, "config");
	json_open_map(&w);
	json_close_map(&w);
	json_key(&w, "rootfs");
	json_open_map(&w);
	json_put_text(&w, "type", "layers");
	json_key(&w, "diff_ids");
	json_open_list(&w);
	for (size_t i = 0; i < json_len(layers); i++)
		json_add_str(&w, json_get_str(json_at(layers, i), "digest"));
	json_add_str(&w, layer->digest);
	json_close_list(&w);
	json_close_map(&w);
	json_close_map(&w);
	*ret = (struct artifact){.media_type = STR(TYPE_CONFIG)};
	return artifact_store_put_bytes(how->store, strbuf_str(&sb), how->arena, ret, err);
}

static void write_manifest(const struct json *old, const struct artifact *config,
			   const struct artifact *layer, struct strbuf *out)
{
	const struct json *layers = json_get(old, "layers"), *more = json_get(old, "annotations");
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_uint(&w, "schemaVersion", 2);
	json_put_text(&w, "mediaType", TYPE_MANIFEST);
	json_key(&w, "config");
	artifact_write(&w, config, STR_NULL);
	json_key(&w, "layers");
	json_open_list(&w);
	for (size_t i = 0; i < json_len(layers); i++)
		json_add_copy(&w, json_at(layers, i));
	artifact_write(&w, layer, STR_NULL);
	json_close_list(&w);
	if (more) {
		json_key(&w, "annotations");
		json_add_copy(&w, more);
	}
	json_close_map(&w);
}

static int put_layer(const struct cosign_signing *how, const struct json *old, struct str tag,
		     struct artifact *layer, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct artifact_put put = {.media_type = STR(TYPE_MANIFEST), .tag = tag};
	struct artifact config;
	char digest[DIGEST_TEXT_MAX];
	int r = put_config(how, old, layer, &config, err);

	if (r < 0)
		return r;
	write_manifest(old, &config, layer, &sb);
	r = strbuf_check(&sb, err);
	put.bytes = strbuf_str(&sb);
	return r < 0 ? r : artifact_store_put_manifest(how->store, &put, digest, err);
}

/*
 * Adds a layer of those bytes to the manifest at the tag. signed_words: the payload of a signature,
 * which is not put there twice; empty: of an attestation.
 */
static int add_layer(const struct cosign_signing *how, const char *suffix, struct str bytes,
		     struct artifact *layer, bool once, struct cosign_made *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *old = NULL;
	char buf[ARTIFACT_TAG_MAX];
	struct str tag =
		arena_str(how->arena, artifact_digest_tag(how->subject.digest, suffix, buf));
	int r = tag.n ? artifact_store_put_bytes(how->store, bytes, how->arena, layer, err)
		      : err_set(err, ERR_FORMAT, "\"%.*s\" is no digest",
				STR_FMT(how->subject.digest));

	if (r == 0)
		r = read_tag(how, tag, &old, err);
	if (r < 0)
		return r;
	if (once && is_there(how, old, layer, bytes)) {
		ret->was_there = true;
		return 0;
	}
	r = put_layer(how, old, tag, layer, err);
	if (r == 0)
		ret->layer_tag = tag;
	return r;
}

static int sign_layer(const struct cosign_signing *how, struct cosign_made *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf payload = STRBUF_INIT(LIMIT_SIGNATURE_PAYLOAD_BYTES);
	CLEANUP(strbuf_done) struct strbuf sig = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	struct artifact_annotation a = {.key = STR(COSIGN_ANNOTATION_SIGNATURE)};
	struct artifact layer = {.media_type = STR(COSIGN_PAYLOAD_MEDIA_TYPE),
				 .annotations = {&a, 1}};
	int r = cosign_payload_write(how->reference, how->subject.digest, how->annotations,
				     how->n_annotations, &payload, err);

	if (r == 0)
		r = sign_bytes(how, strbuf_str(&payload), &sig, err);
	if (r == 0)
		r = to_base64(how->arena, strbuf_str(&sig), &a.value, err);
	return r < 0 ? r : add_layer(how, ".sig", strbuf_str(&payload), &layer, true, ret, err);
}

static int attest_layer(const struct cosign_signing *how, struct str envelope,
			struct str predicate_type, struct cosign_made *ret, struct err *err)
{
	const struct artifact_annotation annotations[] = {
		{STR(COSIGN_ANNOTATION_SIGNATURE), STR("")},
		{STR("predicateType"), predicate_type},
	};
	struct artifact layer = {.media_type = STR(TYPE_DSSE), .annotations = {annotations, 2}};

	return add_layer(how, ".att", envelope, &layer, false, ret, err);
}

/* ---- bundles ---- */

/* The hint is the SHA-256 of the key, as sigstore-go writes it; nobody may believe it. */
static int write_hint(const struct cosign_signing *how, struct json_writer *w, struct err *err)
{
	struct digest_value digest;
	struct str text;
	int r = public_key_digest(secret_key_public(how->key), &digest, err);

	if (r == 0)
		r = to_base64(how->arena, str_make(digest.bytes, 32), &text, err);
	if (r < 0)
		return r;
	json_key(w, "verificationMaterial");
	json_open_map(w);
	json_key(w, "publicKey");
	json_open_map(w);
	json_put_str(w, "hint", text);
	json_close_map(w);
	json_close_map(w);
	return 0;
}

static int write_bundle(const struct cosign_signing *how, struct str envelope, struct strbuf *out,
			struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct json_writer w;
	int r = json_parse(envelope, &doc, err);

	if (r < 0)
		return r;
	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "mediaType", TYPE_BUNDLE);
	r = write_hint(how, &w, err);
	if (r < 0)
		return r;
	json_key(&w, "dsseEnvelope");
	json_add_copy(&w, doc);
	json_close_map(&w);
	return strbuf_check(out, err);
}

static void write_referrer(const struct cosign_signing *how, const struct artifact *config,
			   const struct artifact *layer, struct str predicate_type,
			   struct strbuf *out)
{
	char created[CLOCK_TEXT_MAX] = "";
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_uint(&w, "schemaVersion", 2);
	json_put_text(&w, "mediaType", TYPE_MANIFEST);
	json_put_text(&w, "artifactType", TYPE_BUNDLE);
	json_key(&w, "config");
	artifact_write(&w, config, STR_NULL);
	json_key(&w, "layers");
	json_open_list(&w);
	artifact_write(&w, layer, STR_NULL);
	json_close_list(&w);
	json_key(&w, "subject");
	artifact_write(&w, &how->subject, STR_NULL);
	json_key(&w, "annotations");
	json_open_map(&w);
	json_put_text(&w, "dev.sigstore.bundle.content", "dsse-envelope");
	json_put_str(&w, "dev.sigstore.bundle.predicateType", predicate_type);
	if (clock_format(how->now, created))
		json_put_text(&w, "org.opencontainers.image.created", created);
	json_close_map(&w);
	json_close_map(&w);
}

static int put_bundle(const struct cosign_signing *how, struct str envelope,
		      struct str predicate_type, struct cosign_made *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bundle = STRBUF_INIT(2 * ENVELOPE_MAX);
	CLEANUP(strbuf_done) struct strbuf manifest = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct artifact config = {.media_type = STR(TYPE_EMPTY)};
	struct artifact layer = {.media_type = STR(TYPE_BUNDLE)};
	struct artifact_put put = {.media_type = STR(TYPE_MANIFEST)};
	char digest[DIGEST_TEXT_MAX];
	int r = write_bundle(how, envelope, &bundle, err);

	if (r == 0)
		r = artifact_store_put_bytes(how->store, STR("{}"), how->arena, &config, err);
	if (r == 0)
		r = artifact_store_put_bytes(how->store, strbuf_str(&bundle), how->arena, &layer,
					     err);
	if (r < 0)
		return r;
	write_referrer(how, &config, &layer, predicate_type, &manifest);
	r = strbuf_check(&manifest, err);
	put.bytes = strbuf_str(&manifest);
	if (r == 0)
		r = artifact_store_put_manifest(how->store, &put, digest, err);
	if (r == 0)
		ret->bundle_digest = arena_str(how->arena, str_of(digest));
	return r < 0 ? r : arena_check(how->arena, err);
}

/* ---- statements ---- */

static void write_subject(const struct cosign_signing *how, bool named, struct json_writer *w)
{
	struct str algorithm = STR_NULL, hex = STR_NULL;

	(void)str_cut(how->subject.digest, ':', &algorithm, &hex); /* it is a digest */
	json_key(w, "subject");
	json_open_list(w);
	json_open_map(w);
	if (named)
		json_put_str(w, "name", how->reference);
	json_key(w, "digest");
	json_open_map(w);
	json_key_str(w, algorithm);
	json_add_str(w, hex);
	json_close_map(w);
	if (how->n_annotations) {
		json_key(w, "annotations");
		json_open_map(w);
		for (size_t i = 0; i < how->n_annotations; i++) {
			json_key_str(w, how->annotations[i].key);
			json_add_str(w, how->annotations[i].value);
		}
		json_close_map(w);
	}
	json_close_map(w);
	json_close_list(w);
}

int cosign_statement_write(const struct cosign_signing *how, struct str predicate_type,
			   struct str predicate, bool v1, struct strbuf *out, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct json_writer w;
	int r = json_parse(predicate, &doc, err);

	if (r < 0)
		return err_wrap(err, r, "the predicate");
	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "_type", v1 ? STATEMENT_V1 : STATEMENT_V0_1);
	json_put_str(&w, "predicateType", predicate_type);
	write_subject(how, !v1 || how->n_annotations == 0, &w);
	json_key(&w, "predicate");
	json_add_copy(&w, doc);
	json_close_map(&w);
	return strbuf_check(out, err);
}

/* ---- the faces ---- */

static int sign_bundle(const struct cosign_signing *how, struct cosign_made *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf statement = STRBUF_INIT(LIMIT_SIGNATURE_PAYLOAD_BYTES);
	CLEANUP(strbuf_done) struct strbuf envelope = STRBUF_INIT(ENVELOPE_MAX);
	int r = cosign_statement_write(how, STR(PREDICATE_COSIGN_SIGN), STR("{}"), true, &statement,
				       err);

	if (r == 0)
		r = sign_envelope(how, strbuf_str(&statement), &envelope, err);
	return r < 0 ? r
		     : put_bundle(how, strbuf_str(&envelope), STR(PREDICATE_COSIGN_SIGN), ret, err);
}

int cosign_sign(const struct cosign_signing *how, unsigned forms, struct cosign_made *ret,
		struct err *err)
{
	struct cosign_made made = {0};
	int r = 0;

	if (forms & COSIGN_FORM_LAYER)
		r = sign_layer(how, &made, err);
	if (r == 0 && (forms & COSIGN_FORM_BUNDLE))
		r = sign_bundle(how, &made, err);
	if (r == 0)
		*ret = made;
	return r;
}

int cosign_attest(const struct cosign_signing *how, unsigned forms, struct str statement,
		  struct str predicate_type, struct cosign_made *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf envelope = STRBUF_INIT(ENVELOPE_MAX);
	struct cosign_made made = {0};
	int r = sign_envelope(how, statement, &envelope, err);

	if (r == 0 && (forms & COSIGN_FORM_LAYER))
		r = attest_layer(how, strbuf_str(&envelope), predicate_type, &made, err);
	if (r == 0 && (forms & COSIGN_FORM_BUNDLE))
		r = put_bundle(how, strbuf_str(&envelope), predicate_type, &made, err);
	if (r == 0)
		*ret = made;
	return r;
}
