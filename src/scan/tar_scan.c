/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/tar_scan.h"

#include "base/limits.h"

static struct tree_entry tree_entry_of(const struct tar_entry *e)
{
	static const enum node_type types[] = {
		[TAR_FILE] = NODE_FILE,	      [TAR_DIR] = NODE_DIR,
		[TAR_SYMLINK] = NODE_SYMLINK, [TAR_HARDLINK] = NODE_HARDLINK,
		[TAR_CHAR] = NODE_DEVICE,     [TAR_BLOCK] = NODE_DEVICE,
		[TAR_FIFO] = NODE_FIFO,
	};

	return (struct tree_entry){
		.path = e->path,
		.link = e->link,
		.type = types[e->type],
		.size = e->size,
		.mode = e->mode,
		.uid = e->uid,
		.gid = e->gid,
		.capabilities = e->capabilities,
	};
}

/* The data of one entry as a stream; what is captured of it is copied on the way. */
struct entry_stream {
	struct stream stream;
	struct tar *tar;
	struct capture *capture; /* NULL: nothing */
	struct str piece;	 /* what is left of it */
	uint64_t hole;		 /* zeros before the piece */
	uint64_t at;		 /* behind the last piece */
	uint64_t n_holes;	 /* zeros given in all */
};

static int next_piece(struct entry_stream *s, struct err *err)
{
	uint64_t offset;
	int r = tar_data(s->tar, &s->piece, &offset, err);

	if (r <= 0)
		return r;
	if (s->capture && !analysis_capture_data(s->capture, s->piece, offset))
		s->capture = NULL;
	s->hole = offset > s->at ? offset - s->at : 0;
	if (s->hole > LIMIT_HOLE_BYTES - s->n_holes)
		s->hole = LIMIT_HOLE_BYTES - s->n_holes;
	s->n_holes += s->hole;
	s->at = offset + s->piece.n;
	return 1;
}

static ssize_t entry_stream_read(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct entry_stream *s = (struct entry_stream *)stream;
	struct str part;

	while (s->hole == 0 && s->piece.n == 0) {
		int r = next_piece(s, err);

		if (r <= 0)
			return r;
	}
	if (s->hole) {
		n = n < s->hole ? n : (size_t)s->hole;
		memset(buf, 0, n);
		s->hole -= n;
		return (ssize_t)n;
	}
	part = str_sub(s->piece, 0, n);
	memcpy(buf, part.p, part.n);
	s->piece = str_skip(s->piece, part.n);
	return (ssize_t)part.n;
}

static void entry_stream_close(struct stream *stream)
{
	(void)stream; /* it owns nothing */
}

static int read_content(struct tar *tar, struct analysis *a, const struct tree_entry *e,
			struct capture *capture, struct err *err)
{
	struct entry_stream s = {
		.stream = {entry_stream_read, entry_stream_close}, .tar = tar, .capture = capture};

	return analysis_content(a, e, &s.stream, err);
}

static int read_entry(struct tar *tar, struct analysis *a, const struct tar_entry *te,
		      struct err *err)
{
	struct tree_entry e = tree_entry_of(te);
	struct capture *capture;
	struct str piece;
	uint64_t offset;
	bool more = true;
	int r = analysis_entry(a, &e, &capture, err);

	if (r == 0 && analysis_wants_content(a))
		return read_content(tar, a, &e, capture, err);
	if (r < 0 || !capture)
		return r;
	while (more && (r = tar_data(tar, &piece, &offset, err)) > 0)
		more = analysis_capture_data(capture, piece, offset);
	return r < 0 ? r : 0;
}

static void tell(struct analysis *a, struct str path, enum err_code code, const char *what)
{
	struct err odd = {0};

	err_set(&odd, code, "%s", what);
	analysis_problem(a, "tar", str_sub(path, 0, 4096), &odd);
}

static bool is_fatal(const struct err *e)
{
	return e->code == ERR_NOMEM || e->code == ERR_CANCELED || e->code == ERR_IO;
}

int tar_scan(tar_block_fn *next_block, void *context, struct analysis *a, bool *ret_complete,
	     struct err *err)
{
	struct tar *tar = NULL;
	struct tar_entry entry;
	struct err problem = {0};
	int r = tar_open(next_block, context, &tar, &problem);

	while (r >= 0 && (r = tar_next(tar, &entry, &problem)) > 0) {
		if (entry.warning)
			tell(a, entry.path, ERR_FORMAT, entry.warning);
		if (entry.type == TAR_OTHER)
			tell(a, entry.path, ERR_UNSUPPORTED, "entry of an unknown type left out");
		else
			r = read_entry(tar, a, &entry, &problem);
	}
	tar_close(tar);
	if (r < 0 && is_fatal(&problem)) {
		if (err)
			*err = problem;
		return r;
	}
	if (r < 0)
		analysis_problem(a, "layer", STR_NULL, &problem);
	*ret_complete = r >= 0;
	return 0;
}
