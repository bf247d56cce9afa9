/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small binary forms inside a shard: numbers of variable length, strings, lists of strings.
 *
 *     packed_add_str(&sb, name);                 writing, into a strbuf
 *     struct str name = packed_str(&c);          reading, from a cursor; c.failed says it was cut
 *
 *     struct packed_list l = packed_list(&c);    a list is passed over as a whole,
 *     while (packed_next(&l, &s)) ...            and walked without memory
 *
 *     number   7 bits a byte, least first, bit 7: more follow; at most 10 bytes (as in SQLite's
 *              and protobuf's formats)
 *     string   its bytes' count, the bytes
 *     list     its strings' count, the bytes of all of them together, the strings
 *
 * Ownership: what is read borrows from the bytes.
 */
#pragma once

#include "base/arena.h"
#include "base/cursor.h"
#include "base/strbuf.h"

static inline uint64_t packed_uint(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cursor_u8(c);

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	c->failed = true;
	return 0;
}

static inline struct str packed_str(struct cursor *c)
{
	uint64_t n = packed_uint(c);

	return cursor_take(c, n > SIZE_MAX ? SIZE_MAX : (size_t)n);
}

struct packed_list {
	size_t n; /* strings left */
	struct cursor at;
};

static inline struct packed_list packed_list(struct cursor *c)
{
	struct packed_list l = {.n = (size_t)packed_uint(c)};

	l.at = cursor_make(packed_str(c));
	return l;
}

/* False at the end, also of a list that is shorter than it says. */
static inline bool packed_next(struct packed_list *l, struct str *ret)
{
	if (l->n == 0)
		return false;
	l->n--;
	*ret = packed_str(&l->at);
	return !l->at.failed;
}

size_t packed_uint_size(uint64_t v); /* bytes */
void packed_add_uint(struct strbuf *sb, uint64_t v);
void packed_add_str(struct strbuf *sb, struct str s);
void packed_add_list(struct strbuf *sb, struct str_list list);

/* Copies a list and its strings; false for one that is cut short, or without memory. */
bool packed_list_copy(struct packed_list l, struct arena *arena, struct str_list *ret);
