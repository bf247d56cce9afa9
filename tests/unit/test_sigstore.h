/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Sigstore in miniature: a CA, a log of certificates, a transparency log of each version, a
 * time-stamp authority, and bundles signed with them, each with at most one fault.
 *
 *     struct test_sigstore s;
 *     test_sigstore_make(&s);
 *     test_sigstore_bundle(&s, &(struct test_bundle_plan){.fault = FAULT_PROMISE}, &bundle);
 *     test_sigstore_root(&s, FAULT_NONE, &root_json);
 *     test_sigstore_done(&s);
 *
 * Whatever is behind a fault is made as if there were none: only one check can see it.
 */
#pragma once

#include <openssl/pem.h>
#include "base/strbuf.h"
#include "codec/base64.h"
#include "crypto/digest.h"
#include "tests/unit/test_ca.h"

#define TEST_MESSAGE  "the file\n"
#define TEST_IDENTITY "https://forge.example.com/acme/app/.ci/release.yml@refs/tags/v1"
#define TEST_ISSUER   "https://token.example.com"
#define TEST_LOG_2    "log2.example.com"
#define TEST_TEXT_MAX 1048576

enum test_fault {
	FAULT_NONE,
	/* of the certificate */
	FAULT_OTHER_CA,
	FAULT_LEAF_EXPIRED,
	FAULT_LEAF_NO_USE,
	FAULT_LEAF_OTHER_USE,
	FAULT_LEAF_NO_KEY_USAGE,
	FAULT_LEAF_IS_CA,
	FAULT_CA_IS_NO_CA,
	FAULT_NO_SCT,
	FAULT_SCT_SIGNATURE,
	FAULT_SCT_EARLY,
	FAULT_SCT_CUT,
	FAULT_SCT_OTHER_LOG,
	FAULT_TWO_NAMES,
	FAULT_NO_NAME,
	FAULT_DNS_NAME,
	FAULT_NO_ISSUER,
	FAULT_TWO_ISSUERS,
	FAULT_ISSUER_MALFORMED,
	/* of the log's entry */
	FAULT_PROMISE,
	FAULT_PROMISE_TIME,
	FAULT_PROOF_HASH,
	FAULT_PROOF_INDEX,
	FAULT_PROOF_LONG,
	FAULT_CHECKPOINT_SIGNATURE,
	FAULT_CHECKPOINT_ROOT,
	FAULT_CHECKPOINT_SIZE,
	FAULT_CHECKPOINT_HINT,
	FAULT_CHECKPOINT_NAME,
	FAULT_CHECKPOINT_NO_ORIGIN,
	FAULT_CHECKPOINT_NO_SIGNATURE,
	FAULT_OTHER_LOG,
	FAULT_BODY_KIND,
	FAULT_BODY_SIGNATURE,
	FAULT_BODY_KEY,
	FAULT_BODY_CERTIFICATE,
	FAULT_BODY_TWO_SIGNATURES,
	FAULT_BODY_DIGEST,
	FAULT_BODY_TWO_VERIFIERS,
	FAULT_BODY_TYPE,
	FAULT_NO_ENTRY,
	FAULT_UNKNOWN_KIND,
	/* of the timestamp */
	FAULT_STAMP_OTHER,
	FAULT_STAMP_LATE,
	FAULT_NO_STAMP,
	/* of the content */
	FAULT_MESSAGE_DIGEST,
	FAULT_SIGNATURE,
	FAULT_SUBJECT,
	FAULT_PAYLOAD_TYPE,
	FAULT_STATEMENT,
	FAULT_KEY_HINT,
	/* of the trusted root */
	FAULT_ROOT_CA_ENDED,
	FAULT_ROOT_CA_LATER,
	FAULT_ROOT_LOG_ENDED,
	FAULT_ROOT_LOG_LATER,
	FAULT_ROOT_LOG_NO_START,
	FAULT_ROOT_CT_ENDED,
	FAULT_ROOT_TSA_ENDED,
	FAULT_ROOT_TSA_OTHER_LEAF,
	/* of the bundle's form */
	FAULT_FORM_ROOT_INSIDE,
	FAULT_FORM_TWO_SIGNERS,
	FAULT_FORM_NO_SIGNER,
	FAULT_FORM_TWO_CONTENTS,
	FAULT_FORM_NO_CONTENT,
	FAULT_FORM_TWO_SIGNATURES,
	FAULT_FORM_FIELD,
	FAULT_FORM_ENTRY_TWICE,
	FAULT_FORM_BASE64,
	FAULT_FORM_VERSION,
	FAULT_FORM_EMPTY_CHAIN,
	FAULT_FORM_NEGATIVE_INDEX,
};

enum test_body { BODY_USUAL, BODY_INTOTO, BODY_DSSE_2 };

struct test_bundle_plan {
	unsigned version; /* 0: 0.3 */
	bool envelope, keyed, rekor2;
	bool stamped; /* has a timestamp; always with rekor2 */
	bool no_promise, no_proof;
	bool user_name; /* the identity is a user name, in an otherName */
	bool sct_extension;
	int stamp_offset;    /* seconds from TEST_TIME */
	const char *details; /* in an entry of Rekor v2; NULL: P-256 with SHA-256 */
	enum test_body body;
	enum test_fault fault;
};

struct test_sigstore {
	struct test_cert root, ca, stranger, tsa_root, tsa, tsa_other;
	struct test_cert leaf; /* of the last bundle */
	EVP_PKEY *signer, *ct, *other_ct, *log, *log2, *other_log;
};

struct test_pair {
	const char *name;
	const char *value;
};

