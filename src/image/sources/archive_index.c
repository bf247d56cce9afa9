/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sources/archive_index.h"

#include "base/fd.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/memory_stream.h"
#include "base/path.h"

#define BLOCK_BYTES ((size_t)64 << 10)

struct archive_index {
	struct arena arena;
	struct map by_path;
	int fd; /* -1: a stream's */
	uint64_t file_size;
	uint64_t n_members;
};

/* The walk over a plain archive; at is where the next block begins. */
struct walk {
	const struct archive_index *ix;
	uint64_t at;
	char block[BLOCK_BYTES];
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct walk *w = context;
	ssize_t n = fd_pread_full(w->ix->fd, w->block, sizeof w->block, (off_t)w->at, err);

	if (n <= 0)
		return (int)n;
	w->at += (uint64_t)n;
	*ret = str_make(w->block, (size_t)n);
	return 1;
}

static uint64_t skip(void *context, uint64_t n)
{
	struct walk *w = context;
	uint64_t left = w->at < w->ix->file_size ? w->ix->file_size - w->at : 0;

	n = n < left ? n : left;
	w->at += n;
	return n;
}

static int fill_member(struct archive_index *ix, const struct tar_entry *e,
		       struct archive_member *m, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r = path_clean(e->path, &sb, NULL, err);

	if (r < 0)
		return err_wrap(err, r, "member %llu", (unsigned long long)ix->n_members);
	m->type = e->type;
	m->size = e->size;
	m->number = ix->n_members;
	m->path = arena_str(&ix->arena, strbuf_str(&sb));
	m->link = arena_str(&ix->arena, e->link);
	return m->path.p && m->link.p ? 0 : err_nomem(err);
}

int archive_add(struct archive_index *ix, const struct tar_entry *e, struct archive_member **ret,
		struct err *err)
{
	struct archive_member *m = arena_alloc(&ix->arena, sizeof *m);
	int r;

	if (!m)
		return err_nomem(err);
	if (++ix->n_members > LIMIT_ARCHIVE_MEMBERS)
		return err_set(err, ERR_LIMIT, "more members than archive_members (%d)",
			       (int)LIMIT_ARCHIVE_MEMBERS);
	r = fill_member(ix, e, m, err);
	if (r < 0)
		return r;
	if (map_put(&ix->by_path, m->path, m) < 0)
		return err_nomem(err);
	*ret = m;
	return 0;
}

int archive_keep(struct archive_index *ix, struct archive_member *m, struct str bytes,
		 struct err *err)
{
	m->kept = arena_str(&ix->arena, bytes);
	return m->kept.p ? 0 : err_nomem(err);
}

static int add_all(struct archive_index *ix, struct tar *tar, struct err *err)
{
	struct archive_member *m;
	struct tar_entry e;
	int r;

	while ((r = tar_next(tar, &e, err)) > 0) {
		r = archive_add(ix, &e, &m, err);
		if (r < 0)
			return r;
		m->has_offset = tar_data_at(tar, &m->offset);
	}
	return r;
}

static int index_members(struct archive_index *ix, struct err *err)
{
	CLEANUP(freep) struct walk *w = calloc(1, sizeof *w);
	struct tar *tar = NULL;
	int r;

	if (!w)
		return err_nomem(err);
	w->ix = ix;
	r = tar_open_skip(next_block, skip, w, &tar, err);
	if (r == 0)
		r = add_all(ix, tar, err);
	tar_close(tar);
	return r;
}

int archive_index_new(struct archive_index **ret, struct err *err)
{
	struct archive_index *ix = calloc(1, sizeof *ix);

	if (!ix)
		return err_nomem(err);
	ix->fd = -1;
	arena_init(&ix->arena, LIMIT_ARENA_BYTES);
	map_init(&ix->by_path, LIMIT_ARCHIVE_MEMBERS);
	*ret = ix;
	return 0;
}

int archive_index_open(int fd, uint64_t size, struct archive_index **ret, struct err *err)
{
	struct archive_index *ix = NULL;
	int r = archive_index_new(&ix, err);

	if (r < 0) {
		fd_closep(&fd);
		return r;
	}
	ix->fd = fd;
	ix->file_size = size;
	r = index_members(ix, err);
	if (r < 0) {
		archive_index_close(ix);
		return r;
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

bool archive_has(const struct archive_index *ix, struct str path)
{
	const struct archive_member *m = NULL;

	return archive_find(ix, path, &m, NULL) == 0;
}

int archive_stream(const struct archive_index *ix, const struct archive_member *m,
		   struct stream **ret, struct err *err)
{
	if (m->kept.p)
		return memory_stream_new(m->kept, ret, err);
	if (m->has_offset)
		return file_stream_new(ix->fd, m->offset, m->size, ret, err);
	return err_set(err, ERR_UNSUPPORTED, "member \"%.*s\" %s", STR_FMT(m->path),
		       ix->fd >= 0 ? "has holes"
		       : m->passed ? "is no JSON"
				   : m->why);
}

int archive_read(const struct archive_index *ix, const struct archive_member *m, struct strbuf *sb,
		 struct err *err)
{
	CLEANUP(stream_closep) struct stream *s = NULL;
	char block[4096];
	ssize_t n;
	int r;

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

	if (ix->fd < 0 || !m->has_offset)
		return m->identity;
	return arena_str(a, file_identity(ix->fd, m->offset, buf));
}
