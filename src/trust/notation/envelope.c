/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/envelope.h"

#include <limits.h>

#include "base/clock.h"
#include "codec/base64.h"
#include "trust/notation/certificates.h"

static const struct algorithm {
	enum key_type key;
	unsigned bits;
	enum signature_scheme scheme;
	const char *jws;
	int64_t cose;
	enum digest_algorithm digest;
} algorithms[] = {
	{KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA256, "PS256", -37, DIGEST_SHA256},
	{KEY_RSA, 3072, SIGNATURE_RSA_PSS_SHA384, "PS384", -38, DIGEST_SHA384},
	{KEY_RSA, 4096, SIGNATURE_RSA_PSS_SHA512, "PS512", -39, DIGEST_SHA512},
	{KEY_EC_P256, 256, SIGNATURE_ECDSA_RAW_SHA256, "ES256", -7, DIGEST_SHA256},
	{KEY_EC_P384, 384, SIGNATURE_ECDSA_RAW_SHA384, "ES384", -35, DIGEST_SHA384},
	{KEY_EC_P521, 521, SIGNATURE_ECDSA_RAW_SHA512, "ES512", -36, DIGEST_SHA512},
};

/* Attributes that are understood when they are critical. */
static const char *const understood[] = {NOTATION_SCHEME,	  NOTATION_AUTHENTIC_TIME,
					 NOTATION_EXPIRY_TIME,	  NOTATION_PLUGIN,
					 NOTATION_PLUGIN_VERSION, NULL};

/* The signed attributes, whatever the form. */
struct attributes {
	struct str content_type, scheme;
	bool has_signing_time, has_authentic_time, has_expiry;
	int64_t signing_time, authentic_time, expiry;
	struct str plugin, plugin_version;
};

enum signature_scheme notation_algorithm(const struct public_key *key)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].key == public_key_type(key) &&
		    algorithms[i].bits == public_key_bits(key))
			return algorithms[i].scheme;
	return SIGNATURE_NONE;
}

const char *notation_jws_alg(enum signature_scheme algorithm)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].scheme == algorithm)
			return algorithms[i].jws;
	return NULL;
}

int64_t notation_cose_alg(enum signature_scheme algorithm)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].scheme == algorithm)
			return algorithms[i].cose;
	return 0;
}

enum digest_algorithm notation_digest(enum signature_scheme algorithm)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].scheme == algorithm)
			return algorithms[i].digest;
	return DIGEST_SHA512;
}

int notation_form_of(struct str media_type, enum notation_form *ret, struct err *err)
{
	if (str_is(media_type, NOTATION_MEDIA_JWS))
		*ret = NOTATION_JWS;
	else if (str_is(media_type, NOTATION_MEDIA_COSE))
		*ret = NOTATION_COSE;
	else
		return err_set(err, ERR_UNSUPPORTED, "an envelope of the type \"%.*s\"",
			       STR_FMT(media_type));
	return 0;
}

void notation_envelope_done(struct notation_envelope *e)
{
	jws_done(&e->jws);
	certificate_list_done(&e->chain);
	*e = (struct notation_envelope){0};
}

/* ---- JWS ---- */

static int json_text(const struct json *map, const char *name, struct str *ret, struct err *err)
{
	const struct json *v = json_get(map, name);

	*ret = json_str(v);
	if (v && (json_kind_of(v) != JSON_KIND_TEXT || ret->n == 0))
		return err_set(err, ERR_FORMAT, "\"%s\" is no text", name);
	return 0;
}

static int json_time(const struct json *map, const char *name, bool *ret_has, int64_t *ret,
		     struct err *err)
{
	struct str text;
	int r = json_text(map, name, &text, err);

	if (r < 0)
		return r;
	*ret_has = text.n > 0;
	if (*ret_has && !clock_parse(text, ret))
		return err_set(err, ERR_FORMAT, "\"%s\" is no time of RFC 3339", name);
	return 0;
}

