/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of entries:
 *
 *     hashedrekord 0.0.1  spec.data.hash{algorithm,value},
 * spec.signature{content,publicKey.content} hashedrekord 0.0.2
 * spec.hashedRekordV002{data{algorithm,digest}, signature{content,verifier}} dsse 0.0.1
 * spec{payloadHash, signatures[{signature,verifier}]} dsse 0.0.2 spec.dsseV002{payloadHash,
 * signatures[{content,verifier}]} intoto 0.0.1        spec{content{hash, payloadHash}, publicKey}:
 * hash is of the envelope intoto 0.0.2
 * spec.content{envelope{payloadType,signatures[{sig,publicKey}]},payloadHash}
 *
 * Keys of version 1 are PEM in base64, those of version 2 DER with their kind. A message must be in
 * a hashedrekord; an envelope in any of the others, or in a hashedrekord 0.0.2 by the digest of its
 * pre-authentication encoding.
 */
#include "base/cleanup.h"
#include "crypto/certificate.h"
#include "trust/sigstore/json_field.h"
#include "trust/sigstore/rekor.h"

#define SIGNATURE_BYTES_MAX 8192

struct match {
	const struct rekor_content *content;
	struct arena *arena;
	enum signature_scheme scheme;
};

typedef int match_fn(const struct json *spec, struct match *m, struct err *err);

static int mismatch(struct err *err, const char *what)
{
	return err_set(err, ERR_DENIED, "the log entry is about another %s", what);
}

static int match_signature(struct str logged, const struct match *m, struct err *err)
{
	return str_eq(logged, m->content->signature) ? 0 : mismatch(err, "signature");
}

static int match_certificate(const struct certificate *cert, const struct match *m, struct err *err)
{
	return str_eq(certificate_der(cert), m->content->certificate)
		       ? 0
		       : mismatch(err, "certificate");
}

static int match_key(const struct public_key *key, const struct match *m, struct err *err)
{
	return m->content->key && public_key_same(key, m->content->key) ? 0 : mismatch(err, "key");
}

/* PEM of a certificate or of a key, whichever was used to sign. */
static int match_pem(struct str pem, const struct match *m, struct err *err)
{
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	int r;

	if (str_find(pem, STR("BEGIN CERTIFICATE-----")) < pem.n) {
		r = certificate_parse(pem, &cert, err);
		return r < 0 ? err_wrap(err, r, "the log entry") : match_certificate(cert, m, err);
	}
	r = public_key_parse(pem, &key, err);
	return r < 0 ? err_wrap(err, r, "the log entry") : match_key(key, m, err);
}

static int match_pem_field(const struct json *map, const char *name, const struct match *m,
			   struct err *err)
{
	struct str pem;
	int r = json_field_bytes(map, name, 1, 2 * CERTIFICATE_BYTES_MAX, m->arena, &pem, err);

	return r < 0 ? r : match_pem(pem, m, err);
}

/* The verifier of version 2: {"keyDetails", "x509Certificate" or "publicKey": {"rawBytes"}}. */
static int match_verifier(const struct json *map, struct match *m, struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	const struct json *verifier, *cert, *of_key;
	const struct key_details *known;
	struct str details, der;
	int r;

	if ((r = json_field_map(map, "verifier", true, &verifier, err)) < 0 ||
	    (r = json_field_map(verifier, "x509Certificate", false, &cert, err)) < 0 ||
	    (r = json_field_map(verifier, "publicKey", false, &of_key, err)) < 0 ||
	    (r = json_field_text(verifier, "keyDetails", true, &details, err)) < 0)
		return r;
	if (!cert == !of_key)
		return err_set(err, ERR_DENIED,
			       "the log entry must have either a certificate or a key");
	known = key_details_find(details);
	if (!known || !key_details_fit(known, m->content->signer))
		return err_set(err, ERR_DENIED,
			       "the log entry is by a key %.*s, which the signer's is not",
			       STR_FMT(str_sub(details, 0, 60)));
	m->scheme = known->scheme;
	r = json_field_bytes(cert ? cert : of_key, "rawBytes", 1, CERTIFICATE_BYTES_MAX, m->arena,
			     &der, err);
	if (r < 0)
		return r;
	if (cert)
		return str_eq(der, m->content->certificate) ? 0 : mismatch(err, "certificate");
	r = public_key_parse(der, &key, err);
	return r < 0 ? r : match_key(key, m, err);
}

