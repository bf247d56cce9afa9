/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/timestamp.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/cleanup.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"

/* ETSI EN 319 421 and RFC 3628, section 5.2: accurate to a second if nothing is said. */
#define BASELINE_POLICY "0.4.0.2023.1.1"

struct timestamp_trust {
	X509_STORE *anchors;
	STACK_OF(X509) * others;
};

/* One token while it is looked at. */
struct token {
	CMS_ContentInfo *cms;
	TS_TST_INFO *info;
	CMS_SignerInfo *signer_info; /* of cms */
	X509 *signer;		     /* of cms or the trust */
	STACK_OF(X509) * certificates;
	STACK_OF(X509) * chain;
};

static void token_done(struct token *t)
{
	CMS_ContentInfo_free(t->cms);
	TS_TST_INFO_free(t->info);
	sk_X509_pop_free(t->certificates, X509_free);
	sk_X509_pop_free(t->chain, X509_free);
	ERR_clear_error();
}

static void bio_freep(BIO **b)
{
	(void)BIO_free(*b); /* memory only */
}

static void store_ctx_freep(X509_STORE_CTX **c)
{
	X509_STORE_CTX_free(*c);
}

static void response_freep(TS_RESP **r)
{
	TS_RESP_free(*r);
}

static void openssl_freep(unsigned char **p)
{
	OPENSSL_free(*p);
}

static void ess_freep(ESS_SIGNING_CERT **e)
{
	ESS_SIGNING_CERT_free(*e);
}

static void ess_v2_freep(ESS_SIGNING_CERT_V2 **e)
{
	ESS_SIGNING_CERT_V2_free(*e);
}

void timestamp_trust_free(struct timestamp_trust *trust)
{
	if (!trust)
		return;
	X509_STORE_free(trust->anchors);
	sk_X509_pop_free(trust->others, X509_free);
	free(trust);
}

void timestamp_trust_freep(struct timestamp_trust **trust)
{
	timestamp_trust_free(*trust);
	*trust = NULL;
}

static X509 *read_certificate(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	X509 *x = der.n > TIMESTAMP_TOKEN_BYTES_MAX ? NULL : d2i_X509(NULL, &p, (long)der.n);

	if (x && p != end) {
		X509_free(x);
		x = NULL;
	}
	ERR_clear_error();
	return x;
}

static int fill_trust(struct timestamp_trust *trust, struct str_list anchors,
		      struct str_list others, struct err *err)
{
	for (size_t i = 0; i < anchors.n + others.n; i++) {
		bool is_anchor = i < anchors.n;
		X509 *x = read_certificate(is_anchor ? anchors.p[i] : others.p[i - anchors.n]);
		int done;

		if (!x)
			return err_set(err, ERR_FORMAT,
				       "certificate %zu of the time-stamp authorities: not in DER",
				       i);
		done = is_anchor ? X509_STORE_add_cert(trust->anchors, x)
				 : sk_X509_push(trust->others, x);
		if (is_anchor || !done)
			X509_free(x);
		if (!done)
			return err_nomem(err);
	}
	return 0;
}

int timestamp_trust_new(struct str_list anchors, struct str_list others,
			struct timestamp_trust **ret, struct err *err)
{
	CLEANUP(timestamp_trust_freep) struct timestamp_trust *trust = calloc(1, sizeof *trust);
	int r;

	if (!trust || !(trust->anchors = X509_STORE_new()) || !(trust->others = sk_X509_new_null()))
		return err_nomem(err);
	r = fill_trust(trust, anchors, others, err);
	if (r < 0)
		return r;
	*ret = TAKE(trust);
	return 0;
}

/* OpenSSL's last word on what did not hold, for people. */
static int deny(struct err *err, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	ERR_clear_error();
	return err_set(err, ERR_DENIED, "time stamp: %s%s%s", what, why ? ": " : "",
		       why ? why : "");
}

/* A response starts with a sequence (its status), a token with an object identifier. */
static bool is_response(struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	long n = 0;
	int tag = 0, class = 0;
	int flags = ASN1_get_object(&p, &n, &tag, &class, (long)bytes.n);

	return !(flags & 0x80) && tag == V_ASN1_SEQUENCE && class == V_ASN1_UNIVERSAL && n > 0 &&
	       p[0] == (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED);
}

