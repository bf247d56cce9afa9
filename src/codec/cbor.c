/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/cbor.h"

#include <math.h>

#include "base/cursor.h"

enum major {
	MAJOR_UINT,
	MAJOR_NEGINT,
	MAJOR_BYTES,
	MAJOR_TEXT,
	MAJOR_ARRAY,
	MAJOR_MAP,
	MAJOR_TAG,
	MAJOR_SIMPLE,
};

struct parser {
	struct cursor c;
	struct arena *arena;
	size_t n_items;
	unsigned depth;
	struct err *err;
};

static int fail(const struct parser *p, size_t at, const char *what)
{
	return err_set(p->err, ERR_FORMAT, "CBOR: offset %zu: %s", at, what);
}

/* The number of a head: in it, or in 1 to 8 bytes behind it. */
static int read_head(struct parser *p, enum major *ret_major, unsigned *ret_info, uint64_t *ret_n)
{
	size_t at = p->c.at;
	uint8_t head = cursor_u8(&p->c);

	*ret_major = head >> 5;
	*ret_info = head & 31;
	switch (*ret_info) {
	case 24:
		*ret_n = cursor_u8(&p->c);
		break;
	case 25:
		*ret_n = cursor_u16be(&p->c);
		break;
	case 26:
		*ret_n = cursor_u32be(&p->c);
		break;
	case 27:
		*ret_n = cursor_u64be(&p->c);
		break;
	case 28:
	case 29:
	case 30:
		return fail(p, at, "a reserved length");
	case 31:
		return fail(p, at, "an indefinite length");
	default:
		*ret_n = *ret_info;
	}
	return p->c.failed ? fail(p, at, "cut short") : 0;
}

static double half_of(uint64_t bits)
{
	int exponent = (int)(bits >> 10 & 31);
	double mantissa = (double)(bits & 1023);
	double v = exponent == 0    ? ldexp(mantissa, -24)
		   : exponent == 31 ? (mantissa == 0 ? (double)INFINITY : (double)NAN)
				    : ldexp(mantissa + 1024, exponent - 25);

	return bits & 0x8000 ? -v : v;
}

static double real_of(unsigned info, uint64_t bits)
{
	uint32_t narrow = (uint32_t)bits;
	float single;
	double v;

	if (info == 25)
		return half_of(bits);
	if (info == 26) {
		memcpy(&single, &narrow, sizeof single);
		return (double)single;
	}
	memcpy(&v, &bits, sizeof v);
	return v;
}

static int read_simple(struct parser *p, size_t at, unsigned info, uint64_t n, struct cbor *v)
{
	v->kind = CBOR_SIMPLE;
	v->number = n;
	if (info >= 25) {
		v->kind = CBOR_FLOAT;
		v->real = real_of(info, n);
	} else if (info == 24 && n < 32) {
		return fail(p, at, "a simple value in two bytes");
	} else if (n == 20 || n == 21) {
		v->kind = CBOR_BOOL;
		v->number = n == 21;
	} else if (n == 22) {
		v->kind = CBOR_NULL;
	} else if (n == 23) {
		v->kind = CBOR_UNDEFINED;
	}
	return 0;
}

static int read_string(struct parser *p, size_t at, uint64_t n, struct cbor *v)
{
	if (n > cursor_left(&p->c))
		return fail(p, at, "cut short");
	v->bytes = cursor_take(&p->c, (size_t)n);
	if (v->kind == CBOR_TEXT && !str_is_utf8(v->bytes))
		return fail(p, at, "text that is not UTF-8");
	return 0;
}

