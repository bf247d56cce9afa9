/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/memory_stream.h"
#include "crypto/digest_stream.h"

/* "abc": FIPS 180-2, appendices B.1 and C.1 */
#define SHA256 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA512                                                                                     \
	"sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"                  \
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
#define SHA256_EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* What reading to the end gives: bytes, or a negative code. */
static ssize_t drain(struct str bytes, struct str promised, struct err *err)
{
	CLEANUP(stream_closep) struct stream *s = NULL;
	struct stream *in = NULL;
	ssize_t n, total = 0;
	char buf[2];
	int r = memory_stream_new(bytes, &in, err);

	if (r == 0)
		r = digest_stream_new(in, promised, &s, err);
	if (r < 0)
		return r;
	while ((n = stream_read(s, buf, sizeof buf, err)) > 0)
		total += n;
	if (n == 0)
		n = stream_read(s, buf, sizeof buf, err); /* the end stays the end */
	return n < 0 ? n : total;
}

TEST(bytes_that_were_promised_pass)
{
	assert_int_equal(drain(STR("abc"), STR(SHA256), NULL), 3);
	assert_int_equal(drain(STR("abc"), STR(SHA512), NULL), 3);
	assert_int_equal(drain(STR(""), STR(SHA256_EMPTY), NULL), 0);
}

TEST(other_bytes_are_refused_at_the_end_with_both_digests)
{
	struct err err = {0};

	assert_int_equal(drain(STR(""), STR(SHA256), &err), -ERR_DENIED);
	assert_has(err.msg, "digest is " SHA256);
	assert_has(err.msg, "but its bytes are " SHA256_EMPTY);
	assert_int_equal(drain(STR("abd"), STR(SHA512), &err), -ERR_DENIED);
	assert_has(err.msg, SHA512);
}

TEST(a_digest_that_is_not_known_is_refused_at_once)
{
	struct err err = {0};

	assert_int_equal(drain(STR("abc"), STR("md5:00"), &err), -ERR_UNSUPPORTED);
	assert_has(err.msg, "md5");
	assert_int_equal(drain(STR("abc"), STR("sha256:00"), &err), -ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(bytes_that_were_promised_pass),
		RUN(other_bytes_are_refused_at_the_end_with_both_digests),
		RUN(a_digest_that_is_not_known_is_refused_at_once),
	};

	return RUN_ALL(tests);
}
