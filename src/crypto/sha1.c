/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sha1.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/cleanup.h"

struct sha1 {
	EVP_MD_CTX *context;
};

int sha1_new(struct sha1 **ret, struct err *err)
{
	CLEANUP(sha1_freep) struct sha1 *h = calloc(1, sizeof *h);

	if (!h || !(h->context = EVP_MD_CTX_new()))
		return err_nomem(err);
	if (EVP_DigestInit_ex(h->context, EVP_sha1(), NULL) != 1)
		return err_set(err, ERR_UNSUPPORTED, "sha1 is not available in OpenSSL here");
	*ret = TAKE(h);
	return 0;
}

void sha1_free(struct sha1 *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->context);
	free(h);
}

void sha1_freep(struct sha1 **h)
{
	sha1_free(*h);
	*h = NULL;
}

/* What sha1_new has set up once does not fail later. */
void sha1_begin(struct sha1 *h)
{
	(void)EVP_DigestInit_ex(h->context, NULL, NULL);
}

void sha1_add(struct sha1 *h, struct str bytes)
{
	(void)EVP_DigestUpdate(h->context, bytes.p, bytes.n);
}

void sha1_end(struct sha1 *h, unsigned char ret[SHA1_BYTES])
{
	memset(ret, 0, SHA1_BYTES);
	(void)EVP_DigestFinal_ex(h->context, ret, NULL);
}
