/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A repository in an OCI layout: what index.json names, and all blobs.
 *
 *     index.json    entry with annotation org.opencontainers.image.ref.name: a tag
 *                   entry with annotation kind: of `cosign save`, one image and what is about it
 *     blobs/<algorithm>/<hex>
 *
 * All entries of index.json are looked at once to learn which of them refer to others.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "codec/json_copy.h"
#include "image/manifest.h"
#include "image/oci_form.h"
#include "trust/fallback_index.h"

#define TYPE_INDEX    "application/vnd.oci.image.index.v1+json"
#define TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define REF_NAME      "org.opencontainers.image.ref.name"
#define COSIGN_KIND   "dev.cosignproject.cosign/"
#define PIECE_BYTES   ((size_t)1 << 17)

struct layout_store {
	struct artifact_store store;
	int dir_fd;
	struct arena arena;	    /* the location */
	struct arena index_arena;   /* index.json as it was read last */
	struct artifact_list index; /* its entries */
	struct str *subjects;	    /* digest that each entry refers to; NULL: not looked at yet */
};

static struct layout_store *own_of(struct artifact_store *s)
{
	return (struct layout_store *)s;
}

/* ---- files ---- */

/* Never leaves the directory, whatever links it holds. */
static int open_below(const struct layout_store *own, const char *path, struct err *err)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	CLEANUP(fd_closep) int fd = (int)syscall(SYS_openat2, own->dir_fd, path, &how, sizeof how);
	struct stat st;
	int kept;

	if (fd < 0)
		return err_errno(err, errno, "open %s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_FORMAT, "%s: not a regular file", path);
	kept = fd;
	fd = -1;
	return kept;
}

/* "blobs/sha256/ab.."; only of what is a digest. */
static int blob_path(struct str digest, char *ret, size_t n, struct err *err)
{
	struct digest_value value;
	struct str algorithm = STR_NULL, hex = STR_NULL;
	int r = digest_parse(digest, &value, err);

	if (r < 0)
		return r;
	(void)str_cut(digest, ':', &algorithm, &hex); /* it has one */
	(void)snprintf(ret, n, "blobs/%.*s/%.*s", STR_FMT(algorithm), STR_FMT(hex));
	return 0;
}

static int open_digest(const struct layout_store *own, struct str digest, struct err *err)
{
	char path[DIGEST_TEXT_MAX + 16];
	int r = blob_path(digest, path, sizeof path, err);

	return r < 0 ? r : open_below(own, path, err);
}

static int read_digest(const struct layout_store *own, struct str digest, struct strbuf *sb,
		       struct err *err)
{
	CLEANUP(fd_closep) int fd = open_digest(own, digest, err);
	int r = fd < 0 ? fd : fd_read_all(fd, sb, err);

	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(own->store.location)) : 0;
}

/* ---- index.json ---- */

static int read_json(const struct layout_store *own, const char *name, struct json **ret,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(fd_closep) int fd = open_below(own, name, err);
	int r = fd < 0 ? fd : fd_read_all(fd, &sb, err);

	if (r == 0)
		r = json_parse(strbuf_str(&sb), ret, err);
	return r < 0 ? err_wrap(err, r, "%.*s: %s", STR_FMT(own->store.location), name) : 0;
}

