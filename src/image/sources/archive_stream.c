/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive that passes once: stdin, a packed file, what an engine exports.
 *
 * The manifest may come last, so every member that can be a layer is given away as it comes by;
 * small JSON is kept, and when the end has been reached the image is made of what passed. A root
 * file system is one blob: the stream itself, from its first byte on.
 */
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "base/path.h"
#include "codec/decompress.h"
#include "codec/tar.h"
#include "image/sources/archive.h"

#define BLOCK_BYTES ((size_t)256 << 10)
#define HEX_CHARS   64 /* of a sha256 */

struct passing {
	struct source_request request;
	enum archive_form form;
	int fd;			  /* the stream's file, for identities; -1: none */
	struct head_stream *head; /* NULL: given away, or being walked */
	struct stream *plain;	  /* the walked archive, unpacked */
	struct tar *tar;
	bool ended;
	size_t n_blobs;
	uint64_t n_kept;	      /* bytes */
	char first[TAR_HEADER_BYTES]; /* of the member */
	size_t n_first, first_given;  /* bytes */
	struct str piece;	      /* behind first, not yet given */
	uint64_t at;		      /* end of the piece in the member */
	char block[BLOCK_BYTES];
};

/* One member while it passes; a view of struct passing. */
struct member_stream {
	struct stream stream;
	struct passing *passing;
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct passing *p = context;
	ssize_t n = stream_read(p->plain, p->block, sizeof p->block, err);

	if (n <= 0)
		return (int)n;
	*ret = str_make(p->block, (size_t)n);
	return 1;
}

/* --- the bytes of a member --- */

static int next_piece(struct passing *p, struct err *err)
{
	uint64_t at;
	int r = tar_data(p->tar, &p->piece, &at, err);

	if (r <= 0)
		return r;
	if (p->piece.n && at != p->at)
		return err_set(err, ERR_UNSUPPORTED, "a member with holes");
	p->at += p->piece.n;
	return 1;
}

static int read_first(struct passing *p, struct err *err)
{
	int r = 1;

	p->n_first = p->first_given = 0;
	p->at = 0;
	p->piece = STR_NULL;
	while (r > 0 && p->n_first < sizeof p->first) {
		struct str take;

		r = p->piece.n ? 1 : next_piece(p, err);
		if (r <= 0)
			break;
		take = str_sub(p->piece, 0, sizeof p->first - p->n_first);
		if (take.n)
			memcpy(p->first + p->n_first, take.p, take.n);
		p->n_first += take.n;
		p->piece = str_skip(p->piece, take.n);
	}
	return r < 0 ? r : 0;
}

/* The next run of bytes, at most n; empty at the end. */
static int next_run(struct passing *p, size_t n, struct str *ret, struct err *err)
{
	int r = 1;

	if (p->first_given < p->n_first) {
		*ret = str_sub(str_make(p->first, p->n_first), p->first_given, n);
		p->first_given += ret->n;
		return 0;
	}
	while (r > 0 && p->piece.n == 0)
		r = next_piece(p, err);
	if (r < 0)
		return r;
	*ret = str_sub(p->piece, 0, n);
	p->piece = str_skip(p->piece, ret->n);
	return 0;
}

static ssize_t member_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct passing *p = ((struct member_stream *)s)->passing;
	struct str run = STR_NULL;
	int r = next_run(p, n, &run, err);

	if (r < 0)
		return err_wrap(err, r, "%s", p->request.location);
	if (run.n)
		memcpy(buf, run.p, run.n);
	return (ssize_t)run.n;
}

static void member_close(struct stream *s)
{
	free(s);
}

static int give_member(struct passing *p, struct stream **ret, struct err *err)
{
	struct member_stream *ms = calloc(1, sizeof *ms);

	if (!ms)
		return err_nomem(err);
	ms->stream = (struct stream){member_read, member_close};
	ms->passing = p;
	*ret = &ms->stream;
	return 0;
}

/* Blobs may be JSON that no image needs (attestations); what stands at the root is needed. */
static bool has_room(const struct passing *p, const struct archive_member *m)
{
	bool at_root = path_dir(m->path).n == 0;
	uint64_t room = at_root ? LIMIT_ARCHIVE_KEPT_BYTES : LIMIT_ARCHIVE_KEPT_BYTES / 4 * 3;

	if (!at_root && m->size > LIMIT_ARCHIVE_KEPT_BYTES / 8)
		return false;
	return p->n_kept < room && m->size <= room - p->n_kept;
}

