/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/queue_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"

#define LOCK_NAP 10000000L /* ns */
#define DIGITS	 16

static const char *const endings[] = {[SPOOL_FILE_ALERT] = ".json",
				      [SPOOL_FILE_REFUSED] = ".refused",
				      [SPOOL_FILE_BROKEN] = ".broken"};

/* ---- the folder ---- */

static int usual_path(char **ret, struct err *err)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n = -1;

	if (xdg && xdg[0] == '/')
		n = asprintf(ret, "%s/plimsoll/alerts", xdg);
	else if (home && home[0] == '/')
		n = asprintf(ret, "%s/.local/state/plimsoll/alerts", home);
	else
		return err_set(err, ERR_USAGE,
			       "the queue of alerts has no place: give --alert-queue, or set HOME");
	if (n >= 0)
		return 0;
	*ret = NULL;
	return err_nomem(err);
}

/* Who can write there says where alerts go, and what is done in this user's name. */
static int check_owner(const struct folder *f, struct err *err)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return err_errno(err, errno, "%s", f->path);
	if (st.st_uid != geteuid())
		return err_set(err, ERR_DENIED, "%s: the queue of alerts is another user's",
			       f->path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, ERR_DENIED,
			       "%s: others may write to this queue of alerts; chmod go-w it",
			       f->path);
	return 0;
}

int folder_open(const char *dir, struct folder *ret, struct err *err)
{
	struct folder f = {.fd = -1};
	int r = 0;

	if (dir)
		f.path = str_dup(str_of(dir));
	else
		r = usual_path(&f.path, err);
	if (r == 0 && !f.path)
		r = err_nomem(err);
	if (r == 0)
		r = dir_make_all(f.path, err);
	if (r == 0)
		f.fd = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r == 0 && f.fd < 0)
		r = err_errno(err, errno, "%s", f.path);
	if (r == 0)
		r = check_owner(&f, err);
	if (r < 0)
		folder_done(&f);
	else
		*ret = f;
	return r;
}

void folder_done(struct folder *f)
{
	fd_closep(&f->fd);
	free(f->path);
	f->path = NULL;
}

int folder_lock(const struct folder *f, const char *name, unsigned wait_ms, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(f->fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	const struct timespec nap = {0, LOCK_NAP};
	uint64_t end = clock_monotonic_ms() + wait_ms;
	int got;

	if (fd < 0)
		return err_errno(err, errno, "%s/%s", f->path, name);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_errno(err, errno, "lock %s/%s", f->path, name);
		if (clock_monotonic_ms() >= end)
			return err_set(err, ERR_CANCELED, "%s is held by another process", f->path);
		(void)nanosleep(&nap, NULL); /* a shorter one is fine */
	}
	got = fd;
	fd = -1;
	return got;
}

/* ---- names ---- */

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return s.n == DIGITS;
}

static enum spool_file kind_of(struct str name)
{
	struct str ending = str_skip(name, SPOOL_NAME_N);

	if (name.n <= SPOOL_NAME_N || name.p[DIGITS] != '-' ||
	    !is_digits(str_sub(name, 0, DIGITS)) || !is_digits(str_sub(name, DIGITS + 1, DIGITS)))
		return SPOOL_FILE_NONE;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_is(ending, endings[i]))
			return (enum spool_file)i;
	return SPOOL_FILE_NONE;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct folder_file *)a)->name, ((const struct folder_file *)b)->name);
}

static int list_one(const struct folder *f, const char *name, struct vec *ret, struct err *err)
{
	enum spool_file kind = kind_of(str_of(name));
	struct folder_file *file;
	struct stat st;

	if (str_has_prefix(str_of(name), STR(FILE_TEMP_PREFIX)))
		(void)unlinkat(f->fd, name, 0); /* the lock is ours, so nobody writes it now */
	if (kind == SPOOL_FILE_NONE || fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	file = vec_push(ret);
	if (!file)
		return err_set(err, ERR_LIMIT,
			       "%s: more files than alert_queue_count (%d) can make", f->path,
			       LIMIT_ALERT_QUEUE_COUNT);
	(void)snprintf(file->name, sizeof file->name, "%.*s", (int)sizeof file->name - 1,
		       name); /* kind_of: fits */
	file->kind = kind;
	file->bytes = (uint64_t)st.st_size;
	return 0;
}

int folder_list(const struct folder *f, struct vec *ret, struct err *err)
{
	int copy = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!list) {
		r = err_errno(err, errno, "%s", f->path);
		fd_closep(&copy);
		return r;
	}
	while (r == 0 && (e = readdir(list)))
		r = list_one(f, e->d_name, ret, err);
	(void)closedir(list); /* only read */
	vec_sort(ret, compare);
	return r;
}

/* ---- files ---- */

int folder_read(const struct folder *f, const char *name, struct strbuf *ret, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(f->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s/%s", f->path, name);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return err_set(err, ERR_FORMAT, "%s/%s: no file of this user", f->path, name);
	r = fd_read_all(fd, ret, err);
	return r < 0 ? err_wrap(err, r, "%s/%s", f->path, name) : 0;
}

int folder_write(const struct folder *f, const char *name, struct str bytes, struct err *err)
{
	int r = file_write_durable(f->fd, name, bytes, err);

	if (r == 0 && fsync(f->fd) < 0 && errno != EINVAL) /* some file systems cannot */
		r = err_errno(err, errno, "sync");
	return r < 0 ? err_wrap(err, r, "%s", f->path) : 0;
}

int folder_rename(const struct folder *f, const char *name, const char *to, struct err *err)
{
	return renameat(f->fd, name, f->fd, to) < 0
		       ? err_errno(err, errno, "%s/%s: rename", f->path, name)
		       : 0;
}

int folder_remove(const struct folder *f, const char *name, struct err *err)
{
	return unlinkat(f->fd, name, 0) < 0 && errno != ENOENT
		       ? err_errno(err, errno, "%s/%s: remove", f->path, name)
		       : 0;
}
