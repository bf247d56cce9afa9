/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SQLite reads a database through when it is one open file, and nothing else: no name is
 * looked up, nothing is locked, written or looked for beside it.
 *
 *     r = sqlite_vfs_init(&vfs, fd, err);              fd stays the caller's
 *     rc = sqlite_vfs_open(&vfs, &db);                 SQLite's own codes
 *     ... vfs.is_cut: what failed since is no fault of what the file had in it
 *     sqlite3_close_v2(db); sqlite_vfs_done(&vfs);     in this order
 *
 * Pages come by pread, not from a mapping: when somebody shortens the file meanwhile that is an
 * error of the next read, where a mapping would end the process (SIGBUS). The file is as large as
 * it was when it was opened; what is appended later is not seen.
 * Threads: as the database. Errors: ERR_IO, ERR_FORMAT for what is no file or empty.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include "base/err.h"

struct sqlite_vfs {
	sqlite3_vfs vfs; /* known to SQLite only while a database is opened */
	char name[32];
	int fd;
	sqlite3_int64 size_bytes;
	bool is_cut; /* a read found less than size_bytes */
};

int sqlite_vfs_init(struct sqlite_vfs *v, int fd, struct err *err);
void sqlite_vfs_done(struct sqlite_vfs *v); /* also of a zeroed one */
int sqlite_vfs_open(struct sqlite_vfs *v, sqlite3 **ret);
