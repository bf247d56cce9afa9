/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "tests/unit/test.h"
#include "vuln/shard.h"
#include "vuln/shard_write.h"

#define NOW 1800000000

/* What a test hands to the collector, as the sink of a feed. */
struct world {
	struct collector c;
	struct alias aliases;
	struct shard_counts counts;
	struct arena arena;
	struct shard *shard;
	char dir[64], path[128];
};

static void set_up(struct world *w)
{
	memset(w, 0, sizeof *w);
	arena_init(&w->arena, 1 << 24);
	alias_init(&w->aliases);
	assert_int_equal(collector_init(&w->c, 0, NULL, NULL), 0);
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/plimsoll-shard-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	(void)snprintf(w->path, sizeof w->path, "%s/s.db", w->dir);
}

static void tear_down(struct world *w)
{
	shard_close(w->shard);
	collector_done(&w->c);
	alias_done(&w->aliases);
	arena_done(&w->arena);
	(void)unlink(w->path);
	(void)rmdir(w->dir);
}

static void add(struct world *w, const struct advisory *a)
{
	struct feed_sink sink = collector_sink(&w->c, STR("file"), feed_find(STR("kev")));

	assert_int_equal(sink.advisory(sink.context, a, NULL), 0);
}

/* Writes the rows of all records, in the order given or backwards. */
static void write_shard(struct world *w, bool backwards)
{
	struct shard_entry rows[64];
	struct err err = {0};
	int64_t dates[SHARD_FEEDS_MAX] = {0};
	size_t n = 0;

	for (size_t i = 0; i < w->c.records.n; i++) {
		struct record *r = vec_at(&w->c.records, i);
		struct cursor c = cursor_make(r->aliases);
		struct packed_list l = packed_list(&c);
		struct str alias;

		r->number = i;
		assert_int_equal(alias_add(&w->aliases, r->id, NULL), 0);
		while (packed_next(&l, &alias))
			assert_int_equal(alias_join(&w->aliases, r->id, alias, NULL), 0);
		for (size_t k = 0; k < r->n_rows; k++)
			rows[n++] = (struct shard_entry){.record = r, .row = &r->rows[k]};
	}
	assert_int_equal(alias_close(&w->aliases, NULL), 0);
	for (size_t i = 0; backwards && i < n / 2; i++) {
		struct shard_entry swap = rows[i];

		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = swap;
	}
	struct shard_source source = {.name = STR("test-1"),
				      .rows = rows,
				      .n_rows = n,
				      .aliases = &w->aliases,
				      .feed_dates = dates,
				      .now = NOW};

	if (shard_write(w->path, &source, &w->counts, &err) < 0)
		fail_msg("%s", err.msg);
}

static void open_shard(struct world *w)
{
	struct err err = {0};

	if (shard_open(w->path, "shard test-1", &w->shard, &err) < 0)
		fail_msg("%s", err.msg);
}

#define LIST(...)                                                                                  \
	((struct str_list){(const struct str[]){__VA_ARGS__},                                      \
			   sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str)})

static const struct advisory_interval two[] = {
	{.introduced = {"1.0", 3}, .fixed = {"1.2", 3}},
	{.introduced = {"2.0", 3}, .last_affected = {"2.5", 3}},
};

static const struct advisory_interval none[] = {{.fixed = {"9", 1}}};

