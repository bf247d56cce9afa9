/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_verify.h"

#include "codec/base64.h"
#include "crypto/secret_key.h"
#include "tests/unit/test.h"
#include "trust/tuf/tuf_key.h"

#define N 4

/* Metadata of hand-made parts: keys, signers, and what is signed. */
struct bench {
	enum tuf_dialect dialect;
	struct secret_key *secrets[N];
	struct tuf_key keys[N];
	struct str ids[N];
	struct tuf_signature signatures[2 * N];
	struct tuf_metadata of, m;
	struct tuf_signers signers;
	struct strbuf texts[4 * N];
	size_t n_texts;
};

static struct strbuf *new_text(struct bench *b)
{
	struct strbuf *sb = &b->texts[b->n_texts++];

	assert_true(b->n_texts <= ARRAY_LEN(b->texts));
	*sb = (struct strbuf)STRBUF_INIT(65536);
	return sb;
}

static struct str hex_of(struct bench *b, struct str raw)
{
	struct strbuf *sb = new_text(b);

	for (size_t i = 0; i < raw.n; i++)
		strbuf_addf(sb, "%02x", (unsigned)(unsigned char)raw.p[i]);
	return strbuf_str(sb);
}

static struct str pem_of(struct bench *b, int i)
{
	struct strbuf *sb = new_text(b);

	assert_int_equal(public_key_format(secret_key_public(b->secrets[i]), sb, NULL), 0);
	return strbuf_str(sb);
}

static struct str der_of(const struct bench *b, int i)
{
	return public_key_der(secret_key_public(b->secrets[i]));
}

static void bench_init(struct bench *b, enum tuf_dialect dialect)
{
	static const char *const names[N] = {"a", "b", "c", "d"};

	*b = (struct bench){.dialect = dialect};
	b->m.dialect = b->of.dialect = dialect;
	b->m.signed_bytes = STR("{\"_type\":\"snapshot\"}");
	b->m.signatures = b->signatures;
	b->of.keys = b->keys;
	b->of.n_keys = N;
	b->signers = (struct tuf_signers){{b->ids, N}, 1};
	for (int i = 0; i < N; i++)
		b->keys[i].id = b->keys[i].digest = b->ids[i] = str_of(names[i]);
}

static void bench_done(struct bench *b)
{
	for (int i = 0; i < N; i++)
		secret_key_free(b->secrets[i]);
	for (size_t i = 0; i < b->n_texts; i++)
		strbuf_done(&b->texts[i]);
}

static void make(struct bench *b, int i, enum key_type type, unsigned bits)
{
	assert_int_equal(secret_key_generate(type, bits, &b->secrets[i], NULL), 0);
}

static void add_signature(struct bench *b, int i, enum signature_scheme scheme, const char *method)
{
	struct strbuf *sb = new_text(b);

	assert_int_equal(secret_key_sign(b->secrets[i], scheme, b->m.signed_bytes, sb, NULL), 0);
	b->signatures[b->m.n_signatures++] =
		(struct tuf_signature){b->ids[i], str_of(method), strbuf_str(sb)};
}

/* All of them Ed25519, in the modern dialect. */
static void four_keys(struct bench *b)
{
	bench_init(b, TUF_MODERN);
	for (int i = 0; i < N; i++) {
		make(b, i, KEY_ED25519, 0);
		b->keys[i].keytype = b->keys[i].scheme = STR("ed25519");
		b->keys[i].public = hex_of(b, str_skip(der_of(b, i), der_of(b, i).n - 32));
	}
}

static int verify(struct bench *b, struct err *err)
{
	return tuf_verify(&b->of, &b->signers, &b->m, STR("snapshot"), err);
}

TEST(as_many_different_keys_as_the_threshold_says_must_have_signed)
{
	for (uint64_t threshold = 1; threshold <= N + 1; threshold++)
		for (int n = 0; n <= N; n++) {
			struct err err = {0};
			struct bench b;

			four_keys(&b);
			for (int i = 0; i < n; i++)
				add_signature(&b, i, SIGNATURE_ED25519, "");
			b.signers.threshold = threshold;
			assert_int_equal(verify(&b, &err),
					 (uint64_t)n >= threshold ? 0 : -ERR_DENIED);
			if ((uint64_t)n < threshold)
				assert_has(err.msg, "snapshot: ");
			bench_done(&b);
		}
}

