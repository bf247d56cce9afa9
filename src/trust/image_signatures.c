/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/image_signatures.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/buildkit.h"
#include "trust/cosign/layer.h"
#include "trust/predicate.h"
#include "trust/signer.h"

/* Whether the attestation is of a type that was asked for. */
static bool is_wanted_type(const struct trust_wants *wants, struct str predicate_type)
{
	for (size_t i = 0; i < wants->types.n; i++)
		if (predicate_type_is(predicate_type, wants->types.p[i]))
			return true;
	return false;
}

static bool counts(const struct trust_wants *wants, const struct claim *claim)
{
	if (claim->format == CLAIM_DSSE && !str_is(claim->predicate_type, PREDICATE_COSIGN_SIGN))
		return is_wanted_type(wants, claim->predicate_type);
	return wants->types.n == 0;
}

static struct str name_of_key(const struct trust_wants *wants, const struct claim *claim,
			      struct arena *arena)
{
	for (size_t i = 0; i < wants->n_keys; i++) {
		struct digest_value digest;
		char text[DIGEST_TEXT_MAX];

		if (public_key_digest(wants->keys[i].key, &digest, NULL) == 0 &&
		    str_eq(digest_format(&digest, text), claim->key_digest))
			return arena_strf(arena, "the key %.*s", STR_FMT(wants->keys[i].name));
	}
	return STR_NULL;
}

static int read_layer(struct artifact_store *store, const struct artifact *layer, size_t max,
		      struct verification_signature *s, struct strbuf *out, struct err *err)
{
	struct err why = {0};
	int r;

	out->max = max;
	r = artifact_store_read_blob(store, layer, out, &why);
	if (r == 0)
		return 0;
	r = trail_take(s->trail, &why, r, "payload", "look whether the registry or layout is whole",
		       "what was signed");
	if (err)
		*err = why;
	return r;
}

static int verify_layer(struct artifact_store *store, const struct attachment *a, size_t i,
			const struct trust_wants *wants, struct verification *v,
			struct verification_signature *s, struct err *err)
{
	const struct artifact *descriptor = &a->manifest.layers[i];
	bool is_envelope = a->kind == ATTACHMENT_ATTESTATION;
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(0);
	struct cosign_layer layer;
	int r = read_layer(store, descriptor,
			   is_envelope ? LIMIT_ATTESTATION_BYTES : LIMIT_SIGNATURE_PAYLOAD_BYTES, s,
			   &bytes, err);

	if (r < 0)
		return r;
	cosign_layer_of(descriptor, strbuf_str(&bytes), &layer);
	return signer_verify_layer(&layer, is_envelope, v->digest, wants, v->now, s->trail,
				   &s->claim, err);
}

/* Only a signature of the manifest itself, instead of a statement about it, needs its bytes. */
static int read_manifest(struct artifact_store *store, struct str bundle,
			 const struct verification *v, struct registry_manifest *ret,
			 struct verification_signature *s, struct err *err)
{
	struct err why = {0};
	int r;

	if (str_find(bundle, STR("messageSignature")) == bundle.n)
		return 0;
	r = artifact_store_manifest(store, v->digest, ret, &why);
	if (r == 0)
		return 0;
	r = trail_take(s->trail, &why, r, "digest", "look whether the registry or layout is whole",
		       "the image's manifest");
	if (err)
		*err = why;
	return r;
}

static int verify_bundle(struct artifact_store *store, const struct attachment *a,
			 const struct trust_wants *wants, struct verification *v,
			 struct verification_signature *s, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(0);
	int r;

	if (a->manifest.n_layers != 1)
		return trail_refuse(s->trail, err, "bundle", "ask the publisher to sign again",
				    "it has %zu layers, where a bundle is one",
				    a->manifest.n_layers);
	r = read_layer(store, &a->manifest.layers[0], LIMIT_ATTESTATION_BYTES, s, &bytes, err);
	if (r == 0)
		r = read_manifest(store, strbuf_str(&bytes), v, &m, s, err);
	if (r == 0)
		r = signer_verify_bundle(strbuf_str(&bytes), v->digest, strbuf_str(&m.bytes), wants,
					 v->now, s->trail, &s->claim, err);
	return r;
}

