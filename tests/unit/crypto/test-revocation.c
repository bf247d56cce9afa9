/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/revocation.h"
#include <openssl/ocsp.h>
#include "base/limits.h"
#include "tests/unit/test_ca.h"

static struct test_cert root, stranger, leaf, bare, responder, wrong_responder;
static struct arena arena;

static const char *const places[] = {"crlDistributionPoints", "URI:http://crl.example.com/a.crl",
				     "authorityInfoAccess", "OCSP;URI:http://ocsp.example.com/",
				     NULL};

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	test_cert_make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	test_cert_make(&stranger, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	test_cert_make(&leaf, &root, (struct test_cert_plan){.name = "Leaf", .extensions = places});
	test_cert_make(&bare, &root, (struct test_cert_plan){.name = "Bare"});
	test_cert_make(&responder, &root,
		       (struct test_cert_plan){.name = "OCSP", .eku = "OCSPSigning"});
	test_cert_make(&wrong_responder, &root, (struct test_cert_plan){.name = "No OCSP"});
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_cert_done(&root);
	test_cert_done(&stranger);
	test_cert_done(&leaf);
	test_cert_done(&bare);
	test_cert_done(&responder);
	test_cert_done(&wrong_responder);
	arena_done(&arena);
	return 0;
}

/* How a CRL or an OCSP response is made; unset: one of now, by the root, that lists nobody. */
struct plan {
	const struct test_cert *by, *about;
	bool lists, unknown, removed;
	int reason; /* 0: not said */
	int64_t invalid_from, from, until;
	long number, base; /* of a CRL; base: a delta */
	const char *idp;   /* issuing distribution point, "critical,..." */
	const char *digest;
};

static ASN1_TIME *time_of(int64_t t)
{
	return ASN1_TIME_set(NULL, t);
}

static void list(X509_CRL *crl, const struct plan *p, const struct test_cert *about)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *at = time_of(TEST_TIME - 100);

	X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(about->x));
	X509_REVOKED_set_revocationDate(entry, at);
	if (p->reason || p->removed) {
		ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

		ASN1_ENUMERATED_set(reason, p->removed ? 8 : p->reason);
		X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0);
		ASN1_ENUMERATED_free(reason);
	}
	if (p->invalid_from) {
		ASN1_GENERALIZEDTIME *from = ASN1_GENERALIZEDTIME_set(NULL, p->invalid_from);

		X509_REVOKED_add1_ext_i2d(entry, NID_invalidity_date, from, 0, 0);
		ASN1_GENERALIZEDTIME_free(from);
	}
	X509_CRL_add0_revoked(crl, entry);
	ASN1_TIME_free(at);
}

static void add_number(X509_CRL *crl, int nid, long number, int critical)
{
	ASN1_INTEGER *i = ASN1_INTEGER_new();

	ASN1_INTEGER_set(i, number);
	assert_int_equal(X509_CRL_add1_ext_i2d(crl, nid, i, critical, 0), 1);
	ASN1_INTEGER_free(i);
}

static void add_idp(X509_CRL *crl, const char *value)
{
	CONF *conf = NCONF_new(NULL);
	BIO *bio = BIO_new_mem_buf(value, -1);
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	assert_int_equal(NCONF_load_bio(conf, bio, NULL), 1);
	X509V3_set_ctx(&ctx, NULL, NULL, NULL, crl, 0);
	X509V3_set_nconf(&ctx, conf);
	ext = X509V3_EXT_nconf(conf, &ctx, "issuingDistributionPoint", "critical,@idp");
	assert_non_null(ext);
	X509_CRL_add_ext(crl, ext, -1);
	X509_EXTENSION_free(ext);
	NCONF_free(conf);
	BIO_free(bio);
}

