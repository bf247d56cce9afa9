/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/sign.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "codec/base64.h"
#include "codec/json_writer.h"
#include "trust/notation/certificates.h"

#define EMPTY_DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define AGENT	     "plimsoll/" PLIMSOLL_VERSION

/* One signature while it is made. */
struct work {
	const struct notation_signing *how;
	enum signature_scheme algorithm;
	struct strbuf payload, header, input, signature, token;
	struct err *err;
};

static void work_done(struct work *w)
{
	strbuf_done(&w->payload);
	strbuf_done(&w->header);
	strbuf_done(&w->input);
	strbuf_done(&w->signature);
	strbuf_done(&w->token);
}

static int check_key(struct work *w)
{
	const struct notation_signing *how = w->how;
	const struct public_key *key = secret_key_public(how->key);
	int r = notation_chain_check(how->chain, NOTATION_USE_CODE, how->now, w->err);

	if (r < 0)
		return err_wrap(w->err, r, "the chain of certificates");
	if (!public_key_same(key, certificate_key(how->chain->p[0])))
		return err_set(w->err, ERR_DENIED, "the certificate \"%.*s\" is not of that key",
			       STR_FMT(certificate_subject(how->chain->p[0])));
	if (how->expiry && how->expiry <= how->now)
		return err_set(w->err, ERR_USAGE, "the signature would be expired already");
	w->algorithm = notation_algorithm(key);
	if (w->algorithm == SIGNATURE_NONE)
		return err_set(
			w->err, ERR_UNSUPPORTED,
			"an %s key; the Notary Project takes RSA of 2048, 3072 and 4096 bits "
			"and ECDSA on P-256, P-384 and P-521",
			public_key_name(key));
	return 0;
}

static int digest_blob(const struct work *w, struct str blob, char text[DIGEST_TEXT_MAX])
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value v;
	int r = digest_init(&d, notation_digest(w->algorithm), w->err);

	if (r < 0)
		return r;
	digest_update(&d, blob);
	digest_final(&d, &v);
	(void)digest_format(&v, text); /* the slice is the buffer */
	return 0;
}

static int write_payload(struct work *w, const struct notation_target *target)
{
	struct notation_target t = *target;
	char text[DIGEST_TEXT_MAX];
	int r;

	if (t.is_blob) {
		if ((r = digest_blob(w, t.blob, text)) < 0)
			return r;
		t.digest = str_of(text);
		t.size = t.blob.n;
	}
	if (!t.digest.n || !t.media_type.n || t.size == NOTATION_SIZE_UNKNOWN)
		return err_set(w->err, ERR_USAGE,
			       "digest, size and media type are signed together");
	return notation_payload_write(&t, &w->payload, w->err);
}

static int sign(struct work *w)
{
	int r = secret_key_sign(w->how->key, w->algorithm, strbuf_str(&w->input), &w->signature,
				w->err);

	if (r < 0 || !w->how->stamp)
		return r;
	r = w->how->stamp(w->how->ctx, strbuf_str(&w->signature), &w->token, w->err);
	return r < 0 ? err_wrap(w->err, r, "time stamp") : 0;
}

/* ---- JWS ---- */

static void put_time(struct json_writer *j, const char *name, int64_t time)
{
	char text[CLOCK_TEXT_MAX] = "";

	(void)clock_format(time, text); /* of this century */
	json_put_text(j, name, text);
}

static void write_jws_header(struct work *w)
{
	struct json_writer j;

	json_writer_init(&j, &w->header, JSON_COMPACT);
	json_open_map(&j);
	json_put_text(&j, "alg", notation_jws_alg(w->algorithm));
	json_key(&j, "crit");
	json_open_list(&j);
	json_add_text(&j, NOTATION_SCHEME);
	if (w->how->expiry)
		json_add_text(&j, NOTATION_EXPIRY_TIME);
	json_close_list(&j);
	json_put_text(&j, "cty", NOTATION_MEDIA_PAYLOAD);
	if (w->how->expiry)
		put_time(&j, NOTATION_EXPIRY_TIME, w->how->expiry);
	json_put_text(&j, NOTATION_SCHEME, "notary.x509");
	put_time(&j, NOTATION_SIGNING_TIME, w->how->now);
	json_close_map(&j);
}