static inline void test_sigstore_make(struct test_sigstore *s)
{
	*s = (struct test_sigstore){0};
	test_cert_make(&s->root, NULL, (struct test_cert_plan){.name = "root", .is_ca = true});
	test_cert_make(&s->ca, &s->root,
		       (struct test_cert_plan){.name = "ca", .is_ca = true, .eku = "codeSigning"});
	test_cert_make(&s->stranger, NULL, (struct test_cert_plan){.name = "ca", .is_ca = true});
	test_cert_make(&s->tsa_root, NULL,
		       (struct test_cert_plan){.name = "tsa root", .is_ca = true});
	test_cert_make(&s->tsa, &s->tsa_root,
		       (struct test_cert_plan){.name = "tsa", .eku = "critical,timeStamping"});
	test_cert_make(&s->tsa_other, &s->tsa_root,
		       (struct test_cert_plan){.name = "tsa", .eku = "critical,timeStamping"});
	s->signer = test_key_make(NULL);
	s->ct = test_key_make(NULL);
	s->other_ct = test_key_make(NULL);
	s->log = test_key_make(NULL);
	s->log2 = test_key_make("ED25519");
	s->other_log = test_key_make(NULL);
}

static inline void test_sigstore_done(struct test_sigstore *s)
{
	struct test_cert *certs[] = {&s->root, &s->ca,	      &s->stranger, &s->tsa_root,
				     &s->tsa,  &s->tsa_other, &s->leaf};
	EVP_PKEY *keys[] = {s->signer, s->ct, s->other_ct, s->log, s->log2, s->other_log};

	for (size_t i = 0; i < ARRAY_LEN(certs); i++)
		test_cert_done(certs[i]);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		EVP_PKEY_free(keys[i]);
}

static inline void test_add_base64(struct strbuf *out, struct str bytes)
{
	assert_int_equal(base64_encode(bytes, BASE64_STANDARD, out, NULL), 0);
}

static inline void test_add_hex(struct strbuf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		strbuf_addf(out, "%02x", (unsigned char)bytes.p[i]);
}

static inline void test_add_be(struct strbuf *out, uint64_t v, size_t n)
{
	while (n-- > 0)
		strbuf_addc(out, (char)(v >> 8 * n));
}

/* ECDSA with SHA-256, or Ed25519; appended. */
static inline void test_add_signature(struct strbuf *out, EVP_PKEY *key, struct str message)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ed = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
	unsigned char sig[256];
	size_t n = sizeof sig;

	assert_int_equal(
		EVP_DigestSignInit_ex(ctx, NULL, ed ? NULL : "SHA256", NULL, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const unsigned char *)message.p, message.n),
			 1);
	strbuf_add_bytes(out, sig, n);
	EVP_MD_CTX_free(ctx);
}

static inline void test_add_spki(struct strbuf *out, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);

	assert_true(n > 0);
	strbuf_add_bytes(out, der, (size_t)n);
	OPENSSL_free(der);
}

static inline struct digest_value test_digest(struct str bytes)
{
	struct digest_value d;

	assert_int_equal(digest_of(bytes, &d, NULL), 0);
	return d;
}

static inline struct str test_digest_bytes(const struct digest_value *d)
{
	return str_make(d->bytes, 32);
}

/* SHA-256 of the key: the id of a log of version 1, and of certificates. */
static inline struct digest_value test_key_id(EVP_PKEY *key)
{
	struct strbuf spki = STRBUF_INIT(8192);
	struct digest_value d;

	test_add_spki(&spki, key);
	d = test_digest(strbuf_str(&spki));
	strbuf_done(&spki);
	return d;
}

/* C2SP signed-note with Ed25519. */
static inline struct digest_value test_note_id(const char *name, EVP_PKEY *key)
{
	struct strbuf sb = STRBUF_INIT(8192), spki = STRBUF_INIT(8192);
	struct digest_value d;

	test_add_spki(&spki, key);
	strbuf_addf(&sb, "%s\n\1", name);
	strbuf_add(&sb, str_skip(strbuf_str(&spki), spki.n - 32));
	d = test_digest(strbuf_str(&sb));
	strbuf_done(&sb);
	strbuf_done(&spki);
	return d;
}

static inline void test_add_oid(X509 *x, const char *oid, struct str value)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	ASN1_OCTET_STRING_set(octets, (const unsigned char *)value.p, (int)value.n);
	ext = X509_EXTENSION_create_by_OBJ(NULL, object, 0, octets);
	assert_int_equal(X509_add_ext(x, ext, -1), 1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(octets);
	ASN1_OBJECT_free(object);
}

/* The struct that a log of certificates signs, for the certificate as it is now. */
static inline void test_add_precert(struct strbuf *out, X509 *x, EVP_PKEY *issuer, uint64_t ms,
				    struct str extension)
{
	struct digest_value hash = test_key_id(issuer);
	unsigned char *tbs = NULL;
	int n = i2d_re_X509_tbs(x, &tbs);

	assert_true(n > 0);
	test_add_be(out, 0, 2);
	test_add_be(out, ms, 8);
	test_add_be(out, 1, 2);
	strbuf_add(out, test_digest_bytes(&hash));
	test_add_be(out, (uint64_t)n, 3);
	strbuf_add_bytes(out, tbs, (size_t)n);
	test_add_be(out, extension.n, 2);
	strbuf_add(out, extension);
	OPENSSL_free(tbs);
}

