/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/image.h"

#include "base/cleanup.h"

/* The envelope of one signature, its form by the media type of the layer. */
static int verify_layer(struct artifact_store *store, const struct artifact *layer,
			const struct notation_wants *wants, struct verification_signature *s,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf envelope = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX);
	enum notation_form form;
	struct str bytes;
	int r = artifact_store_read_blob(store, layer, &envelope, err);

	if (r < 0)
		return trail_take(s->trail, err, r, "format",
				  "look whether the registry or layout is whole", "the envelope");
	if ((r = notation_form_of(layer->media_type, &form, err)) < 0)
		return trail_take(s->trail, err, r, "format", "ask for a signature in JWS or COSE",
				  NULL);
	/* The claim points into it. */
	bytes = arena_str(s->trail->arena, strbuf_str(&envelope));
	if ((r = arena_check(s->trail->arena, err)) < 0)
		return r;
	return notation_verify(form, bytes, wants, s->trail, &s->claim, err);
}

int notation_attachment_verify(struct artifact_store *store, const struct attachment *a,
			       const struct notation_wants *wants, struct verification *v,
			       struct err *err)
{
	struct verification_signature *s = verification_add(
		v, CLAIM_NOTATION, arena_strf(v->arena, "signature %.*s", STR_FMT(a->digest)));
	struct notation_wants of_this = *wants;
	const struct artifact *layer;
	struct err here = {0};
	int r;

	if (!s)
		return err_nomem(err);
	r = notation_manifest_check(&a->manifest, &layer, s->trail, &here);
	if (r == 0) {
		of_this.thumbprints =
			artifact_annotation(&a->manifest.annotations, NOTATION_THUMBPRINTS);
		r = verify_layer(store, layer, &of_this, s, &here);
	}
	s->holds = s->counts = r == 0;
	if (r == 0)
		s->counts_as = arena_strf(v->arena, "the trust policy %.*s",
					  STR_FMT(wants->statement->name));
	if (r < 0 && !s->trail->failed && err)
		*err = here;
	return r < 0 && !s->trail->failed ? r : 0;
}

int notation_image_verify(struct artifact_store *store, const struct notation_wants *wants,
			  struct verification *v, struct err *err)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	int r = attachment_find(store, v->digest, ATTACHMENT_NOTATION, &all, err);

	for (size_t i = 0; i < all.n && r == 0; i++)
		r = notation_attachment_verify(store, &all.p[i], wants, v, err);
	return r;
}