static void add_base64(struct json_writer *j, struct str bytes, enum base64_alphabet alphabet)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX);

	if (base64_encode(bytes, alphabet, &text, NULL) < 0)
		j->out->error = text.error;
	json_add_str(j, strbuf_str(&text));
}

static void put_base64(struct json_writer *j, const char *name, struct str bytes)
{
	json_key(j, name);
	add_base64(j, bytes, BASE64_URL);
}

static void write_jws(const struct work *w, struct strbuf *out)
{
	const struct certificate_list *chain = w->how->chain;
	struct json_writer j;

	json_writer_init(&j, out, JSON_COMPACT);
	json_open_map(&j);
	put_base64(&j, "payload", strbuf_str(&w->payload));
	put_base64(&j, "protected", strbuf_str(&w->header));
	json_key(&j, "header");
	json_open_map(&j);
	if (w->token.n) {
		json_key(&j, NOTATION_TIMESTAMP_ATTRIBUTE);
		add_base64(&j, strbuf_str(&w->token), BASE64_STANDARD);
	}
	json_key(&j, "x5c");
	json_open_list(&j);
	for (size_t i = 0; i < chain->n; i++)
		add_base64(&j, certificate_der(chain->p[i]), BASE64_STANDARD);
	json_close_list(&j);
	json_put_text(&j, NOTATION_AGENT, AGENT);
	json_close_map(&j);
	put_base64(&j, "signature", strbuf_str(&w->signature));
	json_close_map(&j);
}

static int sign_jws(struct work *w, struct strbuf *out)
{
	int r;

	write_jws_header(w);
	if ((r = base64_encode(strbuf_str(&w->header), BASE64_URL, &w->input, w->err)) < 0)
		return r;
	strbuf_addc(&w->input, '.');
	if ((r = base64_encode(strbuf_str(&w->payload), BASE64_URL, &w->input, w->err)) < 0 ||
	    (r = sign(w)) < 0)
		return r;
	write_jws(w, out);
	return strbuf_check(out, w->err);
}

/* ---- COSE ---- */

static void add_time(struct strbuf *sb, const char *name, int64_t time)
{
	cbor_add_text(sb, str_of(name));
	cbor_add_tag(sb, 1);
	cbor_add_int(sb, time);
}

/* Keys in the order of their encoded bytes: RFC 8949, section 4.2.1. */
static void write_cose_header(struct work *w)
{
	bool expires = w->how->expiry != 0;

	cbor_add_map(&w->header, expires ? 6 : 5);
	cbor_add_int(&w->header, COSE_ALG);
	cbor_add_int(&w->header, notation_cose_alg(w->algorithm));
	cbor_add_int(&w->header, COSE_CRIT);
	cbor_add_array(&w->header, expires ? 2 : 1);
	cbor_add_text(&w->header, STR(NOTATION_SCHEME));
	if (expires)
		cbor_add_text(&w->header, STR(NOTATION_EXPIRY_TIME));
	cbor_add_int(&w->header, COSE_CONTENT_TYPE);
	cbor_add_text(&w->header, STR(NOTATION_MEDIA_PAYLOAD));
	if (expires)
		add_time(&w->header, NOTATION_EXPIRY_TIME, w->how->expiry);
	add_time(&w->header, NOTATION_SIGNING_TIME, w->how->now);
	cbor_add_text(&w->header, STR(NOTATION_SCHEME));
	cbor_add_text(&w->header, STR("notary.x509"));
}

static void write_unprotected(const struct work *w, struct strbuf *sb)
{
	const struct certificate_list *chain = w->how->chain;

	cbor_add_map(sb, w->token.n ? 3 : 2);
	cbor_add_int(sb, COSE_X5CHAIN);
	cbor_add_array(sb, chain->n);
	for (size_t i = 0; i < chain->n; i++)
		cbor_add_bytes(sb, certificate_der(chain->p[i]));
	cbor_add_text(sb, STR(NOTATION_AGENT));
	cbor_add_text(sb, STR(AGENT));
	if (w->token.n) {
		cbor_add_text(sb, STR(NOTATION_TIMESTAMP_ATTRIBUTE));
		cbor_add_bytes(sb, strbuf_str(&w->token));
	}
}

