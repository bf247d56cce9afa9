/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/keyring.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "crypto/certificate.h"
#include "crypto/secret_key_docker.h"

#define ROOT_SECONDS (10LL * 365 * 86400)

struct open_key {
	struct str id;
	struct secret_key *key;
};

#define OPEN_MAX 256

void dct_keyring_done(struct dct_keyring *ring)
{
	for (size_t i = 0; i < ring->open.n; i++)
		secret_key_free(((struct open_key *)vec_at(&ring->open, i))->key);
	vec_done(&ring->open);
}

/* --- public keys --- */

static int make_key(const char *type, struct str public, struct arena *a, struct dct_key *ret,
		    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * CERTIFICATE_BYTES_MAX);
	int r = base64_encode(public, BASE64_STANDARD, &text, err);

	if (r < 0)
		return r;
	*ret = (struct dct_key){.type = str_of(type), .public = arena_str(a, strbuf_str(&text))};
	return dct_key_name(ret, a, err);
}

int dct_key_of(const struct public_key *key, struct arena *a, struct dct_key *ret, struct err *err)
{
	struct str der = public_key_der(key);

	if (public_key_type(key) == KEY_ED25519)
		return make_key("ed25519", str_skip(der, der.n - 32), a, ret, err);
	return make_key(public_key_type(key) == KEY_RSA ? "rsa" : "ecdsa", der, a, ret, err);
}

int dct_key_of_pem(struct str pem, struct arena *a, struct dct_key *ret, struct err *err)
{
	CLEANUP(certificate_list_done) struct certificate_list list = {0};
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * CERTIFICATE_BYTES_MAX);
	enum key_type type;
	int r = certificate_list_parse(pem, CERTIFICATE_CHAIN_MAX, &list, err);

	if (r == 0 && list.n == 0)
		r = err_set(err, ERR_FORMAT, "there is no certificate in it");
	for (size_t i = 0; i < list.n && r == 0; i++)
		r = certificate_format(list.p[i], &text, err);
	if (r < 0)
		return r;
	type = public_key_type(certificate_key(list.p[0]));
	if (type == KEY_ED25519)
		return err_set(err, ERR_UNSUPPORTED,
			       "Docker Content Trust knows no certificates of Ed25519 keys");
	return make_key(type == KEY_RSA ? "rsa-x509" : "ecdsa-x509", strbuf_str(&text), a, ret,
			err);
}

int dct_key_plain(const struct dct_key *key, struct arena *a, struct dct_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(LIMIT_TRUST_KEY_BYTES);
	CLEANUP(certificate_list_done) struct certificate_list list = {0};
	int r;

	if (!str_has_suffix(key->type, STR("-x509"))) {
		*ret = *key;
		return 0;
	}
	r = base64_decode(key->public, BASE64_STANDARD, &pem, err);
	if (r == 0)
		r = certificate_list_parse(strbuf_str(&pem), CERTIFICATE_CHAIN_MAX, &list, err);
	if (r == 0 && list.n == 0)
		r = err_set(err, ERR_FORMAT, "a key that should be a certificate is none");
	return r < 0 ? r : dct_key_of(certificate_key(list.p[0]), a, ret, err);
}

/* --- opening --- */

static const struct secret_key *find_open(const struct dct_keyring *ring, struct str id)
{
	for (size_t i = 0; i < ring->open.n; i++) {
		const struct open_key *o = vec_at(&ring->open, i);

		if (str_eq(o->id, id))
			return o->key;
	}
	return NULL;
}

/* Takes the key over. */
static int keep_open(struct dct_keyring *ring, struct str id, struct secret_key *key,
		     struct err *err)
{
	struct open_key *o;

	if (!ring->open.elem_size)
		ring->open = (struct vec)VEC_INIT(struct open_key, OPEN_MAX);
	o = vec_push(&ring->open);
	if (!o) {
		secret_key_free(key);
		return err_nomem(err);
	}
	*o = (struct open_key){id, key};
	return 0;
}

