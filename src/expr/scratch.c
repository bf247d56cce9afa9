/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/scratch.h"

#include <stdalign.h>
#include <stdlib.h>

#define BLOCK_BYTES ((size_t)16 << 10)

struct scratch_block {
	struct scratch_block *next;
	size_t cap;
	alignas(SCRATCH_ALIGN) char bytes[];
};

#if defined(__SANITIZE_ADDRESS__)
#define ONE_OBJECT_PER_BLOCK true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_OBJECT_PER_BLOCK true
#endif
#endif
#ifndef ONE_OBJECT_PER_BLOCK
#define ONE_OBJECT_PER_BLOCK false
#endif

void scratch_init(struct scratch *s, size_t limit_bytes)
{
	*s = (struct scratch){.limit = limit_bytes};
}

static void free_blocks(struct scratch_block *b)
{
	struct scratch_block *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
}

void scratch_done(struct scratch *s)
{
	free_blocks(s->blocks);
	*s = (struct scratch){.limit = s->limit};
}

/* The first block is the last of the list: newer ones stand before it. */
void scratch_reset_blocks(struct scratch *s)
{
	struct scratch_block *first = s->blocks;

	if (ONE_OBJECT_PER_BLOCK || (!first->next && first->cap != BLOCK_BYTES)) {
		scratch_done(s);
		return;
	}
	while (first->next) {
		struct scratch_block *next = first->next;

		free(first);
		first = next;
	}
	s->blocks = first;
	s->used = first->cap;
	s->at = first->bytes;
	s->end = first->bytes + first->cap;
}

void *scratch_alloc_block(struct scratch *s, size_t n)
{
	bool own = ONE_OBJECT_PER_BLOCK || n > BLOCK_BYTES / 4;
	size_t cap = own ? n : BLOCK_BYTES;
	struct scratch_block *b;

	if (cap > s->limit || s->used > s->limit - cap)
		return NULL;
	b = malloc(sizeof(*b) + cap); /* cap is below the limit: no overflow */
	if (!b)
		return NULL;
	b->cap = cap;
	s->used += cap;
	if (own && s->blocks) { /* behind the newest, which may still have room */
		b->next = s->blocks->next;
		s->blocks->next = b;
		return b->bytes;
	}
	b->next = s->blocks;
	s->blocks = b;
	if (own)
		return b->bytes;
	s->at = b->bytes;
	s->end = b->bytes + cap;
	return scratch_alloc(s, n);
}
