/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/tar.h"

#include "base/limits.h"
#include "content/format.h"

/* The data of one member, with the holes of a sparse file as zeros. */
struct member_stream {
	struct stream stream;
	struct tar *tar;
	struct str piece;
	uint64_t at;	   /* offset in the member of the next byte */
	uint64_t piece_at; /* of the piece */
	uint64_t size;
	bool is_ended;
};

/* What the reader was given. */
struct archive_blocks {
	struct source *s;
	struct str last;
	uint64_t n_given; /* bytes, with the last */
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct archive_blocks *b = context;
	struct source *s = b->s;
	int r = source_fill(s);

	if (r < 0)
		return err_set(err, ERR_IO, "the archive cannot be read on");
	*ret = s->ahead;
	b->last = s->ahead;
	b->n_given += s->ahead.n;
	s->ahead = str_skip(s->ahead, s->ahead.n);
	return r;
}

static int next_piece(struct member_stream *m, struct err *err)
{
	int r;

	if (m->piece.n || m->is_ended)
		return 0;
	r = tar_data(m->tar, &m->piece, &m->piece_at, err);
	if (r > 0)
		return 0;
	m->is_ended = true;
	m->piece = STR_NULL;
	m->piece_at = m->size; /* a hole may be at the end */
	return r;
}

static ssize_t read_member(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct member_stream *m = (struct member_stream *)stream;
	int r = next_piece(m, err);

	if (r < 0)
		return r;
	if (m->at < m->piece_at) {
		uint64_t hole = m->piece_at - m->at;

		n = hole < n ? (size_t)hole : n;
		memset(buf, 0, n);
	} else {
		struct str part = str_sub(m->piece, 0, n);

		n = part.n;
		if (n)
			memcpy(buf, part.p, n);
		m->piece = str_skip(m->piece, n);
	}
	m->at += n;
	return (ssize_t)n;
}

static int walk_members(struct source *s, struct tar *t, struct err *err)
{
	struct tar_entry e;
	int r;

	while ((r = tar_next(t, &e, err)) > 0) {
		struct member_stream m = {
			.stream = {.read = read_member}, .tar = t, .size = e.size};

		if (e.type != TAR_FILE && !(e.type == TAR_HARDLINK && e.size))
			continue;
		r = source_walk(s, &(struct member){e.path, "tar", e.size, &m.stream, false});
		if (r < 0)
			return r;
	}
	return r;
}

/* What the reader took and did not use comes again; behind the end mark it is zeros, or more. */
static int walk_rest(struct archive_blocks *b, const struct tar *t)
{
	struct source *s = b->s;
	uint64_t at = 0;

	if (tar_data_at(t, &at) && at <= b->n_given && b->n_given - at <= b->last.n)
		s->ahead = str_skip(b->last, b->last.n - (size_t)(b->n_given - at));
	while (source_fill(s) > 0) {
		if (s->ahead.p[0])
			return source_walk(s, &(struct member){STR("rest"), "tar", UINT64_MAX,
							       &s->stream, false});
		s->ahead = str_skip(s->ahead, 1);
	}
	return 0;
}

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return tar_is_header(head);
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct archive_blocks blocks = {.s = s};
	struct tar *t = NULL;
	int r = tar_open(next_block, &blocks, &t, err);

	(void)whole;
	if (r == 0)
		r = walk_members(s, t, err);
	if (r == 0)
		r = walk_rest(&blocks, t);
	tar_close(t);
	return r;
}

const struct content_format content_format_tar = {
	.id = "tar",
	.is_archive = true,
	.is = is,
	.read = read,
};
