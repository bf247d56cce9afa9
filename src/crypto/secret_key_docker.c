/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret_key_docker.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/cleanup.h"
#include "crypto/secret_key_inside.h"

static void bio_freep(BIO **b)
{
	(void)BIO_free(*b); /* memory only */
}

static void info_freep(PKCS8_PRIV_KEY_INFO **i)
{
	PKCS8_PRIV_KEY_INFO_free(*i);
}

static void sig_freep(X509_SIG **s)
{
	X509_SIG_free(*s);
}

static void x509_freep(X509 **x)
{
	X509_free(*x);
}

/* --- what stands in clear --- */

/* "name: value"; false: the fields have ended. */
static bool pull_field(struct str *rest, struct str *ret_name, struct str *ret_value)
{
	struct str probe = *rest, line;

	if (!str_pull_line(&probe, &line) || !str_cut(line, ':', ret_name, ret_value))
		return false;
	*ret_value = str_trim(*ret_value);
	*rest = probe;
	return true;
}

int secret_key_docker_look(struct str pem, struct secret_key_docker *ret, struct err *err)
{
	struct secret_key_docker about = {0};
	size_t at = str_find(pem, STR("-----BEGIN "));
	struct str rest = str_skip(pem, at), line, name, value;

	if (!str_pull_line(&rest, &line) || !str_has_suffix(line, STR("PRIVATE KEY-----")))
		return err_set(err, ERR_FORMAT, "not a private key in PEM");
	about.encrypted = str_find(line, STR("ENCRYPTED")) < line.n;
	while (pull_field(&rest, &name, &value)) {
		if (str_is(name, "role"))
			about.role = value;
		else if (str_is(name, "gun"))
			about.gun = value;
		else if (str_is(name, "Proc-Type"))
			about.encrypted = true;
	}
	*ret = about;
	return 0;
}

/* --- reading --- */

static bool is_old_field(struct str name)
{
	return str_is(name, "Proc-Type") || str_is(name, "DEK-Info");
}

/* The same block with only the fields that OpenSSL knows, in its order. */
static int keep_old_fields(struct str pem, struct strbuf *out, struct err *err)
{
	struct str rest = str_skip(pem, str_find(pem, STR("-----BEGIN "))), line, name, value;
	struct str type = STR_NULL, cipher = STR_NULL;

	if (!str_pull_line(&rest, &line))
		return err_set(err, ERR_FORMAT, "not a private key in PEM");
	while (pull_field(&rest, &name, &value)) {
		if (is_old_field(name) && str_is(name, "Proc-Type"))
			type = value;
		else if (is_old_field(name))
			cipher = value;
	}
	strbuf_addf(out, "%.*s\nProc-Type: %.*s\nDEK-Info: %.*s\n", STR_FMT(line), STR_FMT(type),
		    STR_FMT(cipher));
	strbuf_add(out, rest);
	return strbuf_check(out, err);
}

static int give_passphrase(char *buf, int size, int writing, void *ctx)
{
	const struct secret *passphrase = ctx;

	if (writing || size < 0 || passphrase->n > (size_t)size)
		return -1;
	if (passphrase->n)
		memcpy(buf, passphrase->p, passphrase->n);
	return (int)passphrase->n;
}

static int parse_old(struct str pem, const struct secret_ask *ask, struct secret_key **ret,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf clean = STRBUF_INIT(SECRET_KEY_BYTES_MAX);
	CLEANUP(secret_done) struct secret passphrase = {0};
	CLEANUP(bio_freep) BIO *bio = NULL;
	EVP_PKEY *pkey;
	int r = keep_old_fields(pem, &clean, err);

	if (r == 0)
		r = secret_ask_for(ask, "passphrase of the key", &passphrase, err);
	if (r < 0)
		return r;
	bio = BIO_new_mem_buf(clean.p, (int)clean.n);
	pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &passphrase) : NULL;
	ERR_clear_error();
	if (!pkey)
		return err_set(err, ERR_DENIED, "the passphrase does not open the key");
	return secret_key_of_pkey(pkey, ret, err);
}

