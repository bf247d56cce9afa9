/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/cleanup.h"
#include "crypto/signature_facts.h"

static const struct curve {
	enum key_type type;
	const char *group, *name;
	unsigned bits;
	size_t field_bytes;
	enum signature_scheme scheme;
} curves[] = {
	{KEY_EC_P256, "prime256v1", "ECDSA P-256", 256, 32, SIGNATURE_ECDSA_SHA256},
	{KEY_EC_P384, "secp384r1", "ECDSA P-384", 384, 48, SIGNATURE_ECDSA_SHA384},
	{KEY_EC_P521, "secp521r1", "ECDSA P-521", 521, 66, SIGNATURE_ECDSA_SHA512},
};

struct public_key {
	EVP_PKEY *pkey;
	enum key_type type;
	unsigned bits;
	const struct curve *curve; /* NULL: of no curve with a choice */
	char name[24];
	struct str der; /* malloc'd */
};

static void ctx_freep(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

static void pkey_ctx_freep(EVP_PKEY_CTX **c)
{
	EVP_PKEY_CTX_free(*c);
}

static void bio_freep(BIO **b)
{
	(void)BIO_free(*b); /* memory only */
}

static void bn_freep(BIGNUM **b)
{
	BN_free(*b);
}

static void build_freep(OSSL_PARAM_BLD **b)
{
	OSSL_PARAM_BLD_free(*b);
}

static void params_freep(OSSL_PARAM **p)
{
	OSSL_PARAM_free(*p);
}

static void openssl_freep(unsigned char **p)
{
	OPENSSL_free(*p);
}

void public_key_free(struct public_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free((char *)key->der.p);
	free(key);
}

void public_key_freep(struct public_key **key)
{
	public_key_free(*key);
	*key = NULL;
}

/* Curves whose parameters are written out have no name, and may have a trap. */
static int learn_curve(struct public_key *key, struct err *err)
{
	char group[32] = "";

	if (EVP_PKEY_get_group_name(key->pkey, group, sizeof group, NULL) != 1)
		return err_set(err, ERR_DENIED, "a key on a curve without a name");
	for (size_t i = 0; i < ARRAY_LEN(curves); i++)
		if (strcmp(curves[i].group, group) == 0)
			key->curve = &curves[i];
	if (!key->curve)
		return err_set(err, ERR_DENIED,
			       "a key on the curve %s; only P-256, P-384 and P-521 are taken",
			       group);
	key->type = key->curve->type;
	key->bits = key->curve->bits;
	snprintf(key->name, sizeof key->name, "%s", key->curve->name);
	return 0;
}

/*
 * CVE-2017-15361 (ROCA): keys of certain chips, whose primes are powers of 65537 by all small
 * primes, so that their product is too; anybody can factor them. One key in 2^27 looks so by
 * chance.
 */
static bool is_of_weak_chip(const EVP_PKEY *pkey)
{
	static const unsigned char primes[] = {3,   5,	 7,   11,  13,	17,  19,  23,  29,  31,
					       37,  41,	 43,  47,  53,	59,  61,  67,  71,  73,
					       79,  83,	 89,  97,  101, 103, 107, 109, 113, 127,
					       131, 137, 139, 149, 151, 157, 163, 167};
	CLEANUP(bn_freep) BIGNUM *n = NULL;

	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1)
		return false;
	for (size_t i = 0; i < sizeof primes; i++) {
		unsigned rest = (unsigned)BN_mod_word(n, primes[i]), power = 1;
		bool found = false;

		do {
			found |= power == rest;
			power = power * 65537U % primes[i];
		} while (power != 1);
		if (!found)
			return false;
	}
	return true;
}

static int learn_rsa(struct public_key *key, struct err *err)
{
	key->type = KEY_RSA;
	key->bits = (unsigned)EVP_PKEY_get_bits(key->pkey);
	snprintf(key->name, sizeof key->name, "RSA %u", key->bits);
	if (key->bits < PUBLIC_KEY_RSA_BITS_MIN || key->bits > PUBLIC_KEY_RSA_BITS_MAX)
		return err_set(err, ERR_DENIED, "an RSA key of %u bits; %d to %d are taken",
			       key->bits, PUBLIC_KEY_RSA_BITS_MIN, PUBLIC_KEY_RSA_BITS_MAX);
	if (is_of_weak_chip(key->pkey))
		return err_set(err, ERR_DENIED,
			       "an RSA key of a chip that made weak ones (CVE-2017-15361)");
	return 0;
}

static int learn(struct public_key *key, struct err *err)
{
	switch (EVP_PKEY_get_base_id(key->pkey)) {
	case EVP_PKEY_EC:
		return learn_curve(key, err);
	case EVP_PKEY_RSA:
		return learn_rsa(key, err);
	case EVP_PKEY_ED25519:
		key->type = KEY_ED25519;
		key->bits = 256;
		snprintf(key->name, sizeof key->name, "Ed25519");
		return 0;
	default:
		return err_set(err, ERR_UNSUPPORTED,
			       "a key that is none of RSA, ECDSA and Ed25519");
	}
}