static int by_raw(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The value of a key decides, not its bytes: heads can be longer than they need to be. */
static int add_key(struct strbuf *sb, const struct cbor *key)
{
	size_t at = sb->n;

	if (key->kind == CBOR_UINT || key->kind == CBOR_NEGINT)
		strbuf_addf(sb, "%c%llu", key->kind == CBOR_UINT ? '+' : '-',
			    (unsigned long long)key->number);
	else if (key->kind == CBOR_TEXT || key->kind == CBOR_BYTES)
		strbuf_addc(sb, key->kind == CBOR_TEXT ? 't' : 'b'), strbuf_add(sb, key->bytes);
	else
		strbuf_addc(sb, 'r'), strbuf_add(sb, key->raw);
	return (int)(sb->n - at);
}

static int check_keys(struct parser *p, size_t at, const struct cbor *map)
{
	struct strbuf sb = STRBUF_INIT(p->c.bytes.n * 2 + 32 * CBOR_ITEMS_MAX);
	size_t n = map->n / 2, from = 0;
	struct str *keys = arena_array(p->arena, n, sizeof *keys);
	int r = keys ? 0 : err_nomem(p->err);

	for (size_t i = 0; i < n && keys; i++)
		keys[i].n = (size_t)add_key(&sb, &map->items[2 * i]);
	for (size_t i = 0; i < n && keys; i++) {
		keys[i].p = sb.p + from;
		from += keys[i].n;
	}
	if (sb.error != ERR_OK)
		r = err_nomem(p->err);
	if (r == 0)
		qsort(keys, n, sizeof *keys, by_raw);
	for (size_t i = 1; i < n && r == 0; i++)
		if (str_eq(keys[i - 1], keys[i]))
			r = fail(p, at, "a key that stands twice in a map");
	strbuf_done(&sb);
	return r;
}

static int read_item(struct parser *p, struct cbor *v);

static int read_items(struct parser *p, size_t at, uint64_t n, struct cbor *v)
{
	int r = 0;

	/* Each item has a byte at least: what cannot be there is not allocated. */
	if (n > cursor_left(&p->c))
		return fail(p, at, "cut short");
	if (n > CBOR_ITEMS_MAX || p->depth == CBOR_DEPTH_MAX)
		return err_set(p->err, ERR_LIMIT, "CBOR: offset %zu: more than %d %s", at,
			       n > CBOR_ITEMS_MAX ? CBOR_ITEMS_MAX : CBOR_DEPTH_MAX,
			       n > CBOR_ITEMS_MAX ? "items" : "levels");
	v->n = (size_t)n;
	v->items = arena_array(p->arena, v->n ? v->n : 1, sizeof *v->items);
	if (!v->items)
		return err_nomem(p->err);
	p->depth++;
	for (size_t i = 0; i < v->n && r == 0; i++)
		r = read_item(p, &v->items[i]);
	p->depth--;
	return r == 0 && v->kind == CBOR_MAP && v->n > 2 ? check_keys(p, at, v) : r;
}

static int read_body(struct parser *p, size_t at, enum major major, unsigned info, uint64_t n,
		     struct cbor *v)
{
	static const enum cbor_kind kinds[] = {CBOR_UINT,  CBOR_NEGINT, CBOR_BYTES, CBOR_TEXT,
					       CBOR_ARRAY, CBOR_MAP,	CBOR_TAG,   CBOR_SIMPLE};

	v->kind = kinds[major];
	v->number = n;
	switch (major) {
	case MAJOR_UINT:
	case MAJOR_NEGINT:
		return 0;
	case MAJOR_BYTES:
	case MAJOR_TEXT:
		return read_string(p, at, n, v);
	case MAJOR_ARRAY:
		return read_items(p, at, n, v);
	case MAJOR_MAP:
		if (n > CBOR_ITEMS_MAX / 2)
			n = cursor_left(&p->c) / 2 < n ? UINT64_MAX : CBOR_ITEMS_MAX + 1;
		else
			n *= 2;
		return read_items(p, at, n, v);
	case MAJOR_TAG:
		return read_items(p, at, 1, v);
	case MAJOR_SIMPLE:
		return read_simple(p, at, info, n, v);
	}
	return fail(p, at, "no such type");
}

static int read_item(struct parser *p, struct cbor *v)
{
	size_t at = p->c.at;
	enum major major;
	unsigned info;
	uint64_t n = 0;
	int r;

	if (++p->n_items > CBOR_ITEMS_MAX)
		return err_set(p->err, ERR_LIMIT, "CBOR: offset %zu: more than %d items", at,
			       CBOR_ITEMS_MAX);
	r = read_head(p, &major, &info, &n);
	if (r < 0)
		return r;
	r = read_body(p, at, major, info, n, v);
	v->raw = str_sub(p->c.bytes, at, p->c.at - at);
	return r;
}

int cbor_parse(struct str bytes, struct arena *arena, const struct cbor **ret, struct err *err)
{
	struct parser p = {.c = cursor_make(bytes), .arena = arena, .err = err};
	struct cbor *v = arena_alloc(arena, sizeof *v);
	int r;

	if (!v)
		return err_nomem(err);
	r = read_item(&p, v);
	if (r < 0)
		return r;
	if (cursor_left(&p.c))
		return fail(&p, p.c.at, "bytes behind the end");
	*ret = v;
	return 0;
}

bool cbor_int(const struct cbor *v, int64_t *ret)
{
	if (!v || v->kind > CBOR_NEGINT || v->number > INT64_MAX)
		return false;
	*ret = v->kind == CBOR_UINT ? (int64_t)v->number : -1 - (int64_t)v->number;
	return true;
}

bool cbor_same_key(const struct cbor *a, const struct cbor *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == CBOR_TEXT)
		return str_eq(a->bytes, b->bytes);
	return a->kind <= CBOR_NEGINT && a->number == b->number;
}

