/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/artifact_store.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "crypto/digest_stream.h"
#include "image/manifest.h"
#include "trust/fallback_index.h"

#define PIECE_BYTES 65536

void artifact_store_free(struct artifact_store *s)
{
	if (s)
		s->ops->free(s);
}

void artifact_store_cancel(struct artifact_store *s)
{
	if (s->ops->cancel)
		s->ops->cancel(s);
}

struct str artifact_digest_tag(struct str digest, const char *suffix, char buf[ARTIFACT_TAG_MAX])
{
	struct str algorithm, hex;
	int n;

	if (!str_cut(digest, ':', &algorithm, &hex))
		return STR_NULL;
	n = snprintf(buf, ARTIFACT_TAG_MAX, "%.*s-%.*s%s", STR_FMT(str_sub(algorithm, 0, 32)),
		     STR_FMT(str_sub(hex, 0, 64)), suffix);
	return n > 0 && n < ARTIFACT_TAG_MAX ? str_make(buf, (size_t)n) : STR_NULL;
}

/* ---- reading ---- */

bool artifact_version_is_digest(struct str version)
{
	struct digest_value value;

	return digest_parse(version, &value, NULL) == 0;
}

/* Whatever a store did: what is given has the digest it was asked for by. */
static int check_manifest(struct str version, struct registry_manifest *m, struct err *err)
{
	bool by_digest = artifact_version_is_digest(version);
	struct str digest = by_digest ? version : str_of(m->digest);
	int r = digest_check(strbuf_str(&m->bytes), digest, "the manifest", err);

	if (r == 0 && by_digest)
		(void)snprintf(m->digest, sizeof m->digest, "%.*s", STR_FMT(digest));
	return r;
}

int artifact_store_manifest(struct artifact_store *s, struct str version,
			    struct registry_manifest *ret, struct err *err)
{
	int r;

	strbuf_reset(&ret->bytes);
	r = s->ops->manifest(s, version, ret, err);
	return r < 0 ? r : check_manifest(version, ret, err);
}

int artifact_store_open_blob(struct artifact_store *s, const struct artifact *d,
			     struct stream **ret, struct err *err)
{
	struct digest_value value;
	struct stream *in = NULL;
	int r = digest_parse(d->digest, &value, err);

	if (r == 0)
		r = s->ops->open_blob(s, d, &in, err);
	return r < 0 ? r : digest_stream_new(in, d->digest, ret, err);
}

static int read_all(struct stream *in, uint64_t size, struct strbuf *sb, struct err *err)
{
	CLEANUP(freep) char *piece = malloc(PIECE_BYTES);
	uint64_t left = size;
	ssize_t n;

	if (!piece)
		return err_nomem(err);
	while ((n = stream_read(in, piece, PIECE_BYTES, err)) > 0) {
		if ((uint64_t)n > left)
			return err_set(err, ERR_DENIED, "it has more than %llu bytes",
				       (unsigned long long)size);
		left -= (uint64_t)n;
		strbuf_add(sb, str_make(piece, (size_t)n));
	}
	if (n == 0 && left > 0)
		return err_set(err, ERR_DENIED, "it has only %llu of %llu bytes",
			       (unsigned long long)(size - left), (unsigned long long)size);
	return n < 0 ? (int)n : strbuf_check(sb, err);
}

int artifact_store_read_blob(struct artifact_store *s, const struct artifact *d, struct strbuf *sb,
			     struct err *err)
{
	CLEANUP(stream_closep) struct stream *in = NULL;
	size_t room = sb->max > sb->n ? sb->max - sb->n : 0;
	int r;

	if (d->size > room)
		return err_set(err, ERR_LIMIT, "blob %.*s: %llu bytes: at most %zu are read of it",
			       STR_FMT(d->digest), (unsigned long long)d->size, room);
	r = artifact_store_open_blob(s, d, &in, err);
	if (r == 0)
		r = read_all(in, d->size, sb, err);
	return r < 0 ? err_wrap(err, r, "blob %.*s", STR_FMT(d->digest)) : 0;
}

int artifact_store_referrers(struct artifact_store *s, struct str digest, struct str type,
			     struct arena *a, struct artifact_list *ret, bool *ret_known,
			     struct err *err)
{
	int r;

	*ret = (struct artifact_list){0};
	*ret_known = false;
	r = s->ops->referrers(s, digest, type, a, ret, ret_known, err);
	if (r != -ERR_NOT_FOUND)
		return r;
	/* a list that breaks off must not be taken for an empty one */
	if (err)
		err->code = ERR_FORMAT;
	return -ERR_FORMAT;
}

int artifact_store_tags(struct artifact_store *s, struct arena *a, struct str_list *ret,
			struct err *err)
{
	return s->ops->tags(s, a, ret, err);
}

/* ---- writing ---- */

/* What a copy reads from. */
struct other_store {
	struct artifact_store *store;
	const struct artifact *d;
	atomic_ullong *read;
};

struct counted_stream {
	struct stream stream;
	struct stream *in;
	atomic_ullong *read;
};

