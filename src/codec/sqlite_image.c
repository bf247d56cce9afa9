/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this file reads by itself; the rest is SQLite's.
 *
 *     database header   OFFSET SIZE  DESCRIPTION
 *                            0   16  "SQLite format 3\0"
 *                           16    2  page size, big-endian; 1 means 65536
 *                           18    1  write version: 1 rollback journal, 2 write-ahead log
 *                           19    1  read version, the same
 *                           24    4  change counter
 *                           28    4  pages in the database, when 92 equals 24
 *                           92    4  change counter when 28 was written
 *     log header             0    4  magic 0x377f0682, or ..83: checksums are big-endian
 *     (all big-endian)       4    4  format 3007000
 *                            8    4  page size
 *                           12    4  checkpoint number
 *                           16    8  two salts, equal in each frame
 *                           24    8  checksum of the 24 bytes before
 *     log frame              0    4  page number, from 1
 *                            4    4  pages of the database after a commit; 0: no commit
 *                            8    8  the salts
 *                           16    8  checksum of bytes 0-7 and the page, going on from before
 *                           24       the page
 */
#include "codec/sqlite_image.h"

#include <sqlite3.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "base/strbuf.h"

enum {
	DB_HEADER_SIZE = 100,
	DB_PAGE_SIZE_AT = 16,
	DB_WRITE_VERSION_AT = 18,
	DB_READ_VERSION_AT = 19,
	DB_CHANGES_AT = 24,
	DB_VALID_FOR_AT = 92,
	VERSION_JOURNAL = 1,
	WAL_HEADER_SIZE = 32,
	WAL_SUMMED_HEADER_SIZE = 24,
	WAL_FRAME_HEADER_SIZE = 24,
	WAL_SUMMED_FRAME_SIZE = 8,
	WAL_MAGIC = 0x377f0682,
	WAL_FORMAT = 3007000,
	STEPS_A_CALL = 4096,
	SQL_BYTES = 1 << 16,
	SCHEMA_STEPS = 1000000,
};

struct sqlite_image {
	sqlite3 *db;
	uint64_t steps; /* virtual machine instructions so far */
	bool out_of_steps;
};

struct sqlite_row {
	sqlite3_stmt *stmt;
};

/* A database in one piece while the log is applied to it. */
struct pages {
	unsigned char *p; /* sqlite3_malloc64 */
	size_t n;	  /* bytes in use */
	size_t cap;
	size_t page_size;
};

struct wal {
	struct cursor frames;
	struct str salts;
	size_t page_size;
	bool big_endian_sums;
	uint32_t sum[2];
};

static bool is_page_size(size_t n)
{
	return n >= 512 && n <= 65536 && (n & (n - 1)) == 0;
}

static void wal_sum(struct wal *w, struct str bytes)
{
	struct cursor c = cursor_make(bytes);

	while (cursor_left(&c) >= 8) {
		uint32_t a = w->big_endian_sums ? cursor_u32be(&c) : cursor_u32le(&c);
		uint32_t b = w->big_endian_sums ? cursor_u32be(&c) : cursor_u32le(&c);

		w->sum[0] += a + w->sum[1];
		w->sum[1] += b + w->sum[0];
	}
}

static int wal_open(struct wal *w, struct str bytes, struct err *err)
{
	struct cursor c = cursor_make(bytes);
	uint32_t magic = cursor_u32be(&c), format = cursor_u32be(&c);

	*w = (struct wal){.page_size = cursor_u32be(&c)};
	(void)cursor_u32be(&c);
	w->salts = cursor_take(&c, 8);
	if (c.failed || (magic & ~1u) != WAL_MAGIC || format != WAL_FORMAT)
		return err_set(err, ERR_FORMAT, "write-ahead log: not the header of one");
	if (!is_page_size(w->page_size))
		return err_set(err, ERR_FORMAT, "write-ahead log: page size %zu", w->page_size);
	w->big_endian_sums = magic & 1;
	wal_sum(w, str_sub(bytes, 0, WAL_SUMMED_HEADER_SIZE));
	if (cursor_u32be(&c) != w->sum[0] || cursor_u32be(&c) != w->sum[1])
		return err_set(err, ERR_FORMAT, "write-ahead log: header checksum differs");
	w->frames = c;
	return 0;
}

