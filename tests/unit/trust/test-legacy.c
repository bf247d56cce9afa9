/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/legacy.h"
#include "base/limits.h"
#include "tests/unit/test_sigstore.h"

/* The payload need not be simple signing here: who reads it looks at that. */
static struct test_sigstore sigstore;

static int set_up(void **state)
{
	(void)state;
	test_sigstore_make(&sigstore);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_sigstore_done(&sigstore);
	return 0;
}

struct made {
	struct test_signed content;
	struct strbuf certificate, log, stamp, envelope, root;
	struct legacy legacy;
};

static void made_done(struct made *m)
{
	test_signed_done(&m->content);
	strbuf_done(&m->certificate);
	strbuf_done(&m->log);
	strbuf_done(&m->stamp);
	strbuf_done(&m->envelope);
	strbuf_done(&m->root);
}

static void add_log(const struct test_bundle_plan *p, struct made *m)
{
	struct strbuf body = STRBUF_INIT(TEST_TEXT_MAX), payload = STRBUF_INIT(TEST_TEXT_MAX);
	struct strbuf sig = STRBUF_INIT(512);

	test_add_body(&sigstore, p, &m->content, &body);
	test_add_promise_payload(&sigstore, strbuf_str(&body), &payload);
	test_add_signature(&sig, sigstore.log, strbuf_str(&payload));
	if (p->fault == FAULT_PROMISE)
		sig.p[sig.n - 1] ^= 1;
	strbuf_adds(&m->log, "{\"SignedEntryTimestamp\":\"");
	test_add_base64(&m->log, strbuf_str(&sig));
	strbuf_adds(&m->log, "\",\"Payload\":");
	strbuf_add(&m->log, strbuf_str(&payload));
	strbuf_addc(&m->log, '}');
	strbuf_done(&body);
	strbuf_done(&payload);
	strbuf_done(&sig);
}

static void add_stamp(const struct test_bundle_plan *p, struct made *m)
{
	struct str token = test_stamp_make((struct test_stamp_plan){
		.signer = &sigstore.tsa,
		.message = p->fault == FAULT_STAMP_OTHER ? STR("something else")
			   : p->envelope		 ? m->legacy.payload
							 : strbuf_str(&m->content.signature),
		.whole_answer = true,
	});

	strbuf_adds(&m->stamp, "{\"SignedRFC3161Timestamp\":\"");
	test_add_base64(&m->stamp, token);
	strbuf_adds(&m->stamp, "\"}");
	OPENSSL_free((char *)token.p);
}

static void make(const struct test_bundle_plan *p, struct made *m)
{
	struct str envelope;

	*m = (struct made){
		.certificate = STRBUF_INIT(TEST_TEXT_MAX),
		.log = STRBUF_INIT(TEST_TEXT_MAX),
		.stamp = STRBUF_INIT(TEST_TEXT_MAX),
		.envelope = STRBUF_INIT(TEST_TEXT_MAX),
		.root = STRBUF_INIT(TEST_TEXT_MAX),
	};
	test_sigstore_root(&sigstore, FAULT_NONE, &m->root);
	test_sigstore_leaf(&sigstore, p);
	test_sign(&sigstore, p, &m->content);
	test_add_envelope(p, &m->content, &m->envelope);
	envelope = str_skip(strbuf_str(&m->envelope), sizeof "\"dsseEnvelope\":" - 1);
	m->legacy.is_envelope = p->envelope;
	m->legacy.payload = p->envelope ? envelope : STR(TEST_MESSAGE);
	m->legacy.signature = strbuf_str(&m->content.signature);
	if (!p->keyed)
		test_add_pem(&m->certificate, &sigstore, false);
	if (p->fault != FAULT_NO_ENTRY)
		add_log(p, m);
	if (p->stamped)
		add_stamp(p, m);
	m->legacy.certificate = strbuf_str(&m->certificate);
	m->legacy.log_bundle = strbuf_str(&m->log);
	m->legacy.timestamp = strbuf_str(&m->stamp);
}

