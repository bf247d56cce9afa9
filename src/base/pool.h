/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tasks on several threads, and only so many at a time of one group.
 *
 *     struct pool p = {.n = n, .run = run, .ctx = ctx, .n_threads = pool_processors()};
 *     r = pool_run(&p, err);                         returns when all have run
 *
 * Tasks start in order of their numbers; with groups (.group, .per_group: downloads of one host) a
 * task of a busy group starts later than those behind it. What they do must not depend on the
 * order; each writes to a place of its own. The thread of the caller takes part.
 * Errors: ERR_NOMEM, before any task has run, and only with groups. With fewer threads than asked
 * for it goes on.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct pool {
	size_t n;
	void (*run)(void *ctx, size_t task);
	/* The same for who keeps something for each worker (below n_threads); instead of run. */
	void (*run_on)(void *ctx, unsigned worker, size_t task);
	void *ctx;
	unsigned n_threads;			     /* at most LIMIT_JOBS; 0 is 1 */
	struct str (*group)(void *ctx, size_t task); /* NULL: no groups */
	unsigned per_group;
};

int pool_run(const struct pool *pool, struct err *err);

/* As many as there are; at least 1, at most LIMIT_JOBS. */
unsigned pool_processors(void);
