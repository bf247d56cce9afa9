/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/bundle.h"

#include "base/cleanup.h"
#include "trust/sigstore/json_field.h"

#define SIGNATURE_BYTES_MAX 8192

static const struct media_type {
	const char *name;
	unsigned version;
} media_types[] = {
	{"application/vnd.dev.sigstore.bundle+json;version=0.1", 1},
	{"application/vnd.dev.sigstore.bundle+json;version=0.2", 2},
	{"application/vnd.dev.sigstore.bundle+json;version=0.3", 3},
	{"application/vnd.dev.sigstore.bundle.v0.3+json", 3},
};

static unsigned version_of(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(media_types); i++)
		if (str_is(type, media_types[i].name))
			return media_types[i].version;
	return 0;
}

bool bundle_is_media_type(struct str type)
{
	return version_of(type) != 0;
}

void bundle_done(struct bundle *b)
{
	certificate_free(b->leaf);
	json_free(b->doc);
	*b = (struct bundle){0};
}

static int certificate_of(const struct json *map, struct arena *arena, struct certificate **ret,
			  struct err *err)
{
	static const char *const names[] = {"rawBytes", NULL};
	struct str der;
	int r;

	if ((r = json_field_only(map, names, "the certificate", err)) < 0 ||
	    (r = json_field_bytes(map, "rawBytes", 1, CERTIFICATE_BYTES_MAX, arena, &der, err)) < 0)
		return r;
	if (str_find(der, STR("-----BEGIN ")) < der.n)
		return err_set(err, ERR_FORMAT, "the certificate is PEM instead of DER");
	return certificate_parse(der, ret, err);
}

/*
 * The leaf counts; what is behind it is not believed, because the trusted root has the CAs. A root
 * among them is a mistake of the signer that the specification forbids.
 */
static int take_chain(const struct json *map, struct arena *arena, struct bundle *b,
		      struct err *err)
{
	static const char *const names[] = {"certificates", NULL};
	const struct json *list;
	int r;

	if ((r = json_field_only(map, names, "the certificate chain", err)) < 0 ||
	    (r = json_field_list(map, "certificates", CERTIFICATE_CHAIN_MAX, &list, err)) < 0)
		return r;
	if (json_len(list) == 0)
		return err_set(err, ERR_FORMAT, "the certificate chain is empty");
	for (size_t i = 0; i < json_len(list); i++) {
		CLEANUP(certificate_freep) struct certificate *cert = NULL;

		r = certificate_of(json_at(list, i), arena, &cert, err);
		if (r < 0)
			return err_wrap(err, r, "certificate %zu", i + 1);
		if (certificate_is_self_signed(cert))
			return err_set(err, ERR_FORMAT,
				       "certificate %zu of the chain is a root, which a bundle may "
				       "not bring along",
				       i + 1);
		if (i == 0)
			b->leaf = TAKE(cert);
	}
	return 0;
}

static int take_hint(const struct json *map, struct bundle *b, struct err *err)
{
	static const char *const names[] = {"hint", NULL};
	int r = json_field_only(map, names, "the public key", err);

	return r < 0 ? r : json_field_text(map, "hint", false, &b->key_hint, err);
}

static int take_signer(const struct json *material, struct arena *arena, struct bundle *b,
		       struct err *err)
{
	const struct json *cert, *chain, *key;
	int r;

	if ((r = json_field_map(material, "certificate", false, &cert, err)) < 0 ||
	    (r = json_field_map(material, "x509CertificateChain", false, &chain, err)) < 0 ||
	    (r = json_field_map(material, "publicKey", false, &key, err)) < 0)
		return r;
	if (!!cert + !!chain + !!key != 1)
		return err_set(err, ERR_FORMAT,
			       "one of \"certificate\", \"x509CertificateChain\" and "
			       "\"publicKey\" must be there, and no other");
	if (key)
		return take_hint(key, b, err);
	if (cert)
		return certificate_of(cert, arena, &b->leaf, err);
	if (b->version >= 3)
		return err_set(err, ERR_FORMAT, "version 0.3 has a certificate, no chain");
	return take_chain(chain, arena, b, err);
}

