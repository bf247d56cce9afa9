/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of byte blocks between two threads: one fills, one empties.
 *
 *     producer                                       consumer
 *     while ((p = ring_fill(&r, &cap)))              while (ring_take(&r, &block, err) > 0) {
 *             ring_put(&r, n);                               ... block ...
 *     ring_end(&r, NULL);                                    ring_release(&r);
 *                                                    }
 * ring_fill blocks while all blocks are full and gives NULL once the consumer has called
 * ring_cancel. ring_take gives 1 and a block, 0 at the end, or the producer's error.
 *
 * Ownership: the ring owns the blocks; a taken block is valid until ring_release.
 * Limits: n_blocks * block_bytes of memory, allocated at ring_init.
 */
#pragma once

#include <pthread.h>

#include "base/err.h"
#include "base/str.h"

#define RING_BLOCKS_MAX 8

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char *memory;
	size_t used[RING_BLOCKS_MAX]; /* bytes in each block */
	size_t n_blocks, block_bytes;
	size_t head, tail; /* blocks ever put, ever released */
	bool ended, canceled;
	struct err error; /* of the producer; code ERR_OK: none */
};

int ring_init(struct ring *r, size_t n_blocks, size_t block_bytes, struct err *err);
void ring_done(struct ring *r);

char *ring_fill(struct ring *r, size_t *ret_cap);
void ring_put(struct ring *r, size_t n);
void ring_end(struct ring *r, const struct err *error);

int ring_take(struct ring *r, struct str *ret_block, struct err *err);
void ring_release(struct ring *r);
void ring_cancel(struct ring *r);
