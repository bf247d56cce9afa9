/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/mirror.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "base/path.h"
#include "codec/decompress.h"
#include "codec/tar.h"
#include "codec/zip.h"

#define MIRROR_DEPTH 32
#define BLOCK_BYTES  ((size_t)64 << 10)

/* ---- listing ---- */

static int by_path(const void *va, const void *vb)
{
	const struct mirror_file *a = va, *b = vb;

	return str_cmp(a->path, b->path);
}

static int add_file(struct mirror *m, struct str path, uint64_t size, struct err *err)
{
	struct mirror_file *f = vec_push(&m->files);

	if (!f && m->files.n == m->files.max)
		return err_set(err, ERR_LIMIT, "more than %d files (feed_files)", LIMIT_FEED_FILES);
	if (f)
		f->path = arena_str(&m->arena, path);
	if (!f || !f->path.p)
		return err_nomem(err);
	f->size = size;
	m->bytes += size;
	return 0;
}

static int list_dir(struct mirror *m, int dir_fd, struct strbuf *path, unsigned depth,
		    struct err *err);

static int list_entry(struct mirror *m, int dir_fd, const char *name, struct strbuf *path,
		      unsigned depth, struct err *err)
{
	struct stat st;
	int fd;

	if (fstatat(dir_fd, name, &st, 0) < 0)
		return errno == ENOENT ? 0 : err_errno(err, errno, "%s", strbuf_cstr(path));
	if (S_ISREG(st.st_mode))
		return add_file(m, strbuf_str(path), (uint64_t)st.st_size, err);
	if (!S_ISDIR(st.st_mode))
		return 0;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR
			       ? 0
			       : err_errno(err, errno, "%s", strbuf_cstr(path));
	return list_dir(m, fd, path, depth + 1, err);
}

/* Owns dir_fd. */
static int list_dir(struct mirror *m, int dir_fd, struct strbuf *path, unsigned depth,
		    struct err *err)
{
	DIR *dir = fdopendir(dir_fd);
	size_t n = path->n;
	struct dirent *entry;
	int r = 0;

	if (!dir) {
		fd_closep(&dir_fd);
		return err_nomem(err);
	}
	if (depth > MIRROR_DEPTH)
		r = err_set(err, ERR_LIMIT, "%s: more than %d directories deep", strbuf_cstr(path),
			    MIRROR_DEPTH);
	while (r == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		path->n = n;
		if (n)
			strbuf_addc(path, '/');
		strbuf_adds(path, entry->d_name);
		r = strbuf_check(path, err);
		if (r == 0)
			r = list_entry(m, dir_fd, entry->d_name, path, depth, err);
	}
	path->n = n;
	(void)closedir(dir); /* read side */
	return r;
}

static int no_mirror(const char *dir, int errnum, struct err *err)
{
	if (errnum == ENOENT)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no directory %s; --feeds is one with feeds as their "
			       "publishers lay them out, plimsoll db update downloads them",
			       dir);
	if (errnum == ENOTDIR)
		return err_set(err, ERR_USAGE,
			       "%s is a file; --feeds is the directory that holds feeds", dir);
	return err_errno(err, errnum, "feeds at %s cannot be read", dir);
}

