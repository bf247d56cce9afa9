/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/cleanup.h"
#include "crypto/secret_key_inside.h"

/* One block of a PEM file; OpenSSL's memory, which is wiped. */
struct block {
	char *name, *header;
	unsigned char *data;
	long n;
};

static void block_done(struct block *b)
{
	OPENSSL_secure_free(b->name);
	OPENSSL_secure_clear_free(b->header, b->header ? strlen(b->header) : 0);
	OPENSSL_secure_clear_free(b->data, (size_t)b->n);
	*b = (struct block){0};
}

static void bio_freep(BIO **b)
{
	(void)BIO_free(*b); /* memory only */
}

static void sig_freep(X509_SIG **s)
{
	X509_SIG_free(*s);
}

static void info_freep(PKCS8_PRIV_KEY_INFO **i)
{
	PKCS8_PRIV_KEY_INFO_free(*i);
}

static void pbe2_freep(PBE2PARAM **p)
{
	PBE2PARAM_free(*p);
}

static void pbkdf2_freep(PBKDF2PARAM **p)
{
	PBKDF2PARAM_free(*p);
}

static void scrypt_freep(SCRYPT_PARAMS **p)
{
	SCRYPT_PARAMS_free(*p);
}

static int parse_pkcs8(struct str der, struct secret_key **ret, struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	CLEANUP(info_freep)
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);

	return secret_key_of_pkey(info && p == end ? EVP_PKCS82PKEY(info) : NULL, ret, err);
}

static int parse_old(int type, struct str der, struct secret_key **ret, struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	EVP_PKEY *pkey = d2i_PrivateKey(type, NULL, &p, (long)der.n);

	if (pkey && p != end) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return secret_key_of_pkey(pkey, ret, err);
}

static int too_much_work(struct err *err)
{
	return err_set(err, ERR_LIMIT, "the key's encryption asks for more work than is allowed");
}

static int check_pbkdf2(const X509_ALGOR *kdf, struct err *err)
{
	CLEANUP(pbkdf2_freep)
	PBKDF2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), kdf->parameter);
	uint64_t rounds;

	if (!p || ASN1_INTEGER_get_uint64(&rounds, p->iter) != 1)
		return err_set(err, ERR_FORMAT, "the key's encryption names no number of rounds");
	return rounds >= 1 && rounds <= SECRET_KEY_ROUNDS_MAX ? 0 : too_much_work(err);
}

static int check_scrypt(const X509_ALGOR *kdf, struct err *err)
{
	CLEANUP(scrypt_freep)
	SCRYPT_PARAMS *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), kdf->parameter);
	uint64_t n, r, parallel, cost;

	if (!p || ASN1_INTEGER_get_uint64(&n, p->costParameter) != 1 ||
	    ASN1_INTEGER_get_uint64(&r, p->blockSize) != 1 ||
	    ASN1_INTEGER_get_uint64(&parallel, p->parallelizationParameter) != 1)
		return err_set(err, ERR_FORMAT, "the key's encryption lacks numbers of scrypt");
	if (__builtin_mul_overflow(n, r, &cost) || cost > SECRET_KEY_KDF_BYTES_MAX / 128 ||
	    __builtin_mul_overflow(cost, parallel, &cost) || cost > SECRET_KEY_KDF_COST_MAX)
		return too_much_work(err);
	return 0;
}

/* The file says how much work its passphrase takes: a stranger's could ask for days of it. */
static int check_work(const X509_SIG *sig, struct err *err)
{
	const X509_ALGOR *algorithm = NULL;
	CLEANUP(pbe2_freep) PBE2PARAM *pbe = NULL;

	X509_SIG_get0(sig, &algorithm, NULL);
	if (OBJ_obj2nid(algorithm->algorithm) != NID_pbes2)
		return err_set(err, ERR_UNSUPPORTED,
			       "the key is encrypted in an old way (not PBES2); convert it with "
			       "openssl pkcs8 -topk8");
	pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
	if (!pbe)
		return err_set(err, ERR_FORMAT, "the key's encryption has no parameters");
	switch (OBJ_obj2nid(pbe->keyfunc->algorithm)) {
	case NID_id_pbkdf2:
		return check_pbkdf2(pbe->keyfunc, err);
	case NID_id_scrypt:
		return check_scrypt(pbe->keyfunc, err);
	default:
		return err_set(err, ERR_UNSUPPORTED,
			       "the key is encrypted with neither PBKDF2 nor scrypt");
	}
}

static int parse_encrypted(struct str der, const struct secret_ask *ask, struct secret_key **ret,
			   struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	CLEANUP(sig_freep) X509_SIG *sig = d2i_X509_SIG(NULL, &p, (long)der.n);
	CLEANUP(info_freep) PKCS8_PRIV_KEY_INFO *info = NULL;
	CLEANUP(secret_done) struct secret passphrase = {0};
	int r;

	if (!sig || p != end) {
		ERR_clear_error();
		return err_set(err, ERR_FORMAT, "not an encrypted private key");
	}
	r = check_work(sig, err);
	ERR_clear_error();
	if (r == 0)
		r = secret_ask_for(ask, "passphrase of the key", &passphrase, err);
	if (r < 0)
		return r;
	info = PKCS8_decrypt(sig, passphrase.p ? passphrase.p : "", (int)passphrase.n);
	ERR_clear_error();
	if (!info)
		return err_set(err, ERR_DENIED, "the passphrase does not open the key");
	return secret_key_of_pkey(EVP_PKCS82PKEY(info), ret, err);
}