static inline void test_add_sct(struct test_sigstore *s, X509 *x, EVP_PKEY *issuer,
				const struct test_bundle_plan *p)
{
	struct strbuf entry = STRBUF_INIT(TEST_TEXT_MAX), sct = STRBUF_INIT(4096);
	struct strbuf list = STRBUF_INIT(4096), sig = STRBUF_INIT(512);
	EVP_PKEY *key = p->fault == FAULT_SCT_OTHER_LOG ? s->other_ct : s->ct;
	uint64_t ms = (uint64_t)TEST_TIME * 1000 -
		      (p->fault == FAULT_SCT_EARLY ? 400000000ULL * 1000 : 0);
	struct str extension = p->sct_extension ? STR("\0\0\5\0\0\0\0\7") : STR_NULL;
	struct digest_value id = test_key_id(key);

	test_add_precert(&entry, x, issuer, ms, extension);
	test_add_signature(&sig, key, strbuf_str(&entry));
	if (p->fault == FAULT_SCT_SIGNATURE)
		sig.p[sig.n - 1] ^= 1;
	test_add_be(&sct, 0, 1);
	strbuf_add(&sct, test_digest_bytes(&id));
	test_add_be(&sct, ms, 8);
	test_add_be(&sct, extension.n, 2);
	strbuf_add(&sct, extension);
	test_add_be(&sct, 0x0403, 2);
	test_add_be(&sct, sig.n, 2);
	strbuf_add(&sct, strbuf_str(&sig));
	if (p->fault == FAULT_SCT_CUT)
		sct.n--;
	strbuf_addc(&list, 4);
	test_add_be(&list, 0x82, 1);
	test_add_be(&list, sct.n + 4, 2);
	test_add_be(&list, sct.n + 2, 2);
	test_add_be(&list, sct.n, 2);
	strbuf_add(&list, strbuf_str(&sct));
	/* A length below 128 would have a shorter form; an SCT is longer, 256 are not reached. */
	if (sct.n + 4 < 256) {
		strbuf_reset(&list);
		strbuf_addc(&list, 4);
		test_add_be(&list, 0x81, 1);
		test_add_be(&list, sct.n + 4, 1);
		test_add_be(&list, sct.n + 2, 2);
		test_add_be(&list, sct.n, 2);
		strbuf_add(&list, strbuf_str(&sct));
	}
	test_add_oid(x, "1.3.6.1.4.1.11129.2.4.2", strbuf_str(&list));
	strbuf_done(&entry);
	strbuf_done(&sct);
	strbuf_done(&list);
	strbuf_done(&sig);
}

static inline const char *test_san(const struct test_bundle_plan *p)
{
	if (p->user_name)
		return "critical,otherName:1.3.6.1.4.1.57264.1.7;UTF8:alice!example.com";
	if (p->fault == FAULT_TWO_NAMES)
		return "critical,URI:" TEST_IDENTITY ",email:alice@example.com";
	if (p->fault == FAULT_DNS_NAME)
		return "critical,DNS:forge.example.com";
	return p->fault == FAULT_NO_NAME ? "" : "critical,URI:" TEST_IDENTITY;
}

static inline void test_add_issuer(X509 *x, const struct test_bundle_plan *p)
{
	static const char der[] = "\x0c\x19" TEST_ISSUER;

	_Static_assert(sizeof TEST_ISSUER - 1 == 0x19, "the length in the DER above");
	if (p->fault == FAULT_NO_ISSUER)
		return;
	test_add_oid(x, "1.3.6.1.4.1.57264.1.1",
		     p->fault == FAULT_TWO_ISSUERS ? STR("https://evil.example.com")
						   : STR(TEST_ISSUER));
	test_add_oid(x, "1.3.6.1.4.1.57264.1.8",
		     p->fault == FAULT_ISSUER_MALFORMED ? str_make(der, sizeof der - 2)
							: str_make(der, sizeof der - 1));
}

/* A fresh leaf for s->signer, in s->leaf. */
static inline void test_sigstore_leaf(struct test_sigstore *s, const struct test_bundle_plan *p)
{
	const char *extensions[] = {"subjectAltName", test_san(p), "1.3.6.1.4.1.57264.1.12",
				    "ASN1:UTF8String:https://forge.example.com/acme/app", NULL};
	struct test_cert_plan plan = {
		.name = "leaf",
		.eku = "codeSigning",
		.use_key = s->signer,
		.not_before = TEST_TIME - 300,
		.not_after = TEST_TIME + 300,
		.extensions = extensions,
	};
	struct test_cert plain = {0};
	const struct test_cert *by = &s->ca;

	if (p->fault == FAULT_OTHER_CA)
		by = &s->stranger;
	if (p->fault == FAULT_LEAF_EXPIRED)
		plan.not_after = TEST_TIME - 10;
	if (p->fault == FAULT_LEAF_NO_USE)
		plan.eku = NULL;
	if (p->fault == FAULT_LEAF_OTHER_USE)
		plan.eku = "clientAuth";
	if (p->fault == FAULT_LEAF_NO_KEY_USAGE)
		plan.usage = "critical,keyAgreement";
	if (p->fault == FAULT_LEAF_IS_CA)
		plan.constraints = "critical,CA:TRUE";
	if (p->fault == FAULT_CA_IS_NO_CA) {
		test_cert_make(&plain, &s->ca, (struct test_cert_plan){.name = "ca"});
		by = &plain;
	}
	test_cert_make(&s->leaf, by, plan);
	test_add_issuer(s->leaf.x, p);
	X509_sign(s->leaf.x, by->key, EVP_sha256());
	if (p->fault != FAULT_NO_SCT)
		test_add_sct(s, s->leaf.x, by->key, p);
	assert_true(X509_sign(s->leaf.x, by->key, EVP_sha256()) > 0);
	OPENSSL_free(s->leaf.der);
	s->leaf.der = NULL;
	s->leaf.der_n = i2d_X509(s->leaf.x, &s->leaf.der);
	test_cert_done(&plain);
}

