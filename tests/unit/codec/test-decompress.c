/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "codec/decompress.h"
#include "tests/fuzz/memory_stream.h"

#define ROOM_BYTES ((size_t)4 << 20)

static void pack_gzip(struct strbuf *sb, struct str plain)
{
	z_stream z = {0};
	char *out = strbuf_reserve(sb, plain.n + 1000);

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)plain.p; /* zlib only reads it */
	z.avail_in = (unsigned)plain.n;
	z.next_out = (unsigned char *)out;
	z.avail_out = (unsigned)plain.n + 1000;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	strbuf_commit(sb, z.total_out);
	assert_int_equal(deflateEnd(&z), Z_OK);
}

static void pack_zstd(struct strbuf *sb, struct str plain)
{
	size_t n = ZSTD_compress(strbuf_reserve(sb, plain.n + 1000), plain.n + 1000,
				 plain.n ? plain.p : "", plain.n, 3);

	assert_false(ZSTD_isError(n));
	strbuf_commit(sb, n);
}

static void pack_xz(struct strbuf *sb, struct str plain)
{
	size_t n = 0;
	uint8_t *out = (uint8_t *)strbuf_reserve(sb, plain.n + 1000);

	assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL,
						 (const uint8_t *)(plain.n ? plain.p : ""), plain.n,
						 out, &n, plain.n + 1000),
			 LZMA_OK);
	strbuf_commit(sb, n);
}

typedef void pack_fn(struct strbuf *sb, struct str plain);

static pack_fn *const packs[] = {pack_gzip, pack_zstd, pack_xz};
static const char *const names[] = {"gzip", "zstd", "xz"};

/* Unpacks in pieces of the given sizes: 0, or the code and message of the error. */
static int unpack(struct str packed, size_t piece, size_t room, struct strbuf *ret, struct err *err)
{
	CLEANUP(stream_closep) struct stream *plain = NULL;
	ssize_t n = decompress_open(memory_stream_new(packed, piece), compression_of(packed),
				    &plain, err);

	while (n >= 0) {
		char *p = strbuf_reserve(ret, room);

		assert_non_null(p);
		n = stream_read(plain, p, room, err);
		if (n == 0)
			return 0;
		if (n > 0)
			strbuf_commit(ret, (size_t)n);
	}
	return (int)n;
}

static void fill(struct strbuf *sb, size_t n)
{
	uint32_t x = 1;

	while (sb->n < n) {
		x = x * 1664525 + 1013904223;
		strbuf_addc(sb, (char)(x >> 28));
	}
}

TEST(what_was_packed_comes_back_in_pieces_of_any_size)
{
	static const size_t sizes[] = {0, 1, 1000, 200000};

	for (size_t p = 0; p < ARRAY_LEN(packs); p++)
		for (size_t s = 0; s < ARRAY_LEN(sizes); s++)
			for (size_t piece = 1; piece < 1000000; piece *= 97) {
				CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(ROOM_BYTES);
				CLEANUP(strbuf_done) struct strbuf packed = STRBUF_INIT(ROOM_BYTES);
				CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ROOM_BYTES);

				fill(&plain, sizes[s]);
				packs[p](&packed, strbuf_str(&plain));
				assert_int_equal(
					unpack(strbuf_str(&packed), piece, piece + 7, &got, NULL),
					0);
				assert_true(str_eq(strbuf_str(&got), strbuf_str(&plain)));
			}
}

TEST(parts_one_behind_the_other_are_one_stream)
{
	for (size_t p = 0; p < ARRAY_LEN(packs); p++) {
		CLEANUP(strbuf_done) struct strbuf packed = STRBUF_INIT(ROOM_BYTES);
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ROOM_BYTES);

		packs[p](&packed, STR("one "));
		packs[p](&packed, STR_NULL);
		packs[p](&packed, STR("two"));
		assert_int_equal(unpack(strbuf_str(&packed), 3, 100, &got, NULL), 0);
		assert_str(strbuf_str(&got), "one two");
	}
}

TEST(a_cut_is_an_error_with_format_and_offset)
{
	for (size_t p = 0; p < ARRAY_LEN(packs); p++) {
		CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(ROOM_BYTES);
		CLEANUP(strbuf_done) struct strbuf packed = STRBUF_INIT(ROOM_BYTES);

		fill(&plain, 500);
		packs[p](&packed, strbuf_str(&plain));
		for (size_t n = COMPRESSION_MAGIC_BYTES; n < packed.n; n++) {
			CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ROOM_BYTES);
			struct err err = {0};

			assert_int_equal(
				unpack(str_sub(strbuf_str(&packed), 0, n), n, 100, &got, &err),
				-ERR_FORMAT);
			assert_has(err.msg, names[p]);
			assert_has(err.msg, "near offset");
		}
	}
}