static int parse_block(const struct block *b, const struct secret_ask *ask, struct secret_key **ret,
		       struct err *err)
{
	struct str name = str_of(b->name), der = str_make(b->data, (size_t)b->n);

	if (str_find(str_of(b->header), STR("Proc-Type")) < strlen(b->header))
		return err_set(err, ERR_UNSUPPORTED,
			       "the key is encrypted in an old way (Proc-Type); convert it with "
			       "openssl pkcs8 -topk8");
	if (str_is(name, PEM_STRING_PKCS8INF))
		return parse_pkcs8(der, ret, err);
	if (str_is(name, PEM_STRING_PKCS8))
		return parse_encrypted(der, ask, ret, err);
	if (str_is(name, PEM_STRING_RSA))
		return parse_old(EVP_PKEY_RSA, der, ret, err);
	if (str_is(name, PEM_STRING_ECPRIVATEKEY))
		return parse_old(EVP_PKEY_EC, der, ret, err);
	return err_set(err, ERR_UNSUPPORTED, "a private key of the kind \"%.64s\"", b->name);
}

/* The next block that is a private key; false at the end. Others (parameters) are passed over. */
static bool next_key(BIO *bio, struct block *b)
{
	for (;;) {
		block_done(b);
		if (PEM_read_bio_ex(bio, &b->name, &b->header, &b->data, &b->n, PEM_FLAG_SECURE) !=
		    1)
			return false;
		if (str_has_suffix(str_of(b->name), STR("PRIVATE KEY")))
			return true;
	}
}

int secret_key_parse(struct str pem, const struct secret_ask *ask, struct secret_key **ret,
		     struct err *err)
{
	CLEANUP(bio_freep) BIO *bio = NULL;
	CLEANUP(block_done) struct block first = {0};
	CLEANUP(block_done) struct block second = {0};
	int r = 0;

	if (pem.n > SECRET_KEY_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "no private key has %zu bytes", pem.n);
	bio = BIO_new_mem_buf(pem.n ? pem.p : "", (int)pem.n);
	if (!bio)
		return err_nomem(err);
	if (!next_key(bio, &first))
		r = err_set(err, ERR_FORMAT, "not a private key in PEM");
	else if (next_key(bio, &second))
		r = err_set(err, ERR_FORMAT, "two private keys where one is wanted");
	ERR_clear_error();
	return r < 0 ? r : parse_block(&first, ask, ret, err);
}

int secret_key_parse_der(struct str pkcs8, struct secret_key **ret, struct err *err)
{
	if (pkcs8.n > SECRET_KEY_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "no private key has %zu bytes", pkcs8.n);
	return parse_pkcs8(pkcs8, ret, err);
}

/* The key's numbers, for who writes them down; ERR_UNSUPPORTED when there are none to be had. */
static int info_of(const struct secret_key *key, PKCS8_PRIV_KEY_INFO **ret, struct err *err)
{
	const struct secret_key_evp *state = key->state;

	if (strcmp(key->keeper, "file") != 0)
		return err_set(err, ERR_UNSUPPORTED, "a key that is kept in %s does not leave it",
			       key->keeper);
	*ret = EVP_PKEY2PKCS8(state->pkey);
	return *ret ? 0 : err_nomem(err);
}

int secret_key_der(const struct secret_key *key, struct secret *ret, struct err *err)
{
	CLEANUP(info_freep) PKCS8_PRIV_KEY_INFO *info = NULL;
	unsigned char *der = NULL;
	int r = info_of(key, &info, err), n;
	bool kept;

	if (r < 0)
		return r;
	n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	if (n <= 0)
		return err_nomem(err);
	kept = secret_set(ret, str_make(der, (size_t)n));
	OPENSSL_clear_free(der, (size_t)n);
	return kept ? 0 : err_nomem(err);
}

int secret_key_format(const struct secret_key *key, const struct secret *passphrase,
		      struct strbuf *pem, struct err *err)
{
	CLEANUP(info_freep) PKCS8_PRIV_KEY_INFO *info = NULL;
	CLEANUP(sig_freep) X509_SIG *sig = NULL;
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	X509_ALGOR *algorithm;
	char *p = NULL;
	long n;
	int r = info_of(key, &info, err);

	if (r < 0)
		return r;
	algorithm = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), SECRET_KEY_ROUNDS, NULL, 16, NULL,
				      NID_hmacWithSHA256);
	if (algorithm)
		sig = PKCS8_set0_pbe(passphrase->p ? passphrase->p : "", (int)passphrase->n, info,
				     algorithm);
	if (algorithm && !sig)
		X509_ALGOR_free(algorithm);
	n = sig && bio && PEM_write_bio_PKCS8(bio, sig) == 1 ? BIO_get_mem_data(bio, &p) : 0;
	if (n <= 0)
		return err_nomem(err);
	strbuf_add_bytes(pem, p, (size_t)n);
	return strbuf_check(pem, err);
}