/* The token of a response that granted it, in DER, allocated by OpenSSL. */
static int open_response(struct str bytes, unsigned char **ret, int *ret_n, struct err *err)
{
	const unsigned char *p = (const unsigned char *)bytes.p, *end = p + bytes.n;
	CLEANUP(response_freep) TS_RESP *response = d2i_TS_RESP(NULL, &p, (long)bytes.n);
	long status;

	if (!response || p != end)
		return err_set(err, ERR_FORMAT, "time stamp: not an answer of RFC 3161 in DER");
	status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
	if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS)
		return err_set(err, ERR_DENIED, "time stamp: the authority did not grant one");
	if (!TS_RESP_get_token(response))
		return err_set(err, ERR_FORMAT, "time stamp: an answer without a token");
	*ret_n = i2d_PKCS7(TS_RESP_get_token(response), ret);
	return *ret_n > 0 ? 0 : err_nomem(err);
}

static int read_cms(struct token *t, struct str der, struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;

	t->cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	if (!t->cms || p != end || OBJ_obj2nid(CMS_get0_type(t->cms)) != NID_pkcs7_signed)
		return err_set(err, ERR_FORMAT, "time stamp: not CMS signed data in DER");
	if (OBJ_obj2nid(CMS_get0_eContentType(t->cms)) != NID_id_smime_ct_TSTInfo)
		return err_set(err, ERR_FORMAT, "time stamp: signed data of another kind");
	return 0;
}

/* The signed part; read apart from OpenSSL's check of the signature, which comes later. */
static int read_info(struct token *t, struct err *err)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(t->cms);
	const unsigned char *p, *end;

	if (!content || !*content)
		return err_set(err, ERR_FORMAT, "time stamp: no content");
	p = ASN1_STRING_get0_data(*content);
	end = p + ASN1_STRING_length(*content);
	t->info = d2i_TS_TST_INFO(NULL, &p, end - p);
	if (!t->info || p != end)
		return err_set(err, ERR_FORMAT, "time stamp: the signed part is no TSTInfo in DER");
	if (TS_TST_INFO_get_version(t->info) != 1)
		return err_set(err, ERR_FORMAT, "time stamp: version %ld, not 1",
			       TS_TST_INFO_get_version(t->info));
	if (TS_TST_INFO_get_ext_by_critical(t->info, 1, -1) >= 0)
		return err_set(err, ERR_DENIED, "time stamp: it has a critical extension");
	return 0;
}

static int read_token(struct token *t, struct str bytes, struct err *err)
{
	CLEANUP(openssl_freep) unsigned char *inner = NULL;
	int n = 0, r;

	if (bytes.n > TIMESTAMP_TOKEN_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "time stamp: %zu bytes; at most %d are taken",
			       bytes.n, TIMESTAMP_TOKEN_BYTES_MAX);
	if (is_response(bytes)) {
		r = open_response(bytes, &inner, &n, err);
		if (r < 0)
			return r;
		bytes = str_make(inner, (size_t)n);
	}
	r = read_cms(t, bytes, err);
	return r < 0 ? r : read_info(t, err);
}

/* "20260304050607.89Z": UTC with 'Z' is all that RFC 3161 allows. */
static int read_time(const struct token *t, int64_t *ret, bool *ret_has_fraction, struct err *err)
{
	const ASN1_GENERALIZEDTIME *at = TS_TST_INFO_get_time(t->info);
	struct str text = str_make(ASN1_STRING_get0_data(at), (size_t)ASN1_STRING_length(at));
	struct tm tm = {0};

	if (!str_has_suffix(text, STR("Z")) || text.n < 15 || ASN1_TIME_to_tm(at, &tm) != 1)
		return err_set(err, ERR_FORMAT, "time stamp: its time is not one of RFC 3161");
	*ret = timegm(&tm);
	*ret_has_fraction = text.n > 15;
	return 0;
}

static bool is_baseline(const struct token *t)
{
	char oid[32];

	return OBJ_obj2txt(oid, sizeof oid, TS_TST_INFO_get_policy_id(t->info), 1) > 0 &&
	       strcmp(oid, BASELINE_POLICY) == 0;
}