/* One advisory with everything, one notice with several vulnerabilities. */
static void add_two(struct world *w)
{
	struct advisory_affected openssl = {
		.shard = STR("test-1"),
		.name = STR("openssl"),
		.intervals = two,
		.n_intervals = 2,
		.versions = LIST(STR("3.0-rc1"), STR("3.0-rc2")),
		.constraint = STR(">=4 <4.1"),
		.status = STATUS_FIX_DEFERRED,
		.severity = SEVERITY_LOW,
		.channel = STR("esm"),
		.module = STR("tls:3"),
		.arches = LIST(STR("x86_64"), STR("noarch")),
		.note = STR("Minor issue"),
		.symbols = LIST(STR("tls.Dial")),
		.by_binary = true,
	};
	struct advisory_affected zlib[] = {
		{.shard = STR("test-1"), .name = STR("zlib"), .intervals = none, .n_intervals = 1},
		{.shard = STR("test-1"), .name = STR("zlib"), .intervals = none, .n_intervals = 1},
		{.shard = STR("test-1"),
		 .name = STR("openssl"),
		 .intervals = none,
		 .n_intervals = 1},
	};

	add(w,
	    &(struct advisory){
		    .id = STR("GHSA-1"),
		    .aliases = LIST(STR("CVE-2023-1")),
		    .published = STR("2023-01-02T03:04:05Z"),
		    .modified = STR("2024-01-02T03:04:05Z"),
		    .summary = STR("a summary"),
		    .severity = SEVERITY_HIGH,
		    .severity_source = STR("GitHub"),
		    .cvss = LIST(STR("CVSS:3.1/AV:N")),
		    .cwes = LIST(STR("CWE-79")),
		    .references = LIST(STR("https://example.com/1"), STR("https://example.com/2")),
		    .affected = &openssl,
		    .n_affected = 1,
	    });
	add(w, &(struct advisory){
		       .id = STR("NOTE-2"),
		       .kind = ADVISORY_MALWARE,
		       .upstream = LIST(STR("CVE-2023-2"), STR("GHSA-1"), STR("CVE-2023-2")),
		       .modified = STR("0001-01-01T00:00:00Z"),
		       .severity = SEVERITY_CRITICAL,
		       .affected = zlib,
		       .n_affected = 3,
	       });
}

static void assert_list(struct packed_list l, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1000);
	struct str s;

	while (packed_next(&l, &s))
		strbuf_addf(&sb, "%.*s ", STR_FMT(s));
	assert_str(strbuf_str(&sb), want);
}

static void find(struct world *w, const char *name, struct shard_rows *rows)
{
	assert_int_equal(shard_find(w->shard, str_of(name), rows, NULL), 1);
}

TEST(a_row_comes_back_as_it_was_given)
{
	struct world w;
	struct shard_rows rows;
	struct shard_row row;
	struct advisory_interval in;

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	open_shard(&w);
	assert_str(shard_name(w.shard), "test-1");
	find(&w, "openssl", &rows);
	assert_int_equal(shard_next(&rows, &row, NULL), 1); /* NOTE-2: fewer intervals first */
	assert_int_equal(row.status, STATUS_AFFECTED);
	assert_int_equal(row.severity, SEVERITY_CRITICAL); /* the advisory's */
	assert_int_equal(row.kind, ADVISORY_MALWARE);
	assert_int_equal(shard_next(&rows, &row, NULL), 1);
	assert_int_equal(row.status, STATUS_FIX_DEFERRED);
	assert_int_equal(row.severity, SEVERITY_LOW); /* the package's own */
	assert_true(row.by_binary);
	assert_true(shard_interval_next(&row.intervals, &in));
	assert_str(in.introduced, "1.0");
	assert_str(in.fixed, "1.2");
	assert_str(in.last_affected, "");
	assert_true(shard_interval_next(&row.intervals, &in));
	assert_str(in.last_affected, "2.5");
	assert_false(shard_interval_next(&row.intervals, &in));
	assert_list(row.versions, "3.0-rc1 3.0-rc2 ");
	assert_str(row.constraint, ">=4 <4.1");
	assert_str(row.channel, "esm");
	assert_str(row.module, "tls:3");
	assert_str(row.note, "Minor issue");
	assert_list(row.arches, "x86_64 noarch ");
	assert_list(row.symbols, "tls.Dial ");
	assert_int_equal(shard_next(&rows, &row, NULL), 0);
	assert_int_equal(shard_find(w.shard, STR("open"), &rows, NULL), 0);
	assert_int_equal(shard_find(w.shard, STR(""), &rows, NULL), 0);
	tear_down(&w);
}

