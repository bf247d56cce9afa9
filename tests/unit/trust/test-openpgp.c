/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/fd.h"
#include "base/strbuf.h"
#include "trust/gpg/openpgp.h"

#define BYTES(literal) ((struct str){literal, sizeof(literal) - 1})

static struct str fixture(struct arena *a, const char *name)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	char path[512];

	snprintf(path, sizeof path, "%s/gpg/%s", getenv("PLIMSOLL_FIXTURES"), name);
	assert_int_equal(file_read(path, &sb, NULL), 0);
	return arena_str(a, strbuf_str(&sb));
}

TEST(a_message_is_cut_into_payload_and_one_signature)
{
	static const char *const names[] = {"good.signature", "good-none.signature",
					    "good-zlib.signature", "good-bzip2.signature"};
	struct arena a;

	arena_init(&a, 1 << 24);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct openpgp_message m = {0};
		struct err err = {0};

		if (openpgp_message_parse(fixture(&a, names[i]), &a, &m, &err) < 0)
			fail_msg("%s: %s", names[i], err.msg);
		assert_true(str_eq(m.payload, fixture(&a, "payload.json")));
		assert_int_equal(m.version, 4);
		assert_string_equal(openpgp_scheme_name(m.algorithm, m.digest), "rsa-sha256");
		assert_int_equal((unsigned char)m.signature.p[0] & 0x80, 0x80);
	}
	arena_done(&a);
}

/* A one-pass signature, a literal "hi" and a signature of version 3, which says nothing true. */
#define ONE_PASS                                                                                   \
	"\xc4\x0d\x03\x00\x08\x01"                                                                 \
	"keyid678"                                                                                 \
	"\x01"
#define LITERAL                                                                                    \
	"\xcb\x08"                                                                                 \
	"b\0"                                                                                      \
	"\0\0\0\0"                                                                                 \
	"hi"
#define SIG_V3                                                                                     \
	"\xc2\x13\x03\x05\x00"                                                                     \
	"time"                                                                                     \
	"keyid678"                                                                                 \
	"\x01\x08"                                                                                 \
	"xx"

static const struct {
	struct str bytes;
	const char *says;
} messages[] = {
	{BYTES(ONE_PASS LITERAL SIG_V3), NULL},
	{BYTES(SIG_V3 LITERAL), NULL},
	{BYTES("\xa3\x00" ONE_PASS LITERAL SIG_V3), NULL},
	{{"", 0}, "is empty"},
	{BYTES("\x01"), "starts no OpenPGP packet"},
	{BYTES(LITERAL), "is no signed message: starts with a packet of type 11"},
	{BYTES(ONE_PASS), "ends where signed data is expected"},
	{BYTES(ONE_PASS LITERAL), "ends where the signature is expected"},
	{BYTES(ONE_PASS SIG_V3), "a packet of type 2, where signed data is expected"},
	{BYTES(ONE_PASS LITERAL LITERAL SIG_V3), "where the signature is expected"},
	{BYTES(ONE_PASS LITERAL SIG_V3 SIG_V3), "21 bytes behind its signature"},
	{BYTES(SIG_V3 LITERAL LITERAL), "bytes behind its signature"},
	{BYTES(ONE_PASS ONE_PASS LITERAL SIG_V3 SIG_V3), "where signed data is expected"},
	{BYTES("\xc4\x0d\x03\x00\x08\x01"
	       "keyid678"
	       "\x00" LITERAL SIG_V3),
	 "more than one signature"},
	{BYTES("\xc4\x0d\x03\x00\x0a\x01"
	       "keyid678"
	       "\x01" LITERAL SIG_V3),
	 "not signed as its one-pass signature announces"},
	{BYTES("\xc2\x13\x03\x05\x00"
	       "time"
	       "keyid678"
	       "\x01\x02"
	       "xx" LITERAL),
	 "sha1"},
	{BYTES("\xc2\x13\x03\x05\x00"
	       "time"
	       "keyid678"
	       "\x01\x01"
	       "xx" LITERAL),
	 "md5"},
	{BYTES("\xc2\x13\x03\x05\x01"
	       "time"
	       "keyid678"
	       "\x01\x08"
	       "xx" LITERAL),
	 "type 0x01"},
	{BYTES("\xc2\x13\x03\x06\x00"
	       "time"
	       "keyid678"
	       "\x01\x08"
	       "xx" LITERAL),
	 "signs 5 bytes of its own"},
	{BYTES("\xc2\x02\x06\x00" LITERAL), "the signature is of version 6"},
	{BYTES("\xc2\x02\x03\x05" LITERAL), "the signature is cut short"},
	{BYTES(SIG_V3 "\xcb\x01"
		      "b"),
	 "a broken literal packet"},
	{BYTES(SIG_V3 "\xcb\x09"
		      "b\0"),
	 "the packet is cut short"},
	{BYTES("\xc2\xe0"
	       "x"),
	 "a packet of type 2 must say its length"},
	{BYTES(SIG_V3 "\xcb\xe1"
		      "bx"),
	 "the first part has 2 bytes, not 512"},
	{BYTES("\xa3\x01"
	       "\xff\xff"),
	 "no deflate stream"},
	{BYTES("\xa3\x07"
	       "xx"),
	 "is packed by method 7"},
	{BYTES("\xa3\x00"), "holds nothing"},
	{BYTES("\xa3\x00\xa3\x00" ONE_PASS LITERAL SIG_V3), "starts with a packet of type 8"},
	{BYTES("\xc8\x02\x00\xc4"
	       "x"),
	 "bytes behind its signature"},
	{BYTES("\xca\x03"
	       "PGP" ONE_PASS LITERAL SIG_V3),
	 "starts with a packet of type 10"},
};