static bool int_of(const ASN1_INTEGER *i, int64_t most, int64_t *ret)
{
	*ret = 0;
	return !i || (ASN1_INTEGER_get_int64(ret, i) == 1 && *ret >= 0 && *ret <= most);
}

static int read_range(const struct token *t, struct timestamp *ts, struct err *err)
{
	TS_ACCURACY *accuracy = TS_TST_INFO_get_accuracy(t->info);
	int64_t seconds = is_baseline(t), millis = 0, micros = 0;
	bool has_fraction = false;
	int r = read_time(t, &ts->time, &has_fraction, err);

	if (r < 0)
		return r;
	if (accuracy && (!int_of(TS_ACCURACY_get_seconds(accuracy), INT32_MAX, &seconds) ||
			 !int_of(TS_ACCURACY_get_millis(accuracy), 999, &millis) ||
			 !int_of(TS_ACCURACY_get_micros(accuracy), 999, &micros)))
		return err_set(err, ERR_FORMAT, "time stamp: its accuracy is not one of RFC 3161");
	if (millis > 0 || micros > 0)
		seconds++;
	ts->earliest = ts->time - seconds;
	ts->latest = ts->time + seconds + has_fraction;
	return 0;
}

static int algorithm_of(const X509_ALGOR *algor, enum digest_algorithm *ret)
{
	const ASN1_OBJECT *oid;

	X509_ALGOR_get0(&oid, NULL, NULL, algor);
	switch (OBJ_obj2nid(oid)) {
	case NID_sha256:
		*ret = DIGEST_SHA256;
		return 0;
	case NID_sha384:
		*ret = DIGEST_SHA384;
		return 0;
	case NID_sha512:
		*ret = DIGEST_SHA512;
		return 0;
	default:
		return -ERR_DENIED;
	}
}

static int check_imprint(const struct token *t, struct str message, struct err *err)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(t->info);
	const ASN1_OCTET_STRING *got = TS_MSG_IMPRINT_get_msg(imprint);
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value want;
	enum digest_algorithm algorithm;
	int r;

	if (algorithm_of(TS_MSG_IMPRINT_get_algo(imprint), &algorithm) < 0)
		return err_set(err, ERR_DENIED,
			       "time stamp: an imprint that is not by SHA-256, 384 or 512");
	r = digest_init(&d, algorithm, err);
	if (r < 0)
		return r;
	digest_update(&d, message);
	digest_final(&d, &want);
	if (!str_eq(str_make(ASN1_STRING_get0_data(got), (size_t)ASN1_STRING_length(got)),
		    str_make(want.bytes, (size_t[]){32, 48, 64}[algorithm])))
		return err_set(err, ERR_DENIED, "time stamp: it is of other bytes");
	return 0;
}

static int check_algorithm(const CMS_SignerInfo *si, struct err *err)
{
	X509_ALGOR *digest = NULL;
	enum digest_algorithm algorithm;

	CMS_SignerInfo_get0_algs((CMS_SignerInfo *)si, NULL, NULL, &digest, NULL);
	if (!digest || algorithm_of(digest, &algorithm) < 0)
		return err_set(err, ERR_DENIED,
			       "time stamp: a signature that is not by SHA-256, 384 or 512");
	return 0;
}

/* Certificates of the token, behind them those of the trust. */
static int gather_certificates(struct token *t, const struct timestamp_trust *trust,
			       struct err *err)
{
	t->certificates = CMS_get1_certs(t->cms);
	if (!t->certificates)
		t->certificates = sk_X509_new_null();
	if (!t->certificates)
		return err_nomem(err);
	if (sk_X509_num(t->certificates) > TIMESTAMP_CERTIFICATES_MAX)
		return err_set(err, ERR_LIMIT, "time stamp: %d certificates; at most %d are taken",
			       sk_X509_num(t->certificates), TIMESTAMP_CERTIFICATES_MAX);
	if (X509_add_certs(t->certificates, trust->others, X509_ADD_FLAG_UP_REF) != 1)
		return err_nomem(err);
	return 0;
}

