/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/progress.h"
#include "cmd/terminal.h"
#include "codec/json_writer.h"
#include "render/text.h"
#include "vuln/build.h"
#include "vuln/db.h"
#include "vuln/update.h"

#define OUT_MAX	       ((size_t)LIMIT_JSON_BYTES * 2)
#define PROBLEMS_SHOWN 20
#define NAME_COLUMNS   24
#define DAY_SECONDS    86400

static struct {
	const char *feeds, *out, *db, *key, *format, *from, *ca_file;
	bool allow_older, partial, verbose, quiet;
	uint64_t jobs;
} opt = {.format = "table"};

/* SOURCE_DATE_EPOCH, or 0: https://reproducible-builds.org/specs/source-date-epoch/ */
static int source_date(int64_t *ret, struct err *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	if (text && text[0] && (!str_parse_u64(str_of(text), &seconds) || seconds > INT64_MAX))
		return err_set(err, ERR_USAGE, "SOURCE_DATE_EPOCH is no number of seconds: \"%s\"",
			       text);
	*ret = (int64_t)seconds;
	return 0;
}

/* ---- build ---- */

static void add_place(struct strbuf *out, const struct build_problem *p)
{
	(void)text_add(out, p->path, SIZE_MAX, true);
	if (p->where.n)
		strbuf_adds(out, ": ");
	(void)text_add(out, p->where, SIZE_MAX, true);
	strbuf_adds(out, ": ");
	(void)text_add(out, p->message, SIZE_MAX, true);
}

static void add_problems(struct strbuf *out, const struct build_report *r)
{
	size_t shown =
		opt.verbose || r->problems.n <= PROBLEMS_SHOWN ? r->problems.n : PROBLEMS_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		strbuf_adds(out, "plimsoll: not read: ");
		add_place(out, vec_at(&r->problems, i));
		strbuf_addc(out, '\n');
	}
	if (r->n_problems > shown)
		strbuf_addf(out, "plimsoll: not read: %zu more%s\n", r->n_problems - shown,
			    opt.verbose ? "" : "; --verbose lists them");
}

static void add_unused(struct strbuf *out, const struct build_report *r)
{
	for (size_t i = 0; opt.verbose && i < r->unused.n; i++) {
		const struct build_unused *u = vec_at(&r->unused, i);

		strbuf_adds(out, "plimsoll: not used: ");
		(void)text_add(out, u->path, SIZE_MAX, true);
		if (u->n)
			strbuf_addf(out, ": %zu of its files", u->n);
		strbuf_addc(out, '\n');
	}
}

static void add_count(struct strbuf *out, uint64_t n, const char *one, const char *many)
{
	char text[TEXT_COUNT_MAX];

	strbuf_add(out, text_count(n, text));
	strbuf_addf(out, " %s", n == 1 ? one : many);
}

static void add_summary(struct strbuf *out, const struct build_report *r, uint64_t elapsed_ms)
{
	char bytes[TEXT_BYTES_MAX];

	add_count(out, r->n_records, "record", "records");
	strbuf_adds(out, " in ");
	add_count(out, r->index.n_shards, "shard", "shards");
	strbuf_adds(out, ", ");
	strbuf_add(out, text_bytes(r->n_bytes, bytes));
	strbuf_addf(out, ", in %.1f s%s\n", (double)elapsed_ms / 1000,
		    r->unchanged ? "; nothing has changed" : "");
	add_count(out, r->n_withdrawn, "record is withdrawn", "records are withdrawn");
	strbuf_adds(out, ", ");
	add_count(out, r->n_replaced, "older copy was", "older copies were");
	strbuf_adds(out, " dropped, ");
	add_count(out, r->n_problems, "record or file was", "records or files were");
	strbuf_adds(out, " not read\n");
	add_count(out, r->n_files_used, "file", "files");
	strbuf_addf(out, " of %zu used%s\n", r->n_files,
		    r->unused.n == 0 || opt.verbose ? "" : "; --verbose lists what is not");
}

static void add_feeds(struct strbuf *out, const struct index *index)
{
	strbuf_adds(out, "\nData of\n");
	for (size_t i = 0; i < index->n_feeds; i++) {
		CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(OUT_MAX);
		const struct index_feed *f = &index->feeds[i];

		strbuf_addf(&line, "%.*s (%.*s", STR_FMT(f->title), STR_FMT(f->licence));
		if (f->date.n)
			strbuf_addf(&line, ", %.10s", f->date.p);
		strbuf_addc(&line, ')');
		strbuf_adds(out, "  ");
		text_wrap(out, strbuf_str(&line), 2, 80, true);
	}
}