/* False at the first frame that is cut short, of an older log or damaged: there the log ends. */
static bool wal_next(struct wal *w, uint32_t *ret_page, uint32_t *ret_n_pages, struct str *ret_data)
{
	struct cursor *c = &w->frames;
	struct str head = cursor_take(c, WAL_FRAME_HEADER_SIZE);
	struct str data = cursor_take(c, w->page_size);
	struct cursor h = cursor_make(head);

	if (c->failed)
		return false;
	*ret_page = cursor_u32be(&h);
	*ret_n_pages = cursor_u32be(&h);
	*ret_data = data;
	if (!str_eq(cursor_take(&h, 8), w->salts) || *ret_page == 0)
		return false;
	wal_sum(w, str_sub(head, 0, WAL_SUMMED_FRAME_SIZE));
	wal_sum(w, data);
	return cursor_u32be(&h) == w->sum[0] && cursor_u32be(&h) == w->sum[1];
}

static int pages_grow(struct pages *db, size_t n, struct err *err)
{
	if (n > LIMIT_SQLITE_BYTES)
		return err_set(err, ERR_LIMIT, "database larger than sqlite_bytes (%d)",
			       (int)LIMIT_SQLITE_BYTES);
	if (n > db->cap) {
		unsigned char *p = sqlite3_realloc64(db->p, n);

		if (!p)
			return err_nomem(err);
		memset(p + db->cap, 0, n - db->cap);
		db->p = p;
		db->cap = n;
	}
	if (n > db->n)
		db->n = n;
	return 0;
}

/* Offset of the last frame that ends a transaction, how big the database is then, at its largest.
 */
static size_t wal_committed(struct wal w, uint32_t *ret_n_pages)
{
	uint32_t page, n_pages;
	struct str data;
	size_t end = 0;

	while (wal_next(&w, &page, &n_pages, &data))
		if (n_pages) {
			end = w.frames.at;
			*ret_n_pages = n_pages;
		}
	return end;
}

static int apply_wal(struct pages *db, struct str bytes, struct err *err)
{
	uint32_t page, n_pages, n_pages_after = 0;
	struct str data;
	struct wal w;
	int r = wal_open(&w, bytes, err);

	if (r < 0)
		return r;
	if (db->n && db->page_size != w.page_size)
		return err_set(err, ERR_FORMAT,
			       "write-ahead log: page size %zu, the database has %zu", w.page_size,
			       db->page_size);
	db->page_size = w.page_size;
	size_t end = wal_committed(w, &n_pages_after);
	size_t size_after = (size_t)n_pages_after * w.page_size;

	if (end == 0)
		return 0;
	r = pages_grow(db, size_after, err);
	while (r == 0 && w.frames.at < end && wal_next(&w, &page, &n_pages, &data))
		/* A page behind the final end was dropped by a later transaction. */
		if (page <= n_pages_after)
			memcpy(db->p + (size_t)(page - 1) * w.page_size, data.p, data.n);
	if (r == 0)
		db->n = size_after;
	return r;
}

/*
 * SQLite refuses a file that is shorter than its header says. With the missing pages there as zeros
 * the rows on the others can be read, and who needs a missing one gets an error at that point.
 */
static int pad(struct pages *db, struct err *err)
{
	struct cursor c = cursor_make(str_make(db->p, db->n));
	uint32_t changes, n_pages;

	cursor_seek(&c, DB_CHANGES_AT);
	changes = cursor_u32be(&c);
	n_pages = cursor_u32be(&c);
	cursor_seek(&c, DB_VALID_FOR_AT);
	return cursor_u32be(&c) == changes ? pages_grow(db, n_pages * db->page_size, err) : 0;
}