static inline void test_add_pem_of(struct strbuf *out, X509 *x, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;

	assert_int_equal(x ? PEM_write_bio_X509(bio, x) : PEM_write_bio_PUBKEY(bio, key), 1);
	n = BIO_get_mem_data(bio, &text);
	strbuf_add_bytes(out, text, (size_t)n);
	BIO_free(bio);
}

static inline void test_add_pem(struct strbuf *out, const struct test_sigstore *s, bool keyed)
{
	test_add_pem_of(out, keyed ? NULL : s->leaf.x, s->signer);
}

struct test_signed {
	struct strbuf payload, pae, signature;
	struct digest_value digest; /* of the message, or of the payload */
};

static inline void test_signed_done(struct test_signed *t)
{
	strbuf_done(&t->payload);
	strbuf_done(&t->pae);
	strbuf_done(&t->signature);
}

static inline const char *test_payload_type(const struct test_bundle_plan *p)
{
	return p->fault == FAULT_PAYLOAD_TYPE ? "application/json" : "application/vnd.in-toto+json";
}

static inline void test_sign(struct test_sigstore *s, const struct test_bundle_plan *p,
			     struct test_signed *t)
{
	struct digest_value file = test_digest(STR(TEST_MESSAGE));
	struct str message = STR(TEST_MESSAGE);

	*t = (struct test_signed){.payload = STRBUF_INIT(TEST_TEXT_MAX),
				  .pae = STRBUF_INIT(TEST_TEXT_MAX),
				  .signature = STRBUF_INIT(512)};
	if (p->fault == FAULT_SUBJECT)
		file.bytes[0] ^= 1;
	strbuf_addf(&t->payload,
		    "{\"_type\":\"%s\",\"subject\":[{\"name\":\"file\",\"digest\":{\"sha256\":\"",
		    p->fault == FAULT_STATEMENT ? "https://in-toto.io/Statement/v9"
						: "https://in-toto.io/Statement/v1");
	test_add_hex(&t->payload, test_digest_bytes(&file));
	strbuf_adds(&t->payload, "\"}}],\"predicateType\":\"https://slsa.dev/provenance/v1\","
				 "\"predicate\":{}}");
	strbuf_addf(&t->pae, "DSSEv1 %zu %s %zu %s", strlen(test_payload_type(p)),
		    test_payload_type(p), t->payload.n, strbuf_cstr(&t->payload));
	if (p->envelope)
		message = strbuf_str(&t->pae);
	t->digest = test_digest(p->envelope ? strbuf_str(&t->payload) : message);
	if (p->fault == FAULT_SIGNATURE)
		message = STR("something else");
	test_add_signature(&t->signature, s->signer, message);
}

/* The signature that the log has: its own, when that is the fault. */
static inline void test_add_logged_signature(struct test_sigstore *s,
					     const struct test_bundle_plan *p,
					     const struct test_signed *t, struct strbuf *out)
{
	struct strbuf other = STRBUF_INIT(512);

	if (p->fault == FAULT_BODY_SIGNATURE) {
		test_add_signature(&other, s->signer, STR("something else"));
		test_add_base64(out, strbuf_str(&other));
	} else {
		test_add_base64(out, strbuf_str(&t->signature));
	}
	strbuf_done(&other);
}

static inline void test_add_logged_pem(struct test_sigstore *s, const struct test_bundle_plan *p,
				       struct strbuf *out)
{
	struct strbuf pem = STRBUF_INIT(TEST_TEXT_MAX);

	/* The key of a certificate is another thing than the certificate. */
	if (p->fault == FAULT_BODY_CERTIFICATE)
		test_add_pem_of(&pem, s->ca.x, NULL);
	else
		test_add_pem(&pem, s, p->keyed != (p->fault == FAULT_BODY_KEY));
	test_add_base64(out, strbuf_str(&pem));
	strbuf_done(&pem);
}

static inline struct digest_value test_logged_digest(const struct test_bundle_plan *p,
						     const struct test_signed *t)
{
	struct digest_value d = t->digest;

	if (p->rekor2 && p->envelope && p->body != BODY_DSSE_2)
		d = test_digest(strbuf_str(&t->pae));
	if (p->fault == FAULT_BODY_DIGEST)
		d.bytes[0] ^= 1;
	return d;
}

