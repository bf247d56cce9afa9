/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of a text came from that was made from another one: lines joined, quotes removed.
 *
 *     struct text_map m = text_map_make(arena);
 *     text_map_add(&m, at, origin);          from byte `at` on, the text is the original's
 * `origin`... text_map_origin(&m, 17)                the place of byte 17 in the original
 *
 * Pieces are added in the order of `at`; between two of them both texts run alike. A NULL map, and
 * one without pieces, says that the text is the original. Maps chain: when the original is itself
 * made from something, add text_map_origin(outer, origin).
 * Ownership: the pieces are the arena's; a map is a plain value. Threads: read-only sharing is
 * fine. Errors: a piece that finds no memory fails the arena (arena_check).
 */
#pragma once

#include "base/arena.h"

struct text_piece {
	size_t at;     /* bytes into the text */
	size_t origin; /* bytes into the original */
};

struct text_map {
	struct arena *arena;
	struct text_piece *pieces;
	size_t n;
	size_t cap;
};

static inline struct text_map text_map_make(struct arena *a)
{
	return (struct text_map){.arena = a};
}

/* A piece that only goes on where the last one is is not kept. */
void text_map_add(struct text_map *m, size_t at, size_t origin);

/* n bytes from `at` on are those of another text from byte `from` on, which has a map of its own.
 */
void text_map_copy(struct text_map *m, size_t at, const struct text_map *other, size_t from,
		   size_t n);

/* Of the byte itself: the end of a range is text_map_origin(m, end - 1) + 1. */
size_t text_map_origin(const struct text_map *m, size_t at);
