/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/sign_notation.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "trust/notation/sign.h"

#define CHAIN_MAX     16
#define TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define TYPE_EMPTY    "application/vnd.oci.empty.v1+json"

int sign_notation_open(const char *chain, const char *expiry, struct sign_notation *ret,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(LIMIT_FIELD_BYTES);
	int r;

	if (!chain)
		return err_set(err, ERR_USAGE,
			       "a signature for notation needs --certificate-chain FILE: the "
			       "key's certificate and those above it");
	if (expiry && !clock_parse(str_of(expiry), &ret->expiry))
		return err_set(err, ERR_USAGE, "--expiry %s: write a time as 2027-01-31T00:00:00Z",
			       expiry);
	r = file_read(chain, &pem, err);
	if (r < 0)
		return r;
	r = certificate_list_parse(strbuf_str(&pem), CHAIN_MAX, &ret->chain, err);
	return r < 0 ? err_wrap(err, r, "%s", chain) : 0;
}

void sign_notation_done(struct sign_notation *n)
{
	certificate_list_done(&n->chain);
}

static int put(const struct notation_signing *signing, const struct cosign_signing *how,
	       struct str envelope, struct cosign_made *made, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf manifest = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct artifact config = {.media_type = STR(TYPE_EMPTY)}, layer = {0};
	struct artifact_put request = {.media_type = STR(TYPE_MANIFEST)};
	char digest[DIGEST_TEXT_MAX];
	int r = artifact_store_put_bytes(how->store, STR("{}"), how->arena, &config, err);

	if (r == 0)
		r = artifact_store_put_bytes(how->store, envelope, how->arena, &layer, err);
	if (r == 0)
		r = notation_manifest_write(signing, envelope, &how->subject, &manifest, err);
	request.bytes = strbuf_str(&manifest);
	if (r == 0)
		r = artifact_store_put_manifest(how->store, &request, digest, err);
	if (r == 0)
		made->notation_digest = arena_str(how->arena, str_of(digest));
	return r < 0 ? r : arena_check(how->arena, err);
}

int sign_notation(const struct sign_notation *n, const struct cosign_signing *how, unsigned forms,
		  struct cosign_made *made, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf envelope = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX);
	struct notation_pair *metadata =
		arena_array(how->arena, how->n_annotations + 1, sizeof *metadata);
	struct notation_signing signing = {
		.form = forms & SIGN_FORM_NOTATION_COSE ? NOTATION_COSE : NOTATION_JWS,
		.key = how->key,
		.chain = &n->chain,
		.now = how->now,
		.expiry = n->expiry,
	};
	struct notation_target target = {
		.digest = how->subject.digest,
		.media_type = how->subject.media_type,
		.size = how->subject.size,
		.metadata = metadata,
		.n_metadata = how->n_annotations,
	};
	int r;

	if (!metadata)
		return err_nomem(err);
	for (size_t i = 0; i < how->n_annotations; i++)
		metadata[i] =
			(struct notation_pair){how->annotations[i].key, how->annotations[i].value};
	r = notation_sign(&signing, &target, &envelope, err);
	return r < 0 ? r : put(&signing, how, strbuf_str(&envelope), made, err);
}
