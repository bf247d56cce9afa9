/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpm's oldest database, /var/lib/rpm/Packages: a Berkeley DB hash from package number to header.
 *
 * Written in the byte order of the machine that made it. The file is an array of pages; page 0:
 *
 *     OFFSET  SIZE  DESCRIPTION (db_page.h, DBMETA and HMETA)
 *     12      4     magic 0x061561; tells the byte order of all else
 *     16      4     version, 7 to 10
 *     20      4     page size, a power of two from 512 to 65536
 *     24      1     encryption algorithm, 0: none
 *     25      1     page type, 8 (P_HASHMETA)
 *     26      1     flags: 1 pages carry checksums, 2 and 4 partitioned
 *     48      4     flags of the hash: 1 duplicates, 2 several databases, 4 sorted duplicates
 *     72      4     highest bucket
 *     96      128   spares: bucket b begins at page b + spares[ceil(log2(b + 1))]
 *
 * Every other page:
 *
 *     8       4     its own number
 *     16      4     next page of the chain, 0: none
 *     20      2     items (hash)
 *     22      2     bytes used (overflow)
 *     25      1     type: 2 and 13 hash, 7 overflow, 0 free
 *     26      -     items' offsets, 2 bytes each (hash); data (overflow). At 32 with checksums.
 *
 * Items fill a hash page from its end, keys and values alternating, one ending where the one before
 * begins. Their first byte: 1 the bytes themselves; 3 a reference (at 4 the first overflow page, at
 * 8 the length); 2 and 4 duplicates, which rpm never makes; 5 a file of its own. Key 0 holds the
 * next free package number.
 *
 * Not read: encrypted and partitioned files, several databases in one file, B-trees and the hash
 * of Berkeley DB 1.85. Checksums of pages are not verified.
 */
#include <inttypes.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "inventory/pkgdb/rpm_header.h"

enum {
	DB_HASHMAGIC = 0x061561,
	DB_BTREEMAGIC = 0x053162,
	DB_QAMMAGIC = 0x042253,
	DB_HEAPMAGIC = 0x074582,
	META_BYTES = 512,
	HASH_VERSION_MIN = 7,
	HASH_VERSION_MAX = 10,
	N_SPARES = 32,
};
enum { DBMETA_CHKSUM = 1, DBMETA_PART_RANGE = 2, DBMETA_PART_CALLBACK = 4 };
enum { DB_HASH_DUP = 1, DB_HASH_SUBDB = 2, DB_HASH_DUPSORT = 4 };
enum {
	P_INVALID = 0,
	P_HASH_UNSORTED = 2,
	P_OVERFLOW = 7,
	P_HASHMETA = 8,
	P_HASH = 13,
};
enum { H_KEYDATA = 1, H_DUPLICATE = 2, H_OFFPAGE = 3, H_OFFDUP = 4, H_BLOB = 5 };
enum { PAGE_HEAD_BYTES = 26, PAGE_HEAD_BYTES_CHKSUM = 32 };

struct bdb {
	struct str file;
	bool big; /* endian */
	size_t page_size;
	size_t n_pages; /* whole ones in the file */
	size_t head_bytes;
	size_t n_buckets;
	uint32_t spares[N_SPARES];
	bool *visited;	      /* per page: a sound file refers to each once */
	struct strbuf record; /* gathered from overflow pages */
	struct rpm_records recs;
};

struct page {
	struct str bytes;
	uint32_t number, next;
	uint16_t n_items, used;
	uint8_t type;
};

static uint32_t get_u32(const struct bdb *db, struct cursor *c)
{
	return db->big ? cursor_u32be(c) : cursor_u32le(c);
}

static uint16_t get_u16(const struct bdb *db, struct cursor *c)
{
	return db->big ? cursor_u16be(c) : cursor_u16le(c);
}

static uint32_t u32_at(const struct bdb *db, struct str s, size_t at)
{
	struct cursor c = cursor_make(str_sub(s, at, 4));

	return get_u32(db, &c);
}

static uint8_t u8_at(struct str s, size_t at)
{
	struct cursor c = cursor_make(str_skip(s, at));

	return cursor_u8(&c);
}

