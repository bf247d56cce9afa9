/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/stream_scan.h"

#include "base/cleanup.h"
#include "base/limits.h"

#define BLOCK_BYTES ((size_t)256 << 10)

struct stream_scan {
	const struct scan_plan *plan;
	struct cache *cache;
	struct scan_progress *progress;
	struct vec *passed;
	uint64_t n_record_bytes; /* of all records so far */
};

static bool find_record(struct stream_scan *s, struct str digest, struct str identity,
			struct passed_layer *p)
{
	if (!cache_find(s->cache, digest, identity, &p->cached))
		return false;
	if (layer_record_read(p->cached, &p->record, NULL) == 0)
		return true;
	cache_release(p->cached);
	p->cached = STR_NULL;
	return false;
}

static int hash_stream(struct stream_scan *s, struct stream *in, struct digest_value *ret,
		       struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	CLEANUP(freep) char *block = malloc(BLOCK_BYTES);
	ssize_t n;
	int r = digest_init(&d, DIGEST_SHA256, err);

	if (r < 0)
		return r;
	if (!block)
		return err_nomem(err);
	while ((n = stream_read(in, block, BLOCK_BYTES, err)) > 0) {
		digest_update(&d, str_make(block, (size_t)n));
		atomic_fetch_add(&s->progress->done_bytes, (unsigned long long)n);
	}
	if (n == 0)
		digest_final(&d, ret);
	return (int)n;
}

/* The analysis is known already, if the bytes are those that the name promises. */
static int verify(struct stream_scan *s, struct stream *in, struct str promised,
		  struct passed_layer *p, struct err *err)
{
	char text[DIGEST_TEXT_MAX];
	struct digest_value got;
	int r = hash_stream(s, in, &got, err);

	if (r == 0 && !digest_eq(&got, &p->record.facts.blob))
		(void)err_set(&p->error, ERR_DENIED,
			      "digest is %.*s, but its bytes are %.*s: damaged or replaced",
			      STR_FMT(promised), STR_FMT(digest_format(&got, text)));
	return r;
}

static int analyse(struct stream_scan *s, struct stream *in, struct passed_layer *p,
		   struct err *err)
{
	int r = layer_scan(in, s->plan, s->progress, &p->bytes, err);

	if (r == -ERR_LIMIT && p->bytes.max < LIMIT_RECORD_BYTES)
		return err_set(err, ERR_LIMIT,
			       "more is learned from its layers than stream_record_bytes (%lld); "
			       "read it from a plain file",
			       (long long)LIMIT_STREAM_RECORD_BYTES);
	return r < 0 ? r : layer_record_read(strbuf_str(&p->bytes), &p->record, err);
}

static int take_blob(struct stream_scan *s, const struct source_blob *blob, struct stream *in,
		     struct err *err)
{
	struct passed_layer *p = vec_push(s->passed);
	int r = 0;

	if (!p) {
		stream_close(in);
		return err_set(err, ERR_LIMIT, "more members than stream_blobs (%d)",
			       (int)LIMIT_STREAM_BLOBS);
	}
	p->bytes = (struct strbuf)STRBUF_INIT(LIMIT_STREAM_RECORD_BYTES - s->n_record_bytes);
	if (blob->identity.n && find_record(s, STR_NULL, blob->identity, p)) {
		stream_close(in);
	} else if (blob->promised.n && find_record(s, blob->promised, STR_NULL, p)) {
		r = verify(s, in, blob->promised, p, err);
		stream_close(in);
	} else {
		atomic_fetch_add(&s->progress->total_bytes, (unsigned long long)blob->size);
		r = analyse(s, in, p, err);
	}
	s->n_record_bytes += p->bytes.n;
	return r;
}

static void release(struct passed_layer *p)
{
	strbuf_done(&p->bytes);
	cache_release(p->cached);
	p->cached = STR_NULL;
}

static void release_unused(const struct source *src, struct vec *passed)
{
	CLEANUP(freep) bool *used = calloc(passed->n + 1, sizeof *used);

	for (size_t i = 0; used && i < src->n_layers; i++)
		if (src->layers[i].passed)
			used[src->layers[i].passed - 1] = true;
	for (size_t i = 0; used && i < passed->n; i++)
		if (!used[i])
			release(vec_at(passed, i));
}

int stream_scan(struct source *src, const struct scan_plan *plan, struct cache *cache,
		struct scan_progress *progress, struct vec *passed, struct err *err)
{
	struct stream_scan s = {plan, cache, progress, passed, 0};
	struct source_blob blob;
	struct stream *in;
	int r;

	while ((r = src->next_blob(src, &blob, &in, err)) > 0) {
		r = take_blob(&s, &blob, in, err);
		if (r < 0)
			return r;
	}
	if (r == 0)
		release_unused(src, passed);
	return r;
}

void passed_layers_done(struct vec *passed)
{
	for (size_t i = 0; i < passed->n; i++)
		release(vec_at(passed, i));
	vec_done(passed);
}