static int verify(struct test_bundle_plan plan, bool no_log, struct claim *claim, char *why,
		  size_t max)
{
	CLEANUP(trusted_root_freep) struct trusted_root *root = NULL;
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	CLEANUP(strbuf_done) struct strbuf spki = STRBUF_INIT(8192);
	struct sigstore_wants wants = {.any_identity = true, .now = TEST_TIME, .no_log = no_log};
	struct trail trail = {0};
	struct err err = {0};
	struct arena arena;
	struct made m;
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	trail.arena = &arena;
	make(&plan, &m);
	assert_int_equal(trusted_root_parse(strbuf_str(&m.root), &root, NULL), 0);
	wants.root = root;
	test_add_spki(&spki, sigstore.signer);
	assert_int_equal(public_key_parse(strbuf_str(&spki), &key, NULL), 0);
	wants.key = plan.keyed ? key : NULL;
	r = legacy_verify(&m.legacy, &wants, &trail, claim, &err);
	snprintf(why, max, "%s", err.msg);
	made_done(&m);
	arena_done(&arena);
	return r;
}

TEST(annotations_are_verified_as_bundles_are)
{
	const struct {
		struct test_bundle_plan plan;
		bool no_log;
		const char *why;
	} rows[] = {
		{{0}, false, NULL},
		{{.stamped = true}, false, NULL},
		{{.envelope = true}, false, NULL},
		{{.envelope = true, .body = BODY_INTOTO}, false, NULL},
		{{.envelope = true, .stamped = true, .fault = FAULT_NO_ENTRY}, true, NULL},
		{{.keyed = true}, false, NULL},
		{{.keyed = true, .fault = FAULT_NO_ENTRY}, true, NULL},
		{{.stamped = true, .fault = FAULT_NO_ENTRY}, true, NULL},
		{{.fault = FAULT_NO_ENTRY}, false, "there is no log entry"},
		{{.keyed = true, .fault = FAULT_NO_ENTRY}, false, "there is no log entry"},
		{{.fault = FAULT_NO_ENTRY}, true, "neither a timestamp nor a promise"},
		{{.stamped = true, .fault = FAULT_STAMP_OTHER}, true, "of other bytes"},
		{{.fault = FAULT_PROMISE}, false, "promise (signed entry timestamp)"},
		{{.fault = FAULT_BODY_SIGNATURE}, false, "about another signature"},
		{{.fault = FAULT_BODY_KEY}, false, "about another key"},
		{{.fault = FAULT_BODY_DIGEST}, false, "about another file"},
		{{.fault = FAULT_LEAF_EXPIRED}, false, "has expired"},
		{{.fault = FAULT_NO_SCT}, false, "has no timestamp (SCT)"},
		{{.fault = FAULT_SIGNATURE}, false, "the signature does not hold"},
		{{.fault = FAULT_SIGNATURE, .envelope = true}, false, "does not hold"},
		{{.fault = FAULT_STATEMENT, .envelope = true}, false, "Statement/v9"},
		{{.fault = FAULT_FORM_TWO_SIGNATURES, .envelope = true}, false, "has 2 signatures"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct claim claim = {0};
		char why[512];
		int r = verify(rows[i].plan, rows[i].no_log, &claim, why, sizeof why);

		if (rows[i].why ? r != -ERR_DENIED || !strstr(why, rows[i].why) : r != 0)
			fail_msg("row %zu: %d %s", i, r, why);
		if (r == 0)
			assert_int_equal(claim.format,
					 rows[i].plan.envelope ? CLAIM_DSSE : CLAIM_COSIGN);
	}
}

TEST(malformed_annotations_are_refused)
{
	const struct {
		struct legacy legacy;
		const char *why;
	} rows[] = {
		{{.log_bundle = STR("{}")}, "\"Payload\" is missing"},
		{{.log_bundle = STR("{\"Payload\":{},\"x\":1}")},
		 "a field \"x\" that is not known"},
		{{.log_bundle =
			  STR("{\"SignedEntryTimestamp\":\"AA==\",\"Payload\":{\"body\":"
			      "\"e30=\",\"integratedTime\":1,\"logIndex\":1,\"logID\":\"0\"}}")},
		 "\"logID\" is no hexadecimal number"},
		{{.timestamp = STR("{}")}, "\"SignedRFC3161Timestamp\" is missing"},
		{{.timestamp = STR("[")}, "line 1"},
		{{.certificate = STR("x")}, "not a certificate"},
		{{.is_envelope = true}, "the envelope"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct legacy legacy = rows[i].legacy;
		struct sigstore_wants wants = {.any_identity = true};
		struct trail trail = {0};
		struct claim claim;
		struct err err = {0};
		struct arena arena;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		trail.arena = &arena;
		legacy.payload = STR("x");
		legacy.signature = STR("x");
		assert_int_equal(legacy_verify(&legacy, &wants, &trail, &claim, &err), -ERR_DENIED);
		assert_has(err.msg, rows[i].why);
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(annotations_are_verified_as_bundles_are),
		RUN(malformed_annotations_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
