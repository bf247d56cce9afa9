/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "trust/image_signature.h"

#define BYTES(literal) ((struct str){literal, sizeof(literal) - 1})

TEST(forms_are_told_apart_by_their_first_bytes)
{
	struct image_signature s;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(image_signature_parse(BYTES("\xa3xyz"), STR("s"), &a, &s, NULL), 0);
	assert_int_equal(s.kind, IMAGE_SIGNATURE_GPG);
	assert_str(s.payload, "\xa3xyz");
	assert_int_equal(
		image_signature_parse(BYTES("\0simple-signing\nxyz"), STR("s"), &a, &s, NULL), 0);
	assert_int_equal(s.kind, IMAGE_SIGNATURE_GPG);
	assert_str(s.payload, "xyz");
	assert_int_equal(
		image_signature_parse(BYTES("\0sigstore-json\n{\"mimeType\":\"t\",\"payload\":"
					    "\"eHl6\",\"annotations\":{\"b\":\"2\",\"a\":\"1\"}}"),
				      STR("s"), &a, &s, NULL),
		0);
	assert_int_equal(s.kind, IMAGE_SIGNATURE_SIGSTORE);
	assert_str(s.payload, "xyz");
	assert_str(s.media_type, "t");
	assert_str(artifact_annotation(&s.annotations, "a"), "1");
	assert_str(artifact_annotation(&s.annotations, "b"), "2");
	arena_done(&a);
}

static const struct {
	struct str bytes;
	const char *says;
} bad[] = {
	{{"", 0}, "is empty"},
	{BYTES("-----BEGIN PGP MESSAGE-----"), "is no OpenPGP message in binary form"},
	{BYTES("{}"), "is no OpenPGP message"},
	{BYTES("\0sigstore-json"), "its form is not said"},
	{BYTES("\0other\nx"), "is of the form \"other\""},
	{BYTES("\0sigstore-json\n[]"), "signature: is no object"},
	{BYTES("\0sigstore-json\n{\"mimeType\":\"t\",\"payload\":\"eHl6\"}"),
	 "\"annotations\" is missing"},
	{BYTES("\0sigstore-json\n{\"mimeType\":\"t\",\"payload\":\"%\",\"annotations\":{}}"),
	 "base64"},
	{BYTES("\0sigstore-json\n{\"mimeType\":1,\"payload\":\"eHl6\",\"annotations\":{}}"),
	 "\"mimeType\" is no string"},
	{BYTES("\0sigstore-json\n{\"mimeType\":\"t\",\"payload\":\"eHl6\",\"annotations\":{},"
	       "\"x\":1}"),
	 "\"x\" is not known"},
	{BYTES("\0sigstore-json\n{\"mimeType\":\"t\",\"payload\":\"eHl6\",\"annotations\":{\"a\":"
	       "1}}"),
	 "annotations: \"a\" is no string"},
};

TEST(other_bytes_are_no_signature)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct image_signature s;
		struct err err = {0};

		if (image_signature_parse(bad[i].bytes, STR("s"), &a, &s, &err) >= 0)
			fail_msg("row %zu was taken", i);
		assert_has(err.msg, bad[i].says);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(forms_are_told_apart_by_their_first_bytes),
		RUN(other_bytes_are_no_signature),
	};

	return RUN_ALL(tests);
}