static int read_jws_attributes(const struct json *header, struct attributes *a, struct err *err)
{
	int r;

	if ((r = json_text(header, "cty", &a->content_type, err)) < 0 ||
	    (r = json_text(header, NOTATION_SCHEME, &a->scheme, err)) < 0 ||
	    (r = json_time(header, NOTATION_SIGNING_TIME, &a->has_signing_time, &a->signing_time,
			   err)) < 0 ||
	    (r = json_time(header, NOTATION_AUTHENTIC_TIME, &a->has_authentic_time,
			   &a->authentic_time, err)) < 0 ||
	    (r = json_time(header, NOTATION_EXPIRY_TIME, &a->has_expiry, &a->expiry, err)) < 0 ||
	    (r = json_text(header, NOTATION_PLUGIN, &a->plugin, err)) < 0)
		return r;
	return json_text(header, NOTATION_PLUGIN_VERSION, &a->plugin_version, err);
}

static bool jws_is_critical(const struct json *header, const char *name)
{
	const struct json *crit = json_get(header, "crit");

	for (size_t i = 0; i < json_len(crit); i++)
		if (str_is(json_str(json_at(crit, i)), name))
			return true;
	return false;
}

/* Standard base64, not base64url: as in RFC 7515, section 4.1.6. */
static int add_x5c(const struct json *item, struct certificate_list *chain, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf der = STRBUF_INIT(CERTIFICATE_BYTES_MAX);
	int r;

	if (json_kind_of(item) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "not a text");
	r = base64_decode(json_str(item), BASE64_STANDARD, &der, err);
	return r < 0 ? r : certificate_list_add(chain, strbuf_str(&der), err);
}

static int read_x5c(const struct json *header, struct certificate_list *chain, struct err *err)
{
	const struct json *x5c = json_get(header, "x5c");
	size_t n = json_len(x5c);
	int r;

	if (json_kind_of(x5c) != JSON_KIND_LIST || n == 0)
		return err_set(err, ERR_FORMAT, "\"x5c\" is not a list of certificates");
	if (n > CERTIFICATE_CHAIN_MAX)
		return err_set(err, ERR_LIMIT, "\"x5c\": %zu certificates; at most %d are taken", n,
			       CERTIFICATE_CHAIN_MAX);
	for (size_t i = 0; i < n; i++)
		if ((r = add_x5c(json_at(x5c, i), chain, err)) < 0)
			return err_wrap(err, r, "\"x5c\": certificate %zu", i);
	return 0;
}

static int read_jws_timestamp(const struct json *header, struct arena *arena, struct str *ret,
			      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf token = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX);
	struct str text;
	int r = json_text(header, NOTATION_TIMESTAMP_ATTRIBUTE, &text, err);

	if (r < 0 || text.n == 0)
		return r;
	if ((r = base64_decode(text, BASE64_STANDARD, &token, err)) < 0)
		return err_wrap(err, r, "\"" NOTATION_TIMESTAMP_ATTRIBUTE "\"");
	*ret = arena_str(arena, strbuf_str(&token));
	return arena_check(arena, err);
}

static int check_jws_members(const struct json *doc, struct err *err)
{
	struct str key;
	const struct json *value;

	for (void *iter = NULL; json_each(doc, &iter, &key, &value);)
		if (!str_is(key, "payload") && !str_is(key, "protected") &&
		    !str_is(key, "header") && !str_is(key, "signature"))
			return err_set(err, ERR_FORMAT, "\"%.*s\" has no place in the envelope",
				       STR_FMT(key));
	return 0;
}

static int check_jws_critical(const struct json *header, const struct attributes *a,
			      struct err *err)
{
	const struct {
		const char *name;
		bool is_there;
	} rows[] = {
		{NOTATION_SCHEME, true},
		{NOTATION_AUTHENTIC_TIME, a->has_authentic_time},
		{NOTATION_EXPIRY_TIME, a->has_expiry},
		{NOTATION_PLUGIN, a->plugin.n > 0},
		{NOTATION_PLUGIN_VERSION, a->plugin_version.n > 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].is_there && !jws_is_critical(header, rows[i].name))
			return err_set(err, ERR_FORMAT, "\"%s\" is not critical", rows[i].name);
	return 0;
}

