/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long one signature of the Notary Project takes to verify offline: notation_bench
 *
 * Envelopes made here, JWS and COSE, with a chain of three certificates, with and without a time
 * stamp. Policy and trust stores are read once; each round reads an envelope and verifies it.
 * Printed are the median and the slowest of ROUNDS, in milliseconds of the processor.
 */
#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "tests/unit/test_ca.h"
#include "trust/notation/sign.h"
#include "trust/notation/verify.h"

#define ROUNDS 501

static const char policy_text[] =
	"{\"version\":\"1.0\",\"trustPolicies\":[{\"name\":\"bench\",\"registryScopes\":[\"*\"],"
	"\"signatureVerification\":{\"level\":\"strict\"},\"trustStores\":[\"ca:it\"%s],"
	"\"trustedIdentities\":[\"*\"]}]}";

static struct test_cert root, between, leaf, tsa;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void make_certificates(void)
{
	test_cert_make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	test_cert_make(&between, &root, (struct test_cert_plan){.name = "Between", .is_ca = true});
	test_cert_make(&leaf, &between, (struct test_cert_plan){.name = "Signer"});
	test_cert_make(&tsa, &root,
		       (struct test_cert_plan){.name = "TSA", .eku = "critical,timeStamping"});
}

static struct secret_key *signer_key(void)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(leaf.key);
	unsigned char *der = NULL;
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	struct secret_key *key = NULL;

	assert_int_equal(secret_key_parse_der(str_make(der, (size_t)n), &key, NULL), 0);
	PKCS8_PRIV_KEY_INFO_free(info);
	OPENSSL_free(der);
	return key;
}

static int stamp(void *ctx, struct str signature, struct strbuf *token, struct err *err)
{
	struct str der =
		test_stamp_make((struct test_stamp_plan){.signer = &tsa, .message = signature});

	(void)ctx;
	strbuf_add(token, der);
	OPENSSL_free((char *)der.p);
	return strbuf_check(token, err);
}

static const struct notation_target target = {
	.digest = {"sha256:00000000000000000000000000000000000000000000000000000000000000aa", 71},
	.media_type = {"application/vnd.oci.image.manifest.v1+json", 42},
	.size = 528,
};

static void sign(enum notation_form form, bool stamped, struct strbuf *envelope)
{
	CLEANUP(secret_key_freep) struct secret_key *key = signer_key();
	CLEANUP(certificate_list_done) struct certificate_list chain = {0};
	const struct notation_signing how = {
		.form = form,
		.key = key,
		.chain = &chain,
		.now = TEST_TIME - 60,
		.stamp = stamped ? stamp : NULL,
	};

	assert_int_equal(certificate_list_add(&chain, test_cert_der(&leaf), NULL), 0);
	assert_int_equal(certificate_list_add(&chain, test_cert_der(&between), NULL), 0);
	assert_int_equal(certificate_list_add(&chain, test_cert_der(&root), NULL), 0);
	assert_int_equal(notation_sign(&how, &target, envelope, NULL), 0);
}

static double once(enum notation_form form, struct str envelope, const struct notation_wants *wants)
{
	struct arena arena;
	struct trail trail = {.arena = &arena};
	struct claim claim;
	struct err err = {0};
	double from = now_ms();

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (notation_verify(form, envelope, wants, &trail, &claim, &err) < 0)
		fail_msg("%s", err.msg);
	arena_done(&arena);
	return now_ms() - from;
}

static void measure(const char *what, enum notation_form form, bool stamped)
{
	CLEANUP(strbuf_done) struct strbuf envelope = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX);
	CLEANUP(notation_trust_store_done) struct notation_trust_store stores = {0};
	struct notation_wants wants = {.target = target, .stores = &stores, .now = TEST_TIME};
	struct notation_policy policy;
	struct arena arena;
	double times[ROUNDS];
	char text[512];

	arena_init(&arena, LIMIT_ARENA_BYTES);
	snprintf(text, sizeof text, policy_text, stamped ? ",\"tsa:it\"" : "");
	assert_int_equal(
		notation_policy_parse(str_of(text), NOTATION_POLICY_OCI, &arena, &policy, NULL), 0);
	wants.statement = &policy.statements[0];
	for (int type = NOTATION_STORE_CA; type <= NOTATION_STORE_TSA; type++)
		assert_int_equal(notation_trust_store_add(&stores, (enum notation_store_type)type,
							  STR("it"), test_cert_der(&root), NULL),
				 0);
	sign(form, stamped, &envelope);
	for (size_t i = 0; i < ROUNDS; i++)
		times[i] = once(form, strbuf_str(&envelope), &wants);
	qsort(times, ROUNDS, sizeof *times, by_size);
	printf("notation, %-22s %6.3f ms, slowest %6.3f ms\n", what, times[ROUNDS / 2],
	       times[ROUNDS - 1]);
	arena_done(&arena);
}

int main(void)
{
	make_certificates();
	measure("JWS:", NOTATION_JWS, false);
	measure("COSE:", NOTATION_COSE, false);
	measure("JWS with a time stamp:", NOTATION_JWS, true);
	measure("COSE with a time stamp:", NOTATION_COSE, true);
	test_cert_done(&root);
	test_cert_done(&between);
	test_cert_done(&leaf);
	test_cert_done(&tsa);
	return 0;
}
