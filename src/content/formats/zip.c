/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zip and what is one: jar, whl, apk, docx. One that fits into memory is read by its directory, as
 * those who use it do, and then what the directory does not name; any other front to back.
 *
 *     local header   OFFSET SIZE  DESCRIPTION (little-endian)
 *                         0    4  signature PK\3\4
 *                         4    2  version
 *                         6    2  flags; bit 0: encrypted, bit 3: sizes come behind the data
 *                         8    2  method
 *                        10    4  time
 *                        14    4  CRC-32 of the data
 *                        18    4  bytes packed; ffffffff: in the ZIP64 extra field
 *                        22    4  bytes unpacked, the same
 *                        26    2  bytes of the name, 28 of the extra field
 *                        30       name, extra field, data
 *
 * Format: APPNOTE.TXT 6.3.10. What is behind the data is not measured: the next signature is looked
 * for.
 */
#include "codec/zip.h"

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "base/vec.h"
#include "codec/checksum.h"
#include "codec/decompress.h"
#include "codec/inflate.h"
#include "content/format.h"

enum {
	LOCAL_SIZE = 30,
	SIGNATURE_SIZE = 4,
	LOCAL_MAGIC = 0x04034b50,
	ENTRY_MAGIC = 0x02014b50,
	END_MAGIC = 0x06054b50,
	END64_MAGIC = 0x06064b50,
	METHOD_STORED = 0,
	METHOD_DEFLATE = 8,
	METHOD_BZIP2 = 12,
	METHOD_ZSTD = 93,
	METHOD_XZ = 95,
	FLAG_ENCRYPTED = 1,
	FLAG_SIZES_BEHIND = 8,
	EXTRA_ZIP64 = 1,
	EXTRA_MAX = 65535,
	WINDOW_BYTES = 8 << 20, /* of a method with a window */
};

#define LOCAL_SIGNATURE STR("PK\3\4")
#define HIDDEN		"zip, not in its directory"

static enum compression compression_of_method(unsigned method)
{
	switch (method) {
	case METHOD_BZIP2:
		return COMPRESSION_BZIP2;
	case METHOD_ZSTD:
		return COMPRESSION_ZSTD;
	case METHOD_XZ:
		return COMPRESSION_XZ;
	default:
		return COMPRESSION_NONE;
	}
}

static int tell_encrypted(struct source *s, struct str name)
{
	struct err what = {0};

	(void)err_set(&what, ERR_UNSUPPORTED, "zip: encrypted");
	return source_problem_of(s, name, &what);
}

static int tell_method(struct source *s, struct str name, unsigned method)
{
	struct err what = {0};

	(void)err_set(&what, ERR_UNSUPPORTED, "zip: packed by method %u, which is not read",
		      method);
	return source_problem_of(s, name, &what);
}

/* A member whose method is a format of its own, out of a stream of its packed bytes. */
static int walk_packed(struct source *s, struct member *m, struct stream *packed, unsigned method)
{
	CLEANUP(stream_closep) struct stream *plain = NULL;
	struct err what = {0};
	int r = decompress_open_within(packed, compression_of_method(method), WINDOW_BYTES, &plain,
				       &what);

	if (r < 0)
		return source_problem_of(s, m->name, &what);
	m->in = plain;
	return source_walk(s, m);
}

/* By the directory. */

struct range {
	uint64_t start, end;
};

struct zip_member {
	struct stream stream;
	struct zip *zip;
};

static ssize_t read_member(struct stream *stream, void *buf, size_t n, struct err *err)
{
	return zip_read(((struct zip_member *)stream)->zip, buf, n, err);
}

static int walk_entry(struct source *s, struct str whole, struct zip *z, const struct zip_entry *e,
		      uint64_t data_at)
{
	struct zip_member zm = {.stream = {.read = read_member}, .zip = z};
	struct member m = {e->path, "zip", e->size, &zm.stream, false};
	struct memory_stream packed;

	if (e->encrypted)
		return tell_encrypted(s, e->path);
	if (e->method == METHOD_STORED || e->method == METHOD_DEFLATE)
		return source_walk(s, &m);
	if (compression_of_method(e->method) == COMPRESSION_NONE)
		return tell_method(s, e->path, e->method);
	packed = memory_stream_make(str_sub(whole, (size_t)data_at, (size_t)e->packed));
	return walk_packed(s, &m, &packed.stream, e->method);
}

