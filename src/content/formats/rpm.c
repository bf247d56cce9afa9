/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RPM packages: what they install, which is a packed cpio archive behind two headers.
 *
 *     OFFSET SIZE  DESCRIPTION (big-endian)
 *          0   96  lead, magic edabeedb; then the headers of signatures and of the package
 *          0    8  magic 8eade801, zeros
 *          8    4  entries of 16 bytes, 12 4 bytes of data behind them
 *         16       entries, data; the first of the two headers fills up to a multiple of 8
 */
#include "base/cursor.h"
#include "content/format.h"

enum { LEAD_SIZE = 96, HEADER_SIZE = 16, ENTRY_SIZE = 16, PAD = 8 };

#define LEAD_MAGIC   STR("\xed\xab\xee\xdb")
#define HEADER_MAGIC STR("\x8e\xad\xe8\x01")

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return str_has_prefix(head, LEAD_MAGIC) &&
	       str_has_prefix(str_skip(head, LEAD_SIZE), HEADER_MAGIC);
}

static int skip_header(struct source *s, bool is_padded, struct err *err)
{
	char bytes[HEADER_SIZE];
	struct cursor c = cursor_make(str_make(bytes, sizeof bytes));
	uint64_t n;

	if (source_take(s, bytes, sizeof bytes) < sizeof bytes ||
	    !str_has_prefix(c.bytes, HEADER_MAGIC))
		return err_set(err, ERR_FORMAT, "rpm: no header where one should begin");
	cursor_seek(&c, 8);
	n = (uint64_t)cursor_u32be(&c) * ENTRY_SIZE;
	n += cursor_u32be(&c);
	if (is_padded)
		n += (PAD - n % PAD) % PAD;
	return source_skip(s, n) == n ? 0 : err_set(err, ERR_FORMAT, "rpm: cut short");
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct member payload = {STR("payload"), "rpm", UINT64_MAX, &s->stream, true};
	int r;

	(void)whole;
	(void)source_skip(s, LEAD_SIZE);
	r = skip_header(s, true, err);
	if (r == 0)
		r = skip_header(s, false, err);
	return r < 0 ? r : source_walk(s, &payload);
}

const struct content_format content_format_rpm = {
	.id = "rpm",
	.is = is,
	.read = read,
};
