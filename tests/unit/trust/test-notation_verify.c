/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A good signature in both forms, made here, and changes of it of which each fails one check.
 */
#include "trust/notation/verify.h"
#include "base/limits.h"
#include "tests/unit/test_ca.h"
#include "trust/notation/certificates.h"
#include "trust/notation/sign.h"

#define IMAGE "sha256:00000000000000000000000000000000000000000000000000000000000000aa"
#define OTHER "sha256:00000000000000000000000000000000000000000000000000000000000000bb"
#define TYPE  "application/vnd.oci.image.manifest.v1+json"

static struct test_cert root, between, leaf, stranger, tsa_root, tsa;
static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	test_cert_make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	test_cert_make(&between, &root, (struct test_cert_plan){.name = "Between", .is_ca = true});
	test_cert_make(&leaf, &between,
		       (struct test_cert_plan){.name = "Signer", .eku = "codeSigning"});
	test_cert_make(&stranger, NULL, (struct test_cert_plan){.name = "Stranger", .is_ca = true});
	test_cert_make(&tsa_root, NULL, (struct test_cert_plan){.name = "TSA Root", .is_ca = true});
	test_cert_make(&tsa, &tsa_root,
		       (struct test_cert_plan){.name = "TSA", .eku = "critical,timeStamping"});
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_cert_done(&root);
	test_cert_done(&between);
	test_cert_done(&leaf);
	test_cert_done(&stranger);
	test_cert_done(&tsa_root);
	test_cert_done(&tsa);
	arena_done(&arena);
	return 0;
}

/* What is signed, and by whom it is verified; unset: the good case. */
struct plan {
	enum notation_form form;
	const struct test_cert *chain[4]; /* NULL-ended; none: leaf, between, root */
	const struct test_cert *key;	  /* that signs; NULL: the first of the chain */
	int64_t signed_at, expiry, now;
	bool stamped;
	int64_t stamp_time;
	struct str stamp_message; /* instead of the signature */
	const char *policy;	  /* members of the statement; NULL: strict, ca:it, anybody */
	const struct test_cert *trusted; /* NULL: root */
	const struct test_cert *tsa;	 /* in the store tsa:clock; NULL: tsa_root */
	struct notation_target target;
	struct str thumbprints;
	const struct revocation_source *revocation;
	struct str find, replace; /* in the envelope, of one length */
};

#define POLICY(level, stores, identities)                                                          \
	"\"signatureVerification\": " level ", \"trustStores\": " stores                           \
	", \"trustedIdentities\": " identities
#define STRICT	  "{\"level\": \"strict\"}"
#define CA	  "[\"ca:it\"]"
#define CA_TSA	  "[\"ca:it\", \"tsa:clock\"]"
#define ANYBODY	  "[\"*\"]"
#define LOG(what) "{\"level\": \"strict\", \"override\": {\"" what "\": \"log\"}}"

static struct secret_key *key_of(const struct test_cert *c)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(c->key);
	unsigned char *der = NULL;
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	struct secret_key *key = NULL;
	struct err err = {0};

	assert_int_equal(secret_key_parse_der(str_make(der, (size_t)n), &key, &err), 0);
	PKCS8_PRIV_KEY_INFO_free(info);
	OPENSSL_free(der);
	return key;
}

static int stamp(void *ctx, struct str signature, struct strbuf *token, struct err *err)
{
	const struct plan *p = ctx;
	struct str der = test_stamp_make((struct test_stamp_plan){
		.signer = &tsa,
		.message = p->stamp_message.n ? p->stamp_message : signature,
		.time = p->stamp_time,
	});

	strbuf_add(token, der);
	OPENSSL_free((char *)der.p);
	return strbuf_check(token, err);
}

static void make_chain(const struct plan *p, struct certificate_list *chain)
{
	const struct test_cert *usual[4] = {&leaf, &between, &root, NULL};
	const struct test_cert *const *c = p->chain[0] ? p->chain : usual;

	for (; *c; c++)
		assert_int_equal(certificate_list_add(chain, test_cert_der(*c), NULL), 0);
}

static struct notation_target target_of(const struct plan *p)
{
	struct notation_target t = p->target;

