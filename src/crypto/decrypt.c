/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/decrypt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define TEXT_MAX ((size_t)64 * 1024 * 1024)

static void cipher_freep(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c);
}

static void pkey_freep(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static void pkey_ctx_freep(EVP_PKEY_CTX **c)
{
	EVP_PKEY_CTX_free(*c);
}

static void bn_freep(BIGNUM **b)
{
	BN_clear_free(*b);
}

static void build_freep(OSSL_PARAM_BLD **b)
{
	OSSL_PARAM_BLD_free(*b);
}

static void params_freep(OSSL_PARAM **p)
{
	OSSL_PARAM_free(*p);
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)(s.p ? s.p : "");
}

static int closed(struct err *err)
{
	ERR_clear_error();
	return err_set(err, ERR_DENIED, "it does not open");
}

static int room(struct secret *s, size_t n, struct err *err)
{
	secret_done(s);
	s->p = calloc(1, n + 1);
	s->n = n;
	return s->p ? 0 : err_nomem(err);
}

static const EVP_CIPHER *cipher(const char *mode, size_t key_bytes)
{
	char name[32];

	if (key_bytes != 16 && key_bytes != 24 && key_bytes != 32)
		return NULL;
	snprintf(name, sizeof name, "%s%zu%s", *mode == 'w' ? "id-aes" : "AES-", key_bytes * 8,
		 *mode == 'w' ? "-wrap" : mode);
	return EVP_get_cipherbyname(name);
}

/* Into secret bytes that have room for it; the length of what came out, or -1. */
static int run_cipher(EVP_CIPHER_CTX *c, struct str text, struct secret *out)
{
	int n = 0, rest = 0;

	if (EVP_DecryptUpdate(c, (unsigned char *)out->p, &n, bytes_of(text), (int)text.n) != 1 ||
	    EVP_DecryptFinal_ex(c, (unsigned char *)out->p + n, &rest) != 1)
		return -1;
	return n + rest;
}

int decrypt_gcm(struct str key, struct str iv, struct str associated, struct str text,
		struct str tag, struct secret *ret, struct err *err)
{
	CLEANUP(cipher_freep) EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	CLEANUP(secret_done) struct secret out = {0};
	const EVP_CIPHER *aes = cipher("-GCM", key.n);
	int n, r;

	if (!aes || iv.n != 12 || tag.n != 16 || text.n > TEXT_MAX || associated.n > TEXT_MAX)
		return closed(err);
	if (!c)
		return err_nomem(err);
	if ((r = room(&out, text.n + 16, err)) < 0)
		return r;
	if (EVP_DecryptInit_ex(c, aes, NULL, bytes_of(key), bytes_of(iv)) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, (void *)bytes_of(tag)) != 1 ||
	    EVP_DecryptUpdate(c, NULL, &n, bytes_of(associated), (int)associated.n) != 1 ||
	    (n = run_cipher(c, text, &out)) < 0)
		return closed(err);
	out.n = (size_t)n;
	secret_done(ret);
	*ret = out;
	out = (struct secret){0};
	return 0;
}

static int decrypt_plain(const EVP_CIPHER *aes, struct str key, const unsigned char *iv,
			 struct str text, struct secret *ret, struct err *err)
{
	CLEANUP(cipher_freep) EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	CLEANUP(secret_done) struct secret out = {0};
	int n, r;

	if (!c)
		return err_nomem(err);
	if ((r = room(&out, text.n + 32, err)) < 0)
		return r;
	EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (EVP_DecryptInit_ex(c, aes, NULL, bytes_of(key), iv) != 1 ||
	    (n = run_cipher(c, text, &out)) < 0)
		return closed(err);
	out.n = (size_t)n;
	secret_done(ret);
	*ret = out;
	out = (struct secret){0};
	return 0;
}

int decrypt_cbc(struct str key, struct str iv, struct str text, struct secret *ret, struct err *err)
{
	const EVP_CIPHER *aes = cipher("-CBC", key.n);

	if (!aes || iv.n != 16 || text.n == 0 || text.n % 16 || text.n > TEXT_MAX)
		return closed(err);
	return decrypt_plain(aes, key, bytes_of(iv), text, ret, err);
}

int decrypt_key_wrap(struct str key, struct str wrapped, struct secret *ret, struct err *err)
{
	const EVP_CIPHER *aes = cipher("w", key.n);

	if (!aes || wrapped.n < 24 || wrapped.n % 8 || wrapped.n > 1024)
		return closed(err);
	return decrypt_plain(aes, key, NULL, wrapped, ret, err);
}

