/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite databases of our own on disk: made once, in one go, then only read.
 *
 *     r = sqlite_file_create(path, schema, &db, err);       a new file, one transaction
 *     r = sqlite_file_prepare(db, "INSERT INTO t VALUES(?1, ?2)", &st, err);
 *     sqlite_bind_str(st, 1, name); sqlite_bind_int(st, 2, 7);
 *     r = sqlite_step(st, err);                             1 a row, 0 done; binds anew after that
 *     r = sqlite_file_finish(db, err);                      committed; syncing the file is the
 * caller's
 *
 *     r = sqlite_file_open_fd(fd, path, &db, err);          read-only; nothing is written beside it
 *     r = sqlite_step(st, err); struct str blob = sqlite_column_str(st, 0);
 *
 * A file is made without journal and without page reuse: rows that come in the order of their keys
 * give full pages, and the same rows give the same bytes (with one release of SQLite).
 * The reader trusts neither schema nor pages: damage is an error, not a crash. Views, triggers and
 * functions of the file's own are off; a value is no longer than the file; one step does at most
 * LIMIT_SHARD_STEPS of work. Pages are read as they are asked for (codec/sqlite_vfs.h), so memory
 * is that of a cache of 2 MB and of the row that is looked at. For databases of other programs see
 * sqlite_image.h.
 *
 * Ownership: statements are the database's and are released with it; a column lives until the next
 * step. Threads: one database, one thread. Errors: ERR_IO (also a full disk), ERR_FORMAT,
 * ERR_LIMIT (shard_steps).
 * Behind it: sqlite3.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct sqlite_file;
struct sqlite_statement;

int sqlite_file_create(const char *path, const char *schema, struct sqlite_file **ret,
		       struct err *err);
int sqlite_file_finish(struct sqlite_file *db, struct err *err); /* still to be closed */
/* The file behind fd, which stays the caller's, and no other that may by now be at its path. */
int sqlite_file_open_fd(int fd, const char *path, struct sqlite_file **ret, struct err *err);
void sqlite_file_close(struct sqlite_file *db);
void sqlite_file_closep(struct sqlite_file **db);

/*
 * schema: the text that sqlite_file_create was given, statements ended by ';'. ERR_FORMAT when the
 * file has anything else: a view for a table, a column that is computed, an index more.
 */
int sqlite_file_check_schema(struct sqlite_file *db, const char *schema, struct err *err);

/* sql is our own text. At most SQLITE_FILE_STATEMENTS a database. */
#define SQLITE_FILE_STATEMENTS 16
int sqlite_file_prepare(struct sqlite_file *db, const char *sql, struct sqlite_statement **ret,
			struct err *err);

/* Columns and parameters from 0 and 1 as in SQLite; the bytes bound must live until the step. */
void sqlite_bind_int(struct sqlite_statement *st, int parameter, int64_t v);
void sqlite_bind_str(struct sqlite_statement *st, int parameter, struct str text);
void sqlite_bind_blob(struct sqlite_statement *st, int parameter, struct str bytes);

int sqlite_step(struct sqlite_statement *st, struct err *err);
void sqlite_reset(struct sqlite_statement *st); /* for another walk before this one has ended */

struct str sqlite_column_str(struct sqlite_statement *st, int column); /* text or blob */
int64_t sqlite_column_num(struct sqlite_statement *st, int column);    /* 0 unless an integer */
