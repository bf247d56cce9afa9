/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/jwk.h"

#include "codec/base64.h"

static const char *const private_names[JWK_N_PRIVATE] = {"d", "p", "q", "dp", "dq", "qi"};

static const struct curve {
	const char *name, *algorithm, *older_name;
	enum key_type type;
} curves[] = {
	{"P-256", "ES256", NULL, KEY_EC_P256},
	{"P-384", "ES384", NULL, KEY_EC_P384},
	/* Some keys are labelled ES521, by the curve instead of the digest. */
	{"P-521", "ES512", "ES521", KEY_EC_P521},
};

static void keys_done(struct jwk *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		public_key_free(keys[i].key);
		secret_done(&keys[i].shared);
		for (size_t k = 0; k < JWK_N_PRIVATE; k++)
			secret_done(&keys[i].private[k]);
	}
	free(keys);
}

void jwk_set_done(struct jwk_set *set)
{
	keys_done(set->keys, set->n);
	json_free(set->doc);
	*set = (struct jwk_set){0};
}

static void wipe(struct strbuf *sb)
{
	if (sb->p)
		explicit_bzero(sb->p, sb->n);
	strbuf_done(sb);
}

/* Without padding, as RFC 7515 wants it. */
static int decode(const struct json *jwk, const char *name, struct strbuf *out, struct err *err)
{
	struct str text = json_get_str(jwk, name);
	int r;

	if (json_kind_of(json_get(jwk, name)) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "\"%s\" is missing", name);
	if (str_find_char(text, '=') < text.n)
		return err_set(err, ERR_FORMAT, "\"%s\": base64url with padding", name);
	r = base64_decode(text, BASE64_URL, out, err);
	return r < 0 ? err_wrap(err, r, "\"%s\"", name) : 0;
}

static int parse_ec(const struct json *jwk, struct public_key **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf x = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	CLEANUP(strbuf_done) struct strbuf y = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	struct str name = json_get_str(jwk, "crv");
	int r;

	for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
		if (!str_is(name, curves[i].name))
			continue;
		if ((r = decode(jwk, "x", &x, err)) < 0 || (r = decode(jwk, "y", &y, err)) < 0)
			return r;
		return public_key_of_ec(curves[i].type, strbuf_str(&x), strbuf_str(&y), ret, err);
	}
	return err_set(err, ERR_UNSUPPORTED,
		       "\"crv\": no curve \"%.*s\"; P-256, P-384 and P-521 are taken",
		       STR_FMT(name));
}

static int parse_rsa(const struct json *jwk, struct public_key **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf n = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	CLEANUP(strbuf_done) struct strbuf e = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	int r;

	if ((r = decode(jwk, "n", &n, err)) < 0 || (r = decode(jwk, "e", &e, err)) < 0)
		return r;
	return public_key_of_rsa(strbuf_str(&n), strbuf_str(&e), ret, err);
}

static int parse_okp(const struct json *jwk, struct public_key **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf x = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	struct str name = json_get_str(jwk, "crv");
	int r;

	if (!str_is(name, "Ed25519"))
		return err_set(err, ERR_UNSUPPORTED, "\"crv\": no curve \"%.*s\"; Ed25519 is taken",
			       STR_FMT(name));
	if ((r = decode(jwk, "x", &x, err)) < 0)
		return r;
	return public_key_of_ed25519(strbuf_str(&x), ret, err);
}

int jwk_public_parse(const struct json *jwk, struct public_key **ret, struct err *err)
{
	struct str kty = json_get_str(jwk, "kty");

	if (str_is(kty, "EC"))
		return parse_ec(jwk, ret, err);
	if (str_is(kty, "RSA"))
		return parse_rsa(jwk, ret, err);
	if (str_is(kty, "OKP"))
		return parse_okp(jwk, ret, err);
	return err_set(err, ERR_UNSUPPORTED,
		       "\"kty\": no type \"%.*s\"; EC, RSA, OKP and oct are taken", STR_FMT(kty));
}

static int decode_secret(const struct json *jwk, const char *name, struct secret *ret,
			 struct err *err)
{
	CLEANUP(wipe) struct strbuf bytes = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	int r = decode(jwk, name, &bytes, err);

	if (r < 0)
		return r;
	if (bytes.n == 0)
		return err_set(err, ERR_DENIED, "\"%s\" is empty", name);
	return secret_set(ret, strbuf_str(&bytes)) ? 0 : err_nomem(err);
}

static int parse_private(const struct json *jwk, struct jwk *key, struct err *err)
{
	int r = 0;

	for (size_t k = 0; k < JWK_N_PRIVATE && r == 0; k++)
		if (json_get(jwk, private_names[k]))
			r = decode_secret(jwk, private_names[k], &key->private[k], err);
	return r;
}

static int parse_use(const struct json *jwk, struct jwk *key, struct err *err)
{
	const struct json *use = json_get(jwk, "use");

	if (!use)
		return 0;
	if (str_is(json_str(use), "sig"))
		key->use = JWK_USE_SIGN;
	else if (str_is(json_str(use), "enc"))
		key->use = JWK_USE_ENCRYPT;
	else
		return err_set(err, ERR_UNSUPPORTED, "\"use\" is neither \"sig\" nor \"enc\"");
	return 0;
}

static bool has_operation(const struct json *ops, const char *a, const char *b, const char *c)
{
	for (size_t i = 0; i < json_len(ops); i++) {
		struct str op = json_str(json_at(ops, i));

		if (str_is(op, a) || str_is(op, b) || str_is(op, c))
			return true;
	}
	return false;
}

