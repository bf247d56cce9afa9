/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     end record          OFFSET SIZE  DESCRIPTION (all little-endian)
 *     (last in the file)       0    4  signature PK\5\6
 *                              4    2  number of this part, 0
 *                             10    2  members; ffff: see the ZIP64 end record
 *                             12    4  bytes of the central directory
 *                             16    4  offset of the central directory
 *                             20    2  bytes of a comment behind it
 *     ZIP64 locator            0    4  signature PK\6\7, right before the end record
 *                              8    8  offset of the ZIP64 end record
 *     ZIP64 end record         0    4  signature PK\6\6
 *                             32    8  members
 *                             40    8  bytes of the central directory
 *                             48    8  offset of the central directory
 *     central entry            0    4  signature PK\1\2
 *                              8    2  flags; bit 0: encrypted
 *                             10    2  method: 0 stored, 8 deflate
 *                             16    4  CRC-32 of the data
 *                             20    4  bytes packed; ffffffff: in the ZIP64 extra field
 *                             24    4  bytes unpacked, the same
 *                             28    2  bytes of the name, 30 of the extra field, 32 of the comment
 *                             42    4  offset of the local header, the same
 *                             46       name, extra field, comment
 *     local header             0    4  signature PK\3\4
 *                             26    2  bytes of the name, 28 of the extra field
 *                             30       name, extra field, data
 */
#include "codec/zip.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <sys/stat.h>

#include "base/cursor.h"
#include "base/fd.h"
#include "base/limits.h"

enum {
	END_SIZE = 22,
	COMMENT_MAX = 65535,
	LOCATOR_SIZE = 20,
	END64_SIZE = 56,
	ENTRY_SIZE = 46,
	LOCAL_SIZE = 30,
	END_MAGIC = 0x06054b50,
	LOCATOR_MAGIC = 0x07064b50,
	END64_MAGIC = 0x06064b50,
	ENTRY_MAGIC = 0x02014b50,
	LOCAL_MAGIC = 0x04034b50,
	METHOD_STORED = 0,
	METHOD_DEFLATE = 8,
	FLAG_ENCRYPTED = 1,
	EXTRA_ZIP64 = 1,
	INPUT_BYTES = 65536,
};

struct zip {
	int fd; /* -1: the archive is in memory */
	struct str bytes;
	uint64_t file_size;
	char *directory;
	struct cursor at; /* in the directory */
	uint64_t n_left;  /* entries */
	/* The member at hand. */
	struct str path;
	unsigned flags, method;
	uint32_t crc, crc_so_far;
	uint64_t packed, size, header_at;
	uint64_t data_at, packed_left, size_left;
	bool begun, broken;
	struct inflate_state inflate;
	char input[INPUT_BYTES];
};

static int read_at(const struct zip *z, void *p, size_t n, uint64_t at, struct err *err)
{
	struct str part =
		z->fd < 0 && at <= z->bytes.n ? str_sub(z->bytes, (size_t)at, n) : STR_NULL;
	ssize_t got = (ssize_t)part.n;

	if (part.n)
		memcpy(p, part.p, part.n);
	else if (z->fd >= 0)
		got = at > INT64_MAX ? 0 : fd_pread_full(z->fd, p, n, (off_t)at, err);
	if (got < 0)
		return (int)got;
	if ((size_t)got < n)
		return err_set(err, ERR_FORMAT, "zip: offset %llu: cut short",
			       (unsigned long long)at);
	return 0;
}

/* Where the end record starts in the tail of the file; tail.n when there is none. */
static size_t find_end(struct str tail)
{
	for (size_t i = tail.n; i-- > 0;) {
		struct cursor c = cursor_make(str_skip(tail, i));

		if (cursor_u32le(&c) != END_MAGIC || c.failed)
			continue;
		cursor_seek(&c, 20);
		if (cursor_u16le(&c) <= cursor_left(&c) && !c.failed)
			return i;
	}
	return tail.n;
}