TEST(a_key_under_two_ids_counts_once)
{
	struct err err = {0};
	struct bench b;

	four_keys(&b);
	b.keys[1].public = b.keys[0].public;
	add_signature(&b, 0, SIGNATURE_ED25519, "");
	b.signatures[b.m.n_signatures++] =
		(struct tuf_signature){b.ids[1], STR_NULL, b.signatures[0].bytes};
	b.signers.threshold = 2;
	assert_int_equal(verify(&b, &err), -ERR_DENIED);
	assert_string_equal(err.msg, "snapshot: 1 of the 2 keys needed signed it");
	b.signers.threshold = 1;
	assert_int_equal(verify(&b, &err), 0);
	bench_done(&b);
}

TEST(a_signature_that_does_not_hold_harms_nothing_and_counts_nothing)
{
	struct err err = {0};
	struct bench b;

	four_keys(&b);
	add_signature(&b, 0, SIGNATURE_ED25519, "");
	b.signatures[b.m.n_signatures++] =
		(struct tuf_signature){b.ids[1], STR_NULL, b.signatures[0].bytes};
	b.signatures[b.m.n_signatures++] = (struct tuf_signature){.keyid = b.ids[2]};
	assert_int_equal(verify(&b, &err), 0);
	b.signers.threshold = 2;
	assert_int_equal(verify(&b, &err), -ERR_DENIED);
	assert_has(err.msg, "1 of the 2 keys needed signed it; key b: the signature does not hold");
	bench_done(&b);
}

TEST(two_signatures_that_name_one_id_are_refused_where_the_specification_says_so)
{
	struct err err = {0};
	struct bench b;

	four_keys(&b);
	add_signature(&b, 0, SIGNATURE_ED25519, "");
	add_signature(&b, 0, SIGNATURE_ED25519, "");
	assert_int_equal(verify(&b, &err), -ERR_DENIED);
	assert_has(err.msg, "two of its signatures name the same key a");
	bench_done(&b);
}

TEST(who_is_no_signer_of_the_role_does_not_count)
{
	struct err err = {0};
	struct bench b;

	four_keys(&b);
	add_signature(&b, 3, SIGNATURE_ED25519, "");
	b.signers.keyids.n = 3;
	assert_int_equal(verify(&b, &err), -ERR_DENIED);
	b.signers.keyids.n = 4;
	assert_int_equal(verify(&b, &err), 0);
	b.of.n_keys = 3; /* listed for the role, but no such key */
	assert_int_equal(verify(&b, &err), -ERR_DENIED);
	bench_done(&b);
}

TEST(other_bytes_are_not_signed)
{
	struct bench b;

	four_keys(&b);
	add_signature(&b, 0, SIGNATURE_ED25519, "");
	b.m.signed_bytes = STR("{\"_type\":\"snapshos\"}");
	assert_int_equal(verify(&b, NULL), -ERR_DENIED);
	bench_done(&b);
}

/* ---- kinds of keys ---- */

struct kind {
	const char *keytype, *scheme; /* of the modern dialect; method of Notary's */
	enum key_type type;
	unsigned bits;
	enum signature_scheme sign;
	const char *why; /* it counts nothing; NULL: it counts */
};

