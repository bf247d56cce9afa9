/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "crypto/hmac.h"

/* RFC 4231, test case 2. */
TEST(parts_are_as_one_text)
{
	static const unsigned char want[HMAC_BYTES] = {
		0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
		0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
		0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
	const struct str parts[] = {STR("what do ya "), STR_NULL, STR("want for nothing?")};
	unsigned char got[HMAC_BYTES];

	assert_int_equal(hmac_sha256(STR("Jefe"), parts, ARRAY_LEN(parts), got, NULL), 0);
	assert_memory_equal(got, want, sizeof want);
}

/* RFC 4231, test case 2. */
TEST(a_tag_holds_whole_or_as_much_of_it_as_is_allowed)
{
	const struct str key = STR("Jefe"), message = STR("what do ya want for nothing?");
	const struct str tag =
		STR("\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7"
		    "\x5a\x00\x3f\x08\x9d\x27\x39\x83\x9d\xec\x58\xb9\x64\xec\x38\x43");
	struct err err = {0};

	assert_int_equal(hmac_verify(DIGEST_SHA256, key, message, tag, &err), 0);
	assert_int_equal(hmac_verify(DIGEST_SHA256, key, message, str_sub(tag, 0, 16), &err),
			 -ERR_DENIED);
	assert_string_equal(err.msg, "the signature does not hold");
	assert_int_equal(hmac_verify_cut(DIGEST_SHA256, key, message, str_sub(tag, 0, 16), &err),
			 0);
	assert_int_equal(hmac_verify_cut(DIGEST_SHA256, key, message, str_sub(tag, 0, 15), &err),
			 -ERR_DENIED);
	assert_int_equal(hmac_verify(DIGEST_SHA384, key, message, tag, &err), -ERR_DENIED);
	assert_int_equal(hmac_verify(DIGEST_SHA256, STR("Jeff"), message, tag, &err), -ERR_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(parts_are_as_one_text),
					   RUN(a_tag_holds_whole_or_as_much_of_it_as_is_allowed)};

	return RUN_ALL(tests);
}
