/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/opener.h"

#include <pthread.h>
#include <signal.h>

#include "base/cleanup.h"

/* What a caller asks for; it lies on the caller's stack until it is done. */
struct errand {
	size_t layer;
	struct stream *stream;
	struct err err;
	int r;
	bool done;
	struct errand *next;
};

struct opener {
	struct source *source;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct errand *first, **last;
	bool stop;
};

/* The next errand with the lock held, waiting for one; NULL at the end. */
static struct errand *next_errand(struct opener *o)
{
	struct errand *e;

	while (!o->first && !o->stop)
		(void)pthread_cond_wait(&o->changed, &o->lock); /* our own lock, held */
	e = o->first;
	if (e) {
		o->first = e->next;
		if (!o->first)
			o->last = &o->first;
	}
	return e;
}

static void *opener_main(void *context)
{
	struct opener *o = context;
	struct errand *e;

	pthread_mutex_lock(&o->lock);
	while ((e = next_errand(o))) {
		pthread_mutex_unlock(&o->lock);
		e->r = source_open_layer(o->source, e->layer, &e->stream, &e->err);
		pthread_mutex_lock(&o->lock);
		e->done = true;
		(void)pthread_cond_broadcast(&o->changed); /* cannot fail */
	}
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

/* Signals stay with the threads that were there before. */
static int start_thread(struct opener *o, struct err *err)
{
	sigset_t all, before;
	int e;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* both calls: valid arguments */
	e = pthread_create(&o->thread, NULL, opener_main, o);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (e)
		return err_errno(err, e, "start a thread");
	(void)pthread_setname_np(o->thread, "opener"); /* for people who look at /proc */
	o->has_thread = true;
	return 0;
}

int opener_start(struct source *source, struct opener **ret, struct err *err)
{
	struct opener *o = calloc(1, sizeof *o);
	int r = 0;

	if (!o)
		return err_nomem(err);
	o->source = source;
	o->last = &o->first;
	(void)pthread_mutex_init(&o->lock, NULL); /* cannot fail with default attributes */
	(void)pthread_cond_init(&o->changed, NULL);
	if (source->needs_network)
		r = start_thread(o, err);
	if (r < 0) {
		opener_stop(o);
		return r;
	}
	*ret = o;
	return 0;
}

int opener_open(struct opener *o, size_t i, struct stream **ret, struct err *err)
{
	struct errand e = {.layer = i};

	if (!o->has_thread)
		return source_open_layer(o->source, i, ret, err);
	pthread_mutex_lock(&o->lock);
	*o->last = &e;
	/* cppcheck-suppress autoVariables ; the errand leaves the list before this returns */
	o->last = &e.next;
	(void)pthread_cond_broadcast(&o->changed); /* cannot fail */
	while (!e.done)
		(void)pthread_cond_wait(&o->changed, &o->lock); /* our own lock, held */
	pthread_mutex_unlock(&o->lock);
	if (e.r < 0 && err)
		*err = e.err;
	if (e.r == 0)
		*ret = e.stream;
	return e.r;
}

void opener_stop(struct opener *o)
{
	if (!o)
		return;
	pthread_mutex_lock(&o->lock);
	o->stop = true;
	(void)pthread_cond_broadcast(&o->changed); /* cannot fail */
	pthread_mutex_unlock(&o->lock);
	if (o->has_thread)
		(void)pthread_join(o->thread, NULL); /* joinable, ours */
	(void)pthread_cond_destroy(&o->changed);
	(void)pthread_mutex_destroy(&o->lock);
	free(o);
}
