/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/revocation.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/cleanup.h"
#include "crypto/certificate_x509.h"

/* One question while it is asked. */
struct question {
	X509 *cert, *issuer; /* borrowed */
	const struct revocation_source *source;
	int64_t now, signed_at;
	struct arena *arena;
	struct revocation_answer answer;
};

static void response_freep(OCSP_RESPONSE **r)
{
	OCSP_RESPONSE_free(*r);
}

static void basic_freep(OCSP_BASICRESP **b)
{
	OCSP_BASICRESP_free(*b);
}

static void id_freep(OCSP_CERTID **id)
{
	OCSP_CERTID_free(*id);
}

static void store_freep(X509_STORE **s)
{
	X509_STORE_free(*s);
}

static void crl_freep(X509_CRL **c)
{
	X509_CRL_free(*c);
}

static void bio_freep(BIO **b)
{
	(void)BIO_free(*b); /* memory only */
}

static void points_freep(STACK_OF(DIST_POINT) * *p)
{
	sk_DIST_POINT_pop_free(*p, DIST_POINT_free);
}

static void idp_freep(ISSUING_DIST_POINT **p)
{
	ISSUING_DIST_POINT_free(*p);
}

static void request_freep(OCSP_REQUEST **r)
{
	OCSP_REQUEST_free(*r);
}

static void time_freep(ASN1_GENERALIZEDTIME **t)
{
	ASN1_GENERALIZEDTIME_free(*t);
}

static void integer_freep(ASN1_INTEGER **i)
{
	ASN1_INTEGER_free(*i);
}

static void openssl_freep(unsigned char **p)
{
	OPENSSL_free(*p);
}

/* Why nothing came of it, unless something did. */
static void pass_over(struct question *q, const char *why)
{
	ERR_clear_error();
	if (q->answer.status == REVOCATION_UNKNOWN)
		q->answer.why = arena_str(q->arena, str_of(why));
}

static bool seconds_of(const ASN1_TIME *t, int64_t *ret)
{
	struct tm tm = {0};

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*ret = timegm(&tm);
	return true;
}

/* RFC 6960 and 5280 know the key of a thief by its invalidity date; signed before, it is good. */
static void revoke(struct question *q, const char *by, const ASN1_TIME *at, long reason,
		   const ASN1_GENERALIZEDTIME *invalid_from, bool current)
{
	int64_t from;

	if (q->signed_at && seconds_of(invalid_from, &from) && q->signed_at < from) {
		if (!current) { /* the date may have been found to be an earlier one since */
			pass_over(q, "a CRL is out of date");
			return;
		}
		if (q->answer.status == REVOCATION_UNKNOWN)
			q->answer.status = REVOCATION_GOOD;
		q->answer.by = arena_str(q->arena, str_of(by));
		return;
	}
	q->answer.status = REVOCATION_REVOKED;
	q->answer.by = arena_str(q->arena, str_of(by));
	q->answer.why = arena_str(q->arena, str_of(OCSP_crl_reason_str(reason < 0 ? 0 : reason)));
	if (!seconds_of(at, &q->answer.revoked_at))
		q->answer.revoked_at = 0;
}

static void accept(struct question *q, const char *by)
{
	if (q->answer.status != REVOCATION_UNKNOWN)
		return;
	q->answer.status = REVOCATION_GOOD;
	q->answer.by = arena_str(q->arena, str_of(by));
}

/* ---- OCSP ---- */

/* The issuer itself, or one it has named for that with the extended key usage OCSPSigning. */
static bool ocsp_holds(const struct question *q, OCSP_BASICRESP *basic)
{
	CLEANUP(store_freep) X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = store ? X509_STORE_get0_param(store) : NULL;
	STACK_OF(X509) *issuers = sk_X509_new_null();
	bool holds = false;

	if (param && issuers && sk_X509_push(issuers, q->issuer) > 0 &&
	    X509_STORE_add_cert(store, q->issuer) == 1) {
		X509_VERIFY_PARAM_set_time(param, q->now);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_auth_level(param, 2);
		/* TRUSTOTHER: signed by the issuer itself, which was checked by the caller. */
		holds = OCSP_basic_verify(basic, issuers, store, OCSP_TRUSTOTHER) == 1;
	}
	sk_X509_free(issuers);
	return holds;
}

/*
 * Whether the response is of now: an answer without an end has one day. OpenSSL's
 * OCSP_check_validity reads the clock.
 */
static bool is_current(const struct question *q, const ASN1_TIME *from, const ASN1_TIME *until)
{
	int64_t a, b;

	if (!seconds_of(from, &a) || a > q->now)
		return false;
	if (!until)
		return q->now - a <= 86400;
	return seconds_of(until, &b) && q->now <= b;
}

