/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/update.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/path.h"

#define STATE_BYTES    ((size_t)16 << 20)
#define STATE_LINES    65536
#define PATH_MAX_BYTES 1024
#define URL_BYTES      ((size_t)LIMIT_HTTP_URL_BYTES)
#define LINE_BYTES     4096
#define OSV_BASE       "https://osv-vulnerabilities.storage.googleapis.com"

static const struct source {
	const char *path;
	const char *url;
} sources[] = {
#define SOURCE(path, url) {path, url},
#define OSV(directory)
#include "vuln/source_list.def"
#undef SOURCE
#undef OSV
};

static const char *const ecosystems[] = {
#define SOURCE(path, url)
#define OSV(directory) directory,
#include "vuln/source_list.def"
#undef SOURCE
#undef OSV
};

/* What is known of one file: of the whole one, or of the part that has come. */
struct state {
	struct str path, url, etag, last_modified;
	struct str newest; /* of modified_id.csv: the newest record that is here */
	bool is_part;
};

struct update {
	const struct update_options *options;
	struct update_report *report;
	struct http *http;
	int mirror_fd, lock_fd;
	struct arena arena;
	struct vec states; /* struct state */
};

/* ---- state ---- */

static struct state *find_state(struct update *u, struct str path, bool is_part)
{
	for (size_t i = 0; i < u->states.n; i++) {
		struct state *s = vec_at(&u->states, i);

		if (s->is_part == is_part && str_eq(s->path, path))
			return s;
	}
	return NULL;
}

static struct state *state_of(struct update *u, struct str path, bool is_part)
{
	struct state *s = find_state(u, path, is_part);

	if (!s)
		s = vec_push(&u->states);
	if (s && !s->path.p) {
		s->path = arena_str(&u->arena, path);
		s->is_part = is_part;
	}
	return s && s->path.p ? s : NULL;
}

/* "whole|part TAB path TAB url TAB etag TAB last-modified TAB newest"; other lines are dropped. */
static void read_states(struct update *u)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(STATE_BYTES);
	CLEANUP(fd_closep) int fd = openat(u->mirror_fd, ".state", O_RDONLY | O_CLOEXEC);
	struct str rest, line;

	if (fd < 0 || fd_read_all(fd, &sb, NULL) < 0)
		return; /* everything is fetched anew then */
	rest = arena_str(&u->arena, strbuf_str(&sb));
	while (rest.p && str_pull_line(&rest, &line)) {
		struct str kind, fields[5] = {0};
		struct state *s;

		(void)str_pull_until(&line, '\t', &kind); /* an empty one is no kind */
		for (size_t i = 0; i < ARRAY_LEN(fields); i++)
			(void)str_pull_until(&line, '\t', &fields[i]); /* the rest stays empty */
		if (!fields[0].n || !(s = vec_push(&u->states)))
			continue;
		*s = (struct state){fields[0], fields[1], fields[2],
				    fields[3], fields[4], str_is(kind, "part")};
	}
}

static int write_states(struct update *u, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(STATE_BYTES);

	for (size_t i = 0; i < u->states.n; i++) {
		const struct state *s = vec_at(&u->states, i);

		if (!s->url.n)
			continue;
		strbuf_addf(&sb, "%s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n",
			    s->is_part ? "part" : "whole", STR_FMT(s->path), STR_FMT(s->url),
			    STR_FMT(s->etag), STR_FMT(s->last_modified), STR_FMT(s->newest));
	}
	return strbuf_check(&sb, err) < 0
		       ? -ERR_LIMIT
		       : file_write_atomic(u->mirror_fd, ".state", strbuf_str(&sb), err);
}

/* A header's value as it may stand in the file. */
static struct str tame(struct update *u, const char *value)
{
	struct str s = str_of(value);

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r')
			return STR_NULL;
	return arena_str(&u->arena, s);
}

/* ---- one file ---- */

/* The base and a path with its spaces and the like escaped. */
static int make_url(const char *base, struct str path, struct strbuf *url, struct err *err)
{
	static const char hex[] = "0123456789ABCDEF";

	strbuf_adds(url, base);
	while (url->n && url->p[url->n - 1] == '/')
		url->n--;
	strbuf_addc(url, '/');
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (char_is_alnum(path.p[i]) || strchr("/-._~:", c)) {
			strbuf_addc(url, path.p[i]);
			continue;
		}
		strbuf_addc(url, '%');
		strbuf_addc(url, hex[c >> 4]);
		strbuf_addc(url, hex[c & 15]);
	}
	(void)strbuf_cstr(url);
	return strbuf_check(url, err);
}