/* One signer, whose certificate is there and whose signature holds. */
static int check_signature(struct token *t, struct err *err)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(t->cms);
	CLEANUP(bio_freep) BIO *content = BIO_new(BIO_s_mem());
	int r;

	if (sk_CMS_SignerInfo_num(infos) != 1)
		return err_set(err, ERR_DENIED, "time stamp: %d signers instead of one",
			       sk_CMS_SignerInfo_num(infos));
	t->signer_info = sk_CMS_SignerInfo_value(infos, 0);
	if ((r = check_algorithm(t->signer_info, err)) < 0)
		return r;
	if (!content)
		return err_nomem(err);
	CMS_set1_signers_certs(t->cms, t->certificates, 0);
	CMS_SignerInfo_get0_algs(t->signer_info, NULL, &t->signer, NULL, NULL);
	if (!t->signer)
		return err_set(err, ERR_DENIED,
			       "time stamp: the certificate of its signer is not there");
	if (CMS_verify(t->cms, NULL, NULL, NULL, content, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) !=
	    1)
		return deny(err, "its signature does not hold");
	return 0;
}

/* For time stamps and nothing else; OpenSSL's purpose says so too, but by itself. */
static int check_usage(X509 *signer, struct err *err)
{
	int critical = 0;
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(signer, NID_ext_key_usage, &critical, NULL);
	bool is_sole = eku && sk_ASN1_OBJECT_num(eku) == 1 &&
		       OBJ_obj2nid(sk_ASN1_OBJECT_value(eku, 0)) == NID_time_stamp;

	sk_ASN1_OBJECT_pop_free(eku, ASN1_OBJECT_free);
	if (!is_sole || critical != 1)
		return err_set(err, ERR_DENIED,
			       "time stamp: the certificate of its signer is not for time stamps "
			       "alone (extended key usage, critical)");
	if (X509_check_purpose(signer, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1)
		return err_set(err, ERR_DENIED,
			       "time stamp: the key usage of its signer's certificate is another");
	return 0;
}

static int check_key(X509 *x, struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	CLEANUP(openssl_freep) unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);

	if (n <= 0)
		return err_nomem(err);
	return public_key_parse(str_make(der, (size_t)n), &key, err);
}

static int check_keys(const struct token *t, struct err *err)
{
	if (sk_X509_num(t->chain) > TIMESTAMP_CHAIN_MAX)
		return err_set(err, ERR_LIMIT, "time stamp: a chain of %d certificates",
			       sk_X509_num(t->chain));
	for (int i = 0; i < sk_X509_num(t->chain); i++) {
		int r = check_key(sk_X509_value(t->chain, i), err);

		if (r < 0)
			return err_wrap(err, r, "time stamp: certificate %d of the chain", i);
	}
	return 0;
}

/* Level 2 of OpenSSL: 112 bits, which leaves out SHA-1 in signatures of certificates. */
static void set_parameters(X509_STORE_CTX *ctx, int64_t time)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	X509_VERIFY_PARAM_set_time(param, time);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT);
	X509_VERIFY_PARAM_set_auth_level(param, 2);
	X509_VERIFY_PARAM_set_depth(param, TIMESTAMP_CHAIN_MAX);
	X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_TIMESTAMP_SIGN);
}

