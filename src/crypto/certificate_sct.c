/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed certificate timestamps (RFC 6962 section 3.2 and 3.3), in the extension as an OCTET
 *STRING:
 *
 *	OFFSET SIZE DESCRIPTION
 *	0      2    bytes of the list; then for each SCT:
 *	0      2    its bytes
 *	2      1    version: 0
 *	3      32   log id: SHA-256 of the log's key
 *	35     8    milliseconds since 1970
 *	43     2    bytes of extensions (static CT: the index of the leaf), then they
 *	..     2    hash and signature algorithm: 4 (SHA-256); 1 (RSA) or 3 (ECDSA)
 *	..     2    bytes of the signature, then it
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "crypto/certificate.h"
#include "crypto/certificate_x509.h"

#define SCT_LIST "1.3.6.1.4.1.11129.2.4.2"

static void x509_freep(X509 **x)
{
	X509_free(*x);
}

static void object_freep(ASN1_OBJECT **o)
{
	ASN1_OBJECT_free(*o);
}

static void openssl_freep(void *p)
{
	OPENSSL_free(*(void **)p);
}

struct sct {
	struct str log_id, extensions, signature;
	uint64_t time_ms;
	unsigned hash, algorithm;
};

static int pull_sct(struct cursor *list, struct sct *ret, struct err *err)
{
	struct cursor c = cursor_make(cursor_take(list, cursor_u16be(list)));
	unsigned version = cursor_u8(&c);

	if (list->failed || version != 0)
		return err_set(err, ERR_DENIED, "a malformed timestamp (SCT) in the certificate");
	ret->log_id = cursor_take(&c, 32);
	ret->time_ms = cursor_u64be(&c);
	ret->extensions = cursor_take(&c, cursor_u16be(&c));
	ret->hash = cursor_u8(&c);
	ret->algorithm = cursor_u8(&c);
	ret->signature = cursor_take(&c, cursor_u16be(&c));
	if (c.failed || cursor_left(&c) != 0)
		return err_set(err, ERR_DENIED, "a malformed timestamp (SCT) in the certificate");
	return 0;
}

static void add_be(struct strbuf *out, uint64_t v, size_t bytes)
{
	for (size_t i = bytes; i-- > 0;)
		strbuf_addc(out, (char)(v >> 8 * i));
}

/* TBSCertificate without the SCTs: what the log saw, less the poison. */
static int add_precertificate(const struct certificate *cert, struct strbuf *out, struct err *err)
{
	CLEANUP(x509_freep) X509 *copy = X509_dup(certificate_x509(cert));
	CLEANUP(object_freep) ASN1_OBJECT *oid = OBJ_txt2obj(SCT_LIST, 1);
	CLEANUP(openssl_freep) unsigned char *tbs = NULL;
	int n = -1, at;

	if (!copy || !oid)
		return err_nomem(err);
	at = X509_get_ext_by_OBJ(copy, oid, -1);
	if (at >= 0)
		X509_EXTENSION_free(X509_delete_ext(copy, at));
	n = i2d_re_X509_tbs(copy, &tbs);
	if (n <= 0)
		return err_nomem(err);
	add_be(out, (uint64_t)n, 3);
	strbuf_add_bytes(out, tbs, (size_t)n);
	return strbuf_check(out, err);
}

/* digitally-signed struct of RFC 6962 3.2 for a precert_entry; `entry` is issuer hash and TBS. */
static int sct_holds(const struct sct *sct, struct str entry, const struct certificate_log *log,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(3 * CERTIFICATE_BYTES_MAX);
	bool ecdsa = public_key_type(log->key) <= KEY_EC_P521;
	bool rsa = public_key_type(log->key) == KEY_RSA;
	int64_t at = (int64_t)(sct->time_ms / 1000);
	int r;

	if (sct->hash != 4 || sct->algorithm != (ecdsa ? 3 : 1) || !(ecdsa || rsa))
		return err_set(err, ERR_DENIED,
			       "the timestamp (SCT) is signed by an algorithm that is not the "
			       "log's");
	if (at < log->from || at > log->until)
		return err_set(err, ERR_DENIED,
			       "the timestamp (SCT) lies outside of the log's time");
	add_be(&sb, 0, 1); /* v1 */
	add_be(&sb, 0, 1); /* certificate_timestamp */
	add_be(&sb, sct->time_ms, 8);
	add_be(&sb, 1, 2); /* precert_entry */
	strbuf_add(&sb, entry);
	add_be(&sb, sct->extensions.n, 2);
	strbuf_add(&sb, sct->extensions);
	if ((r = strbuf_check(&sb, err)) < 0)
		return r;
	return public_key_verify(log->key,
				 ecdsa ? SIGNATURE_ECDSA_SHA256 : SIGNATURE_RSA_PKCS1_SHA256,
				 strbuf_str(&sb), sct->signature, err);
}