static int make_dirs(struct update *u, struct str path, struct err *err)
{
	char name[PATH_MAX_BYTES];

	for (size_t i = 0; i < path.n && i < sizeof name; i++) {
		if (path.p[i] != '/')
			continue;
		(void)snprintf(name, sizeof name, "%.*s", (int)i, path.p);
		if (mkdirat(u->mirror_fd, name, 0755) < 0 && errno != EEXIST)
			return err_errno(err, errno, "%s", name);
	}
	return 0;
}

static int open_part(struct update *u, const char *part, uint64_t *ret_size, struct err *err)
{
	int fd = openat(u->mirror_fd, part, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
			0644);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		int r = err_errno(err, errno, "%s", part);

		fd_closep(&fd);
		return r;
	}
	*ret_size = (uint64_t)st.st_size;
	return fd;
}

static void load_text(char out[HTTP_FILE_TEXT], struct str s)
{
	(void)snprintf(out, HTTP_FILE_TEXT, "%.*s", STR_FMT(s)); /* a longer one matches nothing */
}

/* What the server said goes to the state of the part, or of the whole file. */
static int note_state(struct update *u, struct str path, bool is_part, const char *url,
		      const struct http_file *f, struct err *err)
{
	struct state *s = state_of(u, path, is_part);

	if (!s)
		return err_nomem(err);
	s->url = f ? arena_str(&u->arena, str_of(url)) : STR_NULL;
	s->etag = f ? tame(u, f->etag) : STR_NULL;
	s->last_modified = f ? tame(u, f->last_modified) : STR_NULL;
	return 0;
}

/* Fetches url into the part, with what is known of it and of the whole file. */
static int fetch_part(struct update *u, struct str path, const char *url, const char *part,
		      struct http_file *f, struct err *err)
{
	const struct state *whole = find_state(u, path, false), *begun = find_state(u, path, true);
	struct http_request rq = {.url = url, .what = path.p, .size_bytes = HTTP_SIZE_UNKNOWN};
	char name[PATH_MAX_BYTES];
	CLEANUP(fd_closep) int fd = open_part(u, part, &f->offset, err);
	int r;

	if (fd < 0)
		return fd;
	f->fd = fd;
	if (f->offset > 0 && begun && str_is(begun->url, url)) {
		load_text(f->etag, begun->etag);
	} else if (f->offset == 0 && whole && str_is(whole->url, url)) {
		(void)snprintf(name, sizeof name, "%.*s", STR_FMT(path));
		if (faccessat(u->mirror_fd, name, R_OK, 0) == 0) {
			load_text(f->etag, whole->etag);
			load_text(f->last_modified, whole->last_modified);
		}
	}
	r = http_file_get(u->http, &rq, f, err);
	if (r == 0 && !f->unchanged && fsync(fd) < 0)
		r = err_errno(err, errno, "%.*s", STR_FMT(path));
	return r;
}

/* 1: a new copy is in place; 0: the one that is there is good. */
static int fetch(struct update *u, struct str path, const char *url, struct err *err)
{
	struct str dir = path_dir(path), base = path_base(path);
	struct http_file f = {.max_bytes = LIMIT_FEED_DOWNLOAD_BYTES,
			      .deadline_seconds = LIMIT_FEED_DOWNLOAD_SECONDS,
			      .progress = u->options->done_bytes};
	char part[PATH_MAX_BYTES + 16], name[PATH_MAX_BYTES];
	int r = make_dirs(u, path, err), r2;

	if (path.n >= sizeof name)
		return err_set(err, ERR_LIMIT, "path of %zu bytes", path.n);
	(void)snprintf(part, sizeof part, "%.*s%s.part-%.*s", STR_FMT(dir), dir.n ? "/" : "",
		       STR_FMT(base));
	(void)snprintf(name, sizeof name, "%.*s", STR_FMT(path));
	if (r == 0)
		r = fetch_part(u, path, url, part, &f, err);
	if (r < 0) {
		/* With an etag it goes on from here the next time. */
		r2 = note_state(u, path, true, url, f.offset ? &f : NULL, NULL);
		if (r2 < 0 || f.offset == 0)
			(void)unlinkat(u->mirror_fd, part, 0); /* nothing of use in it */
		return r;
	}
	if (f.unchanged) {
		(void)unlinkat(u->mirror_fd, part, 0); /* empty */
		return 0;
	}
	if (renameat(u->mirror_fd, part, u->mirror_fd, name) < 0)
		return err_errno(err, errno, "%s", name);
	r = note_state(u, path, false, url, &f, err);
	if (r == 0)
		r = note_state(u, path, true, url, NULL, err);
	return r < 0 ? r : 1;
}

