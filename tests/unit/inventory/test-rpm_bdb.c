/* SPDX-License-Identifier: Apache-2.0 */
/* The fixtures are described in tests/fixtures/pkgdb/rpm-bdb/README. */
#include "base/fd.h"
#include "tests/unit/inventory/recording_sink.h"

extern const struct pkgdb pkgdb_rpm_bdb;

static const char path[] = "var/lib/rpm/Packages";

static void load(const char *name, struct strbuf *sb)
{
	char file[4096];

	(void)snprintf(file, sizeof file, "%s/pkgdb/rpm-bdb/%s", getenv("PLIMSOLL_FIXTURES"), name);
	assert_int_equal(file_read(file, sb, NULL), 0);
}

#define FIXTURE(var, name)                                                                         \
	CLEANUP(strbuf_done) struct strbuf var = STRBUF_INIT(1 << 20);                             \
	load(name, &var)

#define RECORDING(name)                                                                            \
	CLEANUP(recording_done) struct recording name;                                             \
	recording_init(&name)

static const struct package *find(const struct recording *rec, const char *name)
{
	for (size_t i = 0; i < rec->packages.n; i++)
		if (str_is(recording_package(rec, i)->name, name))
			return recording_package(rec, i);
	fail_msg("no package %s", name);
	return NULL;
}

TEST(both_byte_orders_and_page_sizes_give_the_same_packages)
{
	static const char *const names[] = {"Packages-le", "Packages-be"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		FIXTURE(db, names[i]);
		RECORDING(rec);

		assert_int_equal(recording_parse(&rec, &pkgdb_rpm_bdb, path, strbuf_str(&db), NULL),
				 0);
		assert_int_equal(rec.problems.n, 0);
		assert_int_equal(rec.packages.n, 2);
		const struct package *tiny = find(&rec, "tiny"), *libs = find(&rec, "tiny-libs");
		assert_str(tiny->version, "3:1.2~rc1-4");
		assert_str(tiny->modularity, "tools:1:20240101:abcdef");
		assert_str(recording_join(&rec, tiny->licenses), "MIT AND Zlib");
		assert_int_equal(tiny->files.n, 62);
		assert_str(libs->version, "1.2~rc1-4");
		assert_str(libs->source_name, "tiny");
		assert_str(recording_join(&rec, libs->files), "usr/lib64/libtiny.so.1");
		assert_has(recording_join(&rec, libs->attributes).p, "epoch=0,installtime=");
	}
}

TEST(buckets_of_a_grown_table_are_all_found)
{
	FIXTURE(db, "Packages-buckets");
	RECORDING(rec);

	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_bdb, path, strbuf_str(&db), NULL), 0);
	assert_int_equal(rec.problems.n, 0);
	assert_int_equal(rec.packages.n, 100);
	(void)find(&rec, "package-01");
	(void)find(&rec, "package-100");
}

/* Each is a change of one byte of Packages-le. */
static const struct {
	size_t at;
	unsigned char value;
	int r;
	const char *message;
} refused_rows[] = {
	{12, 0, -ERR_FORMAT, "offset 12: no Berkeley DB magic"},
	{16, 6, -ERR_UNSUPPORTED, "hash version 6 (only 7 to 10 are read)"},
	{21, 0x11, -ERR_FORMAT, "page size 4352"},
	{24, 1, -ERR_UNSUPPORTED, "encrypted (algorithm 1)"},
	{25, 9, -ERR_FORMAT, "page 0 has type 9"},
	{26, 2, -ERR_UNSUPPORTED, "partitioned"},
	{48, 2, -ERR_UNSUPPORTED, "several databases in one file"},
};

TEST(other_kinds_of_database_are_named)
{
	for (size_t i = 0; i < ARRAY_LEN(refused_rows); i++) {
		struct err err = {0};
		FIXTURE(db, "Packages-le");
		RECORDING(rec);

		db.p[refused_rows[i].at] = (char)refused_rows[i].value;
		assert_int_equal(recording_parse(&rec, &pkgdb_rpm_bdb, path, strbuf_str(&db), &err),
				 refused_rows[i].r);
		assert_has(err.msg, refused_rows[i].message);
	}
}

static const struct {
	size_t at;
	const char *magic, *message;
} magic_rows[] = {
	{12, "\x62\x31\x05", "a Berkeley DB B-tree"},
	{12, "\x53\x22\x04", "a Berkeley DB queue"},
	{12, "\x82\x45\x07", "a Berkeley DB heap"},
	{0, "\x61\x15\x06", "a hash of Berkeley DB 1.85"},
};