static int parse_jws(struct str bytes, struct arena *arena, struct notation_envelope *e,
		     struct attributes *a, struct err *err)
{
	const struct jws_wants wants = {.understood = understood, .keeps_unknown = true};
	const struct jws_signature *s = &e->jws.signatures[0];
	int r = jws_parse_json(bytes, &wants, &e->jws, err);

	if (r < 0)
		return r;
	if ((r = check_jws_members(e->jws.doc, err)) < 0)
		return r;
	if (s->is_raw)
		return err_set(err, ERR_FORMAT, "\"b64\" has no place in the envelope");
	e->payload = e->jws.payload;
	e->signature = s->bytes;
	e->algorithm = jws_scheme(s->alg);
	if ((r = read_jws_attributes(s->protected_header, a, err)) < 0 ||
	    (r = check_jws_critical(s->protected_header, a, err)) < 0 ||
	    (r = read_x5c(s->header, &e->chain, err)) < 0 ||
	    (r = read_jws_timestamp(s->header, arena, &e->timestamp, err)) < 0)
		return r;
	e->agent = json_get_str(s->header, NOTATION_AGENT);
	return 0;
}

/* ---- COSE ---- */

static int cbor_text(const struct cbor *map, const char *name, struct str *ret, struct err *err)
{
	const struct cbor *v = cbor_get_text(map, str_of(name));

	*ret = v && v->kind == CBOR_TEXT ? v->bytes : STR_NULL;
	if (v && ret->n == 0)
		return err_set(err, ERR_FORMAT, "\"%s\" is no text", name);
	return 0;
}

/* Tag 1: seconds since 1970. A fraction should not be there, and is cut off. */
static int cbor_time(const struct cbor *map, const char *name, bool *ret_has, int64_t *ret,
		     struct err *err)
{
	const struct cbor *v = cbor_get_text(map, str_of(name));
	char text[CLOCK_TEXT_MAX];

	*ret_has = v != NULL;
	if (!v)
		return 0;
	if (v->kind != CBOR_TAG || v->number != 1)
		return err_set(err, ERR_FORMAT, "\"%s\" is no time (tag 1)", name);
	v = &v->items[0];
	if (v->kind == CBOR_FLOAT && v->real > 0 && v->real < 1e11)
		*ret = (int64_t)v->real;
	else if (!cbor_int(v, ret) || !clock_format(*ret, text))
		return err_set(err, ERR_FORMAT, "\"%s\" is no time (tag 1)", name);
	return 0;
}

static int read_cose_attributes(const struct cbor *header, struct attributes *a, struct err *err)
{
	const struct cbor *type = cbor_get_int(header, COSE_CONTENT_TYPE);
	int r;

	a->content_type = type && type->kind == CBOR_TEXT ? type->bytes : STR_NULL;
	if ((r = cbor_text(header, NOTATION_SCHEME, &a->scheme, err)) < 0 ||
	    (r = cbor_time(header, NOTATION_SIGNING_TIME, &a->has_signing_time, &a->signing_time,
			   err)) < 0 ||
	    (r = cbor_time(header, NOTATION_AUTHENTIC_TIME, &a->has_authentic_time,
			   &a->authentic_time, err)) < 0 ||
	    (r = cbor_time(header, NOTATION_EXPIRY_TIME, &a->has_expiry, &a->expiry, err)) < 0 ||
	    (r = cbor_text(header, NOTATION_PLUGIN, &a->plugin, err)) < 0)
		return r;
	return cbor_text(header, NOTATION_PLUGIN_VERSION, &a->plugin_version, err);
}

static bool cose_is_critical(const struct cbor *header, const char *name)
{
	const struct cbor *crit = cbor_get_int(header, COSE_CRIT);

	for (size_t i = 0; crit && i < crit->n; i++)
		if (crit->items[i].kind == CBOR_TEXT && str_is(crit->items[i].bytes, name))
			return true;
	return false;
}