static int load(struct pages *db, struct str main, struct str wal, struct err *err)
{
	int r = pages_grow(db, main.n, err);

	if (r < 0)
		return r;
	if (main.n) {
		struct cursor c = cursor_make(main);

		if (!str_has_prefix(main, str_make("SQLite format 3", 16)) ||
		    main.n < DB_HEADER_SIZE)
			return err_set(err, ERR_FORMAT, "not an SQLite 3 database");
		memcpy(db->p, main.p, main.n);
		cursor_seek(&c, DB_PAGE_SIZE_AT);
		db->page_size = cursor_u16be(&c);
		db->page_size = db->page_size == 1 ? 65536 : db->page_size;
	}
	if (wal.n)
		r = apply_wal(db, wal, err);
	if (r < 0)
		return r;
	if (db->n < DB_HEADER_SIZE)
		return err_set(err, ERR_FORMAT, "not an SQLite 3 database: %zu bytes", db->n);
	r = pad(db, err);
	if (r < 0)
		return r;
	/* A database in memory has no log: SQLite opens it as one with a rollback journal. */
	db->p[DB_WRITE_VERSION_AT] = VERSION_JOURNAL;
	db->p[DB_READ_VERSION_AT] = VERSION_JOURNAL;
	return 0;
}

static int on_steps(void *ctx)
{
	struct sqlite_image *image = ctx;

	image->steps += STEPS_A_CALL;
	image->out_of_steps = image->steps > LIMIT_SQLITE_STEPS;
	return image->out_of_steps;
}

static bool is_harmless_pragma(const char *name)
{
	return str_is(str_of(name), "table_list") || str_is(str_of(name), "table_xinfo");
}

static int authorize(void *ctx, int action, const char *a, const char *b, const char *database,
		     const char *trigger)
{
	(void)ctx, (void)b, (void)database;
	/* `trigger` names the view or trigger that wants this: the input's code, not ours. */
	if (trigger)
		return SQLITE_DENY;
	if (action == SQLITE_PRAGMA)
		return is_harmless_pragma(a) ? SQLITE_OK : SQLITE_DENY;
	return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION
		       ? SQLITE_OK
		       : SQLITE_DENY;
}

/* SQLite's own words, or why it was stopped. Names of the input in them are kept on one line. */
static int sqlite_error(struct sqlite_image *image, int rc, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ERR_MSG_MAX);
	const char *words = image->db ? sqlite3_errmsg(image->db) : sqlite3_errstr(rc);

	if (image->out_of_steps)
		return err_set(err, ERR_LIMIT, "reading took more than sqlite_steps (%d)",
			       LIMIT_SQLITE_STEPS);
	if (rc == SQLITE_NOMEM)
		return err_nomem(err);
	for (size_t i = 0; i < 200 && words[i]; i++)
		strbuf_addc(&sb, words[i] >= ' ' && words[i] < 0x7f ? words[i] : '?');
	return err_set(err, ERR_FORMAT, "sqlite: %s", strbuf_cstr(&sb));
}

static void harden(struct sqlite_image *image, size_t n_bytes)
{
	sqlite3 *db = image->db;

	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	/* No value is longer than the file, whatever its header says; and SQL text must fit. */
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)n_bytes + SQL_BYTES);
	(void)sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES);
	(void)sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 256);
	(void)sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 32);
	(void)sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 2);
	(void)sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, 25000);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
	(void)sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	(void)sqlite3_exec(db, "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY", NULL, NULL,
			   NULL);
	sqlite3_progress_handler(db, STEPS_A_CALL, on_steps, image);
	(void)sqlite3_set_authorizer(db, authorize, NULL);
}

static int attach(struct sqlite_image *image, struct pages *pages, struct err *err)
{
	unsigned char *bytes = TAKE(pages->p);
	int rc = sqlite3_open_v2(":memory:", &image->db,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX,
				 NULL);

	if (rc != SQLITE_OK) {
		sqlite3_free(bytes);
		return sqlite_error(image, rc, err);
	}
	/* Owns `bytes` from here on, also when it says no. */
	rc = sqlite3_deserialize(image->db, "main", bytes, (sqlite3_int64)pages->n,
				 (sqlite3_int64)pages->n,
				 SQLITE_DESERIALIZE_READONLY | SQLITE_DESERIALIZE_FREEONCLOSE);
	if (rc != SQLITE_OK)
		return sqlite_error(image, rc, err);
	harden(image, pages->n);
	return 0;
}

