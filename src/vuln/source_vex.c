/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "vuln/changes.h"
#include "vuln/source.h"

#define NAME_BYTES  4096 /* of archive_latest.txt */
#define DAY_SECONDS 86400

/* One run; the paths live in the arena. */
struct vex {
	const struct source *s;
	struct download *d;
	struct arena arena;
	struct str latest, changes, deletions; /* the three lists */
	struct str archive;		       /* that is the latest */
};

static struct str path_of(struct vex *v, struct str name)
{
	return arena_strf(&v->arena, "%s/%.*s", v->s->root, STR_FMT(name));
}

/* "2023/cve-2023-38545.json" */
static bool is_document(struct str name)
{
	struct str year, file;
	uint64_t number;

	return str_cut(name, '/', &year, &file) && year.n == 4 && str_parse_u64(year, &number) &&
	       str_has_prefix(file, STR("cve-")) && str_has_suffix(file, STR(".json")) &&
	       str_find_char(file, '/') == file.n && download_path_is_plain(name);
}

/* "2023/cve-2023-38545.json","2025-11-21T14:31:32+00:00" */
static bool parse_line(struct str line, struct change *ret)
{
	int64_t seconds;

	if (!str_cut(line, ',', &ret->name, &ret->time))
		return false;
	for (int i = 0; i < 2; i++) {
		struct str *s = i ? &ret->time : &ret->name;

		if (str_pull_prefix(s, STR("\"")) && s->n && s->p[s->n - 1] == '"')
			s->n--;
	}
	return is_document(ret->name) && clock_parse(ret->time, &seconds);
}

/* ---- the archive ---- */

static int read_latest(struct vex *v, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(NAME_BYTES);
	CLEANUP(fd_closep) int fd = download_open(v->d, v->latest);
	struct str name;

	if (fd < 0 || fd_read_all(fd, &sb, NULL) < 0)
		return err_set(err, ERR_FORMAT, "%.*s: no name of an archive", STR_FMT(v->latest));
	name = str_trim(strbuf_str(&sb));
	if (!download_path_is_plain(name) || str_find_char(name, '/') < name.n ||
	    str_find(name, STR(".tar")) == name.n)
		return err_set(err, ERR_FORMAT, "%.*s: \"%.*s\" is no name of an archive",
			       STR_FMT(v->latest), STR_FMT(str_sub(name, 0, 100)));
	v->archive = path_of(v, name);
	return arena_check(&v->arena, err);
}

/* "csaf_vex_2025-11-21.tar.zst": the day that is in it; empty when there is none. */
static struct str day_in(struct str name)
{
	static const char form[] = "0000-00-00";

	for (size_t at = 0; at + sizeof form - 1 <= name.n; at++) {
		size_t i = 0;

		while (form[i] &&
		       (form[i] == '0' ? char_is_digit(name.p[at + i]) : name.p[at + i] == form[i]))
			i++;
		if (!form[i])
			return str_sub(name, at, i);
	}
	return STR_NULL;
}

/* What has changed since then may not be in the archive; empty: nobody says. */
static struct str time_of_archive(struct vex *v)
{
	struct str day = day_in(v->archive);
	struct file_state state = mirror_state_get(&v->d->state, v->archive);
	char text[CLOCK_TEXT_MAX];
	int64_t seconds;

	if (day.n || !http_date_parse(state.last_modified, &seconds) ||
	    !clock_format(seconds - DAY_SECONDS, text))
		return day;
	return arena_str(&v->arena, str_of(text));
}

