/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/copy.h"

#include "base/limits.h"
#include "base/map.h"
#include "image/manifest.h"

struct copying {
	struct artifact_store *from, *to;
	const struct copy_options *options;
	struct copy_result *result;
	atomic_ullong own_done, own_total, *done_bytes, *total_bytes;
	struct arena arena; /* digests */
	struct map seen;    /* digests of what is copied, or being copied */
};

/* 1: it is new, 0: it was seen. */
static int see(struct copying *c, struct str digest, struct err *err)
{
	struct str kept;
	int r;

	if (map_get(&c->seen, digest))
		return 0;
	kept = arena_str(&c->arena, digest);
	if (!kept.p)
		return err_nomem(err);
	r = map_put(&c->seen, kept, c);
	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "more than copy_parts (%d) manifests and blobs",
			       LIMIT_COPY_PARTS);
	return r < 0 ? err_nomem(err) : 1;
}

/* ---- blobs ---- */

static int copy_blob(struct copying *c, const struct artifact *d, struct err *err)
{
	uint64_t before = atomic_load(c->done_bytes);
	struct err error = {0};
	bool there = false;
	int r = see(c, d->digest, err);

	if (r <= 0)
		return r;
	r = artifact_store_copy_blob(c->to, c->from, d, c->done_bytes, &there, &error);
	if (r == -ERR_NOT_FOUND && media_type_is_foreign(d->media_type))
		r = 0; /* by its nature it is somewhere else */
	if (r < 0) {
		if (err)
			*err = error;
		return r;
	}
	atomic_store(c->done_bytes, before + d->size);
	c->result->n_blobs++;
	c->result->n_there += there;
	c->result->sent_bytes += there ? 0 : d->size;
	return 0;
}

static void announce(struct copying *c, const struct artifact *d)
{
	if (!map_get(&c->seen, d->digest))
		atomic_fetch_add(c->total_bytes, d->size);
}

static int copy_blobs(struct copying *c, const struct artifact_manifest *m, struct err *err)
{
	int r;

	announce(c, &m->config);
	for (size_t i = 0; i < m->n_layers; i++)
		announce(c, &m->layers[i]);
	r = copy_blob(c, &m->config, err);
	for (size_t i = 0; i < m->n_layers && r == 0; i++)
		r = copy_blob(c, &m->layers[i], err);
	return r;
}

/* ---- manifests ---- */

static int copy_manifest(struct copying *c, struct str digest, unsigned depth, struct err *err);

static bool is_manifest_type(struct str type)
{
	return media_type_is_index(type) ||
	       str_is(type, "application/vnd.oci.image.manifest.v1+json") ||
	       str_is(type, "application/vnd.docker.distribution.manifest.v2+json");
}

static int copy_children(struct copying *c, const struct artifact_manifest *m, unsigned depth,
			 struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < m->n_manifests && r == 0; i++) {
		const struct artifact *d = &m->manifests[i];

		if (is_manifest_type(d->media_type)) {
			r = copy_manifest(c, d->digest, depth + 1, err);
			continue;
		}
		announce(c, d);
		r = copy_blob(c, d, err);
	}
	return r;
}

static int put(struct copying *c, const struct registry_manifest *m, struct str tag, bool root,
	       struct err *err)
{
	struct artifact_put p = {.bytes = strbuf_str(&m->bytes),
				 .media_type = str_of(m->media_type),
				 .tag = tag,
				 .digest = str_of(m->digest),
				 .root = root};
	char digest[DIGEST_TEXT_MAX];

	return artifact_store_put_manifest(c->to, &p, digest, err);
}

static int copy_attachment(struct copying *c, const struct attachment *a, unsigned depth,
			   struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	int r = copy_manifest(c, a->digest, depth + 1, err);

	if (r < 0)
		return r;
	c->result->n_attachments++;
	if (!a->own_tag.n)
		return 0;
	r = artifact_store_manifest(c->from, a->digest, &m, err);
	return r < 0 ? r : put(c, &m, a->own_tag, false, err);
}

static int copy_attachments(struct copying *c, struct str digest, unsigned depth, struct err *err)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	int r;

	if (!c->options->attachments)
		return 0;
	r = attachment_find(c->from, digest, ATTACHMENT_ALL, &all, err);
	for (size_t i = 0; i < all.n && r == 0; i++)
		r = copy_attachment(c, &all.p[i], depth, err);
	for (size_t i = 0; i < all.n_refused && r == 0; i++) {
		c->result->n_refused++;
		if (c->options->refused)
			c->options->refused(c->options->ctx, &all.refused[i]);
	}
	return r;
}