void sqlite_image_free(struct sqlite_image *image)
{
	if (!image)
		return;
	(void)sqlite3_close_v2(image->db);
	free(image);
}

void sqlite_image_freep(struct sqlite_image **image)
{
	sqlite_image_free(*image);
	*image = NULL;
}

int sqlite_image_each(struct sqlite_image *image, const char *sql, sqlite_row_fn *fn, void *ctx,
		      struct err *err)
{
	struct sqlite_row row = {0};
	int r = 0, rc = sqlite3_prepare_v2(image->db, sql, -1, &row.stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(row.stmt);
	while (rc == SQLITE_ROW && r >= 0) {
		r = fn(ctx, &row, err);
		if (r >= 0)
			rc = sqlite3_step(row.stmt);
	}
	if (r >= 0)
		r = rc == SQLITE_DONE ? 0 : sqlite_error(image, rc, err);
	(void)sqlite3_finalize(row.stmt); /* repeats the step's error */
	return r;
}

struct str sqlite_row_str(const struct sqlite_row *row, int column)
{
	/* The bytes first: asking for the size before may convert in between. */
	const void *p = sqlite3_column_type(row->stmt, column) == SQLITE_BLOB
				? sqlite3_column_blob(row->stmt, column)
				: sqlite3_column_text(row->stmt, column);
	int n = sqlite3_column_bytes(row->stmt, column);

	return p && n > 0 ? str_make(p, (size_t)n) : STR_NULL;
}

bool sqlite_row_int(const struct sqlite_row *row, int column, int64_t *ret)
{
	if (sqlite3_column_type(row->stmt, column) != SQLITE_INTEGER)
		return false;
	*ret = sqlite3_column_int64(row->stmt, column);
	return true;
}

static int no_row(void *ctx, const struct sqlite_row *row, struct err *err)
{
	(void)ctx, (void)row, (void)err;
	return 0;
}

/*
 * SQLite keeps the whole schema in memory, ten times what it takes in the file: it gets fewer steps
 * than the rows.
 */
static int load_schema(struct sqlite_image *image, struct err *err)
{
	int r;

	image->steps = LIMIT_SQLITE_STEPS - SCHEMA_STEPS;
	r = sqlite_image_each(image, "SELECT 1 FROM sqlite_schema LIMIT 0", no_row, NULL, err);
	image->steps = 0;
	return r;
}

int sqlite_image_open(struct str main, struct str wal, struct sqlite_image **ret, struct err *err)
{
	CLEANUP(sqlite_image_freep) struct sqlite_image *image = calloc(1, sizeof *image);
	struct pages pages = {0};
	int r = image ? load(&pages, main, wal, err) : err_nomem(err);

	if (r == 0)
		r = attach(image, &pages, err);
	if (r == 0)
		r = load_schema(image, err);
	sqlite3_free(pages.p);
	if (r == 0)
		*ret = TAKE(image);
	return r;
}

static int is_plain_table(void *ctx, const struct sqlite_row *row, struct err *err)
{
	(void)err;
	*(bool *)ctx = str_is(sqlite_row_str(row, 2), "table");
	return 0;
}

static int is_generated(void *ctx, const struct sqlite_row *row, struct err *err)
{
	int64_t hidden = 0;

	(void)err;
	*(bool *)ctx |= !sqlite_row_int(row, 6, &hidden) || hidden != 0;
	return 0;
}

/* SQLite is asked what it made of the schema; the text there may say one thing and do another. */
bool sqlite_image_has_table(struct sqlite_image *image, const char *name)
{
	CLEANUP(strbuf_done) struct strbuf list = STRBUF_INIT(SQL_BYTES);
	CLEANUP(strbuf_done) struct strbuf info = STRBUF_INIT(SQL_BYTES);
	bool plain = false, generated = false;

	strbuf_addf(&list, "PRAGMA main.table_list('%s')", name);
	strbuf_addf(&info, "PRAGMA main.table_xinfo('%s')", name);
	return sqlite_image_each(image, strbuf_cstr(&list), is_plain_table, &plain, NULL) == 0 &&
	       plain &&
	       sqlite_image_each(image, strbuf_cstr(&info), is_generated, &generated, NULL) == 0 &&
	       !generated;
}

/* One table on its way: the names of its columns are those of the statement. */
struct value_walk {
	struct sqlite_image *image;
	sqlite_value_fn *fn;
	void *ctx;
	struct strbuf names; /* of tables, each with a NUL behind it */
	struct strbuf sql;
	struct str table;
	int failed; /* what fn returned; 0: nothing */
};

/* A name between quotes of that kind, which are doubled in it. */
static void add_quoted(struct strbuf *sb, char quote, struct str name)
{
	strbuf_addc(sb, quote);
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == quote)
			strbuf_addc(sb, quote);
		strbuf_addc(sb, name.p[i]);
	}
	strbuf_addc(sb, quote);
}

