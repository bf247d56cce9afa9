/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>
#include <unistd.h>

#include "base/fd.h"
#include "codec/sqlite_image.h"
#include "tests/unit/test.h"

enum { MAX = 1 << 20 };

/* The bytes that `sql` leaves in the database file and its log, as a running program has them. */
static void make_database(const char *sql, struct strbuf *main, struct strbuf *wal)
{
	char dir[] = "/tmp/test-sqlite-XXXXXX", path[64], wal_path[64];
	sqlite3 *db;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/db", dir);
	(void)snprintf(wal_path, sizeof wal_path, "%s/db-wal", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(file_read(path, main, NULL), 0);
	(void)file_read(wal_path, wal, NULL); /* there is none without the pragma */
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	(void)unlink(path);
	(void)unlink(wal_path);
	assert_int_equal(rmdir(dir), 0);
}

#define MADE(sql)                                                                                  \
	CLEANUP(strbuf_done) struct strbuf main = STRBUF_INIT(MAX);                                \
	CLEANUP(strbuf_done) struct strbuf wal = STRBUF_INIT(MAX);                                 \
	make_database(sql, &main, &wal)

static int join(void *ctx, const struct sqlite_row *row, struct err *err)
{
	int64_t n = -1;

	(void)err;
	(void)sqlite_row_int(row, 1, &n);
	strbuf_addf(ctx, "%.*s=%d;", STR_FMT(sqlite_row_str(row, 0)), (int)n);
	return 0;
}

static int read_all(struct str main, struct str wal, const char *sql, struct strbuf *ret,
		    struct err *err)
{
	CLEANUP(sqlite_image_freep) struct sqlite_image *db = NULL;
	int r = sqlite_image_open(main, wal, &db, err);

	return r < 0 ? r : sqlite_image_each(db, sql, join, ret, err);
}

static const char in_log[] = "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
			     "CREATE TABLE t(name, n); INSERT INTO t VALUES('a', 1);"
			     "INSERT INTO t VALUES(x'62', 2); INSERT INTO t VALUES(NULL, 'x');";

TEST(rows_of_a_plain_file_are_read)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(MAX);
	MADE("CREATE TABLE t(name, n); INSERT INTO t VALUES('a', 1),(7, 2);");

	assert_int_equal(wal.n, 0);
	assert_int_equal(read_all(strbuf_str(&main), STR_NULL, "SELECT name, n FROM t", &got, NULL),
			 0);
	assert_str(strbuf_str(&got), "a=1;7=2;");
}

TEST(rows_in_the_log_are_read)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(MAX);
	MADE(in_log);

	assert_true(wal.n > 0);
	assert_int_equal(
		read_all(strbuf_str(&main), strbuf_str(&wal), "SELECT name, n FROM t", &got, NULL),
		0);
	assert_str(strbuf_str(&got), "a=1;b=2;=-1;");
}

TEST(a_log_ends_at_the_first_bad_frame)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(MAX);
	MADE(in_log);

	wal.p[wal.n - 1] ^= 1;
	assert_int_equal(
		read_all(strbuf_str(&main), strbuf_str(&wal), "SELECT name, n FROM t", &got, NULL),
		0);
	assert_str(strbuf_str(&got), "a=1;b=2;");
	strbuf_reset(&got);
	assert_int_equal(read_all(strbuf_str(&main), str_sub(strbuf_str(&wal), 0, wal.n - 1),
				  "SELECT name, n FROM t", &got, NULL),
			 0);
	assert_str(strbuf_str(&got), "a=1;b=2;");
}

TEST(every_cut_of_a_log_is_survived)
{
	MADE(in_log);

	for (size_t n = 0; n < wal.n; n += 97) {
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(MAX);

		(void)read_all(strbuf_str(&main), str_sub(strbuf_str(&wal), 0, n),
			       "SELECT name, n FROM t", &got, NULL);
	}
}

TEST(what_is_wrong_is_said)
{
	struct err err = {0};
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(MAX);
	MADE("CREATE TABLE t(name, n); CREATE VIEW v AS SELECT * FROM t;");
	struct str db = strbuf_str(&main);

	assert_int_equal(read_all(STR("SQLite"), STR_NULL, "SELECT 1", &got, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "not an SQLite 3 database");
	assert_int_equal(read_all(STR_NULL, STR_NULL, "SELECT 1", &got, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "not an SQLite 3 database: 0 bytes");
	assert_int_equal(read_all(db, STR("nonsense"), "SELECT 1", &got, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "write-ahead log: not the header of one");
	assert_int_equal(read_all(db, STR_NULL, "SELECT x, y FROM t", &got, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "sqlite: no such column: x");
	assert_int_equal(read_all(db, STR_NULL, "SELECT name, n FROM v", &got, &err), -ERR_FORMAT);
	assert_has(err.msg, "sqlite: ");
	assert_int_equal(read_all(db, STR_NULL, "DELETE FROM t", &got, &err), -ERR_FORMAT);
	assert_has(err.msg, "not authorized");
	assert_int_equal(got.n, 0);
}

TEST(a_cut_or_bent_database_is_an_error_not_a_crash)
{
	MADE("CREATE TABLE t(name, n); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c"
	     " WHERE i<300) INSERT INTO t SELECT hex(zeroblob(40)), i FROM c;");
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(MAX);
	struct err err = {0};

	assert_int_equal(read_all(str_sub(strbuf_str(&main), 0, main.n / 2), STR_NULL,
				  "SELECT name, n FROM t", &got, &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "malformed");
	assert_true(got.n > 1000); /* the rows before the cut */
	for (size_t i = 0; i < main.n; i += 61) {
		main.p[i] ^= 0xff;
		strbuf_reset(&got);
		(void)read_all(strbuf_str(&main), STR_NULL, "SELECT name, n FROM t", &got, NULL);
		main.p[i] ^= 0xff;
	}
}

static int stop(void *ctx, const struct sqlite_row *row, struct err *err)
{
	++*(int *)ctx;
	return err_set(err, ERR_CANCELED, "enough");
}

TEST(a_callback_can_stop_the_walk_and_tables_can_be_asked_for)
{
	CLEANUP(sqlite_image_freep) struct sqlite_image *db = NULL;
	MADE("CREATE TABLE t(name, n); INSERT INTO t VALUES(1,1),(2,2); CREATE VIEW v AS SELECT 1;"
	     "CREATE TABLE g(a, b AS (hex(a))); CREATE VIRTUAL TABLE f USING fts5(a)");
	int n = 0;

	assert_int_equal(sqlite_image_open(strbuf_str(&main), STR_NULL, &db, NULL), 0);
	assert_int_equal(sqlite_image_each(db, "SELECT * FROM t", stop, &n, NULL), -ERR_CANCELED);
	assert_int_equal(n, 1);
	assert_true(sqlite_image_has_table(db, "t"));
	assert_false(sqlite_image_has_table(db, "v"));
	assert_false(sqlite_image_has_table(db, "g"));
	assert_false(sqlite_image_has_table(db, "f"));
	assert_false(sqlite_image_has_table(db, "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(rows_of_a_plain_file_are_read),
		RUN(rows_in_the_log_are_read),
		RUN(a_log_ends_at_the_first_bad_frame),
		RUN(every_cut_of_a_log_is_survived),
		RUN(what_is_wrong_is_said),
		RUN(a_cut_or_bent_database_is_an_error_not_a_crash),
		RUN(a_callback_can_stop_the_walk_and_tables_can_be_asked_for),
	};
	return RUN_ALL(tests);
}
