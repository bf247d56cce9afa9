/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/shard.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "codec/sqlite_file.h"
#include "codec/zstd_dict.h"
#include "vuln/collect.h"

#define TEXT_MAX  ((size_t)64 << 20)
#define FEEDS_MAX 256

struct shard {
	struct sqlite_file *file;
	struct sqlite_statement *find, *advisory, *text, *id, *withdrawn, *all;
	struct arena arena;
	struct str name, dictionary;
	char *what;
	struct zstd_dict *unpacker; /* made for the first text */
	struct shard_feed feeds[FEEDS_MAX];
	size_t n_feeds;
};

const char shard_schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE feed(n INTEGER PRIMARY KEY, id TEXT, date TEXT, records INTEGER);"
	"CREATE TABLE package(name TEXT PRIMARY KEY, rows BLOB) WITHOUT ROWID;"
	"CREATE TABLE advisory(n INTEGER PRIMARY KEY, id TEXT, head BLOB, text BLOB);"
	"CREATE TABLE identifier(id TEXT PRIMARY KEY, canonical TEXT, aliases BLOB,"
	" advisories BLOB) WITHOUT ROWID;"
	"CREATE TABLE withdrawn(id TEXT PRIMARY KEY) WITHOUT ROWID;";

const char enrichment_schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE enrichment(cve INTEGER PRIMARY KEY, facts BLOB);"
	"CREATE TABLE fact(feed TEXT, key TEXT, value TEXT, PRIMARY KEY(feed, key)) WITHOUT ROWID;";

static int damaged(const struct shard *s, const char *part, struct err *err)
{
	return err_set(err, ERR_FORMAT, "%s: damaged %s", s->what, part);
}

static int read_meta(struct shard *s, struct err *err)
{
	struct sqlite_statement *st;
	int r = sqlite_file_prepare(s->file, "SELECT key, value FROM meta", &st, err);
	uint64_t format = 0;

	while (r >= 0 && (r = sqlite_step(st, err)) > 0) {
		struct str key = sqlite_column_str(st, 0), value = sqlite_column_str(st, 1);

		if (str_is(key, "format"))
			(void)str_parse_u64(value, &format); /* 0 is refused below */
		else if (str_is(key, "name"))
			s->name = arena_str(&s->arena, value);
		else if (str_is(key, "dictionary"))
			s->dictionary = arena_str(&s->arena, value);
	}
	if (r == 0 && format != SHARD_FORMAT)
		return err_set(err, ERR_UNSUPPORTED, "%s: a shard of format %llu, this reads %d",
			       s->what, (unsigned long long)format, SHARD_FORMAT);
	return r;
}

static int read_feeds(struct shard *s, struct err *err)
{
	struct sqlite_statement *st;
	int r = sqlite_file_prepare(s->file, "SELECT n, id, date, records FROM feed ORDER BY n",
				    &st, err);

	while (r >= 0 && (r = sqlite_step(st, err)) > 0) {
		struct shard_feed *f = &s->feeds[s->n_feeds];

		if (s->n_feeds == FEEDS_MAX || sqlite_column_num(st, 0) != (int64_t)s->n_feeds)
			return damaged(s, "list of feeds", err);
		f->id = arena_str(&s->arena, sqlite_column_str(st, 1));
		f->date = arena_str(&s->arena, sqlite_column_str(st, 2));
		f->n_records = (uint64_t)sqlite_column_num(st, 3);
		if (!f->id.p || !f->date.p)
			return err_nomem(err);
		s->n_feeds++;
	}
	return r;
}

/* The statements that only findings need are prepared when one comes. */
static int prepare(struct shard *s, struct sqlite_statement **st, const char *sql, struct err *err)
{
	return *st ? 0 : sqlite_file_prepare(s->file, sql, st, err);
}

int shard_open_fd(int fd, const char *path, const char *what, struct shard **ret, struct err *err)
{
	CLEANUP(shard_closep) struct shard *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return err_nomem(err);
	arena_init(&s->arena, LIMIT_ARENA_BYTES);
	s->what = str_dup(str_of(what));
	if (!s->what)
		return err_nomem(err);
	r = sqlite_file_open_fd(fd, path, &s->file, err);
	if (r == 0)
		r = read_meta(s, err); /* first: another format may have other tables */
	if (r == 0)
		r = sqlite_file_check_schema(s->file, shard_schema, err);
	if (r == 0)
		r = read_feeds(s, err);
	if (r == 0)
		r = prepare(s, &s->find, "SELECT rows FROM package WHERE name = ?1", err);
	if (r == 0)
		*ret = TAKE(s);
	return r;
}

int shard_open(const char *path, const char *what, struct shard **ret, struct err *err)
{
	CLEANUP(fd_closep) int fd = fd_open_read(path, err);

	return fd < 0 ? fd : shard_open_fd(fd, path, what, ret, err);
}

void shard_close(struct shard *s)
{
	if (!s)
		return;
	sqlite_file_close(s->file);
	zstd_dict_free(s->unpacker);
	arena_done(&s->arena);
	free(s->what);
	free(s);
}