static int sign_cose(struct work *w, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf unprotected = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX);
	int r;

	write_cose_header(w);
	r = cose_to_be_signed(strbuf_str(&w->header), STR_NULL, strbuf_str(&w->payload), &w->input,
			      w->err);
	if (r < 0 || (r = sign(w)) < 0)
		return r;
	write_unprotected(w, &unprotected);
	if ((r = strbuf_check(&unprotected, w->err)) < 0)
		return r;
	return cose_sign1_write(strbuf_str(&w->header), strbuf_str(&unprotected),
				strbuf_str(&w->payload), strbuf_str(&w->signature), out, w->err);
}

int notation_sign(const struct notation_signing *how, const struct notation_target *target,
		  struct strbuf *envelope, struct err *err)
{
	CLEANUP(work_done)
	struct work w = {
		.how = how,
		.payload = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX),
		.header = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX),
		.input = STRBUF_INIT((size_t)4 * NOTATION_ENVELOPE_BYTES_MAX),
		.signature = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX),
		.token = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX),
		.err = err,
	};
	int r;

	if ((r = check_key(&w)) < 0 || (r = write_payload(&w, target)) < 0)
		return r;
	return how->form == NOTATION_JWS ? sign_jws(&w, envelope) : sign_cose(&w, envelope);
}

static void put_descriptor(struct json_writer *j, const char *name, struct str media_type,
			   struct str digest, uint64_t size)
{
	if (name)
		json_key(j, name);
	json_open_map(j);
	json_put_str(j, "mediaType", media_type);
	json_put_str(j, "digest", digest);
	json_put_uint(j, "size", size);
	json_close_map(j);
}

/* ["<hex>", ...] as a text: of the chain, signer first. */
static int write_thumbprints(const struct certificate_list *chain, struct strbuf *out,
			     struct err *err)
{
	struct json_writer j;

	json_writer_init(&j, out, JSON_COMPACT);
	json_open_list(&j);
	for (size_t i = 0; i < chain->n; i++) {
		char text[DIGEST_TEXT_MAX];
		struct digest_value v;
		int r = certificate_digest(chain->p[i], DIGEST_SHA256, &v, err);

		if (r < 0)
			return r;
		json_add_str(&j, str_skip(digest_format(&v, text), 7));
	}
	json_close_list(&j);
	return strbuf_check(out, err);
}

static void write_manifest(const struct notation_signing *how, struct str envelope,
			   struct str digest, const struct artifact *subject,
			   struct str thumbprints, struct strbuf *out)
{
	char created[CLOCK_TEXT_MAX] = "";
	struct json_writer j;

	(void)clock_format(how->now, created); /* of this century */
	json_writer_init(&j, out, JSON_COMPACT);
	json_open_map(&j);
	json_key(&j, "schemaVersion");
	json_add_int(&j, 2);
	json_put_text(&j, "mediaType", "application/vnd.oci.image.manifest.v1+json");
	json_put_text(&j, "artifactType", NOTATION_MEDIA_SIGNATURE);
	put_descriptor(&j, "config", STR("application/vnd.oci.empty.v1+json"), STR(EMPTY_DIGEST),
		       2);
	json_key(&j, "layers");
	json_open_list(&j);
	put_descriptor(&j, NULL,
		       how->form == NOTATION_JWS ? STR(NOTATION_MEDIA_JWS)
						 : STR(NOTATION_MEDIA_COSE),
		       digest, envelope.n);
	json_close_list(&j);
	put_descriptor(&j, "subject", subject->media_type, subject->digest, subject->size);
	json_key(&j, "annotations");
	json_open_map(&j);
	json_put_str(&j, NOTATION_THUMBPRINTS, thumbprints);
	json_put_text(&j, "org.opencontainers.image.created", created);
	json_close_map(&j);
	json_close_map(&j);
}

int notation_manifest_write(const struct notation_signing *how, struct str envelope,
			    const struct artifact *subject, struct strbuf *manifest,
			    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf thumbprints = STRBUF_INIT(65536);
	char text[DIGEST_TEXT_MAX];
	struct digest_value v;
	int r;

	if ((r = write_thumbprints(how->chain, &thumbprints, err)) < 0 ||
	    (r = digest_of(envelope, &v, err)) < 0)
		return r;
	write_manifest(how, envelope, digest_format(&v, text), subject, strbuf_str(&thumbprints),
		       manifest);
	return strbuf_check(manifest, err);
}