TEST(the_same_row_twice_is_one)
{
	struct world w;
	struct shard_rows rows;
	struct shard_row row;

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	open_shard(&w);
	find(&w, "zlib", &rows);
	assert_int_equal(shard_next(&rows, &row, NULL), 1);
	assert_int_equal(shard_next(&rows, &row, NULL), 0);
	assert_int_equal(w.counts.n_rows, 3);
	assert_int_equal(w.counts.n_packages, 2);
	assert_int_equal(w.counts.n_advisories, 2);
	tear_down(&w);
}

TEST(details_of_an_advisory_are_read_by_its_number)
{
	struct world w;
	struct shard_advisory a;
	struct shard_text text;
	struct err err = {0};

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	open_shard(&w);
	assert_int_equal(shard_advisory(w.shard, 1, &w.arena, &a, &err), 0);
	assert_str(a.id, "GHSA-1");
	assert_str(a.severity_source, "GitHub");
	assert_str(a.published, "2023-01-02T03:04:05Z");
	assert_int_equal(a.vulnerabilities.n, 1);
	assert_str(a.vulnerabilities.p[0], "CVE-2023-1");
	assert_str(a.cvss.p[0], "CVSS:3.1/AV:N");
	assert_str(a.cwes.p[0], "CWE-79");
	assert_int_equal(shard_text(w.shard, 1, &w.arena, &text, &err), 0);
	assert_str(text.summary, "a summary");
	assert_int_equal(text.references.n, 2);
	assert_str(text.references.p[1], "https://example.com/2");
	assert_int_equal(shard_advisory(w.shard, 2, &w.arena, &a, &err), 0);
	assert_int_equal(a.vulnerabilities.n, 2); /* upstream, by canonical ids, each once */
	assert_str(a.vulnerabilities.p[0], "CVE-2023-1");
	assert_str(a.vulnerabilities.p[1], "CVE-2023-2");
	assert_str(a.modified, ""); /* the year 1 is no date */
	assert_int_equal(shard_advisory(w.shard, 3, &w.arena, &a, &err), -ERR_FORMAT);
	assert_has(err.msg, "shard test-1: damaged number of an advisory");
	tear_down(&w);
}

TEST(a_shard_is_the_file_that_was_opened_not_what_took_its_path)
{
	struct world w;
	struct shard_rows rows;
	struct err err = {0};
	int fd, other;

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	fd = open(w.path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(unlink(w.path), 0);
	other = open(w.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(other, "something else", 14), 14);
	(void)close(other);
	if (shard_open_fd(fd, w.path, "shard test-1", &w.shard, &err) < 0)
		fail_msg("%s", err.msg);
	(void)close(fd); /* the shard does not need it any more */
	assert_int_equal(shard_find(w.shard, STR("zlib"), &rows, NULL), 1);
	tear_down(&w);
}

TEST(a_shard_cut_short_while_it_is_open_is_an_error_not_a_crash)
{
	struct world w;
	struct shard_rows rows;
	struct err err = {0};

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	open_shard(&w);
	assert_int_equal(truncate(w.path, 4096), 0); /* the page of the schema stays */
	assert_int_equal(shard_find(w.shard, STR("zlib"), &rows, &err), -ERR_IO);
	assert_has(err.msg, "s.db: was cut short while it was read");
	tear_down(&w);
}

TEST(a_file_without_pages_is_no_shard)
{
	struct world w;
	struct err err = {0};

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	assert_int_equal(truncate(w.path, 0), 0);
	assert_int_equal(shard_open(w.path, "shard test-1", &w.shard, &err), -ERR_FORMAT);
	assert_has(err.msg, "s.db: empty, or no file");
	assert_int_equal(truncate(w.path, 4000), 0);
	assert_int_equal(shard_open(w.path, "shard test-1", &w.shard, &err), -ERR_FORMAT);
	tear_down(&w);
}

TEST(records_are_found_by_every_id)
{
	static const struct {
		const char *id, *canonical;
		size_t n;
	} rows[] = {
		{"CVE-2023-1", "CVE-2023-1", 2},
		{"GHSA-1", "CVE-2023-1", 2},
		{"CVE-2023-2", "CVE-2023-2", 1},
		{"NOTE-2", "", 1},
	};
	struct world w;
	struct shard_numbers numbers;
	struct str canonical;
	struct str_list aliases;

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	open_shard(&w);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(shard_find_id(w.shard, str_of(rows[i].id), &w.arena, &canonical,
					       &numbers, NULL),
				 1);
		assert_str(canonical, rows[i].canonical);
		assert_int_equal(numbers.n, rows[i].n);
	}
	assert_int_equal(shard_find_id(w.shard, STR("CVE-1"), &w.arena, &canonical, &numbers, NULL),
			 0);
	assert_int_equal(shard_aliases(w.shard, STR("CVE-2023-1"), &w.arena, &aliases, NULL), 0);
	assert_int_equal(aliases.n, 1);
	assert_str(aliases.p[0], "GHSA-1");
	tear_down(&w);
}

