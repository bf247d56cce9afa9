/* SPDX-License-Identifier: Apache-2.0 */
/* The fixtures are described in tests/fixtures/pkgdb/rpm-sqlite/README. */
#include <sqlite3.h>

#include "base/fd.h"
#include "tests/unit/inventory/recording_sink.h"

extern const struct pkgdb pkgdb_rpm_sqlite;
extern const struct pkgdb pkgdb_rpm_sqlite_wal;

static const char path[] = "var/lib/rpm/rpmdb.sqlite", wal_path[] = "var/lib/rpm/rpmdb.sqlite-wal";

static void load(const char *name, struct strbuf *sb)
{
	char file[4096];

	(void)snprintf(file, sizeof file, "%s/pkgdb/rpm-sqlite/%s", getenv("PLIMSOLL_FIXTURES"),
		       name);
	assert_int_equal(file_read(file, sb, NULL), 0);
}

#define FIXTURE(var, name)                                                                         \
	CLEANUP(strbuf_done) struct strbuf var = STRBUF_INIT(1 << 20);                             \
	load(name, &var)

#define RECORDING(name)                                                                            \
	CLEANUP(recording_done) struct recording name;                                             \
	recording_init(&name)

TEST(a_database_in_wal_mode_is_read_without_its_log)
{
	FIXTURE(db, "rpmdb.sqlite");
	RECORDING(rec);

	assert_int_equal(db.p[18], 2);
	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_sqlite, path, strbuf_str(&db), NULL), 0);
	assert_int_equal(rec.problems.n, 0);
	assert_int_equal(rec.packages.n, 1);
	assert_str(recording_package(&rec, 0)->name, "tiny");
	assert_str(recording_package(&rec, 0)->version, "3:1.2~rc1-4");
}

TEST(what_is_in_the_log_is_read)
{
	FIXTURE(db, "rpmdb.sqlite");
	FIXTURE(wal, "rpmdb.sqlite-wal");
	RECORDING(rec);

	recording_sibling(&rec, wal_path, strbuf_str(&wal));
	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_sqlite, path, strbuf_str(&db), NULL), 0);
	assert_int_equal(rec.problems.n, 0);
	assert_int_equal(rec.packages.n, 2);
	assert_str(recording_package(&rec, 1)->name, "tiny-libs");
}

TEST(a_log_that_is_none_is_a_problem)
{
	FIXTURE(db, "rpmdb.sqlite");
	RECORDING(rec);

	recording_sibling(&rec, wal_path, STR("not a log"));
	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_sqlite, path, strbuf_str(&db), NULL), 0);
	assert_string_equal(recording_problem(&rec, 0), "write-ahead log: not the header of one");
	assert_int_equal(rec.packages.n, 1);
}

TEST(the_log_has_a_reader_that_gives_nothing)
{
	FIXTURE(wal, "rpmdb.sqlite-wal");
	RECORDING(rec);

	assert_true(pkgdb_rpm_sqlite_wal.flags & PKGDB_SIBLING_ONLY);
	assert_int_equal(
		recording_parse(&rec, &pkgdb_rpm_sqlite_wal, wal_path, strbuf_str(&wal), NULL), 0);
	assert_int_equal(rec.packages.n, 0);
}

/* Databases that a stranger wrote. */
static const struct {
	const char *sql, *message;
} hostile_rows[] = {
	{"CREATE TABLE t(a)", "no ordinary table Packages"},
	{"CREATE VIEW Packages(hnum, blob) AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL "
	 "SELECT i+1 FROM c) SELECT i, zeroblob(1000) FROM c",
	 "no ordinary table Packages"},
	{"CREATE TABLE Packages(hnum INTEGER PRIMARY KEY, blob AS (zeroblob(100000000)));"
	 "INSERT INTO Packages VALUES(1)",
	 "no ordinary table Packages"},
	{"CREATE VIRTUAL TABLE Packages USING fts5(hnum, blob)", "no ordinary table Packages"},
	{"CREATE TABLE Packages(hnum INTEGER PRIMARY KEY)", "no such column: blob"},
	{"CREATE TABLE Packages(hnum PRIMARY KEY, blob) WITHOUT ROWID", "no such column: rowid"},
};

