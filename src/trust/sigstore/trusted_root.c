/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/trusted_root.h"

#include "base/cleanup.h"
#include "trust/sigstore/json_field.h"

#define ARENA_BYTES 67108864

static const struct key_details details[] = {
	{"PKIX_ECDSA_P256_SHA_256", SIGNATURE_ECDSA_SHA256, KEY_EC_P256, 0},
	{"PKIX_ECDSA_P256_HMAC_SHA_256", SIGNATURE_ECDSA_SHA256, KEY_EC_P256, 0},
	{"PKIX_ECDSA_P384_SHA_384", SIGNATURE_ECDSA_SHA384, KEY_EC_P384, 0},
	{"PKIX_ECDSA_P521_SHA_512", SIGNATURE_ECDSA_SHA512, KEY_EC_P521, 0},
	{"PKIX_ECDSA_P384_SHA_256", SIGNATURE_ECDSA_SHA256, KEY_EC_P384, 0},
	{"PKIX_ECDSA_P521_SHA_256", SIGNATURE_ECDSA_SHA256, KEY_EC_P521, 0},
	{"PKIX_ED25519", SIGNATURE_ED25519, KEY_ED25519, 0},
	{"PKIX_RSA_PKCS1V15_2048_SHA256", SIGNATURE_RSA_PKCS1_SHA256, KEY_RSA, 2048},
	{"PKIX_RSA_PKCS1V15_3072_SHA256", SIGNATURE_RSA_PKCS1_SHA256, KEY_RSA, 3072},
	{"PKIX_RSA_PKCS1V15_4096_SHA256", SIGNATURE_RSA_PKCS1_SHA256, KEY_RSA, 4096},
	{"PKIX_RSA_PKCS1V5", SIGNATURE_RSA_PKCS1_SHA256, KEY_RSA, 0},
	{"PKCS1_RSA_PKCS1V5", SIGNATURE_RSA_PKCS1_SHA256, KEY_RSA, 0},
	{"PKIX_RSA_PSS_2048_SHA256", SIGNATURE_RSA_PSS_SHA256, KEY_RSA, 2048},
	{"PKIX_RSA_PSS_3072_SHA256", SIGNATURE_RSA_PSS_SHA256, KEY_RSA, 3072},
	{"PKIX_RSA_PSS_4096_SHA256", SIGNATURE_RSA_PSS_SHA256, KEY_RSA, 4096},
	{"PKIX_RSA_PSS", SIGNATURE_RSA_PSS_SHA256, KEY_RSA, 0},
	{"PKCS1_RSA_PSS", SIGNATURE_RSA_PSS_SHA256, KEY_RSA, 0},
};

const struct key_details *key_details_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(details); i++)
		if (str_is(name, details[i].name))
			return &details[i];
	return NULL;
}

bool key_details_fit(const struct key_details *d, const struct public_key *key)
{
	return public_key_type(key) == d->type && (d->bits == 0 || public_key_bits(key) == d->bits);
}

void trusted_root_free(struct trusted_root *root)
{
	if (!root)
		return;
	for (size_t i = 0; i < root->n_cas; i++)
		certificate_list_done(&root->cas[i].chain);
	for (size_t i = 0; i < root->n_tsas; i++) {
		certificate_list_done(&root->tsas[i].chain);
		timestamp_trust_free(root->tsas[i].timestamps);
	}
	for (size_t i = 0; i < root->n_keys; i++)
		public_key_free(root->keys[i]);
	if (root->arena)
		arena_done(root->arena);
	free(root->arena);
	free(root);
}

void trusted_root_freep(struct trusted_root **root)
{
	trusted_root_free(*root);
	*root = NULL;
}

static int take_span(const struct json *map, bool needed, int64_t *from, int64_t *until,
		     struct err *err)
{
	static const char *const names[] = {"start", "end", NULL};
	const struct json *span;
	int r = json_field_map(map, "validFor", needed, &span, err);

