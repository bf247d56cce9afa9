/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, certificates and time stamps made while a test runs: nothing that expires lies in the tree.
 *
 *     struct test_cert root = {0}, leaf = {0};
 *     test_cert_make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
 *     test_cert_make(&leaf, &root, (struct test_cert_plan){.name = "Leaf", .eku = "codeSigning"});
 *     struct str der = test_cert_der(&leaf);            lives as long as the certificate
 *     test_cert_done(&leaf);
 */
#pragma once

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tests/unit/test.h"

#define TEST_TIME	1800000000 /* 2027-01-15T08:00:00Z: when tests take place */
#define TEST_NOT_BEFORE (TEST_TIME - 86400)
#define TEST_NOT_AFTER	(TEST_TIME + 86400)

struct test_cert_plan {
	const char *name;	 /* common name */
	const char *key;	 /* "EC:P-256" (NULL), "EC:P-384", "RSA:2048", ... */
	const char *digest;	 /* NULL: SHA256 */
	const char *eku;	 /* "critical,timeStamping"; NULL: none */
	const char *usage;	 /* NULL: what fits is_ca; "" : none */
	const char *constraints; /* NULL: what fits is_ca; "": none */
	bool is_ca;
	int64_t not_before, not_after; /* 0: a day on both sides of TEST_TIME */
	X509_NAME *subject;	       /* instead of name */
	const char *const *extensions; /* further ones: name, value, ..., NULL */
	EVP_PKEY *use_key;	       /* instead of a fresh one */
	long serial;		       /* 0: the next */
};

struct test_cert {
	X509 *x;
	EVP_PKEY *key;
	unsigned char *der;
	int der_n;
};

static inline void test_cert_done(struct test_cert *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
	OPENSSL_free(c->der);
	*c = (struct test_cert){0};
}

static inline struct str test_cert_der(const struct test_cert *c)
{
	return str_make(c->der, (size_t)c->der_n);
}

static inline EVP_PKEY *test_key_make(const char *kind)
{
	EVP_PKEY *key;

	if (kind && strncmp(kind, "RSA:", 4) == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)strtoul(kind + 4, NULL, 10));
	else if (kind && strcmp(kind, "ED25519") == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind ? kind + 3 : "P-256");
	assert_non_null(key);
	return key;
}

static inline void test_cert_extend(X509 *x, X509 *issuer, const char *name, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	if (!value || !*value)
		return;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&ctx);
	ext = X509V3_EXT_conf(NULL, &ctx, name, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(x, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

static inline void test_cert_name(X509 *x, const struct test_cert_plan *plan)
{
	X509_NAME *name = X509_get_subject_name(x);

	if (plan->subject) {
		X509_set_subject_name(x, plan->subject);
		return;
	}
	X509_NAME_add_entry_by_txt(name, "C", MBSTRING_UTF8, (const unsigned char *)"US", -1, -1,
				   0);
	X509_NAME_add_entry_by_txt(name, "ST", MBSTRING_UTF8, (const unsigned char *)"WA", -1, -1,
				   0);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Example", -1,
				   -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)plan->name, -1,
				   -1, 0);
}

static inline void test_cert_extensions(X509 *x, X509 *by, const struct test_cert_plan *plan)
{
	const char *constraints = plan->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE";
	const char *usage =
		plan->is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";

	test_cert_extend(x, by, "basicConstraints",
			 plan->constraints ? plan->constraints : constraints);
	test_cert_extend(x, by, "keyUsage", plan->usage ? plan->usage : usage);
	test_cert_extend(x, by, "extendedKeyUsage", plan->eku);
	test_cert_extend(x, by, "subjectKeyIdentifier", "hash");
	if (by != x)
		test_cert_extend(x, by, "authorityKeyIdentifier", "keyid");
	for (const char *const *e = plan->extensions; e && *e; e += 2)
		test_cert_extend(x, by, e[0], e[1]);
}

/* issuer NULL: signed by itself. */
static inline void test_cert_make(struct test_cert *c, const struct test_cert *issuer,
				  struct test_cert_plan plan)
{
	static long serial = 1000;
	const struct test_cert *by = issuer ? issuer : c;
	const EVP_MD *md = EVP_get_digestbyname(plan.digest ? plan.digest : "SHA256");

	test_cert_done(c);
	c->x = X509_new();
	if (plan.use_key)
		EVP_PKEY_up_ref(plan.use_key);
	c->key = plan.use_key ? plan.use_key : test_key_make(plan.key);
	X509_set_version(c->x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(c->x), plan.serial ? plan.serial : serial++);
	ASN1_TIME_set(X509_getm_notBefore(c->x),
		      plan.not_before ? plan.not_before : TEST_NOT_BEFORE);
	ASN1_TIME_set(X509_getm_notAfter(c->x), plan.not_after ? plan.not_after : TEST_NOT_AFTER);
	test_cert_name(c->x, &plan);
	X509_set_issuer_name(c->x, X509_get_subject_name(by->x));
	X509_set_pubkey(c->x, c->key);
	test_cert_extensions(c->x, by->x, &plan);
	if (EVP_PKEY_get_base_id(by->key) == EVP_PKEY_ED25519)
		md = NULL;
	assert_true(X509_sign(c->x, by->key, md) > 0);
	c->der_n = i2d_X509(c->x, &c->der);
	assert_true(c->der_n > 0);
}

