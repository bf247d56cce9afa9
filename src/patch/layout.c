/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/decompress.h"
#include "codec/json_copy.h"
#include "codec/tar_writer.h"
#include "crypto/digest_stream.h"
#include "image/manifest.h"
#include "patch/blob.h"
#include "patch/json_edit.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CONFIG_TYPE   "application/vnd.oci.image.config.v1+json"
#define LAYER_TYPE    "application/vnd.oci.image.layer.v1.tar"
#define REF_NAME      "org.opencontainers.image.ref.name"
#define PIECE_BYTES   ((size_t)1 << 17)

/* ---- taking an image ---- */

/* A blob of a stream, in the order in which they passed. */
struct passed {
	struct str digest;
	uint64_t size;
};

static int open_folders(struct layout *l, int dir_fd, const char *name, struct err *err)
{
	if (mkdirat(dir_fd, name, 0755) < 0 && errno != EEXIST)
		return err_errno(err, errno, "create %s", name);
	l->dir_fd = openat(dir_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (l->dir_fd < 0)
		return err_errno(err, errno, "open %s", name);
	if ((mkdirat(l->dir_fd, "blobs", 0755) < 0 && errno != EEXIST) ||
	    (mkdirat(l->dir_fd, "blobs/sha256", 0755) < 0 && errno != EEXIST))
		return err_errno(err, errno, "create %s/blobs", name);
	l->blobs_fd = openat(l->dir_fd, "blobs/sha256", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return l->blobs_fd < 0 ? err_errno(err, errno, "open %s/blobs/sha256", name) : 0;
}

static int store_stream(struct layout *l, struct stream *in, struct str *ret_digest,
			uint64_t *ret_size, struct err *err)
{
	CLEANUP(blob_writer_done) struct blob_writer w = BLOB_WRITER_INIT;
	char digest[DIGEST_TEXT_MAX];
	int r = blob_writer_open(&w, l->blobs_fd, err);

	if (r == 0)
		r = blob_writer_add_stream(&w, in, err);
	if (r == 0)
		r = blob_writer_commit(&w, digest, err);
	if (r < 0)
		return r;
	*ret_digest = arena_str(&l->arena, str_of(digest));
	*ret_size = w.size;
	return arena_check(&l->arena, err);
}

static int store_passing(struct layout *l, struct source *src, struct vec *passed, struct err *err)
{
	struct source_blob blob;
	struct stream *in = NULL;
	int r;

	while ((r = src->next_blob(src, &blob, &in, err)) > 0) {
		struct passed *p = vec_push(passed);

		r = p ? store_stream(l, in, &p->digest, &p->size, err)
		      : err_set(err, ERR_LIMIT, "more members than layers (%d) in the archive",
				LIMIT_LAYERS);
		stream_close(TAKE(in));
		if (r < 0)
			return r;
	}
	return r;
}

static int store_layer(struct layout *l, struct source *src, size_t i, struct layout_layer *to,
		       struct err *err)
{
	CLEANUP(stream_closep) struct stream *in = NULL;
	int r = source_open_layer(src, i, &in, err);

	return r < 0 ? r : store_stream(l, in, &to->digest, &to->size, err);
}

/* By the first bytes, with OCI's name for it. */
static const char *type_of_bytes(int blobs_fd, struct str digest)
{
	CLEANUP(fd_closep) int fd = blob_open(blobs_fd, digest, NULL);
	char head[COMPRESSION_MAGIC_BYTES];
	ssize_t n = fd < 0 ? 0 : fd_pread_full(fd, head, sizeof head, 0, NULL);

	switch (compression_of(str_make(head, n > 0 ? (size_t)n : 0))) {
	case COMPRESSION_GZIP:
		return LAYER_TYPE "+gzip";
	case COMPRESSION_ZSTD:
		return LAYER_TYPE "+zstd";
	case COMPRESSION_NONE:
	case COMPRESSION_XZ:
	case COMPRESSION_BZIP2:
	case COMPRESSION_LZ4:
		break;
	}
	return LAYER_TYPE;
}

static int take_layer(struct layout *l, struct source *src, size_t i, const struct vec *passed,
		      struct err *err)
{
	const struct source_layer *from = &src->layers[i];
	const struct passed *p = from->passed ? vec_at(passed, from->passed - 1) : NULL;
	struct layout_layer *to = &l->layers[i];
	int r = 0;

	if (from->not_read.n)
		return err_set(err, ERR_UNSUPPORTED, "%.*s", STR_FMT(from->not_read));
	if (media_type_is_foreign(from->media_type) || media_type_is_encrypted(from->media_type))
		return err_set(err, ERR_UNSUPPORTED, "%.*s", STR_FMT(from->media_type));
	if (p)
		*to = (struct layout_layer){.digest = p->digest, .size = p->size};
	else
		r = store_layer(l, src, i, to, err);
	if (r < 0)
		return r;
	if (str_has_prefix(from->digest, STR("sha256:")) && !str_eq(from->digest, to->digest))
		return err_set(err, ERR_DENIED, "its digest should be %.*s and is %.*s",
			       STR_FMT(from->digest), STR_FMT(to->digest));
	to->diff_id = arena_str(&l->arena, from->diff_id);
	to->media_type = str_of(type_of_bytes(l->blobs_fd, to->digest));
	return arena_check(&l->arena, err);
}

static int keep_annotations(struct layout *l, const struct source *src, struct err *err)
{
	struct str *kept = arena_array(&l->arena, src->annotations.n + 1, sizeof *kept);

	if (!kept)
		return err_nomem(err);
	for (size_t i = 0; i < src->annotations.n; i++)
		kept[i] = arena_str(&l->arena, src->annotations.p[i]);
	l->annotations = (struct str_list){kept, src->annotations.n};
	l->config = arena_str(&l->arena, src->config);
	l->name = arena_str(&l->arena, src->name);
	l->manifest_digest = arena_str(&l->arena, src->manifest_digest);
	return arena_check(&l->arena, err);
}

static int take_layers(struct layout *l, struct source *src, struct err *err)
{
	CLEANUP(vec_done) struct vec passed = VEC_INIT(struct passed, LIMIT_LAYERS);
	int r = src->next_blob ? store_passing(l, src, &passed, err) : 0;

	if (r < 0)
		return r;
	if (!src->config.n)
		return err_set(err, ERR_UNSUPPORTED,
			       "a root file system without an image: there is no image to extend");
	l->n_layers = src->n_layers;
	l->layers = arena_array(&l->arena, src->n_layers + 1, sizeof *l->layers);
	if (!l->layers)
		return err_nomem(err);
	for (size_t i = 0; i < src->n_layers; i++) {
		r = take_layer(l, src, i, &passed, err);
		if (r < 0)
			return err_wrap(err, r, "layer %zu", i + 1);
	}
	return 0;
}

int layout_take(struct layout *l, int dir_fd, const char *name, struct source *src, struct err *err)
{
	struct layout_image same;
	int r;

	arena_init(&l->arena, LIMIT_ARENA_BYTES);
	r = open_folders(l, dir_fd, name, err);
	if (r == 0)
		r = take_layers(l, src, err);
	if (r == 0)
		r = keep_annotations(l, src, err);
	if (r < 0)
		return r;
	same = (struct layout_image){l->config, l->layers, l->n_layers, l->annotations, STR_NULL};
	return layout_write(l, &same, "before", err);
}

void layout_done(struct layout *l)
{
	fd_closep(&l->dir_fd);
	fd_closep(&l->blobs_fd);
	arena_done(&l->arena);
}

int layout_open_tar(int blobs_fd, const struct layout_layer *layer, struct stream **ret,
		    struct err *err)
{
	struct stream *blob = NULL;
	char head[COMPRESSION_MAGIC_BYTES];
	int fd = blob_open(blobs_fd, layer->digest, err);
	ssize_t n;
	int r;

	if (fd < 0)
		return fd;
	n = fd_pread_full(fd, head, sizeof head, 0, err);
	r = fd_stream_new(fd, &blob, err);
	if (r == 0 && n >= 0)
		r = decompress_open(blob, compression_of(str_make(head, (size_t)n)), &blob, err);
	if (r == 0 && layer->diff_id.n)
		r = digest_stream_new(blob, layer->diff_id, &blob, err);
	if (r == 0)
		*ret = blob;
	return r;
}

/* ---- writing an image ---- */

static void write_descriptor(struct json_writer *w, struct str type, struct str digest,
			     uint64_t size)
{
	json_open_map(w);
	json_put_str(w, "mediaType", type);
	json_put_str(w, "digest", digest);
	json_put_uint(w, "size", size);
	json_close_map(w);
}

static void write_annotations(struct json_writer *w, struct str_list notes)
{
	struct str key, value;

	if (!notes.n)
		return;
	json_key(w, "annotations");
	json_open_map(w);
	for (size_t i = 0; i < notes.n; i++)
		if (str_cut(notes.p[i], '=', &key, &value)) {
			json_key_str(w, key);
			json_add_str(w, value);
		}
	json_close_map(w);
}

static int write_manifest(const struct layout_image *image, struct str config_digest,
			  struct strbuf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_uint(&w, "schemaVersion", 2);
	json_put_text(&w, "mediaType", MANIFEST_TYPE);
	json_key(&w, "config");
	write_descriptor(&w, STR(CONFIG_TYPE), config_digest, image->config.n);
	json_key(&w, "layers");
	json_open_list(&w);
	for (size_t i = 0; i < image->n_layers; i++)
		write_descriptor(&w, image->layers[i].media_type, image->layers[i].digest,
				 image->layers[i].size);
	json_close_list(&w);
	write_annotations(&w, image->annotations);
	json_close_map(&w);
	return strbuf_check(out, err);
}

static void write_platform(struct json_writer *w, struct str config)
{
	CLEANUP(json_freep) struct json *doc = NULL;

	if (json_parse(config, &doc, NULL) < 0 || !json_get_str(doc, "os").n)
		return;
	json_key(w, "platform");
	json_open_map(w);
	json_put_opt(w, "architecture", json_get_str(doc, "architecture"));
	json_put_opt(w, "os", json_get_str(doc, "os"));
	json_put_opt(w, "variant", json_get_str(doc, "variant"));
	json_close_map(w);
}

static void write_new_entry(struct json_writer *w, const struct layout_image *image, size_t size,
			    const char *tag)
{
	json_open_map(w);
	json_put_text(w, "mediaType", MANIFEST_TYPE);
	json_put_str(w, "digest", image->digest);
	json_put_uint(w, "size", size);
	write_platform(w, image->config);
	json_key(w, "annotations");
	json_open_map(w);
	json_put_text(w, REF_NAME, tag);
	json_close_map(w);
	json_close_map(w);
}

/* What stands in the index stays, but for an image of the same tag. */
static void write_old_entries(struct json_writer *w, const struct json *index, const char *tag)
{
	const struct json *manifests = json_get(index, "manifests");

	for (size_t i = 0; i < json_len(manifests); i++) {
		const struct json *m = json_at(manifests, i);

		if (!str_is(json_get_str(json_get(m, "annotations"), REF_NAME), tag))
			json_add_copy(w, m);
	}
}

static int read_index(int dir_fd, struct json **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(fd_closep) int fd = openat(dir_fd, "index.json", O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(err, errno, "open index.json");
	r = fd_read_all(fd, &sb, err);
	if (r == 0)
		r = json_parse(strbuf_str(&sb), ret, err);
	return r < 0 ? err_wrap(err, r, "index.json") : 0;
}

static int put_index(int dir_fd, const struct layout_image *image, size_t size, const char *tag,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *index = NULL;
	struct json_writer w;
	int r = read_index(dir_fd, &index, err);

	if (r < 0)
		return r;
	json_writer_init(&w, &out, JSON_COMPACT);
	json_open_map(&w);
	json_put_uint(&w, "schemaVersion", 2);
	json_put_text(&w, "mediaType", "application/vnd.oci.image.index.v1+json");
	json_key(&w, "manifests");
	json_open_list(&w);
	write_old_entries(&w, index, tag);
	write_new_entry(&w, image, size, tag);
	json_close_list(&w);
	json_close_map(&w);
	r = strbuf_check(&out, err);
	if (r == 0)
		r = file_write_shared(dir_fd, "oci-layout",
				      STR("{\"imageLayoutVersion\":\"1.0.0\"}"), err);
	return r == 0 ? file_write_shared(dir_fd, "index.json", strbuf_str(&out), err) : r;
}

/* Config, manifest, index; the layers are there. Sets image->digest in the arena. */
static int write_image(int dir_fd, int blobs_fd, struct arena *a, struct layout_image *image,
		       const char *tag, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf manifest = STRBUF_INIT(LIMIT_JSON_BYTES);
	char digest[DIGEST_TEXT_MAX];
	int r = blob_write(blobs_fd, image->config, digest, err);

	if (r == 0)
		r = write_manifest(image, str_of(digest), &manifest, err);
	if (r == 0)
		r = blob_write(blobs_fd, strbuf_str(&manifest), digest, err);
	if (r < 0)
		return r;
	image->digest = arena_str(a, str_of(digest));
	if (!image->digest.p)
		return err_nomem(err);
	return put_index(dir_fd, image, manifest.n, tag, err);
}

int layout_write(struct layout *l, struct layout_image *image, const char *tag, struct err *err)
{
	return write_image(l->dir_fd, l->blobs_fd, &l->arena, image, tag, err);
}

/* ---- publishing ---- */

int layout_output_parse(const char *text, struct arena *a, struct layout_output *ret,
			struct err *err)
{
	struct str rest, path, tag;
	enum transport t = transport_parse(str_of(text), &rest);

	if (t != TRANSPORT_OCI && t != TRANSPORT_DOCKER_ARCHIVE)
		return err_set(
			err, ERR_USAGE,
			"--output %s: expected oci:DIR[:TAG] or docker-archive:FILE[:NAME:TAG]",
			text);
	if (!str_cut(rest, ':', &path, &tag)) {
		path = rest;
		tag = t == TRANSPORT_OCI ? STR("latest") : STR_NULL;
	}
	if (!path.n)
		return err_set(err, ERR_USAGE, "--output %s: names no file", text);
	ret->kind = t == TRANSPORT_OCI ? OUTPUT_OCI : OUTPUT_DOCKER_ARCHIVE;
	ret->path = arena_str(a, path);
	ret->tag = arena_str(a, tag);
	return arena_check(a, err);
}

static int copy_blob(int from_fd, int to_fd, struct str digest, struct err *err)
{
	CLEANUP(blob_writer_done) struct blob_writer w = BLOB_WRITER_INIT;
	CLEANUP(stream_closep) struct stream *in = NULL;
	char written[DIGEST_TEXT_MAX];
	int r, fd = blob_open(from_fd, digest, err);

	if (fd < 0)
		return fd;
	r = fd_stream_new(fd, &in, err);
	if (r == 0)
		r = blob_writer_open(&w, to_fd, err);
	if (r == 0)
		r = blob_writer_add_stream(&w, in, err);
	if (r == 0)
		r = blob_writer_commit(&w, written, err);
	if (r == 0 && !str_is(digest, written))
		r = err_set(err, ERR_DENIED, "blob %.*s came out as %s", STR_FMT(digest), written);
	return r;
}

/* A folder that was made for an image that then did not fit goes again. */
static void unmake_folders(const struct layout *out, const struct layout_image *image,
			   const char *path)
{
	for (size_t i = 0; i < image->n_layers; i++)
		(void)unlinkat(out->blobs_fd, image->layers[i].digest.p + strlen("sha256:"), 0);
	/* What is not empty stays, and is told by the error that is under way. */
	(void)unlinkat(out->dir_fd, "blobs/sha256", AT_REMOVEDIR);
	(void)unlinkat(out->dir_fd, "blobs", AT_REMOVEDIR);
	(void)rmdir(path);
}

static int publish_oci(const struct layout *l, const struct layout_image *image,
		       const struct layout_output *to, struct err *err)
{
	CLEANUP(layout_done) struct layout out = LAYOUT_INIT;
	struct layout_image copy = *image;
	bool is_new = access(to->path.p, F_OK) < 0;
	int r;

	arena_init(&out.arena, LIMIT_ARENA_BYTES);
	r = open_folders(&out, AT_FDCWD, to->path.p, err);
	for (size_t i = 0; i < image->n_layers && r == 0; i++)
		if (faccessat(out.blobs_fd, image->layers[i].digest.p + strlen("sha256:"), F_OK,
			      AT_SYMLINK_NOFOLLOW) < 0)
			r = copy_blob(l->blobs_fd, out.blobs_fd, image->layers[i].digest, err);
	if (r == 0)
		r = layout_write(&out, &copy, to->tag.p, err);
	if (r < 0 && is_new)
		unmake_folders(&out, image, to->path.p);
	return r < 0 ? err_wrap(err, r, "%s", to->path.p) : 0;
}

static int sink_fd(void *context, struct str bytes, struct err *err)
{
	return fd_write_all(*(int *)context, bytes, err);
}

static int add_member(struct tar_writer *tar, struct str name, struct str bytes, struct err *err)
{
	struct tar_entry e = {.path = name, .type = TAR_FILE, .size = bytes.n, .mode = 0644};
	int r = tar_writer_entry(tar, &e, NULL, 0, err);

	return r == 0 ? tar_writer_data(tar, bytes, err) : r;
}

/* Passes all of a layer's tar to the writer; without one it is only measured. */
static int pass_tar(const struct layout *l, const struct layout_layer *layer,
		    struct tar_writer *tar, uint64_t *ret_size, struct err *err)
{
	CLEANUP(stream_closep) struct stream *in = NULL;
	CLEANUP(freep) char *piece = malloc(PIECE_BYTES);
	ssize_t n = 0;
	int r = piece ? layout_open_tar(l->blobs_fd, layer, &in, err) : err_nomem(err);

	*ret_size = 0;
	while (r == 0 && (n = stream_read(in, piece, PIECE_BYTES, err)) > 0) {
		*ret_size += (uint64_t)n;
		if (tar)
			r = tar_writer_data(tar, str_make(piece, (size_t)n), err);
	}
	return r < 0 ? r : n < 0 ? (int)n : 0;
}

/* docker save's names: the hex digits of what is inside. */
static int layer_name(const struct layout_layer *layer, struct strbuf *name)
{
	struct str hex = layer->diff_id;

	strbuf_reset(name);
	str_pull_prefix(&hex, STR("sha256:"));
	strbuf_addf(name, "%.*s.tar", STR_FMT(hex));
	return strbuf_check(name, NULL);
}

static bool is_earlier(const struct layout_image *image, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(image->layers[k].diff_id, image->layers[i].diff_id))
			return true;
	return false;
}

static int add_layers(const struct layout *l, const struct layout_image *image,
		      struct tar_writer *tar, struct json_writer *names, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(256);
	struct tar_entry e = {.type = TAR_FILE, .mode = 0644};
	int r = 0;

	for (size_t i = 0; i < image->n_layers && r == 0; i++) {
		const struct layout_layer *layer = &image->layers[i];

		if (layer_name(layer, &name) < 0)
			return err_nomem(err);
		json_add_str(names, strbuf_str(&name));
		if (is_earlier(image, i))
			continue;
		r = pass_tar(l, layer, NULL, &e.size, err);
		e.path = strbuf_str(&name);
		if (r == 0)
			r = tar_writer_entry(tar, &e, NULL, 0, err);
		if (r == 0)
			r = pass_tar(l, layer, tar, &e.size, err);
	}
	return r;
}

static int fill_archive(const struct layout *l, const struct layout_image *image,
			const struct layout_output *to, int fd, struct err *err)
{
	CLEANUP(tar_writer_freep) struct tar_writer *tar = NULL;
	CLEANUP(strbuf_done) struct strbuf list = STRBUF_INIT(LIMIT_JSON_BYTES);
	char digest[DIGEST_TEXT_MAX], config[DIGEST_TEXT_MAX];
	struct digest_value value;
	struct json_writer w;
	int r = digest_of(image->config, &value, err);

	if (r == 0)
		r = tar_writer_new(sink_fd, &fd, &tar, err);
	if (r < 0)
		return r;
	(void)digest_format(&value, digest);
	(void)snprintf(config, sizeof config, "%.64s.json", digest + strlen("sha256:"));
	r = add_member(tar, str_of(config), image->config, err);
	json_writer_init(&w, &list, JSON_COMPACT);
	json_open_list(&w);
	json_open_map(&w);
	json_put_text(&w, "Config", config);
	json_key(&w, "RepoTags");
	json_open_list(&w);
	if (to->tag.n)
		json_add_str(&w, to->tag);
	json_close_list(&w);
	json_key(&w, "Layers");
	json_open_list(&w);
	if (r == 0)
		r = add_layers(l, image, tar, &w, err);
	json_close_list(&w);
	json_close_map(&w);
	json_close_list(&w);
	if (r == 0)
		r = add_member(tar, STR("manifest.json"), strbuf_str(&list), err);
	return r == 0 ? tar_writer_end(tar, err) : r;
}

/* Beside its place, so that there is a whole archive or none. */
static int publish_archive(const struct layout *l, const struct layout_image *image,
			   const struct layout_output *to, struct err *err)
{
	CLEANUP(freep) char *temp = NULL;
	CLEANUP(fd_closep) int fd = -1;
	int r;

	if (asprintf(&temp, "%s" FILE_TEMP_PREFIX "%d", to->path.p, (int)getpid()) < 0) {
		temp = NULL;
		return err_nomem(err);
	}
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_errno(err, errno, "create %s", temp);
	r = fill_archive(l, image, to, fd, err);
	if (r < 0)
		err_wrap(err, r, "write %s", to->path.p);
	else if (rename(temp, to->path.p) < 0)
		r = err_errno(err, errno, "create %s", to->path.p);
	if (r < 0)
		(void)unlink(temp); /* nothing else can be done about it */
	return r;
}

int layout_publish(const struct layout *l, const struct layout_image *image,
		   const struct layout_output *to, struct err *err)
{
	return to->kind == OUTPUT_OCI ? publish_oci(l, image, to, err)
				      : publish_archive(l, image, to, err);
}
