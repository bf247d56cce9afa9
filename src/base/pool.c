/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"

enum task_state { TASK_WAITS, TASK_RUNS, TASK_IS_DONE };

struct crew {
	const struct pool *pool;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a task is done; with groups */
	unsigned char *states;	/* enum task_state; NULL: no groups */
	size_t n_left;		/* that wait; with groups */
	size_t next;		/* no task before it waits */
	unsigned n_workers;
};

static bool is_free(const struct crew *c, size_t task)
{
	const struct pool *p = c->pool;
	struct str group = p->group(p->ctx, task);
	unsigned n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += c->states[i] == TASK_RUNS && str_eq(p->group(p->ctx, i), group);
	return n < p->per_group;
}

/* The first task that may start; false: none waits any more. With the lock held. */
static bool take_of_group(struct crew *c, size_t *ret)
{
	while (c->n_left) {
		for (size_t i = c->next; i < c->pool->n; i++) {
			if (c->states[i] != TASK_WAITS || !is_free(c, i))
				continue;
			c->states[i] = TASK_RUNS;
			c->n_left--;
			*ret = i;
			return true;
		}
		pthread_cond_wait(&c->changed, &c->lock);
	}
	return false;
}

static bool take(struct crew *c, size_t *ret)
{
	if (c->states)
		return take_of_group(c, ret);
	*ret = c->next;
	return c->next < c->pool->n && c->next++ < c->pool->n;
}

static void finish(struct crew *c, size_t task)
{
	if (!c->states)
		return;
	c->states[task] = TASK_IS_DONE;
	while (c->next < c->pool->n && c->states[c->next] != TASK_WAITS)
		c->next++;
	pthread_cond_broadcast(&c->changed);
}

static void *crew_main(void *context)
{
	struct crew *c = context;
	const struct pool *p = c->pool;
	unsigned worker;
	size_t task;

	pthread_mutex_lock(&c->lock);
	worker = c->n_workers++;
	while (take(c, &task)) {
		pthread_mutex_unlock(&c->lock);
		if (p->run_on)
			p->run_on(p->ctx, worker, task);
		else
			p->run(p->ctx, task);
		pthread_mutex_lock(&c->lock);
		finish(c, task);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

int pool_run(const struct pool *pool, struct err *err)
{
	CLEANUP(freep)
	unsigned char *states = pool->group ? calloc(pool->n ? pool->n : 1, 1) : NULL;
	struct crew crew = {.pool = pool, .states = states, .n_left = pool->n};
	pthread_t threads[LIMIT_JOBS];
	unsigned n = 0;

	if (pool->group && !states)
		return err_nomem(err);
	(void)pthread_mutex_init(&crew.lock, NULL); /* cannot fail with default attributes */
	(void)pthread_cond_init(&crew.changed, NULL);
	while (n + 1 < pool->n_threads && n < LIMIT_JOBS - 1 && n + 1 < pool->n &&
	       pthread_create(&threads[n], NULL, crew_main, &crew) == 0)
		n++;
	(void)crew_main(&crew); /* this thread too; alone when there can be no other */
	for (unsigned i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL); /* joinable, ours */
	(void)pthread_cond_destroy(&crew.changed);
	(void)pthread_mutex_destroy(&crew.lock);
	return 0;
}

unsigned pool_processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > LIMIT_JOBS ? LIMIT_JOBS : (unsigned)n;
}
