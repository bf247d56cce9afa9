/* SPDX-License-Identifier: Apache-2.0 */
/* The keys and signatures are in tests/fixtures/gpg; more of them are verified in cli/test_gpg.py.
 */
#include "tests/unit/test.h"

#include <unistd.h>

#include "base/fd.h"
#include "trust/gpg/gpg_verify.h"

#define NOW 1704844800 /* 2024-01-10 */

static struct str fixture(struct arena *a, const char *name)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	char path[512];

	snprintf(path, sizeof path, "%s/gpg/%s", getenv("PLIMSOLL_FIXTURES"), name);
	assert_int_equal(file_read(path, &sb, NULL), 0);
	return arena_str(a, strbuf_str(&sb));
}

static void skip_without_gpg(void)
{
	if (access("/usr/bin/gpg", X_OK) < 0)
		skip();
}

static int verify(struct arena *a, const char *key, struct str blob, int64_t now, struct trail *t,
		  struct gpg_signature *ret, struct err *err)
{
	struct openpgp_keyring ring = {0};

	assert_int_equal(openpgp_keyring_add(&ring, fixture(a, key), a, NULL), 0);
	t->arena = a;
	return gpg_verify(&ring, blob, now, t, ret, err);
}

TEST(a_good_signature_gives_payload_and_signer)
{
	struct gpg_signature s = {0};
	struct trail t = {0};
	struct err err = {0};
	struct arena a;

	skip_without_gpg();
	arena_init(&a, 1 << 24);
	if (verify(&a, "subkey.gpg", fixture(&a, "subkey.signature"), NOW, &t, &s, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(str_eq(s.payload, fixture(&a, "payload.json")));
	assert_str(s.user, "subkey <subkey@example.com>");
	assert_int_equal(s.primary.n, 40);
	assert_false(str_eq(s.primary, s.fingerprint));
	assert_int_equal(s.time, 1704153600);
	assert_string_equal(s.algorithm, "rsa-sha256");
	assert_null(t.failed);
	arena_done(&a);
}

/* Every byte is of the header, the payload or the signature: none may change unnoticed. */
TEST(no_bit_can_be_changed)
{
	struct str blob;
	struct arena a;

	skip_without_gpg();
	arena_init(&a, 1 << 26);
	blob = fixture(&a, "ed25519.signature");
	for (size_t i = 0; i < blob.n; i += 7) {
		struct gpg_signature s = {0};
		struct trail t = {0};
		struct err err = {0};
		char *copy = arena_alloc(&a, blob.n);
		int r;

		memcpy(copy, blob.p, blob.n);
		copy[i] = (char)(copy[i] ^ 0x10);
		r = verify(&a, "ed25519.gpg", str_make(copy, blob.n), NOW, &t, &s, &err);
		/* Bits that say nothing: file name, date of the literal, what deflate fills up. */
		if (r == 0)
			assert_true(str_eq(s.payload, fixture(&a, "payload.json")));
		else
			assert_int_equal(r, -ERR_DENIED);
	}
	arena_done(&a);
}

TEST(a_payload_under_another_signature_is_refused)
{
	struct gpg_signature s = {0};
	struct trail t = {0};
	struct err err = {0};
	struct str blob;
	struct arena a;
	char *copy;
	size_t at;

	skip_without_gpg();
	arena_init(&a, 1 << 24);
	blob = fixture(&a, "good-none.signature");
	at = str_find(blob, STR("app:1.0"));
	assert_true(at < blob.n);
	copy = arena_alloc(&a, blob.n);
	memcpy(copy, blob.p, blob.n);
	copy[at] = 'b';
	assert_int_equal(verify(&a, "good.gpg", str_make(copy, blob.n), NOW, &t, &s, &err),
			 -ERR_DENIED);
	assert_has(err.msg, "does not hold: what was signed is not what is there");
	assert_string_equal(t.failed, "signature");
	arena_done(&a);
}

TEST(a_time_that_openpgp_does_not_know_cannot_be_told)
{
	struct gpg_signature s = {0};
	struct err err = {0};
	struct arena a;

	skip_without_gpg();
	for (size_t i = 0; i < 2; i++) {
		struct trail t = {0};

		arena_init(&a, 1 << 24);
		assert_int_equal(verify(&a, "good.gpg", fixture(&a, "good.signature"),
					i ? -1 : (int64_t)UINT32_MAX + 1, &t, &s, &err),
				 -ERR_USAGE);
		assert_true(t.unsure);
		arena_done(&a);
	}
}

TEST(an_empty_ring_trusts_nobody)
{
	struct openpgp_keyring ring = {0};
	struct gpg_signature s = {0};
	struct err err = {0};
	struct arena a;
	struct trail t = {.arena = &a};

	arena_init(&a, 1 << 24);
	assert_int_equal(gpg_verify(&ring, fixture(&a, "good.signature"), NOW, &t, &s, &err),
			 -ERR_DENIED);
	assert_has(err.msg, "no key is trusted");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_good_signature_gives_payload_and_signer),
		RUN(no_bit_can_be_changed),
		RUN(a_payload_under_another_signature_is_refused),
		RUN(a_time_that_openpgp_does_not_know_cannot_be_told),
		RUN(an_empty_ring_trusts_nobody),
	};

	return RUN_ALL(tests);
}