struct question {
	struct dct_keyring *ring;
	struct str role, id;
	bool is_new;
};

static int ask(void *ctx, const char *what, struct secret *ret, struct err *err)
{
	const struct question *q = ctx;
	char text[160];

	if (!q->ring->ask)
		return err_set(err, ERR_DENIED, "there is nobody to ask for the passphrase");
	(void)snprintf(text, sizeof text, "%spassphrase of the %.*s key %.*s",
		       q->is_new ? "new " : "", STR_FMT(str_sub(q->role, 0, 80)),
		       STR_FMT(str_sub(q->id, 0, 12)));
	return q->ring->ask(q->ring->ctx, q->role, text, q->is_new, ret, err);
}

/* NULL: none of that id. */
static int find_entry(struct dct_keyring *ring, struct str id, struct trust_key_entry *ret,
		      bool *ret_found, struct err *err)
{
	struct trust_key_list list;
	int r = trust_dir_keys(&ring->dir, ring->arena, &list, err);

	*ret_found = false;
	for (size_t i = 0; i < list.n && r == 0 && !*ret_found; i++)
		if (str_eq(list.p[i].id, id)) {
			*ret = list.p[i];
			*ret_found = true;
		}
	return r;
}

static int open_entry(struct dct_keyring *ring, const struct trust_key_entry *entry,
		      struct secret_key **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(LIMIT_TRUST_KEY_BYTES);
	struct question q = {.ring = ring, .role = entry->role, .id = entry->id};
	const struct secret_ask how = {ask, &q};
	struct secret_key_docker about = {0};
	int r = trust_dir_key(&ring->dir, entry, &pem, err);

	if (r == 0)
		r = secret_key_docker_look(strbuf_str(&pem), &about, err);
	if (r == 0 && about.role.n)
		q.role = about.role;
	if (r == 0)
		r = secret_key_docker_parse(strbuf_str(&pem), &how, ret, err);
	if (pem.p)
		explicit_bzero(pem.p, pem.n);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(entry->path)) : 0;
}

static int check_half(struct dct_keyring *ring, const struct secret_key *key, struct str id,
		      const struct trust_key_entry *entry, struct err *err)
{
	struct dct_key public;
	int r = dct_key_of(secret_key_public(key), ring->arena, &public, err);

	if (r < 0 || str_eq(public.id, id))
		return r;
	return err_set(err, ERR_FORMAT, "%.*s: it holds another key than its name says",
		       STR_FMT(entry->path));
}

int dct_keyring_find(struct dct_keyring *ring, const struct dct_key *public,
		     const struct secret_key **ret, struct err *err)
{
	struct secret_key *key = NULL;
	struct trust_key_entry entry;
	struct dct_key plain;
	bool found;
	int r = dct_key_plain(public, ring->arena, &plain, err);

	*ret = NULL;
	if (r < 0)
		return r;
	*ret = find_open(ring, plain.id);
	if (*ret)
		return 0;
	r = find_entry(ring, plain.id, &entry, &found, err);
	if (r < 0 || !found)
		return r;
	r = open_entry(ring, &entry, &key, err);
	if (r == 0)
		r = check_half(ring, key, plain.id, &entry, err);
	if (r < 0) {
		secret_key_free(key);
		return r;
	}
	r = keep_open(ring, plain.id, key, err);
	if (r == 0)
		*ret = key;
	return r;
}

int dct_keyring_has(struct dct_keyring *ring, const struct dct_key *public, bool *ret,
		    struct err *err)
{
	struct trust_key_entry entry;
	struct dct_key plain;
	int r = dct_key_plain(public, ring->arena, &plain, err);

	return r < 0 ? r : find_entry(ring, plain.id, &entry, ret, err);
}

/* --- new ones --- */