/* The file that download.c locks for itself alone. */
static int hold(struct mirror *m, const char *dir, struct err *err)
{
	m->lock_fd = openat(m->fd, ".lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (m->lock_fd < 0 || flock(m->lock_fd, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return 0;
	return err_set(err, ERR_DENIED,
		       "%s: plimsoll db update downloads to here; wait until it has ended", dir);
}

int mirror_open(struct mirror *m, const char *dir, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int copy, r;

	*m = (struct mirror){
		.fd = -1, .lock_fd = -1, .files = VEC_INIT(struct mirror_file, LIMIT_FEED_FILES)};
	arena_init(&m->arena, LIMIT_ARENA_BYTES);
	m->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	copy = m->fd < 0 ? -1 : openat(m->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copy < 0)
		return no_mirror(dir, errno, err);
	r = hold(m, dir, err);
	if (r < 0) {
		fd_closep(&copy);
		return r;
	}
	r = list_dir(m, copy, &path, 0, err);
	if (r < 0)
		return err_wrap(err, r, "%s", dir);
	vec_sort(&m->files, by_path);
	return 0;
}

void mirror_done(struct mirror *m)
{
	fd_closep(&m->lock_fd);
	fd_closep(&m->fd);
	vec_done(&m->files);
	arena_done(&m->arena);
}

const struct mirror_file *mirror_file(const struct mirror *m, size_t i)
{
	return vec_at(&m->files, i);
}

/* ---- names ---- */

static const struct {
	const char *suffix, *plain;
} packings[] = {
	{".tgz", ".tar"}, {".txz", ".tar"}, {".tbz2", ".tar"}, {".tzst", ".tar"},
	{".gz", ""},	  {".bz2", ""},	    {".xz", ""},       {".zst", ""},
};

struct str mirror_plain_path(struct str path, struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LEN(packings); i++) {
		struct str suffix = str_of(packings[i].suffix);

		if (!str_has_suffix(path, suffix))
			continue;
		path.n -= suffix.n;
		if (!packings[i].plain[0])
			return path;
		return arena_strf(arena, "%.*s%s", STR_FMT(path), packings[i].plain);
	}
	return path;
}

static bool is_archive(struct str path)
{
	return str_has_suffix(path, STR(".tar")) || str_has_suffix(path, STR(".zip"));
}

/* ---- reading ---- */

static void note_progress(struct mirror *m, uint64_t bytes)
{
	if (m->progress)
		atomic_fetch_add(m->progress, bytes);
}

/* One file of the mirror while it is read. */
struct job {
	struct mirror *m;
	const struct mirror_visitor *visitor;
	struct str path;    /* without packing suffix */
	struct arena arena; /* of the member at hand */
	uint64_t size;	    /* bytes of the file as stored */
	uint64_t n_out;	    /* bytes unpacked of its members */
	struct err broken;  /* the first member whose bytes are not those that were packed */
};

/* Bytes of the file that went by, for progress. */
struct counting_stream {
	struct stream stream;
	struct stream *inner;
	struct mirror *m;
};

static ssize_t counting_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct counting_stream *c = (struct counting_stream *)s;
	ssize_t got = stream_read(c->inner, buf, n, err);

	if (got > 0)
		note_progress(c->m, (uint64_t)got);
	return got;
}

static void counting_close(struct stream *s)
{
	stream_close(((struct counting_stream *)s)->inner);
	free(s);
}

static int open_counting(struct job *job, int fd, struct stream **ret, struct err *err)
{
	struct counting_stream *c = calloc(1, sizeof *c);
	int r = c ? file_stream_new(fd, 0, job->size, &c->inner, err) : err_nomem(err);

	if (r < 0) {
		free(c);
		return r;
	}
	c->stream = (struct stream){counting_read, counting_close};
	c->m = job->m;
	*ret = &c->stream;
	return 0;
}

/* The first bytes again, then the rest: to look at the packing of what can be read once. */
struct peeked_stream {
	struct stream stream;
	struct stream *inner; /* owned */
	char head[COMPRESSION_MAGIC_BYTES];
	size_t n, at;
};

static ssize_t peeked_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct peeked_stream *p = (struct peeked_stream *)s;
	size_t left = p->n - p->at;

	if (left == 0)
		return stream_read(p->inner, buf, n, err);
	if (n > left)
		n = left;
	memcpy(buf, p->head + p->at, n);
	p->at += n;
	return (ssize_t)n;
}

static void peeked_close(struct stream *s)
{
	stream_close(((struct peeked_stream *)s)->inner);
	free(s);
}

/* Takes the packing off. Owns `in`, also on error. */
static int unpack(struct stream *in, struct stream **ret, struct err *err)
{
	struct peeked_stream *p = calloc(1, sizeof *p);
	ssize_t got = 1;

	if (!p) {
		stream_close(in);
		return err_nomem(err);
	}
	p->stream = (struct stream){peeked_read, peeked_close};
	p->inner = in;
	while (p->n < sizeof p->head && got > 0) {
		got = stream_read(in, p->head + p->n, sizeof p->head - p->n, err);
		if (got > 0)
			p->n += (size_t)got;
	}
	if (got < 0) {
		stream_close(&p->stream);
		return (int)got;
	}
	return decompress_open(&p->stream, compression_of(str_make(p->head, p->n)), ret, err);
}

