/* SPDX-License-Identifier: Apache-2.0 */
/* By a PKI; keys are in test-containers_policy_eval.c, Fulcio and Rekor in the conformance suite.
 */
#include <openssl/pem.h>

#include "base/strbuf.h"
#include "codec/base64.h"
#include "tests/unit/test_ca.h"
#include "trust/containers_sigstore.h"

#define PAYLOAD "what is signed"

enum fault {
	FAULT_NONE,
	FAULT_OTHER_CA,
	FAULT_NO_CHAIN,
	FAULT_EXPIRED,
	FAULT_NO_USE,
	FAULT_OTHER_USE,
	FAULT_EMAIL,
	FAULT_HOST,
	FAULT_PAYLOAD,
	FAULT_NO_CERTIFICATE,
	FAULT_OTHER_CERTIFICATE,
	FAULT_TYPE,
	FAULT_BASE64,
	FAULT_LOG,
};

struct world {
	struct arena arena;
	struct test_cert root, other, middle, leaf;
	struct containers_requirement q;
};

static struct str pem_of(struct world *w, const struct test_cert *c)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct str out;
	char *bytes;
	long n;

	PEM_write_bio_X509(bio, c->x);
	n = BIO_get_mem_data(bio, &bytes);
	out = arena_str(&w->arena, str_make(bytes, (size_t)n));
	BIO_free(bio);
	return out;
}

static struct str_list one(struct world *w, struct str s)
{
	struct str *p = arena_alloc(&w->arena, sizeof *p);

	*p = s;
	return (struct str_list){p, 1};
}

static void make_world(struct world *w, enum fault fault)
{
	static const char *const names[] = {"subjectAltName",
					    "email:jane@example.com,DNS:build.example.com", NULL};
	struct test_cert_plan plan = {.name = "Leaf",
				      .eku = fault == FAULT_NO_USE	? NULL
					     : fault == FAULT_OTHER_USE ? "timeStamping"
									: "codeSigning",
				      .extensions = names};

	*w = (struct world){0};
	arena_init(&w->arena, 1 << 24);
	if (fault == FAULT_EXPIRED) {
		plan.not_before = TEST_TIME - 2 * 86400;
		plan.not_after = TEST_TIME - 86400;
	}
	test_cert_make(&w->root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	test_cert_make(&w->other, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	test_cert_make(&w->middle, &w->root,
		       (struct test_cert_plan){.name = "Middle", .is_ca = true});
	test_cert_make(&w->leaf, &w->middle, plan);
	w->q = (struct containers_requirement){
		.kind = REQUIREMENT_SIGSTORE_SIGNED,
		.path = STR("default[0]"),
		.pki_roots.datas =
			one(w, pem_of(w, fault == FAULT_OTHER_CA ? &w->other : &w->root)),
		.pki_email =
			fault == FAULT_EMAIL ? STR("eve@example.com") : STR("jane@example.com"),
		.pki_host =
			fault == FAULT_HOST ? STR("other.example.com") : STR("BUILD.example.com"),
	};
	if (fault == FAULT_LOG) { /* any key: there is no entry that it could have signed */
		BIO *bio = BIO_new(BIO_s_mem());
		char *bytes;
		long n;

		PEM_write_bio_PUBKEY(bio, w->leaf.key);
		n = BIO_get_mem_data(bio, &bytes);
		w->q.rekor.datas = one(w, arena_str(&w->arena, str_make(bytes, (size_t)n)));
		BIO_free(bio);
	}
}

static void done(struct world *w)
{
	test_cert_done(&w->root);
	test_cert_done(&w->other);
	test_cert_done(&w->middle);
	test_cert_done(&w->leaf);
	arena_done(&w->arena);
}

static struct str sign(struct world *w)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char out[256];
	size_t n = sizeof out;

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, w->leaf.key), 1);
	assert_int_equal(
		EVP_DigestSign(ctx, out, &n, (const unsigned char *)PAYLOAD, sizeof PAYLOAD - 1),
		1);
	EVP_MD_CTX_free(ctx);
	assert_int_equal(base64_encode(str_make(out, n), BASE64_STANDARD, &sb, NULL), 0);
	return arena_str(&w->arena, strbuf_str(&sb));
}

