/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/download.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "crypto/digest.h"

#define ABOUT	    ".about"
#define ABOUT_BYTES 4096
#define PART_MAX    (DIGEST_TEXT_MAX + sizeof ABOUT)

/* ---- names ---- */

int download_url(const char *base, struct str path, struct strbuf *ret, struct err *err)
{
	static const char hex[] = "0123456789ABCDEF";

	strbuf_adds(ret, base);
	while (ret->n && ret->p[ret->n - 1] == '/')
		ret->n--;
	strbuf_addc(ret, '/');
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (char_is_alnum(path.p[i]) || (c && strchr("/-._~:", c))) {
			strbuf_addc(ret, path.p[i]);
			continue;
		}
		strbuf_addc(ret, '%');
		strbuf_addc(ret, hex[c >> 4]);
		strbuf_addc(ret, hex[c & 15]);
	}
	(void)strbuf_cstr(ret); /* ends it with a NUL; a failure shows in the check */
	return strbuf_check(ret, err);
}

bool download_path_is_plain(struct str path)
{
	struct str rest = path, part;

	if (path.n == 0 || path.n >= DOWNLOAD_PATH_MAX / 2 || path.p[path.n - 1] == '/')
		return false;
	while (str_pull_until(&rest, '/', &part)) {
		if (part.n == 0 || part.n > 200 || part.p[0] == '.')
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!char_is_alnum(part.p[i]) && !memchr("-._+~:@=", part.p[i], 8))
				return false;
	}
	return true;
}

static int as_name(struct str path, char name[DOWNLOAD_PATH_MAX], struct err *err)
{
	if (path.n >= DOWNLOAD_PATH_MAX)
		return err_set(err, ERR_LIMIT, "a path of %zu bytes", path.n);
	(void)snprintf(name, DOWNLOAD_PATH_MAX, "%.*s", STR_FMT(path));
	return 0;
}