static inline void test_body_1(struct test_sigstore *s, const struct test_bundle_plan *p,
			       const struct test_signed *t, struct strbuf *out)
{
	struct digest_value d = test_logged_digest(p, t);

	if (p->envelope) {
		strbuf_adds(out, "{\"apiVersion\":\"0.0.1\",\"kind\":\"dsse\",\"spec\":{"
				 "\"payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"");
		test_add_hex(out, test_digest_bytes(&d));
		strbuf_adds(out, "\"},\"signatures\":[{\"signature\":\"");
		test_add_logged_signature(s, p, t, out);
		strbuf_adds(out, "\",\"verifier\":\"");
		test_add_logged_pem(s, p, out);
		strbuf_adds(out, p->fault == FAULT_BODY_TWO_SIGNATURES ? "\"},{}]}}" : "\"}]}}");
		return;
	}
	strbuf_addf(out,
		    "{\"apiVersion\":\"0.0.1\",\"kind\":\"%s\",\"spec\":{\"data\":{\"hash\":{"
		    "\"algorithm\":\"sha256\",\"value\":\"",
		    p->fault == FAULT_BODY_KIND || p->fault == FAULT_UNKNOWN_KIND ? "rekord"
										  : "hashedrekord");
	test_add_hex(out, test_digest_bytes(&d));
	strbuf_adds(out, "\"}},\"signature\":{\"content\":\"");
	test_add_logged_signature(s, p, t, out);
	strbuf_adds(out, "\",\"publicKey\":{\"content\":\"");
	test_add_logged_pem(s, p, out);
	strbuf_adds(out, "\"}}}}");
}

static inline void test_body_intoto(struct test_sigstore *s, const struct test_bundle_plan *p,
				    const struct test_signed *t, struct strbuf *out)
{
	struct digest_value d = test_logged_digest(p, t);
	struct strbuf once = STRBUF_INIT(4096);

	strbuf_addf(out,
		    "{\"apiVersion\":\"0.0.2\",\"kind\":\"intoto\",\"spec\":{\"content\":{"
		    "\"envelope\":{\"payloadType\":\"%s\",\"signatures\":[{\"sig\":\"",
		    p->fault == FAULT_BODY_TYPE ? "text/plain" : test_payload_type(p));
	test_add_logged_signature(s, p, t, &once);
	test_add_base64(out, strbuf_str(&once));
	strbuf_adds(out, "\",\"publicKey\":\"");
	test_add_logged_pem(s, p, out);
	strbuf_adds(out, "\"}]},\"payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"");
	test_add_hex(out, test_digest_bytes(&d));
	strbuf_adds(out, "\"}}}}");
	strbuf_done(&once);
}

static inline void test_add_verifier(struct test_sigstore *s, const struct test_bundle_plan *p,
				     struct strbuf *out)
{
	struct strbuf spki = STRBUF_INIT(8192);

	test_add_spki(&spki, s->signer);
	strbuf_addf(out, "\"verifier\":{\"keyDetails\":\"%s\",",
		    p->details ? p->details : "PKIX_ECDSA_P256_SHA_256");
	if (p->fault == FAULT_BODY_TWO_VERIFIERS || p->keyed != (p->fault == FAULT_BODY_KEY)) {
		strbuf_adds(out, "\"publicKey\":{\"rawBytes\":\"");
		test_add_base64(out, strbuf_str(&spki));
		strbuf_adds(out, p->fault == FAULT_BODY_TWO_VERIFIERS ? "\"}," : "\"}}");
	}
	if (p->fault == FAULT_BODY_TWO_VERIFIERS || p->keyed == (p->fault == FAULT_BODY_KEY)) {
		strbuf_adds(out, "\"x509Certificate\":{\"rawBytes\":\"");
		test_add_base64(
			out, test_cert_der(p->fault == FAULT_BODY_CERTIFICATE ? &s->ca : &s->leaf));
		strbuf_adds(out, "\"}}");
	}
	strbuf_done(&spki);
}

static inline void test_body_2(struct test_sigstore *s, const struct test_bundle_plan *p,
			       const struct test_signed *t, struct strbuf *out)
{
	struct digest_value d = test_logged_digest(p, t);
	bool dsse = p->body == BODY_DSSE_2;

	strbuf_addf(out, "{\"apiVersion\":\"0.0.2\",\"kind\":\"%s\",\"spec\":{\"%s\":{\"%s\":{",
		    dsse ? "dsse" : "hashedrekord", dsse ? "dsseV002" : "hashedRekordV002",
		    dsse ? "payloadHash" : "data");
	strbuf_adds(out, "\"algorithm\":\"SHA2_256\",\"digest\":\"");
	test_add_base64(out, test_digest_bytes(&d));
	strbuf_addf(out, "\"},\"%s{\"content\":\"", dsse ? "signatures\":[" : "signature\":");
	test_add_logged_signature(s, p, t, out);
	strbuf_adds(out, "\",");
	test_add_verifier(s, p, out);
	strbuf_adds(out, dsse ? "}]}}}" : "}}}}");
}

static inline struct digest_value test_node(const struct digest_value *a,
					    const struct digest_value *b)
{
	struct strbuf sb = STRBUF_INIT(128);
	struct digest_value d;

	strbuf_addc(&sb, 1);
	strbuf_add(&sb, test_digest_bytes(a));
	strbuf_add(&sb, test_digest_bytes(b));
	d = test_digest(strbuf_str(&sb));
	strbuf_done(&sb);
	return d;
}

static inline struct digest_value test_leaf(struct str body)
{
	struct strbuf sb = STRBUF_INIT(TEST_TEXT_MAX);
	struct digest_value d;

	strbuf_addc(&sb, 0);
	strbuf_add(&sb, body);
	d = test_digest(strbuf_str(&sb));
	strbuf_done(&sb);
	return d;
}

static inline void test_add_checkpoint(struct test_sigstore *s, const struct test_bundle_plan *p,
				       struct digest_value root, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT(4096), sig = STRBUF_INIT(512);
	const char *name = p->rekor2 ? TEST_LOG_2 : "log1.example.com";
	EVP_PKEY *key = p->rekor2 ? s->log2 : s->log;
	struct digest_value id = p->rekor2 ? test_note_id(name, key) : test_key_id(key);

	if (p->fault == FAULT_CHECKPOINT_ROOT)
		root.bytes[0] ^= 1;
	if (p->fault == FAULT_CHECKPOINT_NAME)
		name = "other.example.com";
	if (p->fault == FAULT_CHECKPOINT_HINT)
		id.bytes[0] ^= 1;
	if (p->fault != FAULT_CHECKPOINT_NO_ORIGIN)
		strbuf_addf(&text, "%s%s\n",
			    !p->rekor2 && p->fault == FAULT_CHECKPOINT_NAME ? "log1.example.com"
									    : name,
			    p->rekor2 ? "" : " - 4711");
	strbuf_addf(&text, "%d\n", p->fault == FAULT_CHECKPOINT_SIZE ? 4 : 3);
	test_add_base64(&text, test_digest_bytes(&root));
	strbuf_adds(&text, p->rekor2 ? "\n" : "\nTimestamp: 1800000000000000000\n");
	strbuf_add(&sig, str_make(id.bytes, 4));
	test_add_signature(&sig, key, strbuf_str(&text));
	if (p->fault == FAULT_CHECKPOINT_SIGNATURE)
		sig.p[sig.n - 1] ^= 1;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\n')
			strbuf_adds(out, "\\n");
		else
			strbuf_addc(out, text.p[i]);
	strbuf_adds(out, "\\n");
	if (p->fault != FAULT_CHECKPOINT_NO_SIGNATURE) {
		strbuf_addf(out, "\xe2\x80\x94 %s ", name);
		test_add_base64(out, strbuf_str(&sig));
		/* A witness nobody knows here. */
		strbuf_adds(out, "\\n\xe2\x80\x94 witness.example.com AAAAAAECAw==\\n");
	}
	strbuf_done(&text);
	strbuf_done(&sig);
}

/* The entry is the second of three. */
static inline void test_add_proof(struct test_sigstore *s, const struct test_bundle_plan *p,
				  struct str body, struct strbuf *out)
{
	struct digest_value first = test_leaf(STR("first")), third = test_leaf(STR("third"));
	struct digest_value own = test_leaf(body), two = test_node(&first, &own);
	struct digest_value root = test_node(&two, &third), shown = first;

	if (p->fault == FAULT_PROOF_HASH)
		shown.bytes[0] ^= 1;
	strbuf_addf(out,
		    "\"inclusionProof\":{\"logIndex\":\"%d\",\"treeSize\":\"3\",\"rootHash\":\"",
		    p->fault == FAULT_PROOF_INDEX ? 0 : 1);
	test_add_base64(out, test_digest_bytes(&root));
	strbuf_adds(out, "\",\"hashes\":[\"");
	test_add_base64(out, test_digest_bytes(&shown));
	strbuf_adds(out, "\",\"");
	test_add_base64(out, test_digest_bytes(&third));
	if (p->fault == FAULT_PROOF_LONG) {
		strbuf_adds(out, "\",\"");
		test_add_base64(out, test_digest_bytes(&third));
	}
	strbuf_adds(out, "\"],\"checkpoint\":{\"envelope\":\"");
	test_add_checkpoint(s, p, root, out);
	strbuf_adds(out, "\"}}");
}

/* Bytes that the promise is over; also the payload of cosign's annotation. */
static inline void test_add_promise_payload(struct test_sigstore *s, struct str body,
					    struct strbuf *out)
{
	struct digest_value id = test_key_id(s->log);

	strbuf_adds(out, "{\"body\":\"");
	test_add_base64(out, body);
	strbuf_addf(out, "\",\"integratedTime\":%d,\"logID\":\"", TEST_TIME);
	test_add_hex(out, test_digest_bytes(&id));
	strbuf_adds(out, "\",\"logIndex\":1}");
}

static inline void test_add_promise(struct test_sigstore *s, const struct test_bundle_plan *p,
				    struct str body, struct strbuf *out)
{
	struct strbuf payload = STRBUF_INIT(TEST_TEXT_MAX), sig = STRBUF_INIT(512);

	test_add_promise_payload(s, body, &payload);
	test_add_signature(&sig, s->log, strbuf_str(&payload));
	if (p->fault == FAULT_PROMISE)
		sig.p[sig.n - 1] ^= 1;
	strbuf_adds(out, "\"inclusionPromise\":{\"signedEntryTimestamp\":\"");
	test_add_base64(out, strbuf_str(&sig));
	strbuf_adds(out, "\"},");
	strbuf_done(&payload);
	strbuf_done(&sig);
}

static inline void test_add_body(struct test_sigstore *s, const struct test_bundle_plan *p,
				 const struct test_signed *t, struct strbuf *out)
{
	if (p->rekor2)
		test_body_2(s, p, t, out);
	else if (p->body == BODY_INTOTO)
		test_body_intoto(s, p, t, out);
	else
		test_body_1(s, p, t, out);
}

static inline void test_add_entry(struct test_sigstore *s, const struct test_bundle_plan *p,
				  const struct test_signed *t, struct strbuf *out)
{
	struct strbuf body = STRBUF_INIT(TEST_TEXT_MAX);
	struct digest_value id =
		p->rekor2 ? test_note_id(TEST_LOG_2, s->log2) : test_key_id(s->log);
	const char *kind = p->envelope ? "dsse" : "hashedrekord";

	if (p->fault == FAULT_OTHER_LOG)
		id = test_key_id(s->other_log);
	if (p->rekor2 && p->body != BODY_DSSE_2)
		kind = "hashedrekord";
	if (p->body == BODY_INTOTO)
		kind = "intoto";
	if (p->fault == FAULT_UNKNOWN_KIND)
		kind = "rekord";
	test_add_body(s, p, t, &body);
	strbuf_addf(out, "{\"logIndex\":\"%s1\",\"logId\":{\"keyId\":\"",
		    p->fault == FAULT_FORM_NEGATIVE_INDEX ? "-" : "");
	test_add_base64(out, test_digest_bytes(&id));
	strbuf_addf(out, "\"},\"kindVersion\":{\"kind\":\"%s\",\"version\":\"%s\"},", kind,
		    p->rekor2 || p->body == BODY_INTOTO ? "0.0.2" : "0.0.1");
	if (!p->rekor2 && !p->no_promise)
		strbuf_addf(out, "\"integratedTime\":\"%d\",",
			    p->fault == FAULT_PROMISE_TIME ? TEST_TIME + 1 : TEST_TIME);
	if (!p->rekor2 && !p->no_promise)
		test_add_promise(s, p, strbuf_str(&body), out);
	if (!p->no_proof) {
		test_add_proof(s, p, strbuf_str(&body), out);
		strbuf_addc(out, ',');
	}
	strbuf_adds(out, "\"canonicalizedBody\":\"");
	test_add_base64(out, strbuf_str(&body));
	strbuf_adds(out, "\"}");
	strbuf_done(&body);
}

static inline void test_add_stamp(struct test_sigstore *s, const struct test_bundle_plan *p,
				  const struct test_signed *t, struct strbuf *out)
{
	struct str token = test_stamp_make((struct test_stamp_plan){
		.signer = &s->tsa,
		.message = p->fault == FAULT_STAMP_OTHER ? STR("something else")
							 : strbuf_str(&t->signature),
		.time = p->fault == FAULT_STAMP_LATE ? TEST_TIME + 3600
						     : TEST_TIME + p->stamp_offset,
		.whole_answer = true,
	});

	strbuf_adds(out, ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[{"
			 "\"signedTimestamp\":\"");
	test_add_base64(out, token);
	strbuf_adds(out, "\"}]}");
	OPENSSL_free((char *)token.p);
}

static inline void test_add_signer(struct test_sigstore *s, const struct test_bundle_plan *p,
				   struct strbuf *out)
{
	if (p->fault == FAULT_FORM_NO_SIGNER)
		strbuf_adds(out, "\"publicKey\":null");
	else if (p->keyed)
		strbuf_adds(out, "\"publicKey\":{\"hint\":\"the key\"}");
	if (p->fault == FAULT_FORM_TWO_SIGNERS)
		strbuf_adds(out, "\"publicKey\":{\"hint\":\"the key\"},");
	if (p->keyed || p->fault == FAULT_FORM_NO_SIGNER)
		return;
	if (p->version && p->version < 3) {
		strbuf_adds(out, "\"x509CertificateChain\":{\"certificates\":[");
		if (p->fault != FAULT_FORM_EMPTY_CHAIN) {
			strbuf_adds(out, "{\"rawBytes\":\"");
			test_add_base64(out, test_cert_der(&s->leaf));
			strbuf_adds(out, "\"}");
		}
		if (p->fault == FAULT_FORM_ROOT_INSIDE) {
			strbuf_adds(out, ",{\"rawBytes\":\"");
			test_add_base64(out, test_cert_der(&s->root));
			strbuf_adds(out, "\"}");
		}
		strbuf_adds(out, "]}");
		return;
	}
	strbuf_adds(out, "\"certificate\":{\"rawBytes\":\"");
	test_add_base64(out, test_cert_der(&s->leaf));
	strbuf_adds(out, "\"}");
}

static inline void test_add_message(const struct test_bundle_plan *p, const struct test_signed *t,
				    struct strbuf *out)
{
	struct digest_value d = test_digest(STR(TEST_MESSAGE));

	if (p->fault == FAULT_MESSAGE_DIGEST)
		d.bytes[0] ^= 1;
	strbuf_adds(out, "\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\","
			 "\"digest\":\"");
	test_add_base64(out, test_digest_bytes(&d));
	strbuf_adds(out, "\"},\"signature\":\"");
	test_add_base64(out, strbuf_str(&t->signature));
	strbuf_adds(out, p->fault == FAULT_FORM_BASE64 ? "!\"}" : "\"}");
}

static inline void test_add_envelope(const struct test_bundle_plan *p, const struct test_signed *t,
				     struct strbuf *out)
{
	strbuf_addf(out, "\"dsseEnvelope\":{\"payloadType\":\"%s\",\"payload\":\"",
		    test_payload_type(p));
	test_add_base64(out, strbuf_str(&t->payload));
	strbuf_adds(out, "\",\"signatures\":[");
	for (int i = p->fault == FAULT_FORM_TWO_SIGNATURES ? 0 : 1; i < 2; i++) {
		strbuf_adds(out, "{\"sig\":\"");
		test_add_base64(out, strbuf_str(&t->signature));
		strbuf_addf(out, "\",\"keyid\":\"%s\"}%s",
			    p->fault == FAULT_KEY_HINT ? "another key"
			    : p->keyed		       ? "the key"
						       : "",
			    i == 0 ? "," : "");
	}
	strbuf_adds(out, "]}");
}

static inline const char *test_media_type(const struct test_bundle_plan *p)
{
	if (p->fault == FAULT_FORM_VERSION)
		return "application/vnd.dev.sigstore.bundle.v0.9+json";
	if (p->version == 1)
		return "application/vnd.dev.sigstore.bundle+json;version=0.1";
	if (p->version == 2)
		return "application/vnd.dev.sigstore.bundle+json;version=0.2";
	return "application/vnd.dev.sigstore.bundle.v0.3+json";
}

static inline void test_sigstore_bundle(struct test_sigstore *s, const struct test_bundle_plan *p,
					struct strbuf *out)
{
	struct test_signed t;
	bool stamped = (p->rekor2 || p->stamped) && p->fault != FAULT_NO_STAMP;

	strbuf_reset(out);
	test_sigstore_leaf(s, p);
	test_sign(s, p, &t);
	strbuf_addf(out, "{\"mediaType\":\"%s\",\"verificationMaterial\":{", test_media_type(p));
	test_add_signer(s, p, out);
	strbuf_adds(out, ",\"tlogEntries\":[");
	if (p->fault != FAULT_NO_ENTRY)
		test_add_entry(s, p, &t, out);
	if (p->fault == FAULT_FORM_ENTRY_TWICE) {
		strbuf_addc(out, ',');
		test_add_entry(s, p, &t, out);
	}
	strbuf_addc(out, ']');
	if (stamped)
		test_add_stamp(s, p, &t, out);
	strbuf_adds(out, "},");
	if (p->fault == FAULT_FORM_FIELD)
		strbuf_adds(out, "\"media_type\":\"x\",");
	if (p->fault == FAULT_FORM_TWO_CONTENTS)
		test_add_message(p, &t, out);
	if (p->fault == FAULT_FORM_TWO_CONTENTS)
		strbuf_addc(out, ',');
	if (p->fault == FAULT_FORM_NO_CONTENT)
		strbuf_adds(out, "\"dsseEnvelope\":null");
	else if (p->envelope)
		test_add_envelope(p, &t, out);
	else
		test_add_message(p, &t, out);
	strbuf_addc(out, '}');
	assert_int_equal(strbuf_check(out, NULL), 0);
	test_signed_done(&t);
}

/* A span of the trusted root: open, or such that TEST_TIME is outside. */
static inline void test_add_span(bool ended, bool later, bool no_start, struct strbuf *out)
{
	strbuf_adds(out, "\"validFor\":{");
	if (!no_start)
		strbuf_addf(out, "\"start\":\"%s\"",
			    later ? "2027-01-15T08:00:01Z" : "2020-01-01T00:00:00Z");
	/* The end counts: TEST_TIME itself is 08:00:00. */
	strbuf_addf(out, "%s\"end\":\"%s\"}", no_start ? "" : ",",
		    ended ? "2027-01-15T07:59:59Z" : "2027-01-15T08:00:00Z");
}

/* For a late stamp, the spans of authorities are open: the certificate alone has ended. */
static inline void test_add_open_span(enum test_fault fault, bool ended, bool later,
				      struct strbuf *out)
{
	if (fault == FAULT_STAMP_LATE)
		strbuf_adds(out, "\"validFor\":{\"start\":\"2020-01-01T00:00:00Z\"}");
	else
		test_add_span(ended, later, false, out);
}

static inline void test_add_log(EVP_PKEY *key, const char *url, struct digest_value id,
				const char *details, struct strbuf *out)
{
	struct strbuf spki = STRBUF_INIT(8192);

	test_add_spki(&spki, key);
	strbuf_addf(out,
		    "{\"baseUrl\":\"%s\",\"hashAlgorithm\":\"SHA2_256\",\"logId\":{\"keyId\":\"",
		    url);
	test_add_base64(out, test_digest_bytes(&id));
	strbuf_addf(out, "\"},\"publicKey\":{\"keyDetails\":\"%s\",\"rawBytes\":\"", details);
	test_add_base64(out, strbuf_str(&spki));
	strbuf_adds(out, "\",");
	strbuf_done(&spki);
}

static inline void test_add_authority(const struct test_cert *const *chain, struct strbuf *out)
{
	strbuf_adds(out, "{\"uri\":\"https://ca.example.com\",\"certChain\":{\"certificates\":[");
	for (; *chain; chain++) {
		strbuf_adds(out, "{\"rawBytes\":\"");
		test_add_base64(out, test_cert_der(*chain));
		strbuf_adds(out, chain[1] ? "\"}," : "\"}");
	}
	strbuf_adds(out, "]},");
}

/* All spans end at TEST_TIME, which is still inside. */
static inline void test_sigstore_root(struct test_sigstore *s, enum test_fault fault,
				      struct strbuf *out)
{
	const struct test_cert *ca[] = {&s->ca, &s->root, NULL};
	const struct test_cert *tsa[] = {
		fault == FAULT_ROOT_TSA_OTHER_LEAF ? &s->tsa_other : &s->tsa, &s->tsa_root, NULL};
	bool ended = fault == FAULT_ROOT_LOG_ENDED, later = fault == FAULT_ROOT_LOG_LATER;
	bool no_start = fault == FAULT_ROOT_LOG_NO_START;

	strbuf_reset(out);
	strbuf_adds(out, "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;"
			 "version=0.1\",\"tlogs\":[");
	test_add_log(s->log, "https://log1.example.com", test_key_id(s->log),
		     "PKIX_ECDSA_P256_SHA_256", out);
	test_add_span(ended, later, no_start, out);
	strbuf_adds(out, "}},");
	test_add_log(s->log2, "https://" TEST_LOG_2 "/v2", test_note_id(TEST_LOG_2, s->log2),
		     "PKIX_ED25519", out);
	test_add_span(ended, later, no_start, out);
	strbuf_adds(out, "}}],\"ctlogs\":[");
	test_add_log(s->ct, "https://ct.example.com", test_key_id(s->ct), "PKIX_ECDSA_P256_SHA_256",
		     out);
	test_add_span(fault == FAULT_ROOT_CT_ENDED, false, false, out);
	strbuf_adds(out, "}}],\"certificateAuthorities\":[");
	test_add_authority(ca, out);
	test_add_open_span(fault, fault == FAULT_ROOT_CA_ENDED, fault == FAULT_ROOT_CA_LATER, out);
	strbuf_adds(out, "}],\"timestampAuthorities\":[");
	test_add_authority(tsa, out);
	test_add_open_span(fault, fault == FAULT_ROOT_TSA_ENDED, false, out);
	strbuf_adds(out, "}]}");
	assert_int_equal(strbuf_check(out, NULL), 0);
}
