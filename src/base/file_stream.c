/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_stream.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

struct file_stream {
	struct stream stream;
	int fd;
	uint64_t at, end; /* bytes */
};

static ssize_t file_stream_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct file_stream *fs = (struct file_stream *)s;
	uint64_t left = fs->end - fs->at;
	ssize_t got = fd_pread_full(fs->fd, buf, left < n ? (size_t)left : n, (off_t)fs->at, err);

	if (got > 0)
		fs->at += (uint64_t)got;
	return got;
}

static void file_stream_close(struct stream *s)
{
	free(s);
}

int file_stream_new(int fd, uint64_t offset, uint64_t size, struct stream **ret, struct err *err)
{
	struct file_stream *fs = calloc(1, sizeof *fs);

	if (!fs)
		return err_nomem(err);
	fs->stream = (struct stream){file_stream_read, file_stream_close};
	fs->fd = fd;
	fs->at = offset;
	if (__builtin_add_overflow(offset, size, &fs->end) || fs->end > INT64_MAX)
		fs->end = INT64_MAX;
	*ret = &fs->stream;
	return 0;
}

static ssize_t fd_stream_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct file_stream *fs = (struct file_stream *)s;
	ssize_t got;

	do
		got = read(fs->fd, buf, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? err_errno(err, errno, "read") : got;
}

static void fd_stream_close(struct stream *s)
{
	fd_closep(&((struct file_stream *)s)->fd);
	free(s);
}

int fd_stream_new(int fd, struct stream **ret, struct err *err)
{
	struct file_stream *fs = calloc(1, sizeof *fs);

	if (!fs) {
		fd_closep(&fd);
		return err_nomem(err);
	}
	fs->stream = (struct stream){fd_stream_read, fd_stream_close};
	fs->fd = fd;
	*ret = &fs->stream;
	return 0;
}

struct str file_identity(int fd, uint64_t offset, char buf[FILE_IDENTITY_MAX])
{
	struct stat st;
	int n;

	if (fstat(fd, &st) < 0)
		return STR_NULL;
	n = snprintf(buf, FILE_IDENTITY_MAX, "%llx:%llx:%llx:%lld.%ld:%lld.%ld:%llx",
		     (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
		     (unsigned long long)st.st_size, (long long)st.st_mtim.tv_sec,
		     st.st_mtim.tv_nsec, (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec,
		     (unsigned long long)offset);
	return n > 0 && n < FILE_IDENTITY_MAX ? str_make(buf, (size_t)n) : STR_NULL;
}
