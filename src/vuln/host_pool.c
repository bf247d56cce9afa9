/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/host_pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"

enum task_state { TASK_WAITS, TASK_RUNS, TASK_IS_DONE };

struct crew {
	const struct host_pool *pool;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a task is done */
	unsigned char *states;	/* enum task_state */
	size_t n_left;		/* that wait */
};

static bool is_free(const struct crew *c, size_t task)
{
	const struct host_pool *p = c->pool;
	struct str host = p->host(p->ctx, task);
	unsigned n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += c->states[i] == TASK_RUNS && str_eq(p->host(p->ctx, i), host);
	return n < p->per_host;
}

/* The first task that may start; false: none waits any more. With the lock held. */
static bool take(struct crew *c, size_t *ret)
{
	while (c->n_left) {
		for (size_t i = 0; i < c->pool->n; i++) {
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

static void *crew_main(void *context)
{
	struct crew *c = context;
	size_t task;

	pthread_mutex_lock(&c->lock);
	while (take(c, &task)) {
		pthread_mutex_unlock(&c->lock);
		c->pool->run(c->pool->ctx, task);
		pthread_mutex_lock(&c->lock);
		c->states[task] = TASK_IS_DONE;
		pthread_cond_broadcast(&c->changed);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

int host_pool_run(const struct host_pool *pool, struct err *err)
{
	CLEANUP(freep) unsigned char *states = calloc(pool->n ? pool->n : 1, 1);
	struct crew crew = {.pool = pool, .states = states, .n_left = pool->n};
	pthread_t threads[LIMIT_JOBS];
	unsigned n = 0;

	if (!states)
		return err_nomem(err);
	(void)pthread_mutex_init(&crew.lock, NULL); /* cannot fail with default attributes */
	(void)pthread_cond_init(&crew.changed, NULL);
	while (n + 1 < pool->n_threads && n < LIMIT_JOBS && n + 1 < pool->n &&
	       pthread_create(&threads[n], NULL, crew_main, &crew) == 0)
		n++;
	(void)crew_main(&crew); /* this thread too; alone when there can be no other */
	for (unsigned i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL); /* joinable, ours */
	(void)pthread_cond_destroy(&crew.changed);
	(void)pthread_mutex_destroy(&crew.lock);
	return 0;
}
