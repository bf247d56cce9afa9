/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/cleanup.h"

static void context_freep(EVP_MAC_CTX **c)
{
	EVP_MAC_CTX_free(*c);
}

static void mac_freep(EVP_MAC **m)
{
	EVP_MAC_free(*m);
}

/* digest: its name; room: as many bytes as it has. */
static int compute(const char *digest, struct str key, const struct str *parts, size_t n,
		   unsigned char *ret, size_t room, struct err *err)
{
	CLEANUP(mac_freep) EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	CLEANUP(context_freep) EVP_MAC_CTX *c = mac ? EVP_MAC_CTX_new(mac) : NULL;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t size = 0;
	bool ok = c &&
		  EVP_MAC_init(c, (const unsigned char *)(key.p ? key.p : ""), key.n, params) == 1;

	for (size_t i = 0; i < n && ok; i++)
		ok = EVP_MAC_update(c, (const unsigned char *)(parts[i].p ? parts[i].p : ""),
				    parts[i].n) == 1;
	ok = ok && EVP_MAC_final(c, ret, &size, room) == 1;
	return ok ? 0 : err_nomem(err);
}

int hmac_sha256(struct str key, const struct str *parts, size_t n, unsigned char ret[HMAC_BYTES],
		struct err *err)
{
	return compute("SHA256", key, parts, n, ret, HMAC_BYTES, err);
}

static const struct {
	const char *name;
	size_t bytes;
} digests[] = {
	[DIGEST_SHA256] = {"SHA256", 32},
	[DIGEST_SHA384] = {"SHA384", 48},
	[DIGEST_SHA512] = {"SHA512", 64},
};

int hmac_verify_cut(enum digest_algorithm algorithm, struct str key, struct str message,
		    struct str tag, struct err *err)
{
	unsigned char want[DIGEST_BYTES_MAX];
	size_t n = digests[algorithm].bytes;
	int r = compute(digests[algorithm].name, key, &message, 1, want, n, err);

	if (r < 0)
		return r;
	if (tag.n > n || tag.n < n / 2 || CRYPTO_memcmp(want, tag.p, tag.n) != 0)
		r = err_set(err, ERR_DENIED, "the signature does not hold");
	OPENSSL_cleanse(want, sizeof want);
	return r;
}

int hmac_verify(enum digest_algorithm algorithm, struct str key, struct str message, struct str tag,
		struct err *err)
{
	if (tag.n != digests[algorithm].bytes)
		return err_set(err, ERR_DENIED, "the signature does not hold");
	return hmac_verify_cut(algorithm, key, message, tag, err);
}