static void read_bytes(const char *path, struct strbuf *sb)
{
	assert_int_equal(file_read(path, sb, NULL), 0);
}

TEST(the_order_of_rows_does_not_change_the_bytes)
{
	CLEANUP(strbuf_done) struct strbuf one = STRBUF_INIT(1 << 20);
	CLEANUP(strbuf_done) struct strbuf other = STRBUF_INIT(1 << 20);
	struct world w;

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	read_bytes(w.path, &one);
	tear_down(&w);
	set_up(&w);
	add_two(&w);
	write_shard(&w, true);
	read_bytes(w.path, &other);
	tear_down(&w);
	assert_true(str_eq(strbuf_str(&one), strbuf_str(&other)));
}

TEST(what_no_shard_can_hold_is_a_problem)
{
	static char long_name[LIMIT_ADVISORY_FIELD + 1];
	struct advisory_affected good = {.shard = STR("test-1"), .name = STR("x")};
	struct advisory_affected rows[] = {
		{.shard = STR("../x"), .name = STR("x")},
		{.shard = STR("test-1"), .name = STR("")},
		{.shard = STR("test-1"), .name = str_make("a\0b", 3)},
		{.shard = STR("test-1"), .name = str_make(long_name, sizeof long_name)},
	};
	static const char *const messages[] = {
		"affected[0]: \"../x\" names no shard",
		"affected[0]: no package name",
		"affected[0]: package name holds a NUL byte",
		"affected[0]: package name of 65537 bytes (advisory_field: 65536)",
		"no id",
	};
	struct world w;

	memset(long_name, 'a', sizeof long_name);
	set_up(&w);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add(&w, &(struct advisory){.id = STR("A"), .affected = &rows[i], .n_affected = 1});
	add(&w, &(struct advisory){.affected = &good, .n_affected = 1});
	assert_int_equal(w.c.records.n, 0);
	assert_int_equal(w.c.n_problems, ARRAY_LEN(messages));
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		const struct record_problem *p = vec_at(&w.c.problems, i);

		assert_str(p->message, messages[i]);
	}
	tear_down(&w);
}

TEST(enrichment_keys_are_cves_as_they_are_written)
{
	static const struct {
		const char *id;
		bool ok;
	} rows[] = {
		{"CVE-2021-44228", true},
		{"CVE-1999-0001", true},
		{"CVE-2024-10000001", true},
		{"CVE-2021-1", false},
		{"CVE-2021-00001", false},
		{"cve-2021-4422", false},
		{"CVE-2021-", false},
		{"CVE-0001-0001", false},
		{"CVE-2021-99999999999", false},
		{"GHSA-1", false},
	};
	uint64_t key;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (enrichment_key(str_of(rows[i].id), &key) != rows[i].ok)
			fail_msg("%s", rows[i].id);
}

