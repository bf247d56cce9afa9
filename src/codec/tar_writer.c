/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   OFFSET SIZE  of a ustar header, 512 bytes
 *        0  100  name               157  100  target of a link
 *      100    8  mode, octal        257    8  "ustar\0" "00"
 *      108    8  uid, octal         329    8  device major
 *      116    8  gid, octal         337    8  device minor
 *      124   12  size, octal        345  155  prefix (not used: longer names are pax records)
 *      136   12  mtime, octal
 *      148    8  checksum
 *      156    1  type
 */
#include "codec/tar_writer.h"

#include "base/cleanup.h"
#include "base/strbuf.h"

#define BLOCK	      512
#define NAME_MAX_     100
#define OCTAL_7	      07777777ULL
#define OCTAL_11      077777777777ULL
#define RECORDS_BYTES ((size_t)4 << 20)
#define TYPE_PAX      'x'

struct tar_writer {
	tar_sink_fn *sink;
	void *context;
	uint64_t left; /* bytes of the entry's data still to come */
	uint64_t size; /* of them all */
};

int tar_writer_new(tar_sink_fn *sink, void *context, struct tar_writer **ret, struct err *err)
{
	struct tar_writer *w = calloc(1, sizeof *w);

	if (!w)
		return err_nomem(err);
	w->sink = sink;
	w->context = context;
	*ret = w;
	return 0;
}

void tar_writer_free(struct tar_writer *w)
{
	free(w);
}

void tar_writer_freep(struct tar_writer **w)
{
	tar_writer_free(*w);
	*w = NULL;
}

static int pad(const struct tar_writer *w, uint64_t size, struct err *err)
{
	static const char zeros[BLOCK];
	size_t over = (size_t)(size % BLOCK);

	return over ? w->sink(w->context, str_make(zeros, BLOCK - over), err) : 0;
}

/* ---- the header ---- */

static void put_text(char *block, size_t at, size_t n, struct str s)
{
	memcpy(block + at, s.p ? s.p : "", s.n < n ? s.n : n);
}

/* n bytes, the last of them NUL; what does not fit stands in a pax record. */
static void put_octal(char *block, size_t at, size_t n, uint64_t v)
{
	for (size_t i = n - 1; i-- > 0; v >>= 3)
		block[at + i] = (char)('0' + (v & 7));
}

static char type_of(enum tar_type type)
{
	switch (type) {
	case TAR_FILE:
	case TAR_OTHER:
		break;
	case TAR_HARDLINK:
		return '1';
	case TAR_SYMLINK:
		return '2';
	case TAR_CHAR:
		return '3';
	case TAR_BLOCK:
		return '4';
	case TAR_DIR:
		return '5';
	case TAR_FIFO:
		return '6';
	}
	return '0';
}

static int write_header(const struct tar_writer *w, const struct tar_entry *e, char type,
			struct err *err)
{
	char block[BLOCK] = {0};
	uint64_t sum = 0;

	put_text(block, 0, NAME_MAX_, e->path);
	put_octal(block, 100, 8, e->mode & 07777);
	put_octal(block, 108, 8, e->uid > OCTAL_7 ? 0 : e->uid);
	put_octal(block, 116, 8, e->gid > OCTAL_7 ? 0 : e->gid);
	put_octal(block, 124, 12, e->size > OCTAL_11 ? 0 : e->size);
	put_octal(block, 136, 12,
		  e->mtime < 0 || (uint64_t)e->mtime > OCTAL_11 ? 0 : (uint64_t)e->mtime);
	memset(block + 148, ' ', 8);
	block[156] = type;
	put_text(block, 157, NAME_MAX_, e->link);
	put_text(block, 257, 8,
		 STR("ustar\0"
		     "00"));
	put_octal(block, 329, 8, e->dev_major);
	put_octal(block, 337, 8, e->dev_minor);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)block[i];
	put_octal(block, 148, 7, sum); /* six digits, NUL, and the blank that is there */
	return w->sink(w->context, str_make(block, BLOCK), err);
}

/* ---- pax records ---- */

/* "LENGTH KEY=VALUE\n", where LENGTH counts its own digits too. */
static void add_record(struct strbuf *out, struct str prefix, struct str key, struct str value)
{
	size_t rest = prefix.n + key.n + value.n + 3, digits = 1, total;

	do
		total = rest + digits;
	while ((size_t)snprintf(NULL, 0, "%zu", total) != digits++);
	strbuf_addf(out, "%zu ", total);
	strbuf_add(out, prefix);
	strbuf_add(out, key);
	strbuf_addc(out, '=');
	strbuf_add(out, value);
	strbuf_addc(out, '\n');
}