static int load_index(struct layout_store *own, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(fd_closep) int fd = open_below(own, "index.json", err);
	struct artifact_manifest index;
	int r = fd < 0 ? fd : fd_read_all(fd, &sb, err);

	arena_done(&own->index_arena);
	arena_init(&own->index_arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	own->subjects = NULL;
	own->index = (struct artifact_list){0};
	if (r == 0)
		r = artifact_manifest_parse(strbuf_str(&sb), &own->index_arena, &index, err);
	if (r == 0 && !index.is_index)
		r = err_set(err, ERR_FORMAT, "it is no index");
	if (r < 0)
		return err_wrap(err, r, "%.*s: index.json", STR_FMT(own->store.location));
	own->index = (struct artifact_list){index.manifests, index.n_manifests};
	return 0;
}

/* ---- tags ---- */

static struct str name_of(const struct artifact *d)
{
	struct str name = artifact_annotation(&d->annotations, REF_NAME);

	return name.n ? name : artifact_annotation(&d->annotations, "io.containerd.image.name");
}

static bool has_name(const struct artifact *d, struct str tag)
{
	struct str name = name_of(d);

	return str_eq(name, tag) ||
	       (name.n && str_find_char(name, '/') < name.n && image_name_eq(name, tag));
}

/* "image", "sigs", "atts" of a layout of cosign's; empty: of somebody else's. */
static struct str cosign_kind(const struct artifact *d)
{
	struct str kind = artifact_annotation(&d->annotations, "kind");

	return str_pull_prefix(&kind, STR(COSIGN_KIND)) ? kind : STR_NULL;
}

static bool is_image_of_cosign(const struct layout_store *own, struct str tag)
{
	char buf[ARTIFACT_TAG_MAX];

	for (size_t i = 0; i < own->index.n; i++)
		if (str_has_prefix(cosign_kind(&own->index.p[i]), STR("image")) &&
		    str_has_prefix(tag, artifact_digest_tag(own->index.p[i].digest, ".", buf)))
			return true;
	return false;
}

/* The kind that has what the tag "sha256-<hex>.sig" has in a registry; empty: none. */
static struct str kind_of_tag(const struct layout_store *own, struct str tag)
{
	static const struct {
		const char *suffix, *kind;
	} kinds[] = {{".sig", "sigs"}, {".att", "atts"}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_has_suffix(tag, str_of(kinds[i].suffix)) && is_image_of_cosign(own, tag))
			return str_of(kinds[i].kind);
	return STR_NULL;
}

/* The only entry that fits; two of the same digest are one. */
static int pick(const struct layout_store *own, struct str tag, struct str kind,
		const struct artifact **ret, struct err *err)
{
	*ret = NULL;
	for (size_t i = 0; i < own->index.n; i++) {
		const struct artifact *d = &own->index.p[i];

		if (kind.n ? !str_eq(cosign_kind(d), kind) : !has_name(d, tag))
			continue;
		if (*ret && !str_eq((*ret)->digest, d->digest))
			return err_set(err, ERR_FORMAT,
				       "%.*s: index.json has several entries for \"%.*s\": name "
				       "one by its digest",
				       STR_FMT(own->store.location), STR_FMT(tag));
		*ret = d;
	}
	return 0;
}

static int find_tag(const struct layout_store *own, struct str tag, const struct artifact **ret,
		    struct err *err)
{
	struct str kind = kind_of_tag(own, tag);
	int r = pick(own, tag, STR_NULL, ret, err);

	if (r == 0 && !*ret && kind.n)
		r = pick(own, tag, kind, ret, err);
	if (r == 0 && !*ret)
		return err_set(err, ERR_NOT_FOUND, "%.*s: there is no \"%.*s\" in its index.json",
			       STR_FMT(own->store.location), STR_FMT(tag));
	return r;
}

/* ---- manifests ---- */

static struct str type_in_index(const struct layout_store *own, struct str digest)
{
	for (size_t i = 0; i < own->index.n; i++)
		if (str_eq(own->index.p[i].digest, digest))
			return own->index.p[i].media_type;
	return STR_NULL;
}

/* What the document says, else who names it, else what it looks like. */
static int set_type(const struct layout_store *own, struct registry_manifest *m, struct err *err)
{
	struct artifact_manifest parsed;
	struct arena arena;
	struct str type;
	int r;

	arena_init(&arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	r = artifact_manifest_parse(strbuf_str(&m->bytes), &arena, &parsed, err);
	if (r == 0) {
		type = parsed.media_type.n ? parsed.media_type
					   : type_in_index(own, str_of(m->digest));
		if (!type.n)
			type = parsed.is_index ? STR(TYPE_INDEX) : STR(TYPE_MANIFEST);
		(void)snprintf(m->media_type, sizeof m->media_type, "%.*s", STR_FMT(type));
	}
	arena_done(&arena);
	return r < 0 ? err_wrap(err, r, "manifest %s", m->digest) : 0;
}

static int get_manifest(struct artifact_store *s, struct str version, struct registry_manifest *ret,
			struct err *err)
{
	const struct layout_store *own = own_of(s);
	const struct artifact *d;
	int r;

	if (!artifact_version_is_digest(version)) {
		r = find_tag(own, version, &d, err);
		if (r < 0)
			return r;
		version = d->digest;
	}
	r = read_digest(own, version, &ret->bytes, err);
	if (r == 0)
		r = digest_check(strbuf_str(&ret->bytes), version, "manifest", err);
	if (r < 0)
		return r;
	(void)snprintf(ret->digest, sizeof ret->digest, "%.*s", STR_FMT(version));
	return set_type(own, ret, err);
}

static int open_blob(struct artifact_store *s, const struct artifact *d, struct stream **ret,
		     struct err *err)
{
	int fd = open_digest(own_of(s), d->digest, err);

	return fd < 0 ? fd : fd_stream_new(fd, ret, err);
}

/* ---- lists ---- */

static bool is_manifest_type(struct str type)
{
	return str_is(type, TYPE_MANIFEST) || media_type_is_index(type) ||
	       str_is(type, "application/vnd.docker.distribution.manifest.v2+json");
}

static int learn_subject(struct layout_store *own, size_t i, struct arena *a, uint64_t *total,
			 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct artifact_manifest m;
	int r = read_digest(own, own->index.p[i].digest, &sb, err);

	if (r == 0)
		r = digest_check(strbuf_str(&sb), own->index.p[i].digest, "manifest", err);
	if (r == 0)
		r = artifact_manifest_parse(strbuf_str(&sb), a, &m, err);
	if (r < 0)
		return err_wrap(err, r, "manifest %.*s", STR_FMT(own->index.p[i].digest));
	*total += sb.n;
	if (*total > LIMIT_ATTACHMENT_BYTES)
		return err_set(err, ERR_LIMIT, "%.*s: manifests of more than attachment_bytes (%d)",
			       STR_FMT(own->store.location), LIMIT_ATTACHMENT_BYTES);
	if (m.subject.digest.n)
		own->subjects[i] = arena_str(&own->index_arena, m.subject.digest);
	return arena_check(&own->index_arena, err);
}

static int learn_subjects(struct layout_store *own, struct err *err)
{
	struct arena scratch;
	uint64_t total = 0;
	int r = 0;

	if (own->subjects)
		return 0;
	own->subjects = arena_array(&own->index_arena, own->index.n + 1, sizeof *own->subjects);
	if (!own->subjects)
		return err_nomem(err);
	arena_init(&scratch, LIMIT_ATTACHMENT_ARENA_BYTES);
	for (size_t i = 0; i < own->index.n && r == 0; i++) {
		if (is_manifest_type(own->index.p[i].media_type))
			r = learn_subject(own, i, &scratch, &total, err);
		arena_reset(&scratch);
	}
	arena_done(&scratch);
	if (r < 0)
		own->subjects = NULL; /* half of it must not be taken for all */
	return r;
}

static int referrers(struct artifact_store *s, struct str digest, struct str type, struct arena *a,
		     struct artifact_list *ret, bool *ret_known, struct err *err)
{
	struct layout_store *own = own_of(s);
	struct artifact *p;
	size_t n = 0;
	int r = learn_subjects(own, err);

	(void)type; /* its index is at hand: nothing is saved */
	if (r < 0)
		return r;
	for (size_t i = 0; i < own->index.n; i++)
		n += str_eq(own->subjects[i], digest);
	if (n > LIMIT_REFERRERS)
		return err_set(err, ERR_LIMIT, "%.*s: more than referrers (%d) of %.*s",
			       STR_FMT(s->location), LIMIT_REFERRERS, STR_FMT(digest));
	p = arena_array(a, n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	*ret = (struct artifact_list){.p = p};
	for (size_t i = 0; i < own->index.n; i++)
		if (str_eq(own->subjects[i], digest)) {
			p[ret->n] = own->index.p[i];
			p[ret->n].artifact_type = STR_NULL; /* as somebody wrote it there */
			p[ret->n].digest = arena_str(a, own->index.p[i].digest);
			p[ret->n].media_type = arena_str(a, own->index.p[i].media_type);
			p[ret->n++].annotations = (struct artifact_annotations){0};
		}
	*ret_known = true;
	return arena_check(a, err);
}

static int tags(struct artifact_store *s, struct arena *a, struct str_list *ret, struct err *err)
{
	const struct layout_store *own = own_of(s);
	struct str *p = arena_array(a, own->index.n + 1, sizeof *p);
	size_t n = 0;

	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < own->index.n; i++)
		if (name_of(&own->index.p[i]).n)
			p[n++] = arena_str(a, name_of(&own->index.p[i]));
	*ret = (struct str_list){p, n};
	return arena_check(a, err);
}

/* ---- writing ---- */

static int has_blob(struct artifact_store *s, struct str digest, bool *ret, struct err *err)
{
	struct err error = {0};
	CLEANUP(fd_closep) int fd = open_digest(own_of(s), digest, &error);

	if (fd < 0 && fd != -ERR_NOT_FOUND) {
		if (err)
			*err = error;
		return fd;
	}
	*ret = fd >= 0;
	return 0;
}

static int write_all(int fd, const struct artifact *d, struct stream *in, struct err *err)
{
	CLEANUP(freep) char *piece = malloc(PIECE_BYTES);
	uint64_t size = 0;
	ssize_t n;

	if (!piece)
		return err_nomem(err);
	while ((n = stream_read(in, piece, PIECE_BYTES, err)) > 0) {
		int r = fd_write_all(fd, str_make(piece, (size_t)n), err);

		if (r < 0)
			return r;
		size += (uint64_t)n;
		if (size > d->size)
			break;
	}
	if (n == 0 && size == d->size)
		return 0;
	return n < 0 ? (int)n
		     : err_set(err, ERR_FORMAT, "it should have %llu bytes and has %s",
			       (unsigned long long)d->size, size > d->size ? "more" : "fewer");
}

static int make_folder(const struct layout_store *own, struct str digest, struct err *err)
{
	char path[64];

	(void)snprintf(path, sizeof path, "blobs/%.*s",
		       STR_FMT(str_sub(digest, 0, str_find_char(digest, ':'))));
	if ((mkdirat(own->dir_fd, "blobs", 0755) < 0 && errno != EEXIST) ||
	    (mkdirat(own->dir_fd, path, 0755) < 0 && errno != EEXIST))
		return err_errno(err, errno, "create %s", path);
	return 0;
}

/* The file has its name only when all its bytes are there. */
static int write_blob(const struct layout_store *own, const struct artifact *d, struct stream *in,
		      struct err *err)
{
	static atomic_uint next;
	char path[DIGEST_TEXT_MAX + 16], temp[DIGEST_TEXT_MAX + 64];
	CLEANUP(fd_closep) int fd = -1;
	int r = blob_path(d->digest, path, sizeof path, err);

	if (r == 0)
		r = make_folder(own, d->digest, err);
	if (r < 0)
		return r;
	(void)snprintf(temp, sizeof temp, "blobs/%.*s/" FILE_TEMP_PREFIX "%d.%u",
		       STR_FMT(str_sub(d->digest, 0, str_find_char(d->digest, ':'))), (int)getpid(),
		       atomic_fetch_add(&next, 1));
	fd = openat(own->dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_errno(err, errno, "create %s", temp);
	r = write_all(fd, d, in, err);
	if (r == 0 && renameat(own->dir_fd, temp, own->dir_fd, path) < 0)
		r = err_errno(err, errno, "rename to %s", path);
	if (r < 0)
		(void)unlinkat(own->dir_fd, temp, 0); /* there is an error to tell already */
	return r < 0 ? err_wrap(err, r, "%.*s: blob %.*s", STR_FMT(own->store.location),
				STR_FMT(d->digest))
		     : 0;
}

static int put_blob(struct artifact_store *s, const struct artifact *d,
		    const struct artifact_bytes *bytes, struct artifact_store *from,
		    struct err *err)
{
	CLEANUP(stream_closep) struct stream *in = NULL;
	int r = bytes->open(bytes->ctx, &in, err);

	(void)from; /* its bytes come by the stream */
	return r < 0 ? r : write_blob(own_of(s), d, in, err);
}

/* What the index says of others stays; a tag moves; what refers to something is there once. */
static bool gives_way(const struct json *entry, const struct artifact *d, struct str tag)
{
	struct str name = json_get_str(json_get(entry, "annotations"), REF_NAME);

	if (tag.n)
		return str_eq(name, tag);
	return !name.n && str_eq(json_get_str(entry, "digest"), d->digest);
}

static int write_index(const struct layout_store *own, const struct json *old,
		       const struct artifact *d, struct str tag, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	const struct json *entries = json_get(old, "manifests");
	struct artifact entry = *d;
	struct json_writer w;
	int r;

	entry.annotations = (struct artifact_annotations){0}; /* they stand in the manifest */
	json_writer_init(&w, &sb, JSON_COMPACT);
	json_open_map(&w);
	json_put_uint(&w, "schemaVersion", 2);
	json_put_text(&w, "mediaType", TYPE_INDEX);
	json_key(&w, "manifests");
	json_open_list(&w);
	for (size_t i = 0; i < json_len(entries); i++)
		if (!gives_way(json_at(entries, i), d, tag))
			json_add_copy(&w, json_at(entries, i));
	artifact_write(&w, &entry, tag);
	json_close_list(&w);
	json_close_map(&w);
	r = strbuf_check(&sb, err);
	return r < 0 ? r : file_write_shared(own->dir_fd, "index.json", strbuf_str(&sb), err);
}

/* Others who write the same layout by these rules wait. */
static int enter(struct layout_store *own, const struct artifact *d, struct str tag,
		 struct err *err)
{
	CLEANUP(fd_closep) int lock = openat(own->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(json_freep) struct json *old = NULL;
	int r;

	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return err_errno(err, errno, "lock %.*s", STR_FMT(own->store.location));
	r = read_json(own, "index.json", &old, err);
	if (r == 0)
		r = oci_form_check(OCI_INDEX, old, err);
	if (r == 0)
		r = write_index(own, old, d, tag, err);
	return r < 0 ? r : load_index(own, err);
}

static int put_manifest(struct artifact_store *s, const struct artifact *d, struct str bytes,
			struct str tag, bool alone, bool *ret_listed, struct err *err)
{
	struct layout_store *own = own_of(s);
	CLEANUP(stream_closep) struct stream *in = NULL;
	bool there = false;
	int r = has_blob(s, d->digest, &there, err);

	if (r == 0 && !there)
		r = memory_stream_new(bytes, &in, err);
	if (r == 0 && !there)
		r = write_blob(own, d, in, err);
	*ret_listed = true; /* by its entry */
	return r == 0 && (alone || tag.n) ? enter(own, d, tag, err) : r;
}

/* ---- life ---- */

static void free_store(struct artifact_store *s)
{
	struct layout_store *own = own_of(s);

	fd_closep(&own->dir_fd);
	arena_done(&own->arena);
	arena_done(&own->index_arena);
	free(own);
}

static const struct artifact_store_ops ops = {
	.manifest = get_manifest,
	.open_blob = open_blob,
	.referrers = referrers,
	.tags = tags,
	.has_blob = has_blob,
	.put_blob = put_blob,
	.put_manifest = put_manifest,
	.free = free_store,
};

/* What a folder has that is no layout yet stays beside it. */
static int make_layout(const struct layout_store *own, struct err *err)
{
	int r;

	if (faccessat(own->dir_fd, "oci-layout", F_OK, 0) == 0)
		return 0;
	if (faccessat(own->dir_fd, "index.json", F_OK, 0) == 0)
		return err_set(err, ERR_FORMAT, "%.*s: has an index.json, but no oci-layout",
			       STR_FMT(own->store.location));
	if (mkdirat(own->dir_fd, "blobs", 0755) < 0 && errno != EEXIST)
		return err_errno(err, errno, "create %.*s/blobs", STR_FMT(own->store.location));
	r = file_write_shared(
		own->dir_fd, "index.json",
		STR("{\"schemaVersion\":2,\"mediaType\":\"" TYPE_INDEX "\",\"manifests\":[]}"),
		err);
	return r < 0 ? r
		     : file_write_shared(own->dir_fd, "oci-layout",
					 STR("{\"imageLayoutVersion\":\"1.0.0\"}"), err);
}

static int check_layout(const struct layout_store *own, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = read_json(own, "oci-layout", &doc, err);

	if (r == 0)
		r = oci_form_check(OCI_LAYOUT, doc, err);
	return r;
}

static int open_parts(struct layout_store *own, const char *dir, bool create, struct err *err)
{
	int r = 0;

	own->store.location = arena_str(&own->arena, str_of(dir));
	if (!own->store.location.p)
		return err_nomem(err);
	if (create && mkdir(dir, 0755) < 0 && errno != EEXIST)
		return err_errno(err, errno, "create %s", dir);
	own->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (own->dir_fd < 0)
		return err_errno(err, errno, "open %s", dir);
	if (create)
		r = make_layout(own, err);
	if (r == 0)
		r = check_layout(own, err);
	return r < 0 ? r : load_index(own, err);
}

int artifact_store_layout(const char *dir, bool create, struct artifact_store **ret,
			  struct err *err)
{
	struct layout_store *own = calloc(1, sizeof *own);
	int r;

	if (!own)
		return err_nomem(err);
	own->store = (struct artifact_store){.ops = &ops, .transport = "oci"};
	own->dir_fd = -1;
	arena_init(&own->arena, LIMIT_FIELD_BYTES);
	r = open_parts(own, dir, create, err);
	if (r < 0) {
		free_store(&own->store);
		return r;
	}
	*ret = &own->store;
	return 0;
}