static void read_single(struct question *q, OCSP_SINGLERESP *single)
{
	ASN1_GENERALIZEDTIME *revoked_at = NULL, *from = NULL, *until = NULL;
	int reason = -1;
	int status = OCSP_single_get0_status(single, &reason, &revoked_at, &from, &until);
	CLEANUP(time_freep)
	ASN1_GENERALIZEDTIME *invalid_from =
		OCSP_SINGLERESP_get1_ext_d2i(single, NID_invalidity_date, NULL, NULL);

	if (!is_current(q, from, until))
		pass_over(q, "an OCSP response is out of date");
	else if (status == V_OCSP_CERTSTATUS_GOOD)
		accept(q, "OCSP");
	else if (status == V_OCSP_CERTSTATUS_REVOKED)
		revoke(q, "OCSP", revoked_at, reason, invalid_from, true);
	else
		pass_over(q, "an OCSP server does not know the certificate");
}

/* The response may name certificates by another digest than ours. */
static bool is_about(const struct question *q, OCSP_SINGLERESP *single)
{
	OCSP_CERTID *theirs = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
	ASN1_OBJECT *algorithm = NULL;

	if (OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, theirs) != 1)
		return false;
	CLEANUP(id_freep)
	OCSP_CERTID *ours = OCSP_cert_to_id(EVP_get_digestbyobj(algorithm), q->cert, q->issuer);
	return ours && OCSP_id_cmp(ours, theirs) == 0;
}

static void read_ocsp(struct question *q, struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	CLEANUP(response_freep)
	OCSP_RESPONSE *response =
		der.n > REVOCATION_BYTES_MAX ? NULL : d2i_OCSP_RESPONSE(NULL, &p, (long)der.n);
	CLEANUP(basic_freep) OCSP_BASICRESP *basic = NULL;
	bool checked = false;

	if (!response || OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL ||
	    !(basic = OCSP_response_get1_basic(response))) {
		pass_over(q, "an OCSP response is none, or no answer");
		return;
	}
	for (int i = 0; i < OCSP_resp_count(basic) && i < 1024; i++) {
		if (!is_about(q, OCSP_resp_get0(basic, i)))
			continue;
		if (!checked && !ocsp_holds(q, basic)) {
			pass_over(q, "an OCSP response is not signed as it must be");
			return;
		}
		checked = true;
		read_single(q, OCSP_resp_get0(basic, i));
	}
	if (!checked)
		pass_over(q, "the OCSP responses are about other certificates");
}

/* ---- CRL ---- */

static X509_CRL *read_crl_bytes(struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;

	if (bytes.n > REVOCATION_BYTES_MAX)
		return NULL;
	if (str_find(bytes, STR("-----BEGIN X509 CRL")) < bytes.n) {
		CLEANUP(bio_freep) BIO *bio = BIO_new_mem_buf(bytes.p, (int)bytes.n);

		return bio ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
	}
	return d2i_X509_CRL(NULL, &p, (long)bytes.n);
}

/* Critical extensions besides the two that are read would change what the list means. */
static bool has_unknown_extension(const X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
		X509_EXTENSION *ext = X509_CRL_get_ext(crl, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(ext));

		if (X509_EXTENSION_get_critical(ext) && nid != NID_delta_crl &&
		    nid != NID_issuing_distribution_point)
			return true;
	}
	return false;
}

/* Lists of a part of the certificates: of CAs, of users, for some reasons, of other issuers. */
static bool is_for_all(const struct question *q, const X509_CRL *crl)
{
	int critical = 0;
	CLEANUP(idp_freep)
	ISSUING_DIST_POINT *idp =
		X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);
	bool is_ca = X509_check_ca(q->cert) > 0;

	if (!idp)
		return critical == -1; /* -1: it is not there; else it could not be read */
	return !idp->indirectCRL && !idp->onlysomereasons && idp->onlyattr <= 0 &&
	       !(idp->onlyuser > 0 && is_ca) && !(idp->onlyCA > 0 && !is_ca);
}

static bool crl_holds(struct question *q, X509_CRL *crl)
{
	int mdnid = NID_undef;

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(q->issuer)) != 0) {
		pass_over(q, "the CRLs are of other issuers");
		return false;
	}
	if (OBJ_find_sigid_algs(X509_CRL_get_signature_nid(crl), &mdnid, NULL) != 1 ||
	    mdnid == NID_sha1 || mdnid == NID_md5 ||
	    X509_CRL_verify(crl, X509_get0_pubkey(q->issuer)) != 1) {
		pass_over(q, "a CRL is not signed by the issuer");
		return false;
	}
	if (has_unknown_extension(crl) || !is_for_all(q, crl)) {
		pass_over(q, "a CRL is about a part of the certificates");
		return false;
	}
	return true;
}

