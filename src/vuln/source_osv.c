/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "net/http_header.h"
#include "vuln/changes.h"
#include "vuln/source.h"

#define LIST	       "modified_id.csv"
#define EXPORT_SECONDS 3600 /* an archive may lack what changed so long before it was written */

/* Ids become names of files. */
static bool is_id(struct str id)
{
	bool ok = id.n > 0 && id.n < 128 && id.p[0] != '.';

	for (size_t i = 0; ok && i < id.n; i++)
		ok = char_is_alnum(id.p[i]) || memchr("-_.:", id.p[i], 4);
	return ok;
}

/* "2026-01-27T10:00:00Z,GHSA-aaaa-bbbb-cccc" */
static bool parse_line(struct str line, struct change *ret)
{
	return str_cut(line, ',', &ret->time, &ret->name) && is_id(ret->name) && ret->time.n <= 40;
}

static int get(const struct source *s, struct download *d, const char *name, unsigned flags,
	       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	int r = source_path(s, name, &path, err);

	return r < 0 ? r : source_get(s, d, strbuf_str(&path), flags, err);
}

/*
 * The oldest first, so that each one that is here is behind the last known time for good. One that
 * is not served ends it, unless may_lack: then the others come, and it is asked for the next time.
 */
static int fetch_records(const struct source *s, struct download *d, const struct changes *c,
			 struct str list, bool may_lack, struct err *err)
{
	bool lacking = false;
	char name[256];

	for (size_t i = c->records.n; i-- > 0;) {
		const struct change *change = vec_at(&c->records, i);
		struct str reached = changes_reached(c, i);
		struct err why = {0};
		int r;

		(void)snprintf(name, sizeof name, "%.*s.json", STR_FMT(change->name)); /* fits */
		r = get(s, d, name, DOWNLOAD_ALWAYS, &why);
		lacking |= r == -ERR_NOT_FOUND;
		if (r == -ERR_NOT_FOUND && may_lack)
			continue;
		if (r >= 0 && reached.n && !lacking)
			r = mirror_state_set_newest(&d->state, list, reached, &why);
		if (r < 0) {
			if (err)
				*err = why;
			return r;
		}
	}
	return 1;
}

/* Single records that a new archive has in it. */
static void drop_records(const struct source *s, struct download *d)
{
	char name[DOWNLOAD_PATH_MAX];
	int fd;
	DIR *dir;
	struct dirent *entry;

	(void)snprintf(name, sizeof name, "%s/%s", s->root, s->rest);
	fd = openat(d->mirror_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir)))
		if (str_has_suffix(str_of(entry->d_name), STR(".json")))
			(void)unlinkat(fd, entry->d_name, 0); /* an older copy does no harm */
	if (dir)
		(void)closedir(dir); /* read side */
	else
		fd_closep(&fd);
}

/* The time up to which the archive has all records: it may be older than the list is. */
static struct str archive_reached(struct download *d, struct str archive, struct str newest,
				  char text[CLOCK_TEXT_MAX])
{
	struct str written = mirror_state_get(&d->state, archive).last_modified;
	int64_t seconds;

	if (!http_date_parse(written, &seconds) || !clock_format(seconds - EXPORT_SECONDS, text))
		return newest; /* nothing else is known */
	return str_cmp(str_of(text), newest) < 0 ? str_of(text) : newest;
}

/* Records that changed after the archive was written. More than a few come with the next one. */
static int catch_up(const struct source *s, struct download *d, struct str list, struct str since,
		    struct err *err)
{
	CLEANUP(fd_closep) int fd = download_open(d, list);
	struct changes c;
	int r = 0;

	changes_init(&c);
	if (fd >= 0 &&
	    changes_read(&c, fd, since, LIMIT_FEED_DELTA_RECORDS, parse_line, NULL) == 0 &&
	    c.complete && c.records.n)
		r = fetch_records(s, d, &c, list, true, err);
	changes_done(&c);
	return r;
}

static int fetch_archive(const struct source *s, struct download *d, struct str list,
			 struct str newest, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	char text[CLOCK_TEXT_MAX];
	struct str known = mirror_state_get(&d->state, list).newest, reached;
	int r = source_path(s, "all.zip", &path, err), got;

	if (r < 0)
		return r;
	got = source_get(s, d, strbuf_str(&path), 0, err);
	if (got < 0)
		return got;
	reached = archive_reached(d, strbuf_str(&path), newest, text);
	if (got == 0 && str_cmp(reached, known) < 0)
		reached = known; /* with the single records beside it */
	r = mirror_state_set_newest(&d->state, list, reached, err);
	if (r == 0 && got > 0)
		drop_records(s, d);
	if (r == 0 && !str_eq(reached, newest))
		r = catch_up(s, d, list, reached, err);
	return r < 0 ? r : got || r;
}

/* What of the list is not here yet; also when it is the list of the last time, and that run ended.
 */
static int follow(const struct source *s, struct download *d, struct str list, bool has_archive,
		  struct changes *c, struct err *err)
{
	struct str known = mirror_state_get(&d->state, list).newest;
	CLEANUP(fd_closep) int fd = download_open(d, list);
	struct err why = {0};
	int r;

	/* A list that cannot be read is as good as none. */
	if (fd < 0 || changes_read(c, fd, known, LIMIT_FEED_DELTA_RECORDS, parse_line, &why) < 0)
		c->complete = false;
	if (!has_archive || !known.n || !c->complete)
		return fetch_archive(s, d, list, c->newest, err);
	r = c->records.n ? fetch_records(s, d, c, list, false, &why) : 0;
	if (r == -ERR_NOT_FOUND) /* the list is ahead of what is served: the archive decides */
		return fetch_archive(s, d, list, c->newest, err);
	if (r < 0 && err)
		*err = why;
	return r;
}

/*
 * The list of changes comes first: a record that changes while the archive is fetched is then
 * fetched once more the next time, not missed.
 */
int source_osv(const struct source *s, struct download *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf list = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	CLEANUP(strbuf_done) struct strbuf zip = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	struct err why = {0};
	struct changes c;
	int r = source_path(s, LIST, &list, err), got;

	if (r == 0)
		r = source_path(s, "all.zip", &zip, err);
	if (r < 0)
		return r;
	got = source_get(s, d, strbuf_str(&list), 0, &why);
	if (got == -ERR_NOT_FOUND)
		return get(s, d, "all.zip", 0, err);
	if (got < 0) {
		if (err)
			*err = why;
		return got;
	}
	changes_init(&c);
	r = follow(s, d, strbuf_str(&list), download_has(d, strbuf_str(&zip)), &c, err);
	changes_done(&c);
	return r < 0 ? r : got || r;
}