struct directory {
	uint64_t n, size, offset;
};

static int read_end64(const struct zip *z, uint64_t end_at, struct directory *d, struct err *err)
{
	char bytes[END64_SIZE];
	struct cursor c;
	int r;

	if (end_at < LOCATOR_SIZE)
		return err_set(err, ERR_FORMAT, "zip: no ZIP64 end record");
	r = read_at(z, bytes, LOCATOR_SIZE, end_at - LOCATOR_SIZE, err);
	if (r < 0)
		return r;
	c = cursor_make(str_make(bytes, LOCATOR_SIZE));
	if (cursor_u32le(&c) != LOCATOR_MAGIC)
		return err_set(err, ERR_FORMAT, "zip: no ZIP64 end record");
	cursor_seek(&c, 8);
	r = read_at(z, bytes, END64_SIZE, cursor_u64le(&c), err);
	if (r < 0)
		return r;
	c = cursor_make(str_make(bytes, END64_SIZE));
	if (cursor_u32le(&c) != END64_MAGIC)
		return err_set(err, ERR_FORMAT, "zip: no ZIP64 end record");
	cursor_seek(&c, 32);
	d->n = cursor_u64le(&c);
	d->size = cursor_u64le(&c);
	d->offset = cursor_u64le(&c);
	return 0;
}

static int read_end(const struct zip *z, struct directory *d, struct err *err)
{
	size_t n = z->file_size < END_SIZE + COMMENT_MAX ? (size_t)z->file_size
							 : END_SIZE + COMMENT_MAX;
	CLEANUP(freep) char *tail = malloc(n ? n : 1);
	struct cursor c;
	size_t at;
	int r;

	if (!tail)
		return err_nomem(err);
	r = read_at(z, tail, n, z->file_size - n, err);
	if (r < 0)
		return r;
	at = find_end(str_make(tail, n));
	if (at == n)
		return err_set(err, ERR_FORMAT,
			       "zip: no end record; not a zip archive, or cut short");
	c = cursor_make(str_skip(str_make(tail, n), at));
	cursor_seek(&c, 4);
	if (cursor_u16le(&c) != 0)
		return err_set(err, ERR_UNSUPPORTED, "zip: one of several parts");
	cursor_seek(&c, 10);
	d->n = cursor_u16le(&c);
	d->size = cursor_u32le(&c);
	d->offset = cursor_u32le(&c);
	if (d->n == 0xffff || d->size == UINT32_MAX || d->offset == UINT32_MAX)
		return read_end64(z, z->file_size - n + at, d, err);
	return 0;
}

static int load_directory(struct zip *z, struct err *err)
{
	struct directory d = {0};
	int r = read_end(z, &d, err);

	if (r < 0)
		return r;
	if (d.size > LIMIT_ZIP_DIRECTORY)
		return err_set(err, ERR_LIMIT,
			       "zip: central directory of %llu bytes (zip_directory: %d)",
			       (unsigned long long)d.size, LIMIT_ZIP_DIRECTORY);
	if (d.n > d.size / ENTRY_SIZE || d.offset > z->file_size ||
	    d.size > z->file_size - d.offset)
		return err_set(err, ERR_FORMAT, "zip: central directory outside of the file");
	z->directory = malloc(d.size ? (size_t)d.size : 1);
	if (!z->directory)
		return err_nomem(err);
	z->n_left = d.n;
	z->at = cursor_make(str_make(z->directory, (size_t)d.size));
	return read_at(z, z->directory, (size_t)d.size, d.offset, err);
}

/* size: of the archive, wherever it is. */
static int open_archive(int fd, struct str bytes, uint64_t size, struct zip **ret, struct err *err)
{
	CLEANUP(zip_closep) struct zip *z = calloc(1, sizeof *z);
	int r;

	if (!z)
		return err_nomem(err);
	z->fd = fd;
	z->bytes = bytes;
	z->file_size = size;
	r = load_directory(z, err);
	if (r == 0)
		*ret = TAKE(z);
	return r;
}