enum crl_word { CRL_SILENT, CRL_LISTED, CRL_REMOVED };

/* Whether the list has the certificate. */
static enum crl_word look_up(const struct question *q, X509_CRL *crl, X509_REVOKED **ret)
{
	int r = X509_CRL_get0_by_serial(crl, ret, X509_get_serialNumber(q->cert));

	return r == 0 ? CRL_SILENT : r == 2 ? CRL_REMOVED : CRL_LISTED;
}

static void revoke_by(struct question *q, X509_REVOKED *entry, bool current)
{
	CLEANUP(time_freep)
	ASN1_GENERALIZEDTIME *invalid_from =
		X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);
	ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	long code = reason ? ASN1_ENUMERATED_get(reason) : -1;

	ASN1_ENUMERATED_free(reason);
	revoke(q, "a CRL", X509_REVOKED_get0_revocationDate(entry), code, invalid_from, current);
}

/* The numbers of a delta CRL and its base: RFC 5280, section 5.2.4. */
static bool fits_base(const X509_CRL *delta, const X509_CRL *base)
{
	CLEANUP(integer_freep)
	ASN1_INTEGER *from = X509_CRL_get_ext_d2i(delta, NID_delta_crl, NULL, NULL);
	CLEANUP(integer_freep)
	ASN1_INTEGER *number = X509_CRL_get_ext_d2i(base, NID_crl_number, NULL, NULL);
	CLEANUP(integer_freep)
	ASN1_INTEGER *own = X509_CRL_get_ext_d2i(delta, NID_crl_number, NULL, NULL);

	return from && number && own && ASN1_INTEGER_cmp(from, number) <= 0 &&
	       ASN1_INTEGER_cmp(own, number) >= 0;
}

static bool is_delta(const X509_CRL *crl)
{
	return X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0;
}

static bool is_older(const X509_CRL *a, const X509_CRL *b)
{
	CLEANUP(integer_freep)
	ASN1_INTEGER *x = X509_CRL_get_ext_d2i(a, NID_crl_number, NULL, NULL);
	CLEANUP(integer_freep)
	ASN1_INTEGER *y = X509_CRL_get_ext_d2i(b, NID_crl_number, NULL, NULL);

	return x && y && ASN1_INTEGER_cmp(x, y) < 0;
}

/*
 * A delta CRL that fits says more than its base: a hold that was lifted, a new revocation. Of
 * several the newest counts, in whatever order they are given.
 */
static void apply_deltas(struct question *q, const X509_CRL *base, enum crl_word *word,
			 X509_REVOKED **entry, X509_CRL **keep)
{
	for (size_t i = 0; i < q->source->crls.n; i++) {
		CLEANUP(crl_freep) X509_CRL *delta = read_crl_bytes(q->source->crls.p[i]);
		enum crl_word said;
		X509_REVOKED *found = NULL;

		if (!delta || !is_delta(delta) || !crl_holds(q, delta) || !fits_base(delta, base) ||
		    !is_current(q, X509_CRL_get0_lastUpdate(delta),
				X509_CRL_get0_nextUpdate(delta)))
			continue;
		said = look_up(q, delta, &found);
		if (said == CRL_SILENT || (said == CRL_REMOVED && *word == CRL_SILENT) ||
		    (*keep && is_older(delta, *keep)))
			continue;
		*word = said;
		*entry = found;
		X509_CRL_free(*keep);
		*keep = TAKE(delta);
	}
}

static void read_crl(struct question *q, struct str bytes)
{
	CLEANUP(crl_freep) X509_CRL *crl = read_crl_bytes(bytes);
	CLEANUP(crl_freep) X509_CRL *keep = NULL;
	X509_REVOKED *entry = NULL;
	enum crl_word word;
	bool current;

	if (!crl) {
		pass_over(q, "a CRL is none");
		return;
	}
	if (is_delta(crl) || !crl_holds(q, crl))
		return;
	current = is_current(q, X509_CRL_get0_lastUpdate(crl), X509_CRL_get0_nextUpdate(crl));
	word = look_up(q, crl, &entry);
	apply_deltas(q, crl, &word, &entry, &keep);
	if (word == CRL_LISTED)
		revoke_by(q, entry, current);
	else if (current)
		accept(q, "a CRL");
	else
		pass_over(q, "a CRL is out of date");
}

