/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/pem.h>

#include "base/limits.h"
#include "expr/regex.h"
#include "tests/unit/test_sigstore.h"
#include "trust/sigstore/bundle_verify.h"

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

struct outcome {
	int r;
	struct err err;
	char check[40], why[512];
	struct claim claim;
	size_t n_steps;
};

struct question {
	struct test_bundle_plan plan;
	enum test_fault root_fault;
	struct sigstore_wants wants;
	bool by_digest, by_key, by_other_key, without_root, without_artifact;
};

static void keep(struct outcome *o, const struct trail *trail)
{
	o->n_steps = trail->n_steps;
	snprintf(o->check, sizeof o->check, "%s", trail->failed ? trail->failed : "");
	snprintf(o->why, sizeof o->why, "%.*s", STR_FMT(trail->why));
}

static int parse_and_verify(struct question q, struct strbuf *text, struct strbuf *root_text,
			    struct arena *arena, struct trail *trail, struct outcome *o)
{
	CLEANUP(trusted_root_freep) struct trusted_root *root = NULL;
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	CLEANUP(bundle_done) struct bundle bundle = {0};
	CLEANUP(strbuf_done) struct strbuf spki = STRBUF_INIT(8192);
	struct identity_wanted who = {.name = STR(TEST_IDENTITY), .issuer = STR(TEST_ISSUER)};
	struct digest_value digest = test_digest(STR(TEST_MESSAGE));
	struct signed_file artifact = {.bytes = STR(TEST_MESSAGE), .has_bytes = true};
	int r;

	if (q.by_digest)
		artifact = signed_file_of_digest(&digest);
	if ((r = trusted_root_parse(strbuf_str(root_text), &root, &o->err)) < 0 ||
	    (r = bundle_parse(strbuf_str(text), arena, &bundle, &o->err)) < 0)
		return r;
	q.wants.root = q.without_root ? NULL : root;
	q.wants.now = q.wants.now ? q.wants.now : TEST_TIME + 86400 * 400;
	q.by_key |= q.by_other_key;
	if (!q.wants.identities && !q.by_key && !q.wants.any_identity) {
		q.wants.identities = &who;
		q.wants.n_identities = 1;
	}
	if (q.by_key) {
		test_add_spki(&spki, q.by_other_key ? sigstore.other_log : sigstore.signer);
		assert_int_equal(public_key_parse(strbuf_str(&spki), &key, NULL), 0);
		q.wants.key = key;
	}
	return bundle_verify(&bundle, q.without_artifact ? NULL : &artifact, &q.wants, trail,
			     &o->claim, &o->err);
}

/* The claim's slices are gone with the arena, unless the caller gives one. */
static struct outcome ask_in(struct question q, struct arena *arena)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(TEST_TEXT_MAX);
	CLEANUP(strbuf_done) struct strbuf root = STRBUF_INIT(TEST_TEXT_MAX);
	struct trail trail = {.arena = arena};
	struct outcome o = {0};

	test_sigstore_bundle(&sigstore, &q.plan, &text);
	test_sigstore_root(&sigstore, q.root_fault, &root);
	o.r = parse_and_verify(q, &text, &root, arena, &trail, &o);
	keep(&o, &trail);
	return o;
}

static struct outcome ask(struct question q)
{
	struct arena arena;
	struct outcome o;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	o = ask_in(q, &arena);
	arena_done(&arena);
	return o;
}

