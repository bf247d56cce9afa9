/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/key_password.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>

#define SHA1_BYTES   20
#define JKS_WORD_MAX 64

/* Its rounds are the file's word; they are looked at before they are done. */
static bool is_cheap(const PKCS12 *p12)
{
	const ASN1_INTEGER *rounds = NULL;
	int64_t n = 1;

	PKCS12_get0_mac(NULL, NULL, NULL, &rounds, p12);
	return !rounds ||
	       (ASN1_INTEGER_get_int64(&n, rounds) == 1 && n >= 1 && n <= KEY_PASSWORD_ROUNDS);
}

bool key_password_opens_pkcs12(struct str file, struct str word)
{
	const unsigned char *p = (const unsigned char *)file.p;
	PKCS12 *p12 = file.n <= LONG_MAX ? d2i_PKCS12(NULL, &p, (long)file.n) : NULL;
	bool opens = p12 && PKCS12_mac_present(p12) && is_cheap(p12) &&
		     (PKCS12_verify_mac(p12, word.p ? word.p : "", (int)word.n) == 1 ||
		      (word.n == 0 && PKCS12_verify_mac(p12, NULL, 0) == 1));

	PKCS12_free(p12);
	ERR_clear_error();
	return opens;
}

bool key_password_opens_jks(struct str file, struct str word)
{
	static const char salt[] = "Mighty Aphrodite";
	unsigned char wide[2 * JKS_WORD_MAX], told[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool opens = false;

	for (size_t i = 0; i < word.n && i < JKS_WORD_MAX; i++) {
		wide[2 * i] = 0;
		wide[2 * i + 1] = (unsigned char)word.p[i];
	}
	if (md && file.n > SHA1_BYTES && word.n <= JKS_WORD_MAX &&
	    EVP_DigestInit_ex(md, EVP_sha1(), NULL) == 1 &&
	    EVP_DigestUpdate(md, wide, 2 * word.n) == 1 &&
	    EVP_DigestUpdate(md, salt, sizeof salt - 1) == 1 &&
	    EVP_DigestUpdate(md, file.p, file.n - SHA1_BYTES) == 1 &&
	    EVP_DigestFinal_ex(md, told, NULL) == 1)
		opens = memcmp(told, file.p + file.n - SHA1_BYTES, SHA1_BYTES) == 0;
	EVP_MD_CTX_free(md);
	return opens;
}