static void add_number(struct strbuf *out, const char *key, uint64_t v)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)v);
	add_record(out, STR_NULL, str_of(key), str_of(text));
}

static void add_time(struct strbuf *out, const struct tar_entry *e)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(64);
	int64_t seconds = e->mtime;
	uint32_t ns = e->mtime_ns;
	bool negative = seconds < 0;

	if (negative && ns) { /* -2 s and 0.25 s are -1.75 */
		seconds++;
		ns = 1000000000 - ns;
	}
	strbuf_addf(&text, "%s%llu", negative ? "-" : "",
		    (unsigned long long)(negative ? -seconds : seconds));
	if (ns) {
		strbuf_addf(&text, ".%09u", ns);
		while (text.p[text.n - 1] == '0')
			text.n--;
	}
	add_record(out, STR_NULL, STR("mtime"), strbuf_str(&text));
}

static int add_attributes(struct strbuf *out, const struct tar_attribute *attributes, size_t n,
			  struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (str_find_char(attributes[i].name, '=') < attributes[i].name.n)
			return err_set(err, ERR_FORMAT,
				       "an extended attribute whose name holds a '='");
		add_record(out, STR("SCHILY.xattr."), attributes[i].name, attributes[i].value);
	}
	return 0;
}

static int write_records(const struct tar_writer *w, const struct tar_entry *e,
			 const struct tar_attribute *attributes, size_t n, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(RECORDS_BYTES);
	struct tar_entry head = {.path = STR("././@PaxHeader"), .mode = 0644};
	int r;

	if (e->path.n > NAME_MAX_)
		add_record(&out, STR_NULL, STR("path"), e->path);
	if (e->link.n > NAME_MAX_)
		add_record(&out, STR_NULL, STR("linkpath"), e->link);
	if (e->size > OCTAL_11)
		add_number(&out, "size", e->size);
	if (e->uid > OCTAL_7)
		add_number(&out, "uid", e->uid);
	if (e->gid > OCTAL_7)
		add_number(&out, "gid", e->gid);
	if (e->mtime < 0 || (uint64_t)e->mtime > OCTAL_11 || e->mtime_ns)
		add_time(&out, e);
	r = add_attributes(&out, attributes, n, err);
	if (r == 0)
		r = strbuf_check(&out, err);
	if (r < 0 || out.n == 0)
		return r;
	head.size = out.n;
	r = write_header(w, &head, TYPE_PAX, err);
	if (r == 0)
		r = w->sink(w->context, strbuf_str(&out), err);
	return r == 0 ? pad(w, out.n, err) : r;
}

/* ---- the archive ---- */

static int end_entry(struct tar_writer *w, struct err *err)
{
	int r = 0;

	if (w->left)
		return err_set(err, ERR_BUG, "tar: an entry lacks %llu bytes",
			       (unsigned long long)w->left);
	r = pad(w, w->size, err);
	w->size = 0;
	return r;
}

int tar_writer_entry(struct tar_writer *w, const struct tar_entry *e,
		     const struct tar_attribute *attributes, size_t n_attributes, struct err *err)
{
	struct tar_entry now = *e;
	int r = end_entry(w, err);

	now.size = e->type == TAR_FILE ? e->size : 0;
	if (e->type != TAR_SYMLINK && e->type != TAR_HARDLINK)
		now.link = STR_NULL;
	if (r == 0)
		r = write_records(w, &now, attributes, n_attributes, err);
	if (r == 0)
		r = write_header(w, &now, type_of(e->type), err);
	if (r == 0)
		w->size = w->left = now.size;
	return r;
}

int tar_writer_data(struct tar_writer *w, struct str piece, struct err *err)
{
	if (piece.n > w->left)
		return err_set(err, ERR_BUG, "tar: more bytes than the entry has");
	w->left -= piece.n;
	return piece.n ? w->sink(w->context, piece, err) : 0;
}

int tar_writer_end(struct tar_writer *w, struct err *err)
{
	static const char zeros[2 * BLOCK];
	int r = end_entry(w, err);

	return r == 0 ? w->sink(w->context, str_make(zeros, sizeof zeros), err) : r;
}
