/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/sqlite_file.h"

#include <limits.h>
#include <sqlite3.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/sqlite_vfs.h"

#define STEPS_A_CALL 1000
#define SQL_BYTES    65536
#define VALUE_BYTES  (4 << 20) /* also what is asked for may be so long, in a small file */

struct sqlite_statement {
	struct sqlite_file *db;
	sqlite3_stmt *stmt;
};

struct sqlite_file {
	sqlite3 *db;
	char *path;
	struct sqlite_vfs vfs; /* of a file that is only read; else zeroed */
	uint64_t steps;	       /* of the step that is being done */
	struct sqlite_statement statements[SQLITE_FILE_STATEMENTS];
	size_t n_statements;
};

/* Names of the file's schema in SQLite's words are kept on one line. */
static int failure(const struct sqlite_file *db, int rc, struct err *err)
{
	char words[200];
	const char *text = db->db ? sqlite3_errmsg(db->db) : sqlite3_errstr(rc);
	size_t n = 0;
	int errnum;

	for (; n < sizeof words - 1 && text[n]; n++)
		words[n] = text[n] >= ' ' && text[n] < 0x7f ? text[n] : '?';
	words[n] = '\0';
	if (db->vfs.is_cut)
		return err_set(err, ERR_IO, "%s: was cut short while it was read", db->path);
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return err_nomem(err);
	case SQLITE_INTERRUPT:
		return err_set(err, ERR_LIMIT, "%s: more than %llu steps of sqlite (shard_steps)",
			       db->path, (unsigned long long)LIMIT_SHARD_STEPS);
	case SQLITE_FULL:
		return err_set(err, ERR_IO, "%s: no space left on the disk", db->path);
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		errnum = db->db ? sqlite3_system_errno(db->db) : 0;
		return errnum ? err_errno(err, errnum, "%s: %s", db->path, words)
			      : err_set(err, ERR_IO,
					"%s: %s; is the disk full, or a limit on file sizes "
					"reached?",
					db->path, words);
	default:
		return err_set(err, ERR_FORMAT, "%s: sqlite: %s", db->path, words);
	}
}

void sqlite_file_close(struct sqlite_file *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->n_statements; i++)
		(void)sqlite3_finalize(db->statements[i].stmt); /* repeats an error that was told */
	(void)sqlite3_close_v2(db->db);				/* as above */
	sqlite_vfs_done(&db->vfs);
	free(db->path);
	free(db);
}

void sqlite_file_closep(struct sqlite_file **db)
{
	sqlite_file_close(*db);
	*db = NULL;
}

static int exec(struct sqlite_file *db, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(db->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : failure(db, rc, err);
}

static int new_file(const char *path, struct sqlite_file **ret, struct err *err)
{
	CLEANUP(sqlite_file_closep) struct sqlite_file *db = calloc(1, sizeof *db);

	if (!db || !(db->path = str_dup(str_of(path))))
		return err_nomem(err);
	*ret = TAKE(db);
	return 0;
}

/* rc: how the opening went. */
static int distrust(struct sqlite_file *db, int rc, struct err *err)
{
	if (rc != SQLITE_OK)
		return failure(db, rc, err);
	(void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	return 0;
}

int sqlite_file_create(const char *path, const char *schema, struct sqlite_file **ret,
		       struct err *err)
{
	CLEANUP(sqlite_file_closep) struct sqlite_file *db = NULL;
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int r = new_file(path, &db, err);

	if (r == 0)
		r = distrust(db, sqlite3_open_v2(path, &db->db, flags, NULL), err);
	if (r == 0)
		r = exec(db,
			 "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
			 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; BEGIN",
			 err);
	if (r == 0)
		r = exec(db, schema, err);
	if (r == 0)
		*ret = TAKE(db);
	return r;
}

int sqlite_file_finish(struct sqlite_file *db, struct err *err)
{
	return exec(db, "COMMIT", err);
}

static int on_steps(void *context)
{
	struct sqlite_file *db = context;

	db->steps += STEPS_A_CALL;
	return db->steps > LIMIT_SHARD_STEPS;
}

/* What a file of ours never needs, so that one made to hurt has nothing to hurt with. */
static int harden(struct sqlite_file *db, struct err *err)
{
	sqlite3_int64 size = db->vfs.size_bytes;
	sqlite3_int64 value = size > VALUE_BYTES ? size : VALUE_BYTES;

	(void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_LENGTH, value > INT_MAX ? INT_MAX : (int)value);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_COLUMN, 64);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_EXPR_DEPTH, 32);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_COMPOUND_SELECT, 2);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_VDBE_OP, 25000);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
	(void)sqlite3_limit(db->db, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_progress_handler(db->db, STEPS_A_CALL, on_steps, db);
	return exec(db,
		    "PRAGMA cell_size_check=ON; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;"
		    "PRAGMA locking_mode=EXCLUSIVE;", /* pages once read are not asked for again */
		    err);
}