static int write_key(struct dct_keyring *ring, const struct secret_key *key, struct str role,
		     struct str gun, struct str id, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(LIMIT_TRUST_KEY_BYTES);
	CLEANUP(secret_done) struct secret passphrase = {0};
	struct question q = {.ring = ring, .role = role, .id = id, .is_new = true};
	int r = ask(&q, NULL, &passphrase, err);

	if (r == 0 && passphrase.n == 0)
		r = err_set(err, ERR_USAGE, "a key of Docker Content Trust needs a passphrase");
	if (r == 0)
		r = secret_key_docker_format(key, &passphrase, role, gun, &pem, err);
	return r < 0 ? r : trust_dir_put_key(&ring->dir, id, strbuf_str(&pem), err);
}

static int keep_new(struct dct_keyring *ring, struct secret_key *key, struct str role,
		    struct str gun, struct dct_key *ret, struct err *err)
{
	struct dct_key public;
	int r = dct_key_of(secret_key_public(key), ring->arena, &public, err);

	if (r == 0)
		r = write_key(ring, key, role, gun, public.id, err);
	if (r < 0) {
		secret_key_free(key);
		return r;
	}
	r = keep_open(ring, public.id, key, err);
	if (r == 0)
		*ret = public;
	return r;
}

int dct_keyring_make(struct dct_keyring *ring, const char *role, struct str gun,
		     struct dct_key *ret, struct err *err)
{
	struct secret_key *key = NULL;
	int r = secret_key_generate(KEY_EC_P256, 0, &key, err);

	return r < 0 ? r : keep_new(ring, key, str_of(role), gun, ret, err);
}

int dct_keyring_keep(struct dct_keyring *ring, struct secret_key *key, struct str role,
		     struct dct_key *ret, struct err *err)
{
	return keep_new(ring, key, role, STR_NULL, ret, err);
}

/* The role of notary 0.1 stands in the name, that of later ones in the file. */
static int role_of(struct dct_keyring *ring, const struct trust_key_entry *entry, struct str *ret,
		   struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(LIMIT_TRUST_KEY_BYTES);
	struct secret_key_docker about = {0};
	int r = trust_dir_key(&ring->dir, entry, &pem, err);

	if (r == 0 && secret_key_docker_look(strbuf_str(&pem), &about, NULL) == 0 && about.role.n)
		*ret = arena_str(ring->arena, about.role);
	else
		*ret = entry->role;
	return r;
}

int dct_keyring_root(struct dct_keyring *ring, struct dct_key *ret, bool *ret_found,
		     struct err *err)
{
	struct trust_key_list list;
	int r = trust_dir_keys(&ring->dir, ring->arena, &list, err);

	*ret_found = false;
	for (size_t i = 0; i < list.n && r == 0; i++) {
		struct secret_key *key = NULL;
		struct str role;

		r = role_of(ring, &list.p[i], &role, err);
		if (r < 0 || !str_is(role, "root"))
			continue;
		r = open_entry(ring, &list.p[i], &key, err);
		if (r == 0)
			r = dct_key_of(secret_key_public(key), ring->arena, ret, err);
		if (r < 0) {
			secret_key_free(key);
			return r;
		}
		*ret_found = true;
		return keep_open(ring, ret->id, key, err);
	}
	return r;
}

int dct_keyring_certify(struct dct_keyring *ring, const struct dct_key *plain, struct str gun,
			int64_t now, struct dct_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(CERTIFICATE_BYTES_MAX);
	const struct secret_key *key;
	int r = dct_keyring_find(ring, plain, &key, err);

	if (r == 0 && !key)
		r = err_set(err, ERR_NOT_FOUND, "the root key %.*s is not in %s/private",
			    STR_FMT(str_sub(plain->id, 0, 12)), ring->dir.path);
	if (r == 0)
		r = secret_key_certify(key, gun, now, now + ROOT_SECONDS, &pem, err);
	return r < 0 ? r : dct_key_of_pem(strbuf_str(&pem), ring->arena, ret, err);
}