const struct cbor *cbor_get_int(const struct cbor *map, int64_t key)
{
	int64_t got;

	if (!map || map->kind != CBOR_MAP)
		return NULL;
	for (size_t i = 0; i + 1 < map->n; i += 2)
		if (cbor_int(&map->items[i], &got) && got == key)
			return &map->items[i + 1];
	return NULL;
}

const struct cbor *cbor_get_text(const struct cbor *map, struct str key)
{
	if (!map || map->kind != CBOR_MAP)
		return NULL;
	for (size_t i = 0; i + 1 < map->n; i += 2)
		if (map->items[i].kind == CBOR_TEXT && str_eq(map->items[i].bytes, key))
			return &map->items[i + 1];
	return NULL;
}

/* The shortest: RFC 8949, section 4.2.1. */
static void add_head(struct strbuf *sb, enum major major, uint64_t n)
{
	unsigned bytes = n < 24 ? 0 : n <= 0xff ? 1 : n <= 0xffff ? 2 : n <= 0xffffffff ? 4 : 8;
	unsigned info = bytes == 0 ? (unsigned)n : 24U + (unsigned)__builtin_ctz(bytes);

	strbuf_addc(sb, (char)((unsigned)major << 5 | info));
	while (bytes--)
		strbuf_addc(sb, (char)(n >> (8 * bytes) & 0xff));
}

void cbor_add_int(struct strbuf *sb, int64_t v)
{
	if (v >= 0)
		add_head(sb, MAJOR_UINT, (uint64_t)v);
	else
		add_head(sb, MAJOR_NEGINT, (uint64_t)(-1 - v));
}

void cbor_add_bytes(struct strbuf *sb, struct str bytes)
{
	add_head(sb, MAJOR_BYTES, bytes.n);
	strbuf_add(sb, bytes);
}

void cbor_add_text(struct strbuf *sb, struct str text)
{
	add_head(sb, MAJOR_TEXT, text.n);
	strbuf_add(sb, text);
}

void cbor_add_array(struct strbuf *sb, size_t n)
{
	add_head(sb, MAJOR_ARRAY, n);
}

void cbor_add_map(struct strbuf *sb, size_t n)
{
	add_head(sb, MAJOR_MAP, n);
}

void cbor_add_tag(struct strbuf *sb, uint64_t tag)
{
	add_head(sb, MAJOR_TAG, tag);
}

void cbor_add_null(struct strbuf *sb)
{
	add_head(sb, MAJOR_SIMPLE, 22);
}