int secret_key_docker_parse(struct str pem, const struct secret_ask *ask, struct secret_key **ret,
			    struct err *err)
{
	struct secret_key_docker about;
	int r = secret_key_docker_look(pem, &about, err);

	if (r < 0)
		return r;
	if (pem.n > SECRET_KEY_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "no private key has %zu bytes", pem.n);
	if (str_find(pem, STR("\nProc-Type:")) < pem.n)
		return parse_old(pem, ask, ret, err);
	return secret_key_parse(pem, ask, ret, err);
}

/* --- writing --- */

/* Fields stand between the first line and an empty one, sorted by name. */
static int add_fields(struct str pem, struct str role, struct str gun, struct strbuf *out,
		      struct err *err)
{
	struct str rest = pem, line;

	if (!str_pull_line(&rest, &line))
		return err_set(err, ERR_BUG, "no PEM");
	strbuf_addf(out, "%.*s\n", STR_FMT(line));
	if (gun.n)
		strbuf_addf(out, "gun: %.*s\n", STR_FMT(gun));
	if (role.n)
		strbuf_addf(out, "role: %.*s\n", STR_FMT(role));
	if (gun.n || role.n)
		strbuf_addc(out, '\n');
	strbuf_add(out, rest);
	return strbuf_check(out, err);
}

static X509_SIG *encrypt(PKCS8_PRIV_KEY_INFO *info, const struct secret *passphrase)
{
	X509_ALGOR *algorithm = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), SECRET_KEY_DOCKER_ROUNDS, NULL,
						  16, NULL, NID_hmacWithSHA1);
	X509_SIG *sig = NULL;

	if (algorithm)
		sig = PKCS8_set0_pbe(passphrase->p ? passphrase->p : "", (int)passphrase->n, info,
				     algorithm);
	if (algorithm && !sig)
		X509_ALGOR_free(algorithm);
	return sig;
}

int secret_key_docker_format(const struct secret_key *key, const struct secret *passphrase,
			     struct str role, struct str gun, struct strbuf *pem, struct err *err)
{
	const unsigned char *p;
	CLEANUP(secret_done) struct secret der = {0};
	CLEANUP(info_freep) PKCS8_PRIV_KEY_INFO *info = NULL;
	CLEANUP(sig_freep) X509_SIG *sig = NULL;
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;
	int r = secret_key_der(key, &der, err);

	if (r < 0)
		return r;
	p = (const unsigned char *)der.p;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);
	sig = info ? encrypt(info, passphrase) : NULL;
	n = sig && bio && PEM_write_bio_PKCS8(bio, sig) == 1 ? BIO_get_mem_data(bio, &text) : 0;
	if (n <= 0)
		return err_nomem(err);
	return add_fields(str_make(text, (size_t)n), role, gun, pem, err);
}

/* --- the certificate --- */

static bool add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool added = e && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return added;
}

static bool set_serial(X509 *x)
{
	unsigned char bytes[16];
	BIGNUM *n;
	bool set;

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] &= 0x7f; /* positive */
	n = BN_bin2bn(bytes, sizeof bytes, NULL);
	set = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return set;
}

/* A plain UTF8String: OpenSSL stops others at 64 characters, names of repositories are longer. */
static bool set_name(X509 *x, struct str common_name)
{
	X509_NAME *name = X509_get_subject_name(x);

	return X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
					  (const unsigned char *)common_name.p, (int)common_name.n,
					  -1, 0) == 1 &&
	       X509_set_issuer_name(x, name) == 1;
}

static bool set_key(X509 *x, const struct public_key *key)
{
	struct str der = public_key_der(key);
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)der.n);
	bool set = pkey && X509_set_pubkey(x, pkey) == 1;

	EVP_PKEY_free(pkey);
	return set;
}

