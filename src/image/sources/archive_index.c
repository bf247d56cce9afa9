/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sources/archive_index.h"

#include <sys/stat.h>

#include "base/fd.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "codec/decompress.h"
#include "codec/tar.h"

#define BLOCK_BYTES	 ((size_t)64 << 10)
#define KEPT_EACH_BYTES	 ((uint64_t)1 << 20)
#define KEPT_TOTAL_BYTES ((uint64_t)64 << 20)

struct archive_member {
	struct str path, link;
	enum tar_type type;
	bool has_offset; /* else it is read by going through the archive */
	uint64_t offset; /* of the data in the file */
	uint64_t size;	 /* bytes */
	uint64_t number; /* from 1, in archive order */
	struct str kept; /* .p NULL: not kept */
};

struct archive_index {
	struct arena arena;
	struct map by_path;
	int fd;
	uint64_t file_size;
	enum compression kind;
	uint64_t kept; /* bytes */
};

/* One pass over the archive; at is where the next block of a plain one begins. */
struct pass {
	struct stream *stream; /* of a packed archive */
	const struct archive_index *ix;
	uint64_t at;
	struct tar *tar;
	char block[BLOCK_BYTES];
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct pass *p = context;
	ssize_t n =
		p->stream ? stream_read(p->stream, p->block, sizeof p->block, err)
			  : fd_pread_full(p->ix->fd, p->block, sizeof p->block, (off_t)p->at, err);

	if (n <= 0)
		return (int)n;
	p->at += (uint64_t)n;
	*ret = str_make(p->block, (size_t)n);
	return 1;
}

static uint64_t skip(void *context, uint64_t n)
{
	struct pass *p = context;
	uint64_t left = p->at < p->ix->file_size ? p->ix->file_size - p->at : 0;

	n = n < left ? n : left;
	p->at += n;
	return n;
}

static void pass_free(struct pass *p)
{
	if (!p)
		return;
	tar_close(p->tar);
	stream_close(p->stream);
	free(p);
}

static void pass_freep(struct pass **p)
{
	pass_free(*p);
}

static int pass_new(const struct archive_index *ix, struct pass **ret, struct err *err)
{
	CLEANUP(pass_freep) struct pass *p = calloc(1, sizeof *p);
	struct stream *file = NULL;
	int r;

	if (!p)
		return err_nomem(err);
	p->ix = ix;
	if (ix->kind != COMPRESSION_NONE) {
		r = file_stream_new(ix->fd, 0, ix->file_size, &file, err);
		if (r == 0)
			r = decompress_open(file, ix->kind, &p->stream, err);
		if (r < 0)
			return r;
	}
	r = tar_open_skip(next_block, p->stream ? NULL : skip, p, &p->tar, err);
	if (r < 0)
		return r;
	*ret = TAKE(p);
	return 0;
}

/* Keeps the member's bytes if they look like JSON. */
static int keep(struct archive_index *ix, struct pass *p, struct archive_member *m, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(KEPT_EACH_BYTES);
	struct str piece;
	uint64_t at;
	int r;

	if (m->size > KEPT_EACH_BYTES || ix->kept + m->size > KEPT_TOTAL_BYTES)
		return 0;
	while ((r = tar_data(p->tar, &piece, &at, err)) > 0) {
		struct str start = str_trim(piece);

		if (sb.n == 0 && (start.n == 0 || (start.p[0] != '{' && start.p[0] != '[')))
			return 0;
		strbuf_add(&sb, piece);
	}
	if (r == 0)
		r = strbuf_check(&sb, err);
	if (r < 0 || sb.n != m->size)
		return r;
	ix->kept += sb.n;
	m->kept = arena_str(&ix->arena, strbuf_str(&sb));
	return m->kept.p ? 0 : err_nomem(err);
}

