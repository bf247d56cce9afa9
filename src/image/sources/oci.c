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
#include "codec/json.h"
#include "image/oci_form.h"
#include "image/sources/archive.h"
#include "image/sources/oci_image.h"

/* Never leaves the directory, whatever links it holds. */
static int open_below(const struct source *src, const char *path, struct err *err)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	const int *dir = src->data;
	int fd = (int)syscall(SYS_openat2, *dir, path, &how, sizeof how);

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
	const struct source_layer *layer = &src->layers[i];
	int fd;

	if (layer->not_read.n)
		return err_set(err, ERR_UNSUPPORTED, "%.*s", STR_FMT(layer->not_read));
	fd = open_below(src, layer->member, err);
	return fd < 0 ? fd : blob_stream_new(fd, ret, err);
}

static void done(struct source *src)
{
	fd_closep(src->data);
}

static int read_file(const struct source *src, struct str path, struct strbuf *sb, struct err *err)
{
	const struct archive_member *m = NULL;
	CLEANUP(fd_closep) int fd = -1;
	int r;

	if (src->members) {
		r = archive_find(src->members, path, &m, err);
		return r < 0 ? r : archive_read(src->members, m, sb, err);
	}
	fd = open_below(src, path.p, err); /* a literal or from the arena: NUL-terminated */
	if (fd < 0)
		return fd;
	r = fd_read_all(fd, sb, err);
	return r < 0 ? err_wrap(err, r, "%s", path.p) : 0;
}

static int read_part(struct source *src, const struct descriptor *d, enum oci_part part,
		     struct strbuf *sb, struct err *err)
{
	struct str path = blob_path(&src->arena, d->digest);

	(void)part; /* all are blobs here */
	return path.p ? read_file(src, path, sb, err) : err_nomem(err);
}

/* Finds the layer's bytes: a member, or a path that can be opened. */
static int find_layer(struct source *src, struct source_layer *layer, struct err *err)
{
	struct str path = blob_path(&src->arena, layer->digest);
	const struct archive_member *m = NULL;
	CLEANUP(fd_closep) int fd = -1;
	char identity[FILE_IDENTITY_MAX];
	int r;

	if (!path.p)
		return err_nomem(err);
	if (src->members) {
		r = archive_find(src->members, path, &m, err);
		if (r == 0)
			archive_use_layer(src, layer, m);
		return r;
	}
	fd = open_below(src, path.p, err);
	if (fd < 0)
		return fd;
	layer->member = (void *)path.p;
	layer->identity = arena_str(&src->arena, file_identity(fd, 0, identity));
	return 0;
}

static int check_version(const struct source *src, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = read_file(src, STR("oci-layout"), &sb, err);

	if (r == 0)
		r = json_parse(strbuf_str(&sb), &doc, err);
	if (r == 0)
		r = oci_form_check(OCI_LAYOUT, doc, err);
	return r < 0 ? err_wrap(err, r, "oci-layout") : 0;
}

static int find_image(struct source *src, const struct source_request *q, struct err *err)
{
	static const struct oci_store store = {.read = read_part, .find_layer = find_layer};
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct descriptor d;
	int r = read_file(src, STR("index.json"), &sb, err);

	if (r < 0)
		return r;
	r = oci_image_choose(src, &store, q, strbuf_str(&sb), STR_NULL, &d, err);
	if (r < 0)
		return err_wrap(err, r, "index.json");
	return oci_image_read(src, &store, q, &d, err);
}

int oci_fill(struct source *src, const struct source_request *q, struct err *err)
{
	int r = check_version(src, err);

	return r < 0 ? r : find_image(src, q, err);
}

int source_oci(const struct source_request *q, struct source **ret, struct err *err)
{
	CLEANUP(source_closep) struct source *src = source_new("oci", q->location);
	int *dir, r;

	if (!src)
		return err_nomem(err);
	dir = arena_alloc(&src->arena, sizeof *dir);
	if (!dir)
		return err_nomem(err);
	*dir = open(q->location, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0)
		return err_errno(err, errno, "open %s", q->location);
	src->data = dir;
	src->done = done;
	src->open_layer = open_layer;
	r = oci_fill(src, q, err);
	if (r < 0)
		return err_wrap(err, r, "%s", q->location);
	*ret = TAKE(src);
	return 0;
}