/* An archive's members must not unpack to absurdly more than the file. */
static int check_ratio(const struct job *job, struct err *err)
{
	if (job->n_out > LIMIT_INFLATE_FREE_BYTES && job->n_out / LIMIT_INFLATE_RATIO > job->size)
		return err_set(err, ERR_LIMIT,
			       "unpacks to more than %d times its size (inflate_ratio)",
			       LIMIT_INFLATE_RATIO);
	return 0;
}

/*
 * Reads a wanted member; `in` stays the caller's. What goes wrong is a problem of it, but for
 * memory: there will be none for the next member either, and all of them would be left out.
 */
static int visit(struct job *job, struct str path, struct stream *in, uint64_t size,
		 struct err *err)
{
	struct feed_file file = {.path = path, .stream = in, .size = size};
	struct err why = {0};
	int r = job->visitor->read(job->visitor->ctx, &file, &why);

	if (r == -ERR_NOMEM) {
		if (err)
			*err = why;
		return r;
	}
	if (r < 0)
		job->visitor->problem(job->visitor->ctx, path, &why);
	return 0;
}

/* A member's data as a stream that does not close what it comes from. */
struct member_stream {
	struct stream stream;
	struct job *job;
	struct zip *zip;
	struct tar *tar;
	struct str piece; /* of tar, not yet given */
	struct err error; /* the archive's own; sticks */
};

static ssize_t next_piece(struct member_stream *s, struct err *err)
{
	uint64_t offset;
	int r = 1;

	while (s->piece.n == 0 && r > 0)
		r = tar_data(s->tar, &s->piece, &offset, err);
	return r < 0 ? r : (ssize_t)s->piece.n;
}

static ssize_t member_take(struct member_stream *s, void *buf, size_t n, struct err *err)
{
	ssize_t got;

	if (s->zip)
		return zip_read(s->zip, buf, n, err);
	got = next_piece(s, err);
	if (got <= 0)
		return got;
	if (n > s->piece.n)
		n = s->piece.n;
	memcpy(buf, s->piece.p, n);
	s->piece = str_skip(s->piece, n);
	return (ssize_t)n;
}

static ssize_t member_read(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct member_stream *s = (struct member_stream *)stream;
	ssize_t got = member_take(s, buf, n, &s->error);

	if (got > 0) {
		s->job->n_out += (uint64_t)got;
		if (check_ratio(s->job, &s->error) < 0)
			got = -ERR_LIMIT;
	}
	if (got < 0 && err)
		*err = s->error;
	return got;
}

static void member_close(struct stream *stream)
{
	(void)stream; /* lives on the stack */
}

static int count_member(struct job *job, struct err *err)
{
	if (atomic_fetch_add(&job->m->n_members, 1) >= LIMIT_FEED_MEMBERS)
		return err_set(err, ERR_LIMIT, "more than %d members (feed_members)",
			       LIMIT_FEED_MEMBERS);
	return 0;
}

/* "archive/member" without its packing suffix; .p is NULL without memory. */
static struct str member_path(struct job *job, struct str name)
{
	arena_reset(&job->arena);
	return mirror_plain_path(
		arena_strf(&job->arena, "%.*s/%.*s", STR_FMT(job->path), STR_FMT(name)),
		&job->arena);
}

/* One member: wanted or not. Only what ends the whole archive is an error. */
static int read_member(struct job *job, struct str name, struct member_stream *s, uint64_t size,
		       struct err *err)
{
	struct str path = member_path(job, name);
	struct stream *plain = NULL;
	struct err why = {0};
	int r = 0;

	if (!path.p)
		return err_nomem(err);
	if (is_archive(path) || !job->visitor->wants(job->visitor->ctx, path)) {
		job->visitor->unused(job->visitor->ctx, path);
		return count_member(job, err);
	}
	if (unpack(&s->stream, &plain, &why) < 0)
		job->visitor->problem(job->visitor->ctx, path, &why);
	else
		r = visit(job, path, plain, size, err);
	stream_close(plain);
	if (r < 0)
		return r;
	return job->n_out && check_ratio(job, err) < 0 ? -ERR_LIMIT : count_member(job, err);
}

