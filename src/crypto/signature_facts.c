/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/signature_facts.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/cleanup.h"

static void ecdsa_freep(ECDSA_SIG **s)
{
	ECDSA_SIG_free(*s);
}

static void openssl_freep(unsigned char **p)
{
	OPENSSL_free(*p);
}

static const struct signature_facts schemes[] = {
	[SIGNATURE_ECDSA_SHA256] = {"ecdsa-sha256", FAMILY_ECDSA, "SHA256", 32, .raw = false},
	[SIGNATURE_ECDSA_SHA384] = {"ecdsa-sha384", FAMILY_ECDSA, "SHA384", 48, .raw = false},
	[SIGNATURE_ECDSA_SHA512] = {"ecdsa-sha512", FAMILY_ECDSA, "SHA512", 64, .raw = false},
	[SIGNATURE_ECDSA_RAW_SHA256] = {"ecdsa-sha256", FAMILY_ECDSA, "SHA256", 32, .raw = true},
	[SIGNATURE_ECDSA_RAW_SHA384] = {"ecdsa-sha384", FAMILY_ECDSA, "SHA384", 48, .raw = true},
	[SIGNATURE_ECDSA_RAW_SHA512] = {"ecdsa-sha512", FAMILY_ECDSA, "SHA512", 64, .raw = true},
	[SIGNATURE_ED25519] = {"ed25519", FAMILY_ED25519, NULL, 0, .raw = false},
	[SIGNATURE_RSA_PKCS1_SHA256] = {"rsa-pkcs1-sha256", FAMILY_RSA_PKCS1, "SHA256", 32,
					.raw = false},
	[SIGNATURE_RSA_PKCS1_SHA384] = {"rsa-pkcs1-sha384", FAMILY_RSA_PKCS1, "SHA384", 48,
					.raw = false},
	[SIGNATURE_RSA_PKCS1_SHA512] = {"rsa-pkcs1-sha512", FAMILY_RSA_PKCS1, "SHA512", 64,
					.raw = false},
	[SIGNATURE_RSA_PSS_SHA256] = {"rsa-pss-sha256", FAMILY_RSA_PSS, "SHA256", 32,
				      .salt = RSA_PSS_SALTLEN_DIGEST},
	[SIGNATURE_RSA_PSS_SHA384] = {"rsa-pss-sha384", FAMILY_RSA_PSS, "SHA384", 48,
				      .salt = RSA_PSS_SALTLEN_DIGEST},
	[SIGNATURE_RSA_PSS_SHA512] = {"rsa-pss-sha512", FAMILY_RSA_PSS, "SHA512", 64,
				      .salt = RSA_PSS_SALTLEN_DIGEST},
	[SIGNATURE_RSA_PSS_ANY_SALT_SHA256] = {"rsa-pss-sha256", FAMILY_RSA_PSS, "SHA256", 32,
					       .salt = RSA_PSS_SALTLEN_AUTO},
	[SIGNATURE_RSA_PSS_ANY_SALT_SHA384] = {"rsa-pss-sha384", FAMILY_RSA_PSS, "SHA384", 48,
					       .salt = RSA_PSS_SALTLEN_AUTO},
	[SIGNATURE_RSA_PSS_ANY_SALT_SHA512] = {"rsa-pss-sha512", FAMILY_RSA_PSS, "SHA512", 64,
					       .salt = RSA_PSS_SALTLEN_AUTO},
};

const struct signature_facts *signature_facts_of(enum signature_scheme scheme)
{
	return scheme > SIGNATURE_NONE && scheme < ARRAY_LEN(schemes) ? &schemes[scheme] : NULL;
}

const char *signature_scheme_name(enum signature_scheme scheme)
{
	const struct signature_facts *s = signature_facts_of(scheme);

	return s ? s->name : "none";
}

static int no_signature(struct err *err)
{
	ERR_clear_error();
	return err_set(err, ERR_DENIED, "the signature does not hold");
}

int ecdsa_raw_of_der(struct str der, size_t field_bytes, struct strbuf *out, struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.p;
	CLEANUP(ecdsa_freep) ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.n);
	unsigned char *room = (unsigned char *)strbuf_reserve(out, 2 * field_bytes);
	int n = (int)field_bytes;

	if (!room)
		return err_nomem(err);
	if (!sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig), room, n) != n ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), room + n, n) != n)
		return no_signature(err);
	strbuf_commit(out, 2 * field_bytes);
	return 0;
}

int ecdsa_der_of_raw(struct str raw, size_t field_bytes, struct strbuf *out, struct err *err)
{
	CLEANUP(ecdsa_freep) ECDSA_SIG *sig = ECDSA_SIG_new();
	CLEANUP(openssl_freep) unsigned char *der = NULL;
	const unsigned char *p = (const unsigned char *)raw.p;
	BIGNUM *r, *s;
	int n;

	if (!sig || raw.n != 2 * field_bytes)
		return no_signature(err);
	r = BN_bin2bn(p, (int)field_bytes, NULL);
	s = BN_bin2bn(p + field_bytes, (int)field_bytes, NULL);
	if (!r || !s || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		return err_nomem(err);
	}
	n = i2d_ECDSA_SIG(sig, &der);
	if (n <= 0)
		return no_signature(err);
	strbuf_add_bytes(out, der, (size_t)n);
	return strbuf_check(out, err);
}