/* What a version asks of each entry: 0.1 the promise, later ones the proof. */
static int check_entry(const struct bundle *b, const struct rekor_entry *e, struct err *err)
{
	if (b->version == 1 && e->promise.n == 0)
		return err_set(err, ERR_FORMAT,
			       "version 0.1 asks for a promise (signed entry timestamp)");
	if (b->version > 1 && !e->has_proof)
		return err_set(err, ERR_FORMAT, "an inclusion proof is missing");
	return 0;
}

static int take_entries(const struct json *material, struct arena *arena, struct bundle *b,
			struct err *err)
{
	const struct json *list;
	int r = json_field_list(material, "tlogEntries", BUNDLE_ENTRIES_MAX, &list, err);

	if (r < 0)
		return r;
	b->entries = arena_array(arena, json_len(list) + 1, sizeof *b->entries);
	if (!b->entries)
		return err_nomem(err);
	for (size_t i = 0; i < json_len(list); i++) {
		struct rekor_entry *e = &b->entries[i];

		r = rekor_entry_parse(json_at(list, i), arena, e, err);
		if (r == 0)
			r = check_entry(b, e, err);
		if (r < 0)
			return err_wrap(err, r, "log entry %zu", i + 1);
		for (size_t k = 0; k < i; k++)
			if (str_eq(b->entries[k].log_id, e->log_id) &&
			    b->entries[k].index == e->index)
				return err_set(err, ERR_FORMAT, "log entry %zu is there twice",
					       i + 1);
	}
	b->n_entries = json_len(list);
	return 0;
}

static int take_timestamps(const struct json *material, struct arena *arena, struct bundle *b,
			   struct err *err)
{
	static const char *const names[] = {"rfc3161Timestamps", NULL};
	static const char *const names_of_one[] = {"signedTimestamp", NULL};
	const struct json *map, *list;
	int r;

	r = json_field_map(material, "timestampVerificationData", false, &map, err);
	if (r < 0 || !map)
		return r;
	if ((r = json_field_only(map, names, "the timestamps", err)) < 0 ||
	    (r = json_field_list(map, "rfc3161Timestamps", BUNDLE_TIMESTAMPS_MAX, &list, err)) < 0)
		return r;
	b->timestamps = arena_array(arena, json_len(list) + 1, sizeof *b->timestamps);
	if (!b->timestamps)
		return err_nomem(err);
	for (size_t i = 0; i < json_len(list); i++)
		if ((r = json_field_only(json_at(list, i), names_of_one, "a timestamp", err)) < 0 ||
		    (r = json_field_bytes(json_at(list, i), "signedTimestamp", 1,
					  TIMESTAMP_TOKEN_BYTES_MAX, arena, &b->timestamps[i],
					  err)) < 0)
			return r;
	b->n_timestamps = json_len(list);
	return 0;
}

static int take_material(const struct json *doc, struct arena *arena, struct bundle *b,
			 struct err *err)
{
	static const char *const names[] = {"certificate", "x509CertificateChain",	"publicKey",
					    "tlogEntries", "timestampVerificationData", NULL};
	const struct json *material;
	int r;

	if ((r = json_field_map(doc, "verificationMaterial", true, &material, err)) < 0 ||
	    (r = json_field_only(material, names, "\"verificationMaterial\"", err)) < 0 ||
	    (r = take_signer(material, arena, b, err)) < 0 ||
	    (r = take_entries(material, arena, b, err)) < 0)
		return r;
	return take_timestamps(material, arena, b, err);
}

static int take_digest(const struct json *message, struct arena *arena, struct bundle *b,
		       struct err *err)
{
	static const char *const names[] = {"algorithm", "digest", NULL};
	static const struct {
		const char *name;
		size_t bytes;
	} algorithms[] = {
		[DIGEST_SHA256] = {"SHA2_256", 32},
		[DIGEST_SHA384] = {"SHA2_384", 48},
		[DIGEST_SHA512] = {"SHA2_512", 64},
	};
	const struct json *map;
	struct str name, bytes;
	int r = json_field_map(message, "messageDigest", false, &map, err);