int download_open(const struct download *d, struct str path)
{
	char name[DOWNLOAD_PATH_MAX];

	return as_name(path, name, NULL) < 0
		       ? -1
		       : openat(d->mirror_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

bool download_has(const struct download *d, struct str path)
{
	CLEANUP(fd_closep) int fd = download_open(d, path);

	return fd >= 0;
}

void download_remove(struct download *d, struct str path)
{
	char name[DOWNLOAD_PATH_MAX];

	if (as_name(path, name, NULL) < 0)
		return;
	(void)unlinkat(d->mirror_fd, name, 0); /* an older copy does no harm */
	if (mirror_state_get(&d->state, path).url.n)
		(void)mirror_state_put(&d->state, &(struct file_state){.path = path}, NULL);
}

/* ---- parts ---- */

/* One file on its way. */
struct part {
	struct download *d;
	char name[PART_MAX];		     /* in .parts */
	char about[PART_MAX + sizeof ABOUT]; /* the same with its suffix */
	uint64_t announced;		     /* bytes added to what is expected in all */
};

static int name_part(struct part *p, struct str path, const char *url, struct err *err)
{
	CLEANUP(digest_done) struct digest digest = {0};
	char text[DIGEST_TEXT_MAX];
	struct digest_value v;
	struct str hex;
	int r = digest_init(&digest, DIGEST_SHA256, err);

	if (r < 0)
		return r;
	digest_update(&digest, path);
	digest_update(&digest, STR("\n"));
	digest_update(&digest, str_of(url));
	digest_final(&digest, &v);
	hex = str_skip(digest_format(&v, text), 7);
	(void)snprintf(p->name, sizeof p->name, "%.*s", STR_FMT(hex));	       /* fits */
	(void)snprintf(p->about, sizeof p->about, "%.*s" ABOUT, STR_FMT(hex)); /* fits */
	return 0;
}

static void drop_part(const struct part *p)
{
	(void)unlinkat(p->d->parts_fd, p->name, 0); /* swept later otherwise */
	(void)unlinkat(p->d->parts_fd, p->about, 0);
}

/* What is known of the answer that the part came with; nothing: the part is of no use. */
static void read_about(const struct part *p, struct http_file *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ABOUT_BYTES);
	CLEANUP(fd_closep) int fd = openat(p->d->parts_fd, p->about, O_RDONLY | O_CLOEXEC);
	struct str rest, line;

	if (fd < 0 || fd_read_all(fd, &sb, NULL) < 0)
		return;
	rest = strbuf_str(&sb);
	if (str_pull_line(&rest, &line) && line.n < sizeof f->etag)
		(void)snprintf(f->etag, sizeof f->etag, "%.*s", STR_FMT(line));
	if (str_pull_line(&rest, &line) && line.n < sizeof f->last_modified)
		(void)snprintf(f->last_modified, sizeof f->last_modified, "%.*s", STR_FMT(line));
}

/* Before the first byte of an answer is written. */
static int on_started(void *ctx, const struct http_file *f, uint64_t size, struct err *err)
{
	struct part *p = ctx;
	atomic_ullong *total = p->d->options.total_bytes;
	char text[2 * HTTP_FILE_TEXT + 2];
	int n = snprintf(text, sizeof text, "%s\n%s\n", f->etag, f->last_modified);
	uint64_t left = size == HTTP_SIZE_UNKNOWN || size < f->offset ? 0 : size - f->offset;

	if (total) {
		atomic_fetch_add(total, left);
		p->announced += left;
	}
	return file_write_atomic(p->d->parts_fd, p->about, str_make(text, (size_t)n), err);
}

static int open_part(const struct part *p, uint64_t *ret_size, struct err *err)
{
	int fd = openat(p->d->parts_fd, p->name,
			O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		int r = err_errno(err, errno, ".parts/%s", p->name);

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

/* Fetches into the part, with what is known of it or of the whole file. */
static int fetch_part(struct part *p, struct str path, const char *url, unsigned flags,
		      struct http_file *f, struct err *err)
{
	char what[DOWNLOAD_PATH_MAX];
	struct http_request rq = {.url = url, .what = what, .size_bytes = HTTP_SIZE_UNKNOWN};
	struct file_state whole = mirror_state_get(&p->d->state, path);
	CLEANUP(fd_closep) int fd = open_part(p, &f->offset, err);
	int r = fd < 0 ? fd : as_name(path, what, err);

	if (r < 0)
		return r;
	f->fd = fd;
	if (f->offset > 0) {
		read_about(p, f);
	} else if (!(flags & DOWNLOAD_ALWAYS) && str_is(whole.url, url) &&
		   download_has(p->d, path)) {
		load_text(f->etag, whole.etag);
		load_text(f->last_modified, whole.last_modified);
	}
	r = http_file_get(p->d->http, &rq, f, err);
	if (r == 0 && !f->unchanged && !(flags & DOWNLOAD_ALWAYS) && fsync(fd) < 0)
		r = err_errno(err, errno, "%s", what);
	return r;
}

/* ---- one file ---- */

static int make_dirs(struct download *d, struct str path, struct err *err)
{
	char name[DOWNLOAD_PATH_MAX];

	for (size_t i = 0; i < path.n && i < sizeof name; i++) {
		if (path.p[i] != '/')
			continue;
		(void)snprintf(name, sizeof name, "%.*s", (int)i, path.p);
		if (mkdirat(d->mirror_fd, name, 0755) < 0 && errno != EEXIST)
			return err_errno(err, errno, "%s", name);
	}
	return 0;
}

static int keep_state(struct download *d, struct str path, const char *url,
		      const struct http_file *f, struct err *err)
{
	struct file_state s = mirror_state_get(&d->state, path);

	s.url = str_of(url);
	s.etag = str_of(f->etag);
	s.last_modified = str_of(f->last_modified);
	return mirror_state_put(&d->state, &s, err);
}

static int put_in_place(struct part *p, struct str path, struct err *err)
{
	char name[DOWNLOAD_PATH_MAX];
	int r = as_name(path, name, err);

	if (r == 0)
		r = make_dirs(p->d, path, err);
	if (r == 0 && renameat(p->d->parts_fd, p->name, p->d->mirror_fd, name) < 0)
		r = err_errno(err, errno, "%s", name);
	(void)unlinkat(p->d->parts_fd, p->about, 0); /* swept later otherwise */
	return r;
}

static int fetch(struct download *d, struct str path, const char *url, unsigned flags,
		 struct err *err)
{
	struct part p = {.d = d};
	struct http_file f = {.max_bytes = LIMIT_FEED_DOWNLOAD_BYTES,
			      .deadline_seconds = LIMIT_FEED_DOWNLOAD_SECONDS,
			      .progress = d->options.done_bytes,
			      .started = on_started,
			      .started_ctx = &p};
	int r = name_part(&p, path, url, err);

	if (r < 0)
		return r;
	r = fetch_part(&p, path, url, flags, &f, err);
	if (r < 0 && (r == -ERR_NOT_FOUND || f.offset == 0 || f.etag[0] != '"'))
		drop_part(&p); /* nothing in it that could be gone on with */
	if (r < 0)
		return r;
	if (f.unchanged) {
		drop_part(&p);
		return 0;
	}
	/* A copy that is in place before it is known is fetched once more; never the other way. */
	r = put_in_place(&p, path, err);
	if (r == 0 && flags & DOWNLOAD_ALWAYS)
		atomic_fetch_add(&d->n_records, 1);
	else if (r == 0)
		r = keep_state(d, path, url, &f, err);
	return r < 0 ? r : 1;
}

int download_file(struct download *d, struct str path, const char *url, unsigned flags,
		  struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf from = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);

	if (d->options.from) {
		int r = download_url(d->options.from, path, &from, err);

		if (r < 0)
			return r;
		url = strbuf_cstr(&from);
	}
	return fetch(d, path, url, flags, err);
}

/* ---- all of them ---- */

/* Two that append to one part of a file would make a file that nobody served. */
static int take_lock(struct download *d, struct err *err)
{
	const char *mirror = d->options.mirror;

	d->lock_fd = openat(d->mirror_fd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (d->lock_fd < 0)
		return err_errno(err, errno, "%s/.lock", mirror);
	if (flock(d->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_errno(err, errno, "%s/.lock", mirror);
	return err_set(err, ERR_DENIED, "%s: another update downloads to here", mirror);
}

static int open_parts(struct download *d, struct err *err)
{
	if (mkdirat(d->mirror_fd, ".parts", 0755) < 0 && errno != EEXIST)
		return err_errno(err, errno, "%s/.parts", d->options.mirror);
	d->parts_fd =
		openat(d->mirror_fd, ".parts", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return d->parts_fd < 0 ? err_errno(err, errno, "%s/.parts", d->options.mirror) : 0;
}

int download_init(struct download *d, const struct download_options *options, struct err *err)
{
	struct http_options http = {.ca_file = options->ca_file};
	int r = dir_make_all(options->mirror, err);

	*d = (struct download){.options = *options, .mirror_fd = -1, .parts_fd = -1, .lock_fd = -1};
	if (r < 0)
		return r;
	d->mirror_fd = open(options->mirror, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->mirror_fd < 0)
		return err_errno(err, errno, "%s", options->mirror);
	r = take_lock(d, err);
	if (r == 0)
		r = open_parts(d, err);
	if (r == 0)
		r = http_new(&http, &d->http, err);
	if (r == 0)
		r = mirror_state_open(&d->state, d->mirror_fd, err);
	return r;
}

void download_done(struct download *d)
{
	if (d->state.files.elem_size)
		mirror_state_done(&d->state);
	http_free(d->http);
	fd_closep(&d->parts_fd);
	fd_closep(&d->lock_fd); /* and with it the lock */
	fd_closep(&d->mirror_fd);
}

void download_sweep(struct download *d)
{
	int fd = openat(d->parts_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)unlinkat(fd, entry->d_name, 0); /* the next run tries again */
	if (dir)
		(void)closedir(dir); /* read side */
	else
		fd_closep(&fd);
}
