/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/timestamp.h"
#include "base/limits.h"
#include "tests/unit/test_ca.h"

static const struct str message = {"the signature", 13};

static struct test_cert root, between, signer, stranger;
static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	test_cert_make(&root, NULL, (struct test_cert_plan){.name = "TSA Root", .is_ca = true});
	test_cert_make(&between, &root,
		       (struct test_cert_plan){.name = "TSA Between", .is_ca = true});
	test_cert_make(&signer, &between,
		       (struct test_cert_plan){.name = "TSA", .eku = "critical,timeStamping"});
	test_cert_make(&stranger, NULL, (struct test_cert_plan){.name = "Stranger", .is_ca = true});
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_cert_done(&root);
	test_cert_done(&between);
	test_cert_done(&signer);
	test_cert_done(&stranger);
	arena_done(&arena);
	return 0;
}

/* With root as the anchor, and `other` beside it. */
static int verify_with(const struct test_cert *anchor, const struct test_cert *other,
		       struct str token, struct timestamp *ts, struct err *err)
{
	CLEANUP(timestamp_trust_freep) struct timestamp_trust *trust = NULL;
	struct str anchors[1] = {test_cert_der(anchor)}, others[1];

	if (other)
		others[0] = test_cert_der(other);
	assert_int_equal(timestamp_trust_new((struct str_list){anchors, 1},
					     (struct str_list){others, other != NULL}, &trust, err),
			 0);
	return timestamp_verify(trust, token, message, &arena, ts, err);
}

static int verify_plan(struct test_stamp_plan plan, struct timestamp *ts, struct err *err)
{
	struct str token;
	int r;

	plan.message = plan.message.p ? plan.message : message;
	plan.signer = plan.signer ? plan.signer : &signer;
	plan.inside = &between;
	token = test_stamp_make(plan);
	r = verify_with(&root, NULL, token, ts, err);
	OPENSSL_free((char *)token.p);
	return r;
}

TEST(a_token_tells_its_time_and_who_gave_it)
{
	struct timestamp ts = {0};
	struct err err = {0};

	assert_int_equal(verify_plan((struct test_stamp_plan){0}, &ts, &err), 0);
	assert_int_equal(ts.time, TEST_TIME);
	assert_int_equal(ts.earliest, TEST_TIME);
	assert_int_equal(ts.latest, TEST_TIME);
	assert_int_equal(ts.n_chain, 3);
	assert_true(str_eq(ts.chain[0], test_cert_der(&signer)));
	assert_true(str_eq(ts.chain[2], test_cert_der(&root)));
	assert_str(ts.signer, "CN=TSA,O=Example,ST=WA,C=US");
	assert_true(ts.names_by_sha2);
}

