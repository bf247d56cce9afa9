/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_key.h"

#include "crypto/certificate.h"

#define EC_BYTES_MAX 133 /* an uncompressed point of P-521 */

static const struct {
	const char *name, *keytype, *old_keytype;
	enum signature_scheme scheme;
	enum key_type type;
} modern_schemes[] = {
	{"ecdsa-sha2-nistp256", "ecdsa", "ecdsa-sha2-nistp256", SIGNATURE_ECDSA_SHA256,
	 KEY_EC_P256},
	{"ecdsa-sha2-nistp384", "ecdsa", "ecdsa-sha2-nistp384", SIGNATURE_ECDSA_SHA384,
	 KEY_EC_P384},
	{"ecdsa-sha2-nistp521", "ecdsa", "ecdsa-sha2-nistp521", SIGNATURE_ECDSA_SHA512,
	 KEY_EC_P521},
	{"ed25519", "ed25519", NULL, SIGNATURE_ED25519, KEY_ED25519},
	{"rsassa-pss-sha256", "rsa", NULL, SIGNATURE_RSA_PSS_ANY_SALT_SHA256, KEY_RSA},
	{"rsassa-pss-sha384", "rsa", NULL, SIGNATURE_RSA_PSS_ANY_SALT_SHA384, KEY_RSA},
	{"rsassa-pss-sha512", "rsa", NULL, SIGNATURE_RSA_PSS_ANY_SALT_SHA512, KEY_RSA},
	{"rsa-pkcs1v15-sha256", "rsa", NULL, SIGNATURE_RSA_PKCS1_SHA256, KEY_RSA},
	{"rsa-pkcs1v15-sha384", "rsa", NULL, SIGNATURE_RSA_PKCS1_SHA384, KEY_RSA},
	{"rsa-pkcs1v15-sha512", "rsa", NULL, SIGNATURE_RSA_PKCS1_SHA512, KEY_RSA},
};

static const struct {
	const char *method, *keytype;
	enum signature_scheme scheme;
} notary_methods[] = {
	{"ecdsa", "ecdsa", SIGNATURE_ECDSA_RAW_SHA256},
	{"ecdsa", "ecdsa-x509", SIGNATURE_ECDSA_RAW_SHA256},
	{"eddsa", "ed25519", SIGNATURE_ED25519},
	{"rsapss", "rsa", SIGNATURE_RSA_PSS_SHA256},
	{"rsapss", "rsa-x509", SIGNATURE_RSA_PSS_SHA256},
	{"rsapkcs1v15", "rsa", SIGNATURE_RSA_PKCS1_SHA256},
	{"rsapkcs1v15", "rsa-x509", SIGNATURE_RSA_PKCS1_SHA256},
	{"pycrypto-pkcs#1 pss", "rsa", SIGNATURE_RSA_PSS_SHA256},
};

static bool read_hex(struct str text, size_t n, unsigned char *ret)
{
	if (text.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = char_hex(text.p[2 * i]), low = char_hex(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static int open_ed25519_hex(struct str text, struct public_key **ret, struct err *err)
{
	unsigned char raw[32];

	if (!read_hex(text, sizeof raw, raw))
		return err_set(err, ERR_FORMAT, "the key is not 64 hexadecimal digits");
	return public_key_of_ed25519(str_make(raw, sizeof raw), ret, err);
}

/* Sigstore's first four roots have the point itself: 04, x, y. */
static int open_point(enum key_type curve, struct str text, struct public_key **ret,
		      struct err *err)
{
	size_t n = curve == KEY_EC_P256 ? 32 : curve == KEY_EC_P384 ? 48 : 66;
	unsigned char raw[EC_BYTES_MAX];

	if (!read_hex(text, 1 + 2 * n, raw) || raw[0] != 4)
		return err_set(err, ERR_FORMAT, "the key is neither PEM nor a point of its curve");
	return public_key_of_ec(curve, str_make(raw + 1, n), str_make(raw + 1 + n, n), ret, err);
}

static int open_modern(const struct tuf_key *k, struct public_key **ret,
		       enum signature_scheme *ret_scheme, struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	size_t i = 0;
	int r;

	while (i < ARRAY_LEN(modern_schemes) && !str_is(k->scheme, modern_schemes[i].name))
		i++;
	if (i == ARRAY_LEN(modern_schemes) ||
	    (!str_is(k->keytype, modern_schemes[i].keytype) &&
	     !(modern_schemes[i].old_keytype && str_is(k->keytype, modern_schemes[i].old_keytype))))
		return err_set(err, ERR_UNSUPPORTED, "keys of type %.*s and scheme %.*s",
			       STR_FMT(str_sub(k->keytype, 0, 40)),
			       STR_FMT(str_sub(k->scheme, 0, 40)));
	if (modern_schemes[i].type == KEY_ED25519)
		r = open_ed25519_hex(k->public, &key, err);
	else if (modern_schemes[i].type != KEY_RSA && str_has_prefix(k->public, STR("04")))
		r = open_point(modern_schemes[i].type, k->public, &key, err);
	else
		r = public_key_parse(k->public, &key, err);
	if (r < 0)
		return r;
	if (public_key_type(key) != modern_schemes[i].type)
		return err_set(err, ERR_DENIED, "the key is %s, not of scheme %s",
			       public_key_name(key), modern_schemes[i].name);
	*ret = TAKE(key);
	*ret_scheme = modern_schemes[i].scheme;
	return 0;
}

/* The leaf comes first; whether the chain behind it is believed is for who pins roots. */
static int open_certificate(struct str pem, struct public_key **ret, struct err *err)
{
	CLEANUP(certificate_list_done) struct certificate_list list = {0};
	int r = certificate_list_parse(pem, CERTIFICATE_CHAIN_MAX, &list, err);

	if (r < 0)
		return r;
	if (list.n == 0)
		return err_set(err, ERR_FORMAT, "the key is no certificate");
	return public_key_parse(public_key_der(certificate_key(list.p[0])), ret, err);
}

static int open_notary(const struct tuf_key *k, struct str method, struct public_key **ret,
		       enum signature_scheme *ret_scheme, struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	size_t i = 0;
	int r;

	while (i < ARRAY_LEN(notary_methods) && !(str_is(k->keytype, notary_methods[i].keytype) &&
						  str_is(method, notary_methods[i].method)))
		i++;
	if (i == ARRAY_LEN(notary_methods))
		return err_set(err, ERR_UNSUPPORTED, "keys of type %.*s and signatures by %.*s",
			       STR_FMT(str_sub(k->keytype, 0, 40)),
			       STR_FMT(str_sub(method, 0, 40)));
	if (str_is(k->keytype, "ed25519"))
		r = public_key_of_ed25519(k->public, &key, err);
	else if (str_has_suffix(k->keytype, STR("-x509")))
		r = open_certificate(k->public, &key, err);
	else
		r = public_key_parse(k->public, &key, err);
	if (r == 0 && !public_key_takes(key, notary_methods[i].scheme))
		r = err_set(err, ERR_DENIED, "the key is %s, not of type %s", public_key_name(key),
			    notary_methods[i].keytype);
	if (r < 0)
		return r;
	*ret = TAKE(key);
	*ret_scheme = notary_methods[i].scheme;
	return 0;
}

int tuf_key_open(enum tuf_dialect dialect, const struct tuf_key *written, struct str method,
		 struct public_key **ret, enum signature_scheme *ret_scheme, struct err *err)
{
	return dialect == TUF_MODERN ? open_modern(written, ret, ret_scheme, err)
				     : open_notary(written, method, ret, ret_scheme, err);
}
