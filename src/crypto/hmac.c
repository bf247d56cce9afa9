/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hmac.h"

#include <openssl/core_names.h>
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

int hmac_sha256(struct str key, const struct str *parts, size_t n, unsigned char ret[HMAC_BYTES],
		struct err *err)
{
	CLEANUP(mac_freep) EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	CLEANUP(context_freep) EVP_MAC_CTX *c = mac ? EVP_MAC_CTX_new(mac) : NULL;
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t size = 0;
	bool ok = c &&
		  EVP_MAC_init(c, (const unsigned char *)(key.p ? key.p : ""), key.n, params) == 1;

	for (size_t i = 0; i < n && ok; i++)
		ok = EVP_MAC_update(c, (const unsigned char *)(parts[i].p ? parts[i].p : ""),
				    parts[i].n) == 1;
	ok = ok && EVP_MAC_final(c, ret, &size, HMAC_BYTES) == 1;
	return ok ? 0 : err_nomem(err);
}