TEST(forms_and_digests_that_are_taken)
{
	const struct test_stamp_plan rows[] = {
		{.whole_answer = true},
		{.imprint = "SHA384", .digest = "SHA512", .ess = "SHA512"},
		{.imprint = "SHA512", .digest = "SHA384", .ess = "SHA384"},
		{.ess = "SHA1"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct timestamp ts = {0};
		struct err err = {0};

		if (verify_plan(rows[i], &ts, &err) != 0)
			fail_msg("row %zu: %s", i, err.msg);
		assert_int_equal(ts.names_by_sha2, i != 3);
	}
}

TEST(accuracy_widens_the_range_outwards)
{
	const struct {
		struct test_stamp_plan plan;
		int wider;
	} rows[] = {
		{{.seconds = 2}, 2},
		{{.seconds = 1, .millis = 1}, 2},
		{{.millis = 500}, 1},
		{{.policy = "0.4.0.2023.1.1"}, 1},
		{{.policy = "0.4.0.2023.1.1", .seconds = 5}, 5},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct timestamp ts = {0};
		struct err err = {0};

		assert_int_equal(verify_plan(rows[i].plan, &ts, &err), 0);
		assert_int_equal(ts.earliest, TEST_TIME - rows[i].wider);
		assert_int_equal(ts.latest, TEST_TIME + rows[i].wider);
	}
}

TEST(what_the_token_says_must_fit)
{
	const struct {
		struct test_stamp_plan plan;
		const char *message;
	} rows[] = {
		{{.message = {"another", 7}}, "it is of other bytes"},
		{{.imprint = "SHA1"}, "an imprint that is not by SHA-256"},
		{{.digest = "SHA1"}, "a signature that is not by SHA-256"},
		{{.without_certificate = true}, "certificate of its signer is not there"},
		{{.refused = true, .whole_answer = true}, "the authority did not grant one"},
		{{.time = TEST_NOT_AFTER + 10}, "certificate has expired"},
		{{.time = TEST_NOT_BEFORE - 10}, "certificate is not yet valid"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct timestamp ts = {.time = 5};
		struct err err = {0};

		assert_int_equal(verify_plan(rows[i].plan, &ts, &err), -ERR_DENIED);
		assert_has(err.msg, rows[i].message);
		assert_int_equal(ts.time, 5);
	}
}

/*
 * OpenSSL makes tokens only with certificates that fit. So a twin of the certificate that is
 * wanted, with the same key, issuer and number, makes the token, and the odd one is given from
 * outside.
 */
static int verify_twin(struct test_cert_plan plan, struct err *err)
{
	struct test_cert odd = {0}, twin = {0};
	struct timestamp ts = {0};
	struct str token;
	int r;

	plan.name = "TSA";
	plan.serial = 77;
	test_cert_make(&odd, &between, plan);
	test_cert_make(&twin, &between,
		       (struct test_cert_plan){.name = "Twin",
					       .eku = "critical,timeStamping",
					       .serial = 77,
					       .use_key = odd.key});
	token = test_stamp_make((struct test_stamp_plan){
		.signer = &twin, .message = message, .without_certificate = true});
	r = verify_with(&between, &odd, token, &ts, err);
	OPENSSL_free((char *)token.p);
	test_cert_done(&odd);
	test_cert_done(&twin);
	return r;
}

TEST(the_signers_certificate_must_be_for_time_stamps_alone)
{
	const struct {
		struct test_cert_plan plan;
		const char *message;
	} rows[] = {
		{{.eku = "timeStamping"}, "not for time stamps alone"},
		{{.eku = "critical,timeStamping,codeSigning"}, "not for time stamps alone"},
		{{.eku = "critical,codeSigning"}, "not for time stamps alone"},
		{{.eku = NULL}, "not for time stamps alone"},
		{{.eku = "critical,timeStamping",
		  .usage = "critical,digitalSignature,keyEncipherment"},
		 "key usage of its signer's certificate"},
		{{.eku = "critical,timeStamping", .key = "RSA:1024"}, "key too weak"},
		{{.eku = "critical,timeStamping", .digest = "SHA1"}, "weak"},
		{{.eku = "critical,timeStamping", .key = "EC:secp256k1"}, "curve secp256k1"},
		{{.eku = "critical,timeStamping"}, "signing-certificate names another certificate"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		assert_int_equal(verify_twin(rows[i].plan, &err), -ERR_DENIED);
		assert_has(err.msg, rows[i].message);
	}
}

TEST(the_signer_may_stand_outside_of_the_token)
{
	struct str token = test_stamp_make((struct test_stamp_plan){
		.signer = &signer, .message = message, .without_certificate = true});
	struct timestamp ts = {0};
	struct err err = {0};

	assert_int_equal(verify_with(&between, &signer, token, &ts, &err), 0);
	assert_int_equal(ts.n_chain, 2);
	assert_int_equal(verify_with(&between, &stranger, token, &ts, &err), -ERR_DENIED);
	OPENSSL_free((char *)token.p);
}

TEST(a_chain_to_no_anchor_is_refused)
{
	struct str token = test_stamp_make((struct test_stamp_plan){
		.signer = &signer, .inside = &between, .message = message});
	struct timestamp ts = {0};
	struct err err = {0};

	assert_int_equal(verify_with(&stranger, &root, token, &ts, &err), -ERR_DENIED);
	assert_has(err.msg, "time stamp: its signer is not trusted: ");
	OPENSSL_free((char *)token.p);
}

/* Each bit of the token matters, apart from names of certificates nobody asked for. */
TEST(a_changed_byte_is_never_taken)
{
	struct str token = test_stamp_make((struct test_stamp_plan){
		.signer = &signer, .message = message, .without_certificate = true});
	unsigned char *bytes = (unsigned char *)token.p;

	for (size_t i = 0; i < token.n; i++) {
		struct timestamp ts = {0};
		struct err err = {0};

		bytes[i] ^= 1;
		if (verify_with(&between, &signer, token, &ts, &err) == 0 && ts.time != TEST_TIME)
			fail_msg("byte %zu changed the time", i);
		bytes[i] ^= 1;
	}
	for (size_t i = 0; i < token.n; i++) {
		struct timestamp ts = {0};
		struct err err = {0};

		assert_true(verify_with(&between, &signer, str_sub(token, 0, i), &ts, &err) < 0);
	}
	OPENSSL_free(bytes);
}

TEST(what_is_no_token_is_told)
{
	struct timestamp ts = {0};
	struct err err = {0};

	assert_int_equal(verify_with(&root, NULL, STR(""), &ts, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "time stamp: not CMS signed data in DER");
	assert_int_equal(verify_with(&root, NULL, STR("\x30\x03\x30\x01\x00"), &ts, &err),
			 -ERR_FORMAT);
	assert_string_equal(err.msg, "time stamp: not an answer of RFC 3161 in DER");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_token_tells_its_time_and_who_gave_it),
		RUN(forms_and_digests_that_are_taken),
		RUN(accuracy_widens_the_range_outwards),
		RUN(what_the_token_says_must_fit),
		RUN(the_signers_certificate_must_be_for_time_stamps_alone),
		RUN(the_signer_may_stand_outside_of_the_token),
		RUN(a_chain_to_no_anchor_is_refused),
		RUN(a_changed_byte_is_never_taken),
		RUN(what_is_no_token_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