static int keep(struct passing *p, struct archive_index *ix, struct archive_member *m,
		struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_ARCHIVE_KEPT_BYTES);
	struct str run;
	int r;

	if (!has_room(p, m)) {
		m->why = "was not kept: more JSON than archive_kept_bytes";
		return 0;
	}
	do {
		r = next_run(p, BLOCK_BYTES, &run, err);
		if (r == 0)
			strbuf_add(&sb, run);
	} while (r == 0 && run.n);
	if (r == 0)
		r = strbuf_check(&sb, err);
	if (r < 0)
		return r;
	p->n_kept += sb.n;
	return archive_keep(ix, m, strbuf_str(&sb), err);
}

/* --- what a member is --- */

static bool is_json(struct str first)
{
	struct str text = str_trim(first);

	return text.n && (text.p[0] == '{' || text.p[0] == '[') && !tar_is_header(first);
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return s.n == HEX_CHARS;
}

static bool is_layer_name(struct str path)
{
	static const char *const ends[] = {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz"};
	struct str base = path_base(path);

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_has_suffix(base, str_of(ends[i])))
			return true;
	str_pull_prefix(&base, STR("sha256:"));
	return is_hex(base) || str_has_prefix(path, STR("blobs/"));
}

static bool is_zero(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i])
			return false;
	return true;
}

/* By content, or by a name that promises a layer: a broken one must not be passed over. */
static bool may_be_layer(struct str path, struct str first)
{
	return tar_is_header(first) || compression_of(first) != COMPRESSION_NONE ||
	       (first.n == TAR_HEADER_BYTES && is_zero(first)) || is_layer_name(path);
}

/* blobs/sha256/<hex> and <hex>.tar are named by the digest of their bytes. */
static struct str promised_digest(struct source *src, struct str path)
{
	struct str hex = path;

	if (!str_pull_prefix(&hex, STR("blobs/sha256/"))) {
		if (!str_has_suffix(hex, STR(".tar")))
			return STR_NULL;
		hex.n -= 4;
	}
	return is_hex(hex) ? arena_strf(&src->arena, "sha256:%.*s", STR_FMT(hex)) : STR_NULL;
}

static struct str identity_of(struct source *src, int fd, uint64_t number)
{
	char buf[FILE_IDENTITY_MAX];

	return fd < 0 ? STR_NULL : arena_str(&src->arena, file_identity(fd, number, buf));
}

/* --- the walk --- */

static int begin_walk(struct source *src, struct passing *p, struct err *err)
{
	char magic[COMPRESSION_MAGIC_BYTES];
	struct stream *peek = NULL, *all = head_stream_stream(p->head);
	size_t n = 0;
	ssize_t got = 1;
	int r = head_stream_peek(p->head, &peek, err);

	if (r < 0)
		return r;
	while (n < sizeof magic && got > 0) {
		got = stream_read(peek, magic + n, sizeof magic - n, err);
		n += got > 0 ? (size_t)got : 0;
	}
	stream_close(peek);
	if (got < 0)
		return (int)got;
	p->head = NULL; /* decompress_open owns it now, also on error */
	r = decompress_open(all, compression_of(str_make(magic, n)), &p->plain, err);
	if (r == 0)
		r = archive_index_new(&src->members, err);
	return r < 0 ? r : tar_open(next_block, p, &p->tar, err);
}

/* Everything behind the archive's end mark is read too: a checksum of the packing may stand there,
 * and who writes into a pipe wants to get rid of it. */
static int read_rest(struct passing *p, struct err *err)
{
	uint64_t n = 0;
	ssize_t got;

	while ((got = stream_read(p->plain, p->block, sizeof p->block, err)) > 0) {
		n += (uint64_t)got;
		if (n > LIMIT_ARCHIVE_PADDING_BYTES)
			return err_set(err, ERR_LIMIT,
				       "more behind the end of the archive than "
				       "archive_padding_bytes (%d)",
				       (int)LIMIT_ARCHIVE_PADDING_BYTES);
	}
	return (int)got;
}

/* 1: it is given away; 0: it is done with. */
static int take_member(struct source *src, struct passing *p, const struct tar_entry *e,
		       struct source_blob *ret, struct stream **ret_stream, struct err *err)
{
	struct archive_member *m = NULL;
	struct str first;
	int r = archive_add(src->members, e, &m, err);