TEST(enrichment_comes_back_to_a_millionth)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct enrichment in = {.known_exploited = true,
				.exploited_since = STR("2021-12-10"),
				.exploited_due = STR("2021-12-24"),
				.ransomware = true,
				.has_epss = true,
				.epss = 0.97565,
				.epss_percentile = 1,
				.cvss = LIST(STR("CVSS:3.1/AV:N")),
				.summary = STR("s")};
	struct enrichment out = {0};
	struct arena arena;

	arena_init(&arena, 1 << 20);
	enrichment_pack(&sb, &in);
	assert_true(enrichment_unpack(strbuf_str(&sb), &arena, &out));
	assert_true(out.known_exploited && out.ransomware && out.has_epss && !out.rejected);
	assert_str(out.exploited_due, "2021-12-24");
	assert_true(out.epss > 0.9756499 && out.epss < 0.9756501);
	assert_str(out.cvss.p[0], "CVSS:3.1/AV:N");
	for (size_t n = 0; n < sb.n; n++)
		assert_false(enrichment_unpack(str_make(sb.p, n), &arena, &(struct enrichment){0}));
	arena_done(&arena);
}

/* ---- hostile shards, behind a digest that holds ---- */

static int walk_rows(void *ctx, struct str name, struct shard_rows rows, struct err *err)
{
	struct shard_row row;
	int r;

	(void)ctx, (void)name;
	while ((r = shard_next(&rows, &row, err)) > 0) {
		struct advisory_interval in;
		struct str s;

		while (shard_interval_next(&row.intervals, &in))
			continue;
		while (packed_next(&row.versions, &s) || packed_next(&row.arches, &s) ||
		       packed_next(&row.symbols, &s))
			continue;
	}
	return r;
}

/* Everything a scan or an explanation asks of a shard; an error ends what it is about. */
static void ask_everything(struct shard *s, struct arena *arena)
{
	struct shard_advisory advisory;
	struct shard_numbers numbers;
	struct str_list aliases;
	struct shard_rows rows;
	struct shard_text text;
	struct str canonical;
	struct err err = {0};

	(void)shard_each_package(s, walk_rows, NULL, &err);
	if (shard_find(s, STR("openssl"), &rows, &err) > 0)
		(void)walk_rows(NULL, STR("openssl"), rows, &err);
	for (uint32_t n = 0; n < 4; n++) {
		(void)shard_advisory(s, n, arena, &advisory, &err);
		(void)shard_text(s, n, arena, &text, &err);
	}
	(void)shard_find_id(s, STR("CVE-2023-1"), arena, &canonical, &numbers, &err);
	(void)shard_aliases(s, STR("CVE-2023-1"), arena, &aliases, &err);
	(void)shard_is_withdrawn(s, STR("GHSA-1"));
}

static void try_bytes(struct world *w, struct str bytes)
{
	CLEANUP(fd_closep) int fd = open(w->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CLEANUP(shard_closep) struct shard *s = NULL;
	struct err err = {0};

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, bytes, NULL), 0);
	if (shard_open(w->path, "shard test-1", &s, &err) == 0)
		ask_everything(s, &w->arena);
	else
		assert_true(err.code != ERR_OK && err.msg[0]);
	arena_reset(&w->arena);
}

/* Behind the first bytes of each page, which say most, a sample. */
static bool is_sampled(size_t i)
{
	return i % 4096 < 32 || i % 37 == 0;
}

TEST(a_shard_with_any_byte_changed_is_refused_or_harmless)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(1 << 20);
	struct world w;

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	assert_int_equal(file_read(w.path, &bytes, NULL), 0);
	for (size_t i = 0; i < bytes.n; i++) {
		if (!is_sampled(i))
			continue;
		for (size_t k = 0; k < 2; k++) {
			bytes.p[i] ^= k ? 0x81 : 1;
			try_bytes(&w, strbuf_str(&bytes));
			bytes.p[i] ^= k ? 0x81 : 1;
		}
	}
	for (size_t n = 0; n < bytes.n; n += 511)
		try_bytes(&w, str_make(bytes.p, n));
	tear_down(&w);
}

