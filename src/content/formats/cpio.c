/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpio archives as rpm and initramfs have them.
 *
 *     OFFSET SIZE  DESCRIPTION (numbers: 8 hexadecimal digits)
 *          0    6  "070701", or "070702" with checksums
 *         14    8  mode
 *         54    8  bytes of data
 *         94    8  bytes of the name with its NUL
 *        110       name, zeros to a multiple of 4, data, zeros to a multiple of 4
 *
 * The last is called "TRAILER!!!". Behind it and zeros may come another archive, also a packed one:
 * so does the kernel read it.
 */
#include "base/limits.h"
#include "base/strbuf.h"
#include "content/format.h"

enum {
	HEADER_SIZE = 110,
	MODE_AT = 14,
	SIZE_AT = 54,
	NAME_AT = 94,
	DIGITS = 8,
	MODE_KIND = 0170000,
	MODE_FILE = 0100000,
	PAD = 4,
};

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return head.n >= HEADER_SIZE &&
	       (str_has_prefix(head, STR("070701")) || str_has_prefix(head, STR("070702")));
}

struct entry {
	struct strbuf name;
	uint64_t mode, size;
};

static uint64_t padding(uint64_t n)
{
	return (PAD - n % PAD) % PAD;
}

static int read_entry(struct source *s, struct entry *e, struct err *err)
{
	char bytes[HEADER_SIZE];
	struct str header = str_make(bytes, sizeof bytes);
	uint64_t n_name;
	char *p;

	if (source_take(s, bytes, sizeof bytes) < sizeof bytes)
		return err_set(err, ERR_FORMAT, "cpio: cut short");
	if (!is(s, header) || !str_parse_hex_u64(str_sub(header, MODE_AT, DIGITS), &e->mode) ||
	    !str_parse_hex_u64(str_sub(header, SIZE_AT, DIGITS), &e->size) ||
	    !str_parse_hex_u64(str_sub(header, NAME_AT, DIGITS), &n_name))
		return err_set(err, ERR_FORMAT, "cpio: no header where an entry should begin");
	if (n_name == 0 || n_name > LIMIT_PATH_BYTES)
		return err_set(err, ERR_LIMIT, "cpio: name of %llu bytes (path_bytes: %d)",
			       (unsigned long long)n_name, LIMIT_PATH_BYTES);
	strbuf_reset(&e->name);
	p = strbuf_reserve(&e->name, (size_t)n_name);
	if (!p)
		return err_nomem(err);
	if (source_take(s, p, (size_t)n_name) < n_name)
		return err_set(err, ERR_FORMAT, "cpio: cut short");
	strbuf_commit(&e->name, (size_t)n_name - 1);
	(void)source_skip(s, padding(HEADER_SIZE + n_name));
	return 0;
}

/* What is behind the last entry: zeros, or another archive. */
static int walk_rest(struct source *s)
{
	while (source_fill(s) > 0) {
		if (s->ahead.p[0])
			return source_walk(s, &(struct member){STR("rest"), "cpio", UINT64_MAX,
							       &s->stream, true});
		s->ahead = str_skip(s->ahead, 1);
	}
	return 0;
}

static int walk(struct source *s, struct entry *e, struct err *err)
{
	int r;

	while ((r = read_entry(s, e, err)) == 0) {
		struct slice_stream data = slice_stream_make(s, e->size);
		struct str name = strbuf_str(&e->name);
		uint64_t zeros = padding(e->size);

		if (str_is(name, "TRAILER!!!"))
			return walk_rest(s);
		if ((e->mode & MODE_KIND) == MODE_FILE)
			r = source_walk(
				s, &(struct member){name, "cpio", e->size, &data.stream, false});
		if (r < 0)
			return r;
		if (source_skip(s, data.left + zeros) < data.left)
			return err_set(err, ERR_FORMAT, "cpio: cut short");
	}
	return r;
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct entry e = {.name = STRBUF_INIT(LIMIT_PATH_BYTES + 1)};
	int r = walk(s, &e, err);

	(void)whole;
	strbuf_done(&e.name);
	return r;
}

const struct content_format content_format_cpio = {
	.id = "cpio",
	.is_archive = true,
	.is = is,
	.read = read,
};