	*from = INT64_MIN;
	*until = INT64_MAX;
	if (r < 0 || !span)
		return r;
	if ((r = json_field_only(span, names, "\"validFor\"", err)) < 0)
		return r;
	/* Without a start it might mean "always", which nobody wants to say by leaving it out. */
	if (!json_field(span, "start"))
		return err_set(err, ERR_FORMAT, "\"validFor\" has no \"start\"");
	if ((r = json_field_time(span, "start", INT64_MIN, from, err)) < 0)
		return r;
	return json_field_time(span, "end", INT64_MAX, until, err);
}

static int hash_first(struct str bytes, unsigned char ret[4], struct err *err)
{
	struct digest_value d;
	int r = digest_of(bytes, &d, err);

	if (r == 0)
		memcpy(ret, d.bytes, 4);
	return r;
}

/* C2SP signed-note: SHA-256(name, line end, kind of the signature, key). */
static int named_hint(struct str name, const struct public_key *key, unsigned char ret[4],
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * PUBLIC_KEY_BYTES_MAX);
	struct str der = public_key_der(key);

	strbuf_add(&sb, name);
	strbuf_addc(&sb, '\n');
	switch (public_key_type(key)) {
	case KEY_ED25519: /* the raw key is the end of its DER */
		strbuf_addc(&sb, 1);
		strbuf_add(&sb, str_skip(der, der.n - 32));
		break;
	case KEY_RSA:
		strbuf_adds(&sb, "\xffPKIX-RSA-PKCS#1v1.5");
		strbuf_add(&sb, der);
		break;
	case KEY_EC_P256:
	case KEY_EC_P384:
	case KEY_EC_P521:
		strbuf_reset(&sb); /* by the key alone */
		strbuf_add(&sb, der);
		break;
	}
	return strbuf_check(&sb, err) < 0 ? -ERR_NOMEM : hash_first(strbuf_str(&sb), ret, err);
}

/* "https://log.example.com:443/x" is called "log.example.com"; an address may lack its scheme. */
static struct str host_of(struct str url)
{
	size_t scheme = str_find(url, STR("://"));

	if (scheme < url.n)
		url = str_skip(url, scheme + 3);
	url = str_sub(url, 0, str_find_char(url, '/'));
	return str_sub(url, 0, str_find_char(url, ':'));
}

/* *ret stays NULL for a kind of key that is not known here. */
static int take_key(struct trusted_root *root, const struct json *instance, struct trusted_log *log,
		    struct err *err)
{
	const struct json *map = json_field(instance, "publicKey");
	struct public_key *key = NULL;
	const struct key_details *known;
	struct str raw, name;
	int r;

	if ((r = json_field_map(instance, "publicKey", true, &map, err)) < 0 ||
	    (r = json_field_text(map, "keyDetails", true, &name, err)) < 0 ||
	    (r = take_span(map, true, &log->from, &log->until, err)) < 0 ||
	    (r = json_field_bytes(map, "rawBytes", 1, PUBLIC_KEY_BYTES_MAX, root->arena, &raw,
				  err)) < 0)
		return r;
	known = key_details_find(name);
	if (!known)
		return 0;
	r = public_key_parse(raw, &key, err);
	if (r < 0)
		return r == -ERR_UNSUPPORTED ? 0 : r;
	root->keys[root->n_keys++] = key;
	if (!key_details_fit(known, key))
		return err_set(err, ERR_FORMAT, "\"keyDetails\" %.*s is not of an %s key",
			       STR_FMT(name), public_key_name(key));
	log->scheme = known->scheme;
	log->key = key;
	return 0;
}

static int check_hash_algorithm(const struct json *instance, struct err *err)
{
	struct str name;
	int r = json_field_text(instance, "hashAlgorithm", true, &name, err);

	if (r < 0 || str_is(name, "SHA2_256"))
		return r;
	return err_set(err, ERR_FORMAT, "\"hashAlgorithm\" %.*s is not known",
		       STR_FMT(str_sub(name, 0, 40)));
}