	if (!t.digest.n && !t.is_blob)
		t.digest = STR(IMAGE);
	if (!t.media_type.n && !t.is_blob)
		t.media_type = STR(TYPE);
	if (!t.size)
		t.size = 528;
	return t;
}

static void sign(const struct plan *p, const struct notation_target *target, struct strbuf *out)
{
	CLEANUP(secret_key_freep)
	struct secret_key *key = key_of(p->key ? p->key : p->chain[0] ? p->chain[0] : &leaf);
	CLEANUP(certificate_list_done) struct certificate_list chain = {0};
	struct notation_signing how = {
		.form = p->form,
		.key = key,
		.chain = &chain,
		.now = p->signed_at ? p->signed_at : TEST_TIME - 3600,
		.expiry = p->expiry,
		.stamp = p->stamped ? stamp : NULL,
		.ctx = (void *)p,
	};
	struct err err = {0};

	make_chain(p, &chain);
	if (notation_sign(&how, target, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void replace(struct strbuf *envelope, struct str find, struct str by)
{
	size_t at = find.n ? str_find(strbuf_str(envelope), find) : 0;

	if (!find.n)
		return;
	assert_true(at < envelope->n && find.n == by.n);
	memcpy(envelope->p + at, by.p, by.n);
}

static const struct notation_statement *statement_of(const struct plan *p,
						     struct notation_policy *policy)
{
	const char *members = p->policy ? p->policy : POLICY(STRICT, CA, ANYBODY);
	struct str text = arena_strf(&arena,
				     "{\"version\": \"1.0\", \"trustPolicies\": [{\"name\": "
				     "\"test\", \"registryScopes\": [\"*\"], %s}]}",
				     members);
	struct err err = {0};

	if (notation_policy_parse(text, NOTATION_POLICY_OCI, &arena, policy, &err) < 0)
		fail_msg("%s", err.msg);
	return &policy->statements[0];
}

static void fill_stores(const struct plan *p, struct notation_trust_store *stores)
{
	const struct {
		enum notation_store_type type;
		struct str name;
		const struct test_cert *cert;
	} rows[] = {
		{NOTATION_STORE_CA, STR("it"), p->trusted ? p->trusted : &root},
		{NOTATION_STORE_TSA, STR("clock"), p->tsa ? p->tsa : &tsa_root},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(notation_trust_store_add(stores, rows[i].type, rows[i].name,
							  test_cert_der(rows[i].cert), NULL),
				 0);
}

static int verify_bytes(const struct plan *p, const struct notation_target *target,
			struct str bytes, struct trail *trail, struct claim *claim, struct err *err)
{
	CLEANUP(notation_trust_store_done) struct notation_trust_store stores = {0};
	struct notation_policy policy;
	struct notation_wants wants = {
		.target = *target,
		.statement = statement_of(p, &policy),
		.stores = &stores,
		.revocation = p->revocation,
		.thumbprints = p->thumbprints,
		.now = p->now ? p->now : TEST_TIME,
	};

	fill_stores(p, &stores);
	*trail = (struct trail){.arena = &arena};
	return notation_verify(p->form, bytes, &wants, trail, claim, err);
}

static int verify(const struct plan *p, const struct notation_target *wanted, struct trail *trail,
		  struct claim *claim, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf envelope = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX);
	struct notation_target target = target_of(p);

	sign(p, &target, &envelope);
	replace(&envelope, p->find, p->replace);
	return verify_bytes(p, wanted ? wanted : &target, strbuf_str(&envelope), trail, claim, err);
}

/* In both forms: refused by that check, with that sentence. */
static void assert_refused(struct plan p, const struct notation_target *wanted, int code,
			   const char *check, const char *why)
{
	for (int form = NOTATION_JWS; form <= NOTATION_COSE; form++) {
		struct claim claim = {.digest = STR("untouched")};
		struct trail trail;
		struct err err = {0};
		int r;

		p.form = (enum notation_form)form;
		r = verify(&p, wanted, &trail, &claim, &err);
		if (r == 0)
			fail_msg("accepted, wanted: %s", why);
		assert_has(err.msg, why);
		assert_int_equal(r, code);
		assert_string_equal(trail.failed, check);
		assert_int_equal(trail.unsure, code != -ERR_DENIED);
		assert_str(claim.digest, "untouched");
	}
}

static struct claim assert_holds(struct plan p, const struct notation_target *wanted)
{
	struct claim claim = {0};

	for (int form = NOTATION_JWS; form <= NOTATION_COSE; form++) {
		struct trail trail;
		struct err err = {0};

		p.form = (enum notation_form)form;
		if (verify(&p, wanted, &trail, &claim, &err) < 0)
			fail_msg("form %d: %s", form, err.msg);
		assert_null(trail.failed);
	}
	return claim;
}

TEST(a_good_signature_tells_who_signed_what)
{
	struct claim c = assert_holds((struct plan){.expiry = TEST_TIME + 60}, NULL);

	assert_int_equal(c.format, CLAIM_NOTATION);
	assert_str(c.digest, IMAGE);
	assert_str(c.subject, "CN=Signer,O=Example,ST=WA,C=US");
	assert_str(c.issuer, "CN=Between,O=Example,ST=WA,C=US");
	assert_str(c.algorithm, "ecdsa-sha256");
	assert_int_equal(c.fingerprint.n, 64);
	assert_int_equal(c.time, TEST_TIME - 3600);
	assert_int_equal(c.clock, CLAIM_CLOCK_SIGNER);
	assert_int_equal(c.expires, TEST_TIME + 60);
}

TEST(every_kind_of_key_of_the_specification)
{
	static const char *const kinds[] = {"EC:P-256", "EC:P-384", "EC:P-521", "RSA:2048",
					    "RSA:3072"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct test_cert c = {0};

		test_cert_make(&c, &root, (struct test_cert_plan){.name = "K", .key = kinds[i]});
		(void)assert_holds((struct plan){.chain = {&c, &root}}, NULL);
		test_cert_done(&c);
	}
}

TEST(a_certificate_signed_by_itself_is_a_chain)
{
	struct test_cert c = {0};

	test_cert_make(&c, NULL, (struct test_cert_plan){.name = "Self"});
	(void)assert_holds((struct plan){.chain = {&c}, .trusted = &c}, NULL);
	test_cert_done(&c);
}

TEST(it_must_be_of_this_artifact)
{
	const struct {
		struct notation_target wanted;
		const char *why;
	} rows[] = {
		{{.digest = STR(OTHER), .size = NOTATION_SIZE_UNKNOWN}, "it is of " IMAGE},
		{{.digest = STR(IMAGE), .size = 529}, "it is of 528 bytes, and this has 529"},
		{{.digest = STR(IMAGE), .size = 528, .media_type = STR("text/plain")},
		 "and this is \"text/plain\""},
	};
	const struct notation_target less = {.digest = STR(IMAGE), .size = NOTATION_SIZE_UNKNOWN};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_refused((struct plan){0}, &rows[i].wanted, -ERR_DENIED, "payload",
			       rows[i].why);
	(void)assert_holds((struct plan){0}, &less);
}

TEST(blobs_are_signed_by_the_digest_of_the_key)
{
	struct test_cert c = {0};
	struct plan p = {.target = {.is_blob = true,
				    .blob = STR("some bytes"),
				    .media_type = STR("text/plain")}};
	const struct notation_target other = {.is_blob = true, .blob = STR("some other")};
	struct claim claim = assert_holds(p, NULL);

	assert_true(str_has_prefix(claim.digest, STR("sha256:")));
	assert_refused(p, &other, -ERR_DENIED, "payload", "it is of sha256:");
	test_cert_make(&c, &root, (struct test_cert_plan){.name = "K", .key = "EC:P-384"});
	p.chain[0] = &c;
	p.chain[1] = &root;
	assert_true(str_has_prefix(assert_holds(p, NULL).digest, STR("sha384:")));
	test_cert_done(&c);
}

TEST(user_metadata_must_be_there)
{
	const struct notation_pair said[] = {{STR("build"), STR("7")}};
	const struct notation_pair asked[] = {{STR("build"), STR("8")}};
	struct plan p = {.target = {.metadata = said, .n_metadata = 1}};
	struct notation_target wanted = {
		.digest = STR(IMAGE), .size = 528, .metadata = asked, .n_metadata = 1};

	(void)assert_holds(p, NULL);
	assert_refused(p, &wanted, -ERR_DENIED, "metadata", "it does not say build=8");
	assert_refused((struct plan){0}, &wanted, -ERR_DENIED, "metadata", "build=8");
}

TEST(a_changed_signature_does_not_hold)
{
	struct plan p = {.form = NOTATION_COSE, .find = STR(IMAGE), .replace = STR(OTHER)};
	const struct notation_target wanted = {.digest = STR(OTHER), .size = 528};
	struct claim claim = {0};
	struct trail trail;
	struct err err = {0};

	assert_int_equal(verify(&p, &wanted, &trail, &claim, &err), -ERR_DENIED);
	assert_string_equal(trail.failed, "signature");
	assert_string_equal(err.msg, "the signature does not hold");
}

TEST(no_byte_of_an_envelope_can_be_changed_to_sign_something_else)
{
	for (int form = NOTATION_JWS; form <= NOTATION_COSE; form++) {
		CLEANUP(strbuf_done) struct strbuf e = STRBUF_INIT(NOTATION_ENVELOPE_BYTES_MAX);
		struct plan p = {.form = (enum notation_form)form};
		struct notation_target target = target_of(&p);
		struct claim claim;
		struct trail trail;

		sign(&p, &target, &e);
		for (size_t i = 0; i < e.n; i += 7) {
			e.p[i] ^= 1;
			claim = (struct claim){0};
			if (verify_bytes(&p, &target, strbuf_str(&e), &trail, &claim, NULL) == 0)
				assert_str(claim.subject, "CN=Signer,O=Example,ST=WA,C=US");
			e.p[i] ^= 1;
		}
		for (size_t n = 0; n < e.n; n += 13)
			assert_true(verify_bytes(&p, &target, str_sub(strbuf_str(&e), 0, n), &trail,
						 &claim, NULL) < 0);
	}
}

TEST(a_time_when_it_has_expired)
{
	assert_refused((struct plan){.expiry = TEST_TIME}, NULL, -ERR_DENIED, "expiry",
		       "the signature expired on 2027-01-15T08:00:00Z");
	(void)assert_holds(
		(struct plan){.expiry = TEST_TIME, .policy = POLICY(LOG("expiry"), CA, ANYBODY)},
		NULL);
}

TEST(trust_comes_from_the_store_and_the_identity)
{
	assert_refused((struct plan){.trusted = &stranger}, NULL, -ERR_DENIED, "certificate",
		       "no certificate of its chain is in the trust stores");
	assert_refused((struct plan){.policy = POLICY(STRICT, "[\"ca:none\"]", ANYBODY)}, NULL,
		       -ERR_DENIED, "certificate", "the trust store ca:none is not there");
	assert_refused(
		(struct plan){.policy = POLICY(STRICT, "[\"signingAuthority:it\"]", ANYBODY)}, NULL,
		-ERR_DENIED, "certificate", "names no trust store of the type ca");
	assert_refused((struct plan){.policy = POLICY(STRICT, CA,
						      "[\"x509.subject: C=US, ST=WA, "
						      "O=Example, CN=Somebody\"]")},
		       NULL, -ERR_DENIED, "identity",
		       "the signer \"CN=Signer,O=Example,ST=WA,C=US\"");
	(void)assert_holds((struct plan){.policy = POLICY(STRICT, CA,
							  "[\"x509.subject: C=US, S=WA, "
							  "O=Example, CN=Signer\"]"),
					 .trusted = &between},
			   NULL);
}

TEST(what_is_only_logged_proves_nobody)
{
	struct claim c =
		assert_holds((struct plan){.policy = POLICY(LOG("authenticity"), CA, ANYBODY),
					   .trusted = &stranger},
			     NULL);

	assert_int_equal(c.subject.n, 0);
	assert_int_equal(c.issuer.n, 0);
	assert_int_equal(c.fingerprint.n, 64);
}

TEST(certificates_must_be_valid_now_or_at_a_time_stamp)
{
	struct plan late = {.now = TEST_NOT_AFTER + 10};
	struct plan stamped = {.now = TEST_NOT_AFTER + 10,
			       .stamped = true,
			       .policy = POLICY(STRICT, CA_TSA, ANYBODY)};
	struct claim c;

	assert_refused(late, NULL, -ERR_DENIED, "time", "not valid now: the certificate");
	c = assert_holds(stamped, NULL);
	assert_int_equal(c.time, TEST_TIME);
	assert_int_equal(c.clock, CLAIM_CLOCK_TIMESTAMP);
	stamped.stamped = false;
	assert_refused(stamped, NULL, -ERR_DENIED, "time", "asks for a time stamp, and there is");
	late.policy = POLICY(LOG("authenticTimestamp"), CA, ANYBODY);
	(void)assert_holds(late, NULL);
}

TEST(a_time_stamp_must_hold)
{
	struct plan good = {.stamped = true, .policy = POLICY(STRICT, CA_TSA, ANYBODY)};
	struct plan p = good;
	struct test_cert long_tsa = {0};

	(void)assert_holds(good, NULL);
	p.tsa = &stranger;
	assert_refused(p, NULL, -ERR_DENIED, "time", "time stamp: its signer is not trusted");
	p = good;
	p.stamp_message = STR("another signature");
	assert_refused(p, NULL, -ERR_DENIED, "time", "time stamp: it is of other bytes");
	test_cert_done(&long_tsa);
}

TEST(a_time_stamp_is_asked_for_after_expiry_alone_if_the_policy_says_so)
{
	struct plan p = {.policy = POLICY("{\"level\": \"strict\", \"verifyTimestamp\": "
					  "\"afterCertExpiry\"}",
					  CA_TSA, ANYBODY)};

	(void)assert_holds(p, NULL);
	p.now = TEST_NOT_AFTER + 1;
	assert_refused(p, NULL, -ERR_DENIED, "time", "asks for a time stamp, and there is none");
}

/* A token of a time at which the signer's certificate was not valid, though the authority's was. */
TEST(a_time_stamp_outside_of_the_chains_validity)
{
	struct test_cert brief = {0};
	struct plan p = {.stamped = true,
			 .signed_at = TEST_TIME - 7200,
			 .policy = POLICY(STRICT, CA_TSA, ANYBODY)};

	test_cert_make(&brief, &root,
		       (struct test_cert_plan){.name = "Brief", .not_after = TEST_TIME - 3600});
	p.chain[0] = &brief;
	p.chain[1] = &root;
	assert_refused(p, NULL, -ERR_DENIED, "time", "not valid at the time stamp");
	test_cert_done(&brief);
}

static int check_chain(const struct test_cert *const *certs, int64_t at, struct err *err)
{
	CLEANUP(certificate_list_done) struct certificate_list chain = {0};
	int r = 0;

	for (; *certs && r == 0; certs++)
		r = certificate_list_add(&chain, test_cert_der(*certs), err);
	return r < 0 ? r : notation_chain_check(&chain, NOTATION_USE_CODE, at, err);
}

TEST(a_signers_certificate_is_for_signing)
{
	const struct {
		struct test_cert_plan plan;
		const char *why;
	} rows[] = {
		{{.is_ca = true}, "is one of a CA"},
		{{.usage = ""}, "has no key usage"},
		{{.usage = "digitalSignature"}, "key usage that is not critical"},
		{{.usage = "critical,nonRepudiation"}, "may not sign (key usage digitalSignature)"},
		{{.usage = "critical,digitalSignature,keyEncipherment"},
		 "key usage beyond signing"},
		{{.usage = "critical,digitalSignature,keyCertSign"}, "key usage beyond signing"},
		{{.usage = "critical,digitalSignature,cRLSign"}, "key usage beyond signing"},
		{{.eku = "codeSigning,timeStamping"}, "an extended key usage besides code signing"},
		{{.eku = "serverAuth"}, "an extended key usage besides code signing"},
		{{.eku = "anyExtendedKeyUsage"}, "an extended key usage besides code signing"},
		{{.key = "RSA:1024"}, "RSA key of 1024 bits"},
		{{.digest = "SHA1"}, "weak"},
		{{.not_after = TEST_TIME - 1}, "expired"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_cert_plan plan = rows[i].plan;
		struct test_cert c = {0};
		struct err err = {0};

		plan.name = "Odd";
		test_cert_make(&c, &between, plan);
		if (check_chain((const struct test_cert *[]){&c, &between, &root, NULL}, TEST_TIME,
				&err) != -ERR_DENIED)
			fail_msg("row %zu was taken, or: %s", i, err.msg);
		assert_has(err.msg, rows[i].why);
		test_cert_done(&c);
	}
}

TEST(cas_may_sign_certificates)
{
	const struct {
		struct test_cert_plan plan;
		const char *why;
	} rows[] = {
		{{.is_ca = true, .constraints = "CA:TRUE"}, "no critical basic constraints"},
		{{.is_ca = true, .constraints = ""}, "no critical basic constraints"},
		{{.is_ca = false}, "is not one of a CA"},
		{{.is_ca = true, .usage = "critical,digitalSignature"},
		 "may not sign certificates"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_cert_plan plan = rows[i].plan;
		struct test_cert ca = {0}, c = {0};
		struct err err = {0};

		plan.name = "Odd CA";
		test_cert_make(&ca, &root, plan);
		test_cert_make(&c, &ca, (struct test_cert_plan){.name = "Below"});
		assert_int_equal(check_chain((const struct test_cert *[]){&c, &ca, &root, NULL},
					     TEST_TIME, &err),
				 -ERR_DENIED);
		assert_has(err.msg, rows[i].why);
		test_cert_done(&ca);
		test_cert_done(&c);
	}
}

TEST(a_chain_is_complete_and_in_order)
{
	const struct {
		const struct test_cert *certs[5];
		const char *why;
	} rows[] = {
		{{&leaf, &between}, "is the last of the chain, but not signed by itself"},
		{{&leaf, &root}, "is not signed by"},
		{{&leaf, &root, &between}, "is not signed by"},
		{{&leaf, &between, &root, &stranger}, "is signed by itself, but not the last"},
		{{&leaf, &between, &root, &root}, "is signed by itself, but not the last"},
		{{NULL}, "no certificates"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		assert_int_equal(check_chain(rows[i].certs, TEST_TIME, &err), -ERR_DENIED);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(path_lengths_are_kept)
{
	struct test_cert top = {0}, a = {0}, b = {0};
	struct err err = {0};

	test_cert_make(&top, NULL,
		       (struct test_cert_plan){.name = "Top",
					       .is_ca = true,
					       .constraints = "critical,CA:TRUE,pathlen:0"});
	test_cert_make(&a, &top, (struct test_cert_plan){.name = "A", .is_ca = true});
	test_cert_make(&b, &a, (struct test_cert_plan){.name = "B"});
	assert_int_equal(
		check_chain((const struct test_cert *[]){&b, &a, &top, NULL}, TEST_TIME, &err),
		-ERR_DENIED);
	assert_has(err.msg, "more CAs below it than its path length allows");
	test_cert_done(&top);
	test_cert_done(&a);
	test_cert_done(&b);
}

TEST(a_signer_with_the_name_of_its_ca_is_one)
{
	struct test_cert c = {0};

	test_cert_make(&c, &root, (struct test_cert_plan){.name = "Root"});
	(void)assert_holds((struct plan){.chain = {&c, &root}}, NULL);
	test_cert_done(&c);
}

TEST(whether_it_was_revoked_must_be_known_where_it_can_be)
{
	static const char *const points[] = {"crlDistributionPoints",
					     "URI:http://crl.example.com/a.crl", NULL};
	struct test_cert c = {0};
	struct plan p = {.chain = {&c, &root}};

	test_cert_make(&c, &root, (struct test_cert_plan){.name = "Listed", .extensions = points});
	assert_refused(p, NULL, -ERR_NOT_FOUND, "revocation",
		       "is not known: no OCSP response and no CRL was given");
	p.policy = POLICY(LOG("revocation"), CA, ANYBODY);
	(void)assert_holds(p, NULL);
	p.policy = POLICY("{\"level\": \"strict\", \"override\": {\"revocation\": \"skip\"}}", CA,
			  ANYBODY);
	(void)assert_holds(p, NULL);
	test_cert_done(&c);
}

TEST(a_policy_that_skips_verifies_nothing)
{
	struct plan p = {0};
	struct notation_policy policy;
	struct notation_wants wants = {0};
	struct trail trail = {.arena = &arena};
	struct claim claim;
	struct err err = {0};

	assert_int_equal(
		notation_policy_parse(
			STR("{\"version\": \"1.0\", \"trustPolicies\": [{\"name\": \"none\", "
			    "\"registryScopes\": [\"example.com/a\"], \"signatureVerification\": "
			    "{\"level\": \"skip\"}}]}"),
			NOTATION_POLICY_OCI, &arena, &policy, &err),
		0);
	wants.statement = &policy.statements[0];
	assert_int_equal(notation_verify(p.form, STR("{}"), &wants, &trail, &claim, &err),
			 -ERR_DENIED);
	assert_string_equal(trail.failed, "policy");
}

TEST(the_manifest_lists_the_certificates)
{
	CLEANUP(secret_key_freep) struct secret_key *key = key_of(&leaf);
	CLEANUP(certificate_list_done) struct certificate_list chain = {0};
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(65536);
	const struct notation_signing how = {
		.form = NOTATION_COSE, .key = key, .chain = &chain, .now = TEST_TIME};
	const struct artifact subject = {
		.media_type = STR(TYPE), .digest = STR(IMAGE), .size = 528};
	struct trail trail = {.arena = &arena};
	struct artifact_manifest m;
	const struct artifact *layer;
	struct plan p = {0};
	struct err err = {0};

	make_chain(&p, &chain);
	assert_int_equal(notation_manifest_write(&how, STR("envelope"), &subject, &text, &err), 0);
	assert_int_equal(artifact_manifest_parse(strbuf_str(&text), &arena, &m, &err), 0);
	assert_int_equal(notation_manifest_check(&m, &layer, &trail, &err), 0);
	assert_str(layer->media_type, NOTATION_MEDIA_COSE);
	assert_str(m.subject.digest, IMAGE);
	p.thumbprints = artifact_annotation(&m.annotations, NOTATION_THUMBPRINTS);
	(void)assert_holds(p, NULL);
	p.thumbprints = str_sub(p.thumbprints, 0, 0);
	p.thumbprints = STR("[\"00\"]");
	assert_refused(p, NULL, -ERR_DENIED, "certificate",
		       "the manifest lists other certificates");
}

TEST(a_manifest_of_something_else_is_refused)
{
	const struct {
		const char *manifest, *why;
	} rows[] = {
		{"{\"artifactType\": \"text/plain\", \"layers\": []}", "is not of a signature"},
		{"{\"artifactType\": \"application/vnd.cncf.notary.signature\", \"layers\": []}",
		 "0 layers instead of one"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct trail trail = {.arena = &arena};
		struct artifact_manifest m = {0};
		const struct artifact *layer;
		struct err err = {0};

		m.artifact_type = i ? STR(NOTATION_MEDIA_SIGNATURE) : STR("text/plain");
		assert_int_equal(notation_manifest_check(&m, &layer, &trail, &err), -ERR_DENIED);
		assert_has(err.msg, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_good_signature_tells_who_signed_what),
		RUN(every_kind_of_key_of_the_specification),
		RUN(a_certificate_signed_by_itself_is_a_chain),
		RUN(it_must_be_of_this_artifact),
		RUN(blobs_are_signed_by_the_digest_of_the_key),
		RUN(user_metadata_must_be_there),
		RUN(a_changed_signature_does_not_hold),
		RUN(no_byte_of_an_envelope_can_be_changed_to_sign_something_else),
		RUN(a_time_when_it_has_expired),
		RUN(trust_comes_from_the_store_and_the_identity),
		RUN(what_is_only_logged_proves_nobody),
		RUN(certificates_must_be_valid_now_or_at_a_time_stamp),
		RUN(a_time_stamp_must_hold),
		RUN(a_time_stamp_is_asked_for_after_expiry_alone_if_the_policy_says_so),
		RUN(a_time_stamp_outside_of_the_chains_validity),
		RUN(a_signers_certificate_is_for_signing),
		RUN(cas_may_sign_certificates),
		RUN(a_chain_is_complete_and_in_order),
		RUN(path_lengths_are_kept),
		RUN(a_signer_with_the_name_of_its_ca_is_one),
		RUN(whether_it_was_revoked_must_be_known_where_it_can_be),
		RUN(a_policy_that_skips_verifies_nothing),
		RUN(the_manifest_lists_the_certificates),
		RUN(a_manifest_of_something_else_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
