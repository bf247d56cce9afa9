/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/jws.h"

#include "codec/base64.h"
#include "crypto/hmac.h"

static const struct algorithm {
	const char *name;
	enum signature_scheme scheme;
	enum key_type key;
} algorithms[] = {
	{"ES256", SIGNATURE_ECDSA_RAW_SHA256, KEY_EC_P256},
	{"ES384", SIGNATURE_ECDSA_RAW_SHA384, KEY_EC_P384},
	{"ES512", SIGNATURE_ECDSA_RAW_SHA512, KEY_EC_P521},
	{"EdDSA", SIGNATURE_ED25519, KEY_ED25519},
	{"PS256", SIGNATURE_RSA_PSS_SHA256, KEY_RSA},
	{"PS384", SIGNATURE_RSA_PSS_SHA384, KEY_RSA},
	{"PS512", SIGNATURE_RSA_PSS_SHA512, KEY_RSA},
	{"RS256", SIGNATURE_RSA_PKCS1_SHA256, KEY_RSA},
	{"RS384", SIGNATURE_RSA_PKCS1_SHA384, KEY_RSA},
	{"RS512", SIGNATURE_RSA_PKCS1_SHA512, KEY_RSA},
};

static const struct shared_algorithm {
	const char *name;
	enum digest_algorithm digest;
	size_t bytes; /* of the tag, and at least of the key: RFC 7518, section 3.2 */
} shared_algorithms[] = {
	{"HS256", DIGEST_SHA256, 32},
	{"HS384", DIGEST_SHA384, 48},
	{"HS512", DIGEST_SHA512, 64},
};

/* RFC 7515, section 4.1, and RFC 7518: these may not be called critical. */
static const char *const registered[] = {"alg", "jku",	    "jwk", "kid", "x5u", "x5c",
					 "x5t", "x5t#S256", "typ", "cty", "crit"};

void jws_done(struct jws *jws)
{
	for (size_t i = 0; i < jws->n; i++)
		json_free(jws->signatures[i].protected_header);
	json_free(jws->doc);
	strbuf_done(&jws->memory);
	*jws = (struct jws){0};
}

static const struct algorithm *algorithm_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (str_is(name, algorithms[i].name))
			return &algorithms[i];
	return NULL;
}

enum signature_scheme jws_scheme(struct str alg)
{
	const struct algorithm *a = algorithm_of(alg);

	return a ? a->scheme : SIGNATURE_NONE;
}

bool jws_alg_fits(struct str alg, const struct public_key *key)
{
	const struct algorithm *a = algorithm_of(alg);

	return a && a->key == public_key_type(key);
}

/* Appends to the memory, which was reserved whole, so that slices of it stay. */
static int decode(struct jws *jws, struct str text, const char *what, struct str *ret,
		  struct err *err)
{
	size_t at = jws->memory.n;
	int r;

	if (str_find_char(text, '=') < text.n)
		return err_set(err, ERR_FORMAT, "%s: base64url with padding", what);
	r = base64_decode(text, BASE64_URL, &jws->memory, err);
	if (r < 0)
		return err_wrap(err, r, "%s", what);
	*ret = str_make(jws->memory.p + at, jws->memory.n - at);
	return 0;
}