static struct image_signature make_signature(struct world *w, enum fault fault)
{
	struct artifact_annotation *a = arena_array(&w->arena, 3, sizeof *a);
	struct image_signature s = {
		.kind = IMAGE_SIGNATURE_SIGSTORE,
		.where = STR("s"),
		.payload = fault == FAULT_PAYLOAD ? STR("what is not") : STR(PAYLOAD),
		.media_type =
			fault == FAULT_TYPE ? STR("text/plain") : STR(IMAGE_SIGNATURE_COSIGN_TYPE),
		.annotations = {a, 0}};
	size_t n = 0;

	a[n++] = (struct artifact_annotation){STR("dev.cosignproject.cosign/signature"),
					      fault == FAULT_BASE64 ? STR("%%") : sign(w)};
	if (fault != FAULT_NO_CERTIFICATE)
		a[n++] = (struct artifact_annotation){
			STR("dev.sigstore.cosign/certificate"),
			pem_of(w, fault == FAULT_OTHER_CERTIFICATE ? &w->middle : &w->leaf)};
	if (fault != FAULT_NO_CHAIN)
		a[n++] = (struct artifact_annotation){STR("dev.sigstore.cosign/chain"),
						      pem_of(w, &w->middle)};
	s.annotations.n = n;
	return s;
}

static int no_files(void *ctx, struct str path, struct str *ret, struct err *err)
{
	(void)ctx;
	(void)ret;
	return err_set(err, ERR_NOT_FOUND, "%.*s", STR_FMT(path));
}

static int verify(struct world *w, enum fault fault, struct trail *t, struct claim *claim,
		  struct err *err)
{
	struct containers_sigstore roots = {0};
	struct image_signature s = make_signature(w, fault);
	int r;

	*t = (struct trail){.arena = &w->arena};
	assert_int_equal(containers_sigstore_load(&w->q, no_files, NULL, &w->arena, &roots, err),
			 0);
	r = containers_sigstore_verify(&roots, &s, TEST_TIME, t, claim, err);
	containers_sigstore_done(&roots);
	return r;
}

TEST(a_certificate_of_the_pki_for_address_and_host_counts)
{
	struct claim claim = {0};
	struct err err = {0};
	struct trail t;
	struct world w;

	make_world(&w, FAULT_NONE);
	if (verify(&w, FAULT_NONE, &t, &claim, &err) < 0)
		fail_msg("%s", err.msg);
	assert_null(t.failed);
	assert_true(claim.key_digest.n > 0);
	assert_true(str_has_prefix(claim.subject, STR("CN=Leaf,")));
	done(&w);
}

TEST(an_intermediate_may_come_with_the_policy)
{
	struct claim claim = {0};
	struct err err = {0};
	struct trail t;
	struct world w;

	make_world(&w, FAULT_NONE);
	w.q.pki_intermediates.datas = one(&w, pem_of(&w, &w.middle));
	assert_int_equal(verify(&w, FAULT_NO_CHAIN, &t, &claim, &err), 0);
	done(&w);
}

static const struct {
	enum fault fault;
	const char *check;
} faults[] = {
	{FAULT_OTHER_CA, "certificate"},
	{FAULT_NO_CHAIN, "certificate"},
	{FAULT_EXPIRED, "certificate"},
	{FAULT_NO_USE, "certificate"},
	{FAULT_OTHER_USE, "certificate"},
	{FAULT_EMAIL, "identity"},
	{FAULT_HOST, "identity"},
	{FAULT_PAYLOAD, "signature"},
	{FAULT_NO_CERTIFICATE, "certificate"},
	{FAULT_OTHER_CERTIFICATE, "certificate"},
	{FAULT_TYPE, "payload"},
	{FAULT_BASE64, "signature"},
	{FAULT_LOG, "log"},
};

TEST(each_fault_alone_is_refused_by_its_check)
{
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct claim claim = {0};
		struct err err = {0};
		struct trail t;
		struct world w;

		make_world(&w, faults[i].fault);
		if (verify(&w, faults[i].fault, &t, &claim, &err) != -ERR_DENIED)
			fail_msg("fault %d was not refused: %s", (int)faults[i].fault, err.msg);
		if (strcmp(t.failed, faults[i].check) != 0)
			fail_msg("fault %d: by the check %s: %s", (int)faults[i].fault, t.failed,
				 err.msg);
		assert_int_equal(claim.key_digest.n, 0);
		done(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_certificate_of_the_pki_for_address_and_host_counts),
		RUN(an_intermediate_may_come_with_the_policy),
		RUN(each_fault_alone_is_refused_by_its_check),
	};

	return RUN_ALL(tests);
}
