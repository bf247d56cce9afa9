/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpm's own database format, Packages.db (SUSE): slots that say where each header lies.
 *
 * All numbers are little-endian, 4 bytes. The file starts with pages of 4096 bytes full of slots:
 *
 *     OFFSET  DESCRIPTION (lib/backend/ndb/rpmpkg.c)
 *     0       "RpmP"
 *     4       version, 0
 *     8       generation
 *     12      pages of slots
 *     16      next package index, then zeros
 *     32      slots of 16 bytes: "Slot", package index (0: free), first block, number of blocks
 *
 * Blocks are 16 bytes, counted from the start of the file. A header in its blocks:
 *
 *     0       "BlbS"
 *     4       package index
 *     8       time stamp
 *     12      bytes of the header blob
 *     16      the blob, zeros up to the tail
 *     -12     Adler-32 of all before, bytes of the blob again, "BlbE"
 */
#include <inttypes.h>
#include <zlib.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "inventory/pkgdb/rpm_header.h"

#define MAGIC(a, b, c, d)                                                                          \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

static const uint32_t DB_MAGIC = MAGIC('R', 'p', 'm', 'P'), SLOT_MAGIC = MAGIC('S', 'l', 'o', 't'),
		      BLOBHEAD_MAGIC = MAGIC('B', 'l', 'b', 'S'),
		      BLOBTAIL_MAGIC = MAGIC('B', 'l', 'b', 'E');

enum {
	PAGE_SIZE = 4096,
	BLK_SIZE = 16,
	HEADER_SIZE = 32,
	SLOT_SIZE = 16,
	BLOBHEAD_SIZE = 16,
	BLOBTAIL_SIZE = 12,
};

struct slot {
	uint32_t pkgidx, blkoff, blkcnt;
	size_t offset; /* of the slot itself */
};

struct ndb {
	struct str file;
	size_t slot_bytes; /* all slot pages */
	struct vec slots;  /* struct slot, used ones */
	struct rpm_records recs;
};

static int parse_header(struct ndb *db, struct err *err)
{
	struct cursor c = cursor_make(db->file);
	uint32_t magic = cursor_u32le(&c), version = cursor_u32le(&c), pages;
	uint64_t bytes;

	(void)cursor_u32le(&c); /* the generation counts changes */
	pages = cursor_u32le(&c);
	bytes = (uint64_t)pages * PAGE_SIZE;
	if (c.failed || magic != DB_MAGIC)
		return err_set(err, ERR_FORMAT, "offset 0: no \"RpmP\"");
	if (version != 0)
		return err_set(err, ERR_UNSUPPORTED, "version %" PRIu32 " of the format", version);
	if (bytes == 0 || bytes > db->file.n)
		return err_set(err, ERR_FORMAT, "%" PRIu32 " pages of slots in %zu bytes", pages,
			       db->file.n);
	db->slot_bytes = (size_t)bytes;
	return 0;
}

static int read_slots(struct ndb *db, struct err *err)
{
	struct cursor c = cursor_make(str_sub(db->file, 0, db->slot_bytes));
	struct err why;
	int r = 0;

	cursor_seek(&c, HEADER_SIZE);
	while (r == 0 && cursor_left(&c) >= SLOT_SIZE) {
		struct slot slot = {.offset = c.at}, *kept;
		uint32_t magic = cursor_u32le(&c);

		slot.pkgidx = cursor_u32le(&c);
		slot.blkoff = cursor_u32le(&c);
		slot.blkcnt = cursor_u32le(&c);
		if (magic != SLOT_MAGIC) {
			(void)err_set(&why, ERR_FORMAT, "offset %zu: no \"Slot\"", slot.offset);
			r = pkg_sink_problem(db->recs.sink, &why);
		} else if (slot.pkgidx != 0) {
			kept = vec_push(&db->slots);
			if (!kept)
				return err_nomem(err);
			*kept = slot;
		}
	}
	return r;
}

static int by_place(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->blkoff != y->blkoff)
		return x->blkoff < y->blkoff ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The blob of a slot; *ret_checksum_ok is separate, for rpm itself does not look at it. */
