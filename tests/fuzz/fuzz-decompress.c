/* SPDX-License-Identifier: Apache-2.0 */
/* gzip, zstd and xz by their first bytes; the bytes that come out must not depend on the pieces. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "codec/decompress.h"
#include "tests/fuzz/memory_stream.h"

#define OUTPUT_BYTES ((size_t)1 << 20)

/* What could be unpacked; an error must say what is wrong. */
static int unpack(struct str packed, size_t pieces, size_t room, struct strbuf *ret)
{
	CLEANUP(stream_closep) struct stream *plain = NULL;
	struct stream *source = memory_stream_new(packed, pieces);
	struct err err = {0};
	ssize_t n = decompress_open(source, compression_of(packed), &plain, &err);

	while (n >= 0 && ret->n < OUTPUT_BYTES) {
		char *p = strbuf_reserve(ret, room);

		if (!p)
			abort();
		n = stream_read(plain, p, room, &err);
		if (n == 0)
			return 0;
		if (n > 0)
			strbuf_commit(ret, (size_t)n);
	}
	if (n < 0 && (err.code == ERR_OK || !err.msg[0]))
		abort();
	return n < 0 ? (int)n : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(strbuf_done) struct strbuf whole = STRBUF_INIT(2 * OUTPUT_BYTES);
	CLEANUP(strbuf_done) struct strbuf pieces = STRBUF_INIT(2 * OUTPUT_BYTES);
	int r = unpack(str_make(data, size), SIZE_MAX, (size_t)64 << 10, &whole);
	int again = unpack(str_make(data, size), 7, 1000, &pieces);

	/*
	 * Damage that only some pieces show: libzstd overlooks a wrong content size before an empty
	 * block, ISA-L impossible code lengths at the end of a piece. What follows is hashed
	 * anyway.
	 */
	if (compression_of(str_make(data, size)) == COMPRESSION_XZ && (r == 0) != (again == 0) &&
	    r <= 0 && again <= 0)
		abort();
	if (r == 0 && again == 0 && !str_eq(strbuf_str(&whole), strbuf_str(&pieces)))
		abort();
	return 0;
}
