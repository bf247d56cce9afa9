/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_STEP ((size_t)64 << 10)

void fd_closep(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* read side, or synced before */
	*fd = -1;
}

int fd_open_read(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? err_errno(err, errno, "%s", path) : fd;
}

ssize_t fd_read_full(int fd, void *p, size_t n, struct err *err)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = read(fd, (char *)p + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_errno(err, errno, "read");
		if (r == 0)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

ssize_t fd_pread_full(int fd, void *p, size_t n, off_t offset, struct err *err)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(fd, (char *)p + done, n - done, offset + (off_t)done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_errno(err, errno, "read at offset %lld", (long long)offset);
		if (r == 0)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

int fd_write_all(int fd, struct str s, struct err *err)
{
	while (s.n) {
		ssize_t r = write(fd, s.p, s.n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_errno(err, errno, "write");
		s = str_skip(s, (size_t)r);
	}
	return 0;
}

int fd_read_all(int fd, struct strbuf *sb, struct err *err)
{
	for (;;) {
		size_t left = sb->max - sb->n;
		size_t step = left < READ_STEP ? left : READ_STEP;
		char extra;
		ssize_t r;
		char *room;

		if (step == 0) { /* full: only an end is fine */
			r = fd_read_full(fd, &extra, 1, err);
			if (r > 0)
				return err_set(err, ERR_LIMIT, "larger than %zu bytes", sb->max);
			return (int)r;
		}
		room = strbuf_reserve(sb, step);
		if (!room)
			return strbuf_check(sb, err);
		r = fd_read_full(fd, room, step, err);
		if (r < 0)
			return (int)r;
		strbuf_commit(sb, (size_t)r);
		if ((size_t)r < step)
			return 0;
	}
}

int file_read(const char *path, struct strbuf *sb, struct err *err)
{
	CLEANUP(fd_closep) int fd = fd_open_read(path, err);
	int r = fd;

	if (fd >= 0) {
		r = fd_read_all(fd, sb, err);
		if (r < 0)
			return err_wrap(err, r, "%s", path);
	}
	return r < 0 ? r : 0;
}

static int write_beside(int dir_fd, const char *name, struct str bytes, mode_t mode, bool durable,
			struct err *err)
{
	CLEANUP(fd_closep) int fd = -1;
	uint64_t random;
	char temp[96];
	int r;

	/* Not the process id: in containers that share a cache all have the same. */
	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return err_errno(err, errno, "random bytes");
	(void)snprintf(temp, sizeof temp, FILE_TEMP_PREFIX "%016llx", (unsigned long long)random);
	fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return err_errno(err, errno, "create %s", temp);
	r = fd_write_all(fd, bytes, err);
	if (r == 0 && durable && fsync(fd) < 0)
		r = err_errno(err, errno, "sync %s", name);
	if (r == 0 && renameat(dir_fd, temp, dir_fd, name) < 0)
		r = err_errno(err, errno, "rename to %s", name);
	if (r < 0)
		(void)unlinkat(dir_fd, temp, 0); /* the first error is the one to tell */
	return r;
}

int file_write_atomic(int dir_fd, const char *name, struct str bytes, struct err *err)
{
	return write_beside(dir_fd, name, bytes, 0600, false, err);
}

int file_write_shared(int dir_fd, const char *name, struct str bytes, struct err *err)
{
	return write_beside(dir_fd, name, bytes, 0644, false, err);
}

int file_write_durable(int dir_fd, const char *name, struct str bytes, struct err *err)
{
	return write_beside(dir_fd, name, bytes, 0600, true, err);
}

int dir_make_all(const char *path, struct err *err)
{
	CLEANUP(freep) char *copy = str_dup(str_of(path));

	if (!copy)
		return err_nomem(err);
	for (char *p = copy; *p;) {
		char *slash = strchr(p + 1, '/');

		if (slash)
			*slash = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			return err_errno(err, errno, "create directory %s", copy);
		if (!slash)
			break;
		*slash = '/';
		p = slash;
	}
	return 0;
}