/* 1: its bytes are its own; 0: they are told not to be, or nowhere. */
static int find_entry(struct source *s, struct str whole, struct zip *z, const struct zip_entry *e,
		      struct vec *ranges, uint64_t *used, uint64_t *ret_at, struct err *err)
{
	struct err what = {0};
	struct range *range;
	int r = zip_data_at(z, ret_at, &what);

	if (r == 0 && (*ret_at > whole.n || e->packed > whole.n - *ret_at))
		r = err_set(&what, ERR_FORMAT, "zip: data outside of the archive");
	if (r < 0)
		return source_problem_of(s, e->path, &what);
	*used += *ret_at + e->packed - e->header_at;
	if (*used > whole.n)
		return err_set(err, ERR_LIMIT, "zip: members overlap, as in a bomb");
	range = vec_push(ranges);
	if (range)
		*range = (struct range){e->header_at, *ret_at + e->packed};
	return 1;
}

/* Returns 1 when the directory ended in an error, which is in err. */
static int walk_directory(struct source *s, struct str whole, struct zip *z, struct vec *ranges,
			  struct err *err)
{
	struct zip_entry e;
	uint64_t used = 0, at = 0;
	int r;

	while ((r = zip_next(z, &e, err)) > 0) {
		r = find_entry(s, whole, z, &e, ranges, &used, &at, err);
		if (r > 0 && (e.is_file || e.packed))
			r = walk_entry(s, whole, z, &e, at);
		if (r < 0)
			return r;
	}
	return r < 0;
}

/* Front to back. */

struct local {
	unsigned flags, method;
	uint32_t crc;
	uint64_t packed, size;
	struct strbuf name;
};

static bool is_signature(uint32_t v)
{
	return v == LOCAL_MAGIC || v == ENTRY_MAGIC || v == END_MAGIC || v == END64_MAGIC;
}

/* Passes over all that is before the next signature of a zip archive, and over that; 0: no more. */
static uint32_t next_signature(struct source *s)
{
	uint32_t last = 0;

	while (source_fill(s) > 0) {
		for (size_t i = 0; i < s->ahead.n; i++) {
			last = last >> 8 | (uint32_t)(unsigned char)s->ahead.p[i] << 24;
			if (!is_signature(last))
				continue;
			s->ahead = str_skip(s->ahead, i + 1);
			return last;
		}
		s->ahead = str_skip(s->ahead, s->ahead.n);
	}
	return 0;
}

static void read_zip64(struct local *l, struct str extra)
{
	struct cursor c = cursor_make(extra);

	while (cursor_left(&c) >= 4) {
		unsigned id = cursor_u16le(&c);
		struct cursor field = cursor_make(cursor_take(&c, cursor_u16le(&c)));

		if (id != EXTRA_ZIP64)
			continue;
		if (l->size == UINT32_MAX)
			l->size = cursor_u64le(&field);
		if (l->packed == UINT32_MAX)
			l->packed = cursor_u64le(&field);
	}
}

/* What is behind the signature of a local header; false: cut short. */
static bool read_local(struct source *s, struct local *l)
{
	char bytes[LOCAL_SIZE - SIGNATURE_SIZE];
	CLEANUP(freep) char *extra = NULL;
	struct cursor c = cursor_make(str_make(bytes, sizeof bytes));
	size_t n_name, n_extra;
	char *name;

	if (source_take(s, bytes, sizeof bytes) < sizeof bytes)
		return false;
	(void)cursor_u16le(&c); /* version */
	l->flags = cursor_u16le(&c);
	l->method = cursor_u16le(&c);
	(void)cursor_u32le(&c); /* time */
	l->crc = cursor_u32le(&c);
	l->packed = cursor_u32le(&c);
	l->size = cursor_u32le(&c);
	n_name = cursor_u16le(&c);
	n_extra = cursor_u16le(&c);
	strbuf_reset(&l->name);
	name = strbuf_reserve(&l->name, n_name + 1);
	extra = malloc(n_extra + 1);
	if (!name || !extra || source_take(s, name, n_name) < n_name ||
	    source_take(s, extra, n_extra) < n_extra)
		return false;
	strbuf_commit(&l->name, n_name);
	read_zip64(l, str_make(extra, n_extra));
	return true;
}

/* The data of one member: exactly n packed bytes, or as many as its deflate stream has. */
struct local_stream {
	struct stream stream;
	struct source *s;
	struct inflate *inflate; /* NULL: stored */
	uint64_t left;		 /* packed bytes; UINT64_MAX: not known */
	bool has_crc;
	uint32_t crc, want;
};