static const struct kind modern_kinds[] = {
	{"ed25519", "ed25519", KEY_ED25519, 0, SIGNATURE_ED25519, NULL},
	{"ecdsa", "ecdsa-sha2-nistp256", KEY_EC_P256, 0, SIGNATURE_ECDSA_SHA256, NULL},
	{"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", KEY_EC_P256, 0, SIGNATURE_ECDSA_SHA256,
	 NULL},
	{"ecdsa", "ecdsa-sha2-nistp384", KEY_EC_P384, 0, SIGNATURE_ECDSA_SHA384, NULL},
	{"ecdsa", "ecdsa-sha2-nistp521", KEY_EC_P521, 0, SIGNATURE_ECDSA_SHA512, NULL},
	{"rsa", "rsassa-pss-sha256", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA256, NULL},
	{"rsa", "rsassa-pss-sha512", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA512, NULL},
	{"rsa", "rsa-pkcs1v15-sha256", KEY_RSA, 2048, SIGNATURE_RSA_PKCS1_SHA256, NULL},
	/* the scheme stands with the key, and the signature must be of it */
	{"rsa", "rsassa-pss-sha256", KEY_RSA, 2048, SIGNATURE_RSA_PKCS1_SHA256, "does not hold"},
	{"rsa", "rsassa-pss-sha256", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA512, "does not hold"},
	{"ecdsa", "ecdsa-sha2-nistp256", KEY_EC_P256, 0, SIGNATURE_ECDSA_SHA512, "does not hold"},
	{"ecdsa", "ecdsa-sha2-nistp256", KEY_EC_P256, 0, SIGNATURE_ECDSA_RAW_SHA256,
	 "does not hold"},
	/* and the key of the scheme's type */
	{"ecdsa", "ecdsa-sha2-nistp256", KEY_EC_P384, 0, SIGNATURE_ECDSA_SHA256,
	 "the key is ECDSA P-384, not of scheme ecdsa-sha2-nistp256"},
	{"rsa", "rsassa-pss-sha256", KEY_EC_P256, 0, SIGNATURE_ECDSA_SHA256, "not of scheme"},
	{"ecdsa", "ecdsa-sha2-nistp256", KEY_RSA, 2048, SIGNATURE_RSA_PKCS1_SHA256,
	 "not of scheme"},
	{"ecdsa", "rsassa-pss-sha256", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA256, "keys of type"},
	{"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp256", KEY_EC_P256, 0, SIGNATURE_ECDSA_SHA256,
	 "keys of type"},
	{"rsa", "rsassa-pss-md5", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA256, "keys of type rsa and"},
	{"ed25519", "none", KEY_ED25519, 0, SIGNATURE_ED25519, "keys of type ed25519 and scheme"},
};

TEST(each_key_of_the_modern_dialect_has_one_scheme)
{
	for (size_t i = 0; i < ARRAY_LEN(modern_kinds); i++) {
		const struct kind *k = &modern_kinds[i];
		struct err err = {0};
		struct bench b;
		int r;

		bench_init(&b, TUF_MODERN);
		make(&b, 0, k->type, k->bits);
		b.keys[0].keytype = str_of(k->keytype);
		b.keys[0].scheme = str_of(k->scheme);
		b.keys[0].public =
			k->type == KEY_ED25519
				? hex_of(&b, str_skip(der_of(&b, 0), der_of(&b, 0).n - 32))
				: pem_of(&b, 0);
		add_signature(&b, 0, k->sign, "");
		r = verify(&b, &err);
		if (r != (k->why ? -ERR_DENIED : 0))
			fail_msg("row %zu: %d %s", i, r, err.msg);
		if (k->why)
			assert_has(err.msg, k->why);
		bench_done(&b);
	}
}

static const struct kind notary_kinds[] = {
	{"ed25519", "eddsa", KEY_ED25519, 0, SIGNATURE_ED25519, NULL},
	{"ecdsa", "ecdsa", KEY_EC_P256, 0, SIGNATURE_ECDSA_RAW_SHA256, NULL},
	{"ecdsa", "ecdsa", KEY_EC_P384, 0, SIGNATURE_ECDSA_RAW_SHA256, NULL},
	{"rsa", "rsapss", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA256, NULL},
	{"rsa", "rsapkcs1v15", KEY_RSA, 2048, SIGNATURE_RSA_PKCS1_SHA256, NULL},
	{"rsa", "pycrypto-pkcs#1 pss", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA256, NULL},
	{"ecdsa", "ecdsa", KEY_EC_P256, 0, SIGNATURE_ECDSA_SHA256, "does not hold"}, /* DER */
	{"rsa", "rsapss", KEY_RSA, 2048, SIGNATURE_RSA_PKCS1_SHA256, "does not hold"},
	{"rsa", "ecdsa", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA256, "keys of type rsa and"},
	{"ecdsa", "rsapss", KEY_EC_P256, 0, SIGNATURE_ECDSA_RAW_SHA256, "keys of type ecdsa"},
	{"ecdsa", "none", KEY_EC_P256, 0, SIGNATURE_ECDSA_RAW_SHA256, "keys of type ecdsa"},
	{"ecdsa", "", KEY_EC_P256, 0, SIGNATURE_ECDSA_RAW_SHA256, "keys of type ecdsa"},
	{"rsa", "rsapss", KEY_EC_P256, 0, SIGNATURE_ECDSA_RAW_SHA256, "not of type rsa"},
	{"ecdsa", "ecdsa", KEY_RSA, 2048, SIGNATURE_RSA_PSS_SHA256, "not of type ecdsa"},
	{"ecdsa-x509", "ecdsa", KEY_EC_P256, 0, SIGNATURE_ECDSA_RAW_SHA256, "key a: "},
	{"dsa", "ecdsa", KEY_EC_P256, 0, SIGNATURE_ECDSA_RAW_SHA256, "keys of type dsa"},
};

