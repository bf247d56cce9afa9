/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/layer_scan.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/ring.h"
#include "scan/tar_scan.h"

#define RING_BLOCKS	 4
#define RING_BLOCK_BYTES ((size_t)256 << 10)

/* What the threads of one layer share. */
struct pipeline {
	struct stream *blob;
	struct scan_progress *progress;
	struct ring packed; /* blob bytes: reader -> decoder, or -> tar when nothing is packed */
	struct ring plain;  /* unpacked bytes: decoder -> tar */
	enum compression compression;
	struct digest blob_hash;
	uint64_t blob_bytes;
};

/* The packed ring as a stream, for the decoder. */
struct ring_stream {
	struct stream stream;
	struct ring *ring;
	struct str block; /* unread part of the taken block */
	bool taken;
};

static ssize_t ring_stream_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct ring_stream *rs = (struct ring_stream *)s;
	struct str piece;

	if (rs->block.n == 0) {
		int r;

		if (rs->taken)
			ring_release(rs->ring);
		r = ring_take(rs->ring, &rs->block, err);
		rs->taken = r > 0;
		if (r <= 0)
			return r;
	}
	piece = str_sub(rs->block, 0, n);
	memcpy(buf, piece.p, piece.n);
	rs->block = str_skip(rs->block, piece.n);
	return (ssize_t)piece.n;
}

static void ring_stream_close(struct stream *s)
{
	free(s);
}

/* Fills one block, counts and hashes it; 0 at the end. */
static ssize_t read_block(struct pipeline *p, char *block, size_t cap, struct err *err)
{
	ssize_t n;

	if (atomic_load(&p->progress->canceled))
		return err_set(err, ERR_CANCELED, "given up because another layer failed");
	if (p->blob_bytes > (uint64_t)LIMIT_LAYER_BYTES)
		return err_set(err, ERR_LIMIT, "more than layer_bytes (%lld)",
			       (long long)LIMIT_LAYER_BYTES);
	n = stream_read(p->blob, block, cap, err);
	if (n > 0) {
		digest_update(&p->blob_hash, str_make(block, (size_t)n));
		p->blob_bytes += (uint64_t)n;
		atomic_fetch_add(&p->progress->done_bytes, (unsigned long long)n);
	}
	return n;
}

/*
 * The reader keeps reading and hashing when the consumer has given up: the digest tells a damaged
 * download from a damaged layer.
 */
static void *reader_main(void *context)
{
	struct pipeline *p = context;
	char *spare = NULL;
	struct err err = {0};
	ssize_t n;

	do {
		size_t cap = RING_BLOCK_BYTES;
		char *block = spare ? NULL : ring_fill(&p->packed, &cap);
		bool wanted = block != NULL;

		if (!block && !spare)
			spare = malloc(RING_BLOCK_BYTES);
		if (!block)
			block = spare;
		if (!block) {
			n = err_nomem(&err);
			break;
		}
		n = read_block(p, block, cap, &err);
		if (n > 0 && wanted)
			ring_put(&p->packed, (size_t)n);
	} while (n > 0);
	free(spare);
	ring_end(&p->packed, n < 0 ? &err : NULL);
	return NULL;
}

static void *decoder_main(void *context)
{
	struct pipeline *p = context;
	struct ring_stream *in = calloc(1, sizeof *in);
	CLEANUP(stream_closep) struct stream *plain = NULL;
	struct err err = {0};
	ssize_t n = 0;

	if (in) {
		in->stream = (struct stream){ring_stream_read, ring_stream_close};
		in->ring = &p->packed;
		n = decompress_open(&in->stream, p->compression, &plain, &err);
	} else {
		n = err_nomem(&err);
	}
	while (n >= 0) {
		size_t cap;
		char *block = ring_fill(&p->plain, &cap);

		if (!block)
			break;
		n = stream_read(plain, block, cap, &err);
		if (n <= 0)
			break;
		ring_put(&p->plain, (size_t)n);
	}
	ring_cancel(&p->packed); /* the reader then only hashes what is left */
	ring_end(&p->plain, n < 0 ? &err : NULL);
	return NULL;
}

/* The consumer: takes plain blocks, hashes them, lends them to the tar reader. */
struct plain_source {
	struct ring *ring;
	struct digest *hash; /* NULL: the blob hash is the same */
	uint64_t n_bytes;
	bool taken;
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct plain_source *s = context;
	int r;

	if (s->taken)
		ring_release(s->ring);
	r = ring_take(s->ring, ret, err);
	s->taken = r > 0;
	if (r > 0) {
		s->n_bytes += ret->n;
		if (s->hash)
			digest_update(s->hash, *ret);
	}
	return r;
}