static int check_cose_critical(const struct cbor *header, const struct attributes *a,
			       struct err *err)
{
	const struct {
		const char *name;
		bool is_there;
	} rows[] = {
		{NOTATION_SCHEME, true},
		{NOTATION_AUTHENTIC_TIME, a->has_authentic_time},
		{NOTATION_EXPIRY_TIME, a->has_expiry},
		{NOTATION_PLUGIN, a->plugin.n > 0},
		{NOTATION_PLUGIN_VERSION, a->plugin_version.n > 0},
	};
	const struct cbor *crit = cbor_get_int(header, COSE_CRIT);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].is_there && !cose_is_critical(header, rows[i].name))
			return err_set(err, ERR_FORMAT, "\"%s\" is not critical", rows[i].name);
	for (size_t i = 0; crit && i < crit->n; i++)
		if (crit->items[i].kind != CBOR_TEXT)
			return err_set(err, ERR_FORMAT, "\"crit\" has a common parameter");
	return 0;
}

/* In either header; one certificate may stand without a list around it (RFC 9360). */
static int read_x5chain(const struct cose_sign1 *cose, struct certificate_list *chain,
			struct err *err)
{
	const struct cbor *v = cbor_get_int(cose->header, COSE_X5CHAIN);
	const struct cbor *items;
	size_t n;
	int r;

	if (!v)
		v = cbor_get_int(cose->protected_header, COSE_X5CHAIN);
	if (!v || (v->kind != CBOR_ARRAY && v->kind != CBOR_BYTES))
		return err_set(err, ERR_FORMAT, "x5chain is not a list of certificates");
	items = v->kind == CBOR_ARRAY ? v->items : v;
	n = v->kind == CBOR_ARRAY ? v->n : 1;
	if (n == 0 || n > CERTIFICATE_CHAIN_MAX)
		return err_set(err, n ? ERR_LIMIT : ERR_FORMAT,
			       "x5chain: %zu certificates; 1 to %d are taken", n,
			       CERTIFICATE_CHAIN_MAX);
	for (size_t i = 0; i < n; i++) {
		if (items[i].kind != CBOR_BYTES)
			return err_set(err, ERR_FORMAT, "x5chain: certificate %zu is no bytes", i);
		if ((r = certificate_list_add(chain, items[i].bytes, err)) < 0)
			return err_wrap(err, r, "x5chain: certificate %zu", i);
	}
	return 0;
}

static int parse_cose(struct str bytes, struct arena *arena, struct notation_envelope *e,
		      struct attributes *a, struct err *err)
{
	const struct cose_wants wants = {
		.understood = understood, .keeps_unknown = true, .must_be_tagged = true};
	const struct cbor *token, *agent;
	int r = cose_sign1_parse(bytes, &wants, arena, &e->cose, err);

	if (r < 0)
		return r;
	e->payload = e->cose.payload;
	e->signature = e->cose.signature;
	e->algorithm = cose_scheme(e->cose.alg);
	if ((r = read_cose_attributes(e->cose.protected_header, a, err)) < 0 ||
	    (r = check_cose_critical(e->cose.protected_header, a, err)) < 0 ||
	    (r = read_x5chain(&e->cose, &e->chain, err)) < 0)
		return r;
	token = cbor_get_text(e->cose.header, STR(NOTATION_TIMESTAMP_ATTRIBUTE));
	agent = cbor_get_text(e->cose.header, STR(NOTATION_AGENT));
	if (token && (token->kind != CBOR_BYTES || token->bytes.n == 0))
		return err_set(err, ERR_FORMAT, "\"" NOTATION_TIMESTAMP_ATTRIBUTE "\" is no bytes");
	e->timestamp = token ? token->bytes : STR_NULL;
	e->agent = agent && agent->kind == CBOR_TEXT ? agent->bytes : STR_NULL;
	return 0;
}

/* ---- both ---- */