TEST(what_stood_before_a_break_is_given_first)
{
	CLEANUP(strbuf_done) struct strbuf packed = STRBUF_INIT(ROOM_BYTES);
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ROOM_BYTES);
	struct err err = {0};

	pack_gzip(&packed, STR("good"));
	strbuf_adds(&packed, "garbage");
	assert_int_equal(unpack(strbuf_str(&packed), 1000, 1000, &got, &err), -ERR_FORMAT);
	assert_str(strbuf_str(&got), "good");
	assert_has(err.msg, "gzip");
}

TEST(zeros_behind_the_last_gzip_member_are_padding)
{
	CLEANUP(strbuf_done) struct strbuf packed = STRBUF_INIT(ROOM_BYTES);
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ROOM_BYTES);

	pack_gzip(&packed, STR("good"));
	for (int i = 0; i < 1000; i++)
		strbuf_addc(&packed, '\0');
	assert_int_equal(unpack(strbuf_str(&packed), 10, 1000, &got, NULL), 0);
	assert_str(strbuf_str(&got), "good");
}

TEST(a_changed_byte_never_gives_other_bytes)
{
	static const size_t first_of_body[] = {10, 4, 12}; /* gzip's header holds free text */

	for (size_t p = 0; p < ARRAY_LEN(packs); p++) {
		CLEANUP(strbuf_done) struct strbuf packed = STRBUF_INIT(ROOM_BYTES);

		if (packs[p] == pack_zstd)
			continue; /* without a checksum of its own */
		packs[p](&packed, STR("the same text, the same text, the same text"));
		for (size_t i = first_of_body[p]; i < packed.n; i++) {
			CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ROOM_BYTES);
			struct err err = {0};

			packed.p[i] ^= 0x55;
			assert_true(unpack(strbuf_str(&packed), 99, 999, &got, &err) < 0);
			packed.p[i] ^= 0x55;
		}
	}
}

TEST(a_bomb_meets_the_ratio_limit)
{
	CLEANUP(strbuf_done) struct strbuf packed = STRBUF_INIT(ROOM_BYTES);
	CLEANUP(freep) char *zeros = calloc(1, 32 << 20), *out = malloc(ROOM_BYTES);
	CLEANUP(stream_closep) struct stream *plain = NULL;
	struct err err = {0};
	uint64_t total = 0;
	ssize_t n = 1;

	assert_true(zeros && out);
	for (int i = 0; i < 36; i++) { /* 1152 MiB, in 36 frames of one KiB */
		size_t size = ZSTD_compress(strbuf_reserve(&packed, 64 << 10), 64 << 10, zeros,
					    32 << 20, 1);

		assert_false(ZSTD_isError(size));
		strbuf_commit(&packed, size);
	}
	assert_int_equal(decompress_open(memory_stream_new(strbuf_str(&packed), SIZE_MAX),
					 COMPRESSION_ZSTD, &plain, &err),
			 0);
	while (n > 0) {
		n = stream_read(plain, out, ROOM_BYTES, &err);
		total += n > 0 ? (uint64_t)n : 0;
	}
	assert_int_equal(n, -ERR_LIMIT);
	assert_has(err.msg, "inflate_ratio");
	assert_true(total >= LIMIT_INFLATE_FREE_BYTES &&
		    total <= (uint64_t)LIMIT_INFLATE_FREE_BYTES + 2 * ROOM_BYTES);
}

TEST(a_window_beyond_the_limit_is_refused)
{
	/* magic, no single segment, window 2^41, an empty last block */
	static const char frame[] = "\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00";
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ROOM_BYTES);
	struct err err = {0};

	assert_int_equal(unpack(str_make(frame, sizeof frame - 1), 100, 100, &got, &err),
			 -ERR_LIMIT);
	assert_has(err.msg, "zstd_window_log");
}

TEST(an_unknown_compression_is_named)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(ROOM_BYTES);
	struct err err = {0};

	assert_int_equal(unpack(str_make("\x04\x22\x4d\x18xxxx", 8), 100, 100, &got, &err),
			 -ERR_UNSUPPORTED);
	assert_has(err.msg, "lz4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_was_packed_comes_back_in_pieces_of_any_size),
		RUN(parts_one_behind_the_other_are_one_stream),
		RUN(a_cut_is_an_error_with_format_and_offset),
		RUN(what_stood_before_a_break_is_given_first),
		RUN(zeros_behind_the_last_gzip_member_are_padding),
		RUN(a_changed_byte_never_gives_other_bytes),
		RUN(a_bomb_meets_the_ratio_limit),
		RUN(a_window_beyond_the_limit_is_refused),
		RUN(an_unknown_compression_is_named),
	};

	return RUN_ALL(tests);
}