/* The other things that carry the name Packages, each with its own words. */
static int parse_magic(struct bdb *db, struct err *err)
{
	static const struct {
		uint32_t magic;
		size_t at;
		const char *what;
	} others[] = {
		{DB_BTREEMAGIC, 12, "a Berkeley DB B-tree (or several databases in one file)"},
		{DB_QAMMAGIC, 12, "a Berkeley DB queue"},
		{DB_HEAPMAGIC, 12, "a Berkeley DB heap"},
		{DB_HASHMAGIC, 0, "a hash of Berkeley DB 1.85"},
		{DB_BTREEMAGIC, 0, "a B-tree of Berkeley DB 1.85"},
	};

	for (int big = 0; big <= 1; big++) {
		db->big = big;
		if (u32_at(db, db->file, 12) == DB_HASHMAGIC)
			return 0;
		for (size_t i = 0; i < sizeof others / sizeof *others; i++)
			if (u32_at(db, db->file, others[i].at) == others[i].magic)
				return err_set(err, ERR_UNSUPPORTED,
					       "%s; rpm keeps packages in a hash", others[i].what);
	}
	return err_set(err, ERR_FORMAT, "offset 12: no Berkeley DB magic");
}

static int refuse_features(const struct bdb *db, struct err *err)
{
	uint32_t version = u32_at(db, db->file, 16), flags = u32_at(db, db->file, 48);
	uint8_t type = u8_at(db->file, 25), meta_flags = u8_at(db->file, 26);

	if (version < HASH_VERSION_MIN || version > HASH_VERSION_MAX)
		return err_set(err, ERR_UNSUPPORTED,
			       "Berkeley DB hash version %" PRIu32 " (only %d to %d are read)",
			       version, HASH_VERSION_MIN, HASH_VERSION_MAX);
	if (u8_at(db->file, 24) != 0)
		return err_set(err, ERR_UNSUPPORTED, "encrypted (algorithm %u)",
			       u8_at(db->file, 24));
	if (type != P_HASHMETA)
		return err_set(err, ERR_FORMAT, "page 0 has type %u, not %d", type, P_HASHMETA);
	if (meta_flags & (DBMETA_PART_RANGE | DBMETA_PART_CALLBACK))
		return err_set(err, ERR_UNSUPPORTED, "partitioned database");
	if (flags & DB_HASH_SUBDB)
		return err_set(err, ERR_UNSUPPORTED, "several databases in one file");
	return 0;
}

static int parse_meta(struct bdb *db, struct arena *scratch, struct err *err)
{
	uint32_t page_size, max_bucket;
	int r;

	if (db->file.n < META_BYTES)
		return err_set(err, ERR_FORMAT, "%zu bytes: too short for a Berkeley DB",
			       db->file.n);
	r = parse_magic(db, err);
	if (r == 0)
		r = refuse_features(db, err);
	if (r < 0)
		return r;
	page_size = u32_at(db, db->file, 20);
	if (page_size < 512 || page_size > 65536 || (page_size & (page_size - 1)) != 0)
		return err_set(err, ERR_FORMAT, "page size %" PRIu32, page_size);
	db->page_size = page_size;
	db->n_pages = db->file.n / page_size;
	db->head_bytes =
		u8_at(db->file, 26) & DBMETA_CHKSUM ? PAGE_HEAD_BYTES_CHKSUM : PAGE_HEAD_BYTES;
	max_bucket = u32_at(db, db->file, 72);
	db->n_buckets = (size_t)max_bucket + 1;
	for (size_t i = 0; i < N_SPARES; i++)
		db->spares[i] = u32_at(db, db->file, 96 + 4 * i);
	db->visited = arena_array(scratch, db->n_pages ? db->n_pages : 1, sizeof *db->visited);
	return db->visited ? 0 : err_nomem(err);
}