int zip_open(int fd, struct zip **ret, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size < 0)
		return err_set(err, ERR_IO, "zip: size not known");
	return open_archive(fd, STR_NULL, (uint64_t)st.st_size, ret, err);
}

int zip_open_bytes(struct str archive, struct zip **ret, struct err *err)
{
	return open_archive(-1, archive, archive.n, ret, err);
}

void zip_close(struct zip *z)
{
	if (!z)
		return;
	free(z->directory);
	free(z);
}

void zip_closep(struct zip **z)
{
	zip_close(*z);
	*z = NULL;
}

/* Sizes and offset of more than 32 bits, each there only when its short form is all ones. */
static void read_extra(struct zip *z, struct str extra)
{
	struct cursor c = cursor_make(extra);

	while (cursor_left(&c) >= 4) {
		unsigned id = cursor_u16le(&c);
		struct cursor field = cursor_make(cursor_take(&c, cursor_u16le(&c)));

		if (id != EXTRA_ZIP64)
			continue;
		if (z->size == UINT32_MAX)
			z->size = cursor_u64le(&field);
		if (z->packed == UINT32_MAX)
			z->packed = cursor_u64le(&field);
		if (z->header_at == UINT32_MAX)
			z->header_at = cursor_u64le(&field);
	}
}

static int read_entry(struct zip *z, struct err *err)
{
	struct cursor *c = &z->at;
	size_t start = c->at, n_name, n_extra, n_comment;

	if (cursor_u32le(c) != ENTRY_MAGIC)
		return err_set(err, ERR_FORMAT, "zip: central directory, offset %zu: no entry",
			       start);
	(void)cursor_u32le(c); /* versions */
	z->flags = cursor_u16le(c);
	z->method = cursor_u16le(c);
	(void)cursor_u32le(c); /* time */
	z->crc = cursor_u32le(c);
	z->packed = cursor_u32le(c);
	z->size = cursor_u32le(c);
	n_name = cursor_u16le(c);
	n_extra = cursor_u16le(c);
	n_comment = cursor_u16le(c);
	(void)cursor_u64le(c); /* part, attributes */
	z->header_at = cursor_u32le(c);
	z->path = cursor_take(c, n_name);
	read_extra(z, cursor_take(c, n_extra));
	(void)cursor_take(c, n_comment);
	if (c->failed)
		return err_set(err, ERR_FORMAT, "zip: central directory, offset %zu: cut short",
			       start);
	return 0;
}

int zip_next(struct zip *z, struct zip_entry *ret, struct err *err)
{
	int r;

	if (z->n_left == 0)
		return 0;
	z->n_left--;
	r = read_entry(z, err);
	if (r < 0)
		return r;
	z->begun = z->broken = false;
	*ret = (struct zip_entry){
		.path = z->path,
		.size = z->size,
		.packed = z->packed,
		.is_file = z->path.n && z->path.p[z->path.n - 1] != '/',
		.encrypted = z->flags & FLAG_ENCRYPTED,
		.method = z->method,
		.header_at = z->header_at,
	};
	return 1;
}

/* Finds the data behind the local header, whose name and extra field may differ in length. */
static int find_data(struct zip *z, struct err *err)
{
	char bytes[LOCAL_SIZE];
	struct cursor c = cursor_make(str_make(bytes, LOCAL_SIZE));
	int r = read_at(z, bytes, LOCAL_SIZE, z->header_at, err);

	if (r < 0)
		return r;
	if (cursor_u32le(&c) != LOCAL_MAGIC)
		return err_set(err, ERR_FORMAT, "zip: no local header at offset %llu",
			       (unsigned long long)z->header_at);
	cursor_seek(&c, 26);
	z->data_at = z->header_at + LOCAL_SIZE;
	z->data_at += cursor_u16le(&c);
	z->data_at += cursor_u16le(&c);
	return 0;
}