static int read_blob(const struct ndb *db, const struct slot *slot, struct str *ret,
		     bool *ret_checksum_ok, struct err *err)
{
	uint64_t at = (uint64_t)slot->blkoff * BLK_SIZE, n = (uint64_t)slot->blkcnt * BLK_SIZE;
	uint32_t magic, pkgidx, length, checksum;
	struct cursor c;
	struct str blob;

	if (at < db->slot_bytes || at > db->file.n || n > db->file.n - at)
		return err_set(err, ERR_FORMAT, "%" PRIu64 " bytes at %" PRIu64 " in a file of %zu",
			       n, at, db->file.n);
	c = cursor_make(str_sub(db->file, at, n));
	magic = cursor_u32le(&c);
	pkgidx = cursor_u32le(&c);
	(void)cursor_u32le(&c); /* time stamp */
	length = cursor_u32le(&c);
	if (c.failed || magic != BLOBHEAD_MAGIC || pkgidx != slot->pkgidx)
		return err_set(err, ERR_FORMAT, "offset %" PRIu64 ": no head of package %" PRIu32,
			       at, slot->pkgidx);
	if (((uint64_t)BLOBHEAD_SIZE + length + BLOBTAIL_SIZE + BLK_SIZE - 1) / BLK_SIZE !=
	    slot->blkcnt)
		return err_set(err, ERR_FORMAT, "%" PRIu32 " bytes in %" PRIu32 " blocks", length,
			       slot->blkcnt);
	blob = cursor_take(&c, length);
	cursor_seek(&c, (size_t)n - BLOBTAIL_SIZE);
	checksum = cursor_u32le(&c);
	if (cursor_u32le(&c) != length || cursor_u32le(&c) != BLOBTAIL_MAGIC)
		return err_set(err, ERR_FORMAT, "offset %" PRIu64 ": no tail", at + n);
	*ret_checksum_ok =
		checksum == adler32_z(1, (const Bytef *)c.bytes.p, (size_t)n - BLOBTAIL_SIZE);
	*ret = blob;
	return 0;
}

/* *end: the first block behind those that are taken; only a blob that reads well takes any. */
static int add_slot(struct ndb *db, const struct slot *slot, uint64_t *end, struct err *err)
{
	struct err why = {0};
	struct str blob = STR_NULL;
	bool checksum_ok = true;
	char where[64];
	int r;

	(void)snprintf(where, sizeof where, "slot at %zu (hnum %" PRIu32 ")", slot->offset,
		       slot->pkgidx);
	r = slot->blkoff < *end
		    ? err_set(&why, ERR_FORMAT, "its blocks belong to another package too")
		    : read_blob(db, slot, &blob, &checksum_ok, &why);
	if (r < 0) {
		(void)err_wrap(&why, r, "%s", where);
		return pkg_sink_problem(db->recs.sink, &why);
	}
	*end = (uint64_t)slot->blkoff + slot->blkcnt;
	if (!checksum_ok) {
		(void)err_set(&why, ERR_FORMAT, "%s: checksum does not match; read all the same",
			      where);
		r = pkg_sink_problem(db->recs.sink, &why);
	}
	return r < 0 ? r : rpm_records_add(&db->recs, blob, where, err);
}

static int add_slots(struct ndb *db, struct err *err)
{
	uint64_t end = 0;
	int r = 0;

	vec_sort(&db->slots, by_place);
	for (size_t i = 0; r == 0 && i < db->slots.n; i++)
		r = add_slot(db, vec_at(&db->slots, i), &end, err);
	return r;
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct ndb db = {
		.file = in->bytes,
		.slots = VEC_INIT(struct slot, LIMIT_PKGDB_BYTES / SLOT_SIZE),
		.recs = RPM_RECORDS_INIT(sink),
	};
	int r = parse_header(&db, err);

	if (r == 0)
		r = read_slots(&db, err);
	if (r == 0)
		r = add_slots(&db, err);
	rpm_records_done(&db.recs);
	vec_done(&db.slots);
	return r;
}

static const char *const paths[] = {
	"var/lib/rpm/Packages.db",
	"usr/lib/sysimage/rpm/Packages.db",
	"usr/share/rpm/Packages.db",
	NULL,
};

const struct pkgdb pkgdb_rpm_ndb = {
	.id = "rpm-ndb",
	.title = "rpm, native database",
	.spec = "https://github.com/rpm-software-management/rpm, lib/backend/ndb/rpmpkg.c",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.parse = parse,
};