static struct str packed_ahead(const struct local_stream *l)
{
	return str_sub(l->s->ahead, 0, l->left > SIZE_MAX ? SIZE_MAX : (size_t)l->left);
}

static void packed_taken(struct local_stream *l, size_t n)
{
	l->s->ahead = str_skip(l->s->ahead, n);
	if (l->left != UINT64_MAX)
		l->left -= n;
}

static ssize_t read_stored(struct local_stream *l, void *buf, size_t n, struct err *err)
{
	struct str piece;
	int r = l->left ? source_fill(l->s) : 0;

	if (l->left && r <= 0)
		return err_set(err, ERR_FORMAT, "zip: cut short");
	piece = str_sub(packed_ahead(l), 0, n);
	if (piece.n)
		memcpy(buf, piece.p, piece.n);
	packed_taken(l, piece.n);
	return (ssize_t)piece.n;
}

/* What it took too many of comes again. */
static void finish_deflated(struct local_stream *l)
{
	size_t n = inflate_ahead(l->inflate);

	if (l->s->ahead.p)
		source_back(l->s, n);
	if (l->left != UINT64_MAX)
		l->left += n;
}

static ssize_t read_deflated(struct local_stream *l, void *buf, size_t n, struct err *err)
{
	size_t made = 0;

	while (made == 0 && !inflate_is_done(l->inflate)) {
		struct str in, rest;
		int more = l->left ? source_fill(l->s) : 0, r;

		in = rest = packed_ahead(l);
		r = inflate_step(l->inflate, &rest, buf, n, &made, err);
		packed_taken(l, in.n - rest.n);
		if (r < 0)
			return err_wrap(err, r, "zip");
		/* it may have taken all and not given all */
		if (more <= 0 && made == 0 && !inflate_is_done(l->inflate))
			return err_set(err, ERR_FORMAT, "zip: data is cut short");
		if (inflate_is_done(l->inflate))
			finish_deflated(l);
	}
	return (ssize_t)made;
}

static ssize_t read_local_data(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct local_stream *l = (struct local_stream *)stream;
	ssize_t got = l->inflate ? read_deflated(l, buf, n, err) : read_stored(l, buf, n, err);

	if (got > 0)
		l->crc = checksum_crc32(l->crc, str_make(buf, (size_t)got));
	if (got == 0 && n && l->has_crc && l->crc != l->want)
		return err_set(err, ERR_FORMAT, "zip: data does not match its checksum");
	return got;
}

static void close_nothing(struct stream *stream)
{
	(void)stream; /* lives where it is read */
}

static void skip_packed(struct local_stream *l)
{
	while (l->left && source_fill(l->s) > 0)
		packed_taken(l, packed_ahead(l).n);
}

static int walk_local_data(struct source *s, struct local *l, struct inflate *z,
			   const char *container)
{
	struct local_stream data = {.stream = {read_local_data, close_nothing}, .s = s};
	struct str name = strbuf_str(&l->name);
	struct member m = {name, container, l->size, &data.stream, false};
	bool is_open_ended = l->flags & FLAG_SIZES_BEHIND && l->packed == 0;
	struct err what = {0};
	int r;

	data.left = is_open_ended ? UINT64_MAX : l->packed;
	data.has_crc = !(l->flags & FLAG_SIZES_BEHIND);
	data.want = l->crc;
	m.size = l->flags & FLAG_SIZES_BEHIND ? UINT64_MAX : l->size;
	if (is_open_ended && (l->method != METHOD_DEFLATE || l->flags & FLAG_ENCRYPTED)) {
		(void)err_set(&what, ERR_UNSUPPORTED,
			      "zip: its end is not known before the directory");
		return source_problem_of(s, name, &what);
	}
	if (l->flags & FLAG_ENCRYPTED) {
		r = tell_encrypted(s, name);
		if (r == 0)
			skip_packed(&data);
	} else if (l->method == METHOD_DEFLATE) {
		inflate_begin(z, INFLATE_RAW);
		data.inflate = z;
		r = source_walk(s, &m);
		data.inflate = NULL;
	} else if (l->method == METHOD_STORED) {
		r = source_walk(s, &m);
	} else if (compression_of_method(l->method) != COMPRESSION_NONE) {
		data.has_crc = false; /* it is that of the unpacked bytes */
		r = walk_packed(s, &m, &data.stream, l->method);
	} else {
		r = tell_method(s, name, l->method);
	}
	/* a deflate stream says itself where it ends; what is between that and l->packed is looked
	 * at */
	if (r == 0 && l->method != METHOD_DEFLATE)
		skip_packed(&data);
	return r;
}