/* Counts how it went; only what ends the whole update is an error. */
static int account(struct update *u, struct str path, int r, const struct err *why, struct err *err)
{
	struct update_report *report = u->report;
	struct update_problem *p;

	if (r >= 0) {
		report->n_fetched += r > 0;
		report->n_unchanged += r == 0;
		return write_states(u, err);
	}
	p = vec_push(&report->problems);
	if (r == -ERR_NOMEM || !p)
		return err_nomem(err);
	p->absent = r == -ERR_NOT_FOUND;
	p->path = arena_str(&report->arena, path);
	p->message = arena_str(&report->arena, str_of(why->msg));
	report->n_absent += p->absent;
	report->n_failed += !p->absent;
	return write_states(u, err);
}

static int fetch_source(struct update *u, const struct source *source, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(URL_BYTES);
	struct str path = str_of(source->path);
	struct err why = {0};
	int r = 0;

	if (u->options->from)
		r = make_url(u->options->from, path, &url, &why);
	else
		strbuf_adds(&url, source->url);
	if (r == 0)
		r = fetch(u, path, strbuf_cstr(&url), &why);
	return account(u, path, r, &why, err);
}

/* ---- OSV ---- */

/* A file of an ecosystem: "osv/<ecosystem>/<name>". */
static int fetch_osv(struct update *u, const char *ecosystem, const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(URL_BYTES);
	struct str path = arena_strf(&u->arena, "osv/%s/%s", ecosystem, name);
	int r;

	if (!path.p)
		return err_nomem(err);
	if (u->options->from)
		r = make_url(u->options->from, path, &url, err);
	else
		r = make_url(OSV_BASE, str_skip(path, 4), &url, err);
	return r < 0 ? r : fetch(u, path, strbuf_cstr(&url), err);
}

/* Ids become names of files. */
static bool is_id(struct str id)
{
	bool ok = id.n > 0 && id.n < 128 && id.p[0] != '.';

	for (size_t i = 0; ok && i < id.n; i++)
		ok = char_is_alnum(id.p[i]) || strchr("-_.:", id.p[i]);
	return ok;
}

/*
 * The ids changed since `newest`, at most feed_delta_records, and the newest time of all; false
 * when there are more, or the list is none.
 */
static bool read_changes(struct update *u, const char *ecosystem, struct str newest,
			 struct vec *ids, struct str *ret_newest)
{
	char name[PATH_MAX_BYTES];
	CLEANUP(fd_closep) int fd = -1;
	struct str line, time, id, *p;

	(void)snprintf(name, sizeof name, "osv/%s/modified_id.csv", ecosystem);
	fd = openat(u->mirror_fd, name, O_RDONLY | O_CLOEXEC);
	CLEANUP(lines_done) struct lines in = LINES_INIT(fd, LINE_BYTES);

	*ret_newest = STR_NULL;
	while (fd >= 0 && lines_next(&in, &line, NULL) > 0) {
		if (!str_cut(line, ',', &time, &id) || !is_id(id) || time.n > 40)
			return false;
		if (!ret_newest->n)
			*ret_newest = arena_str(&u->arena, time);
		if (!newest.n)
			return false;
		if (str_cmp(time, newest) <= 0)
			return true;
		p = ids->n < LIMIT_FEED_DELTA_RECORDS ? vec_push(ids) : NULL;
		if (!p)
			return false;
		*p = arena_str(&u->arena, id);
	}
	return false;
}

static int fetch_records(struct update *u, const char *ecosystem, const struct vec *ids,
			 struct err *err)
{
	char name[256];

	for (size_t i = 0; i < ids->n; i++) {
		const struct str *id = vec_at(ids, i);
		int r;

		(void)snprintf(name, sizeof name, "%.*s.json", STR_FMT(*id)); /* fits: is_id */
		r = fetch_osv(u, ecosystem, name, err);
		if (r < 0)
			return r;
		u->report->n_records++;
	}
	return 1;
}

/* Single records that a new archive has in it. */
static void drop_records(struct update *u, const char *ecosystem)
{
	char name[PATH_MAX_BYTES];
	int fd;
	DIR *dir;
	struct dirent *entry;

	(void)snprintf(name, sizeof name, "osv/%s", ecosystem);
	fd = openat(u->mirror_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir)))
		if (str_has_suffix(str_of(entry->d_name), STR(".json")))
			(void)unlinkat(fd, entry->d_name, 0); /* an older copy does no harm */
	if (dir)
		(void)closedir(dir); /* read side */
	else
		fd_closep(&fd);
}

static bool has_archive(struct update *u, const char *ecosystem)
{
	char name[PATH_MAX_BYTES];

	(void)snprintf(name, sizeof name, "osv/%s/all.zip", ecosystem);
	return faccessat(u->mirror_fd, name, R_OK, 0) == 0;
}

/*
 * The list of changes comes first: a record that changes while the archive is fetched is then
 * fetched once more the next time, not missed.
 */
