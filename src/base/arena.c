/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stddef.h>

/* Blocks grow with what is in use: most arenas hold little, and zeroing takes time. */
#define BLOCK_BYTES_MIN ((size_t)4 << 10)
#define BLOCK_BYTES_MAX ((size_t)64 << 10)
#define KEPT_MAX	16 /* of the largest, that a reset keeps */

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t cap;
	alignas(max_align_t) char bytes[];
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

void arena_init(struct arena *a, size_t limit_bytes)
{
	*a = (struct arena){.limit = limit_bytes};
}

static void free_blocks(struct arena_block *b)
{
	struct arena_block *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
}

void arena_done(struct arena *a)
{
	free_blocks(a->blocks);
	free_blocks(a->kept);
	*a = (struct arena){.limit = a->limit};
}

/* Only what was used is cleared: the rest still is. */
static void keep_block(struct arena *a, struct arena_block *b)
{
	memset(b->bytes, 0, b->used);
	b->used = 0;
	b->next = a->kept;
	a->kept = b;
}

void arena_reset(struct arena *a)
{
	struct arena_block *next, *blocks = a->blocks;
	size_t n = 0;

	for (struct arena_block *b = a->kept; b; b = b->next)
		n++;
	for (struct arena_block *b = blocks; b; b = next) {
		next = b->next;
		if (!ONE_OBJECT_PER_BLOCK && b->cap == BLOCK_BYTES_MAX && n++ < KEPT_MAX)
			keep_block(a, b);
		else
			free(b);
	}
	*a = (struct arena){.limit = a->limit, .kept = a->kept};
}

static struct arena_block *new_block(struct arena *a, size_t cap)
{
	struct arena_block *b = cap == BLOCK_BYTES_MAX ? a->kept : NULL;

	if (b) {
		a->kept = b->next;
		return b;
	}
	b = calloc(1, sizeof *b + cap);
	if (b)
		b->cap = cap;
	return b;
}

static size_t block_bytes(const struct arena *a)
{
	if (a->kept || a->used >= BLOCK_BYTES_MAX)
		return BLOCK_BYTES_MAX;
	return a->used < BLOCK_BYTES_MIN ? BLOCK_BYTES_MIN : a->used;
}

static struct arena_block *add_block(struct arena *a, size_t n)
{
	size_t room = block_bytes(a);
	size_t cap = ONE_OBJECT_PER_BLOCK || n > room / 4 ? n : room;
	struct arena_block *b = new_block(a, cap);

	if (!b)
		return NULL;
	/* A large object gets its own block behind the current one, which may still have room. */
	if (a->blocks && cap == n) {
		b->next = a->blocks->next;
		a->blocks->next = b;
	} else {
		b->next = a->blocks;
		a->blocks = b;
	}
	return b;
}

static void *alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->blocks;
	size_t size;
	void *p;

	if (a->fail_after && --a->fail_after == 0)
		return NULL;
	if (__builtin_add_overflow(n ? n : 1, alignof(max_align_t) - 1, &size))
		return NULL;
	size &= ~(alignof(max_align_t) - 1);
	if (size > a->limit - a->used) {
		a->full = true;
		return NULL;
	}
	if (ONE_OBJECT_PER_BLOCK)
		size = n ? n : 1; /* exact, so that the first byte behind is poisoned */
	if (ONE_OBJECT_PER_BLOCK || !b || b->cap - b->used < size)
		b = add_block(a, size);
	if (!b)
		return NULL;
	p = b->bytes + b->used;
	b->used += size;
	a->used += size;
	return p;
}

static void *fail(struct arena *a)
{
	a->failed = true;
	return NULL;
}

void *arena_alloc(struct arena *a, size_t n)
{
	void *p = alloc(a, n);

	return p ? p : fail(a);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	return __builtin_mul_overflow(n, size, &total) ? fail(a) : arena_alloc(a, total);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = s.n == SIZE_MAX ? fail(a) : arena_alloc(a, s.n + 1);

	if (!p)
		return STR_NULL;
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct str){p, s.n};
}

struct str arena_strf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = n < 0 ? fail(a) : arena_alloc(a, (size_t)n + 1);
	if (p)
		(void)vsnprintf(p, (size_t)n + 1, fmt, again); /* measured just above */
	va_end(again);
	return p ? (struct str){p, (size_t)n} : STR_NULL;
}
