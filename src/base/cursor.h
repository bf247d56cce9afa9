/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads numbers and runs of bytes from a slice, never past its end.
 *
 *     struct cursor c = cursor_make(bytes);
 *     uint32_t magic = cursor_u32le(&c);
 *     struct str body = cursor_take(&c, len);
 *     if (c.failed) return err_set(err, ERR_FORMAT, "offset %zu: cut short", c.at);
 *
 * A read past the end sets `failed`, gives 0 or an empty slice, and every later read fails too.
 */
#pragma once

#include "base/str.h"

struct cursor {
	struct str bytes;
	size_t at; /* offset of the next byte; of the failed read once `failed` */
	bool failed;
};

static inline struct cursor cursor_make(struct str bytes)
{
	return (struct cursor){.bytes = bytes};
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->failed ? 0 : c->bytes.n - c->at;
}

static inline struct str cursor_take(struct cursor *c, size_t n)
{
	struct str s;

	if (n > cursor_left(c) || !c->bytes.p) { /* of no bytes, no pointer may be made */
		c->failed |= n > 0;
		return STR_NULL;
	}
	s = str_make(c->bytes.p + c->at, n);
	c->at += n;
	return s;
}

static inline void cursor_seek(struct cursor *c, size_t at)
{
	if (at > c->bytes.n)
		c->failed = true;
	else
		c->at = at;
}

static inline uint64_t cursor_uint_(struct cursor *c, size_t n, bool big)
{
	struct str s = cursor_take(c, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (unsigned char)s.p[big ? i : s.n - 1 - i];
	return v;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)cursor_uint_(c, 1, false);
}
static inline uint16_t cursor_u16le(struct cursor *c)
{
	return (uint16_t)cursor_uint_(c, 2, false);
}
static inline uint16_t cursor_u16be(struct cursor *c)
{
	return (uint16_t)cursor_uint_(c, 2, true);
}
static inline uint32_t cursor_u32le(struct cursor *c)
{
	return (uint32_t)cursor_uint_(c, 4, false);
}
static inline uint32_t cursor_u32be(struct cursor *c)
{
	return (uint32_t)cursor_uint_(c, 4, true);
}
static inline uint64_t cursor_u64le(struct cursor *c)
{
	return cursor_uint_(c, 8, false);
}
static inline uint64_t cursor_u64be(struct cursor *c)
{
	return cursor_uint_(c, 8, true);
}
