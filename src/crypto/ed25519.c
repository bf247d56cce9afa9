/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw keys are kept; OpenSSL's own type lives no longer than a call.
 */
#include "crypto/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/cleanup.h"

static void pkey_freep(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static void ctx_freep(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

static void bio_freep(BIO **b)
{
	(void)BIO_free(*b); /* memory only */
}

void ed25519_key_done(struct ed25519_key *key)
{
	OPENSSL_cleanse(key, sizeof *key);
}

static int take_key(EVP_PKEY *pkey, struct ed25519_key *ret, struct err *err)
{
	struct ed25519_key key = {0};
	size_t n = ED25519_KEY_BYTES, n_secret = ED25519_KEY_BYTES;

	if (EVP_PKEY_get_id(pkey) != EVP_PKEY_ED25519 ||
	    EVP_PKEY_get_raw_public_key(pkey, key.public_half, &n) != 1)
		return err_set(err, ERR_FORMAT, "not an Ed25519 key");
	key.has_secret = EVP_PKEY_get_raw_private_key(pkey, key.secret_half, &n_secret) == 1;
	*ret = key;
	ed25519_key_done(&key);
	return 0;
}

int ed25519_generate(struct ed25519_key *ret, struct err *err)
{
	CLEANUP(pkey_freep) EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	if (!pkey)
		return err_set(err, ERR_UNSUPPORTED, "OpenSSL here makes no Ed25519 keys");
	return take_key(pkey, ret, err);
}

int ed25519_sign(const struct ed25519_key *key, struct str message,
		 unsigned char ret[ED25519_SIGNATURE_BYTES], struct err *err)
{
	CLEANUP(ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	CLEANUP(pkey_freep)
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->secret_half,
						      ED25519_KEY_BYTES);
	size_t n = ED25519_SIGNATURE_BYTES;

	if (!key->has_secret)
		return err_set(err, ERR_USAGE, "a public key cannot sign");
	if (!ctx || !pkey || EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) != 1 ||
	    EVP_DigestSign(ctx, ret, &n, (const unsigned char *)message.p, message.n) != 1)
		return err_set(err, ERR_UNSUPPORTED, "OpenSSL here does not sign with Ed25519");
	return 0;
}

int ed25519_verify(const struct ed25519_key *key, struct str message, struct str signature,
		   struct err *err)
{
	CLEANUP(ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	CLEANUP(pkey_freep)
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->public_half,
						     ED25519_KEY_BYTES);

	if (!ctx || !pkey || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) != 1)
		return err_set(err, ERR_UNSUPPORTED, "OpenSSL here does not verify Ed25519");
	if (signature.n != ED25519_SIGNATURE_BYTES ||
	    EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
			     (const unsigned char *)message.p, message.n) != 1)
		return err_set(err, ERR_DENIED, "the signature does not hold");
	return 0;
}

/* No passphrase is asked for: a key that needs one is refused. The type is OpenSSL's. */
/* NOLINTNEXTLINE(readability-non-const-parameter) */
static int no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf, (void)size, (void)rwflag, (void)ctx;
	return -1;
}

int ed25519_parse(struct str pem, struct ed25519_key *ret, struct err *err)
{
	bool is_public = str_find(pem, STR("BEGIN PUBLIC KEY")) < pem.n;
	CLEANUP(bio_freep) BIO *bio = pem.n > INT32_MAX ? NULL : BIO_new_mem_buf(pem.p, (int)pem.n);
	CLEANUP(pkey_freep) EVP_PKEY *pkey = NULL;

	if (bio && is_public)
		pkey = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
	else if (bio)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (!pkey)
		return err_set(err, ERR_FORMAT, "not a PEM key without a passphrase");
	return take_key(pkey, ret, err);
}

/* What OpenSSL wrote, into the buffer; the copy in the BIO is wiped. */
static int take_pem(BIO *bio, bool written, struct strbuf *pem, struct err *err)
{
	char *p = NULL;
	long n = bio && written ? BIO_get_mem_data(bio, &p) : 0;

	if (n <= 0)
		return err_nomem(err);
	strbuf_add_bytes(pem, p, (size_t)n);
	OPENSSL_cleanse(p, (size_t)n);
	return strbuf_check(pem, err);
}

int ed25519_format_secret(const struct ed25519_key *key, struct strbuf *pem, struct err *err)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	CLEANUP(pkey_freep)
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->secret_half,
						      ED25519_KEY_BYTES);
	bool written = bio && pkey &&
		       PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1;

	return take_pem(bio, written, pem, err);
}

int ed25519_format_public(const struct ed25519_key *key, struct strbuf *pem, struct err *err)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	CLEANUP(pkey_freep)
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->public_half,
						     ED25519_KEY_BYTES);
	bool written = bio && pkey && PEM_write_bio_PUBKEY(bio, pkey) == 1;

	return take_pem(bio, written, pem, err);
}

bool ed25519_same(const struct ed25519_key *a, const struct ed25519_key *b)
{
	return memcmp(a->public_half, b->public_half, ED25519_KEY_BYTES) == 0;
}
