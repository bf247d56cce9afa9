/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cosign/layer.h"

#include "base/cleanup.h"
#include "codec/base64.h"
#include "trust/artifact_manifest.h"
#include "trust/cosign/payload.h"
#include "trust/dsse.h"
#include "trust/key_match.h"
#include "trust/statement.h"

#define REMEDY_SIGN_AGAIN "ask the publisher for a new signature, or sign it: plimsoll sign"

void cosign_layer_of(const struct artifact *descriptor, struct str bytes, struct cosign_layer *ret)
{
	const struct artifact_annotations *a = &descriptor->annotations;

	*ret = (struct cosign_layer){
		.bytes = bytes,
		.signature = artifact_annotation(a, COSIGN_ANNOTATION_SIGNATURE),
		.certificate = artifact_annotation(a, COSIGN_ANNOTATION_CERTIFICATE),
		.chain = artifact_annotation(a, COSIGN_ANNOTATION_CHAIN),
		.bundle = artifact_annotation(a, COSIGN_ANNOTATION_BUNDLE),
		.rfc3161 = artifact_annotation(a, COSIGN_ANNOTATION_RFC3161),
	};
}

/* ---- what is said ---- */

static int check_annotations(const struct cosign_payload *p, const struct trust_wants *wants,
			     struct trail *trail, struct err *err)
{
	for (size_t i = 0; i < wants->n_annotations; i++) {
		const struct artifact_annotation *a = &wants->annotations[i];

		if (!cosign_payload_says(p, a->key, a->value))
			return trail_refuse(trail, err, "annotations",
					    "ask for another annotation, or have it signed with "
					    "this one: plimsoll sign -a",
					    "the signature does not say %.*s=%.*s", STR_FMT(a->key),
					    STR_FMT(a->value));
		trail_pass(trail, "annotations", "%.*s=%.*s", STR_FMT(a->key), STR_FMT(a->value));
	}
	return 0;
}

static int check_words(const struct cosign_payload *p, struct str digest,
		       const struct trust_wants *wants, struct trail *trail, struct err *err)
{
	if (!str_is(p->type, COSIGN_PAYLOAD_TYPE) && !(wants->accept & TRUST_ACCEPT_PAYLOAD_TYPE))
		return trail_refuse(trail, err, "payload",
				    "sign it again; or --accept payload-type, if this signer is "
				    "known to write another type",
				    "what was signed is no image signature of cosign's: its type "
				    "is \"%.*s\"",
				    STR_FMT(str_sub(p->type, 0, 100)));
	if (!str_eq(p->digest, digest))
		return trail_refuse(trail, err, "digest", REMEDY_SIGN_AGAIN,
				    "the signature is of another image: of %.*s instead of %.*s",
				    STR_FMT(p->digest), STR_FMT(digest));
	trail_pass(trail, "digest", "the signature is of %.*s", STR_FMT(digest));
	if (wants->reference.n && !str_eq(p->reference, wants->reference))
		return trail_refuse(
			trail, err, "identity", "ask for the name under which it was signed",
			"it was signed as %.*s instead of %.*s",
			STR_FMT(str_sub(p->reference, 0, 200)), STR_FMT(wants->reference));
	return check_annotations(p, wants, trail, err);
}

int cosign_payload_check(struct str bytes, struct str digest, const struct trust_wants *wants,
			 struct trail *trail, struct claim *claim, struct err *err)
{
	CLEANUP(cosign_payload_done) struct cosign_payload p = {0};
	struct err why = {0};
	int r = cosign_payload_parse(bytes, &p, &why);

	if (r < 0) {
		r = trail_take(trail, &why, r, "payload", REMEDY_SIGN_AGAIN, NULL);
		if (err)
			*err = why;
		return r;
	}
	r = check_words(&p, digest, wants, trail, err);
	if (r < 0)
		return r;
	claim->digest = arena_str(trail->arena, digest);
	claim->name = arena_str(trail->arena, p.reference);
	claim->payload = arena_str(trail->arena, bytes);
	return arena_check(trail->arena, err);
}

static int check_subject(const struct statement *s, struct str digest, struct trail *trail,
			 struct err *err)
{
	struct digest_value value;
	int r = digest_parse(digest, &value, err);

	if (r < 0)
		return trail_unsure(trail, err, ERR_BUG, "digest", "", "the image has no digest");
	if (!statement_is_about(s, &value, NULL))
		return trail_refuse(trail, err, "digest", REMEDY_SIGN_AGAIN,
				    "the attestation is about something else than %.*s",
				    STR_FMT(digest));
	trail_pass(trail, "digest", "the attestation is about %.*s", STR_FMT(digest));
	return 0;
}

/* cosign writes annotations of a signature into its subject. */
static int check_subject_annotations(const struct statement *s, const struct trust_wants *wants,
				     struct trail *trail, struct err *err)
{
	/* The subject that is the image; the others may be annotated by anybody. */
	struct cosign_payload p = {0};

	if (wants->n_annotations == 0)
		return 0;
	if (s->n_subjects != 1)
		return trail_refuse(trail, err, "annotations",
				    "have it signed alone: plimsoll sign -a",
				    "the signature is of %zu things, so what it says of one is "
				    "not clear",
				    s->n_subjects);
	p.optional = json_get(json_at(s->subjects, 0), "annotations");
	return check_annotations(&p, wants, trail, err);
}

