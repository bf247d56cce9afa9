/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary form, all numbers big-endian:
 *
 *     "bplist00"  objects  offset table  trailer
 *
 *     trailer   OFFSET FROM END 32   6 unused bytes
 *                               26   1 size of an offset in the table
 *                               25   1 size of a reference to an object
 *                               24   8 number of objects
 *                               16   8 number of the outermost object
 *                                8   8 offset of the table
 *     object    1 byte: kind in the high half, count in the low half (15: an integer object follows
 *               that holds it)
 *               0x1n integer of 2^n bytes, 0x5n ASCII, 0x6n UTF-16 (count in units),
 *               0xdn dictionary: n references to keys, then n to values
 */
#include "codec/plist.h"

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "codec/xml.h"

enum {
	TRAILER_SIZE = 32,
	TRAILER_UNUSED = 6,
	KIND_INT = 0x1,
	KIND_ASCII = 0x5,
	KIND_UTF16 = 0x6,
	KIND_DICT = 0xd,
	COUNT_FOLLOWS = 0xf,
};

struct xml_plist {
	plist_entry_fn *entry;
	void *ctx;
	struct strbuf key; /* of the value to come */
	bool has_dict, has_key;
};

static int xml_start(void *ctx, struct str path, const struct xml_element *e, struct err *err)
{
	struct xml_plist *p = ctx;

	(void)e;
	if (str_find_char(path, '/') == path.n && !str_is(path, "plist"))
		return err_set(err, ERR_FORMAT, "outermost element is not plist");
	p->has_dict |= str_is(path, "plist/dict");
	return 0;
}

static int xml_end(void *ctx, struct str path, struct str text, struct err *err)
{
	struct xml_plist *p = ctx;
	int r = 0;

	if (!str_pull_prefix(&path, STR("plist/dict/")) || str_find_char(path, '/') < path.n)
		return 0;
	if (str_is(path, "key")) {
		strbuf_reset(&p->key);
		strbuf_add(&p->key, text);
		p->has_key = true;
		return strbuf_check(&p->key, err);
	}
	if (p->has_key && str_is(path, "string"))
		r = p->entry(p->ctx, strbuf_str(&p->key), text, err);
	p->has_key = false;
	return r;
}

static int each_xml(struct str bytes, plist_entry_fn *entry, void *ctx, struct err *err)
{
	struct xml_plist p = {entry, ctx, STRBUF_INIT(LIMIT_FIELD_BYTES), false, false};
	int r = xml_parse(bytes, &(struct xml_handler){&p, xml_start, xml_end}, err);

	strbuf_done(&p.key);
	if (r == 0 && !p.has_dict)
		return err_set(err, ERR_FORMAT, "no dictionary in the property list");
	return r;
}

struct bplist {
	struct str bytes;
	uint64_t n_objects, top, table;
	size_t offset_size, ref_size; /* bytes */
};

struct object {
	unsigned kind;
	uint64_t count;
	struct cursor body;
};

static int broken(const struct bplist *p, const struct cursor *c, const char *what, struct err *err)
{
	(void)p;
	return err_set(err, ERR_FORMAT, "offset %zu: %s", c->at, what);
}

static bool is_int_size(size_t n)
{
	return n >= 1 && n <= 8;
}

static int open_bplist(struct str bytes, struct bplist *ret, struct err *err)
{
	struct bplist p = {.bytes = bytes};
	struct cursor c = cursor_make(bytes);
	uint64_t table_size;

	if (bytes.n < 8 + TRAILER_SIZE)
		return err_set(err, ERR_FORMAT, "binary property list of %zu bytes", bytes.n);
	cursor_seek(&c, bytes.n - TRAILER_SIZE + TRAILER_UNUSED);
	p.offset_size = cursor_u8(&c);
	p.ref_size = cursor_u8(&c);
	p.n_objects = cursor_u64be(&c);
	p.top = cursor_u64be(&c);
	p.table = cursor_u64be(&c);
	if (!is_int_size(p.offset_size) || !is_int_size(p.ref_size) || p.top >= p.n_objects ||
	    p.table > bytes.n ||
	    __builtin_mul_overflow(p.n_objects, (uint64_t)p.offset_size, &table_size) ||
	    table_size > bytes.n - p.table)
		return broken(&p, &c, "trailer of the binary property list is off", err);
	*ret = p;
	return 0;
}

static int open_object(const struct bplist *p, uint64_t number, struct object *ret, struct err *err)
{
	struct cursor c = cursor_make(p->bytes);
	uint64_t at;
	unsigned marker;

	if (number >= p->n_objects)
		return broken(p, &c, "reference to no object", err);
	cursor_seek(&c, (size_t)(p->table + number * p->offset_size));
	at = cursor_uint_(&c, p->offset_size, true);
	cursor_seek(&c, at > p->bytes.n ? p->bytes.n : (size_t)at);
	marker = cursor_u8(&c);
	ret->kind = marker >> 4;
	ret->count = marker & 0xf;
	if (ret->count == COUNT_FOLLOWS && ret->kind != KIND_INT) {
		unsigned of = cursor_u8(&c);

		if (of >> 4 != KIND_INT || (of & 0xf) > 3)
			return broken(p, &c, "object without a size", err);
		ret->count = cursor_uint_(&c, (size_t)1 << (of & 0xf), true);
	}
	if (c.failed)
		return broken(p, &c, "object cut short", err);
	ret->body = c;
	return 0;
}

