/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include <assert.h>

int ring_init(struct ring *r, size_t n_blocks, size_t block_bytes, struct err *err)
{
	assert(n_blocks > 0 && n_blocks <= RING_BLOCKS_MAX);
	*r = (struct ring){.n_blocks = n_blocks, .block_bytes = block_bytes};
	r->memory = malloc(n_blocks * block_bytes);
	if (!r->memory)
		return err_nomem(err);
	(void)pthread_mutex_init(&r->lock, NULL); /* cannot fail with default attributes */
	(void)pthread_cond_init(&r->changed, NULL);
	return 0;
}

void ring_done(struct ring *r)
{
	if (!r->memory)
		return;
	free(r->memory);
	(void)pthread_cond_destroy(&r->changed);
	(void)pthread_mutex_destroy(&r->lock);
	*r = (struct ring){0};
}

char *ring_fill(struct ring *r, size_t *ret_cap)
{
	char *block = NULL;

	pthread_mutex_lock(&r->lock);
	while (!r->canceled && r->head - r->tail == r->n_blocks)
		pthread_cond_wait(&r->changed, &r->lock);
	if (!r->canceled)
		block = r->memory + r->head % r->n_blocks * r->block_bytes;
	pthread_mutex_unlock(&r->lock);
	*ret_cap = r->block_bytes;
	return block;
}

void ring_put(struct ring *r, size_t n)
{
	pthread_mutex_lock(&r->lock);
	r->used[r->head++ % r->n_blocks] = n;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

void ring_end(struct ring *r, const struct err *error)
{
	pthread_mutex_lock(&r->lock);
	r->ended = true;
	if (error)
		r->error = *error;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

int ring_take(struct ring *r, struct str *ret_block, struct err *err)
{
	int result = 0;

	pthread_mutex_lock(&r->lock);
	while (!r->ended && r->head == r->tail)
		pthread_cond_wait(&r->changed, &r->lock);
	if (r->head != r->tail) {
		size_t i = r->tail % r->n_blocks;

		*ret_block = str_make(r->memory + i * r->block_bytes, r->used[i]);
		result = 1;
	} else if (r->error.code != ERR_OK) {
		if (err)
			*err = r->error;
		result = -(int)r->error.code;
	}
	pthread_mutex_unlock(&r->lock);
	return result;
}

void ring_release(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->tail++;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

void ring_cancel(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->canceled = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}
