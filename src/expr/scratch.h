/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of one evaluation: taken piece by piece, given back all at once, kept for the next one.
 *
 *     struct scratch s;
 *     scratch_init(&s, LIMIT_EXPR_SCRATCH);
 *     p = scratch_alloc(&s, n);            NULL at the limit or without memory
 *     scratch_reset(&s);                   everything from it is gone; the first block stays
 *     scratch_done(&s);
 *
 * Unlike an arena it does not zero, and a reset costs nothing while one block was enough, so that
 * judging millions of events does not call malloc. Blocks beyond the first go back at the reset.
 * In AddressSanitizer builds each object is its own malloc, so overruns and late reads show.
 * Threads: one at a time.
 */
#pragma once

#include "base/str.h"

struct scratch_block;

struct scratch {
	char *at, *end; /* free part of the newest block */
	struct scratch_block *blocks;
	size_t used;  /* bytes of blocks */
	size_t limit; /* bytes */
};

void scratch_init(struct scratch *s, size_t limit_bytes);
void scratch_done(struct scratch *s);
void scratch_reset_blocks(struct scratch *s);
void *scratch_alloc_block(struct scratch *s, size_t n);

static inline void scratch_reset(struct scratch *s)
{
	if (s->blocks)
		scratch_reset_blocks(s);
}

#define SCRATCH_ALIGN 16

static inline void *scratch_alloc(struct scratch *s, size_t n)
{
	size_t room = (size_t)(s->end - s->at);
	char *p = s->at;

	if (n > room || room - n < SCRATCH_ALIGN)
		return scratch_alloc_block(s, n);
	s->at += (n + SCRATCH_ALIGN - 1) & ~(size_t)(SCRATCH_ALIGN - 1);
	return p;
}