static int copy_parts(struct copying *c, const struct registry_manifest *m, unsigned depth,
		      struct err *err)
{
	struct artifact_manifest parsed;
	struct arena scratch;
	int r;

	arena_init(&scratch, LIMIT_ATTACHMENT_ARENA_BYTES);
	r = artifact_manifest_parse(strbuf_str(&m->bytes), &scratch, &parsed, err);
	if (r == 0)
		r = parsed.is_index ? copy_children(c, &parsed, depth, err)
				    : copy_blobs(c, &parsed, err);
	arena_done(&scratch);
	return r < 0 ? err_wrap(err, r, "manifest %s", m->digest) : 0;
}

/* What it names, itself, and what refers to it. */
static int copy_manifest(struct copying *c, struct str digest, unsigned depth, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	int r = see(c, digest, err);

	if (r <= 0)
		return r;
	if (depth > LIMIT_ATTACHMENT_DEPTH)
		return err_set(err, ERR_LIMIT, "%.*s: deeper than attachment_depth (%d)",
			       STR_FMT(digest), LIMIT_ATTACHMENT_DEPTH);
	r = artifact_store_manifest(c->from, digest, &m, err);
	if (r == 0)
		r = copy_parts(c, &m, depth, err);
	if (r == 0)
		r = put(c, &m, STR_NULL, false, err);
	if (r < 0)
		return r;
	c->result->n_manifests++;
	return copy_attachments(c, digest, depth, err);
}

/* ---- the image ---- */

/* Goes down through indexes to the manifest that suits best. */
static int choose(struct copying *c, struct registry_manifest *m, struct arena *a,
		  const struct platform *want, bool *ret_index, struct err *err)
{
	struct artifact_manifest parsed;
	const struct artifact *best = NULL;
	int r = artifact_manifest_parse(strbuf_str(&m->bytes), a, &parsed, err), best_rank = 0;

	*ret_index = r == 0 && parsed.is_index;
	if (r < 0 || !parsed.is_index)
		return r;
	for (size_t i = 0; i < parsed.n_manifests; i++) {
		const struct artifact *d = &parsed.manifests[i];
		struct platform have = {d->os, d->arch, d->variant};
		int rank = d->os.n ? platform_rank(&have, want) : 0;

		if (rank > best_rank) {
			best = d;
			best_rank = rank;
		}
	}
	if (!best)
		return err_set(err, ERR_USAGE, "%s: has no image for %s", m->digest,
			       c->options->platform);
	return artifact_store_manifest(c->from, best->digest, m, err);
}

static int find_platform(struct copying *c, struct registry_manifest *m, struct err *err)
{
	struct platform want;
	struct arena scratch;
	bool is_index = true;
	int r = platform_parse(c->options->platform, &want, err);

	arena_init(&scratch, LIMIT_ATTACHMENT_ARENA_BYTES);
	for (unsigned i = 0; i < LIMIT_ATTACHMENT_DEPTH && r == 0 && is_index; i++)
		r = choose(c, m, &scratch, &want, &is_index, err);
	arena_done(&scratch);
	if (r == 0 && is_index)
		r = err_set(err, ERR_LIMIT, "indexes deeper than attachment_depth (%d)",
			    LIMIT_ATTACHMENT_DEPTH);
	return r;
}

static int copy(struct copying *c, struct str digest, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	int r = artifact_store_manifest(c->from, digest, &m, err);

	if (r == 0 && c->options->platform)
		r = find_platform(c, &m, err);
	if (r < 0)
		return r;
	(void)snprintf(c->result->digest, sizeof c->result->digest, "%s", m.digest);
	r = copy_manifest(c, str_of(m.digest), 0, err);
	return r < 0 ? r : put(c, &m, c->options->tag, true, err);
}

int copy_image(struct artifact_store *from, struct artifact_store *to, struct str digest,
	       const struct copy_options *options, struct copy_result *ret, struct err *err)
{
	struct copying c = {.from = from, .to = to, .options = options, .result = ret};
	int r;

	*ret = (struct copy_result){0};
	c.done_bytes = options->done_bytes ? options->done_bytes : &c.own_done;
	c.total_bytes = options->total_bytes ? options->total_bytes : &c.own_total;
	arena_init(&c.arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	map_init(&c.seen, LIMIT_COPY_PARTS);
	r = copy(&c, digest, err);
	map_done(&c.seen);
	arena_done(&c.arena);
	return r;
}
