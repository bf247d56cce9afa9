/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/signer.h"

#include "base/cleanup.h"
#include "codec/base64.h"
#include "trust/key_match.h"
#include "trust/sigstore/legacy.h"

#define REMEDY_SIGN_AGAIN "ask the publisher for a new signature, or sign it: plimsoll sign"

/* One way to verify what is in ctx: by the key in wants, or keyless. */
typedef int attempt_fn(const void *ctx, const struct sigstore_wants *wants, struct trail *trail,
		       struct claim *ret, struct err *err);

static struct sigstore_wants sigstore_wants_of(const struct trust_wants *wants, int64_t now)
{
	return (struct sigstore_wants){
		.root = wants->root,
		.identities = wants->identities,
		.n_identities = wants->n_identities,
		.any_identity = wants->any_identity,
		.no_log = wants->no_log,
		.no_sct = wants->no_sct,
		.now = now,
	};
}

static int by_identity(const struct trust_wants *wants, int64_t now, attempt_fn *attempt,
		       const void *ctx, struct trail *trail, struct claim *ret, struct err *err)
{
	struct sigstore_wants keyless = sigstore_wants_of(wants, now);

	if (!wants->root || (wants->n_identities == 0 && !wants->any_identity))
		return trail_refuse(trail, err, "identity",
				    "say whom to believe: --trusted-root FILE --identity NAME "
				    "--issuer URL",
				    "it is signed by a certificate, and only keys were given to "
				    "believe");
	return attempt(ctx, &keyless, trail, ret, err);
}

/* Each key has a trail of its own; the one that holds, or the only one, is kept. */
static int by_key(const struct trust_wants *wants, int64_t now, attempt_fn *attempt,
		  const void *ctx, struct trail *trail, struct claim *ret, struct err *err)
{
	struct sigstore_wants keyed = sigstore_wants_of(wants, now);
	struct trail *one = arena_alloc(trail->arena, sizeof *one);

	if (!one)
		return trail_unsure(trail, err, ERR_NOMEM, "signature", "", "out of memory");
	keyed.no_log |= !wants->root;
	for (size_t i = 0; i < wants->n_keys; i++) {
		int r;

		*one = *trail;
		keyed.key = wants->keys[i].key;
		keyed.key_name = wants->keys[i].name;
		r = attempt(ctx, &keyed, one, ret, err);
		if (r == -ERR_DENIED &&
		    (wants->n_keys > 1 || str_is(str_of(one->failed), "signature")))
			continue;
		*trail = *one;
		return r;
	}
	return key_match_refuse(wants, trail, err);
}

static int by_any(const struct trust_wants *wants, int64_t now, bool has_certificate,
		  attempt_fn *attempt, const void *ctx, struct trail *trail, struct claim *ret,
		  struct err *err)
{
	if (has_certificate)
		return by_identity(wants, now, attempt, ctx, trail, ret, err);
	if (wants->n_keys == 0)
		return trail_refuse(trail, err, "signature", "say which key to believe: --key FILE",
				    "it is signed by a key, and none was given to believe");
	return by_key(wants, now, attempt, ctx, trail, ret, err);
}

/* ---- layers ---- */

static int attempt_layer(const void *ctx, const struct sigstore_wants *wants, struct trail *trail,
			 struct claim *ret, struct err *err)
{
	return legacy_verify(ctx, wants, trail, ret, err);
}

static int decode(const struct cosign_layer *layer, struct strbuf *out, struct trail *trail,
		  struct err *err)
{
	if (layer->signature.n == 0 ||
	    base64_decode(layer->signature, BASE64_STANDARD, out, NULL) < 0)
		return trail_refuse(trail, err, "signature", REMEDY_SIGN_AGAIN,
				    "there is a payload, but no signature of it in base64");
	return 0;
}

/* What is signed is looked at last, in the words of whoever wrote it. */
static int check_words(const struct cosign_layer *layer, bool is_envelope, struct str digest,
		       const struct trust_wants *wants, struct trail *trail, struct claim *claim,
		       struct err *err)
{
	claim->digest = STR_NULL;
	if (is_envelope)
		return cosign_statement_check(claim->payload, digest, wants, trail, claim, err);
	return cosign_payload_check(layer->bytes, digest, wants, trail, claim, err);
}

