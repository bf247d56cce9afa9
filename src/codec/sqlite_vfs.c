/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/sqlite_vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"

#define FILE_NAME "database" /* SQLite wants one */

struct vfs_file {
	sqlite3_file file;
	struct sqlite_vfs *v;
};

static struct sqlite_vfs *vfs_of(sqlite3_file *f)
{
	return ((struct vfs_file *)f)->v;
}

/* ---- the file ---- */

static int close_file(sqlite3_file *f)
{
	(void)f; /* sqlite_vfs_done closes it */
	return SQLITE_OK;
}

/*
 * SQLite takes a short read for zeros, which in a page of a long value would pass for its bytes:
 * only behind the end that the file had may there be any.
 */
static int read_at(sqlite3_file *f, void *buf, int n, sqlite3_int64 offset)
{
	struct sqlite_vfs *v = vfs_of(f);
	sqlite3_int64 left = offset < v->size_bytes ? v->size_bytes - offset : 0;
	size_t want = n < left ? (size_t)n : (size_t)left;
	ssize_t got = fd_pread_full(v->fd, buf, want, (off_t)offset, NULL);

	if (got >= 0 && (size_t)got < want)
		v->is_cut = true;
	if (got < 0 || (size_t)got < want)
		return SQLITE_IOERR_READ;
	if (want == (size_t)n)
		return SQLITE_OK;
	memset((char *)buf + want, 0, (size_t)n - want);
	return SQLITE_IOERR_SHORT_READ;
}

static int write_at(sqlite3_file *f, const void *buf, int n, sqlite3_int64 offset)
{
	(void)f, (void)buf, (void)n, (void)offset;
	return SQLITE_READONLY;
}

static int cut_at(sqlite3_file *f, sqlite3_int64 size)
{
	(void)f, (void)size;
	return SQLITE_READONLY;
}

static int sync_file(sqlite3_file *f, int flags)
{
	(void)f, (void)flags;
	return SQLITE_OK;
}

static int size_of(sqlite3_file *f, sqlite3_int64 *ret)
{
	*ret = vfs_of(f)->size_bytes;
	return SQLITE_OK;
}

static int lock_file(sqlite3_file *f, int level)
{
	(void)f, (void)level;
	return SQLITE_OK;
}

static int ask_reserved(sqlite3_file *f, int *ret)
{
	(void)f;
	*ret = 0;
	return SQLITE_OK;
}

static int control_file(sqlite3_file *f, int op, void *arg)
{
	(void)f, (void)op, (void)arg;
	return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *f)
{
	(void)f;
	return 4096;
}

static int traits_of(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_IMMUTABLE; /* no journal is looked for, no lock taken */
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 1, /* without mappings and shared memory */
	.xClose = close_file,
	.xRead = read_at,
	.xWrite = write_at,
	.xTruncate = cut_at,
	.xSync = sync_file,
	.xFileSize = size_of,
	.xLock = lock_file,
	.xUnlock = lock_file,
	.xCheckReservedLock = ask_reserved,
	.xFileControl = control_file,
	.xSectorSize = sector_size,
	.xDeviceCharacteristics = traits_of,
};

/* ---- the system ---- */

static int vfs_open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret)
{
	struct vfs_file *file = (struct vfs_file *)f;

	(void)name;
	*file = (struct vfs_file){0}; /* without methods it is not closed */
	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	*file = (struct vfs_file){{&file_methods}, vfs->pAppData};
	if (ret)
		*ret = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs, (void)name, (void)sync;
	return SQLITE_READONLY;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
	(void)vfs, (void)name, (void)flags;
	*ret = 0;
	return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int n, char *ret)
{
	(void)vfs;
	(void)snprintf(ret, (size_t)n, "%s", name); /* FILE_NAME, which fits */
	return SQLITE_OK;
}

/* Asked of the default system, if at all. */
static int vfs_randomness(sqlite3_vfs *vfs, int n, char *ret)
{
	(void)vfs;
	memset(ret, 0, (size_t)n);
	return n;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs, (void)microseconds;
	return 0; /* nothing is waited for */
}

static int vfs_time(sqlite3_vfs *vfs, double *ret)
{
	(void)vfs;
	*ret = 0; /* our statements ask for no time */
	return SQLITE_OK;
}

/* The type is SQLite's. NOLINTNEXTLINE(readability-non-const-parameter) */
static int vfs_last_error(sqlite3_vfs *vfs, int n, char *ret)
{
	(void)vfs, (void)n, (void)ret;
	return errno;
}

int sqlite_vfs_init(struct sqlite_vfs *v, int fd, struct err *err)
{
	struct stat st;

	*v = (struct sqlite_vfs){.fd = -1};
	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "size");
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return err_set(err, ERR_FORMAT, "empty, or no file");
	v->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (v->fd < 0)
		return err_errno(err, errno, "open");
	v->size_bytes = st.st_size;
	(void)snprintf(v->name, sizeof v->name, "fd-%p", (void *)v); /* fits; one of its kind */
	v->vfs = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = sizeof(struct vfs_file),
		.mxPathname = 64,
		.zName = v->name,
		.pAppData = v,
		.xOpen = vfs_open_file,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_path,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
		.xGetLastError = vfs_last_error,
	};
	return 0;
}

void sqlite_vfs_done(struct sqlite_vfs *v)
{
	if (v->size_bytes)
		fd_closep(&v->fd);
}

int sqlite_vfs_open(struct sqlite_vfs *v, sqlite3 **ret)
{
	int rc = sqlite3_vfs_register(&v->vfs, 0);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_open_v2(FILE_NAME, ret, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, v->name);
	(void)sqlite3_vfs_unregister(&v->vfs); /* the database keeps its own pointer to it */
	return rc;
}