int zip_data_at(struct zip *z, uint64_t *ret, struct err *err)
{
	int r = find_data(z, err);

	if (r == 0)
		*ret = z->data_at;
	return r;
}

static int begin(struct zip *z, struct err *err)
{
	int r;

	z->begun = true;
	if (z->flags & FLAG_ENCRYPTED)
		return err_set(err, ERR_UNSUPPORTED, "zip: encrypted");
	if (z->method != METHOD_STORED && z->method != METHOD_DEFLATE)
		return err_set(err, ERR_UNSUPPORTED, "zip: packed by method %u", z->method);
	r = find_data(z, err);
	if (r < 0)
		return r;
	z->packed_left = z->packed;
	z->size_left = z->size;
	z->crc_so_far = 0;
	isal_inflate_init(&z->inflate);
	z->inflate.crc_flag = ISAL_DEFLATE;
	return 0;
}

static ssize_t read_stored(struct zip *z, void *buf, size_t n, struct err *err)
{
	int r;

	if (n > z->packed_left)
		n = (size_t)z->packed_left;
	r = n ? read_at(z, buf, n, z->data_at, err) : 0;
	if (r < 0)
		return r;
	z->data_at += n;
	z->packed_left -= n;
	return (ssize_t)n;
}

static int refill(struct zip *z, struct err *err)
{
	size_t n = z->packed_left < INPUT_BYTES ? (size_t)z->packed_left : INPUT_BYTES;
	int r = n ? read_at(z, z->input, n, z->data_at, err) : 0;

	z->inflate.next_in = (uint8_t *)z->input;
	z->inflate.avail_in = (uint32_t)n;
	z->data_at += n;
	z->packed_left -= n;
	return r;
}

static ssize_t read_deflated(struct zip *z, void *buf, size_t n, struct err *err)
{
	struct inflate_state *s = &z->inflate;
	size_t room = n > UINT32_MAX / 2 ? UINT32_MAX / 2 : n;

	s->next_out = buf;
	s->avail_out = (uint32_t)room;
	while (s->avail_out == room && s->block_state != ISAL_BLOCK_FINISH) {
		bool no_input;
		int r = s->avail_in ? 0 : refill(z, err);

		if (r < 0)
			return r;
		no_input = s->avail_in == 0;
		if (isal_inflate(s) < 0)
			return err_set(err, ERR_FORMAT, "zip: data is no deflate stream");
		if (no_input && s->avail_out == room && s->block_state != ISAL_BLOCK_FINISH)
			return err_set(err, ERR_FORMAT, "zip: data is cut short");
	}
	return (ssize_t)(room - s->avail_out);
}

static ssize_t read_some(struct zip *z, void *buf, size_t n, struct err *err)
{
	ssize_t got = z->begun ? 0 : begin(z, err);

	if (got == 0)
		got = z->method == METHOD_STORED ? read_stored(z, buf, n, err)
						 : read_deflated(z, buf, n, err);
	if (got < 0)
		return got;
	if ((uint64_t)got > z->size_left)
		return err_set(err, ERR_FORMAT, "zip: more data than the directory says");
	z->size_left -= (uint64_t)got;
	z->crc_so_far = crc32_gzip_refl(z->crc_so_far, buf, (uint64_t)got);
	if (got == 0 && n && (z->size_left || z->crc_so_far != z->crc))
		return err_set(err, ERR_FORMAT,
			       z->size_left ? "zip: less data than the directory says"
					    : "zip: data does not match its checksum");
	return got;
}

ssize_t zip_read(struct zip *z, void *buf, size_t n, struct err *err)
{
	ssize_t got;

	if (z->broken)
		return err_set(err, ERR_FORMAT, "zip: read on behind an error");
	got = read_some(z, buf, n, err);
	z->broken = got < 0;
	return got;
}