/*
 * A member that does not unpack to what was packed: the file was damaged, and what else in it is
 * right is luck. The other members are read all the same, for those who go on without.
 */
static void note_broken(struct job *job, struct str name, const struct member_stream *s)
{
	if (s->error.code != ERR_FORMAT || job->broken.code != ERR_OK)
		return;
	job->broken = s->error;
	(void)err_wrap(&job->broken, -ERR_FORMAT, "%.*s", STR_FMT(str_sub(name, 0, 200)));
}

static int read_zip(struct job *job, int fd, struct err *err)
{
	CLEANUP(zip_closep) struct zip *z = NULL;
	struct zip_entry entry;
	int r = zip_open(fd, &z, err);

	if (r < 0)
		return r;
	while ((r = zip_next(z, &entry, err)) > 0) {
		struct member_stream s = {{member_read, member_close}, job, .zip = z};

		if (!entry.is_file)
			continue;
		r = read_member(job, entry.path, &s, entry.size, err);
		if (r < 0)
			return r;
		note_broken(job, entry.path, &s);
	}
	if (r == 0 && job->broken.code != ERR_OK) {
		if (err)
			*err = job->broken;
		return -(int)job->broken.code;
	}
	return r;
}

struct tar_source {
	struct stream *stream;
	char block[BLOCK_BYTES];
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct tar_source *s = context;
	ssize_t n = stream_read(s->stream, s->block, sizeof s->block, err);

	*ret = str_make(s->block, n > 0 ? (size_t)n : 0);
	return n > 0 ? 1 : (int)n;
}

static int read_tar(struct job *job, struct stream *in, struct err *err)
{
	CLEANUP(freep) struct tar_source *source = calloc(1, sizeof *source);
	struct tar *tar = NULL;
	struct tar_entry entry;
	int r;

	if (!source)
		return err_nomem(err);
	source->stream = in;
	r = tar_open(next_block, source, &tar, err);
	while (r >= 0 && (r = tar_next(tar, &entry, err)) > 0) {
		struct member_stream s = {{member_read, member_close}, job, .tar = tar};

		if (entry.type == TAR_FILE)
			r = read_member(job, entry.path, &s, entry.size, err);
	}
	tar_close(tar);
	return r;
}

static int read_packed(struct job *job, int fd, struct err *err)
{
	struct stream *in = NULL, *plain = NULL;
	struct feed_file file;
	int r = open_counting(job, fd, &in, err);

	if (r == 0)
		r = unpack(in, &plain, err);
	if (r < 0)
		return r;
	if (is_archive(job->path)) {
		r = read_tar(job, plain, err);
	} else {
		file = (struct feed_file){.path = job->path, .stream = plain};
		r = job->visitor->read(job->visitor->ctx, &file, err);
	}
	stream_close(plain);
	return r;
}

/* Another file may be there since it was listed: by the old size it would be cut without a word. */
static int read_wanted(struct job *job, const struct mirror_file *f, struct err *err)
{
	CLEANUP(fd_closep) int fd = openat(job->m->fd, f->path.p, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, errno, "open");
	job->size = (uint64_t)st.st_size;
	if (!str_has_suffix(f->path, STR(".zip")))
		return read_packed(job, fd, err);
	r = read_zip(job, fd, err);
	note_progress(job->m, f->size);
	return r;
}

int mirror_read(struct mirror *m, size_t i, const struct mirror_visitor *visitor, struct err *err)
{
	const struct mirror_file *f = mirror_file(m, i);
	struct arena names;
	struct job job = {.m = m, .visitor = visitor};
	int r = 0;

	arena_init(&names, LIMIT_PATH_BYTES * 4);
	arena_init(&job.arena, LIMIT_PATH_BYTES * 8);
	job.path = mirror_plain_path(f->path, &names);
	if (is_archive(job.path) || visitor->wants(visitor->ctx, job.path)) {
		r = read_wanted(&job, f, err);
	} else {
		visitor->unused(visitor->ctx, f->path);
		note_progress(m, f->size);
	}
	arena_done(&job.arena);
	arena_done(&names);
	return r;
}