static int parse_operations(const struct json *jwk, struct jwk *key, struct err *err)
{
	const struct json *ops = json_get(jwk, "key_ops");

	if (ops && json_kind_of(ops) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "\"key_ops\" is not a list");
	key->may_verify = key->use != JWK_USE_ENCRYPT &&
			  (!ops || has_operation(ops, "verify", "verify", "verify"));
	key->may_decrypt = key->use != JWK_USE_SIGN &&
			   (!ops || has_operation(ops, "decrypt", "unwrapKey", "deriveKey") ||
			    has_operation(ops, "deriveBits", "deriveBits", "deriveBits"));
	return 0;
}

/* Optional members that must be text where they are. */
static int parse_names(const struct json *jwk, struct jwk *key, struct err *err)
{
	static const char *const names[] = {"kid", "alg"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		enum json_kind kind = json_kind_of(json_get(jwk, names[i]));

		if (kind != JSON_KIND_ABSENT && kind != JSON_KIND_TEXT)
			return err_set(err, ERR_FORMAT, "\"%s\" is no text", names[i]);
	}
	key->kid = json_get_str(jwk, "kid");
	key->alg = json_get_str(jwk, "alg");
	return 0;
}

/* A label of a curve on a key of another is refused at once: one of both is wrong. */
static int check_label(const struct jwk *key, struct err *err)
{
	if (!key->key || !str_has_prefix(key->alg, STR("ES")))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(curves); i++)
		if (curves[i].type == public_key_type(key->key))
			return str_is(key->alg, curves[i].algorithm) ||
					       (curves[i].older_name &&
						str_is(key->alg, curves[i].older_name))
				       ? 0
				       : err_set(err, ERR_DENIED, "\"alg\" %.*s with an %s key",
						 STR_FMT(key->alg), public_key_name(key->key));
	return err_set(err, ERR_DENIED, "\"alg\" %.*s with an %s key", STR_FMT(key->alg),
		       public_key_name(key->key));
}

static int parse_key(const struct json *jwk, struct jwk *key, struct err *err)
{
	int r;

	if (json_kind_of(jwk) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "not an object");
	if ((r = parse_names(jwk, key, err)) < 0 || (r = parse_use(jwk, key, err)) < 0 ||
	    (r = parse_operations(jwk, key, err)) < 0)
		return r;
	if (str_is(json_get_str(jwk, "kty"), "oct"))
		return decode_secret(jwk, "k", &key->shared, err);
	if ((r = jwk_public_parse(jwk, &key->key, err)) < 0 ||
	    (r = parse_private(jwk, key, err)) < 0)
		return r;
	return check_label(key, err);
}

static bool is_known_type(const struct json *jwk)
{
	struct str kty = json_get_str(jwk, "kty");

	return str_is(kty, "oct") || str_is(kty, "EC") || str_is(kty, "RSA") || str_is(kty, "OKP");
}

static int check_kids(const struct jwk_set *set, struct err *err)
{
	for (size_t i = 0; i < set->n; i++)
		for (size_t k = 0; k < i; k++)
			if (set->keys[i].kid.n && str_eq(set->keys[i].kid, set->keys[k].kid))
				return err_set(err, ERR_DENIED, "two keys with the \"kid\" %.*s",
					       STR_FMT(set->keys[i].kid));
	for (size_t i = 1; i < set->n; i++)
		if (!set->keys[i].key != !set->keys[0].key)
			return err_set(err, ERR_DENIED,
				       "shared secrets and public keys in one set");
	return 0;
}

static int parse_list(const struct json *list, struct jwk_set *set, struct err *err)
{
	size_t n = json_len(list);
	int r;

	if (n > JWK_KEYS_MAX)
		return err_set(err, ERR_LIMIT, "%zu keys; at most %d are taken", n, JWK_KEYS_MAX);
	set->keys = calloc(n ? n : 1, sizeof *set->keys);
	if (!set->keys)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		const struct json *jwk = json_at(list, i);

		if (json_kind_of(jwk) == JSON_KIND_MAP && !is_known_type(jwk) &&
		    json_get_str(jwk, "kty").n) {
			set->n_unknown++;
			continue;
		}
		r = parse_key(jwk, &set->keys[set->n++], err);
		if (r < 0)
			return err_wrap(err, r, "key %zu", i);
	}
	return check_kids(set, err);
}

static int parse_one(const struct json *jwk, struct jwk_set *set, struct err *err)
{
	set->keys = calloc(1, sizeof *set->keys);
	if (!set->keys)
		return err_nomem(err);
	set->n = 1;
	return parse_key(jwk, &set->keys[0], err);
}

int jwk_set_parse(struct str bytes, struct jwk_set *ret, struct err *err)
{
	CLEANUP(jwk_set_done) struct jwk_set set = {0};
	const struct json *list;
	int r;

	if (bytes.n > JWK_SET_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "JSON Web Key: %zu bytes; at most %d are taken",
			       bytes.n, JWK_SET_BYTES_MAX);
	r = json_parse(bytes, &set.doc, err);
	if (r < 0)
		return err_wrap(err, r, "JSON Web Key");
	list = json_get(set.doc, "keys");
	if (list && json_kind_of(list) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "JSON Web Key: \"keys\" is not a list");
	r = list ? parse_list(list, &set, err) : parse_one(set.doc, &set, err);
	if (r < 0)
		return err_wrap(err, r, "JSON Web Key");
	*ret = set;
	set = (struct jwk_set){0};
	return 0;
}

const struct jwk *jwk_set_find(const struct jwk_set *set, struct str kid)
{
	if (!kid.n)
		return set->n == 1 ? &set->keys[0] : NULL;
	for (size_t i = 0; i < set->n; i++)
		if (str_eq(set->keys[i].kid, kid))
			return &set->keys[i];
	return NULL;
}