static int check_chain(struct token *t, const struct timestamp_trust *trust, int64_t time,
		       struct err *err)
{
	CLEANUP(store_ctx_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (!ctx || X509_STORE_CTX_init(ctx, trust->anchors, t->signer, t->certificates) != 1)
		return err_nomem(err);
	set_parameters(ctx, time);
	if (X509_verify_cert(ctx) != 1)
		return err_set(err, ERR_DENIED, "time stamp: its signer is not trusted: %s",
			       X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	t->chain = X509_STORE_CTX_get1_chain(ctx);
	return t->chain ? check_keys(t, err) : err_nomem(err);
}

/* RFC 5652, section 11.1: what was signed is said in the signed part, too. */
static int check_content_type(const struct token *t, struct err *err)
{
	const ASN1_OBJECT *type = CMS_signed_get0_data_by_OBJ(
		t->signer_info, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);

	if (!type || OBJ_obj2nid(type) != NID_id_smime_ct_TSTInfo)
		return err_set(err, ERR_DENIED,
			       "time stamp: the signed attribute content-type is not TSTInfo");
	return 0;
}

/* The value of a signed attribute that is there once at most, as DER; empty: not there. */
static struct str signed_attribute(const struct token *t, int nid)
{
	const ASN1_STRING *s =
		CMS_signed_get0_data_by_OBJ(t->signer_info, OBJ_nid2obj(nid), -3, V_ASN1_SEQUENCE);

	return s ? str_make(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)) : STR_NULL;
}

/* RFC 3161, section 2.4.1: the signature is bound to one certificate, not just to a key. */
static int check_binding(const struct token *t, bool *ret_by_sha2, struct err *err)
{
	struct str v1 = signed_attribute(t, NID_id_smime_aa_signingCertificate);
	struct str v2 = signed_attribute(t, NID_id_smime_aa_signingCertificateV2);
	const unsigned char *p1 = (const unsigned char *)v1.p, *p2 = (const unsigned char *)v2.p;
	CLEANUP(ess_freep)
	ESS_SIGNING_CERT *ess = v1.n ? d2i_ESS_SIGNING_CERT(NULL, &p1, (long)v1.n) : NULL;
	CLEANUP(ess_v2_freep)
	ESS_SIGNING_CERT_V2 *ess2 = v2.n ? d2i_ESS_SIGNING_CERT_V2(NULL, &p2, (long)v2.n) : NULL;

	if (!v1.n && !v2.n)
		return err_set(err, ERR_DENIED,
			       "time stamp: no signed attribute signing-certificate");
	if ((v1.n && !ess) || (v2.n && !ess2))
		return err_set(err, ERR_FORMAT,
			       "time stamp: the attribute signing-certificate is not in DER");
	if (OSSL_ESS_check_signing_certs(ess, ess2, t->chain, 1) != 1)
		return deny(err, "the attribute signing-certificate names another certificate");
	*ret_by_sha2 = ess2 != NULL;
	return 0;
}

static int keep_chain(const struct token *t, struct arena *arena, struct timestamp *ts,
		      struct err *err)
{
	for (int i = 0; i < sk_X509_num(t->chain); i++) {
		CLEANUP(openssl_freep) unsigned char *der = NULL;
		int n = i2d_X509(sk_X509_value(t->chain, i), &der);

		if (n <= 0)
			return err_nomem(err);
		ts->chain[ts->n_chain++] = arena_str(arena, str_make(der, (size_t)n));
	}
	return arena_check(arena, err);
}

static int keep_name(X509 *signer, struct arena *arena, struct str *ret, struct err *err)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;

	if (!bio || X509_NAME_print_ex(bio, X509_get_subject_name(signer), 0,
				       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
		return err_nomem(err);
	n = BIO_get_mem_data(bio, &text);
	*ret = arena_str(arena, str_make(text, (size_t)n));
	return arena_check(arena, err);
}

static int verify(struct token *t, const struct timestamp_trust *trust, struct str bytes,
		  struct str message, struct arena *arena, struct timestamp *ts, struct err *err)
{
	int r;

	if ((r = read_token(t, bytes, err)) < 0 || (r = read_range(t, ts, err)) < 0 ||
	    (r = check_imprint(t, message, err)) < 0 ||
	    (r = gather_certificates(t, trust, err)) < 0 || (r = check_signature(t, err)) < 0 ||
	    (r = check_content_type(t, err)) < 0 || (r = check_usage(t->signer, err)) < 0 ||
	    (r = check_chain(t, trust, ts->time, err)) < 0 ||
	    (r = check_binding(t, &ts->names_by_sha2, err)) < 0 ||
	    (r = keep_chain(t, arena, ts, err)) < 0)
		return r;
	return keep_name(t->signer, arena, &ts->signer, err);
}

int timestamp_verify(const struct timestamp_trust *trust, struct str token, struct str message,
		     struct arena *arena, struct timestamp *ret, struct err *err)
{
	CLEANUP(token_done) struct token t = {0};
	struct timestamp ts = {0};
	int r = verify(&t, trust, token, message, arena, &ts, err);

	if (r == 0)
		*ret = ts;
	return r;
}