static struct str make_crl(const struct plan *p)
{
	const struct test_cert *by = p->by ? p->by : &root;
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = time_of(p->from ? p->from : TEST_TIME - 60);
	ASN1_TIME *until = time_of(p->until ? p->until : TEST_TIME + 60);
	unsigned char *der = NULL;
	struct str kept;
	int n;

	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(by->x));
	X509_CRL_set1_lastUpdate(crl, from);
	X509_CRL_set1_nextUpdate(crl, until);
	if (p->lists || p->removed)
		list(crl, p, p->about ? p->about : &leaf);
	if (p->number)
		add_number(crl, NID_crl_number, p->number, 0);
	if (p->base)
		add_number(crl, NID_delta_crl, p->base, 1);
	if (p->idp)
		add_idp(crl, p->idp);
	X509_CRL_sort(crl);
	assert_true(X509_CRL_sign(crl, by->key,
				  EVP_get_digestbyname(p->digest ? p->digest : "SHA256")) > 0);
	n = i2d_X509_CRL(crl, &der);
	kept = arena_str(&arena, str_make(der, (size_t)n));
	OPENSSL_free(der);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	X509_CRL_free(crl);
	return kept;
}

static struct str make_ocsp(const struct plan *p)
{
	const struct test_cert *by = p->by ? p->by : &root, *about = p->about ? p->about : &leaf;
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(NULL, about->x, root.x);
	ASN1_TIME *from = time_of(p->from ? p->from : TEST_TIME - 60);
	ASN1_TIME *until = time_of(p->until ? p->until : TEST_TIME + 60);
	ASN1_TIME *at = time_of(TEST_TIME - 100);
	OCSP_SINGLERESP *single =
		OCSP_basic_add1_status(basic, id,
				       p->lists	    ? V_OCSP_CERTSTATUS_REVOKED
				       : p->unknown ? V_OCSP_CERTSTATUS_UNKNOWN
						    : V_OCSP_CERTSTATUS_GOOD,
				       p->reason, p->lists ? at : NULL, from, until);
	OCSP_RESPONSE *response;
	unsigned char *der = NULL;
	struct str kept;
	int n;

	assert_non_null(single);
	assert_int_equal(OCSP_basic_sign(basic, by->x, by->key, EVP_sha256(), NULL, 0), 1);
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	n = i2d_OCSP_RESPONSE(response, &der);
	kept = arena_str(&arena, str_make(der, (size_t)n));
	OPENSSL_free(der);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	ASN1_TIME_free(at);
	return kept;
}

static struct revocation_answer ask(const struct test_cert *about, struct revocation_source source,
				    int64_t signed_at)
{
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	CLEANUP(certificate_freep) struct certificate *issuer = NULL;
	struct revocation_answer a = {0};

	assert_int_equal(certificate_parse(test_cert_der(about), &cert, NULL), 0);
	assert_int_equal(certificate_parse(test_cert_der(&root), &issuer, NULL), 0);
	assert_int_equal(
		revocation_check(cert, issuer, &source, TEST_TIME, signed_at, &arena, &a, NULL), 0);
	return a;
}

