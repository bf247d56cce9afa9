/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive that passes once: telling its kind, walking it, choosing an image of what passed.
 *
 * The first byte chooses the form (two bits), whether the checksums of tar headers are mended, so
 * that changed headers get past them, and how many bytes a read of the stream gives.
 */
#include "base/cleanup.h"
#include "base/memory_stream.h"
#include "image/source.h"

#define BLOCK	    512
#define SUM_AT	    148
#define SUM_BYTES   8
#define USTAR_AT    257
#define MEND	    4
#define INPUT_BYTES ((size_t)1 << 20)

static void mend_checksum(char *block)
{
	char text[SUM_BYTES + 1];
	unsigned sum = 0;

	if (memcmp(block + USTAR_AT, "ustar", 5) != 0)
		return;
	memset(block + SUM_AT, ' ', SUM_BYTES);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)block[i];
	(void)snprintf(text, sizeof text, "%06o", sum); /* at most 512 * 255: six digits */
	memcpy(block + SUM_AT, text, 7);
}

static int drain(struct stream *in, struct err *err)
{
	char block[1000]; /* no divisor of anything */
	ssize_t n;

	while ((n = stream_read(in, block, sizeof block, err)) > 0)
		;
	stream_close(in);
	return (int)n;
}

/* What passed is counted from 1; the rest can be opened, or says why not. */
static void read_layers(struct source *src, size_t n_blobs)
{
	for (size_t i = 0; i < src->n_layers; i++) {
		struct stream *in = NULL;
		struct err err = {0};

		if (src->layers[i].passed > n_blobs)
			abort();
		if (src->layers[i].passed)
			continue;
		if (source_open_layer(src, i, &in, &err) == 0)
			(void)drain(in, &err); /* any error will do */
		else if (!err.msg[0])
			abort();
	}
}

static int walk(struct source *src, struct err *err)
{
	struct source_blob blob;
	struct stream *in = NULL;
	size_t n = 0;
	int r;

	while ((r = src->next_blob(src, &blob, &in, err)) > 0) {
		n++;
		r = n % 3 == 0 ? 0 : drain(in, err);
		if (n % 3 == 0)
			stream_close(in); /* a reader that has seen enough */
		if (r < 0)
			return r;
	}
	if (r == 0)
		read_layers(src, n);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char copy[INPUT_BYTES];
	struct source_request q = {.location = "-"};
	struct memory_stream in; /* before src, which reads it to the last */
	CLEANUP(source_closep) struct source *src = NULL;
	struct err err = {0};

	if (size == 0 || size > INPUT_BYTES)
		return 0;
	memcpy(copy, data + 1, size - 1);
	for (size_t at = 0; data[0] & MEND && at + BLOCK < size; at += BLOCK)
		mend_checksum(copy + at);
	in = memory_stream_make(str_make(copy, size - 1));
	in.most = data[0] >> 3;
	if (source_stream(&in.stream, &q, (enum archive_form)(data[0] & 3), &src, &err) < 0)
		abort();
	if (walk(src, &err) < 0 && !err.msg[0])
		abort(); /* an error says what is wrong */
	return 0;
}
