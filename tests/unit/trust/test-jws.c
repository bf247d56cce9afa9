/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/jws.h"
#include "codec/base64.h"
#include "crypto/secret_key.h"
#include "tests/unit/test.h"

static struct strbuf keep[64]; /* texts of a test; released by the next */
static size_t n_keep;

static struct strbuf *fresh(void)
{
	struct strbuf *sb = &keep[n_keep++ % ARRAY_LEN(keep)];

	strbuf_done(sb);
	*sb = (struct strbuf)STRBUF_INIT(1 << 20);
	return sb;
}

static struct str base64(const char *text)
{
	struct strbuf *sb = fresh();

	assert_int_equal(base64_encode(str_of(text), BASE64_URL, sb, NULL), 0);
	return strbuf_str(sb);
}

static struct secret_key *ec(void)
{
	static struct secret_key *key;

	if (!key)
		assert_int_equal(secret_key_generate(KEY_EC_P256, 0, &key, NULL), 0);
	return key;
}

static struct str signature_of(const struct secret_key *key, enum signature_scheme scheme,
			       struct str protected_text, struct str payload_text)
{
	CLEANUP(strbuf_done) struct strbuf input = STRBUF_INIT(1 << 20);
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(SECRET_KEY_SIGNATURE_MAX);
	struct strbuf *out = fresh();

	assert_int_equal(jws_signing_input(protected_text, payload_text, &input, NULL), 0);
	assert_int_equal(secret_key_sign(key, scheme, strbuf_str(&input), &bytes, NULL), 0);
	assert_int_equal(base64_encode(strbuf_str(&bytes), BASE64_URL, out, NULL), 0);
	return strbuf_str(out);
}

/* Compact, signed by the P-256 key. */
static struct str compact(const char *header, const char *payload)
{
	struct str h = base64(header), p = base64(payload);
	struct str s = signature_of(ec(), SIGNATURE_ECDSA_RAW_SHA256, h, p);
	struct strbuf *sb = fresh();

	strbuf_addf(sb, "%.*s.%.*s.%.*s", STR_FMT(h), STR_FMT(p), STR_FMT(s));
	return strbuf_str(sb);
}

static int check(struct str text, const char *const *understood, struct err *err)
{
	CLEANUP(jws_done) struct jws jws = {0};
	const struct jws_wants wants = {.understood = understood};
	int r = jws_parse_compact(text, &wants, &jws, err);

	return r < 0 ? r : jws_verify_public(&jws, 0, secret_key_public(ec()), err);
}

TEST(a_compact_signature_holds_and_gives_its_payload)
{
	CLEANUP(jws_done) struct jws jws = {0};
	struct str text = compact("{\"alg\":\"ES256\",\"kid\":\"a\"}", "the payload");

	assert_int_equal(jws_parse_compact(text, &(struct jws_wants){0}, &jws, NULL), 0);
	assert_str(jws.payload, "the payload");
	assert_str(jws.signatures[0].kid, "a");
	assert_int_equal(jws_verify_public(&jws, 0, secret_key_public(ec()), NULL), 0);
}

TEST(headers_that_are_refused_though_the_signature_holds)
{
	static const char *const understood[] = {"exp", NULL};
	const struct {
		const char *header, *why;
		int code;
	} rows[] = {
		{"{\"kid\":\"a\"}", "\"alg\" is missing", ERR_FORMAT},
		{"{\"alg\":\"none\"}", "\"none\" is no algorithm", ERR_UNSUPPORTED},
		{"{\"alg\":\"HS256\"}", "\"HS256\" is no algorithm", ERR_UNSUPPORTED},
		{"{\"alg\":\"ES384\"}", "by ES384 cannot be of an ECDSA P-256 key", ERR_DENIED},
		{"{\"alg\":\"RS256\"}", "by RS256 cannot be of an ECDSA P-256 key", ERR_DENIED},
		{"{\"alg\":\"ES256\",\"alg\":\"ES256\"}", "protected header", ERR_FORMAT},
		{"{\"alg\":\"ES256\",\"crit\":[]}", "not a list of 1 to 32 names", ERR_FORMAT},
		{"{\"alg\":\"ES256\",\"crit\":\"exp\",\"exp\":1}", "not a list", ERR_FORMAT},
		{"{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", "may not be critical", ERR_FORMAT},
		{"{\"alg\":\"ES256\",\"crit\":[\"alg\"]}", "may not be critical", ERR_FORMAT},
		{"{\"alg\":\"ES256\",\"crit\":[\"exp\",\"exp\"],\"exp\":1}", "critical twice",
		 ERR_FORMAT},
		{"{\"alg\":\"ES256\",\"crit\":[\"odd\"],\"odd\":1}", "\"odd\" is not known",
		 ERR_UNSUPPORTED},
		{"{\"alg\":\"ES256\",\"b64\":true}", "\"b64\" is not a critical", ERR_FORMAT},
		{"[]", "not an object", ERR_FORMAT},
		{"", "protected header", ERR_FORMAT},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		int r = check(compact(rows[i].header, "x"), understood, &err);

		if (r != -rows[i].code)
			fail_msg("%s: %d %s", rows[i].header, r, err.msg);
		assert_has(err.msg, rows[i].why);
	}
	assert_int_equal(check(compact("{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", "x"),
			       understood, NULL),
			 0);
}

