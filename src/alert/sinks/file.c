/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document a line at the end of a file, which may be taken away or renamed at any time: each
 * alert opens it anew. Writers of ours lock it, so that what a full disk has cut off can be taken
 * back; others that append see whole lines, as each is one write.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert/sink.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"

#define OPEN_TRIES 8
#define LOCK_MS	   5000
#define LOCK_NAP   20000000L /* ns */

/* A symlink would let somebody else choose the file; a FIFO without a reader would hang. */
static int open_end(const char *path, struct err *err)
{
	CLEANUP(fd_closep)
	int fd =
		open(path,
		     O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
		     0600);
	struct stat st;
	int got;

	if (fd < 0)
		return err_errno(err, errno, "%s", path);
	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_IO, "%s: not a regular file", path);
	got = fd;
	fd = -1;
	return got;
}

static int lock(int fd, const char *path, struct err *err)
{
	const struct timespec nap = {0, LOCK_NAP};
	uint64_t end = clock_monotonic_ms() + LOCK_MS;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_errno(err, errno, "lock %s", path);
		if (clock_monotonic_ms() > end)
			return err_set(err, ERR_IO, "%s is locked by another program", path);
		(void)nanosleep(&nap, NULL); /* a shorter one is fine */
	}
	return 0;
}

/* Whether the path still is this file: somebody may have renamed it while the lock was waited for.
 */
static bool is_still(int fd, const char *path)
{
	struct stat mine, there;

	return fstat(fd, &mine) == 0 && lstat(path, &there) == 0 && mine.st_dev == there.st_dev &&
	       mine.st_ino == there.st_ino;
}

static int open_locked(const char *path, struct err *err)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		CLEANUP(fd_closep) int fd = open_end(path, err);
		int r = fd < 0 ? fd : lock(fd, path, err);

		if (r < 0)
			return r;
		if (is_still(fd, path)) {
			r = fd;
			fd = -1;
			return r;
		}
	}
	return err_set(err, ERR_IO, "%s is replaced again and again", path);
}

/* All of the line, or nothing. */
static int append(int fd, struct str line, const char *path, struct err *err)
{
	off_t before = lseek(fd, 0, SEEK_END);
	ssize_t n;
	int r = 0;

	do
		n = write(fd, line.p, line.n);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, errno, "%s", path);
	if ((size_t)n < line.n)
		r = err_set(err, ERR_IO, "%s: only %zd of %zu bytes found room", path, n, line.n);
	else if (fdatasync(fd) < 0 && errno != EINVAL)
		r = err_errno(err, errno, "%s", path);
	if (r < 0 && before >= 0 && ftruncate(fd, before) < 0)
		return err_errno(err, errno, "%s: a part of a line is left there", path);
	return r;
}

static int send_line(const struct sink *sink, const struct alert *alert, struct sink_context *c,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LIMIT_ALERT_BYTES);
	CLEANUP(freep) char *path = str_dup(sink->address);
	CLEANUP(fd_closep) int fd = -1;
	int r = path ? alert_write(alert, JSON_COMPACT, &line, err) : err_nomem(err);

	(void)c;
	strbuf_addc(&line, '\n');
	if (r == 0)
		r = strbuf_check(&line, err);
	if (r < 0)
		return r;
	fd = open_locked(path, err);
	return fd < 0 ? fd : append(fd, strbuf_str(&line), path, err);
}

const struct sink_type sink_type_file = {
	.id = "file",
	.title = "a JSON document a line, at the end of a file",
	.form = "file:PATH",
	.check = sink_absolute,
	.has_address = true,
	.send = send_line,
};
