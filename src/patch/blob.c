/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/fd.h"

#define PIECE_BYTES ((size_t)1 << 17)

int blob_writer_open(struct blob_writer *w, int dir_fd, struct err *err)
{
	static atomic_uint next;

	(void)snprintf(w->temp, sizeof w->temp, FILE_TEMP_PREFIX "%d.%u", (int)getpid(),
		       atomic_fetch_add(&next, 1));
	w->dir_fd = dir_fd;
	w->fd = openat(dir_fd, w->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (w->fd < 0)
		return err_errno(err, errno, "create a blob");
	return digest_init(&w->hash, DIGEST_SHA256, err);
}

int blob_writer_add(struct blob_writer *w, struct str bytes, struct err *err)
{
	int r = fd_write_all(w->fd, bytes, err);

	if (r < 0)
		return err_wrap(err, r, "write a blob");
	digest_update(&w->hash, bytes);
	w->size += bytes.n;
	return 0;
}

int blob_writer_add_stream(struct blob_writer *w, struct stream *in, struct err *err)
{
	CLEANUP(freep) char *piece = malloc(PIECE_BYTES);
	ssize_t n = 0;
	int r = 0;

	if (!piece)
		return err_nomem(err);
	while (r == 0 && (n = stream_read(in, piece, PIECE_BYTES, err)) > 0)
		r = blob_writer_add(w, str_make(piece, (size_t)n), err);
	return r < 0 ? r : n < 0 ? (int)n : 0;
}

int blob_writer_commit(struct blob_writer *w, char digest[DIGEST_TEXT_MAX], struct err *err)
{
	struct digest_value value;
	int fd;

	digest_final(&w->hash, &value);
	(void)digest_format(&value, digest);
	fd = w->fd;
	w->fd = -1;
	if (close(fd) < 0)
		return err_errno(err, errno, "write a blob");
	if (renameat(w->dir_fd, w->temp, w->dir_fd, digest + strlen("sha256:")) < 0)
		return err_errno(err, errno, "name a blob");
	w->temp[0] = '\0';
	return 0;
}

void blob_writer_done(struct blob_writer *w)
{
	fd_closep(&w->fd);
	if (w->temp[0])
		(void)unlinkat(w->dir_fd, w->temp, 0); /* it may never have been made */
	w->temp[0] = '\0';
	digest_done(&w->hash);
}

int blob_write(int dir_fd, struct str bytes, char digest[DIGEST_TEXT_MAX], struct err *err)
{
	CLEANUP(blob_writer_done) struct blob_writer w = BLOB_WRITER_INIT;
	int r = blob_writer_open(&w, dir_fd, err);

	if (r == 0)
		r = blob_writer_add(&w, bytes, err);
	return r == 0 ? blob_writer_commit(&w, digest, err) : r;
}

int blob_open(int dir_fd, struct str digest, struct err *err)
{
	CLEANUP(freep) char *hex = NULL;
	int fd;

	if (!str_pull_prefix(&digest, STR("sha256:")) || digest.n != 64)
		return err_set(err, ERR_UNSUPPORTED, "%.*s: only sha256 is used here",
			       STR_FMT(digest));
	hex = str_dup(digest);
	if (!hex)
		return err_nomem(err);
	fd = openat(dir_fd, hex, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? err_errno(err, errno, "open blob %s", hex) : fd;
}