static void add_shard(struct strbuf *out, const struct index_shard *s)
{
	char bytes[TEXT_BYTES_MAX], records[TEXT_COUNT_MAX], packages[TEXT_COUNT_MAX];

	text_pad(out, NAME_COLUMNS - text_add(out, s->name, NAME_COLUMNS - 1, true));
	strbuf_addf(out, "%9.*s %9.*s %9.*s", STR_FMT(text_count(s->n_advisories, records)),
		    STR_FMT(text_count(s->n_packages, packages)),
		    STR_FMT(text_bytes(s->size, bytes)));
}

static void add_shards(struct strbuf *out, const struct index *index)
{
	strbuf_addf(out, "%-*s%9s %9s %9s\n", NAME_COLUMNS, "SHARD", "RECORDS", "PACKAGES", "SIZE");
	for (size_t i = 0; i < index->n_shards; i++) {
		add_shard(out, &index->shards[i]);
		strbuf_addc(out, '\n');
	}
	strbuf_addc(out, '\n');
}

static int run_build(const struct build_options *options, struct build_report *report,
		     struct err *err)
{
	struct scan_progress progress = {0};
	struct build_options with = *options;
	struct progress_line *line;
	int r;

	with.done_bytes = &progress.done_bytes;
	with.total_bytes = &progress.total_bytes;
	line = progress_start(&progress, opt.quiet);
	r = build_run(&with, report, err);
	progress_stop(line);
	return r;
}

/* What was not read, then the tables; an exit status. */
static int tell_build(const struct build_report *report, uint64_t elapsed_ms, int r,
		      const struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUT_MAX);
	CLEANUP(strbuf_done) struct strbuf problems = STRBUF_INIT(OUT_MAX);

	add_problems(&problems, report);
	add_unused(&problems, report);
	if (r >= 0 && report->damaged.code != ERR_OK)
		strbuf_addf(&problems,
			    "plimsoll: the index that was here is replaced, it was damaged (%s); "
			    "shards that it may have named stay until the next build\n",
			    report->damaged.msg);
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&problems), NULL); /* nowhere else to tell */
	if (r < 0)
		return command_error(err);
	if (opt.quiet)
		return EXIT_DONE;
	add_shards(&out, &report->index);
	add_summary(&out, report, elapsed_ms);
	add_feeds(&out, &report->index);
	return command_print(strbuf_str(&out));
}

/* So that no scan reads whole shards; what it costs a scan otherwise is all that can go wrong. */
static void remember_shards(const char *dir)
{
	const struct timespec settle = {.tv_nsec = (DB_SETTLE_MS + 10) * 1000000L};
	const struct db_options options = {.dir = dir};
	CLEANUP(db_closep) struct db *db = NULL;

	(void)nanosleep(&settle, NULL);
	if (db_open(&options, &db, NULL) == 0)
		(void)db_verify(db, NULL);
}

/* What an update brought and nobody can read is not asked for "if it changed" the next time. */
static void discard_broken(const char *mirror, const struct build_report *report)
{
	for (size_t i = 0; i < report->problems.n; i++) {
		const struct build_problem *p = vec_at(&report->problems, i);
		struct err why = {0};

		if (p->whole_file && update_discard(mirror, p->path, &why) < 0)
			log_debug("update: %s", why.msg);
	}
}

static int build_from(const char *mirror, bool is_update)
{
	CLEANUP(freep)
	char *dir = opt.out  ? str_dup(str_of(opt.out))
		    : opt.db ? str_dup(str_of(opt.db))
			     : db_default_dir();
	struct build_options options = {.feeds = mirror,
					.out = dir,
					.now = time(NULL),
					.n_threads = (unsigned)opt.jobs,
					.partial = opt.partial};
	uint64_t start_ms = clock_monotonic_ms();
	struct build_report report;
	struct err err = {0};
	int r, status;

	if (!mirror || !mirror[0])
		r = err_set(&err, ERR_USAGE, "db build: which feeds? --feeds DIR");
	else if (!dir)
		r = err_set(&err, ERR_USAGE, "db build: where to? --out DIR");
	else
		r = source_date(&options.built, &err);
	if (r < 0)
		return command_error(&err);
	(void)signal(SIGXFSZ,
		     SIG_IGN); /* a limit on file sizes is then an error like a full disk */
	r = run_build(&options, &report, &err);
	if (r >= 0)
		remember_shards(dir);
	if (is_update)
		discard_broken(mirror, &report);
	status = tell_build(&report, clock_monotonic_ms() - start_ms, r, &err);
	build_report_done(&report);
	return status;
}

