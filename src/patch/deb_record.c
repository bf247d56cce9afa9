/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/deb_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "patch/deb_file.h"

#define FOLDER	     "var/lib/dpkg/status.d/"
#define STATUS	     "var/lib/dpkg/status"
#define INFO	     "var/lib/dpkg/info/"
#define TEXT_BYTES   ((size_t)64 << 20)
#define ARCHIVES_MAX 4096

struct recording {
	struct root *root;
	struct arena arena;
	struct deb_file deb;
	struct str name;
	struct str_list kept; /* configuration files, cleaned */
	struct str md5sums;   /* where the old one's stand; empty: nowhere */
	struct str list;      /* the same of its paths */
	struct strbuf paths;  /* of the new one */
	bool is_in_folder;
};

static int read_text(struct root *root, struct str path, struct strbuf *sb, struct err *err)
{
	CLEANUP(fd_closep) int fd = root_open(root, path, err);

	return fd < 0 ? fd : fd_read_all(fd, sb, err);
}

/* info/<name>.<kind>, or <name>:<architecture>.<kind>; empty: neither is there. */
static struct str info_of(struct recording *c, const char *kind)
{
	struct str arch = deb_file_field(&c->deb, "Architecture");
	struct str plain = arena_strf(&c->arena, INFO "%.*s.%s", STR_FMT(c->name), kind);
	struct str full =
		arena_strf(&c->arena, INFO "%.*s:%.*s.%s", STR_FMT(c->name), STR_FMT(arch), kind);

	if (full.p && root_has(c->root, full))
		return full;
	return plain.p && root_has(c->root, plain) ? plain : STR_NULL;
}

static int find_record(struct recording *c, struct err *err)
{
	struct str own = arena_strf(&c->arena, FOLDER "%.*s", STR_FMT(c->name));
	struct str sums = arena_strf(&c->arena, FOLDER "%.*s.md5sums", STR_FMT(c->name));

	if (!own.p || !sums.p)
		return err_nomem(err);
	c->is_in_folder = root_has(c->root, own);
	if (c->is_in_folder) {
		c->md5sums = root_has(c->root, sums) ? sums : STR_NULL;
		return 0;
	}
	c->md5sums = info_of(c, "md5sums");
	c->list = info_of(c, "list");
	return root_has(c->root, STR(STATUS))
		       ? 0
		       : err_set(err, ERR_NOT_FOUND, "%.*s is in no database of packages",
				 STR_FMT(c->name));
}

static int read_kept(struct recording *c, struct err *err)
{
	struct str text = strbuf_str(&c->deb.conffiles), line;
	struct str *kept = arena_array(&c->arena, text.n / 2 + 1, sizeof *kept);
	size_t n = 0;

	if (!kept)
		return err_nomem(err);
	while (str_pull_line(&text, &line))
		if (str_pull_prefix(&line, STR("/")))
			kept[n++] = str_trim(line);
	c->kept = (struct str_list){kept, n};
	return 0;
}

/* ---- files that the new version has no more ---- */

static bool is_conffile(const struct recording *c, struct str path)
{
	for (size_t i = 0; i < c->kept.n; i++)
		if (str_eq(c->kept.p[i], path))
			return true;
	return false;
}

static int drop_old(struct recording *c, struct str path, struct err *err)
{
	CLEANUP(fd_closep) int fd = -1;

	(void)str_pull_prefix(&path, STR("/"));
	if (!path.n || is_conffile(c, path) || root_is_fresh(c->root, path))
		return 0;
	fd = root_open(c->root, path, NULL); /* directories may be others' too */
	return fd < 0 ? 0 : root_remove(c->root, path, err);
}

/* Lines of "path", or of "md5  path". */
static int drop_listed(struct recording *c, struct str file, bool has_sums, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(TEXT_BYTES);
	struct str left, line, sum;
	int r = file.n ? read_text(c->root, file, &text, err) : 0;

	left = strbuf_str(&text);
	while (r == 0 && str_pull_line(&left, &line)) {
		if (has_sums)
			(void)str_pull_word(&line, &sum); /* an empty line has no path either */
		r = drop_old(c, str_trim(line), err);
	}
	return r;
}

/* ---- the database ---- */

static bool is_stanza_of(struct str stanza, const struct recording *c)
{
	struct str arch = deb_file_field(&c->deb, "Architecture"), line, key, value;
	bool name_fits = false, arch_fits = true;

	while (str_pull_line(&stanza, &line)) {
		if (!str_cut(line, ':', &key, &value))
			continue;
		value = str_trim(value);
		if (str_is(key, "Package"))
			name_fits = str_eq(value, c->name);
		if (str_is(key, "Architecture"))
			arch_fits =
				str_eq(value, arch) || str_is(value, "all") || str_is(arch, "all");
	}
	return name_fits && arch_fits;
}