/* A shard is written, then changed by SQL as its attacker would. */
static void change(struct world *w, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#define MANY "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 1000000000) "

TEST(a_shard_with_other_tables_is_refused)
{
	static const char *const rows[] = {
		"CREATE TABLE more(x)",
		"CREATE INDEX i ON advisory(id)",
		"CREATE VIEW v AS SELECT 1",
		"CREATE TRIGGER t AFTER INSERT ON package BEGIN SELECT 1; END",
		"DROP TABLE withdrawn",
		"DROP TABLE package; CREATE TABLE package(name TEXT, rows BLOB)",
		"DROP TABLE package; CREATE VIEW package AS " MANY "SELECT x AS name, x AS rows "
		"FROM c",
		"DROP TABLE package; CREATE TABLE package(name TEXT PRIMARY KEY, rows BLOB "
		"GENERATED ALWAYS AS (zeroblob(1000000000))) WITHOUT ROWID",
		"PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = 'CREATE VIRTUAL TABLE "
		"withdrawn USING fts5(id)', rootpage = 0 WHERE name = 'withdrawn'",
		"ALTER TABLE package ADD COLUMN x AS (hex(rows))",
		"PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = NULL WHERE name = "
		"'feed'",
		"PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = 'CREATE TABLE feed(n)' "
		"WHERE name = 'feed'",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;
		struct err err = {0};

		set_up(&w);
		add_two(&w);
		write_shard(&w, false);
		change(&w, rows[i]);
		assert_int_equal(shard_open(w.path, "shard test-1", &w.shard, &err), -ERR_FORMAT);
		if (!strstr(err.msg, "tables") && !strstr(err.msg, "malformed"))
			fail_msg("row %zu: %s", i, err.msg);
		assert_has(err.msg, w.path);
		tear_down(&w);
	}
}

TEST(a_meta_that_never_ends_is_stopped)
{
	struct world w;
	struct err err = {0};

	set_up(&w);
	add_two(&w);
	write_shard(&w, false);
	change(&w, "DROP TABLE meta; CREATE TABLE meta(key, value AS (hex(zeroblob(90000000))))");
	change(&w, "INSERT INTO meta(key) VALUES ('format'), ('name'), ('dictionary')");
	assert_true(shard_open(w.path, "shard test-1", &w.shard, &err) < 0);
	assert_has(err.msg, "too big");
	tear_down(&w);
}

TEST(a_shard_with_values_of_other_types_is_harmless)
{
	static const char *const rows[] = {
		"UPDATE package SET rows = 7",
		"UPDATE package SET rows = NULL",
		"UPDATE package SET rows = zeroblob(3000000)",
		"UPDATE package SET name = X'00ff' WHERE name = 'zlib'",
		"UPDATE advisory SET head = 1.5, text = 'x'",
		"UPDATE advisory SET text = zeroblob(3000000)",
		"UPDATE identifier SET aliases = X'ffffffffff7f', advisories = X'80808080'",
		"UPDATE identifier SET canonical = 'x'",
		"UPDATE feed SET n = 9",
		"DELETE FROM feed",
		"UPDATE meta SET value = zeroblob(100000) WHERE key = 'name'",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;

		set_up(&w);
		add_two(&w);
		write_shard(&w, false);
		change(&w, rows[i]);
		if (shard_open(w.path, "shard test-1", &w.shard, NULL) == 0)
			ask_everything(w.shard, &w.arena);
		tear_down(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_row_comes_back_as_it_was_given),
		RUN(the_same_row_twice_is_one),
		RUN(details_of_an_advisory_are_read_by_its_number),
		RUN(a_shard_is_the_file_that_was_opened_not_what_took_its_path),
		RUN(a_shard_cut_short_while_it_is_open_is_an_error_not_a_crash),
		RUN(a_file_without_pages_is_no_shard),
		RUN(records_are_found_by_every_id),
		RUN(the_order_of_rows_does_not_change_the_bytes),
		RUN(what_no_shard_can_hold_is_a_problem),
		RUN(enrichment_keys_are_cves_as_they_are_written),
		RUN(enrichment_comes_back_to_a_millionth),
		RUN(a_shard_with_any_byte_changed_is_refused_or_harmless),
		RUN(a_shard_with_other_tables_is_refused),
		RUN(a_meta_that_never_ends_is_stopped),
		RUN(a_shard_with_values_of_other_types_is_harmless),
	};

	return RUN_ALL(tests);
}