/* "2023": documents of a year, which a new archive has in it. */
static void drop_year(int root, const char *year)
{
	int fd = openat(root, year, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (str_has_suffix(str_of(entry->d_name), STR(".json")))
			(void)unlinkat(fd, entry->d_name, 0); /* an older copy does no harm */
	if (dir)
		(void)closedir(dir); /* read side */
	else
		fd_closep(&fd);
}

static void drop_documents(struct vex *v)
{
	int fd = openat(v->d->mirror_fd, v->s->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	uint64_t year;

	while (dir && (entry = readdir(dir)))
		if (strlen(entry->d_name) == 4 && str_parse_u64(str_of(entry->d_name), &year))
			drop_year(fd, entry->d_name);
	if (dir)
		(void)closedir(dir); /* read side */
	else
		fd_closep(&fd);
}

/* 1: a new archive takes the place of the old one and of all single documents. */
static int fetch_archive(struct vex *v, struct err *err)
{
	struct mirror_state *state = &v->d->state;
	struct str old = mirror_state_get(state, v->latest).newest;
	int r = source_get(v->s, v->d, v->archive, 0, err), r2;

	if (r < 0 || (r == 0 && str_eq(old, v->archive)))
		return r;
	r2 = mirror_state_set_newest(state, v->changes, time_of_archive(v), err);
	if (r2 == 0)
		r2 = mirror_state_set_newest(state, v->latest, v->archive, err);
	if (r2 < 0)
		return r2;
	drop_documents(v);
	if (old.n && !str_eq(old, v->archive))
		download_remove(v->d, old);
	return 1;
}

/* ---- single documents ---- */

static bool is_deleted(struct vex *v, struct str name)
{
	CLEANUP(fd_closep) int fd = download_open(v->d, v->deletions);
	struct changes c;
	bool found = false;

	changes_init(&c);
	if (fd >= 0 &&
	    changes_read(&c, fd, STR("0"), LIMIT_FEED_DELTA_DOCUMENTS, parse_line, NULL) == 0)
		for (size_t i = 0; i < c.records.n && !found; i++)
			found = str_eq(((struct change *)vec_at(&c.records, i))->name, name);
	changes_done(&c);
	return found;
}

/* The oldest first, so that each one that is here is behind the last known time for good. */
static int fetch_documents(struct vex *v, const struct changes *c, struct err *err)
{
	for (size_t i = c->records.n; i-- > 0;) {
		const struct change *change = vec_at(&c->records, i);
		struct str reached = changes_reached(c, i), path = path_of(v, change->name);
		struct err why = {0};
		int r = path.p ? source_get(v->s, v->d, path, DOWNLOAD_ALWAYS, &why)
			       : err_nomem(&why);

		if (r == -ERR_NOT_FOUND && is_deleted(v, change->name))
			r = 0;
		if (r == -ERR_NOT_FOUND)
			r = err_set(&why, ERR_IO, "%.*s: changed, but is not served",
				    STR_FMT(path));
		if (r >= 0 && reached.n)
			r = mirror_state_set_newest(&v->d->state, v->changes, reached, &why);
		if (r < 0) {
			if (err)
				*err = why;
			return r;
		}
	}
	return c->records.n > 0;
}

/*
 * What changed behind `since`: fetches it when it is complete. 0 or 1, or -ERR_LIMIT without a
 * message when there is more.
 */
static int follow_changes(struct vex *v, struct str since, size_t max, struct err *err)
{
	CLEANUP(fd_closep) int fd = download_open(v->d, v->changes);
	struct changes c;
	int r;

	if (fd < 0)
		return 0;
	changes_init(&c);
	r = changes_read(&c, fd, since, max, parse_line, err);
	if (r < 0)
		r = err_wrap(err, r, "%.*s", STR_FMT(v->changes));
	else if (since.n == 0) /* nothing says how old the archive is: from now on, then */
		r = mirror_state_set_newest(&v->d->state, v->changes, c.newest, err);
	else
		r = c.complete ? fetch_documents(v, &c, err) : -ERR_LIMIT;
	changes_done(&c);
	return r;
}

/* ---- all of it ---- */

static int get_lists(struct vex *v, struct err *err)
{
	struct str lists[] = {v->latest, v->changes, v->deletions};
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		int r = source_get(v->s, v->d, lists[i], 0, err);

		if (r < 0 && (r != -ERR_NOT_FOUND || i == 0)) /* there need not be changes yet */
			return r;
		any = any || r > 0;
	}
	return any;
}

static int follow(struct vex *v, struct err *err)
{
	struct mirror_state *state = &v->d->state;
	struct str here = mirror_state_get(state, v->latest).newest;
	struct str known = mirror_state_get(state, v->changes).newest;
	bool has_archive = here.n && download_has(v->d, here);
	int r = -ERR_LIMIT, got;

	if (has_archive && known.n && download_has(v->d, v->changes))
		r = follow_changes(v, known, LIMIT_FEED_DELTA_RECORDS, err);
	if (r != -ERR_LIMIT)
		return r;
	got = fetch_archive(v, err);
	if (got < 0)
		return got;
	known = mirror_state_get(state, v->changes).newest;
	r = follow_changes(v, known, LIMIT_FEED_DELTA_DOCUMENTS, err);
	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT,
			       "%.*s: more than %d documents have changed since (feed_delta_"
			       "documents), and there is no newer archive",
			       STR_FMT(v->archive), LIMIT_FEED_DELTA_DOCUMENTS);
	return r < 0 ? r : got || r;
}

int source_vex(const struct source *s, struct download *d, struct err *err)
{
	struct vex v = {.s = s, .d = d};
	int r, got = 0;

	arena_init(&v.arena, LIMIT_ARENA_BYTES);
	v.latest = path_of(&v, STR("archive_latest.txt"));
	v.changes = path_of(&v, STR("changes.csv"));
	v.deletions = path_of(&v, STR("deletions.csv"));
	r = arena_check(&v.arena, err);
	if (r == 0)
		got = r = get_lists(&v, err);
	if (r >= 0)
		r = read_latest(&v, err);
	if (r == 0)
		r = follow(&v, err);
	arena_done(&v.arena);
	return r < 0 ? r : got || r;
}