static bool fill(X509 *x, const struct secret_key *key, struct str common_name, int64_t not_before,
		 int64_t not_after)
{
	return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	       set_name(x, common_name) && set_key(x, secret_key_public(key)) &&
	       ASN1_TIME_set(X509_getm_notBefore(x), (time_t)not_before) &&
	       ASN1_TIME_set(X509_getm_notAfter(x), (time_t)not_after) &&
	       add_extension(x, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(x, NID_ext_key_usage, "codeSigning") &&
	       add_extension(x, NID_basic_constraints, "critical,CA:FALSE");
}

/* The signature comes from whoever keeps the key, so the certificate is put together by hand. */
static int nid_of(enum signature_scheme scheme)
{
	switch ((int)scheme) {
	case SIGNATURE_ECDSA_SHA256:
		return NID_ecdsa_with_SHA256;
	case SIGNATURE_ECDSA_SHA384:
		return NID_ecdsa_with_SHA384;
	case SIGNATURE_ECDSA_SHA512:
		return NID_ecdsa_with_SHA512;
	case SIGNATURE_RSA_PKCS1_SHA256:
		return NID_sha256WithRSAEncryption;
	default:
		return NID_undef;
	}
}

static bool set_algorithm(X509 *x, int nid)
{
	int parameters = nid == NID_sha256WithRSAEncryption ? V_ASN1_NULL : V_ASN1_UNDEF;
	const ASN1_BIT_STRING *sig;
	const X509_ALGOR *outer;
	X509_ALGOR *inner = (X509_ALGOR *)(uintptr_t)X509_get0_tbs_sigalg(x);

	X509_get0_signature(&sig, &outer, x);
	return X509_ALGOR_set0(inner, OBJ_nid2obj(nid), parameters, NULL) == 1 &&
	       X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)outer, OBJ_nid2obj(nid), parameters,
			       NULL) == 1;
}

static int sign_certificate(X509 *x, const struct secret_key *key, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf signature = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	enum signature_scheme scheme = public_key_scheme(secret_key_public(key));
	const ASN1_BIT_STRING *place;
	const X509_ALGOR *algorithm;
	unsigned char *tbs = NULL;
	ASN1_BIT_STRING *bits;
	int n, r;

	if (nid_of(scheme) == NID_undef)
		return err_set(err, ERR_UNSUPPORTED,
			       "%s is no key for a root of Docker Content Trust: take ECDSA or RSA",
			       public_key_name(secret_key_public(key)));
	if (!set_algorithm(x, nid_of(scheme)))
		return err_nomem(err);
	n = i2d_re_X509_tbs(x, &tbs);
	if (n <= 0)
		return err_nomem(err);
	r = secret_key_sign(key, scheme, str_make(tbs, (size_t)n), &signature, err);
	OPENSSL_free(tbs);
	if (r < 0)
		return r;
	X509_get0_signature(&place, &algorithm, x);
	bits = (ASN1_BIT_STRING *)(uintptr_t)place;
	if (ASN1_BIT_STRING_set(bits, (unsigned char *)signature.p, (int)signature.n) != 1)
		return err_nomem(err);
	bits->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07);
	bits->flags |= ASN1_STRING_FLAG_BITS_LEFT; /* no bits of the last byte are unused */
	return 0;
}

int secret_key_certify(const struct secret_key *key, struct str common_name, int64_t not_before,
		       int64_t not_after, struct strbuf *pem, struct err *err)
{
	CLEANUP(x509_freep) X509 *x = X509_new();
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;
	int r;

	if (common_name.n == 0 || common_name.n > 1024)
		return err_set(err, ERR_USAGE, "a certificate cannot have such a common name");
	if (!x || !bio || !fill(x, key, common_name, not_before, not_after)) {
		ERR_clear_error();
		return err_set(err, ERR_USAGE, "no certificate can be made for \"%.*s\"",
			       STR_FMT(str_sub(common_name, 0, 100)));
	}
	r = sign_certificate(x, key, err);
	if (r < 0)
		return r;
	n = PEM_write_bio_X509(bio, x) == 1 ? BIO_get_mem_data(bio, &text) : 0;
	if (n <= 0)
		return err_nomem(err);
	strbuf_add_bytes(pem, text, (size_t)n);
	return strbuf_check(pem, err);
}