static int take_log(struct trusted_root *root, const struct json *instance, struct trusted_log *log,
		    struct err *err)
{
	const struct json *id;
	struct str url;
	int r;

	if ((r = check_hash_algorithm(instance, err)) < 0 ||
	    (r = json_field_text(instance, "baseUrl", false, &url, err)) < 0 ||
	    (r = json_field_map(instance, "logId", true, &id, err)) < 0 ||
	    (r = json_field_bytes(id, "keyId", 4, 64, root->arena, &log->id, err)) < 0 ||
	    (r = take_key(root, instance, log, err)) < 0 || !log->key)
		return r;
	log->base_url = arena_str(root->arena, url);
	log->name = host_of(log->base_url);
	if ((r = arena_check(root->arena, err)) < 0 ||
	    (r = hash_first(public_key_der(log->key), log->hint, err)) < 0)
		return r;
	return named_hint(log->name, log->key, log->named_hint, err);
}

typedef int take_fn(struct trusted_root *root, const struct json *instance, void *ret,
		    struct err *err);

/* 1: it stays; 0: passed over. */
static int take_rekor(struct trusted_root *root, const struct json *instance, void *ret,
		      struct err *err)
{
	struct trusted_log *log = ret;
	int r = take_log(root, instance, log, err);

	return r < 0 ? r : log->key != NULL;
}

static int take_ct_log(struct trusted_root *root, const struct json *instance, void *ret,
		       struct err *err)
{
	struct certificate_log *ct = ret;
	struct trusted_log log = {0};
	int r = take_log(root, instance, &log, err);

	if (r < 0 || !log.key)
		return r;
	if (log.id.n != sizeof ct->id)
		return err_set(err, ERR_FORMAT, "\"keyId\" has %zu bytes instead of 32", log.id.n);
	memcpy(ct->id, log.id.p, sizeof ct->id);
	ct->key = log.key;
	ct->from = log.from;
	ct->until = log.until;
	return 1;
}

static int take_chain(const struct json *instance, struct arena *arena,
		      struct certificate_list *chain, struct err *err)
{
	const struct json *map, *list;
	struct str der;
	int r;

	if ((r = json_field_map(instance, "certChain", true, &map, err)) < 0 ||
	    (r = json_field_list(map, "certificates", CERTIFICATE_CHAIN_MAX, &list, err)) < 0)
		return r;
	if (json_len(list) == 0)
		return err_set(err, ERR_FORMAT, "\"certificates\" is empty");
	for (size_t i = 0; i < json_len(list); i++) {
		r = json_field_bytes(json_at(list, i), "rawBytes", 1, CERTIFICATE_BYTES_MAX, arena,
				     &der, err);
		if (r == 0)
			r = certificate_list_add(chain, der, err);
		if (r < 0)
			return err_wrap(err, r, "certificate %zu", i + 1);
	}
	return 0;
}

static int take_ca(struct trusted_root *root, const struct json *instance, void *ret,
		   struct err *err)
{
	struct trusted_ca *ca = ret;
	struct str uri;
	int r;

	if ((r = json_field_text(instance, "uri", false, &uri, err)) < 0 ||
	    (r = take_span(instance, false, &ca->from, &ca->until, err)) < 0)
		return r;
	ca->uri = arena_str(root->arena, uri);
	r = take_chain(instance, root->arena, &ca->chain, err);
	if (r < 0) /* nothing else knows of it yet */
		certificate_list_done(&ca->chain);
	if (r == -ERR_UNSUPPORTED)
		return 0;
	return r < 0 ? r : 1;
}

static int take_tsa(struct trusted_root *root, const struct json *instance, void *ret,
		    struct err *err)
{
	struct trusted_ca *tsa = ret;
	struct str ders[CERTIFICATE_CHAIN_MAX];
	size_t n;
	int r = take_ca(root, instance, tsa, err);