static ssize_t counted_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct counted_stream *c = (struct counted_stream *)s;
	ssize_t got = stream_read(c->in, buf, n, err);

	if (got > 0)
		atomic_fetch_add(c->read, (uint64_t)got);
	return got;
}

static void counted_close(struct stream *s)
{
	struct counted_stream *c = (struct counted_stream *)s;

	stream_close(c->in);
	free(c);
}

static int open_in_other(void *ctx, struct stream **ret, struct err *err)
{
	const struct other_store *o = ctx;
	struct counted_stream *c = calloc(1, sizeof *c);
	int r = c ? artifact_store_open_blob(o->store, o->d, &c->in, err) : err_nomem(err);

	if (r < 0) {
		free(c);
		return r;
	}
	c->stream = (struct stream){counted_read, counted_close};
	c->read = o->read;
	*ret = &c->stream;
	return 0;
}

static int open_in_memory(void *ctx, struct stream **ret, struct err *err)
{
	return memory_stream_new(*(const struct str *)ctx, ret, err);
}

static int put_blob(struct artifact_store *s, const struct artifact *d,
		    const struct artifact_bytes *bytes, struct artifact_store *from,
		    bool *ret_there, struct err *err)
{
	struct digest_value value;
	int r = digest_parse(d->digest, &value, err);

	*ret_there = false;
	if (r == 0)
		r = s->ops->has_blob(s, d->digest, ret_there, err);
	if (r < 0 || *ret_there)
		return r;
	return s->ops->put_blob(s, d, bytes, from, err);
}

/* What a caller gives, which may be others than it says. */
struct given_bytes {
	const struct artifact_bytes *bytes;
	struct str digest;
};

static int open_given(void *ctx, struct stream **ret, struct err *err)
{
	const struct given_bytes *g = ctx;
	struct stream *in = NULL;
	int r = g->bytes->open(g->bytes->ctx, &in, err);

	return r < 0 ? r : digest_stream_new(in, g->digest, ret, err);
}

int artifact_store_put_blob(struct artifact_store *s, const struct artifact *d,
			    const struct artifact_bytes *bytes, struct err *err)
{
	struct given_bytes given = {bytes, d->digest};
	struct artifact_bytes verified = {open_given, &given};
	bool there;

	return put_blob(s, d, &verified, NULL, &there, err);
}

int artifact_store_copy_blob(struct artifact_store *s, struct artifact_store *from,
			     const struct artifact *d, atomic_ullong *read, bool *ret_there,
			     struct err *err)
{
	struct other_store other = {from, d, read};
	struct artifact_bytes bytes = {open_in_other, &other};

	return put_blob(s, d, &bytes, from, ret_there, err);
}

int artifact_store_put_bytes(struct artifact_store *s, struct str bytes, struct arena *a,
			     struct artifact *d, struct err *err)
{
	struct artifact_bytes source = {open_in_memory, &bytes};
	struct digest_value value;
	char text[DIGEST_TEXT_MAX];
	bool there;
	int r = digest_of(bytes, &value, err);

	if (r < 0)
		return r;
	d->digest = arena_str(a, digest_format(&value, text));
	d->size = bytes.n;
	return d->digest.p ? put_blob(s, d, &source, NULL, &there, err) : err_nomem(err);
}

static int put_and_list(struct artifact_store *s, const struct artifact_put *put,
			const struct artifact_manifest *m, const struct artifact *d,
			struct err *err)
{
	bool refers = m->subject.digest.n > 0, listed = false;
	int r = s->ops->put_manifest(s, d, put->bytes, put->tag, refers || put->root, &listed, err);

	return r < 0 || listed || !refers ? r : fallback_index_add(s, m->subject.digest, d, err);
}

static int digest_to_put(const struct artifact_put *put, char ret[DIGEST_TEXT_MAX], struct err *err)
{
	struct digest_value value;
	int r;

	if (put->digest.n) {
		r = digest_check(put->bytes, put->digest, "the manifest", err);
		(void)snprintf(ret, DIGEST_TEXT_MAX, "%.*s", STR_FMT(put->digest));
		return r;
	}
	r = digest_of(put->bytes, &value, err);
	if (r == 0)
		(void)digest_format(&value, ret);
	return r;
}

int artifact_store_put_manifest(struct artifact_store *s, const struct artifact_put *put,
				char ret_digest[DIGEST_TEXT_MAX], struct err *err)
{
	struct artifact_manifest m;
	struct artifact d = {.media_type = put->media_type, .size = put->bytes.n};
	struct arena arena;
	int r = digest_to_put(put, ret_digest, err);

	if (r < 0)
		return r;
	d.digest = str_of(ret_digest);
	arena_init(&arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	r = artifact_manifest_parse(put->bytes, &arena, &m, err);
	if (r == 0) {
		if (m.subject.digest.n || !str_eq(m.artifact_type, m.config.media_type))
			d.artifact_type = m.artifact_type; /* of an image it says nothing */
		d.annotations = m.annotations;
		r = put_and_list(s, put, &m, &d, err);
	}
	arena_done(&arena);
	return r;
}
