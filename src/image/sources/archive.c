/* SPDX-License-Identifier: Apache-2.0 */
/* Archives by path: the way to read one is chosen by what kind of file it is. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file_stream.h"
#include "codec/decompress.h"
#include "image/sources/archive.h"

struct archive_file {
	int fd;
	bool can_seek;
	uint64_t size;		  /* bytes; 0 when it cannot seek */
	enum compression packing; /* of one that can seek */
};

static int open_location(const char *location, struct err *err)
{
	int fd;

	if (strcmp(location, "-") != 0)
		return fd_open_read(location, err);
	if (isatty(STDIN_FILENO))
		return err_set(err, ERR_USAGE, "stdin is a terminal: pipe an archive into it");
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? err_errno(err, errno, "stdin") : fd;
}

static int archive_file_open(const char *location, struct archive_file *ret, struct err *err)
{
	CLEANUP(fd_closep) int fd = open_location(location, err);
	char magic[COMPRESSION_MAGIC_BYTES];
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s", location);
	if (S_ISDIR(st.st_mode))
		return err_set(err, ERR_FORMAT, "%s: a directory, no archive", location);
	*ret = (struct archive_file){.fd = -1};
	if (S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0) {
		n = fd_pread_full(fd, magic, sizeof magic, 0, err);
		if (n < 0)
			return err_wrap(err, (int)n, "%s", location);
		ret->can_seek = true;
		ret->size = (uint64_t)st.st_size;
		ret->packing = compression_of(str_make(magic, (size_t)n));
	}
	ret->fd = fd;
	fd = -1;
	return 0;
}

static int open_stream(const struct archive_file *f, const struct source_request *q,
		       enum archive_form form, struct source **ret, struct err *err)
{
	struct stream *in = NULL;
	int r = fd_stream_new(f->fd, &in, err);

	return r < 0 ? r : archive_stream_new(in, f->can_seek ? f->fd : -1, q, form, ret, err);
}

static int kind_of_file(const struct archive_file *f, enum archive_form *ret, struct err *err)
{
	struct head_stream *head = NULL;
	struct stream *in = NULL;
	int r = file_stream_new(f->fd, 0, f->size, &in, err);

	if (r == 0)
		r = head_stream_new(in, ARCHIVE_HEAD_BYTES, &head, err);
	if (r < 0)
		return r;
	r = archive_kind(head, ret, err);
	stream_close(head_stream_stream(head));
	return r;
}

static int open_indexed(const struct archive_file *f, const struct source_request *q,
			enum archive_form form, struct source **ret, struct err *err)
{
	CLEANUP(source_closep) struct source *src = source_new(NULL, q->location);
	int r;

	if (!src) {
		(void)close(f->fd); /* read side */
		return err_nomem(err);
	}
	r = archive_index_open(f->fd, f->size, &src->members, err);
	if (r < 0)
		return err_wrap(err, r, "%s", q->location);
	r = archive_fill(src, q, form, err);
	if (r == 0)
		*ret = TAKE(src);
	return r;
}

int source_archive(const struct source_request *q, enum archive_form form, struct source **ret,
		   struct err *err)
{
	struct archive_file f;
	int r = archive_file_open(q->location, &f, err);

	if (r < 0)
		return r;
	if (!f.can_seek || (f.packing != COMPRESSION_NONE && form != ARCHIVE_ROOTFS))
		return open_stream(&f, q, form, ret, err);
	if (form == ARCHIVE_ANY) {
		r = kind_of_file(&f, &form, err);
		if (r < 0) {
			(void)close(f.fd); /* read side */
			return err_wrap(err, r, "%s", q->location);
		}
	}
	return form == ARCHIVE_ROOTFS ? tarball_new(f.fd, f.size, q, ret, err)
				      : open_indexed(&f, q, form, ret, err);
}

int source_stream(struct stream *in, const struct source_request *q, enum archive_form form,
		  struct source **ret, struct err *err)
{
	return archive_stream_new(in, -1, q, form, ret, err);
}

void archive_use_layer(struct source *src, struct source_layer *layer,
		       const struct archive_member *m)
{
	layer->member = (void *)(uintptr_t)m;
	layer->passed = m->passed;
	layer->identity = archive_identity(src->members, m, &src->arena);
}

static int open_member(struct source *src, size_t i, struct stream **ret, struct err *err)
{
	const struct source_layer *layer = &src->layers[i];

	if (layer->not_read.n)
		return err_set(err, ERR_UNSUPPORTED, "%.*s", STR_FMT(layer->not_read));
	return archive_stream(src->members, layer->member, ret, err);
}

/* Newer engines write both kinds at once; then the older one is read. */
static int form_by_members(const struct source *src, enum archive_form *ret, struct err *err)
{
	if (archive_has(src->members, STR("manifest.json")))
		*ret = ARCHIVE_DOCKER;
	else if (archive_has(src->members, STR("oci-layout")) ||
		 archive_has(src->members, STR("index.json")))
		*ret = ARCHIVE_OCI;
	else
		return err_set(err, ERR_FORMAT,
			       "begins like an image archive, but has no manifest.json and no "
			       "oci-layout; if it is a root file system, say rootfs:%.*s",
			       STR_FMT(src->location));
	return 0;
}

int archive_fill(struct source *src, const struct source_request *q, enum archive_form form,
		 struct err *err)
{
	int r = form == ARCHIVE_ANY ? form_by_members(src, &form, err) : 0;

	src->open_layer = open_member;
	if (!src->transport)
		src->transport = form == ARCHIVE_DOCKER ? "docker-archive" : "oci-archive";
	if (r == 0)
		r = form == ARCHIVE_DOCKER ? docker_archive_fill(src, q, err)
					   : oci_fill(src, q, err);
	if (r == 0)
		r = engine_check_id(src, err);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(src->location)) : 0;
}
