/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tasks on several threads, but only so many at a time of one host.
 *
 *     struct host_pool p = {.n = n, .host = host_of, .run = run, .ctx = ctx, .n_threads = 4,
 *                           .per_host = 2};
 *     r = host_pool_run(&p, err);                    returns when all have run
 *
 * Tasks start in order of their numbers, a task of a busy host later than those behind it. What
 * they do must not depend on the order; each writes to a place of its own.
 * Errors: ERR_NOMEM, before any task has run. With fewer threads than asked for it goes on.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct host_pool {
	size_t n;
	struct str (*host)(void *ctx, size_t i);
	void (*run)(void *ctx, size_t i);
	void *ctx;
	unsigned n_threads; /* at most LIMIT_JOBS */
	unsigned per_host;
};

int host_pool_run(const struct host_pool *pool, struct err *err);
