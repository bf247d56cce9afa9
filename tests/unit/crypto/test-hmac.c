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

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(parts_are_as_one_text)};

	return RUN_ALL(tests);
}
