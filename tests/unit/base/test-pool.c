/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>

#include "tests/unit/test.h"

#define N 200

struct work {
	atomic_uint runs[N];
	atomic_uint workers_seen; /* a bit each */
	pthread_mutex_t lock;
	unsigned busy[2], most[2]; /* of each group */
};

static void count(void *ctx, size_t task)
{
	struct work *w = ctx;

	atomic_fetch_add(&w->runs[task], 1);
}

static void count_on(void *ctx, unsigned worker, size_t task)
{
	struct work *w = ctx;

	count(ctx, task);
	atomic_fetch_or(&w->workers_seen, 1u << worker);
}

static void count_busy(void *ctx, size_t task)
{
	struct work *w = ctx;
	size_t group = task % 2;

	count(ctx, task);
	pthread_mutex_lock(&w->lock);
	if (++w->busy[group] > w->most[group])
		w->most[group] = w->busy[group];
	pthread_mutex_unlock(&w->lock);
	pthread_mutex_lock(&w->lock);
	w->busy[group]--;
	pthread_mutex_unlock(&w->lock);
}

static struct str group_of(void *ctx, size_t task)
{
	return task % 2 ? STR("odd") : STR("even");
}

static void assert_each_once(struct work *w)
{
	for (size_t i = 0; i < N; i++)
		assert_int_equal(w->runs[i], 1);
}

TEST(each_task_runs_once_whatever_the_number_of_threads)
{
	static const unsigned threads[] = {0, 1, 2, 7, 1000};

	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		struct work w = {.busy = {0}};
		const struct pool p = {.n = N, .run = count, .ctx = &w, .n_threads = threads[i]};

		assert_int_equal(pool_run(&p, NULL), 0);
		assert_each_once(&w);
	}
}

TEST(workers_are_numbered_below_the_number_of_threads)
{
	struct work w = {.busy = {0}};
	const struct pool p = {.n = N, .run_on = count_on, .ctx = &w, .n_threads = 3};

	assert_int_equal(pool_run(&p, NULL), 0);
	assert_each_once(&w);
	assert_int_equal(w.workers_seen & ~7u, 0);
}

TEST(of_a_group_only_so_many_run_at_a_time)
{
	struct work w = {.lock = PTHREAD_MUTEX_INITIALIZER};
	const struct pool p = {.n = N,
			       .run = count_busy,
			       .ctx = &w,
			       .n_threads = 8,
			       .group = group_of,
			       .per_group = 2};

	assert_int_equal(pool_run(&p, NULL), 0);
	assert_each_once(&w);
	assert_in_range(w.most[0], 1, 2);
	assert_in_range(w.most[1], 1, 2);
}

TEST(there_is_a_processor)
{
	assert_in_range(pool_processors(), 1, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(each_task_runs_once_whatever_the_number_of_threads),
		RUN(workers_are_numbered_below_the_number_of_threads),
		RUN(of_a_group_only_so_many_run_at_a_time),
		RUN(there_is_a_processor),
	};

	return RUN_ALL(tests);
}