TEST(what_one_list_says)
{
	const struct {
		struct plan plan;
		int64_t signed_at;
		enum revocation_status status;
		const char *why; /* NULL: not looked at */
	} rows[] = {
		{{0}, 0, REVOCATION_GOOD, NULL},
		{{.lists = true, .about = &bare}, 0, REVOCATION_GOOD, NULL},
		{{.lists = true}, 0, REVOCATION_REVOKED, NULL},
		{{.lists = true, .reason = 1}, 0, REVOCATION_REVOKED, "keyCompromise"},
		{{.lists = true, .until = TEST_TIME - 1}, 0, REVOCATION_REVOKED, NULL},
		{{.until = TEST_TIME - 1}, 0, REVOCATION_UNKNOWN, "out of date"},
		{{.from = TEST_TIME + 1}, 0, REVOCATION_UNKNOWN, "out of date"},
		{{.by = &stranger}, 0, REVOCATION_UNKNOWN, "not signed by the issuer"},
		{{.by = &leaf}, 0, REVOCATION_UNKNOWN, "of other issuers"},
		{{.digest = "SHA1"}, 0, REVOCATION_UNKNOWN, "not signed by the issuer"},
		{{.lists = true, .invalid_from = TEST_TIME - 10},
		 TEST_TIME - 20,
		 REVOCATION_GOOD,
		 NULL},
		{{.lists = true, .invalid_from = TEST_TIME - 30},
		 TEST_TIME - 20,
		 REVOCATION_REVOKED,
		 NULL},
		{{.lists = true, .invalid_from = TEST_TIME - 10}, 0, REVOCATION_REVOKED, NULL},
		/* since then an earlier date may have been found */
		{{.lists = true, .invalid_from = TEST_TIME - 10, .until = TEST_TIME - 1},
		 TEST_TIME - 20,
		 REVOCATION_UNKNOWN,
		 "out of date"},
		{{.idp = "[idp]\nindirectCRL=TRUE\n"}, 0, REVOCATION_UNKNOWN, "part of the"},
		{{.idp = "[idp]\nonlyCA=TRUE\n"}, 0, REVOCATION_UNKNOWN, "part of the"},
		{{.idp = "[idp]\nonlyuser=TRUE\n"}, 0, REVOCATION_GOOD, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str crl = make_crl(&rows[i].plan);
		struct revocation_answer a = ask(
			&leaf, (struct revocation_source){.crls = {&crl, 1}}, rows[i].signed_at);

		if (a.status != rows[i].status)
			fail_msg("row %zu: %d: %.*s", i, a.status, STR_FMT(a.why));
		if (rows[i].why)
			assert_true(str_find(a.why, str_of(rows[i].why)) < a.why.n ||
				    str_find(a.why, STR("Compromise")) < a.why.n);
		if (a.status == REVOCATION_REVOKED)
			assert_int_equal(a.revoked_at, TEST_TIME - 100);
	}
}

TEST(what_one_response_says)
{
	const struct {
		struct plan plan;
		enum revocation_status status;
		const char *why;
	} rows[] = {
		{{0}, REVOCATION_GOOD, NULL},
		{{.by = &responder}, REVOCATION_GOOD, NULL},
		{{.lists = true}, REVOCATION_REVOKED, NULL},
		{{.by = &responder, .lists = true}, REVOCATION_REVOKED, NULL},
		{{.unknown = true}, REVOCATION_UNKNOWN, "does not know the certificate"},
		{{.about = &bare}, REVOCATION_UNKNOWN, "about other certificates"},
		{{.by = &wrong_responder}, REVOCATION_UNKNOWN, "not signed as it must be"},
		{{.by = &stranger}, REVOCATION_UNKNOWN, "not signed as it must be"},
		{{.until = TEST_TIME - 1}, REVOCATION_UNKNOWN, "out of date"},
		{{.from = TEST_TIME + 1}, REVOCATION_UNKNOWN, "out of date"},
		{{.lists = true, .until = TEST_TIME - 1}, REVOCATION_UNKNOWN, "out of date"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str ocsp = make_ocsp(&rows[i].plan);
		struct revocation_answer a =
			ask(&leaf, (struct revocation_source){.ocsp = {&ocsp, 1}}, 0);

		if (a.status != rows[i].status)
			fail_msg("row %zu: %d: %.*s", i, a.status, STR_FMT(a.why));
		if (rows[i].why)
			assert_true(str_find(a.why, str_of(rows[i].why)) < a.why.n);
	}
}

TEST(a_delta_says_more_than_its_base)
{
	const struct {
		struct plan base, delta;
		enum revocation_status status;
	} rows[] = {
		{{.number = 5}, {.number = 6, .base = 5, .lists = true}, REVOCATION_REVOKED},
		{{.number = 5, .lists = true, .reason = 6},
		 {.number = 6, .base = 5, .removed = true},
		 REVOCATION_GOOD},
		{{.number = 5}, {.number = 6, .base = 6, .lists = true}, REVOCATION_GOOD},
		{{.number = 5}, {.number = 4, .base = 3, .lists = true}, REVOCATION_GOOD},
		{{.number = 5},
		 {.number = 6, .base = 5, .lists = true, .by = &stranger},
		 REVOCATION_GOOD},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str crls[2] = {make_crl(&rows[i].delta), make_crl(&rows[i].base)};
		struct revocation_answer a =
			ask(&leaf, (struct revocation_source){.crls = {crls, 2}}, 0);

		if (a.status != rows[i].status)
			fail_msg("row %zu: %d: %.*s", i, a.status, STR_FMT(a.why));
	}
}

/* A hold is lifted, then the key is stolen: an old delta CRL must not lift what came later. */
TEST(the_newest_delta_list_counts)
{
	struct str base = make_crl(&(struct plan){.number = 5, .lists = true, .reason = 6}),
		   lifted = make_crl(&(struct plan){.number = 6, .base = 5, .removed = true}),
		   stolen = make_crl(&(struct plan){.number = 7, .base = 5, .lists = true});

	for (size_t i = 0; i < 2; i++) {
		struct str crls[] = {base, i ? lifted : stolen, i ? stolen : lifted};
		struct revocation_answer a =
			ask(&leaf, (struct revocation_source){.crls = {crls, 3}}, 0);

		assert_int_equal(a.status, REVOCATION_REVOKED);
	}
}

TEST(a_revocation_counts_from_whichever)
{
	struct str good = make_ocsp(&(struct plan){0}),
		   bad = make_crl(&(struct plan){.lists = true});
	struct str junk = STR("junk");
	struct revocation_source both = {.ocsp = {&good, 1}, .crls = {&bad, 1}};
	struct revocation_source second = {.ocsp = {&junk, 1}, .crls = {&bad, 1}};

	assert_int_equal(ask(&leaf, both, 0).status, REVOCATION_REVOKED);
	assert_int_equal(ask(&leaf, second, 0).status, REVOCATION_REVOKED);
	assert_str(ask(&leaf, second, 0).by, "a CRL");
}

TEST(a_certificate_without_places_cannot_be_revoked_unless_it_is)
{
	struct str lists = make_crl(&(struct plan){.lists = true, .about = &bare});

	assert_int_equal(ask(&bare, (struct revocation_source){0}, 0).status, REVOCATION_NONE);
	assert_int_equal(ask(&leaf, (struct revocation_source){0}, 0).status, REVOCATION_UNKNOWN);
	assert_int_equal(ask(&bare, (struct revocation_source){.crls = {&lists, 1}}, 0).status,
			 REVOCATION_REVOKED);
}

struct net {
	struct str ocsp, crl; /* empty: no answer */
	int n_asked;
};

static int fetch(void *ctx, struct str url, struct str request, struct strbuf *out, struct err *err)
{
	struct net *net = ctx;
	struct str answer = request.n ? net->ocsp : net->crl;

	net->n_asked++;
	assert_true(str_has_prefix(url, request.n ? STR("http://ocsp.") : STR("http://crl.")));
	if (!answer.n)
		return err_set(err, ERR_IO, "no answer");
	strbuf_add(out, answer);
	return strbuf_check(out, err);
}

TEST(the_network_is_asked_when_nothing_that_is_given_answers)
{
	struct net net = {.ocsp = make_ocsp(&(struct plan){0})};
	struct revocation_source source = {.fetch = fetch, .ctx = &net};
	struct str crl = make_crl(&(struct plan){0});

	assert_int_equal(ask(&leaf, source, 0).status, REVOCATION_GOOD);
	assert_int_equal(net.n_asked, 1);
	net = (struct net){.crl = make_crl(&(struct plan){.lists = true})};
	assert_int_equal(ask(&leaf, source, 0).status, REVOCATION_REVOKED);
	assert_int_equal(net.n_asked, 2);
	net = (struct net){0};
	assert_str(ask(&leaf, source, 0).why, "no answer");
	source.crls = (struct str_list){&crl, 1};
	net = (struct net){0};
	assert_int_equal(ask(&leaf, source, 0).status, REVOCATION_GOOD);
	assert_int_equal(net.n_asked, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_one_list_says),
		RUN(what_one_response_says),
		RUN(a_delta_says_more_than_its_base),
		RUN(the_newest_delta_list_counts),
		RUN(a_revocation_counts_from_whichever),
		RUN(a_certificate_without_places_cannot_be_revoked_unless_it_is),
		RUN(the_network_is_asked_when_nothing_that_is_given_answers),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
