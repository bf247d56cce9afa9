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

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct source *s = context;
	int r = source_fill(s);

	if (r < 0)
		return err_set(err, ERR_IO, "the archive cannot be read on");
	*ret = s->ahead;
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

/* Behind the end mark are zeros; anything else was not looked into. */
static int check_rest(struct source *s, struct err *err)
{
	int r;

	while ((r = source_fill(s)) > 0) {
		for (size_t i = 0; i < s->ahead.n; i++)
			if (s->ahead.p[i])
				return err_set(err, ERR_FORMAT,
					       "tar: more behind its end mark, not looked into");
		s->ahead = str_skip(s->ahead, s->ahead.n);
	}
	return r;
}

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return tar_is_header(head);
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct tar *t = NULL;
	int r = tar_open(next_block, s, &t, err);

	(void)whole;
	if (r == 0)
		r = walk_members(s, t, err);
	tar_close(t);
	return r < 0 ? r : check_rest(s, err);
}

const struct content_format content_format_tar = {
	.id = "tar",
	.is_archive = true,
	.is = is,
	.read = read,
};