/* A log whose id and key are there twice has two spans of time: one must hold. */
static int sct_check(const struct sct *sct, struct str entry, const struct certificate_log *logs,
		     size_t n_logs, bool *ret_held, struct err *err)
{
	int r;

	*ret_held = false;
	for (size_t i = 0; i < n_logs && !*ret_held; i++) {
		if (!str_eq(str_make(logs[i].id, sizeof logs[i].id), sct->log_id))
			continue;
		r = sct_holds(sct, entry, &logs[i], err);
		if (r < 0 && r != -ERR_DENIED)
			return r;
		*ret_held = r == 0;
	}
	return 0;
}

static int sct_list(const struct certificate *cert, struct cursor *ret, struct err *err)
{
	struct str value;
	ASN1_OCTET_STRING *octets;
	const unsigned char *p;
	struct cursor c;

	if (!certificate_extension(cert, SCT_LIST, &value, NULL))
		return err_set(err, ERR_DENIED, "the certificate has no timestamp (SCT) of a log");
	p = (const unsigned char *)value.p;
	octets = d2i_ASN1_OCTET_STRING(NULL, &p, (long)value.n);
	/* The inner string is the end of the value: slices of the value outlive the object. */
	if (octets && p == (const unsigned char *)value.p + value.n)
		value = str_skip(value, value.n - (size_t)ASN1_STRING_length(octets));
	else
		value = STR_NULL;
	ASN1_OCTET_STRING_free(octets);
	ERR_clear_error();
	c = cursor_make(value);
	*ret = cursor_make(cursor_take(&c, cursor_u16be(&c)));
	if (c.failed || cursor_left(&c) != 0 || cursor_left(ret) == 0)
		return err_set(err, ERR_DENIED, "a malformed timestamp (SCT) in the certificate");
	return 0;
}

static int precert_entry(const struct certificate *cert, const struct certificate *issuer,
			 struct strbuf *out, struct err *err)
{
	CLEANUP(openssl_freep) unsigned char *spki = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate_x509(issuer)), &spki), r;
	struct digest_value hash;

	if (n <= 0)
		return err_nomem(err);
	if ((r = digest_of(str_make(spki, (size_t)n), &hash, err)) < 0)
		return r;
	strbuf_add_bytes(out, hash.bytes, 32);
	return add_precertificate(cert, out, err);
}

int certificate_scts_verify(const struct certificate *cert, const struct certificate *issuer,
			    const struct certificate_log *logs, size_t n_logs, size_t *ret_held,
			    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf entry = STRBUF_INIT(2 * CERTIFICATE_BYTES_MAX);
	struct err why = {0};
	struct cursor list = {0};
	size_t n = 0, n_held = 0;
	int r;

	if ((r = sct_list(cert, &list, err)) < 0 ||
	    (r = precert_entry(cert, issuer, &entry, err)) < 0)
		return r;
	err_set(&why, ERR_DENIED, "no timestamp (SCT) in the certificate is of a trusted log");
	while (cursor_left(&list) > 0) {
		struct sct sct = {0};
		bool held = false;

		if (++n > CERTIFICATE_SCTS_MAX)
			return err_set(err, ERR_DENIED, "more than %d timestamps (SCT)",
				       CERTIFICATE_SCTS_MAX);
		if ((r = pull_sct(&list, &sct, err)) < 0 ||
		    (r = sct_check(&sct, strbuf_str(&entry), logs, n_logs, &held, &why)) < 0)
			return r;
		n_held += held;
	}
	if (n_held == 0)
		return err_set(err, ERR_DENIED, "%s", why.msg);
	*ret_held = n_held;
	return 0;
}