TEST(only_an_ordinary_table_is_read)
{
	for (size_t i = 0; i < ARRAY_LEN(hostile_rows); i++) {
		struct err err = {0};
		unsigned char *bytes;
		sqlite3_int64 n = 0;
		sqlite3 *db;
		RECORDING(rec);

		assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, hostile_rows[i].sql, NULL, NULL, NULL),
				 SQLITE_OK);
		bytes = sqlite3_serialize(db, "main", &n, 0);
		assert_non_null(bytes);
		assert_int_equal(recording_parse(&rec, &pkgdb_rpm_sqlite, path,
						 str_make(bytes, (size_t)n), &err),
				 -ERR_FORMAT);
		assert_has(err.msg, hostile_rows[i].message);
		assert_int_equal(rec.packages.n, 0);
		sqlite3_free(bytes);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
	}
}

TEST(a_record_that_is_no_header_is_a_problem)
{
	unsigned char *bytes;
	sqlite3_int64 n = 0;
	sqlite3 *db;
	RECORDING(rec);

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "CREATE TABLE Packages(hnum INTEGER PRIMARY KEY, blob);"
				      "INSERT INTO Packages VALUES(7, x'00'), (9, NULL)",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	bytes = sqlite3_serialize(db, "main", &n, 0);
	assert_int_equal(
		recording_parse(&rec, &pkgdb_rpm_sqlite, path, str_make(bytes, (size_t)n), NULL),
		0);
	assert_string_equal(recording_problem(&rec, 0), "hnum 7: header of 1 bytes");
	assert_string_equal(recording_problem(&rec, 1), "hnum 9: header of 0 bytes");
	sqlite3_free(bytes);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* All children of the table's root are made its first one, so that its rows come again. */
static void repeat_first_child(unsigned char *root)
{
	enum { INTERIOR = 5, N_CELLS_AT = 3, LAST_CHILD_AT = 8, CELLS_AT = 12 };
	size_t n = (size_t)root[N_CELLS_AT] << 8 | root[N_CELLS_AT + 1], first, cell;

	assert_int_equal(root[0], INTERIOR);
	assert_true(n > 0);
	first = (size_t)root[CELLS_AT] << 8 | root[CELLS_AT + 1];
	for (size_t i = 1; i < n; i++) {
		cell = (size_t)root[CELLS_AT + 2 * i] << 8 | root[CELLS_AT + 2 * i + 1];
		memcpy(root + cell, root + first, 4);
	}
	memcpy(root + LAST_CHILD_AT, root + first, 4);
}

TEST(a_tree_that_repeats_its_rows_ends)
{
	struct err err = {0};
	unsigned char *bytes;
	sqlite3_int64 n = 0;
	sqlite3 *db;
	RECORDING(rec);

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "PRAGMA page_size=512;"
				      "CREATE TABLE Packages(hnum INTEGER PRIMARY KEY, blob);"
				      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c"
				      " WHERE i<40) INSERT INTO Packages SELECT i, zeroblob(100)"
				      " FROM c",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	bytes = sqlite3_serialize(db, "main", &n, 0);
	repeat_first_child(bytes + 512);
	assert_int_equal(
		recording_parse(&rec, &pkgdb_rpm_sqlite, path, str_make(bytes, (size_t)n), &err),
		-ERR_FORMAT);
	assert_string_equal(err.msg, "hnum 1 after hnum 4");
	assert_int_equal(rec.problems.n, 4); /* zeros are no headers */
	sqlite3_free(bytes);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

TEST(any_changed_byte_is_survived)
{
	FIXTURE(db, "rpmdb.sqlite");
	FIXTURE(wal, "rpmdb.sqlite-wal");

	for (size_t i = 0; i < db.n; i += i < 3000 ? 1 : 7) {
		RECORDING(rec);

		db.p[i] ^= (char)0x81;
		(void)recording_parse(&rec, &pkgdb_rpm_sqlite, path, strbuf_str(&db), NULL);
		db.p[i] ^= (char)0x81;
	}
	for (size_t i = 0; i < wal.n; i++) {
		RECORDING(rec);

		wal.p[i] ^= (char)0x81;
		recording_sibling(&rec, wal_path, strbuf_str(&wal));
		assert_int_equal(
			recording_parse(&rec, &pkgdb_rpm_sqlite, path, strbuf_str(&db), NULL), 0);
		assert_true(rec.packages.n >= 1);
		wal.p[i] ^= (char)0x81;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_database_in_wal_mode_is_read_without_its_log),
		RUN(what_is_in_the_log_is_read),
		RUN(a_log_that_is_none_is_a_problem),
		RUN(the_log_has_a_reader_that_gives_nothing),
		RUN(only_an_ordinary_table_is_read),
		RUN(a_record_that_is_no_header_is_a_problem),
		RUN(a_tree_that_repeats_its_rows_ends),
		RUN(any_changed_byte_is_survived),
	};
	return RUN_ALL(tests);
}