/* What a time-stamp authority answers. */
struct test_stamp_plan {
	const struct test_cert *signer;
	const struct test_cert *inside; /* a further certificate in the token, NULL: none */
	struct str message;
	const char *imprint; /* NULL: SHA256 */
	const char *digest;  /* of the signature; NULL: SHA256 */
	const char *ess;     /* of signing-certificate: NULL: SHA256; "SHA1": the old attribute */
	const char *policy;  /* NULL: 1.2.3.4 */
	int64_t time;	     /* 0: TEST_TIME */
	int seconds, millis; /* accuracy; both 0: none said */
	bool without_certificate;
	bool refused;
	bool whole_answer; /* not just the token */
};

static inline int test_stamp_time(TS_RESP_CTX *ctx, void *data, long *sec, long *usec)
{
	(void)ctx;
	*sec = *(const long *)data;
	*usec = 0;
	return 1;
}

static inline ASN1_INTEGER *test_stamp_serial(TS_RESP_CTX *ctx, void *data)
{
	ASN1_INTEGER *i = ASN1_INTEGER_new();

	(void)ctx, (void)data;
	ASN1_INTEGER_set(i, 7);
	return i;
}

static inline BIO *test_stamp_request(const struct test_stamp_plan *p)
{
	const EVP_MD *md = EVP_get_digestbyname(p->imprint ? p->imprint : "SHA256");
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	X509_ALGOR *algor = X509_ALGOR_new();
	TS_REQ *request = TS_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());

	X509_ALGOR_set0(algor, OBJ_nid2obj(EVP_MD_get_type(md)), V_ASN1_NULL, NULL);
	assert_int_equal(EVP_Digest(p->message.p, p->message.n, hash, &n, md, NULL), 1);
	TS_MSG_IMPRINT_set_algo(imprint, algor);
	TS_MSG_IMPRINT_set_msg(imprint, hash, (int)n);
	TS_REQ_set_version(request, 1);
	TS_REQ_set_msg_imprint(request, imprint);
	TS_REQ_set_cert_req(request, !p->without_certificate);
	assert_int_equal(i2d_TS_REQ_bio(bio, request), 1);
	TS_REQ_free(request);
	TS_MSG_IMPRINT_free(imprint);
	X509_ALGOR_free(algor);
	return bio;
}

static inline void test_stamp_accept(TS_RESP_CTX *ctx, const struct test_stamp_plan *p)
{
	static const char *const digests[] = {"SHA1", "SHA256", "SHA384", "SHA512"};

	for (size_t i = p->refused ? 3 : 0; i < ARRAY_LEN(digests); i++)
		TS_RESP_CTX_add_md(ctx, EVP_get_digestbyname(digests[i]));
}

/* DER, to be freed with OPENSSL_free. */
static inline struct str test_stamp_make(struct test_stamp_plan p)
{
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	BIO *request = test_stamp_request(&p);
	ASN1_OBJECT *policy = OBJ_txt2obj(p.policy ? p.policy : "1.2.3.4", 1);
	long time = p.time ? p.time : TEST_TIME;
	STACK_OF(X509) *inside = sk_X509_new_null();
	unsigned char *der = NULL;
	TS_RESP *response;
	int n;

	if (p.inside)
		sk_X509_push(inside, p.inside->x);
	assert_non_null(ctx);
	assert_int_equal(TS_RESP_CTX_set_signer_cert(ctx, p.signer->x), 1);
	assert_int_equal(TS_RESP_CTX_set_signer_key(ctx, p.signer->key), 1);
	TS_RESP_CTX_set_certs(ctx, inside);
	TS_RESP_CTX_set_def_policy(ctx, policy);
	TS_RESP_CTX_set_signer_digest(ctx, EVP_get_digestbyname(p.digest ? p.digest : "SHA256"));
	TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_get_digestbyname(p.ess ? p.ess : "SHA256"));
	TS_RESP_CTX_set_serial_cb(ctx, test_stamp_serial, NULL);
	TS_RESP_CTX_set_time_cb(ctx, test_stamp_time, &time);
	if (p.seconds || p.millis)
		TS_RESP_CTX_set_accuracy(ctx, p.seconds, p.millis, 0);
	test_stamp_accept(ctx, &p);
	response = TS_RESP_create_response(ctx, request);
	assert_non_null(response);
	n = p.whole_answer ? i2d_TS_RESP(response, &der)
			   : i2d_PKCS7(TS_RESP_get_token(response), &der);
	assert_true(n > 0);
	TS_RESP_free(response);
	TS_RESP_CTX_free(ctx);
	ASN1_OBJECT_free(policy);
	sk_X509_free(inside);
	BIO_free(request);
	return str_make(der, (size_t)n);
}