static int update_ecosystem(struct update *u, const char *ecosystem, struct err *err)
{
	struct str path = arena_strf(&u->arena, "osv/%s/modified_id.csv", ecosystem), newest;
	struct vec ids = VEC_INIT(struct str, LIMIT_FEED_DELTA_RECORDS);
	struct state *state;
	struct err why = {0};
	bool few = false;
	int r = path.p ? fetch_osv(u, ecosystem, "modified_id.csv", &why) : err_nomem(&why);

	if (r < 0 && r != -ERR_NOT_FOUND) {
		if (err)
			*err = why;
		return r;
	}
	state = r < 0 ? NULL : state_of(u, path, false);
	if (r == 0 && state && state->newest.n && has_archive(u, ecosystem))
		return 0;
	newest = STR_NULL;
	if (state)
		few = read_changes(u, ecosystem, state->newest, &ids, &newest) &&
		      has_archive(u, ecosystem);
	if (few)
		r = fetch_records(u, ecosystem, &ids, err);
	else
		r = fetch_osv(u, ecosystem, "all.zip", err);
	if (r > 0 && !few)
		drop_records(u, ecosystem);
	/* Found again: the vector of states may have moved. */
	state = find_state(u, path, false);
	if (state && r >= 0)
		state->newest = newest;
	else if (state) /* what it names is not here: the list must be read again */
		state->etag = state->last_modified = STR_NULL;
	vec_done(&ids);
	return r;
}

static int fetch_ecosystem(struct update *u, const char *ecosystem, struct err *err)
{
	struct str path = arena_strf(&u->arena, "osv/%s", ecosystem);
	struct err why = {0};
	int r = path.p ? update_ecosystem(u, ecosystem, &why) : err_nomem(&why);

	return account(u, path, r, &why, err);
}

/* ---- all of it ---- */

/* Two that append to one part of a file would make a file that nobody served. */
static int take_lock(struct update *u, struct err *err)
{
	u->lock_fd = openat(u->mirror_fd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (u->lock_fd < 0)
		return err_errno(err, errno, "%s/.lock", u->options->mirror);
	if (flock(u->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_errno(err, errno, "%s/.lock", u->options->mirror);
	return err_set(err, ERR_DENIED, "%s: another update downloads to here", u->options->mirror);
}

static int run(struct update *u, struct err *err)
{
	struct http_options http = {.ca_file = u->options->ca_file};
	int r = dir_make_all(u->options->mirror, err);

	if (r < 0)
		return r;
	u->mirror_fd = open(u->options->mirror, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (u->mirror_fd < 0)
		return err_errno(err, errno, "%s", u->options->mirror);
	r = take_lock(u, err);
	if (r < 0)
		return r;
	read_states(u);
	r = http_new(&http, &u->http, err);
	for (size_t i = 0; i < ARRAY_LEN(sources) && r == 0; i++)
		r = fetch_source(u, &sources[i], err);
	for (size_t i = 0; i < ARRAY_LEN(ecosystems) && r == 0; i++)
		r = fetch_ecosystem(u, ecosystems[i], err);
	return r;
}

static int judge(const struct update *u, struct err *err)
{
	const struct update_report *report = u->report;
	const struct update_problem *first = NULL;

	for (size_t i = 0; i < report->problems.n && (!first || first->absent); i++)
		first = vec_at(&report->problems, i);
	if (report->n_failed && !u->options->partial)
		return err_set(
			err, ERR_IO,
			"%zu feed%s could not be fetched, first: %.*s; the database is as it "
			"was (--partial goes on without)",
			report->n_failed, report->n_failed == 1 ? "" : "s",
			STR_FMT(str_sub(first->message, 0, 300)));
	if (report->n_fetched + report->n_unchanged == 0)
		return err_set(err, ERR_NOT_FOUND, "no feed is served at %s",
			       u->options->from ? u->options->from : "any of the addresses");
	return 0;
}

int update_run(const struct update_options *options, struct update_report *ret, struct err *err)
{
	struct update u = {
		.options = options,
		.report = ret,
		.mirror_fd = -1,
		.lock_fd = -1,
		.states = VEC_INIT(struct state, STATE_LINES),
	};
	int r;

	*ret = (struct update_report){.problems = VEC_INIT(struct update_problem, STATE_LINES)};
	arena_init(&ret->arena, LIMIT_ARENA_BYTES);
	arena_init(&u.arena, LIMIT_ARENA_BYTES);
	r = run(&u, err);
	if (r == 0)
		r = judge(&u, err);
	http_free(u.http);
	fd_closep(&u.lock_fd); /* and with it the lock */
	fd_closep(&u.mirror_fd);
	vec_done(&u.states);
	arena_done(&u.arena);
	return r;
}

void update_report_done(struct update_report *report)
{
	vec_done(&report->problems);
	arena_done(&report->arena);
}