int sqlite_file_open_fd(int fd, const char *path, struct sqlite_file **ret, struct err *err)
{
	CLEANUP(sqlite_file_closep) struct sqlite_file *db = NULL;
	int r = new_file(path, &db, err);

	if (r < 0)
		return r;
	r = sqlite_vfs_init(&db->vfs, fd, err);
	if (r < 0)
		return err_wrap(err, r, "%s", path);
	r = distrust(db, sqlite_vfs_open(&db->vfs, &db->db), err);
	if (r == 0)
		r = harden(db, err);
	if (r == 0)
		*ret = TAKE(db);
	return r;
}

int sqlite_file_prepare(struct sqlite_file *db, const char *sql, struct sqlite_statement **ret,
			struct err *err)
{
	struct sqlite_statement *st = &db->statements[db->n_statements];
	int rc;

	if (db->n_statements == SQLITE_FILE_STATEMENTS)
		return err_set(err, ERR_BUG, "more than %d statements", SQLITE_FILE_STATEMENTS);
	db->steps = 0;
	rc = sqlite3_prepare_v3(db->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->stmt, NULL);
	if (rc != SQLITE_OK)
		return failure(db, rc, err);
	st->db = db;
	db->n_statements++;
	*ret = st;
	return 0;
}

/* The next statement of a schema, which is our own text. */
static bool pull_statement(struct str *schema, struct str *ret)
{
	struct str rest;

	if (schema->n == 0 || !str_cut(*schema, ';', ret, &rest))
		return false;
	*schema = rest;
	return true;
}

int sqlite_file_check_schema(struct sqlite_file *db, const char *schema, struct err *err)
{
	struct str left = str_of(schema), want;
	struct sqlite_statement *st = NULL;
	int r = sqlite_file_prepare(db, "SELECT sql FROM sqlite_master ORDER BY rowid", &st, err);

	while (r >= 0 && (r = sqlite_step(st, err)) > 0)
		if (!pull_statement(&left, &want) || !str_eq(sqlite_column_str(st, 0), want))
			return err_set(err, ERR_FORMAT, "%s: has other tables than its format",
				       db->path);
	if (r == 0 && left.n)
		r = err_set(err, ERR_FORMAT, "%s: lacks tables of its format", db->path);
	return r;
}

/* A bind fails for a wrong number, which is ours, and for lengths that the step then refuses. */
void sqlite_bind_int(struct sqlite_statement *st, int parameter, int64_t v)
{
	(void)sqlite3_bind_int64(st->stmt, parameter, v);
}

void sqlite_bind_str(struct sqlite_statement *st, int parameter, struct str text)
{
	(void)sqlite3_bind_text64(st->stmt, parameter, text.p ? text.p : "", text.n, SQLITE_STATIC,
				  SQLITE_UTF8);
}

void sqlite_bind_blob(struct sqlite_statement *st, int parameter, struct str bytes)
{
	(void)sqlite3_bind_blob64(st->stmt, parameter, bytes.p ? bytes.p : "", bytes.n,
				  SQLITE_STATIC);
}

int sqlite_step(struct sqlite_statement *st, struct err *err)
{
	int rc;

	st->db->steps = 0;
	rc = sqlite3_step(st->stmt);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		rc = failure(st->db, rc, err);
	sqlite_reset(st);
	return rc < 0 ? rc : 0;
}

void sqlite_reset(struct sqlite_statement *st)
{
	(void)sqlite3_reset(st->stmt); /* repeats the step's error */
}

struct str sqlite_column_str(struct sqlite_statement *st, int column)
{
	/* The bytes first: asking for the size before may convert in between. */
	const void *p = sqlite3_column_type(st->stmt, column) == SQLITE_BLOB
				? sqlite3_column_blob(st->stmt, column)
				: sqlite3_column_text(st->stmt, column);
	int n = sqlite3_column_bytes(st->stmt, column);

	return p && n > 0 ? str_make(p, (size_t)n) : STR_NULL;
}

int64_t sqlite_column_num(struct sqlite_statement *st, int column)
{
	return sqlite3_column_type(st->stmt, column) == SQLITE_INTEGER
		       ? sqlite3_column_int64(st->stmt, column)
		       : 0;
}