static int build(void)
{
	return build_from(opt.feeds, false);
}

/* ---- update ---- */

/* $XDG_CACHE_HOME/plimsoll/feeds: what was downloaded; malloc'd, NULL: no place. */
static char *default_mirror(void)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int n = -1;

	if (xdg && xdg[0] == '/')
		n = asprintf(&path, "%s/plimsoll/feeds", xdg);
	else if (home && home[0] == '/')
		n = asprintf(&path, "%s/.cache/plimsoll/feeds", home);
	return n < 0 ? NULL : path;
}

static void tell_update(const struct update_report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(OUT_MAX);
	size_t n_told = 0;

	for (size_t i = 0; i < r->problems.n; i++) {
		const struct update_problem *p = vec_at(&r->problems, i);

		if (p->absent && !opt.verbose)
			continue;
		if (n_told++ >= PROBLEMS_SHOWN && !opt.verbose)
			continue;
		strbuf_addf(&sb, "plimsoll: not %s: ", p->absent ? "served" : "fetched");
		(void)text_add(&sb, p->message, SIZE_MAX, true);
		strbuf_addc(&sb, '\n');
	}
	if (n_told > PROBLEMS_SHOWN && !opt.verbose)
		strbuf_addf(&sb, "plimsoll: not fetched: %zu more; --verbose lists them\n",
			    n_told - PROBLEMS_SHOWN);
	if (!opt.quiet)
		strbuf_addf(&sb,
			    "plimsoll: %zu feed files fetched, %zu unchanged, %zu records one by "
			    "one, %zu not served, %zu failed\n",
			    r->n_fetched, r->n_unchanged, r->n_records, r->n_absent, r->n_failed);
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
}

static int update(void)
{
	CLEANUP(freep) char *mirror = opt.feeds ? str_dup(str_of(opt.feeds)) : default_mirror();
	struct scan_progress progress = {0};
	struct update_options options = {.mirror = mirror,
					 .from = opt.from,
					 .ca_file = opt.ca_file,
					 .partial = opt.partial,
					 .done_bytes = &progress.done_bytes,
					 .total_bytes = &progress.total_bytes};
	struct update_report report;
	struct progress_line *line;
	struct err err = {0};
	int r;

	if (!mirror) {
		err_set(&err, ERR_USAGE, "db update: no place for downloads; set HOME or --feeds");
		return command_error(&err);
	}
	line = progress_start(&progress, opt.quiet);
	r = update_run(&options, &report, &err);
	progress_stop(line);
	tell_update(&report);
	update_report_done(&report);
	return r < 0 ? command_error(&err) : build_from(mirror, true);
}

/* ---- status ---- */

static const struct index_feed *newest_feed(const struct index_shard *s)
{
	const struct index_feed *best = NULL;

	for (size_t i = 0; i < s->n_feeds; i++)
		if (s->feeds[i].date.n && (!best || str_cmp(s->feeds[i].date, best->date) > 0))
			best = &s->feeds[i];
	return best;
}

static void add_age(struct strbuf *out, struct str date)
{
	int64_t seconds;

	if (date.n == 0 || !clock_parse(date, &seconds)) {
		strbuf_adds(out, "  date not known");
		return;
	}
	strbuf_addf(out, "  %.10s  %4lld d", date.p,
		    (long long)(((int64_t)time(NULL) - seconds) / DAY_SECONDS));
}

static void add_status(struct strbuf *out, const struct db *db)
{
	const struct index *index = db_index(db);
	uint64_t size = 0;
	char bytes[TEXT_BYTES_MAX];

	(void)text_add(out, str_of(db_dir(db)), SIZE_MAX, true);
	strbuf_addf(out, ": version %llu of ", (unsigned long long)index->version);
	strbuf_add(out, index->built);
	strbuf_addf(out, "\n\n%-*s%9s %9s %9s  %-10s  %6s\n", NAME_COLUMNS, "SHARD", "RECORDS",
		    "PACKAGES", "SIZE", "NEWEST", "AGE");
	for (size_t i = 0; i < index->n_shards; i++) {
		const struct index_feed *newest = newest_feed(&index->shards[i]);

		add_shard(out, &index->shards[i]);
		add_age(out, newest ? newest->date : STR_NULL);
		strbuf_addc(out, '\n');
		size += index->shards[i].size;
	}
	strbuf_addf(out, "%-*s%9s %9s %9.*s\n", NAME_COLUMNS, "", "", "",
		    STR_FMT(text_bytes(size, bytes)));
	add_feeds(out, index);
}