/*
 * Reads the whole tar, and what stands behind it: padding, or what a broken tar left, is hashed
 * too. Its own error was told by tar_scan; a second one of the same stream says nothing new.
 */
static int read_tar(struct plain_source *source, struct analysis *a, bool *ret_complete,
		    struct err *err)
{
	struct err problem = {0};
	struct str rest;
	int r = tar_scan(next_block, source, a, ret_complete, err);

	if (r < 0)
		return r;
	while ((r = next_block(source, &rest, &problem)) > 0)
		;
	if (r < 0 && *ret_complete)
		analysis_problem(a, "layer", STR_NULL, &problem);
	*ret_complete = *ret_complete && r >= 0;
	return 0;
}

/* The first block tells the compression; it is put before the reader thread starts. */
static int first_block(struct pipeline *p, struct err *err)
{
	size_t cap, n = 0;
	char *block = ring_fill(&p->packed, &cap);
	ssize_t got = 1;

	while (n < COMPRESSION_MAGIC_BYTES && got > 0) {
		got = read_block(p, block + n, cap - n, err);
		if (got < 0)
			return (int)got;
		n += (size_t)got;
	}
	p->compression = compression_of(str_make(block, n));
	if (n)
		ring_put(&p->packed, n);
	return 0;
}

static int start(pthread_t *thread, void *(*main)(void *), struct pipeline *p, struct err *err)
{
	int e = pthread_create(thread, NULL, main, p);

	return e ? err_errno(err, e, "start a thread") : 0;
}

/* Runs the threads around read_tar and waits for them. */
static int run_pipeline(struct pipeline *p, struct digest *plain_hash, struct analysis *a,
			struct layer_facts *facts, struct err *err)
{
	bool packed = p->compression != COMPRESSION_NONE, complete = false;
	struct plain_source source = {.ring = packed ? &p->plain : &p->packed,
				      .hash = packed ? plain_hash : NULL};
	pthread_t reader, decoder;
	int r = start(&reader, reader_main, p, err);

	if (r < 0)
		return r;
	if (packed)
		r = start(&decoder, decoder_main, p, err);
	if (r == 0) {
		r = read_tar(&source, a, &complete, err);
		ring_cancel(source.ring);
		if (packed)
			(void)pthread_join(decoder, NULL); /* joinable, ours */
	} else {
		ring_cancel(&p->packed);
	}
	(void)pthread_join(reader, NULL); /* as above */
	if (r == 0 && p->packed.error.code != ERR_OK) {
		if (err)
			*err = p->packed.error;
		r = -(int)p->packed.error.code;
	}
	facts->is_complete = complete;
	facts->tar_bytes = source.n_bytes;
	return r;
}

static int scan_with(struct pipeline *p, struct digest *plain_hash, struct analysis *a,
		     struct err *err)
{
	struct layer_facts facts = {0};
	int r = run_pipeline(p, plain_hash, a, &facts, err);

	if (r < 0)
		return r;
	digest_final(&p->blob_hash, &facts.blob);
	if (p->compression == COMPRESSION_NONE)
		facts.diff = facts.blob;
	else
		digest_final(plain_hash, &facts.diff);
	facts.blob_bytes = p->blob_bytes;
	facts.compression = p->compression;
	return analysis_finish(a, &facts, err);
}

int layer_scan(struct stream *blob, const struct scan_plan *plan, struct scan_progress *progress,
	       struct strbuf *ret_record, struct err *err)
{
	struct pipeline p = {.blob = blob, .progress = progress};
	CLEANUP(digest_done) struct digest plain_hash = {0};
	struct analysis *a = NULL;
	int r = digest_init(&p.blob_hash, DIGEST_SHA256, err);

	if (r == 0)
		r = digest_init(&plain_hash, DIGEST_SHA256, err);
	if (r == 0)
		r = ring_init(&p.packed, RING_BLOCKS, RING_BLOCK_BYTES, err);
	if (r == 0)
		r = ring_init(&p.plain, RING_BLOCKS, RING_BLOCK_BYTES, err);
	if (r == 0)
		r = analysis_new(plan, ret_record, &a, err);
	if (r == 0)
		r = first_block(&p, err);
	if (r == 0)
		r = scan_with(&p, &plain_hash, a, err);
	analysis_free(a);
	ring_done(&p.packed);
	ring_done(&p.plain);
	digest_done(&p.blob_hash);
	stream_close(blob);
	return r;
}