int cosign_statement_check(struct str bytes, struct str digest, const struct trust_wants *wants,
			   struct trail *trail, struct claim *claim, struct err *err)
{
	CLEANUP(statement_done) struct statement s = {0};
	struct err why = {0};
	int r = statement_parse(bytes, &s, &why);

	if (r < 0) {
		r = trail_take(trail, &why, r, "payload", REMEDY_SIGN_AGAIN, NULL);
		if (err)
			*err = why;
		return r;
	}
	r = check_subject(&s, digest, trail, err);
	if (r == 0)
		r = check_subject_annotations(&s, wants, trail, err);
	if (r < 0)
		return r;
	claim->digest = arena_str(trail->arena, digest);
	claim->payload = arena_str(trail->arena, bytes);
	claim->predicate_type = arena_str(trail->arena, s.predicate_type);
	return arena_check(trail->arena, err);
}

/* ---- who says it ---- */

struct signed_bytes {
	struct str message, signature;
};

static int holds_bytes(void *ctx, const struct public_key *key, enum signature_scheme scheme,
		       struct err *err)
{
	const struct signed_bytes *s = ctx;

	return public_key_verify(key, scheme, s->message, s->signature, err);
}

static int holds_envelope(void *ctx, const struct public_key *key, enum signature_scheme scheme,
			  struct err *err)
{
	return dsse_verify(ctx, key, scheme, err);
}

/* Fills what is known of the signer; refuses when it is none of them. */
static int find_signer(const struct trust_wants *wants, key_match_fn *holds, void *ctx,
		       struct trail *trail, struct claim *claim, struct err *err)
{
	enum signature_scheme scheme = SIGNATURE_NONE;
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	struct err why = {0};
	size_t i = 0;
	int r = key_match(wants, holds, ctx, &i, &scheme, &why);

	if (r == -ERR_DENIED)
		return key_match_refuse(wants, trail, err);
	if (r == 0)
		r = public_key_digest(wants->keys[i].key, &digest, &why);
	if (r < 0) {
		r = trail_take(trail, &why, r, "signature", "", NULL);
		if (err)
			*err = why;
		return r;
	}
	claim->key_digest = arena_str(trail->arena, digest_format(&digest, text));
	claim->algorithm = str_of(signature_scheme_name(scheme));
	trail_pass(trail, "signature", "by the key %.*s (%s)", STR_FMT(wants->keys[i].name),
		   public_key_name(wants->keys[i].key));
	return arena_check(trail->arena, err);
}

static int decode_signature(const struct cosign_layer *layer, struct strbuf *out,
			    struct trail *trail, struct err *err)
{
	if (layer->signature.n == 0)
		return trail_refuse(trail, err, "signature", REMEDY_SIGN_AGAIN,
				    "there is a payload, but no signature of it (annotation %s)",
				    COSIGN_ANNOTATION_SIGNATURE);
	if (base64_decode(layer->signature, BASE64_STANDARD, out, NULL) < 0)
		return trail_refuse(trail, err, "signature", REMEDY_SIGN_AGAIN,
				    "the signature is no base64, or longer than any signature");
	return 0;
}

int cosign_signature_verify(const struct cosign_layer *layer, struct str digest,
			    const struct trust_wants *wants, struct trail *trail, struct claim *ret,
			    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(COSIGN_SIGNATURE_BYTES_MAX);
	struct signed_bytes s = {.message = layer->bytes};
	struct claim claim = {.format = CLAIM_COSIGN};
	int r = decode_signature(layer, &raw, trail, err);

	if (r < 0)
		return r;
	s.signature = strbuf_str(&raw);
	r = find_signer(wants, holds_bytes, &s, trail, &claim, err);
	if (r == 0)
		r = cosign_payload_check(layer->bytes, digest, wants, trail, &claim, err);
	if (r == 0)
		*ret = claim;
	return r;
}

int cosign_attestation_verify(const struct cosign_layer *layer, struct str digest,
			      const struct trust_wants *wants, struct trail *trail,
			      struct claim *ret, struct err *err)
{
	struct dsse *envelope = arena_alloc(trail->arena, sizeof *envelope);
	struct claim claim = {.format = CLAIM_DSSE};
	struct err why = {0};
	int r;

	if (!envelope)
		return trail_unsure(trail, err, ERR_NOMEM, "payload", "", "out of memory");
	r = dsse_parse(layer->bytes, trail->arena, envelope, &why);
	if (r < 0) {
		r = trail_take(trail, &why, r, "payload", REMEDY_SIGN_AGAIN, NULL);
		if (err)
			*err = why;
		return r;
	}
	if (!str_is(envelope->payload_type, DSSE_IN_TOTO))
		return trail_refuse(trail, err, "payload", REMEDY_SIGN_AGAIN,
				    "the envelope holds \"%.*s\" instead of an in-toto statement",
				    STR_FMT(str_sub(envelope->payload_type, 0, 100)));
	r = find_signer(wants, holds_envelope, envelope, trail, &claim, err);
	if (r == 0)
		r = cosign_statement_check(envelope->payload, digest, wants, trail, &claim, err);
	claim.payload_type = envelope->payload_type;
	if (r == 0)
		*ret = claim;
	return r;
}
