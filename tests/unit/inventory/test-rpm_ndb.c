/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "tests/unit/inventory/recording_sink.h"
#include "tests/unit/inventory/rpm_builder.h"

extern const struct pkgdb pkgdb_rpm_ndb;

static const char path[] = "usr/lib/sysimage/rpm/Packages.db";

enum { SLOT_PAGE = 4096, SLOT_1 = 32 };

#define RECORDING(name)                                                                            \
	CLEANUP(recording_done) struct recording name;                                             \
	recording_init(&name)

static void put_le(struct strbuf *sb, size_t at, uint32_t v)
{
	for (size_t i = 0; i < 4; i++)
		sb->p[at + i] = (char)(v >> (8 * i));
}

static void add_le(struct strbuf *sb, uint32_t v)
{
	strbuf_add(sb, STR("\0\0\0\0"));
	put_le(sb, sb->n - 4, v);
}

static void append_blob(struct strbuf *db, uint32_t pkgidx, const char *name)
{
	CLEANUP(rpm_builder_done) struct rpm_builder b = RPM_BUILDER_INIT;
	size_t start = db->n, slot = SLOT_1 + 16 * (size_t)(pkgidx - 1);
	struct str blob;

	rpm_builder_nevra(&b, name);
	blob = rpm_builder_blob(&b);
	strbuf_add(db, STR("BlbS"));
	add_le(db, pkgidx);
	add_le(db, 12345);
	add_le(db, (uint32_t)blob.n);
	strbuf_add(db, blob);
	while ((db->n + 12) % 16 != 0)
		strbuf_addc(db, '\0');
	add_le(db, (uint32_t)adler32(1, (const Bytef *)db->p + start, (uInt)(db->n - start)));
	add_le(db, (uint32_t)blob.n);
	strbuf_add(db, STR("BlbE"));
	put_le(db, slot + 4, pkgidx);
	put_le(db, slot + 8, (uint32_t)(start / 16));
	put_le(db, slot + 12, (uint32_t)((db->n - start) / 16));
}

/* One page of slots, two packages. */
static void build(struct strbuf *db)
{
	strbuf_add(db, STR("RpmP\0\0\0\0"));
	add_le(db, 7);
	add_le(db, 1);
	add_le(db, 3);
	while (db->n < SLOT_1)
		strbuf_addc(db, '\0');
	while (db->n < SLOT_PAGE)
		strbuf_add(db, str_make("Slot\0\0\0\0\0\0\0\0\0\0\0\0", 16));
	append_blob(db, 1, "one");
	append_blob(db, 2, "second");
}

#define DATABASE(var)                                                                              \
	CLEANUP(strbuf_done) struct strbuf var = STRBUF_INIT(1 << 20);                             \
	build(&var)

TEST(slots_lead_to_packages)
{
	DATABASE(db);
	RECORDING(rec);

	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_ndb, path, strbuf_str(&db), NULL), 0);
	assert_int_equal(rec.problems.n, 0);
	assert_int_equal(rec.packages.n, 2);
	assert_str(recording_package(&rec, 0)->name, "one");
	assert_str(recording_package(&rec, 1)->name, "second");
	assert_str(recording_package(&rec, 1)->version, "1.0-2");
}

TEST(what_is_no_database_is_said)
{
	DATABASE(db);
	RECORDING(rec);
	struct err err = {0};

	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_ndb, path, STR("RpmP"), &err),
			 -ERR_FORMAT);
	assert_string_equal(err.msg, "offset 0: no \"RpmP\"");
	put_le(&db, 4, 2);
	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_ndb, path, strbuf_str(&db), &err),
			 -ERR_UNSUPPORTED);
	assert_string_equal(err.msg, "version 2 of the format");
	put_le(&db, 4, 0);
	put_le(&db, 12, 0x10000001);
	assert_int_equal(recording_parse(&rec, &pkgdb_rpm_ndb, path, strbuf_str(&db), &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "268435457 pages of slots");
}

/* Changes of the second package: its slot is at 48, its head where that slot says. */
static const struct {
	bool in_blob;
	size_t at;
	uint32_t value;
	const char *problem;
	size_t n_packages;
} damage_rows[] = {
	{false, 48, 0, "offset 48: no \"Slot\"", 1},
	{false, 52, 9, "no head of package 9", 1},
	{false, 56, 256, "belong to another package too", 1},
	{false, 56, 1, "bytes at 16", 1},
	{false, 56, 0xffffffff, "bytes at 68719476720", 1},
	{false, 60, 0xffffffff, "68719476720 bytes at ", 1},
	{false, 60, 1, " blocks", 1},
	{true, 0, 0, "no head of package 2", 1},
	{true, 4, 1, "no head of package 2", 1},
	{true, 12, 5, "5 bytes in ", 1},
	{true, 8, 1, "checksum does not match; read all the same", 2},
};

TEST(damage_is_a_problem_that_names_its_place)
{
	for (size_t i = 0; i < ARRAY_LEN(damage_rows); i++) {
		DATABASE(db);
		RECORDING(rec);
		size_t start = str_find(strbuf_str(&db), STR("BlbE")) + 4;

		put_le(&db, (damage_rows[i].in_blob ? start : 0) + damage_rows[i].at,
		       damage_rows[i].value);
		assert_int_equal(recording_parse(&rec, &pkgdb_rpm_ndb, path, strbuf_str(&db), NULL),
				 0);
		assert_has(recording_problem(&rec, 0), damage_rows[i].problem);
		assert_int_equal(rec.packages.n, damage_rows[i].n_packages);
	}
}

/* The header's counters say nothing about packages; all else is noticed. */
TEST(any_changed_byte_is_noticed)
{
	DATABASE(db);

	for (size_t i = 0; i < db.n; i++) {
		RECORDING(rec);
		int r;

		db.p[i] ^= (char)0x80;
		r = recording_parse(&rec, &pkgdb_rpm_ndb, path, strbuf_str(&db), NULL);
		db.p[i] ^= (char)0x80;
		if (i >= SLOT_PAGE || i < 8)
			assert_true(r < 0 || rec.problems.n > 0);
		else
			assert_true(r < 0 || rec.problems.n > 0 || rec.packages.n == 2);
	}
}

TEST(a_cut_file_keeps_what_it_still_holds)
{
	DATABASE(db);

	for (size_t n = 0; n < db.n; n += 4) {
		RECORDING(rec);
		int r = recording_parse(&rec, &pkgdb_rpm_ndb, path, str_sub(strbuf_str(&db), 0, n),
					NULL);

		assert_true(r < 0 || rec.problems.n > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(slots_lead_to_packages),
		RUN(what_is_no_database_is_said),
		RUN(damage_is_a_problem_that_names_its_place),
		RUN(any_changed_byte_is_noticed),
		RUN(a_cut_file_keeps_what_it_still_holds),
	};
	return RUN_ALL(tests);
}