	if (r <= 0)
		return r;
	n = tsa->chain.n;
	for (size_t i = 0; i < n; i++)
		ders[i] = certificate_der(tsa->chain.p[i]);
	r = timestamp_trust_new((struct str_list){ders + n - 1, 1}, (struct str_list){ders, n - 1},
				&tsa->timestamps, err);
	if (r < 0)
		certificate_list_done(&tsa->chain);
	return r < 0 ? r : 1;
}

static int take_all(struct trusted_root *root, const struct json *doc, const char *name,
		    take_fn *take, size_t size, void **ret, size_t *ret_n, struct err *err)
{
	const struct json *list;
	int r = json_field_list(doc, name, TRUSTED_ROOT_MEMBERS_MAX, &list, err);

	if (r < 0)
		return r;
	*ret = arena_array(root->arena, json_len(list) + 1, size);
	if (!*ret)
		return err_nomem(err);
	for (size_t i = 0; i < json_len(list); i++) {
		r = take(root, json_at(list, i), (char *)*ret + *ret_n * size, err);
		if (r < 0)
			return err_wrap(err, r, "%s, entry %zu", name, i + 1);
		*ret_n += r > 0;
		root->n_skipped += r == 0;
	}
	return 0;
}

static int check_media_type(const struct json *doc, struct err *err)
{
	static const char *const known[] = {
		"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"application/vnd.dev.sigstore.trustedroot.v0.1+json",
		"application/vnd.dev.sigstore.trustedroot+json;version=0.2",
		"application/vnd.dev.sigstore.trustedroot.v0.2+json",
	};
	struct str type = json_get_str(doc, "mediaType");

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(type, known[i]))
			return 0;
	return err_set(err, ERR_FORMAT, "no trusted root: its media type is \"%.*s\"",
		       STR_FMT(str_sub(type, 0, 100)));
}

static int take(struct trusted_root *root, const struct json *doc, struct err *err)
{
	size_t n_keys = json_len(json_get(doc, "tlogs")) + json_len(json_get(doc, "ctlogs"));
	int r = check_media_type(doc, err);

	if (r < 0)
		return r;
	root->keys = arena_array(root->arena, n_keys + 1, sizeof(struct public_key *));
	if (!root->keys)
		return err_nomem(err);
	if ((r = take_all(root, doc, "tlogs", take_rekor, sizeof *root->logs, (void **)&root->logs,
			  &root->n_logs, err)) < 0 ||
	    (r = take_all(root, doc, "ctlogs", take_ct_log, sizeof *root->ct_logs,
			  (void **)&root->ct_logs, &root->n_ct_logs, err)) < 0 ||
	    (r = take_all(root, doc, "certificateAuthorities", take_ca, sizeof *root->cas,
			  (void **)&root->cas, &root->n_cas, err)) < 0)
		return r;
	return take_all(root, doc, "timestampAuthorities", take_tsa, sizeof *root->tsas,
			(void **)&root->tsas, &root->n_tsas, err);
}

int trusted_root_parse(struct str bytes, struct trusted_root **ret, struct err *err)
{
	CLEANUP(trusted_root_freep) struct trusted_root *root = calloc(1, sizeof *root);
	CLEANUP(json_freep) struct json *doc = NULL;
	int r;

	if (!root || !(root->arena = calloc(1, sizeof *root->arena)))
		return err_nomem(err);
	arena_init(root->arena, ARENA_BYTES);
	if (bytes.n > TRUSTED_ROOT_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "a trusted root of %zu bytes; %d are taken", bytes.n,
			       TRUSTED_ROOT_BYTES_MAX);
	r = json_parse(bytes, &doc, err);
	if (r == 0)
		r = take(root, doc, err);
	if (r < 0)
		return err_wrap(err, r, "trusted root");
	*ret = TAKE(root);
	return 0;
}