/* Page `number`, for the first and only time. */
static int visit_page(struct bdb *db, uint32_t number, struct page *ret, struct err *err)
{
	struct page page = {.number = number};
	struct cursor c;
	uint32_t own;

	if (number == 0 || number >= db->n_pages)
		return err_set(err, ERR_FORMAT, "page %" PRIu32 " of %zu", number, db->n_pages);
	if (db->visited[number])
		return err_set(err, ERR_FORMAT, "page %" PRIu32 " is referred to twice", number);
	db->visited[number] = true;
	page.bytes = str_sub(db->file, number * db->page_size, db->page_size);
	c = cursor_make(page.bytes);
	cursor_seek(&c, 8);
	own = get_u32(db, &c);
	cursor_seek(&c, 16);
	page.next = get_u32(db, &c);
	page.n_items = get_u16(db, &c);
	page.used = get_u16(db, &c);
	cursor_seek(&c, 25);
	page.type = cursor_u8(&c);
	/* Buckets that were never written to are holes: all zero. */
	if (own != number && page.type != P_INVALID)
		return err_set(err, ERR_FORMAT, "page %" PRIu32 " says it is page %" PRIu32, number,
			       own);
	*ret = page;
	return 0;
}

/* Gathers a value that lies on overflow pages into db->record. */
static int read_overflow(struct bdb *db, uint32_t number, uint32_t length, struct err *err)
{
	struct page page;
	int r;

	strbuf_reset(&db->record);
	if (length > db->file.n || !strbuf_reserve(&db->record, length))
		return err_set(err, ERR_FORMAT, "%" PRIu32 " bytes in a file of %zu", length,
			       db->file.n);
	while (number != 0) {
		r = visit_page(db, number, &page, err);
		if (r < 0)
			return r;
		if (page.type != P_OVERFLOW)
			return err_set(err, ERR_FORMAT, "page %" PRIu32 " has type %u, not %d",
				       number, page.type, P_OVERFLOW);
		if (page.used > db->page_size - db->head_bytes || page.used > length - db->record.n)
			return err_set(err, ERR_FORMAT, "page %" PRIu32 " holds %u bytes more",
				       number, page.used);
		strbuf_add(&db->record, str_sub(page.bytes, db->head_bytes, page.used));
		number = page.next;
	}
	if (db->record.n != length)
		return err_set(err, ERR_FORMAT, "%zu of %" PRIu32 " bytes", db->record.n, length);
	return strbuf_check(&db->record, err);
}

/* Item i with its type byte. */
static int get_item(const struct bdb *db, const struct page *page, size_t i, struct str *ret,
		    struct err *err)
{
	struct cursor c = cursor_make(page->bytes);
	size_t from, to = db->page_size, room = db->head_bytes + 2 * (size_t)page->n_items;

	if (i == 0) {
		cursor_seek(&c, db->head_bytes);
	} else {
		cursor_seek(&c, db->head_bytes + 2 * (i - 1));
		to = get_u16(db, &c);
	}
	from = get_u16(db, &c);
	if (c.failed || from < room || to <= from || to > db->page_size)
		return err_set(err, ERR_FORMAT, "offsets %zu to %zu", from, to);
	*ret = str_sub(page->bytes, from, to - from);
	return 0;
}

static int get_key(const struct bdb *db, const struct page *page, size_t i, uint32_t *ret,
		   struct err *err)
{
	struct str item;
	int r = get_item(db, page, i, &item, err);

	if (r < 0)
		return r;
	if (u8_at(item, 0) != H_KEYDATA || item.n != 5)
		return err_set(err, ERR_FORMAT, "key of type %u and %zu bytes is no package number",
			       u8_at(item, 0), item.n - 1);
	*ret = u32_at(db, item, 1);
	return 0;
}

static int get_value(struct bdb *db, const struct page *page, size_t i, struct str *ret,
		     struct err *err)
{
	struct str item;
	int r = get_item(db, page, i, &item, err);