static void add_utf8(struct strbuf *sb, uint32_t c)
{
	if (c < 0x80) {
		strbuf_addc(sb, (char)c);
	} else if (c < 0x800) {
		strbuf_addc(sb, (char)(0xc0 | c >> 6));
		strbuf_addc(sb, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		strbuf_addc(sb, (char)(0xe0 | c >> 12));
		strbuf_addc(sb, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addc(sb, (char)(0x80 | (c & 0x3f)));
	} else {
		strbuf_addc(sb, (char)(0xf0 | c >> 18));
		strbuf_addc(sb, (char)(0x80 | (c >> 12 & 0x3f)));
		strbuf_addc(sb, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addc(sb, (char)(0x80 | (c & 0x3f)));
	}
}

static void add_utf16(struct strbuf *sb, struct str bytes)
{
	struct cursor c = cursor_make(bytes);

	while (cursor_left(&c) >= 2) {
		uint32_t unit = cursor_u16be(&c), low;
		struct cursor ahead = c;

		if (unit >= 0xd800 && unit < 0xdc00 && cursor_left(&c) >= 2) {
			low = cursor_u16be(&ahead);
			if (low >= 0xdc00 && low < 0xe000) {
				unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
				c = ahead;
			}
		}
		/* Half a pair alone is no character. */
		add_utf8(sb, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
	}
}

/* 1 with the text in sb, 0 when the object is no string. */
static int read_string(const struct bplist *p, uint64_t number, struct strbuf *sb, struct err *err)
{
	struct object o;
	struct str body;
	int r = open_object(p, number, &o, err);

	if (r < 0)
		return r;
	if (o.kind != KIND_ASCII && o.kind != KIND_UTF16)
		return 0;
	/* Many entries may name one long string: this bounds what they unfold to. */
	if (o.count > LIMIT_PLIST_STRING)
		return err_set(err, ERR_LIMIT, "offset %zu: string longer than plist_string (%d)",
			       o.body.at, (int)LIMIT_PLIST_STRING);
	body = cursor_take(&o.body, (size_t)o.count * (o.kind == KIND_UTF16 ? 2 : 1));
	if (o.body.failed)
		return broken(p, &o.body, "string cut short", err);
	strbuf_reset(sb);
	if (o.kind == KIND_UTF16)
		add_utf16(sb, body);
	else
		strbuf_add(sb, body);
	r = strbuf_check(sb, err);
	return r < 0 ? r : 1;
}

static int each_entry(const struct bplist *p, struct object *dict, plist_entry_fn *entry, void *ctx,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf key = STRBUF_INIT(LIMIT_FIELD_BYTES);
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct str refs = cursor_take(&dict->body, (size_t)dict->count * p->ref_size);
	struct cursor keys = cursor_make(refs), values = dict->body;
	int r = 0;

	for (uint64_t i = 0; i < dict->count && r >= 0; i++) {
		uint64_t k = cursor_uint_(&keys, p->ref_size, true);
		uint64_t v = cursor_uint_(&values, p->ref_size, true);

		if (dict->body.failed || keys.failed || values.failed)
			return broken(p, &values, "dictionary cut short", err);
		r = read_string(p, k, &key, err);
		if (r == 0)
			return broken(p, &dict->body, "key that is no string", err);
		if (r > 0)
			r = read_string(p, v, &value, err);
		if (r > 0)
			r = entry(ctx, strbuf_str(&key), strbuf_str(&value), err);
	}
	return r < 0 ? r : 0;
}

static int each_binary(struct str bytes, plist_entry_fn *entry, void *ctx, struct err *err)
{
	struct object top;
	struct bplist p = {0};
	int r = open_bplist(bytes, &p, err);

	if (r == 0)
		r = open_object(&p, p.top, &top, err);
	if (r < 0)
		return r;
	if (top.kind != KIND_DICT)
		return broken(&p, &top.body, "no dictionary in the property list", err);
	if (top.count > LIMIT_PLIST_ENTRIES)
		return err_set(err, ERR_LIMIT, "more entries than plist_entries (%d)",
			       (int)LIMIT_PLIST_ENTRIES);
	return each_entry(&p, &top, entry, ctx, err);
}

int plist_each(struct str bytes, plist_entry_fn *entry, void *ctx, struct err *err)
{
	if (str_has_prefix(bytes, STR("bplist")))
		return str_has_prefix(bytes, STR("bplist00"))
			       ? each_binary(bytes, entry, ctx, err)
			       : err_set(err, ERR_UNSUPPORTED,
					 "binary property list of another version");
	return each_xml(bytes, entry, ctx, err);
}