static int add_table(void *ctx, const struct sqlite_row *row, struct err *err)
{
	struct value_walk *w = ctx;

	(void)err;
	/* a shadow is what a virtual table keeps its rows in */
	if (!str_is(sqlite_row_str(row, 2), "table") && !str_is(sqlite_row_str(row, 2), "shadow"))
		return 0;
	strbuf_add(&w->names, sqlite_row_str(row, 1));
	strbuf_addc(&w->names, '\0');
	return 0;
}

/* Computed columns are left out: they would run what the input's author wrote. */
static int add_column(void *ctx, const struct sqlite_row *row, struct err *err)
{
	struct value_walk *w = ctx;
	int64_t hidden = 1;

	(void)err;
	if (!sqlite_row_int(row, 6, &hidden) || hidden != 0)
		return 0;
	strbuf_adds(&w->sql, w->sql.n ? ", " : "SELECT ");
	add_quoted(&w->sql, '"', sqlite_row_str(row, 1));
	return 0;
}

static int give_values(void *ctx, const struct sqlite_row *row, struct err *err)
{
	struct value_walk *w = ctx;
	int n = sqlite3_column_count(row->stmt);

	for (int i = 0; i < n && w->failed == 0; i++) {
		struct str value = sqlite_row_str(row, i);

		if (value.n)
			w->failed = w->fn(w->ctx, w->table,
					  str_of(sqlite3_column_name(row->stmt, i)), value, err);
	}
	return w->failed;
}

static int walk_table(struct value_walk *w, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf info = STRBUF_INIT(SQL_BYTES);
	int r;

	strbuf_adds(&info, "PRAGMA main.table_xinfo(");
	add_quoted(&info, '\'', w->table);
	strbuf_addc(&info, ')');
	strbuf_reset(&w->sql);
	r = strbuf_check(&info, err);
	if (r == 0)
		r = sqlite_image_each(w->image, strbuf_cstr(&info), add_column, w, err);
	if (r < 0 || w->sql.n == 0)
		return r;
	strbuf_adds(&w->sql, " FROM main.");
	add_quoted(&w->sql, '"', w->table);
	r = strbuf_check(&w->sql, err);
	return r < 0 ? r : sqlite_image_each(w->image, strbuf_cstr(&w->sql), give_values, w, err);
}

int sqlite_image_each_value(struct sqlite_image *image, sqlite_value_fn *fn, void *ctx,
			    struct err *err)
{
	struct value_walk w = {
		.image = image,
		.fn = fn,
		.ctx = ctx,
		.names = STRBUF_INIT(SQL_BYTES * 16),
		.sql = STRBUF_INIT(SQL_BYTES),
	};
	int r = sqlite_image_each(image, "PRAGMA main.table_list", add_table, &w, err), first;
	struct str names = strbuf_str(&w.names);

	if (r == 0)
		r = strbuf_check(&w.names, err);
	first = r;
	while (w.failed == 0 && !image->out_of_steps && str_pull_until(&names, '\0', &w.table)) {
		r = w.table.n ? walk_table(&w, first == 0 ? err : NULL) : 0;
		first = first == 0 ? r : first;
	}
	strbuf_done(&w.names);
	strbuf_done(&w.sql);
	return first;
}
