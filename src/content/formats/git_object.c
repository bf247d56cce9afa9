/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A git object in a file of its own: zlib around "blob <size>\0" and the blob. Trees, commits and
 * tags hold no files.
 *
 * Format: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
#include "base/cleanup.h"
#include "codec/inflate.h"
#include "content/format.h"

#define ZLIB_WINDOW 0x78 /* deflate with 32 KiB, which is all that git writes */
#define HEAD_BYTES  32	 /* "commit 18446744073709551615" and a NUL */

struct blob_stream {
	struct stream stream;
	struct source *s;
	struct inflate *inflate;
	struct str first; /* unpacked with the head */
	uint64_t left;	  /* of the size that the head says */
	char bytes[HEAD_BYTES];
};

/* Up to n bytes; 0: the end. */
static ssize_t unpack(struct blob_stream *b, char *p, size_t n, struct err *err)
{
	size_t made = 0;

	while (made == 0 && !inflate_is_done(b->inflate)) {
		int more = source_fill(b->s), r;

		r = inflate_step(b->inflate, &b->s->ahead, p, n, &made, err);
		if (r < 0)
			return err_wrap(err, r, "git object");
		/* it may have taken all and not given all */
		if (more <= 0 && made == 0 && !inflate_is_done(b->inflate))
			return err_set(err, ERR_FORMAT, "git object: cut short");
	}
	return (ssize_t)made;
}

static ssize_t read_blob(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct blob_stream *b = (struct blob_stream *)stream;
	ssize_t got;

	if (b->first.n) {
		struct str piece = str_sub(b->first, 0, n);

		memcpy(buf, piece.p, piece.n);
		b->first = str_skip(b->first, piece.n);
		got = (ssize_t)piece.n;
	} else {
		got = unpack(b, buf, n, err);
	}
	if (got > 0 && (uint64_t)got > b->left)
		return err_set(err, ERR_FORMAT, "git object: longer than its head says");
	if (got == 0 && b->left)
		return err_set(err, ERR_FORMAT, "git object: shorter than its head says");
	b->left -= got > 0 ? (uint64_t)got : 0;
	return got;
}

/* "<kind> <size>\0", which it cuts off. */
static bool pull_head(struct str *bytes, struct str *ret_kind, uint64_t *ret_size)
{
	struct str head, size;

	return str_cut(*bytes, '\0', &head, bytes) && str_cut(head, ' ', ret_kind, &size) &&
	       str_parse_u64(size, ret_size);
}

static bool is_kind(struct str kind)
{
	return str_is(kind, "blob") || str_is(kind, "tree") || str_is(kind, "commit") ||
	       str_is(kind, "tag");
}

static bool is(const struct source *s, struct str head)
{
	CLEANUP(inflate_freep) struct inflate *z = NULL;
	char bytes[HEAD_BYTES];
	struct str in = head, made, kind;
	size_t n = 0;
	uint64_t size;

	(void)s;
	if (head.n < 8 || head.p[0] != ZLIB_WINDOW ||
	    ((unsigned)ZLIB_WINDOW << 8 | (unsigned char)head.p[1]) % 31)
		return false;
	if (inflate_new(&z, NULL) < 0)
		return false; /* the next allocation tells */
	inflate_begin(z, INFLATE_ZLIB);
	if (inflate_step(z, &in, bytes, sizeof bytes, &n, NULL) < 0)
		return false;
	made = str_make(bytes, n);
	return pull_head(&made, &kind, &size) && is_kind(kind);
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return true;
}

/* objects/ab/cdef...: its id is "abcdef..."; anything else is just a blob. */
static struct str id_of(struct str path, char buf[64])
{
	struct str dir, rest;

	if (!str_rcut(path, '/', &dir, &rest) || (rest.n != 38 && rest.n != 62) || dir.n < 2)
		return STR("blob");
	dir = str_skip(dir, dir.n - 2);
	if (!is_hex(dir) || !is_hex(rest))
		return STR("blob");
	memcpy(buf, dir.p, 2);
	memcpy(buf + 2, rest.p, rest.n);
	return str_make(buf, rest.n + 2);
}

static int read(struct source *s, struct str whole, struct err *err)
{
	CLEANUP(inflate_freep) struct inflate *z = NULL;
	struct blob_stream b = {.stream = {.read = read_blob}, .s = s};
	struct member m = {.container = "git object", .in = &b.stream};
	char id[64];
	struct str kind;
	size_t n = 0;
	int r = inflate_new(&z, err);

	(void)whole;
	if (r < 0)
		return r;
	b.inflate = z;
	inflate_begin(z, INFLATE_ZLIB);
	while (n < sizeof b.bytes && !inflate_is_done(z)) {
		ssize_t got = unpack(&b, b.bytes + n, sizeof b.bytes - n, err);

		if (got < 0)
			return (int)got;
		n += (size_t)got;
	}
	b.first = str_make(b.bytes, n);
	if (!pull_head(&b.first, &kind, &m.size))
		return err_set(err, ERR_FORMAT, "git object: no head");
	if (!str_is(kind, "blob"))
		return 0;
	b.left = m.size;
	m.name = id_of(source_name(s), id);
	return source_walk(s, &m);
}

const struct content_format content_format_git_object = {
	.id = "git object",
	.is = is,
	.read = read,
};