void shard_closep(struct shard **s)
{
	shard_close(*s);
	*s = NULL;
}

struct str shard_name(const struct shard *s)
{
	return s->name;
}

const struct shard_feed *shard_feed(const struct shard *s, size_t i)
{
	return i < s->n_feeds ? &s->feeds[i] : NULL;
}

/* ---- rows ---- */

int shard_find(struct shard *s, struct str name, struct shard_rows *ret, struct err *err)
{
	int r;

	sqlite_reset(s->find);
	sqlite_bind_str(s->find, 1, name);
	r = sqlite_step(s->find, err);
	if (r > 0)
		ret->at = cursor_make(sqlite_column_str(s->find, 0));
	return r;
}

static void read_ranges(struct cursor c, struct shard_row *row, bool *failed)
{
	row->intervals = packed_list(&c);
	row->versions = packed_list(&c);
	row->constraint = packed_str(&c);
	*failed |= c.failed;
}

/* Their bits come first in the body. */
static void read_parts(struct cursor *c, struct shard_row *row)
{
	uint8_t parts = cursor_u8(c);
	bool failed = false;

	row->ranges = packed_str(c);
	read_ranges(cursor_make(row->ranges), row, &failed);
	row->channel = parts & ROW_CHANNEL ? packed_str(c) : STR_NULL;
	row->module = parts & ROW_MODULE ? packed_str(c) : STR_NULL;
	row->arches = parts & ROW_ARCHES ? packed_list(c) : (struct packed_list){0};
	row->note = parts & ROW_NOTE ? packed_str(c) : STR_NULL;
	row->symbols = parts & ROW_SYMBOLS ? packed_list(c) : (struct packed_list){0};
	c->failed |= failed;
}

int shard_next(struct shard_rows *rows, struct shard_row *ret, struct err *err)
{
	struct cursor *c = &rows->at;
	uint64_t advisory, feed;
	uint8_t kinds, severity;

	if (cursor_left(c) == 0)
		return 0;
	advisory = packed_uint(c);
	feed = packed_uint(c);
	kinds = cursor_u8(c);
	severity = cursor_u8(c);
	read_parts(c, ret);
	if (c->failed || advisory > UINT32_MAX || feed >= FEEDS_MAX ||
	    (kinds & 7) > STATUS_NOT_AFFECTED || (kinds >> 3 & 7) > ADVISORY_NOTICE ||
	    severity > SEVERITY_CRITICAL)
		return err_set(err, ERR_FORMAT, "damaged rows, at offset %zu", c->at);
	ret->advisory = (uint32_t)advisory;
	ret->feed = (uint16_t)feed;
	ret->status = kinds & 7;
	ret->kind = kinds >> 3 & 7;
	ret->by_binary = kinds >> 6 & 1;
	ret->severity = severity;
	return 1;
}

bool shard_interval_next(struct packed_list *l, struct advisory_interval *ret)
{
	struct cursor *c = &l->at;
	uint8_t parts;

	if (l->n == 0)
		return false;
	l->n--;
	parts = cursor_u8(c);
	ret->introduced = parts & 1 ? packed_str(c) : STR_NULL;
	ret->fixed = parts & 2 ? packed_str(c) : STR_NULL;
	ret->last_affected = parts & 4 ? packed_str(c) : STR_NULL;
	return !c->failed;
}

int shard_each_package(struct shard *s,
		       int (*fn)(void *ctx, struct str name, struct shard_rows rows,
				 struct err *err),
		       void *ctx, struct err *err)
{
	int r = prepare(s, &s->all, "SELECT name, rows FROM package ORDER BY name", err);

	if (r < 0)
		return r;
	sqlite_reset(s->all);
	while ((r = sqlite_step(s->all, err)) > 0) {
		struct shard_rows rows = {cursor_make(sqlite_column_str(s->all, 1))};

		r = fn(ctx, sqlite_column_str(s->all, 0), rows, err);
		if (r < 0)
			break;
	}
	return r;
}

/* ---- advisories ---- */

static struct str copy_date(struct cursor *c, struct arena *arena)
{
	char text[CLOCK_TEXT_MAX];
	uint64_t seconds = packed_uint(c);

	if (seconds == 0 || seconds > INT64_MAX || !clock_format((int64_t)seconds, text))
		return STR_NULL;
	return arena_str(arena, str_of(text));
}

static int read_head(struct shard *s, struct str head, struct arena *arena,
		     struct shard_advisory *ret, struct err *err)
{
	struct cursor c = cursor_make(head);
	uint64_t feed = packed_uint(&c), kind = packed_uint(&c), severity = packed_uint(&c);
	bool ok;

	if (c.failed || feed >= s->n_feeds || kind > ADVISORY_NOTICE ||
	    severity > SEVERITY_CRITICAL)
		return damaged(s, "advisory", err);
	ret->feed = (uint16_t)feed;
	ret->kind = (enum advisory_kind)kind;
	ret->severity = (enum severity)severity;
	ret->severity_source = arena_str(arena, packed_str(&c));
	ret->published = copy_date(&c, arena);
	ret->modified = copy_date(&c, arena);
	ok = packed_list_copy(packed_list(&c), arena, &ret->vulnerabilities) &&
	     packed_list_copy(packed_list(&c), arena, &ret->cvss) &&
	     packed_list_copy(packed_list(&c), arena, &ret->cwes);
	return ok && !c.failed ? 0 : damaged(s, "advisory", err);
}