static int add_member(struct archive_index *ix, struct pass *p, const struct tar_entry *e,
		      uint64_t number, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct archive_member *m = arena_alloc(&ix->arena, sizeof *m);
	int r = path_clean(e->path, &sb, NULL, err);

	if (r < 0)
		return err_wrap(err, r, "member %llu", (unsigned long long)number);
	if (!m)
		return err_nomem(err);
	m->type = e->type;
	m->size = e->size;
	m->number = number;
	m->path = arena_str(&ix->arena, strbuf_str(&sb));
	m->link = arena_str(&ix->arena, e->link);
	if (!m->path.p || !m->link.p)
		return err_nomem(err);
	if (ix->kind == COMPRESSION_NONE)
		m->has_offset = tar_data_at(p->tar, &m->offset);
	else if (m->type == TAR_FILE)
		r = keep(ix, p, m, err);
	if (r < 0)
		return r;
	r = map_put(&ix->by_path, m->path, m);
	if (r < 0)
		return err_set(err, (enum err_code) - r,
			       "member %llu: out of memory or over archive_members",
			       (unsigned long long)number);
	return 0;
}

static int index_members(struct archive_index *ix, struct err *err)
{
	CLEANUP(pass_freep) struct pass *p = NULL;
	struct tar_entry e;
	uint64_t number = 0;
	int r = pass_new(ix, &p, err);

	if (r < 0)
		return r;
	while ((r = tar_next(p->tar, &e, err)) > 0) {
		if (++number > LIMIT_ARCHIVE_MEMBERS)
			return err_set(err, ERR_LIMIT, "more members than archive_members (%d)",
				       (int)LIMIT_ARCHIVE_MEMBERS);
		r = add_member(ix, p, &e, number, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int open_file(struct archive_index *ix, const char *path, struct err *err)
{
	char magic[COMPRESSION_MAGIC_BYTES];
	struct stat st;
	ssize_t n;

	ix->fd = fd_open_read(path, err);
	if (ix->fd < 0)
		return ix->fd;
	if (fstat(ix->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_FORMAT, "not a regular file");
	ix->file_size = (uint64_t)st.st_size;
	n = fd_pread_full(ix->fd, magic, sizeof magic, 0, err);
	if (n < 0)
		return (int)n;
	ix->kind = compression_of(str_make(magic, (size_t)n));
	return index_members(ix, err);
}

int archive_index_open(const char *path, struct archive_index **ret, struct err *err)
{
	struct archive_index *ix = calloc(1, sizeof *ix);
	int r;

	if (!ix)
		return err_nomem(err);
	ix->fd = -1;
	arena_init(&ix->arena, LIMIT_ARENA_BYTES);
	map_init(&ix->by_path, LIMIT_ARCHIVE_MEMBERS);
	r = open_file(ix, path, err);
	if (r < 0) {
		archive_index_close(ix);
		return err_wrap(err, r, "%s", path);
	}
	*ret = ix;
	return 0;
}

void archive_index_close(struct archive_index *ix)
{
	if (!ix)
		return;
	map_done(&ix->by_path);
	arena_done(&ix->arena);
	fd_closep(&ix->fd);
	free(ix);
}

/* Where the link of m leads, cleaned: symlinks from their directory, hard links from the root. */
static int link_target(const struct archive_member *m, struct strbuf *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf joined = STRBUF_INIT(2 * LIMIT_PATH_BYTES);

	if (m->type == TAR_SYMLINK && !str_has_prefix(m->link, STR("/"))) {
		strbuf_add(&joined, path_dir(m->path));
		strbuf_addc(&joined, '/');
	}
	strbuf_add(&joined, m->link);
	strbuf_reset(ret);
	return path_clean(strbuf_str(&joined), ret, NULL, err);
}

int archive_find(const struct archive_index *ix, struct str path, const struct archive_member **ret,
		 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r = path_clean(path, &sb, NULL, err);

	for (int hops = 0; r == 0; hops++) {
		const struct archive_member *m = map_get(&ix->by_path, strbuf_str(&sb));

		if (!m)
			return err_set(err, ERR_NOT_FOUND, "no member \"%.*s\" in the archive",
				       STR_FMT(strbuf_str(&sb)));
		if (m->type == TAR_FILE) {
			*ret = m;
			return 0;
		}
		if (m->type != TAR_SYMLINK && m->type != TAR_HARDLINK)
			return err_set(err, ERR_FORMAT, "member \"%.*s\" is not a file",
				       STR_FMT(m->path));
		if (hops == LIMIT_SYMLINK_HOPS)
			return err_set(err, ERR_LIMIT,
				       "member \"%.*s\": more links than "
				       "symlink_hops (%d)",
				       STR_FMT(path), (int)LIMIT_SYMLINK_HOPS);
		r = link_target(m, &sb, err);
	}
	return r;
}

struct str archive_member_path(const struct archive_member *m)
{
	return m->path;
}

uint64_t archive_member_size(const struct archive_member *m)
{
	return m->size;
}

struct member_stream {
	struct stream stream;
	struct pass *pass;
	struct str piece; /* not yet given */
	uint64_t at, size;
};

static ssize_t member_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct member_stream *ms = (struct member_stream *)s;
	uint64_t offset;
	int r;

	while (ms->piece.n == 0) {
		r = tar_data(ms->pass->tar, &ms->piece, &offset, err);
		if (r <= 0)
			return r;
		if (ms->piece.n && offset != ms->at)
			return err_set(err, ERR_UNSUPPORTED, "a member with holes");
	}
	n = n < ms->piece.n ? n : ms->piece.n;
	memcpy(buf, ms->piece.p, n);
	ms->piece = str_skip(ms->piece, n);
	ms->at += n;
	return (ssize_t)n;
}

static void member_close(struct stream *s)
{
	pass_free(((struct member_stream *)s)->pass);
	free(s);
}

static int go_to(struct pass *p, uint64_t number, struct err *err)
{
	struct tar_entry e;
	int r = 1;

	for (uint64_t i = 0; i < number && r > 0; i++)
		r = tar_next(p->tar, &e, err);
	if (r == 0)
		return err_set(err, ERR_FORMAT, "the archive changed while it was read");
	return r < 0 ? r : 0;
}

int archive_stream(const struct archive_index *ix, const struct archive_member *m,
		   struct stream **ret, struct err *err)
{
	struct member_stream *ms;
	int r;

	if (m->has_offset)
		return file_stream_new(ix->fd, m->offset, m->size, ret, err);
	ms = calloc(1, sizeof *ms);
	if (!ms)
		return err_nomem(err);
	ms->stream = (struct stream){member_read, member_close};
	r = pass_new(ix, &ms->pass, err);
	if (r == 0)
		r = go_to(ms->pass, m->number, err);
	if (r < 0) {
		member_close(&ms->stream);
		return r;
	}
	*ret = &ms->stream;
	return 0;
}

int archive_read(const struct archive_index *ix, const struct archive_member *m, struct strbuf *sb,
		 struct err *err)
{
	CLEANUP(stream_closep) struct stream *s = NULL;
	char block[4096];
	ssize_t n;
	int r;

	if (m->kept.p) {
		strbuf_add(sb, m->kept);
		return strbuf_check(sb, err);
	}
	if (m->size > sb->max)
		return err_set(err, ERR_LIMIT, "member \"%.*s\": %llu bytes, more than %zu",
			       STR_FMT(m->path), (unsigned long long)m->size, sb->max);
	r = archive_stream(ix, m, &s, err);
	if (r < 0)
		return r;
	while ((n = stream_read(s, block, sizeof block, err)) > 0)
		strbuf_add_bytes(sb, block, (size_t)n);
	return n < 0 ? (int)n : strbuf_check(sb, err);
}

struct str archive_identity(const struct archive_index *ix, const struct archive_member *m,
			    struct arena *a)
{
	char buf[FILE_IDENTITY_MAX];

	return arena_str(a, file_identity(ix->fd, m->has_offset ? m->offset : m->number, buf));
}
