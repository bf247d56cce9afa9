/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/weak_digest.h"

#include <openssl/evp.h>

int weak_digest_init(struct weak_digest *d, enum weak_algorithm algorithm, struct err *err)
{
	const EVP_MD *md = algorithm == WEAK_MD5 ? EVP_md5() : EVP_sha1();

	d->context = EVP_MD_CTX_new();
	if (!d->context)
		return err_nomem(err);
	if (EVP_DigestInit_ex(d->context, md, NULL) == 1)
		return 0;
	weak_digest_done(d);
	return err_set(err, ERR_UNSUPPORTED, "%s is not available in OpenSSL here",
		       algorithm == WEAK_MD5 ? "MD5" : "SHA-1");
}

void weak_digest_update(struct weak_digest *d, struct str bytes)
{
	/* Fails only for a context that was never initialised, which weak_digest_init rules out. */
	(void)EVP_DigestUpdate(d->context, bytes.p, bytes.n);
}

void weak_digest_final(struct weak_digest *d, unsigned char ret[WEAK_SHA1_BYTES])
{
	(void)EVP_DigestFinal_ex(d->context, ret, NULL); /* as above */
}

void weak_digest_done(struct weak_digest *d)
{
	EVP_MD_CTX_free(d->context);
	d->context = NULL;
}