static int take_times(const struct attributes *a, struct notation_envelope *e, struct err *err)
{
	bool by_authority = e->scheme == NOTATION_SCHEME_AUTHORITY;

	if (by_authority ? !a->has_authentic_time : !a->has_signing_time)
		return err_set(err, ERR_FORMAT, "\"%s\" is missing",
			       by_authority ? NOTATION_AUTHENTIC_TIME : NOTATION_SIGNING_TIME);
	if (by_authority ? a->has_signing_time : a->has_authentic_time)
		return err_set(err, ERR_FORMAT, "\"%s\" is not for the scheme \"%.*s\"",
			       by_authority ? NOTATION_SIGNING_TIME : NOTATION_AUTHENTIC_TIME,
			       STR_FMT(a->scheme));
	e->signing_time = by_authority ? a->authentic_time : a->signing_time;
	e->expiry = a->has_expiry ? a->expiry : 0;
	if (a->has_expiry && (a->expiry <= 0 || a->expiry <= e->signing_time))
		return err_set(err, ERR_FORMAT, "it expires before it was signed");
	return 0;
}

static int take_attributes(const struct attributes *a, struct arena *arena,
			   struct notation_envelope *e, struct err *err)
{
	struct str unknown;
	int r;

	if (!str_is(a->content_type, NOTATION_MEDIA_PAYLOAD))
		return err_set(err, ERR_UNSUPPORTED,
			       "the content type is \"%.*s\", not " NOTATION_MEDIA_PAYLOAD,
			       STR_FMT(a->content_type));
	if (str_is(a->scheme, "notary.x509"))
		e->scheme = NOTATION_SCHEME_X509;
	else if (str_is(a->scheme, "notary.x509.signingAuthority"))
		e->scheme = NOTATION_SCHEME_AUTHORITY;
	else
		return err_set(err, ERR_UNSUPPORTED, "the signing scheme \"%.*s\" is not known",
			       STR_FMT(a->scheme));
	if ((r = take_times(a, e, err)) < 0)
		return r;
	if (a->plugin_version.n && !a->plugin.n)
		return err_set(err, ERR_FORMAT, "a version of a plugin, but no plugin");
	unknown = e->form == NOTATION_JWS ? e->jws.signatures[0].unknown_critical
					  : e->cose.unknown_critical;
	if (unknown.n && !a->plugin.n)
		return err_set(err, ERR_UNSUPPORTED, "the critical attribute \"%.*s\" is not known",
			       STR_FMT(unknown));
	e->plugin = arena_str(arena, a->plugin);
	e->plugin_version = arena_str(arena, a->plugin_version);
	e->agent = arena_str(arena, e->agent);
	return arena_check(arena, err);
}

int notation_envelope_parse(enum notation_form form, struct str bytes, struct arena *arena,
			    struct notation_envelope *ret, struct err *err)
{
	CLEANUP(notation_envelope_done) struct notation_envelope e = {.form = form};
	struct attributes a = {0};
	int r;

	if (bytes.n > NOTATION_ENVELOPE_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "envelope: %zu bytes; at most %d are taken", bytes.n,
			       NOTATION_ENVELOPE_BYTES_MAX);
	r = form == NOTATION_JWS ? parse_jws(bytes, arena, &e, &a, err)
				 : parse_cose(bytes, arena, &e, &a, err);
	if (r == 0)
		r = take_attributes(&a, arena, &e, err);
	if (r < 0)
		return err_wrap(err, r, "envelope");
	*ret = e;
	e = (struct notation_envelope){0};
	return 0;
}

int notation_envelope_verify(const struct notation_envelope *e, struct err *err)
{
	const struct public_key *key = certificate_key(e->chain.p[0]);

	if (notation_algorithm(key) == SIGNATURE_NONE)
		return err_set(err, ERR_DENIED, "an %s key is none that the specification knows",
			       public_key_name(key));
	if (notation_algorithm(key) != e->algorithm)
		return err_set(err, ERR_DENIED, "a signature by %s cannot be of an %s key",
			       signature_scheme_name(e->algorithm), public_key_name(key));
	return e->form == NOTATION_JWS ? jws_verify_public(&e->jws, 0, key, err)
				       : cose_sign1_verify(&e->cose, key, STR_NULL, err);
}