static int walk_locals(struct source *s, const char *container, struct err *err)
{
	CLEANUP(inflate_freep) struct inflate *z = NULL;
	struct local l = {.name = STRBUF_INIT(EXTRA_MAX + 1)};
	uint64_t n_locals = 0, n_entries = 0;
	uint32_t signature;
	int r = inflate_new(&z, err);

	while (r == 0 && (signature = next_signature(s)) != 0 && signature != END_MAGIC) {
		n_entries += signature == ENTRY_MAGIC;
		if (signature != LOCAL_MAGIC)
			continue;
		n_locals++;
		if (!read_local(s, &l))
			r = err_set(err, ERR_FORMAT, "zip: cut short");
		else if (l.name.n && (l.name.p[l.name.n - 1] != '/' || l.packed))
			r = walk_local_data(s, &l, z, container);
	}
	strbuf_done(&l.name);
	if (r == 0 && n_entries > n_locals)
		r = err_set(err, ERR_FORMAT,
			    "zip: its directory lists %llu members, only %llu came by",
			    (unsigned long long)n_entries, (unsigned long long)n_locals);
	return r;
}

/* What the directory does not name can still be read by who knows of it. */

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static int walk_gap(struct source *s, struct str gap, struct err *err)
{
	size_t at = str_find(gap, LOCAL_SIGNATURE);
	int r;

	if (at == gap.n)
		return 0;
	s->ahead = str_skip(gap, at);
	r = walk_locals(s, HIDDEN, err);
	s->ahead = str_skip(gap, gap.n);
	return r;
}

static int walk_gaps(struct source *s, struct str whole, struct vec *ranges, struct err *err)
{
	uint64_t end = 0;
	int r = 0;

	vec_sort(ranges, by_start);
	for (size_t i = 0; i <= ranges->n && r == 0; i++) {
		const struct range *range = vec_at(ranges, i);
		uint64_t start = range ? range->start : whole.n;

		if (start > end && start - end >= LOCAL_SIZE)
			r = walk_gap(s, str_sub(whole, (size_t)end, (size_t)(start - end)), err);
		if (range && range->end > end)
			end = range->end;
	}
	return r;
}

static bool is(const struct source *s, struct str head)
{
	(void)s;
	/* a program for an interpreter may have its archive behind the first line */
	return str_has_prefix(head, LOCAL_SIGNATURE) ||
	       (str_has_prefix(head, STR("#!")) && str_find(head, LOCAL_SIGNATURE) < head.n);
}

static int read_whole(struct source *s, struct str whole, struct zip *z, struct err *err)
{
	struct vec ranges = VEC_INIT(struct range, LIMIT_CONTENT_MEMBERS);
	struct err why = {0};
	int broken = walk_directory(s, whole, z, &ranges, &why);
	int r = broken < 0 ? broken : walk_gaps(s, whole, &ranges, err);

	vec_done(&ranges);
	if (broken == 0 || (broken > 0 && r < 0))
		return r;
	*err = why;
	return broken < 0 ? broken : -(int)why.code;
}

/* Whether its directory says where its first member is. */
static bool fits(struct str archive)
{
	CLEANUP(zip_closep) struct zip *z = NULL;
	struct zip_entry e;
	uint64_t at;

	return zip_open_bytes(archive, &z, NULL) == 0 && zip_next(z, &e, NULL) > 0 &&
	       zip_data_at(z, &at, NULL) == 0;
}

static int read(struct source *s, struct str whole, struct err *err)
{
	CLEANUP(zip_closep) struct zip *z = NULL;
	struct str archive;
	struct err why = {0};
	int r;

	if (whole.n == 0)
		return walk_locals(s, "zip", err);
	/* an archive that was put behind a first line may not count that */
	archive = str_skip(whole, str_find(whole, LOCAL_SIGNATURE));
	if (archive.n < whole.n && fits(archive))
		whole = archive;
	r = zip_open_bytes(whole, &z, &why);
	if (r == 0)
		return read_whole(s, whole, z, err);
	r = source_problem(s, &why);
	s->ahead = whole;
	return r < 0 ? r : walk_locals(s, "zip", err);
}

const struct content_format content_format_zip = {
	.id = "zip",
	.memory = 1,
	.reads_both = true,
	.is = is,
	.read = read,
};