	if (r < 0)
		return r;
	switch (u8_at(item, 0)) {
	case H_KEYDATA:
		*ret = str_skip(item, 1);
		return 0;
	case H_OFFPAGE:
		if (item.n != 12)
			return err_set(err, ERR_FORMAT, "reference of %zu bytes", item.n);
		r = read_overflow(db, u32_at(db, item, 4), u32_at(db, item, 8), err);
		*ret = strbuf_str(&db->record);
		return r < 0 ? err_wrap(err, r, "overflow") : 0;
	case H_DUPLICATE:
	case H_OFFDUP:
		return err_set(err, ERR_UNSUPPORTED, "duplicate records under one key");
	case H_BLOB:
		return err_set(err, ERR_UNSUPPORTED, "record kept in a file of its own");
	default:
		return err_set(err, ERR_FORMAT, "item type %u", u8_at(item, 0));
	}
}

static int add_record(struct bdb *db, const struct page *page, size_t i, struct err *err)
{
	char where[80];
	struct err why = {0};
	struct str blob = STR_NULL;
	uint32_t hnum = 0;
	int r = get_key(db, page, i, &hnum, &why);

	if (r == 0 && hnum == 0)
		return 0;
	(void)snprintf(where, sizeof where, "page %" PRIu32 ", item %zu (hnum %" PRIu32 ")",
		       page->number, i, hnum);
	if (r == 0)
		r = get_value(db, page, i + 1, &blob, &why);
	if (r == 0)
		return rpm_records_add(&db->recs, blob, where, err);
	(void)err_wrap(&why, r, "%s", where);
	return pkg_sink_problem(db->recs.sink, &why);
}

static int check_hash_page(const struct bdb *db, const struct page *page, struct err *err)
{
	if (page->type != P_HASH && page->type != P_HASH_UNSORTED)
		return err_set(err, ERR_FORMAT,
			       "page %" PRIu32 " has type %u where a bucket belongs", page->number,
			       page->type);
	if (page->n_items % 2 != 0 || db->head_bytes + 2 * (size_t)page->n_items > db->page_size)
		return err_set(err, ERR_FORMAT, "page %" PRIu32 " claims %u items", page->number,
			       page->n_items);
	return 0;
}

static int walk_bucket(struct bdb *db, uint32_t number, struct err *err)
{
	struct err why = {0};
	struct page page;
	int r = 0;

	for (; number != 0 && r == 0; number = page.next) {
		r = visit_page(db, number, &page, &why);
		if (r == 0 && page.type == P_INVALID && page.n_items == 0)
			return 0;
		if (r == 0)
			r = check_hash_page(db, &page, &why);
		if (r < 0)
			return pkg_sink_problem(db->recs.sink, &why);
		for (size_t i = 0; r == 0 && i < page.n_items; i += 2)
			r = add_record(db, &page, i, err);
	}
	return r;
}

static size_t log2_ceil(size_t n)
{
	size_t log = 0;

	while (((size_t)1 << log) < n)
		log++;
	return log;
}

static int walk_buckets(struct bdb *db, struct err *err)
{
	size_t n = db->n_buckets < db->n_pages ? db->n_buckets : db->n_pages;
	struct err why;
	int r = 0;

	for (size_t b = 0; r == 0 && b < n; b++)
		r = walk_bucket(db, (uint32_t)b + db->spares[log2_ceil(b + 1)], err);
	if (r < 0 || n == db->n_buckets)
		return r;
	(void)err_set(&why, ERR_FORMAT, "%zu buckets in a file of %zu pages: cut short",
		      db->n_buckets, db->n_pages);
	return pkg_sink_problem(db->recs.sink, &why);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct bdb db = {
		.file = in->bytes,
		.record = STRBUF_INIT(LIMIT_PKGDB_BYTES),
		.recs = RPM_RECORDS_INIT(sink),
	};
	int r = parse_meta(&db, sink->scratch, err);

	if (r == 0)
		r = walk_buckets(&db, err);
	rpm_records_done(&db.recs);
	strbuf_done(&db.record);
	return r;
}

static const char *const paths[] = {
	"var/lib/rpm/Packages",
	"usr/lib/sysimage/rpm/Packages",
	"usr/share/rpm/Packages",
	NULL,
};

const struct pkgdb pkgdb_rpm_bdb = {
	.id = "rpm-bdb",
	.title = "rpm, Berkeley DB",
	.spec = "https://github.com/rpm-software-management/rpm, lib/backend/bdb_ro.cc",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.parse = parse,
};