/* A point off its curve, an even exponent and the like. */
static int check_numbers(const struct public_key *key, struct err *err)
{
	CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);

	if (!ctx)
		return err_nomem(err);
	if (EVP_PKEY_public_check_quick(ctx) != 1)
		return err_set(err, ERR_DENIED, "the numbers of the key do not hold together");
	return 0;
}

static int keep_der(struct public_key *key, struct err *err)
{
	CLEANUP(openssl_freep) unsigned char *der = NULL;
	int n = i2d_PUBKEY(key->pkey, &der);

	if (n <= 0)
		return err_nomem(err);
	key->der = str_make(str_dup(str_make(der, (size_t)n)), (size_t)n);
	return key->der.p ? 0 : err_nomem(err);
}

/* Takes over pkey, on error too. */
static int key_of(EVP_PKEY *pkey, struct public_key **ret, struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *key = calloc(1, sizeof *key);
	int r;

	if (!key) {
		EVP_PKEY_free(pkey);
		return err_nomem(err);
	}
	key->pkey = pkey;
	if ((r = learn(key, err)) < 0 || (r = check_numbers(key, err)) < 0 ||
	    (r = keep_der(key, err)) < 0)
		return r;
	*ret = TAKE(key);
	return 0;
}

/* A public key is never encrypted. The type is OpenSSL's. */
/* NOLINTNEXTLINE(readability-non-const-parameter) */
static int no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf, (void)size, (void)rwflag, (void)ctx;
	return -1;
}

static EVP_PKEY *read_rsa(BIO *bio)
{
	EVP_PKEY *pkey = NULL;
	CLEANUP(openssl_freep) unsigned char *der = NULL;
	long n = 0;
	const unsigned char *p;

	if (PEM_bytes_read_bio(&der, &n, NULL, PEM_STRING_RSA_PUBLIC, bio, no_passphrase, NULL) !=
	    1)
		return NULL;
	p = der;
	return d2i_PublicKey(EVP_PKEY_RSA, &pkey, &p, n);
}

static EVP_PKEY *read_pem(struct str pem)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);

	if (!bio)
		return NULL;
	if (str_find(pem, STR("BEGIN RSA PUBLIC KEY")) < pem.n)
		return read_rsa(bio);
	return PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
}

static EVP_PKEY *read_der(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)der.n);

	if (!pkey) { /* PKCS #1: a sequence of two numbers, never of a sequence */
		p = (const unsigned char *)der.p;
		pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.n);
	}
	if (pkey && p != end) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	return pkey;
}

int public_key_parse(struct str bytes, struct public_key **ret, struct err *err)
{
	bool is_pem = str_find(bytes, STR("-----BEGIN ")) < bytes.n;
	EVP_PKEY *pkey;

	if (bytes.n > PUBLIC_KEY_BYTES_MAX)
		return err_set(err, ERR_FORMAT, "no public key has %zu bytes", bytes.n);
	if (is_pem && str_find(bytes, STR("PRIVATE KEY-----")) < bytes.n)
		return err_set(err, ERR_FORMAT, "a private key where a public one is wanted");
	pkey = is_pem ? read_pem(bytes) : read_der(bytes);
	ERR_clear_error();
	if (!pkey)
		return err_set(err, ERR_FORMAT, "not a public key in PEM or DER");
	return key_of(pkey, ret, err);
}

int public_key_of_ed25519(struct str raw, struct public_key **ret, struct err *err)
{
	EVP_PKEY *pkey = NULL;

	if (raw.n == 32)
		pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
						   (const unsigned char *)raw.p, raw.n);
	if (!pkey)
		return err_set(err, ERR_FORMAT, "an Ed25519 key of %zu bytes instead of 32", raw.n);
	return key_of(pkey, ret, err);
}

static int from_params(const char *type, OSSL_PARAM_BLD *build, struct public_key **ret,
		       struct err *err)
{
	CLEANUP(params_freep) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1)
		return err_nomem(err);
	if (EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		ERR_clear_error();
		return err_set(err, ERR_FORMAT, "the numbers make no %s key", type);
	}
	return key_of(pkey, ret, err);
}

int public_key_of_ec(enum key_type curve, struct str x, struct str y, struct public_key **ret,
		     struct err *err)
{
	CLEANUP(build_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	const struct curve *c = curve <= KEY_EC_P521 ? &curves[curve] : NULL;
	unsigned char point[1 + 2 * 66] = {POINT_CONVERSION_UNCOMPRESSED};

	if (!c || x.n != c->field_bytes || y.n != c->field_bytes)
		return err_set(err, ERR_FORMAT, "coordinates of another length than the curve's");
	memcpy(point + 1, x.p, x.n);
	memcpy(point + 1 + x.n, y.p, y.n);
	if (!build ||
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, c->group, 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
					     1 + x.n + y.n) != 1)
		return err_nomem(err);
	return from_params("EC", build, ret, err);
}