TEST(each_signature_of_notary_names_a_method_of_the_keys_type)
{
	for (size_t i = 0; i < ARRAY_LEN(notary_kinds); i++) {
		const struct kind *k = &notary_kinds[i];
		struct err err = {0};
		struct bench b;
		int r;

		bench_init(&b, TUF_NOTARY);
		make(&b, 0, k->type, k->bits);
		b.keys[0].keytype = str_of(k->keytype);
		b.keys[0].public = k->type == KEY_ED25519
					   ? str_skip(der_of(&b, 0), der_of(&b, 0).n - 32)
					   : der_of(&b, 0);
		add_signature(&b, 0, k->sign, k->scheme);
		r = verify(&b, &err);
		if (r != (k->why ? -ERR_DENIED : 0))
			fail_msg("row %zu: %d %s", i, r, err.msg);
		if (k->why)
			assert_has(err.msg, k->why);
		bench_done(&b);
	}
}

TEST(a_key_of_notary_must_be_called_by_its_hash)
{
	struct err err = {0};
	struct bench b;

	bench_init(&b, TUF_NOTARY);
	make(&b, 0, KEY_ED25519, 0);
	b.keys[0].keytype = STR("ed25519");
	b.keys[0].public = str_skip(der_of(&b, 0), der_of(&b, 0).n - 32);
	b.keys[0].digest = STR("another");
	add_signature(&b, 0, SIGNATURE_ED25519, "eddsa");
	assert_int_equal(verify(&b, &err), -ERR_DENIED);
	assert_has(err.msg, "snapshot: the key a is called by a wrong id");
	bench_done(&b);
}

/* Sigstore's first roots have the point instead of PEM. */
TEST(a_point_is_a_key_too)
{
	struct bench b;

	bench_init(&b, TUF_MODERN);
	make(&b, 0, KEY_EC_P256, 0);
	b.keys[0].keytype = b.keys[0].scheme = STR("ecdsa-sha2-nistp256");
	b.keys[0].public = hex_of(&b, str_skip(der_of(&b, 0), der_of(&b, 0).n - 65));
	add_signature(&b, 0, SIGNATURE_ECDSA_SHA256, "");
	assert_int_equal(verify(&b, NULL), 0);
	b.keys[0].public.n -= 2;
	assert_int_equal(verify(&b, NULL), -ERR_DENIED);
	bench_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(as_many_different_keys_as_the_threshold_says_must_have_signed),
		RUN(a_key_under_two_ids_counts_once),
		RUN(a_signature_that_does_not_hold_harms_nothing_and_counts_nothing),
		RUN(two_signatures_that_name_one_id_are_refused_where_the_specification_says_so),
		RUN(who_is_no_signer_of_the_role_does_not_count),
		RUN(other_bytes_are_not_signed),
		RUN(each_key_of_the_modern_dialect_has_one_scheme),
		RUN(each_signature_of_notary_names_a_method_of_the_keys_type),
		RUN(a_key_of_notary_must_be_called_by_its_hash),
		RUN(a_point_is_a_key_too),
	};

	return RUN_ALL(tests);
}