static bool is_among(struct str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

static bool is_understood(struct str name, const struct jws_wants *wants)
{
	if (str_is(name, "b64"))
		return true;
	for (const char *const *u = wants->understood; u && *u; u++)
		if (str_is(name, *u))
			return true;
	return false;
}

static int check_critical_name(struct jws_signature *s, const struct json *crit, size_t i,
			       const struct jws_wants *wants, struct err *err)
{
	const struct json *header = s->protected_header;
	struct str name = json_str(json_at(crit, i));
	char key[128];

	if (name.n == 0 || name.n >= sizeof key)
		return err_set(err, ERR_FORMAT, "protected header: \"crit\" has no proper names");
	snprintf(key, sizeof key, "%.*s", STR_FMT(name));
	if (is_among(name, registered, ARRAY_LEN(registered)) || !json_get(header, key))
		return err_set(err, ERR_FORMAT, "protected header: \"%s\" may not be critical",
			       key);
	for (size_t k = 0; k < i; k++)
		if (str_eq(json_str(json_at(crit, k)), name))
			return err_set(err, ERR_FORMAT,
				       "protected header: \"%s\" is critical twice", key);
	if (is_understood(name, wants))
		return 0;
	if (!wants->keeps_unknown)
		return err_set(err, ERR_UNSUPPORTED,
			       "protected header: the critical parameter \"%s\" is not known", key);
	s->unknown_critical = name;
	return 0;
}

static int check_critical(struct jws_signature *s, const struct jws_wants *wants, struct err *err)
{
	const struct json *crit = json_get(s->protected_header, "crit");
	int r = 0;

	if (!crit)
		return 0;
	if (json_kind_of(crit) != JSON_KIND_LIST || json_len(crit) == 0 || json_len(crit) > 32)
		return err_set(err, ERR_FORMAT,
			       "protected header: \"crit\" is not a list of 1 to 32 names");
	for (size_t i = 0; i < json_len(crit) && r == 0; i++)
		r = check_critical_name(s, crit, i, wants, err);
	return r;
}

static bool is_critical(const struct json *header, const char *name)
{
	const struct json *crit = json_get(header, "crit");

	for (size_t i = 0; i < json_len(crit); i++)
		if (str_is(json_str(json_at(crit, i)), name))
			return true;
	return false;
}

static int read_b64(struct jws_signature *s, struct err *err)
{
	const struct json *b64 = json_get(s->protected_header, "b64");

	if (!b64)
		return 0;
	if (json_kind_of(b64) != JSON_KIND_BOOL || !is_critical(s->protected_header, "b64"))
		return err_set(err, ERR_FORMAT,
			       "protected header: \"b64\" is not a critical true or false");
	s->is_raw = !json_truth(b64);
	return 0;
}

static int read_protected(struct jws *jws, struct jws_signature *s, const struct jws_wants *wants,
			  struct err *err)
{
	const struct json *alg;
	struct str text;
	int r = decode(jws, s->protected_text, "protected header", &text, err);

	if (r < 0)
		return r;
	if ((r = json_parse(text, &s->protected_header, err)) < 0)
		return err_wrap(err, r, "protected header");
	if (json_kind_of(s->protected_header) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "protected header: not an object");
	alg = json_get(s->protected_header, "alg");
	if (json_kind_of(alg) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "protected header: \"alg\" is missing");
	s->alg = json_str(alg);
	s->kid = json_get_str(s->protected_header, "kid");
	if ((r = check_critical(s, wants, err)) < 0)
		return r;
	return read_b64(s, err);
}

/* Room for all that is decoded: never more than the text is long. */
static int begin(struct jws *jws, struct str text, struct err *err)
{
	if (text.n > JWS_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "%zu bytes; at most %d are taken", text.n,
			       JWS_BYTES_MAX);
	jws->memory = (struct strbuf)STRBUF_INIT(text.n + 4);
	return strbuf_reserve(&jws->memory, text.n + 4) ? 0 : err_nomem(err);
}

static int read_payload(struct jws *jws, const struct jws_wants *wants, struct err *err)
{
	for (size_t i = 1; i < jws->n; i++)
		if (jws->signatures[i].is_raw != jws->signatures[0].is_raw)
			return err_set(err, ERR_FORMAT, "signatures differ in \"b64\"");
	if (wants->is_detached && jws->payload_text.n)
		return err_set(err, ERR_FORMAT, "a payload inside where none is wanted");
	if (wants->is_detached || jws->signatures[0].is_raw) {
		jws->payload = wants->is_detached ? wants->detached : jws->payload_text;
		return 0;
	}
	return decode(jws, jws->payload_text, "payload", &jws->payload, err);
}

static int parse_compact(struct jws *jws, struct str text, const struct jws_wants *wants,
			 struct err *err)
{
	struct jws_signature *s = &jws->signatures[0];
	struct str rest, signature;
	int r = begin(jws, text, err);

	if (r < 0)
		return r;
	if (!str_cut(text, '.', &s->protected_text, &rest) ||
	    !str_cut(rest, '.', &jws->payload_text, &signature) ||
	    str_find_char(signature, '.') < signature.n)
		return err_set(err, ERR_FORMAT, "not three parts with dots between");
	jws->n = 1;
	if ((r = read_protected(jws, s, wants, err)) < 0 || (r = read_payload(jws, wants, err)) < 0)
		return r;
	return decode(jws, signature, "signature", &s->bytes, err);
}

/* RFC 7515, section 4: the names of both headers are disjoint. */
static int check_disjoint(const struct jws_signature *s, struct err *err)
{
	struct str key;
	const struct json *value;
	char name[256];

	for (void *iter = NULL; json_each(s->header, &iter, &key, &value);) {
		snprintf(name, sizeof name, "%.*s", STR_FMT(key));
		if (json_get(s->protected_header, name))
			return err_set(err, ERR_FORMAT, "\"%s\" is in both headers", name);
	}
	if (json_get(s->header, "alg") || json_get(s->header, "crit") || json_get(s->header, "b64"))
		return err_set(err, ERR_FORMAT,
			       "\"alg\", \"crit\" or \"b64\" in the header that is not signed");
	return 0;
}

static int parse_signature(struct jws *jws, const struct json *from, const struct jws_wants *wants,
			   struct err *err)
{
	struct jws_signature *s = &jws->signatures[jws->n++];
	const struct json *bytes = json_get(from, "signature");
	int r;

	s->protected_text = json_get_str(from, "protected");
	s->header = json_get(from, "header");
	if (json_kind_of(json_get(from, "protected")) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "\"protected\" is missing");
	if (json_kind_of(bytes) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "\"signature\" is missing");
	if (s->header && json_kind_of(s->header) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "\"header\" is not an object");
	if ((r = read_protected(jws, s, wants, err)) < 0 || (r = check_disjoint(s, err)) < 0)
		return r;
	return decode(jws, json_str(bytes), "signature", &s->bytes, err);
}

static int parse_general(struct jws *jws, const struct json *list, const struct jws_wants *wants,
			 struct err *err)
{
	size_t n = json_len(list);
	int r = 0;

	if (json_get(jws->doc, "signature") || json_get(jws->doc, "protected") ||
	    json_get(jws->doc, "header"))
		return err_set(err, ERR_FORMAT, "\"signatures\" beside one signature");
	if (json_kind_of(list) != JSON_KIND_LIST || n == 0)
		return err_set(err, ERR_FORMAT, "\"signatures\" is not a list with one at least");
	if (n > JWS_SIGNATURES_MAX)
		return err_set(err, ERR_LIMIT, "%zu signatures; at most %d are taken", n,
			       JWS_SIGNATURES_MAX);
	for (size_t i = 0; i < n && r == 0; i++) {
		r = parse_signature(jws, json_at(list, i), wants, err);
		if (r < 0)
			return err_wrap(err, r, "signature %zu", i);
	}
	return r;
}

static int parse_json(struct jws *jws, struct str text, const struct jws_wants *wants,
		      struct err *err)
{
	const struct json *list, *payload;
	int r;

	if ((r = begin(jws, text, err)) < 0 || (r = json_parse(text, &jws->doc, err)) < 0)
		return r;
	payload = json_get(jws->doc, "payload");
	if (json_kind_of(payload) != JSON_KIND_TEXT && !(wants->is_detached && !payload))
		return err_set(err, ERR_FORMAT, "\"payload\" is missing");
	jws->payload_text = json_str(payload);
	list = json_get(jws->doc, "signatures");
	r = list ? parse_general(jws, list, wants, err)
		 : parse_signature(jws, jws->doc, wants, err);
	return r < 0 ? r : read_payload(jws, wants, err);
}

typedef int parse_fn(struct jws *jws, struct str text, const struct jws_wants *wants,
		     struct err *err);

static int parse(parse_fn *by, struct str text, const struct jws_wants *wants, struct jws *ret,
		 struct err *err)
{
	CLEANUP(jws_done) struct jws jws = {0};
	int r = by(&jws, text, wants, err);

	if (r < 0)
		return err_wrap(err, r, "JWS");
	*ret = jws;
	jws = (struct jws){0};
	return 0;
}

int jws_parse_compact(struct str text, const struct jws_wants *wants, struct jws *ret,
		      struct err *err)
{
	return parse(parse_compact, text, wants, ret, err);
}

int jws_parse_json(struct str text, const struct jws_wants *wants, struct jws *ret, struct err *err)
{
	return parse(parse_json, text, wants, ret, err);
}

int jws_signing_input(struct str protected_text, struct str payload_text, struct strbuf *out,
		      struct err *err)
{
	strbuf_add(out, protected_text);
	strbuf_addc(out, '.');
	strbuf_add(out, payload_text);
	return strbuf_check(out, err);
}

/* A payload from outside is encoded now, unless it is signed raw. */
static int signing_input(const struct jws *jws, const struct jws_signature *s, struct strbuf *out,
			 struct err *err)
{
	strbuf_add(out, s->protected_text);
	strbuf_addc(out, '.');
	if (s->is_raw || jws->payload_text.n || !jws->payload.n) {
		strbuf_add(out, s->is_raw ? jws->payload : jws->payload_text);
		return strbuf_check(out, err);
	}
	return base64_encode(jws->payload, BASE64_URL, out, err);
}

#define INPUT_MAX(jws) (2 * (size_t)JWS_BYTES_MAX + 2 * (jws)->payload.n)

int jws_verify_public(const struct jws *jws, size_t i, const struct public_key *key,
		      struct err *err)
{
	const struct jws_signature *s = &jws->signatures[i];
	CLEANUP(strbuf_done) struct strbuf input = STRBUF_INIT(INPUT_MAX(jws));
	int r;

	if (jws_scheme(s->alg) == SIGNATURE_NONE)
		return err_set(err, ERR_UNSUPPORTED,
			       "JWS: \"%.*s\" is no algorithm of a public key", STR_FMT(s->alg));
	if (!jws_alg_fits(s->alg, key))
		return err_set(err, ERR_DENIED, "JWS: a signature by %.*s cannot be of an %s key",
			       STR_FMT(s->alg), public_key_name(key));
	if ((r = signing_input(jws, s, &input, err)) < 0)
		return r;
	return public_key_verify(key, jws_scheme(s->alg), strbuf_str(&input), s->bytes, err);
}

static int verify_shared(const struct jws *jws, size_t i, const struct jwk *key, struct err *err)
{
	const struct jws_signature *s = &jws->signatures[i];
	CLEANUP(strbuf_done) struct strbuf input = STRBUF_INIT(INPUT_MAX(jws));
	const struct shared_algorithm *a = NULL;
	int r;

	for (size_t k = 0; k < ARRAY_LEN(shared_algorithms); k++)
		if (str_is(s->alg, shared_algorithms[k].name))
			a = &shared_algorithms[k];
	if (!a)
		return err_set(err, ERR_DENIED, "JWS: \"%.*s\" is no algorithm of a shared secret",
			       STR_FMT(s->alg));
	if (key->shared.n < a->bytes)
		return err_set(err, ERR_DENIED, "JWS: a secret of %zu bytes is too short for %s",
			       key->shared.n, a->name);
	if ((r = signing_input(jws, s, &input, err)) < 0)
		return r;
	return hmac_verify(a->digest, secret_str(&key->shared), strbuf_str(&input), s->bytes, err);
}

/* Some P-521 keys are labelled by the curve instead of the digest (jwk.c). */
static bool fits_label(struct str alg, struct str label)
{
	return !label.n || str_eq(alg, label) || (str_is(alg, "ES512") && str_is(label, "ES521"));
}

int jws_verify(const struct jws *jws, size_t i, const struct jwk *key, struct err *err)
{
	struct str alg = jws->signatures[i].alg;

	if (!key->may_verify)
		return err_set(err, ERR_DENIED, "JWS: the key is not for signatures");
	if (!fits_label(alg, key->alg))
		return err_set(err, ERR_DENIED, "JWS: a signature by %.*s with a key for %.*s",
			       STR_FMT(alg), STR_FMT(key->alg));
	return key->key ? jws_verify_public(jws, i, key->key, err)
			: verify_shared(jws, i, key, err);
}
