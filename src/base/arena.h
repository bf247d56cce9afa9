/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A region of memory that is filled by many small allocations and released at once.
 *
 *     struct arena a;
 *     arena_init(&a, LIMIT_ARENA_BYTES);
 *     struct str name = arena_str(&a, s);       .p is NULL when the limit is reached
 *     arena_done(&a);
 *
 * Ownership: everything allocated lives until arena_done or arena_reset. Threads: one at a time.
 * Errors: NULL at the byte limit or without memory; callers turn it into ERR_NOMEM.
 * In AddressSanitizer builds each object is its own malloc, so overruns show.
 * arena_fail_after lets a test make the n-th allocation fail.
 */
#pragma once

#include <stdarg.h>

#include "base/err.h"
#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
	struct arena_block *kept; /* by a reset, cleared, to be filled again */
	size_t used;		  /* bytes handed out */
	size_t limit;		  /* bytes */
	size_t fail_after;	  /* 0: never; n: the n-th allocation from now gives NULL */
	bool failed;		  /* an allocation gave NULL since arena_init or arena_done */
	bool full;		  /* ... because of the limit: there is memory for others */
};

void arena_init(struct arena *a, size_t limit_bytes);
void arena_done(struct arena *a);

/* Releases all objects, keeps the limit, and some memory for what comes next: for a loop. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc, alloc_size(2)));
void *arena_array(struct arena *a, size_t n, size_t size); /* n * size, checked */

/* Copies, NUL-terminated behind the length; .p is NULL on failure. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_strf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ERR_NOMEM when any allocation failed: one check after many copies. */
static inline int arena_check(const struct arena *a, struct err *err)
{
	return a->failed ? err_nomem(err) : 0;
}

static inline void arena_fail_after(struct arena *a, size_t n)
{
	a->fail_after = n;
}
