/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: descriptors with scope-bound closing, whole reads with a maximum, atomic writes.
 *
 * Everything opens with O_CLOEXEC. Errors: ERR_IO, ERR_NOT_FOUND, ERR_DENIED with the path and the
 * kernel's reason; ERR_LIMIT when a file is larger than the caller's maximum.
 */
#pragma once

#include <sys/types.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/strbuf.h"

/* For CLEANUP: closes and sets -1; -1 is fine. */
void fd_closep(int *fd);

/* Opens for reading; the descriptor, or a negative code. */
int fd_open_read(const char *path, struct err *err);

/* Reads until n bytes, the end of the file or an error: the count or a negative code. */
ssize_t fd_read_full(int fd, void *p, size_t n, struct err *err);
ssize_t fd_pread_full(int fd, void *p, size_t n, off_t offset, struct err *err);

/* Writes all of it. */
int fd_write_all(int fd, struct str s, struct err *err);

/* Appends the rest of fd to sb; the buffer's maximum is the limit. */
int fd_read_all(int fd, struct strbuf *sb, struct err *err);

/* open + fd_read_all + close. */
int file_read(const char *path, struct strbuf *sb, struct err *err);

/*
 * Writes beside dir_fd/name and renames over it: readers see the old or the new file, whole. A
 * process that is killed while it writes leaves a file with this prefix behind.
 */
#define FILE_TEMP_PREFIX ".tmp."
int file_write_atomic(int dir_fd, const char *name, struct str bytes, struct err *err);

/* The same for what others are to read: mode 0644, less the umask. */
int file_write_shared(int dir_fd, const char *name, struct str bytes, struct err *err);
/* The same, on the disk before the name is: a file that a power cut must not leave empty. */
int file_write_durable(int dir_fd, const char *name, struct str bytes, struct err *err);

/* mkdir -p with mode 0700 for what is missing. */
int dir_make_all(const char *path, struct err *err);