static EVP_PKEY *public_of(const struct public_key *key)
{
	struct str der = public_key_der(key);
	const unsigned char *p = bytes_of(der);

	return d2i_PUBKEY(NULL, &p, (long)der.n);
}

static EVP_PKEY *from_build(const char *type, OSSL_PARAM_BLD *build)
{
	CLEANUP(params_freep) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		return NULL;
	return key;
}

static EVP_PKEY *rsa_of(const struct public_key *key, struct str d)
{
	CLEANUP(pkey_freep) EVP_PKEY *public = public_of(key);
	CLEANUP(build_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	CLEANUP(bn_freep) BIGNUM *n = NULL;
	CLEANUP(bn_freep) BIGNUM *e = NULL;
	CLEANUP(bn_freep) BIGNUM *secret = BN_bin2bn(bytes_of(d), (int)d.n, NULL);

	if (!public || !build || !secret || d.n > PUBLIC_KEY_BYTES_MAX ||
	    EVP_PKEY_get_bn_param(public, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
	    EVP_PKEY_get_bn_param(public, OSSL_PKEY_PARAM_RSA_E, &e) != 1 ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, secret))
		return NULL;
	return from_build("RSA", build);
}

static bool set_padding(EVP_PKEY_CTX *ctx, enum decrypt_padding padding)
{
	const EVP_MD *md = padding == DECRYPT_OAEP_SHA256 ? EVP_sha256() : EVP_sha1();

	if (padding == DECRYPT_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1;
}

int decrypt_rsa(const struct public_key *key, struct str d, enum decrypt_padding padding,
		struct str text, struct secret *ret, struct err *err)
{
	CLEANUP(pkey_freep) EVP_PKEY *pkey = NULL;
	CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;
	CLEANUP(secret_done) struct secret out = {0};
	size_t n = (public_key_bits(key) + 7) / 8;
	int r;

	if (public_key_type(key) != KEY_RSA || text.n != n)
		return closed(err);
	pkey = rsa_of(key, d);
	ctx = pkey ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
	if (!ctx)
		return closed(err);
	if ((r = room(&out, n, err)) < 0)
		return r;
	if (EVP_PKEY_decrypt_init(ctx) != 1 || !set_padding(ctx, padding) ||
	    EVP_PKEY_decrypt(ctx, (unsigned char *)out.p, &n, bytes_of(text), text.n) != 1)
		return closed(err);
	out.n = n;
	secret_done(ret);
	*ret = out;
	out = (struct secret){0};
	return 0;
}

static EVP_PKEY *ec_of(const struct public_key *key, struct str d)
{
	CLEANUP(pkey_freep) EVP_PKEY *public = public_of(key);
	CLEANUP(build_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	CLEANUP(bn_freep) BIGNUM *secret = BN_bin2bn(bytes_of(d), (int)d.n, NULL);
	unsigned char point[256];
	char group[32] = "";
	size_t n = 0;

	if (!public || !build || !secret || d.n > 128 ||
	    EVP_PKEY_get_group_name(public, group, sizeof group, NULL) != 1 ||
	    EVP_PKEY_get_octet_string_param(public, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
					    &n) != 1 ||
	    !OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) ||
	    !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, n) ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, secret))
		return NULL;
	return from_build("EC", build);
}

int decrypt_agree(const struct public_key *own, struct str d, const struct public_key *peer,
		  struct secret *ret, struct err *err)
{
	CLEANUP(pkey_freep) EVP_PKEY *key = NULL;
	CLEANUP(pkey_freep) EVP_PKEY *other = NULL;
	CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;
	CLEANUP(secret_done) struct secret out = {0};
	size_t n = (public_key_bits(own) + 7) / 8;
	int r;

	if (public_key_type(own) > KEY_EC_P521 || public_key_type(own) != public_key_type(peer))
		return closed(err);
	key = ec_of(own, d);
	other = public_of(peer);
	ctx = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	if (!ctx || !other)
		return closed(err);
	if ((r = room(&out, n, err)) < 0)
		return r;
	if (EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer(ctx, other) != 1 ||
	    EVP_PKEY_derive(ctx, (unsigned char *)out.p, &n) != 1 || n != out.n)
		return closed(err);
	secret_done(ret);
	*ret = out;
	out = (struct secret){0};
	return 0;
}

int decrypt_random(size_t n, struct secret *ret, struct err *err)
{
	int r = room(ret, n, err);

	if (r < 0)
		return r;
	return RAND_priv_bytes((unsigned char *)ret->p, (int)n) == 1 ? 0 : err_nomem(err);
}
