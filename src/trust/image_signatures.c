/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/image_signatures.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/cosign/layer.h"
#include "trust/predicate.h"

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
	bool is_signature = a->kind == ATTACHMENT_SIGNATURE;
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(0);
	struct cosign_layer layer;
	int r = read_layer(store, descriptor,
			   is_signature ? LIMIT_SIGNATURE_PAYLOAD_BYTES : LIMIT_ATTESTATION_BYTES,
			   s, &bytes, err);

	if (r < 0)
		return r;
	cosign_layer_of(descriptor, strbuf_str(&bytes), &layer);
	return (is_signature ? cosign_signature_verify : cosign_attestation_verify)(
		&layer, v->digest, wants, s->trail, &s->claim, err);
}

/* Only what makes further looking useless is an error; the rest is in the signature's trail. */
static bool is_final(int r)
{
	return r == -ERR_NOMEM || r == -ERR_BUG;
}

static int verify_layers(struct artifact_store *store, const struct attachment *a,
			 const struct trust_wants *wants, struct verification *v, struct err *err)
{
	enum claim_format format = a->kind == ATTACHMENT_SIGNATURE ? CLAIM_COSIGN : CLAIM_DSSE;

	for (size_t i = 0; i < a->manifest.n_layers; i++) {
		struct str where = arena_strf(v->arena, "%.*s, layer %zu",
					      STR_FMT(a->tag.n ? a->tag : a->digest), i + 1);
		struct verification_signature *s = verification_add(v, format, where);
		int r;

		if (!s)
			return err_set(err, ERR_LIMIT,
				       "more than signatures_per_image (%d) signatures",
				       LIMIT_SIGNATURES_PER_IMAGE);
		r = verify_layer(store, a, i, wants, v, s, err);
		if (is_final(r))
			return r;
		if (r < 0)
			continue;
		s->holds = true;
		s->counts = counts(wants, &s->claim);
		s->counts_as = name_of_key(wants, &s->claim, v->arena);
	}
	return 0;
}

int image_attachment_verify(struct artifact_store *store, const struct attachment *attachment,
			    const struct trust_wants *wants, struct verification *v,
			    struct err *err)
{
	if (attachment->kind & IMAGE_SIGNATURE_KINDS)
		return verify_layers(store, attachment, wants, v, err);
	return 0;
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
	return r;
}