static int open_db(struct db **ret)
{
	struct db_options options = {opt.db, opt.key, opt.allow_older};
	struct err err = {0};

	if (db_open(&options, ret, &err) == 0)
		return EXIT_DONE;
	/* It says what to do itself of a database that was named; a key is not made by a build. */
	if (err.code == ERR_NOT_FOUND && !opt.db && !(opt.key && access(opt.key, F_OK) < 0)) {
		struct err why = err;

		err_set(&err, ERR_NOT_FOUND,
			"%s; plimsoll db update, or plimsoll db build --feeds DIR, makes one",
			why.msg);
	}
	return command_error(&err);
}

static int status(void)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUT_MAX);
	CLEANUP(db_closep) struct db *db = NULL;
	bool json = strcmp(opt.format, "json") == 0;
	struct err err = {0};

	if (!json && strcmp(opt.format, "table") != 0) {
		err_set(&err, ERR_USAGE, "db status: --format is table or json, not \"%s\"",
			opt.format);
		return command_error(&err);
	}
	if (open_db(&db) != EXIT_DONE)
		return EXIT_ERROR;
	if (json) {
		index_write_payload(db_index(db), &out);
		strbuf_addc(&out, '\n');
	} else {
		add_status(&out, db);
	}
	return command_print(strbuf_str(&out));
}

static int verify(void)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUT_MAX);
	CLEANUP(db_closep) struct db *db = NULL;
	struct err err = {0};
	int n;

	if (open_db(&db) != EXIT_DONE)
		return EXIT_ERROR;
	n = db_verify(db, &err);
	if (n < 0)
		return command_error(&err);
	(void)text_add(&out, str_of(db_dir(db)), SIZE_MAX, true);
	strbuf_addf(&out, ": version %llu, its signature and the digests of %d shards hold\n",
		    (unsigned long long)db_index(db)->version, n);
	return command_print(strbuf_str(&out));
}

/* ---- the command ---- */

static const struct {
	const char *name;
	int (*run)(void);
} actions[] = {{"build", build}, {"status", status}, {"update", update}, {"verify", verify}};

static int run(int argc, const char *const *argv)
{
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LEN(actions) && argc == 1; i++)
		if (strcmp(argv[0], actions[i].name) == 0)
			return actions[i].run();
	err_set(&err, ERR_USAGE, "db: build, status, update or verify");
	return command_error(&err);
}

static const struct option_spec options[] = {
	OPTION_STR("feeds", 0, &opt.feeds, "DIR",
		   "mirror of feeds to build from; of update: where downloads are kept"),
	OPTION_STR("from", 0, &opt.from, "URL",
		   "of update: a mirror laid out as --feeds, in place of the publishers"),
	OPTION_STR("ca-file", 0, &opt.ca_file, "FILE", "certificates trusted beside the system's"),
	OPTION_STR("out", 'o', &opt.out, "DIR", "database to build (that of --db)"),
	OPTION_STR("db", 0, &opt.db, "DIR", "the database (PLIMSOLL_DB, or below XDG_DATA_HOME)"),
	OPTION_STR("key", 0, &opt.key, "FILE", "public key the index must be signed with"),
	OPTION_FLAG("allow-older", 0, &opt.allow_older,
		    "accept an index older than one seen here before"),
	OPTION_FLAG("partial", 0, &opt.partial, "build without what cannot be read or fetched"),
	OPTION_UINT("jobs", 'j', &opt.jobs, "N", "files read at the same time (one a processor)"),
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "of status (table)", "table json"),
	OPTION_FLAG("verbose", 'v', &opt.verbose, "list all that was not read or not used"),
	OPTION_FLAG("quiet", 'q', &opt.quiet, "no progress, no summary"),
	OPTION_END,
};

const struct command command_db = {
	.name = "db",
	.arguments = "build|status|update|verify",
	.group = COMMAND_IMAGE,
	.summary = "build and look after the vulnerability database",
	.details =
		"build reads a mirror of feeds (--feeds), laid out as their publishers serve them, "
		"and replaces the database in one step; when anything goes wrong the last good "
		"one stays. A record that cannot be read is told and left out; a file that cannot "
		"be read at all ends the build, unless --partial.\n"
		"update downloads what has changed since the last time from the publishers, or "
		"from "
		"a mirror (--from), then builds; downloads that broke off go on where they were.\n"
		"status shows what the database holds and how old it is, with the licences of its "
		"sources. verify reads every shard against the signed index.\n"
		"The index is signed with a key that the first build makes "
		"($XDG_DATA_HOME/plimsoll/keys). A database of somebody else is trusted when it is "
		"opened first, and from then on has to be signed with the same key and must not "
		"become older.",
	.options = options,
	.run = run,
};
