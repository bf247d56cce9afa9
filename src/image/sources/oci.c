/* SPDX-License-Identifier: Apache-2.0 */
/* OCI image layouts (image-spec v1.1, image-layout.md): a directory, or a tar of one. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/json.h"
#include "image/manifest.h"
#include "image/oci_form.h"
#include "image/source.h"
#include "image/sources/archive_index.h"

struct layout {
	int dir;		  /* -1: an archive */
	struct archive_index *ix; /* NULL: a directory */
};

/* Images that the index leads to, and how many indexes were read on the way. */
struct candidates {
	struct vec found; /* struct descriptor */
	const struct source_request *q;
	struct platform want;
	size_t n_read;
};

/* Never leaves the directory, whatever links it holds. */
static int open_below(const struct layout *l, const char *path, struct err *err)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	int fd = (int)syscall(SYS_openat2, l->dir, path, &how, sizeof how);

	return fd < 0 ? err_errno(err, errno, "open %s", path) : fd;
}

struct blob_stream {
	struct stream stream;
	struct stream *file;
	int fd;
};

static ssize_t blob_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	return stream_read(((struct blob_stream *)s)->file, buf, n, err);
}

static void blob_close(struct stream *s)
{
	struct blob_stream *b = (struct blob_stream *)s;

	stream_close(b->file);
	fd_closep(&b->fd);
	free(b);
}

static int blob_stream_new(int fd, struct stream **ret, struct err *err)
{
	struct blob_stream *b = calloc(1, sizeof *b);
	struct stat st;
	int r;

	if (!b) {
		fd_closep(&fd);
		return err_nomem(err);
	}
	*b = (struct blob_stream){.stream = {blob_read, blob_close}, .fd = fd};
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		r = err_set(err, ERR_FORMAT, "not a regular file");
	else
		r = file_stream_new(fd, 0, (uint64_t)st.st_size, &b->file, err);
	if (r < 0) {
		blob_close(&b->stream);
		return r;
	}
	*ret = &b->stream;
	return 0;
}

/* blobs/<algorithm>/<hex> of a digest that was parsed before. */
static struct str blob_path(struct arena *a, struct str digest)
{
	struct str algorithm, hex;

	if (!str_cut(digest, ':', &algorithm, &hex))
		return STR_NULL;
	return arena_strf(a, "blobs/%.*s/%.*s", STR_FMT(algorithm), STR_FMT(hex));
}

static int open_layer(struct source *src, size_t i, struct stream **ret, struct err *err)
{
	const struct layout *l = src->data;
	const struct source_layer *layer = &src->layers[i];
	int fd;

	if (layer->not_read.n)
		return err_set(err, ERR_UNSUPPORTED, "%.*s", STR_FMT(layer->not_read));
	if (l->ix)
		return archive_stream(l->ix, layer->member, ret, err);
	fd = open_below(l, layer->member, err);
	return fd < 0 ? fd : blob_stream_new(fd, ret, err);
}

static void done(struct source *src)
{
	struct layout *l = src->data;

	archive_index_close(l->ix);
	fd_closep(&l->dir);
}

static int read_file(const struct layout *l, struct str path, struct strbuf *sb, struct err *err)
{
	const struct archive_member *m = NULL;
	CLEANUP(fd_closep) int fd = -1;
	int r;

	if (l->ix) {
		r = archive_find(l->ix, path, &m, err);
		return r < 0 ? r : archive_read(l->ix, m, sb, err);
	}
	fd = open_below(l, path.p, err); /* a literal or from the arena: NUL-terminated */
	if (fd < 0)
		return fd;
	r = fd_read_all(fd, sb, err);
	return r < 0 ? err_wrap(err, r, "%s", path.p) : 0;
}

