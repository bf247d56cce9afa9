/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/inflate.h"

#include <zlib.h>

#include "tests/unit/test.h"

#define BEHIND "what is behind it"

/* Text, packed by zlib, with something behind; the length of the packed part. */
static size_t pack(char *to, size_t n, const char *text, enum inflate_form form)
{
	z_stream z = {0};

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, form == INFLATE_RAW ? -15 : 15, 8,
				      Z_DEFAULT_STRATEGY),
			 Z_OK);
	z.next_in = (Bytef *)text;
	z.avail_in = (uInt)strlen(text);
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)n;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	(void)deflateEnd(&z);
	memcpy(to + z.total_out, BEHIND, sizeof BEHIND);
	return z.total_out;
}

TEST(it_tells_where_the_stream_ended_however_it_comes)
{
	CLEANUP(inflate_freep) struct inflate *z = NULL;
	char packed[300], out[300];

	assert_int_equal(inflate_new(&z, NULL), 0);
	for (int form = INFLATE_RAW; form <= INFLATE_ZLIB; form++) {
		size_t n = pack(packed, 200, "text text text and some more of it",
				(enum inflate_form)form);

		for (size_t most = 1; most < n + sizeof BEHIND; most++) {
			size_t taken = 0, made = 0;

			inflate_begin(z, (enum inflate_form)form);
			while (!inflate_is_done(z)) {
				struct str in =
					str_sub(str_make(packed, n + sizeof BEHIND), taken, most);
				size_t before = in.n, got;

				assert_int_equal(inflate_step(z, &in, out + made, 5, &got, NULL),
						 0);
				taken += before - in.n;
				made += got;
			}
			assert_int_equal(taken - inflate_ahead(z), n);
			assert_str(str_make(out, made), "text text text and some more of it");
		}
	}
}

TEST(damage_is_told)
{
	CLEANUP(inflate_freep) struct inflate *z = NULL;
	char packed[300], out[300];
	struct err err = {0};
	struct str in;
	size_t n, got;

	assert_int_equal(inflate_new(&z, NULL), 0);
	n = pack(packed, 200, "text", INFLATE_ZLIB);
	packed[n - 1] ^= 1;
	in = str_make(packed, n);
	inflate_begin(z, INFLATE_ZLIB);
	assert_int_equal(inflate_step(z, &in, out, sizeof out, &got, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "data does not match its checksum");
	in = STR("\xff\xff\xff\xff");
	inflate_begin(z, INFLATE_RAW);
	assert_int_equal(inflate_step(z, &in, out, sizeof out, &got, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "no deflate stream");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(it_tells_where_the_stream_ended_however_it_comes),
		RUN(damage_is_told),
	};

	return RUN_ALL(tests);
}
