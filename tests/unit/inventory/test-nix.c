/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>

#include "tests/unit/inventory/table.h"

#include "inventory/pkgdb/nix_name.h"

extern const struct pkgdb pkgdb_nix_db, pkgdb_nix_store;

#define HASH "1ddf3x30m0z6kknmrmapsc7liz8npi1w"

TEST(names_are_taken_apart_as_nix_does)
{
	static const struct {
		const char *in, *name, *version, *output;
	} rows[] = {
		{HASH "-perl-5.38.2", "perl", "5.38.2", ""},
		{HASH "-perl-5.38.2-man", "perl", "5.38.2", "man"},
		{HASH "-glibc-2.39-52", "glibc", "2.39-52", ""},
		{HASH "-glibc-2.39-52-bin", "glibc", "2.39-52", "bin"},
		{HASH "-python3.11-requests-2.31.0", "python3.11-requests", "2.31.0", ""},
		{HASH "-xz-5.4.6-beta", "xz", "5.4.6-beta", ""},
		{HASH "-libfoo-unstable-2023-05-01", "libfoo", "unstable-2023-05-01", ""},
		{HASH "-libfoo-0-unstable-2023-05-01", "libfoo", "0-unstable-2023-05-01", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct nix_name n;

		assert_true(nix_name_parse(str_of(rows[i].in), &n));
		assert_str(n.hash, HASH);
		assert_str(n.name, rows[i].name);
		assert_str(n.version, rows[i].version);
		assert_str(n.output, rows[i].output);
	}
}

TEST(other_things_in_the_store_are_no_packages)
{
	static const char *const rows[] = {
		"",
		".links",
		HASH,
		HASH "-source",
		HASH "-bash-interactive",
		HASH "-perl-5.38.2.drv",
		HASH "-5.38.2",
		HASH "--1",
		"short-perl-5.38.2",
		"1ddf3x30m0z6kknmrmapsc7liz8npi/w-perl-5.38.2",
	};
	struct nix_name n;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(nix_name_parse(str_of(rows[i]), &n));
}

TEST(a_store_directory_is_a_package)
{
	struct recording rec;

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_nix_store,
					 "nix/store/" HASH "-perl-5.38.2-man", STR_NULL, NULL),
			 0);
	assert_int_equal(
		recording_parse(&rec, &pkgdb_nix_store, "nix/store/.links", STR_NULL, NULL), 0);
	assert_int_equal(rec.packages.n, 1);
	assert_str(recording_package(&rec, 0)->type, "nix");
	assert_str(recording_package(&rec, 0)->name, "perl");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->attributes),
		   "hash=" HASH ",output=man");
	recording_done(&rec);
}

static struct str make_database(sqlite3 *db, const char *sql)
{
	sqlite3_int64 n;
	unsigned char *p;

	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	p = sqlite3_serialize(db, "main", &n, 0);
	assert_non_null(p);
	return str_make(p, (size_t)n);
}

TEST(the_database_adds_derivers)
{
	struct recording rec;
	struct str bytes;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	bytes = make_database(db, "CREATE TABLE ValidPaths(id INTEGER PRIMARY KEY, path TEXT, "
				  "deriver TEXT);"
				  "INSERT INTO ValidPaths(path, deriver) VALUES"
				  "('/nix/store/" HASH "-perl-5.38.2', '/nix/store/x-perl.drv'),"
				  "('/nix/store/" HASH "-glibc-2.39-52', NULL),"
				  "('/nix/store/" HASH "-source', '/nix/store/x-source.drv')");
	recording_init(&rec);
	recording_sibling(&rec, "nix/var/nix/db/db.sqlite-wal", STR("no log"));
	assert_int_equal(
		recording_parse(&rec, &pkgdb_nix_db, "nix/var/nix/db/db.sqlite", bytes, NULL), 0);
	assert_int_equal(rec.fragments.n, 1);
	assert_str(recording_fragment(&rec, 0)->name, "perl");
	assert_str(recording_join(&rec, recording_fragment(&rec, 0)->attributes),
		   "deriver-" HASH "=x-perl.drv");
	assert_has(recording_problem(&rec, 0), "write-ahead log: ");
	recording_done(&rec);
	sqlite3_free((void *)bytes.p);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

TEST(another_database_is_refused)
{
	sqlite3 *db;
	struct str bytes;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	bytes = make_database(db, "CREATE TABLE other(x)");
	table_check_error(&pkgdb_nix_db, "nix/var/nix/db/db.sqlite", bytes, ERR_FORMAT,
			  "no such table: ValidPaths");
	table_check_error(&pkgdb_nix_db, "nix/var/nix/db/db.sqlite", STR("x"), ERR_FORMAT,
			  "not an SQLite 3 database");
	sqlite3_free((void *)bytes.p);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(names_are_taken_apart_as_nix_does),
		RUN(other_things_in_the_store_are_no_packages),
		RUN(a_store_directory_is_a_package),
		RUN(the_database_adds_derivers),
		RUN(another_database_is_refused),
	};
	return RUN_ALL(tests);
}