/* The bytes a descriptor means, of that size and digest. */
static int read_blob(struct source *src, const struct descriptor *d, const char *what,
		     struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct str path = blob_path(&src->arena, d->digest);
	int r;

	if (!path.p)
		return err_nomem(err);
	r = read_file(src->data, path, &sb, err);
	if (r < 0)
		return err_wrap(err, r, "%s", what);
	r = digest_check(strbuf_str(&sb), d->digest, what, err);
	if (r < 0)
		return r;
	if (sb.n != d->size)
		return err_set(err, ERR_DENIED, "%s %.*s: promised %llu bytes, it has %zu", what,
			       STR_FMT(d->digest), (unsigned long long)d->size, sb.n);
	*ret = arena_str(&src->arena, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

static bool is_named(const struct descriptor *d, struct str choice)
{
	return str_eq(d->digest, choice) || str_eq(d->ref_name, choice) ||
	       (d->ref_name.n && image_name_eq(d->ref_name, choice)) ||
	       (d->image_name.n && image_name_eq(d->image_name, choice));
}

static int add_candidate(struct candidates *c, const struct descriptor *d, struct err *err)
{
	struct descriptor *slot;

	/* A manifest beside an image that says how it was built, no image itself. */
	if (str_is(d->platform.os, "unknown") && str_is(d->platform.arch, "unknown"))
		return 0;
	slot = vec_push(&c->found);
	if (!slot)
		return err_set(err, ERR_LIMIT, "more images than index_manifests (%d)",
			       (int)LIMIT_INDEX_MANIFESTS);
	*slot = *d;
	return 0;
}

/* named: an index above already bears the name that was asked for; ref: its name. */
static int collect(struct source *src, struct candidates *c, struct str bytes, bool named,
		   struct str ref, int depth, struct err *err)
{
	struct image_index index;
	int r = index_parse(bytes, &src->arena, &index, err);

	for (size_t i = 0; i < index.n && r == 0; i++) {
		struct descriptor d = index.manifests[i];
		bool fits = named || !c->q->choice || is_named(&d, str_of(c->q->choice));
		struct str inner;

		if (!d.ref_name.n)
			d.ref_name = ref;
		if (!media_type_is_index(d.media_type)) {
			if (fits)
				r = add_candidate(c, &d, err);
			continue;
		}
		if (depth + 1 >= LIMIT_INDEX_DEPTH)
			return err_set(err, ERR_LIMIT,
				       "indexes nested deeper than index_depth (%d)",
				       (int)LIMIT_INDEX_DEPTH);
		if (++c->n_read > LIMIT_LAYERS)
			return err_set(err, ERR_LIMIT, "more than %d indexes", (int)LIMIT_LAYERS);
		r = read_blob(src, &d, "index", &inner, err);
		if (r == 0)
			r = collect(src, c, inner, fits, d.ref_name, depth + 1, err);
	}
	return r;
}

static void list_candidates(const struct candidates *c, struct strbuf *sb)
{
	for (size_t i = 0; i < c->found.n; i++) {
		const struct descriptor *d = vec_at(&c->found, i);

		strbuf_addf(sb, "%s%.*s", i ? ", " : "",
			    STR_FMT(d->ref_name.n ? d->ref_name : d->digest));
		if (d->platform.os.n)
			strbuf_addf(sb, " (%.*s/%.*s%s%.*s)", STR_FMT(d->platform.os),
				    STR_FMT(d->platform.arch), d->platform.variant.n ? "/" : "",
				    STR_FMT(d->platform.variant));
	}
}

/* The only image, else the only one for the platform. */
static int choose(const struct candidates *c, struct descriptor *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf names = STRBUF_INIT(ERR_MSG_MAX);
	const struct descriptor *chosen = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->found.n; i++) {
		const struct descriptor *d = vec_at(&c->found, i);

		if ((c->found.n > 1 || c->q->platform) && !platform_matches(&d->platform, &c->want))
			continue;
		if (chosen && str_eq(chosen->digest, d->digest))
			continue;
		chosen = d;
		n++;
	}
	if (n == 1) {
		*ret = *chosen;
		return 0;
	}
	list_candidates(c, &names);
	if (c->found.n == 0)
		return err_set(err, ERR_USAGE, "no image%s%s in the layout",
			       c->q->choice ? " " : "", c->q->choice ? c->q->choice : "");
	return err_set(err, ERR_USAGE, "%s for platform %.*s/%.*s; there are: %s",
		       n ? "several images" : "no image", STR_FMT(c->want.os),
		       STR_FMT(c->want.arch), strbuf_cstr(&names));
}

static int find_image(struct source *src, const struct source_request *q, struct descriptor *ret,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct candidates c = {.found = VEC_INIT(struct descriptor, LIMIT_INDEX_MANIFESTS), .q = q};
	int r = platform_parse(q->platform, &c.want, err);

	if (r == 0)
		r = read_file(src->data, STR("index.json"), &sb, err);
	if (r < 0)
		return r;
	r = collect(src, &c, strbuf_str(&sb), false, STR_NULL, 0, err);
	if (r < 0)
		r = err_wrap(err, r, "index.json");
	else
		r = choose(&c, ret, err);
	vec_done(&c.found);
	return r;
}

/* Finds the layer's bytes: a member, or a path that can be opened. */
static int locate_layer(struct source *src, struct source_layer *layer, struct err *err)
{
	const struct layout *l = src->data;
	struct str path = blob_path(&src->arena, layer->digest);
	const struct archive_member *m = NULL;
	CLEANUP(fd_closep) int fd = -1;
	char identity[FILE_IDENTITY_MAX];
	int r;

	if (!path.p)
		return err_nomem(err);
	if (l->ix) {
		r = archive_find(l->ix, path, &m, err);
		if (r < 0)
			return r;
		layer->member = (void *)m;
		layer->identity = archive_identity(l->ix, m, &src->arena);
		return 0;
	}
	fd = open_below(l, path.p, err);
	if (fd < 0)
		return fd;
	layer->member = (void *)path.p;
	layer->identity = arena_str(&src->arena, file_identity(fd, 0, identity));
	return 0;
}

static int read_layer(struct source *src, struct source_layer *layer, const struct descriptor *d,
		      struct err *err)
{
	struct err why = {0};
	int r;

	layer->digest = d->digest;
	layer->media_type = d->media_type;
	layer->size = d->size;
	if (media_type_is_encrypted(d->media_type)) {
		layer->not_read = STR("encrypted layer: its key is needed to read it");
		return 0;
	}
	r = locate_layer(src, layer, &why);
	if (r == -ERR_NOT_FOUND && (d->has_urls || media_type_is_foreign(d->media_type))) {
		layer->not_read = arena_strf(&src->arena, "foreign layer: %s", why.msg);
		return layer->not_read.p ? 0 : err_nomem(err);
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

static int read_layers(struct source *src, const struct manifest *m,
		       const struct image_config *config, struct err *err)
{
	if (m->n_layers != config->n_diff_ids)
		return err_set(err, ERR_FORMAT, "the manifest has %zu layers, the config %zu",
			       m->n_layers, config->n_diff_ids);
	src->layers = arena_array(&src->arena, m->n_layers + 1, sizeof *src->layers);
	if (!src->layers)
		return err_nomem(err);
	src->n_layers = m->n_layers;
	for (size_t i = 0; i < m->n_layers; i++) {
		int r = read_layer(src, &src->layers[i], &m->layers[i], err);

		if (r < 0)
			return err_wrap(err, r, "layer %zu", i + 1);
		src->layers[i].diff_id = config->diff_ids[i];
	}
	return 0;
}

/* What the index did not say about the platform, the config does. */
static int check_platform(const struct source_request *q, const struct platform *have,
			  struct err *err)
{
	struct platform want;
	int r = platform_parse(q->platform, &want, err);

	if (r < 0 || !q->platform || platform_matches(have, &want))
		return r;
	return err_set(err, ERR_USAGE, "no image for platform %s; there is: %.*s/%.*s", q->platform,
		       STR_FMT(have->os), STR_FMT(have->arch));
}

static int read_image(struct source *src, const struct source_request *q,
		      const struct descriptor *d, struct err *err)
{
	struct image_config config;
	struct manifest m;
	struct str bytes;
	int r = read_blob(src, d, "manifest", &bytes, err);

	if (r < 0)
		return r;
	r = manifest_parse(bytes, &src->arena, &m, err);
	if (r < 0)
		return err_wrap(err, r, "manifest %.*s", STR_FMT(d->digest));
	r = read_blob(src, &m.config, "config", &src->config, err);
	if (r < 0)
		return r;
	r = image_config_parse(src->config, &src->arena, &config, err);
	if (r < 0)
		return err_wrap(err, r, "config %.*s", STR_FMT(m.config.digest));
	r = check_platform(q, &config.platform, err);
	if (r < 0)
		return r;
	src->name = d->ref_name;
	src->manifest_digest = d->digest;
	src->config_digest = m.config.digest;
	src->media_type = m.media_type.n ? m.media_type : d->media_type;
	src->annotations = m.annotations;
	return read_layers(src, &m, &config, err);
}

static int check_version(const struct layout *l, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = read_file(l, STR("oci-layout"), &sb, err);

	if (r == 0)
		r = json_parse(strbuf_str(&sb), &doc, err);
	if (r == 0)
		r = oci_form_check(OCI_LAYOUT, doc, err);
	return r < 0 ? err_wrap(err, r, "oci-layout") : 0;
}

static int open_layout(struct source *src, const struct source_request *q, struct err *err)
{
	struct layout *l = arena_alloc(&src->arena, sizeof *l);
	struct descriptor d;
	int r;

	if (!l)
		return err_nomem(err);
	src->data = l;
	src->done = done;
	src->open_layer = open_layer;
	l->dir = open(q->location, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l->dir < 0 && errno != ENOTDIR)
		return err_errno(err, errno, "open %s", q->location);
	if (l->dir < 0) {
		src->transport = "oci-archive";
		r = archive_index_open(q->location, &l->ix, err);
		if (r < 0)
			return r;
	}
	r = check_version(l, err);
	if (r == 0)
		r = find_image(src, q, &d, err);
	if (r == 0)
		r = read_image(src, q, &d, err);
	return r < 0 ? err_wrap(err, r, "%s", q->location) : 0;
}

int source_oci(const struct source_request *q, struct source **ret, struct err *err)
{
	CLEANUP(source_closep) struct source *src = source_new("oci", q->location);
	int r;

	if (!src)
		return err_nomem(err);
	r = open_layout(src, q, err);
	if (r < 0)
		return r;
	*ret = TAKE(src);
	return 0;
}