	if (r < 0 || e->type != TAR_FILE)
		return r;
	r = read_first(p, err);
	if (r < 0)
		return err_wrap(err, r, "member \"%.*s\"", STR_FMT(m->path));
	first = str_make(p->first, p->n_first);
	if (first.n == 0 || is_json(first))
		return keep(p, src->members, m, err);
	if (!may_be_layer(m->path, first)) {
		m->why = "has neither the name nor the content of a layer or a manifest, and "
			 "has passed; read the archive from a plain file";
		return 0;
	}
	r = give_member(p, ret_stream, err);
	if (r < 0)
		return r;
	m->passed = ++p->n_blobs;
	ret->promised = promised_digest(src, m->path);
	ret->identity = m->identity = identity_of(src, p->fd, m->number);
	return 1;
}

static int walk_on(struct source *src, struct passing *p, struct source_blob *ret,
		   struct stream **ret_stream, struct err *err)
{
	struct tar_entry e;
	int r;

	while ((r = tar_next(p->tar, &e, err)) > 0) {
		r = take_member(src, p, &e, ret, ret_stream, err);
		if (r != 0)
			return r;
	}
	p->ended = true;
	return r < 0 ? r : read_rest(p, err);
}

/* Of a file; 0: it is none. */
static uint64_t size_of_file(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

static int give_everything(struct source *src, struct passing *p, struct source_blob *ret,
			   struct stream **ret_stream, struct err *err)
{
	src->layers = arena_array(&src->arena, 1, sizeof *src->layers);
	if (!src->layers)
		return err_nomem(err);
	src->transport = "rootfs";
	src->n_layers = 1;
	src->layers[0].passed = p->n_blobs = 1;
	src->layers[0].identity = identity_of(src, p->fd, 0);
	*ret = (struct source_blob){.identity = src->layers[0].identity,
				    .size = size_of_file(p->fd)};
	*ret_stream = head_stream_stream(p->head);
	p->head = NULL;
	p->ended = true;
	return 1;
}

/* Only now, with the first bytes wanted: whoever reads is in its sandbox. */
static int begin(struct source *src, struct passing *p, struct err *err)
{
	int r = p->form == ARCHIVE_ANY ? archive_kind(p->head, &p->form, err) : 0;

	return r < 0 || p->form == ARCHIVE_ROOTFS ? r : begin_walk(src, p, err);
}

static int next_blob(struct source *src, struct source_blob *ret, struct stream **ret_stream,
		     struct err *err)
{
	struct passing *p = src->data;
	int r = 0;

	if (p->ended)
		return 0;
	*ret = (struct source_blob){0};
	if (p->head)
		r = begin(src, p, err);
	if (r == 0 && p->form == ARCHIVE_ROOTFS)
		return give_everything(src, p, ret, ret_stream, err);
	if (r == 0)
		r = walk_on(src, p, ret, ret_stream, err);
	if (r < 0)
		return err_wrap(err, r, "%s", p->request.location);
	return r > 0 ? r : archive_fill(src, &p->request, p->form, err);
}

static void done(struct source *src)
{
	struct passing *p = src->data;

	tar_close(p->tar);
	stream_close(p->plain);
	if (p->head)
		stream_close(head_stream_stream(p->head));
	free(p);
}

static bool copy_text(struct arena *a, const char **text)
{
	if (*text)
		*text = arena_str(a, str_of(*text)).p;
	else
		return true;
	return *text != NULL;
}

int archive_stream_new(struct stream *in, int fd, const struct source_request *q,
		       enum archive_form form, struct source **ret, struct err *err)
{
	CLEANUP(source_closep) struct source *src = source_new(NULL, q->location);
	struct passing *p = src ? calloc(1, sizeof *p) : NULL;
	int r;

	if (!p) {
		stream_close(in);
		return err_nomem(err);
	}
	src->data = p;
	src->done = done;
	src->next_blob = next_blob;
	p->form = form;
	p->fd = fd;
	p->request = *q;
	r = head_stream_new(in, ARCHIVE_HEAD_BYTES, &p->head, err);
	if (r < 0)
		return r;
	if (!copy_text(&src->arena, &p->request.location) ||
	    !copy_text(&src->arena, &p->request.choice) ||
	    !copy_text(&src->arena, &p->request.platform))
		return err_nomem(err);
	*ret = TAKE(src);
	return 0;
}
