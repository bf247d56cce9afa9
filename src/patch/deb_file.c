/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/deb_file.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/file_stream.h"
#include "codec/decompress.h"
#include "codec/tar.h"

#define MAGIC	      STR("!<arch>\n")
#define HEADER_BYTES  60
#define SIZE_AT	      48
#define SIZE_BYTES    10
#define NAME_BYTES    16
#define CONTROL_BYTES ((size_t)16 << 20)
#define MEMBERS_MAX   16
#define PIECE_BYTES   ((size_t)1 << 16)

static int read_header(int fd, uint64_t at, char head[HEADER_BYTES], struct err *err)
{
	ssize_t n = fd_pread_full(fd, head, HEADER_BYTES, (off_t)at, err);

	if (n < 0)
		return (int)n;
	if (n == 0)
		return 0;
	return n == HEADER_BYTES && head[58] == '`' && head[59] == '\n'
		       ? 1
		       : err_set(err, ERR_FORMAT, "offset %llu: no header of an ar member",
				 (unsigned long long)at);
}

static int find_members(int fd, struct deb_member *ret_control, struct deb_member *ret_data,
			struct err *err)
{
	char magic[8], head[HEADER_BYTES];
	uint64_t at = sizeof magic, size;
	ssize_t n = fd_pread_full(fd, magic, sizeof magic, 0, err);
	int r;

	if (n < 0)
		return (int)n;
	if (!str_eq(str_make(magic, (size_t)n), MAGIC))
		return err_set(err, ERR_FORMAT, "no Debian package");
	for (size_t i = 0; i < MEMBERS_MAX && (r = read_header(fd, at, head, err)) != 0; i++) {
		struct str name = str_make(head, NAME_BYTES);

		if (r < 0)
			return r;
		if (!str_parse_u64(str_trim(str_make(head + SIZE_AT, SIZE_BYTES)), &size) ||
		    size > INT64_MAX / 2)
			return err_set(err, ERR_FORMAT, "offset %llu: size of an ar member",
				       (unsigned long long)at);
		if (str_has_prefix(name, STR("control.tar")))
			*ret_control = (struct deb_member){at + HEADER_BYTES, size};
		if (str_has_prefix(name, STR("data.tar")))
			*ret_data = (struct deb_member){at + HEADER_BYTES, size};
		at += HEADER_BYTES + size + size % 2;
	}
	if (!ret_control->size || !ret_data->size)
		return err_set(err, ERR_FORMAT, "a Debian package without control.tar or data.tar");
	return 0;
}

static int open_member(int fd, const struct deb_member *m, struct stream **ret, struct err *err)
{
	char head[COMPRESSION_MAGIC_BYTES];
	struct stream *in = NULL;
	ssize_t n = fd_pread_full(fd, head, sizeof head, (off_t)m->at, err);
	int r = n < 0 ? (int)n : file_stream_new(fd, m->at, m->size, &in, err);

	return r < 0 ? r : decompress_open(in, compression_of(str_make(head, (size_t)n)), ret, err);
}

/* ---- control.tar ---- */

struct reading {
	struct stream *in;
	char *piece;
};

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct reading *r = context;
	ssize_t n = stream_read(r->in, r->piece, PIECE_BYTES, err);

	*ret = str_make(r->piece, n > 0 ? (size_t)n : 0);
	return n < 0 ? (int)n : n > 0;
}

static struct strbuf *place_of(struct deb_file *deb, struct str path)
{
	(void)str_pull_prefix(&path, STR("./"));
	if (str_is(path, "control"))
		return &deb->control;
	if (str_is(path, "md5sums"))
		return &deb->md5sums;
	return str_is(path, "conffiles") ? &deb->conffiles : NULL;
}

static int read_entries(struct tar *tar, struct deb_file *deb, struct err *err)
{
	struct tar_entry e;
	struct str piece;
	uint64_t at;
	int r;

	while ((r = tar_next(tar, &e, err)) > 0) {
		struct strbuf *to = e.type == TAR_FILE ? place_of(deb, e.path) : NULL;

		while (to && (r = tar_data(tar, &piece, &at, err)) > 0)
			strbuf_add(to, piece);
		if (to && r == 0)
			r = strbuf_check(to, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int read_control(int fd, const struct deb_member *m, struct deb_file *deb, struct err *err)
{
	CLEANUP(stream_closep) struct stream *in = NULL;
	CLEANUP(freep) char *piece = malloc(PIECE_BYTES);
	struct reading reading = {.piece = piece};
	struct tar *tar = NULL;
	int r = piece ? open_member(fd, m, &in, err) : err_nomem(err);

	reading.in = in;
	if (r == 0)
		r = tar_open(next_block, &reading, &tar, err);
	if (r == 0)
		r = read_entries(tar, deb, err);
	tar_close(tar);
	return r < 0 ? err_wrap(err, r, "control.tar") : 0;
}

int deb_file_read(int fd, struct deb_file *ret, struct err *err)
{
	struct deb_member control = {0};
	int r;

	*ret = (struct deb_file){.control = STRBUF_INIT(CONTROL_BYTES),
				 .md5sums = STRBUF_INIT(CONTROL_BYTES),
				 .conffiles = STRBUF_INIT(CONTROL_BYTES)};
	r = find_members(fd, &control, &ret->data, err);
	if (r == 0)
		r = read_control(fd, &control, ret, err);
	if (r == 0 && !deb_file_field(ret, "Package").n)
		r = err_set(err, ERR_FORMAT, "control: no field Package");
	return r;
}

int deb_file_open_data(int fd, const struct deb_file *deb, struct stream **ret, struct err *err)
{
	return open_member(fd, &deb->data, ret, err);
}

void deb_file_done(struct deb_file *deb)
{
	strbuf_done(&deb->control);
	strbuf_done(&deb->md5sums);
	strbuf_done(&deb->conffiles);
}

struct str deb_file_field(const struct deb_file *deb, const char *name)
{
	struct str text = strbuf_str(&deb->control), line, key, value;

	while (str_pull_line(&text, &line))
		if (str_cut(line, ':', &key, &value) && str_eq_nocase(key, str_of(name)))
			return str_trim(value);
	return STR_NULL;
}