int public_key_of_rsa(struct str modulus, struct str exponent, struct public_key **ret,
		      struct err *err)
{
	CLEANUP(build_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	CLEANUP(bn_freep) BIGNUM *n = NULL;
	CLEANUP(bn_freep) BIGNUM *e = NULL;

	if (modulus.n == 0 || modulus.n > PUBLIC_KEY_RSA_BITS_MAX / 8 || exponent.n == 0 ||
	    exponent.n > 8)
		return err_set(err, ERR_FORMAT, "the numbers make no RSA key");
	n = BN_bin2bn((const unsigned char *)modulus.p, (int)modulus.n, NULL);
	e = BN_bin2bn((const unsigned char *)exponent.p, (int)exponent.n, NULL);
	if (!build || !n || !e || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1)
		return err_nomem(err);
	return from_params("RSA", build, ret, err);
}

enum key_type public_key_type(const struct public_key *key)
{
	return key->type;
}

unsigned public_key_bits(const struct public_key *key)
{
	return key->bits;
}

const char *public_key_name(const struct public_key *key)
{
	return key->name;
}

struct str public_key_der(const struct public_key *key)
{
	return key->der;
}

int public_key_format(const struct public_key *key, struct strbuf *pem, struct err *err)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = bio && PEM_write_bio_PUBKEY(bio, key->pkey) == 1 ? BIO_get_mem_data(bio, &p) : 0;

	if (n <= 0)
		return err_nomem(err);
	strbuf_add_bytes(pem, p, (size_t)n);
	return strbuf_check(pem, err);
}

bool public_key_same(const struct public_key *a, const struct public_key *b)
{
	return str_eq(a->der, b->der);
}

int public_key_digest(const struct public_key *key, struct digest_value *ret, struct err *err)
{
	return digest_of(key->der, ret, err);
}

enum signature_scheme public_key_scheme(const struct public_key *key)
{
	if (key->curve)
		return key->curve->scheme;
	return key->type == KEY_RSA ? SIGNATURE_RSA_PKCS1_SHA256 : SIGNATURE_ED25519;
}

bool public_key_takes(const struct public_key *key, enum signature_scheme scheme)
{
	const struct signature_facts *s = signature_facts_of(scheme);

	if (!s)
		return false;
	if (s->family == FAMILY_ECDSA)
		return key->curve != NULL;
	return (s->family == FAMILY_ED25519) == (key->type == KEY_ED25519) && !key->curve;
}

static int refuse(struct err *err)
{
	ERR_clear_error();
	return err_set(err, ERR_DENIED, "the signature does not hold");
}

static bool set_padding(EVP_PKEY_CTX *ctx, const struct signature_facts *s)
{
	if (s->family == FAMILY_RSA_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	if (s->family == FAMILY_RSA_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, s->salt) == 1;
	return true;
}

static bool message_holds(const struct public_key *key, const struct signature_facts *s,
			  struct str message, struct str signature)
{
	CLEANUP(ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *of_ctx = NULL;

	return ctx &&
	       EVP_DigestVerifyInit_ex(ctx, &of_ctx, s->digest, NULL, NULL, key->pkey, NULL) == 1 &&
	       set_padding(of_ctx, s) &&
	       EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
				(const unsigned char *)message.p, message.n) == 1;
}

static bool digest_holds(const struct public_key *key, const struct signature_facts *s,
			 struct str digest, struct str signature)
{
	CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);

	return ctx && s->digest && digest.n == s->digest_bytes && EVP_PKEY_verify_init(ctx) == 1 &&
	       set_padding(ctx, s) &&
	       EVP_PKEY_CTX_set_signature_md(ctx, EVP_get_digestbyname(s->digest)) == 1 &&
	       EVP_PKEY_verify(ctx, (const unsigned char *)signature.p, signature.n,
			       (const unsigned char *)digest.p, digest.n) == 1;
}

typedef bool holds_fn(const struct public_key *key, const struct signature_facts *s,
		      struct str subject, struct str signature);

static int verify(const struct public_key *key, enum signature_scheme scheme, struct str subject,
		  struct str signature, holds_fn *holds, struct err *err)
{
	const struct signature_facts *s = signature_facts_of(scheme);
	CLEANUP(strbuf_done) struct strbuf der = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	int r;

	if (!public_key_takes(key, scheme))
		return err_set(err, ERR_DENIED, "a signature by %s cannot be of an %s key",
			       signature_scheme_name(scheme), key->name);
	if (s->raw) {
		r = ecdsa_der_of_raw(signature, key->curve->field_bytes, &der, err);
		if (r < 0)
			return r;
		signature = strbuf_str(&der);
	}
	return holds(key, s, subject, signature) ? 0 : refuse(err);
}

int public_key_verify(const struct public_key *key, enum signature_scheme scheme,
		      struct str message, struct str signature, struct err *err)
{
	return verify(key, scheme, message, signature, message_holds, err);
}

int public_key_verify_digest(const struct public_key *key, enum signature_scheme scheme,
			     struct str digest, struct str signature, struct err *err)
{
	if (scheme == SIGNATURE_ED25519)
		return err_set(err, ERR_DENIED,
			       "Ed25519 signs a message, not its digest: give the message");
	return verify(key, scheme, digest, signature, digest_holds, err);
}