/* The new control file as dpkg keeps it; what it knew of configuration files stays. */
static void write_stanza(struct strbuf *out, const struct recording *c, struct str old)
{
	struct str text = strbuf_str(&c->deb.control), line;
	bool in_conffiles = false;

	while (str_pull_line(&text, &line)) {
		if (str_is(str_trim(line), ""))
			continue;
		strbuf_add(out, line);
		strbuf_addc(out, '\n');
		if (str_has_prefix(line, STR("Package:")))
			strbuf_adds(out, "Status: install ok installed\n");
	}
	while (str_pull_line(&old, &line)) {
		in_conffiles = str_has_prefix(line, STR("Conffiles:")) ||
			       (in_conffiles && str_has_prefix(line, STR(" ")));
		if (in_conffiles) {
			strbuf_add(out, line);
			strbuf_addc(out, '\n');
		}
	}
}

static int write_status(struct recording *c, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(TEXT_BYTES);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(TEXT_BYTES);
	bool found = false;
	struct str left;
	int r = read_text(c->root, STR(STATUS), &text, err);

	left = strbuf_str(&text);
	while (r == 0 && left.n) {
		size_t end = str_find(left, STR("\n\n"));
		struct str stanza = str_sub(left, 0, end < left.n ? end + 1 : left.n);

		left = str_skip(left, end < left.n ? end + 2 : left.n);
		if (is_stanza_of(stanza, c)) {
			found = true;
			write_stanza(&out, c, stanza);
		} else {
			strbuf_add(&out, stanza);
		}
		strbuf_addc(&out, '\n');
	}
	if (r == 0)
		r = strbuf_check(&out, err);
	if (r == 0 && !found)
		r = err_set(err, ERR_NOT_FOUND, "%.*s is not in " STATUS, STR_FMT(c->name));
	return r == 0 ? root_put(c->root, STR(STATUS), strbuf_str(&out), err) : r;
}

static int write_record(struct recording *c, struct err *err)
{
	struct str own = arena_strf(&c->arena, FOLDER "%.*s", STR_FMT(c->name));
	int r;

	if (!own.p)
		return err_nomem(err);
	r = c->is_in_folder ? root_put(c->root, own, strbuf_str(&c->deb.control), err)
			    : write_status(c, err);
	if (r == 0 && c->md5sums.n)
		r = root_put(c->root, c->md5sums, strbuf_str(&c->deb.md5sums), err);
	if (r == 0 && c->list.n)
		r = root_put(c->root, c->list, strbuf_str(&c->paths), err);
	return r;
}

static int unpack(struct recording *c, int fd, struct err *err)
{
	struct stream *tar = NULL;
	int r = deb_file_open_data(fd, &c->deb, &tar, err);

	if (r == 0)
		r = root_unpack(c->root, tar, c->kept, &c->paths, err);
	if (r == 0)
		r = strbuf_check(&c->paths, err);
	return r;
}

static int record(struct recording *c, int fd, struct err *err)
{
	int r = deb_file_read(fd, &c->deb, err);

	if (r < 0)
		return r;
	c->name = deb_file_field(&c->deb, "Package");
	r = find_record(c, err);
	if (r == 0)
		r = read_kept(c, err);
	if (r == 0)
		r = unpack(c, fd, err);
	if (r == 0)
		r = drop_listed(c, c->md5sums, true, err);
	if (r == 0)
		r = drop_listed(c, c->list, false, err);
	return r == 0 ? write_record(c, err) : r;
}

int deb_record(struct root *root, int fd, struct err *err)
{
	struct recording c = {.root = root, .paths = STRBUF_INIT(TEXT_BYTES)};
	int r;

	arena_init(&c.arena, LIMIT_ARENA_BYTES);
	r = record(&c, fd, err);
	deb_file_done(&c.deb);
	strbuf_done(&c.paths);
	arena_done(&c.arena);
	return r;
}

/* ---- all of them ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_archives(DIR *d, struct vec *names, struct err *err)
{
	const struct dirent *e;

	while ((e = readdir(d)) != NULL) {
		char **slot;

		if (!str_has_suffix(str_of(e->d_name), STR(".deb")))
			continue;
		slot = vec_push(names);
		if (slot)
			*slot = str_dup(str_of(e->d_name));
		if (!slot || !*slot)
			return err_nomem(err);
	}
	vec_sort(names, by_text);
	return 0;
}

int deb_record_all(struct root *root, const char *folder, struct err *err)
{
	CLEANUP(vec_done) struct vec names = VEC_INIT(char *, ARCHIVES_MAX);
	DIR *d = opendir(folder);
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : err_errno(err, errno, "open %s", folder);
	r = list_archives(d, &names, err);
	for (size_t i = 0; i < names.n; i++) {
		char *name = *(char **)vec_at(&names, i);
		CLEANUP(fd_closep)
		int fd = r < 0 ? -1 : openat(dirfd(d), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

		if (r == 0 && fd < 0)
			r = err_errno(err, errno, "open %s", name);
		if (r == 0 && (r = deb_record(root, fd, err)) < 0)
			err_wrap(err, r, "%s", name);
		free(name);
	}
	(void)closedir(d); /* only read from */
	return r;
}