TEST(a_critical_name_that_is_not_known_can_be_kept_for_the_caller)
{
	CLEANUP(jws_done) struct jws jws = {0};
	struct str text = compact("{\"alg\":\"ES256\",\"crit\":[\"odd\"],\"odd\":1}", "x");
	const struct jws_wants wants = {.keeps_unknown = true};

	assert_int_equal(jws_parse_compact(text, &wants, &jws, NULL), 0);
	assert_str(jws.signatures[0].unknown_critical, "odd");
}

TEST(what_is_not_compact_is_refused)
{
	struct str good = compact("{\"alg\":\"ES256\"}", "x");
	struct strbuf *sb = fresh();
	struct err err = {0};

	strbuf_addf(sb, "%.*s.e30", STR_FMT(good));
	assert_int_equal(check(strbuf_str(sb), NULL, &err), -ERR_FORMAT);
	assert_has(err.msg, "JWS: not three parts with dots between");
	strbuf_reset(sb);
	strbuf_addf(sb, "%.*s=", STR_FMT(good));
	assert_int_equal(check(strbuf_str(sb), NULL, &err), -ERR_FORMAT);
	assert_has(err.msg, "signature: base64url with padding");
	assert_int_equal(check(STR("{}"), NULL, &err), -ERR_FORMAT);
	assert_int_equal(check(STR(""), NULL, &err), -ERR_FORMAT);
	for (size_t n = 0; n < good.n; n++)
		assert_true(check(str_sub(good, 0, n), NULL, &err) < 0);
}

TEST(each_byte_counts)
{
	struct strbuf *sb = fresh();
	struct str good = compact("{\"alg\":\"ES256\"}", "the payload");

	strbuf_add(sb, good);
	for (size_t i = 0; i < sb->n; i++) {
		char was = sb->p[i];

		sb->p[i] = was == 'A' ? 'B' : 'A';
		assert_true(check(strbuf_str(sb), NULL, NULL) < 0);
		sb->p[i] = was;
	}
}

static struct str as_json(const char *form)
{
	struct str h = base64("{\"alg\":\"ES256\"}"), p = base64("x");
	struct str s = signature_of(ec(), SIGNATURE_ECDSA_RAW_SHA256, h, p);
	struct strbuf *sb = fresh();

	for (; *form; form++) {
		if (*form == 'H' || *form == 'P' || *form == 'S')
			strbuf_add(sb, *form == 'H' ? h : *form == 'P' ? p : s);
		else
			strbuf_addc(sb, *form == '\'' ? '"' : *form);
	}
	return strbuf_str(sb);
}

TEST(json_serializations)
{
	const struct {
		const char *text, *why; /* NULL: it holds */
	} rows[] = {
		{"{'payload':'P','protected':'H','signature':'S'}", NULL},
		{"{'payload':'P','protected':'H','header':{'x':1},'signature':'S'}", NULL},
		{"{'payload':'P','signatures':[{'protected':'H','signature':'S'}]}", NULL},
		{"{'payload':'P','signatures':[]}", "not a list with one at least"},
		{"{'payload':'P','signatures':[{'protected':'H','signature':'S'}],'signature':'S'}",
		 "\"signatures\" beside one signature"},
		{"{'payload':'P','signatures':[{'protected':'H'}]}", "signature 0: \"signature\""},
		{"{'payload':'P','signature':'S'}", "\"protected\" is missing"},
		{"{'protected':'H','signature':'S'}", "\"payload\" is missing"},
		{"{'payload':'P','protected':'H','header':{'alg':'none'},'signature':'S'}",
		 "is in both headers"},
		{"{'payload':'P','protected':'H','header':{'crit':[]},'signature':'S'}",
		 "in the header that is not signed"},
		{"{'payload':'P','protected':'H','header':[],'signature':'S'}", "not an object"},
		{"{'payload':'P','payload':'P','protected':'H','signature':'S'}", "JWS: "},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(jws_done) struct jws jws = {0};
		struct err err = {0};
		int r = jws_parse_json(as_json(rows[i].text), &(struct jws_wants){0}, &jws, &err);

		if (r == 0)
			r = jws_verify_public(&jws, 0, secret_key_public(ec()), &err);
		if ((r == 0) != (rows[i].why == NULL))
			fail_msg("%s: %s", rows[i].text, err.msg);
		if (r < 0)
			assert_has(err.msg, rows[i].why);
	}
}

