/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator whose n-th call fails, for programs linked with --wrap (tests/meson.build does that
 * for every test-no_memory.c); allocations of the static libraries count too.
 *
 *     bool came = true;
 *     for (size_t n = 1; came; n++) {                  until a run makes fewer calls than n
 *             malloc_may_fail(n);
 *             r = run(...);
 *             came = malloc_works();                   the n-th call came, and failed
 *     }
 */
#pragma once

#include <errno.h>

#include "tests/unit/test.h"

static struct {
	size_t left; /* calls until one fails; 0: none does */
	bool has_failed;
} failing;

static inline void malloc_may_fail(size_t n)
{
	failing.left = n;
	failing.has_failed = false;
}

static inline bool malloc_works(void)
{
	failing.left = 0;
	return failing.has_failed;
}

static inline bool fails_now(void)
{
	if (failing.left == 0 || --failing.left > 0)
		return false;
	failing.has_failed = true;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t n)
{
	return fails_now() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails_now() ? NULL : __real_realloc(p, n);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fails_now() ? NULL : __real_reallocarray(p, n, size);
}

char *__wrap_strdup(const char *s)
{
	return fails_now() ? NULL : __real_strdup(s);
}