static int verify_with_log(const struct cosign_layer *layer, bool is_envelope, struct str digest,
			   const struct trust_wants *wants, int64_t now, struct trail *trail,
			   struct claim *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(COSIGN_SIGNATURE_BYTES_MAX);
	struct legacy legacy = {
		.payload = layer->bytes,
		.is_envelope = is_envelope,
		.certificate = layer->certificate,
		.log_bundle = layer->bundle,
		.timestamp = layer->rfc3161,
	};
	struct claim claim = {0};
	int r = is_envelope ? 0 : decode(layer, &raw, trail, err);

	if (r < 0)
		return r;
	legacy.signature = strbuf_str(&raw);
	r = by_any(wants, now, layer->certificate.n > 0, attempt_layer, &legacy, trail, &claim,
		   err);
	if (r == 0)
		r = check_words(layer, is_envelope, digest, wants, trail, &claim, err);
	if (r == 0)
		*ret = claim;
	return r;
}

int signer_verify_layer(const struct cosign_layer *layer, bool is_envelope, struct str digest,
			const struct trust_wants *wants, int64_t now, struct trail *trail,
			struct claim *ret, struct err *err)
{
	bool needs_log = wants->root && !wants->no_log;
	struct cosign_layer bare = *layer;

	/* Anybody can write a certificate beside a signature: a key is judged without it. */
	if (wants->n_keys && wants->n_identities == 0 && !wants->any_identity) {
		bare.certificate = STR_NULL;
		layer = &bare;
	}

	if (layer->certificate.n || needs_log || wants->n_keys == 0)
		return verify_with_log(layer, is_envelope, digest, wants, now, trail, ret, err);
	return (is_envelope ? cosign_attestation_verify
			    : cosign_signature_verify)(layer, digest, wants, trail, ret, err);
}

/* ---- bundles ---- */

struct bundle_of_image {
	struct bundle *bundle;
	struct signed_file *manifest;
};

static int attempt_bundle(const void *ctx, const struct sigstore_wants *wants, struct trail *trail,
			  struct claim *ret, struct err *err)
{
	const struct bundle_of_image *b = ctx;

	/* Whose statement it is, is compared with the image afterwards. */
	return bundle_verify(b->bundle, b->bundle->is_envelope ? NULL : b->manifest, wants, trail,
			     ret, err);
}

static int verify_parsed(struct bundle *bundle, struct str digest, struct str manifest,
			 const struct trust_wants *wants, int64_t now, struct trail *trail,
			 struct claim *claim, struct err *err)
{
	struct signed_file image = {.bytes = manifest, .has_bytes = true};
	struct bundle_of_image ctx = {bundle, &image};
	int r = by_any(wants, now, bundle->leaf != NULL, attempt_bundle, &ctx, trail, claim, err);

	if (r < 0)
		return r;
	if (bundle->is_envelope) {
		claim->digest = STR_NULL;
		return cosign_statement_check(claim->payload, digest, wants, trail, claim, err);
	}
	if (!str_eq(claim->digest, digest))
		return trail_refuse(trail, err, "digest", REMEDY_SIGN_AGAIN,
				    "the signature is of another image");
	if (wants->n_annotations)
		return trail_refuse(trail, err, "annotations",
				    "have it signed with annotations: plimsoll sign -a",
				    "the signature is of the manifest alone, which has no "
				    "annotations");
	return 0;
}

int signer_verify_bundle(struct str bytes, struct str digest, struct str manifest,
			 const struct trust_wants *wants, int64_t now, struct trail *trail,
			 struct claim *ret, struct err *err)
{
	CLEANUP(bundle_done) struct bundle bundle = {0};
	struct claim claim = {0};
	struct err why = {0};
	int r = bundle_parse(bytes, trail->arena, &bundle, &why);

	if (r < 0) {
		r = trail_take(trail, &why, r, "bundle", REMEDY_SIGN_AGAIN, NULL);
		if (err)
			*err = why;
		return r;
	}
	r = verify_parsed(&bundle, digest, manifest, wants, now, trail, &claim, err);
	if (r == 0)
		*ret = claim;
	return r;
}