TEST(other_berkeley_formats_are_unsupported_not_broken)
{
	for (size_t i = 0; i < ARRAY_LEN(magic_rows); i++) {
		char bytes[512] = {0};
		struct err err = {0};
		RECORDING(rec);

		memcpy(bytes + magic_rows[i].at, magic_rows[i].magic, 3);
		assert_int_equal(recording_parse(&rec, &pkgdb_rpm_bdb, path,
						 str_make(bytes, sizeof bytes), &err),
				 -ERR_UNSUPPORTED);
		assert_has(err.msg, magic_rows[i].message);
	}
}

/* The place of the first page of a type in Packages-le. */
static size_t page_of_type(const struct strbuf *db, char type)
{
	for (size_t at = 4096; at < db->n; at += 4096)
		if (db->p[at + 25] == type && (db->p[at + 20] || db->p[at + 22]))
			return at;
	fail_msg("no page of type %d", type);
	return 0;
}

/* A change of one byte on the first overflow (7) or hash (2, 13) page, and what is said of it. */
static const struct {
	char type;
	size_t at;
	unsigned char value;
	const char *problem;
} page_rows[] = {
	{7, 16, 1, "overflow: page "},
	{7, 16, 0, " bytes"},
	{7, 22, 1, " bytes"},
	{7, 25, 5, "has type 5, not 7"},
	{7, 8, 99, "says it is page 99"},
	{13, 8, 99, "says it is page 99"},
	{13, 20, 3, "claims 3 items"},
	{13, 25, 5, "has type 5 where a bucket belongs"},
	{13, 29, 0xff, "offsets "},
	{13, 16, 200, "page 200 of 7"},
};

TEST(damaged_pages_are_problems_that_name_their_place)
{
	for (size_t i = 0; i < ARRAY_LEN(page_rows); i++) {
		FIXTURE(db, "Packages-le");
		RECORDING(rec);

		db.p[page_of_type(&db, page_rows[i].type) + page_rows[i].at] =
			(char)page_rows[i].value;
		assert_int_equal(recording_parse(&rec, &pkgdb_rpm_bdb, path, strbuf_str(&db), NULL),
				 0);
		assert_has(recording_problem(&rec, 0), "page ");
		assert_has(recording_problem(&rec, 0), page_rows[i].problem);
	}
}

TEST(a_chain_that_comes_back_ends)
{
	FIXTURE(db, "Packages-le");
	RECORDING(rec);
	size_t at = page_of_type(&db, 13);

	db.p[at + 16] = (char)(at / 4096);
	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_bdb, path, strbuf_str(&db), NULL), 0);
	assert_has(recording_problem(&rec, 0), "is referred to twice");
}

TEST(a_cut_file_keeps_what_it_still_holds)
{
	FIXTURE(db, "Packages-be");
	size_t best = 0;

	for (size_t n = 0; n < db.n; n += 512) {
		struct err err = {0};
		RECORDING(rec);
		int r = recording_parse(&rec, &pkgdb_rpm_bdb, path, str_sub(strbuf_str(&db), 0, n),
					&err);

		assert_true(r < 0 || rec.problems.n > 0);
		if (rec.packages.n > best)
			best = rec.packages.n;
	}
	assert_int_equal(best, 1);
}

TEST(any_changed_byte_is_survived)
{
	FIXTURE(db, "Packages-be");

	for (size_t i = 0; i < db.n; i++)
		for (int bit = 0; bit < 8; bit += 7) {
			RECORDING(rec);

			db.p[i] ^= (char)(1 << bit);
			(void)recording_parse(&rec, &pkgdb_rpm_bdb, path, strbuf_str(&db), NULL);
			db.p[i] ^= (char)(1 << bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(both_byte_orders_and_page_sizes_give_the_same_packages),
		RUN(buckets_of_a_grown_table_are_all_found),
		RUN(other_kinds_of_database_are_named),
		RUN(other_berkeley_formats_are_unsupported_not_broken),
		RUN(damaged_pages_are_problems_that_name_their_place),
		RUN(a_chain_that_comes_back_ends),
		RUN(a_cut_file_keeps_what_it_still_holds),
		RUN(any_changed_byte_is_survived),
	};
	return RUN_ALL(tests);
}