	if (r < 0 || !map)
		return r;
	if ((r = json_field_only(map, names, "\"messageDigest\"", err)) < 0 ||
	    (r = json_field_text(map, "algorithm", true, &name, err)) < 0 ||
	    (r = json_field_bytes(map, "digest", 1, DIGEST_BYTES_MAX, arena, &bytes, err)) < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		if (!str_is(name, algorithms[i].name) || bytes.n != algorithms[i].bytes)
			continue;
		b->digest.algorithm = (enum digest_algorithm)i;
		memcpy(b->digest.bytes, bytes.p, bytes.n);
		b->has_digest = true;
	}
	return b->has_digest ? 0
			     : err_set(err, ERR_FORMAT, "\"messageDigest\" is no digest by %.*s",
				       STR_FMT(str_sub(name, 0, 40)));
}

static int take_message(const struct json *message, struct arena *arena, struct bundle *b,
			struct err *err)
{
	static const char *const names[] = {"messageDigest", "signature", NULL};
	int r;

	if ((r = json_field_only(message, names, "\"messageSignature\"", err)) < 0 ||
	    (r = json_field_bytes(message, "signature", 1, SIGNATURE_BYTES_MAX, arena,
				  &b->signature, err)) < 0)
		return r;
	return take_digest(message, arena, b, err);
}

static int take_envelope(const struct json *map, struct arena *arena, struct bundle *b,
			 struct err *err)
{
	int r = dsse_of_json(map, arena, &b->envelope, err);

	if (r < 0)
		return r;
	if (b->envelope.n_signatures != 1)
		return err_set(err, ERR_FORMAT,
			       "the envelope has %zu signatures; in a bundle it must have one",
			       b->envelope.n_signatures);
	/* sigstore-go writes no key id; Go's DSSE would refuse one that is a hint. */
	if (!b->leaf && b->envelope.signatures[0].keyid.n &&
	    !str_eq(b->envelope.signatures[0].keyid, b->key_hint))
		return err_set(err, ERR_FORMAT,
			       "the envelope names another key than the bundle does");
	b->is_envelope = true;
	b->signature = b->envelope.signatures[0].sig;
	return 0;
}

static int take_content(const struct json *doc, struct arena *arena, struct bundle *b,
			struct err *err)
{
	const struct json *message, *envelope;
	int r;

	if ((r = json_field_map(doc, "messageSignature", false, &message, err)) < 0 ||
	    (r = json_field_map(doc, "dsseEnvelope", false, &envelope, err)) < 0)
		return r;
	if (!message == !envelope)
		return err_set(err, ERR_FORMAT,
			       "one of \"messageSignature\" and \"dsseEnvelope\" must be there, "
			       "not %s",
			       message ? "both" : "none");
	return message ? take_message(message, arena, b, err)
		       : take_envelope(envelope, arena, b, err);
}

static int take(struct bundle *b, struct arena *arena, struct err *err)
{
	static const char *const names[] = {"mediaType", "verificationMaterial", "messageSignature",
					    "dsseEnvelope", NULL};
	struct str type = json_get_str(b->doc, "mediaType");
	int r;

	if (json_kind_of(b->doc) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "not a JSON object");
	b->version = version_of(type);
	if (b->version == 0)
		return err_set(err, type.n ? ERR_UNSUPPORTED : ERR_FORMAT,
			       "the media type \"%.*s\" is of no version of bundles known here",
			       STR_FMT(str_sub(type, 0, 100)));
	if ((r = json_field_only(b->doc, names, "the bundle", err)) < 0 ||
	    (r = take_material(b->doc, arena, b, err)) < 0)
		return r;
	r = take_content(b->doc, arena, b, err);
	b->timestamped = b->signature;
	return r;
}

int bundle_parse(struct str bytes, struct arena *arena, struct bundle *ret, struct err *err)
{
	CLEANUP(bundle_done) struct bundle b = {0};
	int r;

	if (bytes.n > BUNDLE_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "a bundle of %zu bytes; %d are taken", bytes.n,
			       BUNDLE_BYTES_MAX);
	r = json_parse(bytes, &b.doc, err);
	if (r == 0)
		r = take(&b, arena, err);
	if (r < 0)
		return err_wrap(err, r, "bundle");
	*ret = b;
	b = (struct bundle){0};
	return 0;
}