TEST(sound_bundles_of_every_kind_hold)
{
	const struct question rows[] = {
		{.plan = {.version = 1, .no_proof = true}},
		{.plan = {.version = 1}},
		{.plan = {.version = 2}},
		{.plan = {.version = 3}},
		{.plan = {.version = 3, .stamped = true}},
		{.plan = {.version = 3, .stamped = true, .no_promise = true}},
		{.plan = {.rekor2 = true}},
		{.plan = {.rekor2 = true, .sct_extension = true}},
		{.plan = {.envelope = true}},
		{.plan = {.envelope = true, .body = BODY_INTOTO}},
		{.plan = {.envelope = true, .rekor2 = true}},
		{.plan = {.envelope = true, .rekor2 = true, .body = BODY_DSSE_2}},
		{.plan = {.envelope = true}, .without_artifact = true},
		{.plan = {0}, .by_digest = true},
		{.plan = {.envelope = true}, .by_digest = true},
		{.plan = {.keyed = true}, .by_key = true},
		{.plan = {.keyed = true, .rekor2 = true}, .by_key = true},
		{.plan = {.keyed = true, .envelope = true}, .by_key = true},
		{.plan = {.keyed = true, .fault = FAULT_NO_ENTRY},
		 .by_key = true,
		 .without_root = true},
		{.plan = {.keyed = true, .fault = FAULT_NO_ENTRY},
		 .by_key = true,
		 .wants = {.no_log = true}},
		{.plan = {.stamped = true, .fault = FAULT_NO_ENTRY}, .wants = {.no_log = true}},
		{.plan = {.fault = FAULT_NO_SCT}, .wants = {.no_sct = true}},
		{.plan = {.fault = FAULT_NO_ISSUER, .stamped = true}, .by_key = true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct outcome o = ask(rows[i]);

		if (o.r != 0)
			fail_msg("row %zu: %s", i, o.err.msg);
		assert_str(str_of(o.check), "");
		assert_true(o.n_steps > 0);
	}
}

TEST(one_fault_is_enough_and_is_told)
{
	const struct {
		struct test_bundle_plan plan;
		const char *check, *why;
	} rows[] = {
		{{.fault = FAULT_OTHER_CA}, "certificate", "unable to get local issuer"},
		{{.fault = FAULT_LEAF_EXPIRED}, "certificate", "has expired"},
		{{.fault = FAULT_LEAF_NO_USE}, "certificate", "not for this use"},
		{{.fault = FAULT_LEAF_OTHER_USE}, "certificate", "not for this use"},
		{{.fault = FAULT_LEAF_NO_KEY_USAGE}, "certificate", "not for signatures"},
		{{.fault = FAULT_LEAF_IS_CA}, "certificate", "one of a CA"},
		{{.fault = FAULT_CA_IS_NO_CA}, "certificate", "unable to get local issuer"},
		{{.fault = FAULT_NO_SCT}, "certificate-log", "has no timestamp (SCT)"},
		{{.fault = FAULT_SCT_SIGNATURE}, "certificate-log", "the signature does not hold"},
		{{.fault = FAULT_SCT_EARLY}, "certificate-log", "outside of the log's time"},
		{{.fault = FAULT_SCT_CUT}, "certificate-log", "a malformed timestamp (SCT)"},
		{{.fault = FAULT_SCT_OTHER_LOG}, "certificate-log", "of a trusted log"},
		{{.fault = FAULT_TWO_NAMES}, "identity", "2 identities instead of one"},
		{{.fault = FAULT_NO_NAME}, "identity", "0 identities instead of one"},
		{{.fault = FAULT_DNS_NAME}, "identity", "no URI, e-mail address or user name"},
		{{.fault = FAULT_NO_ISSUER}, "identity", "names no issuer"},
		{{.fault = FAULT_TWO_ISSUERS}, "identity", "names two issuers"},
		{{.fault = FAULT_ISSUER_MALFORMED},
		 "identity",
		 "57264.1.8 of the certificate is "
		 "malformed"},
		{{.fault = FAULT_PROMISE}, "log", "promise (signed entry timestamp)"},
		{{.fault = FAULT_PROMISE_TIME}, "log", "promise (signed entry timestamp)"},
		{{.fault = FAULT_PROOF_HASH}, "log", "does not lead to the root"},
		{{.fault = FAULT_PROOF_INDEX}, "log", "does not lead to the root"},
		{{.fault = FAULT_PROOF_INDEX, .rekor2 = true}, "log", "of another entry"},
		{{.fault = FAULT_PROOF_LONG}, "log", "too long"},
		{{.fault = FAULT_CHECKPOINT_SIGNATURE}, "log", "signature does not hold"},
		{{.fault = FAULT_CHECKPOINT_SIGNATURE, .rekor2 = true}, "log", "does not hold"},
		{{.fault = FAULT_CHECKPOINT_ROOT}, "log", "of another tree"},
		{{.fault = FAULT_CHECKPOINT_SIZE}, "log", "of another tree"},
		{{.fault = FAULT_CHECKPOINT_HINT}, "log", "no signature of the trusted log"},
		{{.fault = FAULT_CHECKPOINT_HINT, .rekor2 = true}, "log", "no signature of the"},
		{{.fault = FAULT_CHECKPOINT_NAME}, "log", "no signature of the trusted log"},
		{{.fault = FAULT_CHECKPOINT_NAME, .rekor2 = true}, "log", "no signature of the"},
		{{.fault = FAULT_CHECKPOINT_NO_ORIGIN}, "log", "no count of entries"},
		{{.fault = FAULT_CHECKPOINT_NO_SIGNATURE}, "log", "no signature"},
		{{.fault = FAULT_OTHER_LOG}, "log", "no log entry is of a log of the trusted root"},
		{{.fault = FAULT_NO_ENTRY, .stamped = true}, "log", "there is no log entry"},
		{{.fault = FAULT_BODY_KIND}, "log-entry", "its body rekord 0.0.1"},
		{{.fault = FAULT_UNKNOWN_KIND}, "log-entry", "\"rekord\" 0.0.1 is not known"},
		{{.fault = FAULT_BODY_SIGNATURE}, "log-entry", "about another signature"},
		{{.fault = FAULT_BODY_KEY}, "log-entry", "about another key"},
		{{.fault = FAULT_BODY_CERTIFICATE}, "log-entry", "about another certificate"},
		{{.fault = FAULT_BODY_CERTIFICATE, .rekor2 = true}, "log-entry", "another cert"},
		{{.fault = FAULT_BODY_CERTIFICATE, .envelope = true}, "log-entry", "another cert"},
		{{.fault = FAULT_BODY_CERTIFICATE, .envelope = true, .rekor2 = true},
		 "log-entry",
		 "about another certificate"},
		{{.fault = FAULT_BODY_TWO_SIGNATURES, .envelope = true}, "log-entry", "has 2 sign"},
		{{.fault = FAULT_BODY_DIGEST}, "log-entry", "about another file"},
		{{.fault = FAULT_BODY_SIGNATURE, .rekor2 = true}, "log-entry", "another signature"},
		{{.fault = FAULT_BODY_KEY, .rekor2 = true}, "log-entry", "about another key"},
		{{.fault = FAULT_BODY_DIGEST, .rekor2 = true}, "log-entry", "about another file"},
		{{.fault = FAULT_BODY_TWO_VERIFIERS, .rekor2 = true}, "log-entry", "either a"},
		{{.details = "PKIX_ED25519", .rekor2 = true}, "log-entry", "which the signer's"},
		{{.details = "PKIX_ECDSA_P384_SHA_256", .rekor2 = true},
		 "log-entry",
		 "P384_SHA_25"},
		{{.details = "unheard of", .rekor2 = true}, "log-entry", "a key unheard of"},
		{{.fault = FAULT_BODY_SIGNATURE, .envelope = true}, "log-entry", "another sign"},
		{{.fault = FAULT_BODY_KEY, .envelope = true}, "log-entry", "about another key"},
		{{.fault = FAULT_BODY_DIGEST, .envelope = true}, "log-entry", "another payload"},
		{{.fault = FAULT_BODY_SIGNATURE, .envelope = true, .body = BODY_INTOTO},
		 "log-entry",
		 "about another signature"},
		{{.fault = FAULT_BODY_KEY, .envelope = true, .body = BODY_INTOTO},
		 "log-entry",
		 "about another key"},
		{{.fault = FAULT_BODY_DIGEST, .envelope = true, .body = BODY_INTOTO},
		 "log-entry",
		 "about another payload"},
		{{.fault = FAULT_BODY_TYPE, .envelope = true, .body = BODY_INTOTO},
		 "log-entry",
		 "about another type of payload"},
		{{.fault = FAULT_BODY_DIGEST, .envelope = true, .rekor2 = true},
		 "log-entry",
		 "about another envelope"},
		{{.fault = FAULT_BODY_DIGEST,
		  .envelope = true,
		  .rekor2 = true,
		  .body = BODY_DSSE_2},
		 "log-entry",
		 "about another payload"},
		{{.fault = FAULT_STAMP_OTHER, .rekor2 = true}, "time", "it is of other bytes"},
		{{.fault = FAULT_NO_STAMP, .rekor2 = true}, "time", "neither a timestamp nor"},
		{{.no_promise = true}, "time", "neither a timestamp nor a promise"},
		{{.fault = FAULT_MESSAGE_DIGEST}, "digest", "the bundle is about sha256:"},
		{{.fault = FAULT_SIGNATURE}, "signature", "the signature does not hold"},
		{{.fault = FAULT_SIGNATURE, .rekor2 = true}, "signature", "does not hold"},
		{{.fault = FAULT_SIGNATURE, .envelope = true}, "signature", "does not hold"},
		{{.fault = FAULT_SUBJECT, .envelope = true}, "digest", "about other files"},
		{{.fault = FAULT_PAYLOAD_TYPE, .envelope = true}, "payload", "application/json"},
		{{.fault = FAULT_STATEMENT, .envelope = true}, "payload", "Statement/v9"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct outcome o = ask((struct question){.plan = rows[i].plan});

		if (o.r != -ERR_DENIED || strcmp(o.check, rows[i].check) != 0 ||
		    !strstr(o.why, rows[i].why))
			fail_msg("row %zu (fault %d): %d, %s: %s (%s)", i, rows[i].plan.fault, o.r,
				 o.check, o.why, o.err.msg);
	}
}

TEST(a_form_that_is_not_the_specified_one_is_no_bundle)
{
	const struct {
		struct test_bundle_plan plan;
		const char *why;
	} rows[] = {
		{{.fault = FAULT_FORM_ROOT_INSIDE, .version = 2},
		 "certificate 2 of the chain is a"},
		{{.fault = FAULT_FORM_EMPTY_CHAIN, .version = 2}, "the certificate chain is empty"},
		{{.fault = FAULT_FORM_TWO_SIGNERS}, "and no other"},
		{{.fault = FAULT_FORM_NO_SIGNER}, "must be there"},
		{{.fault = FAULT_FORM_TWO_CONTENTS, .envelope = true}, "not both"},
		{{.fault = FAULT_FORM_NO_CONTENT}, "not none"},
		{{.fault = FAULT_FORM_TWO_SIGNATURES, .envelope = true}, "has 2 signatures"},
		{{.fault = FAULT_FORM_FIELD}, "a field \"media_type\" that is not known"},
		{{.fault = FAULT_FORM_ENTRY_TWICE}, "log entry 2 is there twice"},
		{{.fault = FAULT_FORM_BASE64}, "\"signature\" is no base64"},
		{{.fault = FAULT_FORM_VERSION}, "bundle.v0.9+json\" is of no version"},
		{{.fault = FAULT_FORM_NEGATIVE_INDEX}, "\"logIndex\" is no number"},
		{{.fault = FAULT_KEY_HINT, .envelope = true, .keyed = true}, "names another key"},
		{{.version = 2, .no_proof = true}, "an inclusion proof is missing"},
		{{.rekor2 = true, .no_proof = true}, "an inclusion proof is missing"},
		{{.version = 1, .no_promise = true}, "asks for a promise"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct outcome o = ask((struct question){.plan = rows[i].plan});

		if (o.r >= 0 || !strstr(o.err.msg, rows[i].why))
			fail_msg("row %zu: %d, %s", i, o.r, o.err.msg);
	}
}

TEST(spans_of_the_trusted_root_count_with_both_ends)
{
	const struct {
		struct question question;
		const char *check, *why;
	} rows[] = {
		{{.root_fault = FAULT_ROOT_CA_ENDED}, "certificate", "no CA that counts"},
		{{.root_fault = FAULT_ROOT_CA_LATER}, "certificate", "no CA that counts"},
		{{.root_fault = FAULT_ROOT_LOG_ENDED}, "log", "was not trusted at the time"},
		{{.root_fault = FAULT_ROOT_LOG_LATER}, "log", "was not trusted at the time"},
		{{.plan = {.rekor2 = true}, .root_fault = FAULT_ROOT_LOG_ENDED},
		 "log",
		 "was not trusted at the time"},
		{{.root_fault = FAULT_ROOT_CT_ENDED}, "certificate-log", "outside of the log's"},
		{{.plan = {.rekor2 = true}, .root_fault = FAULT_ROOT_TSA_ENDED},
		 "time",
		 "was not trusted at the time"},
		{{.plan = {.rekor2 = true}, .root_fault = FAULT_ROOT_TSA_OTHER_LEAF},
		 "time",
		 "was not trusted at the time"},
		{{.root_fault = FAULT_ROOT_LOG_NO_START}, "", "\"validFor\" has no \"start\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct outcome o = ask(rows[i].question);

		if (o.r >= 0 || strcmp(o.check, rows[i].check) != 0 ||
		    !strstr(o.err.msg, rows[i].why))
			fail_msg("row %zu: %d, %s: %s", i, o.r, o.check, o.err.msg);
	}
}

TEST(every_proved_time_must_be_within_the_certificate)
{
	struct question q = {.plan = {.stamped = true, .fault = FAULT_STAMP_LATE}};
	struct outcome o = ask(q);

	/* A stamp outside of the authority's span is of nobody: the promise is left. */
	assert_int_equal(o.r, 0);
	assert_int_equal(o.claim.clock, CLAIM_CLOCK_LOG);
	q.root_fault = FAULT_STAMP_LATE;
	o = ask(q);
	assert_int_equal(o.r, -ERR_DENIED);
	assert_str(str_of(o.check), "certificate");
	assert_has(o.why, "did not hold on 2027-01-15T09:00:00Z");
	assert_has(o.why, "expired");
}

TEST(a_second_time_must_be_within_the_certificate_too)
{
	struct outcome o = ask((struct question){
		.plan = {.stamped = true, .stamp_offset = -60, .fault = FAULT_LEAF_EXPIRED}});

	assert_int_equal(o.r, -ERR_DENIED);
	assert_has(o.why, "did not hold on 2027-01-15T08:00:00Z");
	o = ask((struct question){.plan = {.stamped = true,
					   .stamp_offset = -60,
					   .no_promise = true,
					   .fault = FAULT_LEAF_EXPIRED}});
	assert_int_equal(o.r, 0);
}

TEST(another_key_is_refused)
{
	struct outcome o = ask((struct question){.by_other_key = true});

	assert_int_equal(o.r, -ERR_DENIED);
	assert_has(o.why, "the certificate is of another key than the one to believe");
	o = ask((struct question){.plan = {.keyed = true}, .by_other_key = true});
	assert_int_equal(o.r, -ERR_DENIED);
	assert_has(o.why, "about another key");
	o = ask((struct question){
		.plan = {.keyed = true}, .by_other_key = true, .without_root = true});
	assert_int_equal(o.r, -ERR_DENIED);
	assert_str(str_of(o.check), "signature");
}

TEST(nobody_signs_in_the_future)
{
	struct outcome o = ask((struct question){.wants = {.now = TEST_TIME - 3600}});

	assert_int_equal(o.r, -ERR_DENIED);
	assert_str(str_of(o.check), "time");
	assert_has(o.why, "2027-01-15T08:00:00Z, which is in the future");
	o = ask((struct question){.wants = {.now = TEST_TIME - SIGSTORE_SKEW_SECONDS}});
	assert_int_equal(o.r, 0);
}

TEST(a_claim_tells_who_when_and_by_what)
{
	struct arena arena;
	struct outcome o;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	o = ask_in((struct question){.plan = {.envelope = true, .stamped = true}}, &arena);
	assert_int_equal(o.r, 0);
	assert_int_equal(o.claim.format, CLAIM_DSSE);
	assert_str(o.claim.identity, TEST_IDENTITY);
	assert_str(o.claim.issuer, TEST_ISSUER);
	assert_str(o.claim.key_digest, "");
	assert_str(o.claim.algorithm, "ecdsa-sha256");
	assert_str(o.claim.predicate_type, "https://slsa.dev/provenance/v1");
	assert_int_equal(o.claim.time, TEST_TIME);
	assert_int_equal(o.claim.clock, CLAIM_CLOCK_TIMESTAMP);
	assert_true(o.claim.logged);
	assert_int_equal(o.claim.log_index, 1);
	assert_int_equal(o.claim.n_facts, 1);
	assert_string_equal(o.claim.facts[0].name, "source-repository-uri");
	assert_str(o.claim.facts[0].value, "https://forge.example.com/acme/app");
	assert_true(str_has_prefix(o.claim.digest, STR("sha256:")));
	o = ask_in((struct question){.plan = {.keyed = true}, .by_key = true}, &arena);
	assert_int_equal(o.claim.format, CLAIM_BUNDLE);
	assert_str(o.claim.identity, "");
	assert_true(str_has_prefix(o.claim.key_digest, STR("sha256:")));
	arena_done(&arena);
}

struct identity_row {
	const char *name, *issuer, *name_pattern, *issuer_pattern;
	bool user_name, holds;
	const char *why;
};

static void check_identity(const struct identity_row *row, size_t i)
{
	struct identity_wanted who = {.name = str_of(row->name), .issuer = str_of(row->issuer)};
	struct regex *name = NULL, *issuer = NULL;
	struct outcome o;

	if (row->name_pattern)
		assert_int_equal(identity_pattern(str_of(row->name_pattern), &name, NULL), 0);
	if (row->issuer_pattern)
		assert_int_equal(identity_pattern(str_of(row->issuer_pattern), &issuer, NULL), 0);
	who.name_pattern = name;
	who.issuer_pattern = issuer;
	o = ask((struct question){.plan = {.user_name = row->user_name},
				  .wants = {.identities = &who, .n_identities = 1}});
	if ((o.r == 0) != row->holds || (!row->holds && !strstr(o.why, row->why)))
		fail_msg("row %zu: %d, %s", i, o.r, o.err.msg);
	regex_free(name);
	regex_free(issuer);
}

TEST(identities_match_as_a_whole)
{
	const struct identity_row rows[] = {
		{TEST_IDENTITY, TEST_ISSUER, .holds = true},
		{TEST_IDENTITY, NULL, .why = "who is not the wanted issuer"},
		{NULL, TEST_ISSUER, .why = "who is not wanted"},
		{TEST_IDENTITY "x", TEST_ISSUER, .why = "who is not wanted"},
		{TEST_IDENTITY, "https://token.example.co", .why = "who is not the wanted issuer"},
		{NULL, TEST_ISSUER, .name_pattern = "https://forge.example.com/acme/.*",
		 .holds = true},
		{NULL, TEST_ISSUER, .name_pattern = "release.yml@refs/tags/v1",
		 .why = "not wanted"},
		{TEST_IDENTITY, NULL, .issuer_pattern = "token.example.com", .why = "issuer"},
		{NULL, TEST_ISSUER, .name_pattern = "forge.example.com/acme", .why = "not wanted"},
		{NULL, TEST_ISSUER, .name_pattern = "x|https://forge", .why = "not wanted"},
		{TEST_IDENTITY, NULL, .issuer_pattern = "https://token.*", .holds = true},
		{TEST_IDENTITY, NULL, .issuer_pattern = "token", .why = "not the wanted issuer"},
		{"alice!example.com", TEST_ISSUER, .user_name = true, .holds = true},
		{"bob!example.com", TEST_ISSUER, .user_name = true, .why = "alice!example.com"},
	};
	struct regex *re = NULL;
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_identity(&rows[i], i);
	assert_true(identity_pattern(STR("a)|(?:b"), &re, &err) < 0);
	assert_null(re);
}

TEST(whom_to_believe_must_be_said)
{
	const struct identity_wanted nobody = {.name = STR("x")};
	const struct question rows[] = {
		{.without_root = true},
		{.wants = {.identities = &nobody}}, /* none of the one */
		{.without_artifact = true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(ask(rows[i]).r, -ERR_USAGE);
}

TEST(a_key_and_a_certificate_are_not_taken_for_each_other)
{
	struct outcome o = ask((struct question){.plan = {.keyed = true}});

	assert_int_equal(o.r, -ERR_DENIED);
	assert_has(o.why, "signed by a key \"the key\", not by an identity");
	EVP_PKEY_free(sigstore.signer);
	sigstore.signer = test_key_make("EC:P-384");
	o = ask((struct question){.plan = {.keyed = true}, .by_key = true});
	/* P-384 with SHA-256, as cosign signs with such keys. */
	assert_int_equal(o.r, 0);
	o = ask((struct question){
		.plan = {.keyed = true, .rekor2 = true, .details = "PKIX_ECDSA_P384_SHA_256"},
		.by_key = true});
	assert_int_equal(o.r, 0);
	/* What the log states is what must hold, and nothing else. */
	o = ask((struct question){
		.plan = {.keyed = true, .rekor2 = true, .details = "PKIX_ECDSA_P384_SHA_384"},
		.by_key = true});
	assert_int_equal(o.r, -ERR_DENIED);
	assert_str(str_of(o.check), "signature");
	EVP_PKEY_free(sigstore.signer);
	sigstore.signer = test_key_make(NULL);
}

TEST(an_ed25519_signature_needs_the_file)
{
	struct outcome o;

	EVP_PKEY_free(sigstore.signer);
	sigstore.signer = test_key_make("ED25519");
	o = ask((struct question){.plan = {.keyed = true}, .by_key = true});
	assert_int_equal(o.r, 0);
	o = ask((struct question){.plan = {.keyed = true}, .by_key = true, .by_digest = true});
	assert_int_equal(o.r, -ERR_NOT_FOUND);
	assert_has(o.err.msg, "give the file itself");
	EVP_PKEY_free(sigstore.signer);
	sigstore.signer = test_key_make(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(sound_bundles_of_every_kind_hold),
		RUN(one_fault_is_enough_and_is_told),
		RUN(a_form_that_is_not_the_specified_one_is_no_bundle),
		RUN(spans_of_the_trusted_root_count_with_both_ends),
		RUN(every_proved_time_must_be_within_the_certificate),
		RUN(a_second_time_must_be_within_the_certificate_too),
		RUN(another_key_is_refused),
		RUN(nobody_signs_in_the_future),
		RUN(a_claim_tells_who_when_and_by_what),
		RUN(identities_match_as_a_whole),
		RUN(whom_to_believe_must_be_said),
		RUN(a_key_and_a_certificate_are_not_taken_for_each_other),
		RUN(an_ed25519_signature_needs_the_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