/* ---- the network, and the places a certificate names ---- */

static struct str url_of(const GENERAL_NAME *name)
{
	const ASN1_IA5STRING *s;

	if (name->type != GEN_URI)
		return STR_NULL;
	s = name->d.uniformResourceIdentifier;
	return str_make(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

static size_t find_crl_urls(const X509 *cert, struct arena *arena, struct str *urls)
{
	CLEANUP(points_freep)
	STACK_OF(DIST_POINT) *points =
		X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
	size_t n = 0;

	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(points, i);

		if (!point->distpoint || point->distpoint->type != 0)
			continue;
		for (int k = 0; k < sk_GENERAL_NAME_num(point->distpoint->name.fullname); k++) {
			struct str url =
				url_of(sk_GENERAL_NAME_value(point->distpoint->name.fullname, k));

			if (str_has_prefix(url, STR("http://")) && n < REVOCATION_URLS_MAX)
				urls[n++] = arena_str(arena, url);
		}
	}
	return n;
}

static size_t find_ocsp_urls(X509 *cert, struct arena *arena, struct str *urls)
{
	STACK_OF(OPENSSL_STRING) *all = X509_get1_ocsp(cert);
	size_t n = 0;

	for (int i = 0; i < sk_OPENSSL_STRING_num(all) && n < REVOCATION_URLS_MAX; i++)
		urls[n++] = arena_str(arena, str_of(sk_OPENSSL_STRING_value(all, i)));
	X509_email_free(all);
	return n;
}

static int make_request(const struct question *q, unsigned char **ret)
{
	CLEANUP(request_freep) OCSP_REQUEST *request = OCSP_REQUEST_new();
	OCSP_CERTID *id = OCSP_cert_to_id(NULL, q->cert, q->issuer);

	if (!request || !id || !OCSP_request_add0_id(request, id)) {
		OCSP_CERTID_free(id);
		return 0;
	}
	return i2d_OCSP_REQUEST(request, ret);
}

typedef void read_fn(struct question *q, struct str bytes);

static void ask(struct question *q, const struct str *urls, size_t n, struct str request,
		read_fn *read)
{
	for (size_t i = 0; i < n && q->answer.status == REVOCATION_UNKNOWN; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(REVOCATION_BYTES_MAX);
		struct err err = {0};

		if (q->source->fetch(q->source->ctx, urls[i], request, &sb, &err) < 0)
			pass_over(q, err.msg);
		else
			read(q, strbuf_str(&sb));
	}
}

static void ask_network(struct question *q, const struct str *ocsp, size_t n_ocsp,
			const struct str *crls, size_t n_crls)
{
	CLEANUP(openssl_freep) unsigned char *request = NULL;
	int n = n_ocsp ? make_request(q, &request) : 0;

	if (n > 0)
		ask(q, ocsp, n_ocsp, str_make(request, (size_t)n), read_ocsp);
	ask(q, crls, n_crls, STR_NULL, read_crl);
}

int revocation_check(const struct certificate *cert, const struct certificate *issuer,
		     const struct revocation_source *source, int64_t now, int64_t signed_at,
		     struct arena *arena, struct revocation_answer *ret, struct err *err)
{
	struct question q = {certificate_x509(cert),
			     certificate_x509(issuer),
			     source,
			     now,
			     signed_at,
			     arena,
			     {0}};
	struct str ocsp[REVOCATION_URLS_MAX], crls[REVOCATION_URLS_MAX];
	size_t n_ocsp = find_ocsp_urls(q.cert, arena, ocsp);
	size_t n_crls = find_crl_urls(q.cert, arena, crls);

	for (size_t i = 0; i < source->ocsp.n; i++)
		read_ocsp(&q, source->ocsp.p[i]);
	for (size_t i = 0; i < source->crls.n && q.answer.status != REVOCATION_REVOKED; i++)
		read_crl(&q, source->crls.p[i]);
	if (q.answer.status == REVOCATION_UNKNOWN && source->fetch)
		ask_network(&q, ocsp, n_ocsp, crls, n_crls);
	if (q.answer.status == REVOCATION_UNKNOWN && n_ocsp + n_crls == 0 &&
	    X509_get_ext_by_NID(q.cert, NID_crl_distribution_points, -1) < 0)
		q.answer.status = REVOCATION_NONE;
	if (q.answer.status == REVOCATION_UNKNOWN && !q.answer.why.n)
		q.answer.why = STR("no OCSP response and no CRL was given");
	ERR_clear_error();
	if (arena_check(arena, err) < 0)
		return -ERR_NOMEM;
	*ret = q.answer;
	return 0;
}
