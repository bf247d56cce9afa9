/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads an SQLite 3 database that lies in memory and comes from a stranger.
 *
 *     CLEANUP(sqlite_image_freep) struct sqlite_image *db = NULL;
 *     r = sqlite_image_open(main_bytes, wal_bytes, &db, err);       wal may be STR_NULL
 *     r = sqlite_image_each(db, "SELECT hash, path FROM ValidPaths", row, ctx, err);
 *
 * The committed part of the write-ahead log is applied first, as SQLite does when it opens the two
 * files; the input itself is copied and stays untouched. Views, triggers and any statement but a
 * plain SELECT of our own are refused, and the schema is not trusted.
 *
 * Ownership: the image owns its copy; what a row gives is borrowed until the callback returns.
 * Threads: one image, one thread.
 * Errors: ERR_FORMAT (no database, broken pages, no such table or column; a log that is none: its
 * message starts with "write-ahead log", and the caller may report it and open again without),
 * ERR_LIMIT (sqlite_bytes, sqlite_steps: a hostile tree of pages can repeat its rows without end).
 * Format: https://www.sqlite.org/fileformat2.html, 3.40. Encrypted databases are not read.
 * Behind it: sqlite3; no other file of this module's users knows.
 */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

struct sqlite_image;
struct sqlite_row;

int sqlite_image_open(struct str main, struct str wal, struct sqlite_image **ret, struct err *err);
void sqlite_image_free(struct sqlite_image *db);
void sqlite_image_freep(struct sqlite_image **db);

/*
 * Whether there is an ordinary table of that name, which is ours and holds no quotes: no view, no
 * virtual table and no generated columns, which would run what the input's author wrote.
 */
bool sqlite_image_has_table(struct sqlite_image *db, const char *name);

/* A negative code ends the walk and is what sqlite_image_each returns. */
typedef int sqlite_row_fn(void *ctx, const struct sqlite_row *row, struct err *err);

/* Calls fn for each row of one SELECT statement, which is our own text and never the input's. */
int sqlite_image_each(struct sqlite_image *db, const char *sql, sqlite_row_fn *fn, void *ctx,
		      struct err *err);

/*
 * Calls fn for each value of all ordinary tables, NULL left out, whatever they are called. A table
 * that cannot be read does not hide those behind it; the first error is returned.
 */
typedef int sqlite_value_fn(void *ctx, struct str table, struct str column, struct str value,
			    struct err *err);
int sqlite_image_each_value(struct sqlite_image *db, sqlite_value_fn *fn, void *ctx,
			    struct err *err);

/* Text or blob; STR_NULL for NULL; a number as its digits. */
struct str sqlite_row_str(const struct sqlite_row *row, int column);
/* False unless an integer. */
bool sqlite_row_int(const struct sqlite_row *row, int column, int64_t *ret);