TEST(a_payload_may_stand_outside)
{
	CLEANUP(jws_done) struct jws jws = {0};
	struct str h = base64("{\"alg\":\"ES256\"}"), p = base64("outside");
	struct str s = signature_of(ec(), SIGNATURE_ECDSA_RAW_SHA256, h, p);
	struct jws_wants wants = {.is_detached = true, .detached = STR("outside")};
	struct strbuf *sb = fresh();
	struct err err = {0};

	strbuf_addf(sb, "%.*s..%.*s", STR_FMT(h), STR_FMT(s));
	assert_int_equal(jws_parse_compact(strbuf_str(sb), &wants, &jws, NULL), 0);
	assert_int_equal(jws_verify_public(&jws, 0, secret_key_public(ec()), NULL), 0);
	jws_done(&jws);
	wants.detached = STR("another");
	assert_int_equal(jws_parse_compact(strbuf_str(sb), &wants, &jws, NULL), 0);
	assert_int_equal(jws_verify_public(&jws, 0, secret_key_public(ec()), NULL), -ERR_DENIED);
	jws_done(&jws);
	assert_int_equal(jws_parse_compact(compact("{\"alg\":\"ES256\"}", "x"), &wants, &jws, &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "a payload inside where none is wanted");
}

TEST(a_payload_may_be_signed_as_it_is)
{
	CLEANUP(jws_done) struct jws jws = {0};
	struct str h = base64("{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}");
	struct str s = signature_of(ec(), SIGNATURE_ECDSA_RAW_SHA256, h, STR("as it is"));
	struct strbuf *sb = fresh();

	strbuf_addf(sb, "%.*s.as it is.%.*s", STR_FMT(h), STR_FMT(s));
	assert_int_equal(jws_parse_compact(strbuf_str(sb), &(struct jws_wants){0}, &jws, NULL), 0);
	assert_str(jws.payload, "as it is");
	assert_int_equal(jws_verify_public(&jws, 0, secret_key_public(ec()), NULL), 0);
}

/* RFC 7515, appendix A.1. */
TEST(a_shared_secret_of_the_specification)
{
	static const char key[] =
		"{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKt"
		"MN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"%s}";
	struct str text =
		STR("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
		    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGx"
		    "lLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX"
		    "k");
	const struct {
		const char *more, *why;
	} rows[] = {
		{"", NULL},
		{",\"alg\":\"HS256\",\"use\":\"sig\"", NULL},
		{",\"alg\":\"HS512\"", "by HS256 with a key for HS512"},
		{",\"use\":\"enc\"", "the key is not for signatures"},
		{",\"key_ops\":[\"sign\"]", "the key is not for signatures"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(jwk_set_done) struct jwk_set set = {0};
		CLEANUP(jws_done) struct jws jws = {0};
		char jwk[512];
		struct err err = {0};
		int r;

		snprintf(jwk, sizeof jwk, key, rows[i].more);
		assert_int_equal(jwk_set_parse(str_of(jwk), &set, &err), 0);
		assert_int_equal(jws_parse_compact(text, &(struct jws_wants){0}, &jws, &err), 0);
		r = jws_verify(&jws, 0, &set.keys[0], &err);
		if ((r == 0) != (rows[i].why == NULL))
			fail_msg("%s: %s", rows[i].more, err.msg);
		if (r < 0)
			assert_has(err.msg, rows[i].why);
	}
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keep); i++)
		strbuf_done(&keep[i]);
	secret_key_free(ec());
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_compact_signature_holds_and_gives_its_payload),
		RUN(headers_that_are_refused_though_the_signature_holds),
		RUN(a_critical_name_that_is_not_known_can_be_kept_for_the_caller),
		RUN(what_is_not_compact_is_refused),
		RUN(each_byte_counts),
		RUN(json_serializations),
		RUN(a_payload_may_stand_outside),
		RUN(a_payload_may_be_signed_as_it_is),
		RUN(a_shared_secret_of_the_specification),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