/* Only what makes further looking useless is an error; the rest is in the signature's trail. */
static bool is_final(int r)
{
	return r == -ERR_NOMEM || r == -ERR_BUG;
}

static int verify_one(struct artifact_store *store, const struct attachment *a, size_t i,
		      const struct trust_wants *wants, struct verification *v, struct err *err)
{
	enum claim_format format = a->kind == ATTACHMENT_SIGNATURE ? CLAIM_COSIGN : CLAIM_DSSE;
	bool is_bundle = a->kind == ATTACHMENT_BUNDLE;
	struct str at = a->tag.n && !is_bundle ? a->tag : a->digest;
	struct str where = is_bundle ? arena_strf(v->arena, "bundle %.*s", STR_FMT(at))
				     : arena_strf(v->arena, "%.*s, layer %zu", STR_FMT(at), i + 1);
	struct verification_signature *s = verification_add(v, format, where);
	int r;

	if (!s)
		return err_set(err, ERR_LIMIT, "more than signatures_per_image (%d) signatures",
			       LIMIT_SIGNATURES_PER_IMAGE);
	r = is_bundle ? verify_bundle(store, a, wants, v, s, err)
		      : verify_layer(store, a, i, wants, v, s, err);
	if (is_final(r))
		return r;
	if (r < 0)
		return 0;
	s->format = s->claim.format;
	s->holds = true;
	s->counts = counts(wants, &s->claim);
	s->counts_as = name_of_key(wants, &s->claim, v->arena);
	return 0;
}

int image_attachment_verify(struct artifact_store *store, const struct attachment *attachment,
			    const struct trust_wants *wants, struct verification *v,
			    struct err *err)
{
	size_t n = attachment->kind == ATTACHMENT_BUNDLE ? 1 : attachment->manifest.n_layers;
	int r = 0;

	if (!(attachment->kind & IMAGE_SIGNATURE_KINDS))
		return 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = verify_one(store, attachment, i, wants, v, err);
	return r;
}

/* What BuildKit attests is told, and counts for nothing: nobody signed it. */
static int tell_unsigned(const struct buildkit_attestation *a, struct verification *v,
			 struct err *err)
{
	struct verification_signature *s = verification_add(
		v, CLAIM_DSSE,
		arena_strf(v->arena, "BuildKit's manifest %.*s", STR_FMT(a->manifest)));

	if (!s)
		return err_set(err, ERR_LIMIT, "more than signatures_per_image (%d) signatures",
			       LIMIT_SIGNATURES_PER_IMAGE);
	(void)trail_refuse(s->trail, NULL, "signature",
			   "have it signed: plimsoll attest; or believe a signature of the index, "
			   "which covers it",
			   "BuildKit's attestation of %.*s is not signed by anybody",
			   STR_FMT(str_sub(a->predicate_type, 0, 200)));
	return 0;
}

static int look_at_buildkit(struct artifact_store *store, struct verification *v, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct artifact_manifest index = {0};
	struct buildkit_list list;
	struct err why = {0};
	int r = artifact_store_manifest(store, v->digest, &m, err);

	if (r == 0)
		r = artifact_manifest_parse(strbuf_str(&m.bytes), v->arena, &index, err);
	if (r < 0 || !index.is_index)
		return r;
	if (buildkit_find(store, &index, STR_NULL, v->arena, &list, &why) < 0) {
		verification_warn(v, "passed over: %s", why.msg);
		return 0;
	}
	for (size_t i = 0; i < list.n && r == 0; i++)
		r = tell_unsigned(&list.p[i], v, err);
	return r;
}

int image_signatures_verify(struct artifact_store *store, const struct trust_wants *wants,
			    struct verification *v, struct err *err)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	int r = attachment_find(store, v->digest, IMAGE_SIGNATURE_KINDS, &all, err);

	for (size_t i = 0; i < all.n && r == 0; i++)
		r = image_attachment_verify(store, &all.p[i], wants, v, err);
	for (size_t i = 0; i < all.n_refused && r == 0; i++)
		verification_warn(v, "passed over: %.*s", STR_FMT(all.refused[i].why));
	if (r == 0 && wants->types.n)
		r = look_at_buildkit(store, v, err);
	return r;
}