int shard_advisory(struct shard *s, uint32_t advisory, struct arena *arena,
		   struct shard_advisory *ret, struct err *err)
{
	int r = prepare(s, &s->advisory, "SELECT id, head FROM advisory WHERE n = ?1", err);

	if (r < 0)
		return r;
	sqlite_reset(s->advisory);
	sqlite_bind_int(s->advisory, 1, advisory);
	r = sqlite_step(s->advisory, err);
	if (r <= 0)
		return r < 0 ? r : damaged(s, "number of an advisory", err);
	*ret = (struct shard_advisory){.id = arena_str(arena, sqlite_column_str(s->advisory, 0))};
	return read_head(s, sqlite_column_str(s->advisory, 1), arena, ret, err);
}

static int unpack_text(struct shard *s, struct str packed, struct strbuf *text, struct err *err)
{
	int r = s->unpacker ? 0 : zstd_dict_new_unpacker(s->dictionary, &s->unpacker, err);

	if (r == 0)
		r = zstd_dict_unpack(s->unpacker, packed, TEXT_MAX, text, err);
	return r < 0 ? err_wrap(err, r, "%s", s->what) : 0;
}

int shard_text(struct shard *s, uint32_t advisory, struct arena *arena, struct shard_text *ret,
	       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(TEXT_MAX);
	int r = prepare(s, &s->text, "SELECT text FROM advisory WHERE n = ?1", err);
	struct cursor c;

	if (r < 0)
		return r;
	sqlite_reset(s->text);
	sqlite_bind_int(s->text, 1, advisory);
	r = sqlite_step(s->text, err);
	if (r <= 0)
		return r < 0 ? r : damaged(s, "number of an advisory", err);
	r = unpack_text(s, sqlite_column_str(s->text, 0), &text, err);
	if (r < 0)
		return r;
	c = cursor_make(strbuf_str(&text));
	*ret = (struct shard_text){.summary = arena_str(arena, packed_str(&c))};
	if (c.failed || !packed_list_copy(packed_list(&c), arena, &ret->references))
		return damaged(s, "text", err);
	return 0;
}

/* ---- ids ---- */

/* The row of an id, borrowed until the next call: 1, or 0 when there is none. */
static int step_id(struct shard *s, struct str id, struct err *err)
{
	int r = prepare(s, &s->id,
			"SELECT canonical, aliases, advisories FROM identifier WHERE id = ?1", err);

	if (r < 0)
		return r;
	sqlite_reset(s->id);
	sqlite_bind_str(s->id, 1, id);
	return sqlite_step(s->id, err);
}

int shard_aliases(struct shard *s, struct str canonical, struct arena *arena, struct str_list *ret,
		  struct err *err)
{
	int r = step_id(s, canonical, err);
	struct cursor c;

	*ret = (struct str_list){0};
	if (r <= 0)
		return r;
	c = cursor_make(sqlite_column_str(s->id, 1));
	if (c.bytes.n && !packed_list_copy(packed_list(&c), arena, ret))
		return damaged(s, "list of aliases", err);
	return 0;
}

static int read_numbers(struct shard *s, struct str packed, struct arena *arena,
			struct shard_numbers *ret, struct err *err)
{
	struct cursor c = cursor_make(packed);
	uint32_t *p = arena_array(arena, packed.n, sizeof *p);
	size_t n = 0;

	if (!p && packed.n)
		return err_nomem(err);
	while (cursor_left(&c) > 0)
		p[n++] = (uint32_t)packed_uint(&c);
	if (c.failed)
		return damaged(s, "list of advisories", err);
	*ret = (struct shard_numbers){p, n};
	return 1;
}

int shard_find_id(struct shard *s, struct str id, struct arena *arena, struct str *ret_canonical,
		  struct shard_numbers *ret, struct err *err)
{
	int r = step_id(s, id, err);
	struct str canonical;

	if (r <= 0)
		return r;
	canonical = arena_str(arena, sqlite_column_str(s->id, 0));
	if (!canonical.p)
		return err_nomem(err);
	if (canonical.n && !str_eq(canonical, id)) {
		r = step_id(s, canonical, err);
		if (r <= 0)
			return r < 0 ? r : damaged(s, "id", err);
	}
	*ret_canonical = canonical;
	return read_numbers(s, sqlite_column_str(s->id, 2), arena, ret, err);
}

bool shard_is_withdrawn(struct shard *s, struct str id)
{
	if (prepare(s, &s->withdrawn, "SELECT 1 FROM withdrawn WHERE id = ?1", NULL) < 0)
		return false;
	sqlite_reset(s->withdrawn);
	sqlite_bind_str(s->withdrawn, 1, id);
	return sqlite_step(s->withdrawn, NULL) > 0;
}