/* "sha256", "SHA2_256" and hex or raw bytes are two ways to write the same. */
static int algorithm_of(struct str name, enum digest_algorithm *ret, struct err *err)
{
	static const char *const names[][2] = {
		[DIGEST_SHA256] = {"sha256", "SHA2_256"},
		[DIGEST_SHA384] = {"sha384", "SHA2_384"},
		[DIGEST_SHA512] = {"sha512", "SHA2_512"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(name, names[i][0]) || str_is(name, names[i][1])) {
			*ret = (enum digest_algorithm)i;
			return 0;
		}
	return err_set(err, ERR_DENIED, "the log entry has a digest by \"%.*s\", not known here",
		       STR_FMT(str_sub(name, 0, 40)));
}

/* {"algorithm": "sha256", "value": hex} */
static int hex_digest(const struct json *map, struct digest_value *ret, struct err *err)
{
	struct str algorithm, value;
	char text[DIGEST_TEXT_MAX];
	int n, r;

	if ((r = json_field_text(map, "algorithm", true, &algorithm, err)) < 0 ||
	    (r = json_field_text(map, "value", true, &value, err)) < 0)
		return r;
	n = snprintf(text, sizeof text, "%.*s:%.*s", STR_FMT(algorithm), STR_FMT(value));
	if (n < 0 || (size_t)n >= sizeof text || digest_parse(str_of(text), ret, NULL) < 0)
		return err_set(err, ERR_DENIED, "the log entry has a malformed digest");
	return 0;
}

static size_t bytes_of(enum digest_algorithm algorithm)
{
	return algorithm == DIGEST_SHA256 ? 32 : algorithm == DIGEST_SHA384 ? 48 : 64;
}

/* {"algorithm": "SHA2_256", "digest": base64} */
static int raw_digest(const struct json *map, struct arena *arena, struct digest_value *ret,
		      struct err *err)
{
	struct str algorithm, bytes;
	int r;

	if ((r = json_field_text(map, "algorithm", true, &algorithm, err)) < 0 ||
	    (r = algorithm_of(algorithm, &ret->algorithm, err)) < 0 ||
	    (r = json_field_bytes(map, "digest", 1, DIGEST_BYTES_MAX, arena, &bytes, err)) < 0)
		return r;
	if (bytes.n != bytes_of(ret->algorithm))
		return err_set(err, ERR_DENIED, "the log entry has a malformed digest");
	memcpy(ret->bytes, bytes.p, bytes.n);
	return 0;
}

static int match_digest_of(const struct digest_value *logged, struct str bytes, const char *what,
			   struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value own;
	int r = digest_init(&d, logged->algorithm, err);

	if (r < 0)
		return r;
	digest_update(&d, bytes);
	digest_final(&d, &own);
	return digest_eq(&own, logged) ? 0 : mismatch(err, what);
}

static int match_artifact(const struct digest_value *logged, const struct match *m, struct err *err)
{
	struct digest_value own;
	int r;

	if (m->content->is_envelope)
		return match_digest_of(logged, m->content->pae, "envelope", err);
	r = m->content->digest(m->content->digest_ctx, logged->algorithm, &own, err);
	if (r < 0)
		return r;
	return digest_eq(&own, logged) ? 0 : mismatch(err, "file");
}

static int match_payload(const struct digest_value *logged, const struct match *m, struct err *err)
{
	if (!m->content->is_envelope)
		return mismatch(err, "kind of content (an envelope)");
	return match_digest_of(logged, m->content->payload, "payload", err);
}

static int match_hashedrekord_1(const struct json *spec, struct match *m, struct err *err)
{
	const struct json *data, *hash, *signature, *key;
	struct digest_value logged;
	struct str sig;
	int r;

	/* Version 1 has no digest of an envelope: it would be of bytes that nobody signed. */
	if (m->content->is_envelope)
		return mismatch(err, "kind of content (a file)");
	if ((r = json_field_map(spec, "data", true, &data, err)) < 0 ||
	    (r = json_field_map(data, "hash", true, &hash, err)) < 0 ||
	    (r = json_field_map(spec, "signature", true, &signature, err)) < 0 ||
	    (r = json_field_map(signature, "publicKey", true, &key, err)) < 0 ||
	    (r = json_field_bytes(signature, "content", 1, SIGNATURE_BYTES_MAX, m->arena, &sig,
				  err)) < 0 ||
	    (r = match_signature(sig, m, err)) < 0 ||
	    (r = match_pem_field(key, "content", m, err)) < 0 ||
	    (r = hex_digest(hash, &logged, err)) < 0)
		return r;
	return match_artifact(&logged, m, err);
}

static int match_signature_2(const struct json *signature, struct match *m, struct err *err)
{
	struct str sig;
	int r;

	if ((r = json_field_bytes(signature, "content", 1, SIGNATURE_BYTES_MAX, m->arena, &sig,
				  err)) < 0 ||
	    (r = match_signature(sig, m, err)) < 0)
		return r;
	return match_verifier(signature, m, err);
}

static int match_hashedrekord_2(const struct json *spec, struct match *m, struct err *err)
{
	const struct json *rekord, *data, *signature;
	struct digest_value logged;
	int r;

	if ((r = json_field_map(spec, "hashedRekordV002", true, &rekord, err)) < 0 ||
	    (r = json_field_map(rekord, "data", true, &data, err)) < 0 ||
	    (r = json_field_map(rekord, "signature", true, &signature, err)) < 0 ||
	    (r = match_signature_2(signature, m, err)) < 0 ||
	    (r = raw_digest(data, m->arena, &logged, err)) < 0)
		return r;
	return match_artifact(&logged, m, err);
}

/* The only signature of a list: an envelope with several cannot be told apart from its log. */
static int only_signature(const struct json *map, const struct json **ret, struct err *err)
{
	const struct json *list;
	int r = json_field_list(map, "signatures", 16, &list, err);

	if (r < 0)
		return r;
	if (json_len(list) != 1)
		return err_set(err, ERR_DENIED, "the log entry has %zu signatures instead of one",
			       json_len(list));
	*ret = json_at(list, 0);
	return 0;
}

static int match_dsse_1(const struct json *spec, struct match *m, struct err *err)
{
	const struct json *hash, *signature = NULL;
	struct digest_value logged;
	struct str sig;
	int r;

	if ((r = json_field_map(spec, "payloadHash", true, &hash, err)) < 0 ||
	    (r = hex_digest(hash, &logged, err)) < 0 || (r = match_payload(&logged, m, err)) < 0 ||
	    (r = only_signature(spec, &signature, err)) < 0 ||
	    (r = json_field_bytes(signature, "signature", 1, SIGNATURE_BYTES_MAX, m->arena, &sig,
				  err)) < 0 ||
	    (r = match_signature(sig, m, err)) < 0)
		return r;
	return match_pem_field(signature, "verifier", m, err);
}

static int match_dsse_2(const struct json *spec, struct match *m, struct err *err)
{
	const struct json *dsse, *hash, *signature = NULL;
	struct digest_value logged;
	int r;

	if ((r = json_field_map(spec, "dsseV002", true, &dsse, err)) < 0 ||
	    (r = json_field_map(dsse, "payloadHash", true, &hash, err)) < 0 ||
	    (r = raw_digest(hash, m->arena, &logged, err)) < 0 ||
	    (r = match_payload(&logged, m, err)) < 0 ||
	    (r = only_signature(dsse, &signature, err)) < 0)
		return r;
	return match_signature_2(signature, m, err);
}

/* It has no signature; but the digest of the envelope's bytes covers those in it. */
static int match_intoto_1(const struct json *spec, struct match *m, struct err *err)
{
	const struct json *content, *hash;
	struct digest_value logged;
	int r;

	if (!m->content->is_envelope || m->content->envelope.n == 0)
		return err_set(err, ERR_DENIED,
			       "an entry of kind intoto 0.0.1 does not say which signature it "
			       "is about");
	if ((r = json_field_map(spec, "content", true, &content, err)) < 0 ||
	    (r = json_field_map(content, "hash", true, &hash, err)) < 0 ||
	    (r = hex_digest(hash, &logged, err)) < 0 ||
	    (r = match_digest_of(&logged, m->content->envelope, "envelope", err)) < 0)
		return r;
	return match_pem_field(spec, "publicKey", m, err);
}

/* Signature and key of the envelope are in base64 once more than elsewhere. */
static int match_intoto_signature(const struct json *signature, struct match *m, struct err *err)
{
	struct str sig, raw;
	int r;

	if ((r = json_field_bytes(signature, "sig", 1, 2 * SIGNATURE_BYTES_MAX, m->arena, &sig,
				  err)) < 0 ||
	    (r = base64_bytes(sig, "sig", 1, SIGNATURE_BYTES_MAX, m->arena, &raw, err)) < 0 ||
	    (r = match_signature(raw, m, err)) < 0)
		return r;
	return match_pem_field(signature, "publicKey", m, err);
}

static int match_intoto_2(const struct json *spec, struct match *m, struct err *err)
{
	const struct json *content, *hash, *envelope, *signature = NULL;
	struct digest_value logged;
	struct str type;
	int r;

	if ((r = json_field_map(spec, "content", true, &content, err)) < 0 ||
	    (r = json_field_map(content, "payloadHash", true, &hash, err)) < 0 ||
	    (r = hex_digest(hash, &logged, err)) < 0 || (r = match_payload(&logged, m, err)) < 0 ||
	    (r = json_field_map(content, "envelope", true, &envelope, err)) < 0 ||
	    (r = json_field_text(envelope, "payloadType", true, &type, err)) < 0 ||
	    (r = only_signature(envelope, &signature, err)) < 0)
		return r;
	if (!str_eq(type, m->content->payload_type))
		return mismatch(err, "type of payload");
	return match_intoto_signature(signature, m, err);
}

static const struct body {
	const char *kind, *version;
	match_fn *match;
} bodies[] = {
	{"hashedrekord", "0.0.1", match_hashedrekord_1},
	{"hashedrekord", "0.0.2", match_hashedrekord_2},
	{"dsse", "0.0.1", match_dsse_1},
	{"dsse", "0.0.2", match_dsse_2},
	{"intoto", "0.0.1", match_intoto_1},
	{"intoto", "0.0.2", match_intoto_2},
};

static int match_body(const struct json *doc, const struct rekor_entry *entry, struct match *m,
		      struct err *err)
{
	struct str kind = json_get_str(doc, "kind"), version = json_get_str(doc, "apiVersion");
	const struct json *spec;
	int r;

	if (entry->kind.n && !(str_eq(kind, entry->kind) && str_eq(version, entry->version)))
		return err_set(err, ERR_DENIED,
			       "the log entry says it is of kind %.*s %.*s, its body %.*s %.*s",
			       STR_FMT(str_sub(entry->kind, 0, 40)),
			       STR_FMT(str_sub(entry->version, 0, 40)),
			       STR_FMT(str_sub(kind, 0, 40)), STR_FMT(str_sub(version, 0, 40)));
	r = json_field_map(doc, "spec", true, &spec, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		if (str_is(kind, bodies[i].kind) && str_is(version, bodies[i].version))
			return bodies[i].match(spec, m, err);
	return err_set(err, ERR_UNSUPPORTED, "a log entry of kind \"%.*s\" %.*s is not known here",
		       STR_FMT(str_sub(kind, 0, 40)), STR_FMT(str_sub(version, 0, 40)));
}

int rekor_match(const struct rekor_entry *entry, const struct rekor_content *content,
		struct arena *arena, enum signature_scheme *ret_scheme, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct match m = {.content = content, .arena = arena, .scheme = SIGNATURE_NONE};
	int r = json_parse(entry->body, &doc, err);

	if (r < 0)
		return err_wrap(err, r, "the body of the log entry");
	r = match_body(doc, entry, &m, err);
	if (r < 0)
		return r;
	*ret_scheme = m.scheme;
	return 0;
}
