/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Image archive or root file system, by the first members of a tar.
 *
 *     manifest.json, oci-layout, blobs/.., <64 hex>.., layer.tar    an image
 *     layer-1.tar.gz (at the root, by its content)                  an image
 *     usr/, LICENSE (at the root)                                   the next member decides
 *     usr/bin, lib -> usr/lib                                       a root file system
 *
 * An archive that never decides within its head is a root file system: images begin with one of
 * their own names, whatever tool wrote them.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "codec/decompress.h"
#include "codec/tar.h"
#include "image/sources/archive.h"

#define BLOCK_BYTES ((size_t)64 << 10)
#define PLAIN_BYTES ((uint64_t)16 << 20) /* unpacked, looked at */
#define MEMBERS	    1024		 /* looked at */
#define HEX_CHARS   64			 /* of a sha256 */

enum verdict { UNDECIDED, IMAGE, ROOTFS };

struct look {
	struct stream *plain;
	uint64_t n_bytes; /* of plain, read */
	bool cut;	  /* more than PLAIN_BYTES were wanted */
	char block[BLOCK_BYTES];
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct look *l = context;
	ssize_t n;

	l->cut = l->n_bytes >= PLAIN_BYTES;
	if (l->cut)
		return 0;
	n = stream_read(l->plain, l->block, sizeof l->block, err);
	if (n <= 0)
		return (int)n;
	l->n_bytes += (uint64_t)n;
	*ret = str_make(l->block, (size_t)n);
	return 1;
}

/* "<64 hex>", "sha256:<64 hex>", "<64 hex>.json", ... */
static bool is_hash_name(struct str name)
{
	size_t n = 0;

	str_pull_prefix(&name, STR("sha256:"));
	while (n < name.n && n < HEX_CHARS && char_hex(name.p[n]) >= 0)
		n++;
	return n == HEX_CHARS && (name.n == n || name.p[n] == '.');
}

static bool is_image_name(struct str path)
{
	static const char *const names[] = {"manifest.json", "index.json",   "oci-layout",
					    "repositories",  "layer.tar.gz", "layer.tar"};
	struct str top = str_sub(path, 0, str_find_char(path, '/'));
	struct str dir = path_dir(path);
	bool is_layer = str_find_char(dir, '/') == dir.n && str_is(path_base(path), "layer.tar");

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(path, names[i]))
			return true;
	return is_layer || str_is(top, "blobs") || is_hash_name(top);
}

static bool is_layer_content(struct str bytes)
{
	return tar_is_header(bytes) || compression_of(bytes) != COMPRESSION_NONE;
}

/* Only the first piece of the data is looked at: it has a whole block but for odd archives. */
static int judge_file(struct tar *tar, enum verdict *ret, struct err *err)
{
	struct str piece;
	uint64_t at;
	int r = tar_data(tar, &piece, &at, err);

	*ret = r > 0 && is_layer_content(piece) ? IMAGE : UNDECIDED;
	return r < 0 ? r : 0;
}

static int judge(struct tar *tar, const struct tar_entry *e, enum verdict *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r = path_clean(e->path, &sb, NULL, err);
	struct str path = strbuf_str(&sb);

	if (r < 0)
		return r;
	*ret = ROOTFS;
	if (is_image_name(path))
		*ret = IMAGE;
	else if (path.n == 0 || (e->type == TAR_DIR && path_dir(path).n == 0))
		*ret = UNDECIDED;
	else if (e->type == TAR_FILE && path_dir(path).n == 0)
		return judge_file(tar, ret, err);
	return 0;
}

/* *n_members is how many had been read when it was decided, or when an error came. */
static int look_at_members(struct look *l, size_t *n_members, enum verdict *ret, struct err *err)
{
	struct tar *tar = NULL;
	struct tar_entry e;
	int r = tar_open(next_block, l, &tar, err);

	*ret = UNDECIDED;
	for (*n_members = 0; r == 0 && *ret == UNDECIDED && *n_members < MEMBERS;) {
		r = tar_next(tar, &e, err);
		if (r <= 0)
			break;
		++*n_members;
		r = judge(tar, &e, ret, err);
	}
	tar_close(tar);
	return r;
}

static int open_plain(struct head_stream *head, struct stream **ret, struct err *err)
{
	char magic[COMPRESSION_MAGIC_BYTES];
	struct stream *peek = NULL;
	size_t n = 0;
	ssize_t got = 1;
	int r = head_stream_peek(head, &peek, err);

	if (r < 0)
		return r;
	while (n < sizeof magic && got > 0) {
		got = stream_read(peek, magic + n, sizeof magic - n, err);
		n += got > 0 ? (size_t)got : 0;
	}
	stream_close(peek);
	if (got < 0)
		return (int)got;
	if (n == 0)
		return err_set(err, ERR_FORMAT, "empty: no archive came");
	r = head_stream_peek(head, &peek, err);
	if (r == 0)
		r = decompress_open(peek, compression_of(str_make(magic, n)), ret, err);
	return r;
}

int archive_kind(struct head_stream *head, enum archive_form *ret, struct err *err)
{
	CLEANUP(freep) struct look *l = calloc(1, sizeof *l);
	enum verdict verdict = UNDECIDED;
	struct err why = {0};
	size_t n_members = 0;
	int r;

	if (!l)
		return err_nomem(err);
	r = open_plain(head, &l->plain, err);
	if (r < 0)
		return r;
	r = look_at_members(l, &n_members, &verdict, &why);
	stream_close(l->plain);
	/* What is broken further on, or beyond the head, is told by who reads all of it. */
	if (r < 0 && (r != -ERR_FORMAT || n_members == 0) && !l->cut && !head_stream_is_cut(head)) {
		if (err)
			*err = why;
		return err_wrap(err, r, "no archive");
	}
	*ret = verdict == IMAGE ? ARCHIVE_ANY : ARCHIVE_ROOTFS;
	return 0;
}