TEST(a_message_has_one_signature_and_nothing_else)
{
	struct arena a;

	arena_init(&a, 1 << 24);
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		struct openpgp_message m = {0};
		struct err err = {0};
		int r = openpgp_message_parse(messages[i].bytes, &a, &m, &err);

		if (messages[i].says && r == 0)
			fail_msg("row %zu was taken", i);
		if (!messages[i].says && r < 0)
			fail_msg("row %zu: %s", i, err.msg);
		if (messages[i].says)
			assert_has(err.msg, messages[i].says);
		else
			assert_str(m.payload, "hi");
	}
	arena_done(&a);
}

TEST(a_literal_may_come_in_parts)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct openpgp_message m = {0};
	struct arena a;

	arena_init(&a, 1 << 24);
	strbuf_add(&sb, BYTES(SIG_V3 "\xcb\xe9"
				     "b\0"
				     "\0\0\0\0"));
	for (size_t i = 0; i < 506; i++)
		strbuf_addc(&sb, 'x');
	strbuf_add(&sb, BYTES("\x02"
			      "yz"));
	assert_int_equal(openpgp_message_parse(strbuf_str(&sb), &a, &m, NULL), 0);
	assert_int_equal(m.payload.n, 508);
	assert_true(str_has_suffix(m.payload, STR("xyz")));
	arena_done(&a);
}

TEST(rings_are_read_bare_and_in_armour_and_add_up)
{
	struct openpgp_keyring ring = {0};
	struct arena a;

	arena_init(&a, 1 << 24);
	assert_int_equal(openpgp_keyring_add(&ring, fixture(&a, "good.gpg"), &a, NULL), 0);
	assert_int_equal(openpgp_keyring_add(&ring, fixture(&a, "both.asc"), &a, NULL), 0);
	assert_int_equal(ring.n, 2);
	assert_int_equal(openpgp_keyring_add(&ring, fixture(&a, "weaksub.gpg"), &a, NULL), 0);
	assert_int_equal(ring.n, 3);
	assert_int_equal(ring.n_weak, 1);
	assert_str(ring.weak, "RSA of 1024 bits");
	assert_true(openpgp_keyring_bytes(&ring, &a).n < ring.n_bytes);
	arena_done(&a);
}

TEST(what_is_no_ring_of_public_keys_is_refused)
{
	static const struct {
		const char *file;
		struct str bytes;
		const char *says;
	} rows[] = {
		{"good.secret", {NULL, 0}, "holds a secret key"},
		{"payload.json", {NULL, 0}, "starts no OpenPGP packet"},
		{"good.signature", {NULL, 0}, "a packet of type 8, where a public key is expected"},
		{NULL, {"", 0}, "holds no public key"},
		{NULL, BYTES("\0\0\0\x20\x01\x01\0\x02KBXf"), "is a keybox of gpg"},
		{NULL, BYTES("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n"), "where public keys"},
		{NULL, BYTES("-----BEGIN PGP PUBLIC KEY BLOCK-----\nno end"), "no empty line"},
		{NULL, BYTES("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ"), "does not end"},
	};
	struct arena a;

	arena_init(&a, 1 << 24);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct openpgp_keyring ring = {0};
		struct str bytes = rows[i].file ? fixture(&a, rows[i].file) : rows[i].bytes;
		struct err err = {0};

		if (openpgp_keyring_add(&ring, bytes, &a, &err) >= 0)
			fail_msg("row %zu was taken", i);
		assert_has(err.msg, rows[i].says);
	}
	arena_done(&a);
}

TEST(a_key_in_two_states_is_refused)
{
	struct openpgp_keyring ring = {0};
	struct err err = {0};
	struct arena a;

	arena_init(&a, 1 << 24);
	assert_int_equal(openpgp_keyring_add(&ring, fixture(&a, "revoked-before.gpg"), &a, NULL),
			 0);
	assert_int_equal(openpgp_keyring_add(&ring, fixture(&a, "revoked.gpg"), &a, &err),
			 -ERR_DENIED);
	assert_has(err.msg, "one of them may be revoked");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_message_is_cut_into_payload_and_one_signature),
		RUN(a_message_has_one_signature_and_nothing_else),
		RUN(a_literal_may_come_in_parts),
		RUN(rings_are_read_bare_and_in_armour_and_add_up),
		RUN(what_is_no_ring_of_public_keys_is_refused),
		RUN(a_key_in_two_states_is_refused),
	};

	return RUN_ALL(tests);
}
