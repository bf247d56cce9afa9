/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/legacy.h"

#include "base/cleanup.h"
#include "trust/sigstore/json_field.h"

#define ANNOTATION_BYTES_MAX 16777216
#define REMEDY		     "ask the publisher to sign again"

static int take_log(struct str annotation, struct arena *arena, struct bundle *b, struct err *err)
{
	struct rekor_entry *e = arena_alloc(arena, sizeof *e);
	int r = e ? rekor_annotation_parse(annotation, arena, e, err) : err_nomem(err);

	if (r < 0)
		return r;
	b->entries = e;
	b->n_entries = 1;
	return 0;
}

static int take_timestamp(struct str annotation, struct arena *arena, struct bundle *b,
			  struct err *err)
{
	static const char *const names[] = {"SignedRFC3161Timestamp", NULL};
	CLEANUP(json_freep) struct json *doc = NULL;
	int r;

	b->timestamps = arena_alloc(arena, sizeof *b->timestamps);
	if (!b->timestamps)
		return err_nomem(err);
	if ((r = json_parse(annotation, &doc, err)) < 0 ||
	    (r = json_field_only(doc, names, "the timestamp's annotation", err)) < 0 ||
	    (r = json_field_bytes(doc, "SignedRFC3161Timestamp", 1, TIMESTAMP_TOKEN_BYTES_MAX,
				  arena, b->timestamps, err)) < 0)
		return r;
	b->n_timestamps = 1;
	return 0;
}

static int take_content(const struct legacy *l, struct arena *arena, struct bundle *b,
			struct err *err)
{
	int r;

	b->signature = b->timestamped = l->signature;
	if (!l->is_envelope)
		return 0;
	if ((r = dsse_parse(l->payload, arena, &b->envelope, err)) < 0)
		return r;
	b->is_envelope = true;
	b->envelope_bytes = b->timestamped = l->payload;
	b->signature = b->envelope.signatures[0].sig;
	/* Which of several the certificate and the log entry are about cannot be told. */
	return b->envelope.n_signatures == 1
		       ? 0
		       : err_set(err, ERR_FORMAT, "the envelope has %zu signatures instead of one",
				 b->envelope.n_signatures);
}

static int bundle_of(const struct legacy *l, struct arena *arena, struct bundle *b, struct err *err)
{
	int r;

	if ((r = take_content(l, arena, b, err)) < 0 ||
	    (r = l->certificate.n ? certificate_parse(l->certificate, &b->leaf, err) : 0) < 0 ||
	    (r = l->log_bundle.n ? take_log(l->log_bundle, arena, b, err) : 0) < 0)
		return r;
	return l->timestamp.n ? take_timestamp(l->timestamp, arena, b, err) : 0;
}

int legacy_verify(const struct legacy *legacy, const struct sigstore_wants *wants,
		  struct trail *trail, struct claim *ret, struct err *err)
{
	CLEANUP(bundle_done) struct bundle b = {0};
	struct signed_file payload = {.bytes = legacy->payload, .has_bytes = true};
	struct digest_value digest;
	struct err own = {0};
	struct claim claim;
	int r;

	err = err ? err : &own;
	r = bundle_of(legacy, trail->arena, &b, err);
	if (r < 0)
		return trail_take(trail, err, r, "payload", REMEDY, NULL);
	if (!legacy->is_envelope &&
	    (r = signed_file_digest(&payload, DIGEST_SHA256, &digest, err)) < 0)
		return r;
	r = bundle_verify(&b, legacy->is_envelope ? NULL : &payload, wants, trail, &claim, err);
	if (r < 0)
		return r;
	if (!legacy->is_envelope) {
		claim.format = CLAIM_COSIGN;
		claim.payload = arena_str(trail->arena, legacy->payload);
	}
	if ((r = arena_check(trail->arena, err)) < 0)
		return r;
	*ret = claim;
	return 0;
}
