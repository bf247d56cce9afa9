/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/ring.h"

#define BLOCK_BYTES 64
#define N_BLOCKS    1000

static void *produce(void *context)
{
	struct ring *r = context;
	char *block;
	size_t cap;

	for (int i = 0; i < N_BLOCKS && (block = ring_fill(r, &cap)); i++) {
		memset(block, i & 0x7f, cap);
		ring_put(r, (size_t)i % cap + 1);
	}
	ring_end(r, NULL);
	return NULL;
}

TEST(blocks_come_in_order_and_whole)
{
	struct ring r;
	struct str block;
	pthread_t thread;
	int n = 0;

	assert_int_equal(ring_init(&r, 3, BLOCK_BYTES, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, &r), 0);
	while (ring_take(&r, &block, NULL) > 0) {
		assert_int_equal(block.n, n % BLOCK_BYTES + 1);
		for (size_t i = 0; i < block.n; i++)
			assert_int_equal(block.p[i], n & 0x7f);
		ring_release(&r);
		n++;
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(n, N_BLOCKS);
	ring_done(&r);
}

TEST(a_producer_is_let_go_when_the_consumer_gives_up)
{
	struct ring r;
	struct str block;
	pthread_t thread;

	assert_int_equal(ring_init(&r, 2, BLOCK_BYTES, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, &r), 0);
	assert_int_equal(ring_take(&r, &block, NULL), 1);
	ring_cancel(&r);
	assert_int_equal(pthread_join(thread, NULL), 0); /* hangs when it is not */
	ring_done(&r);
}

TEST(the_producers_error_comes_behind_its_blocks)
{
	struct err broken = {ERR_IO, "cable pulled"}, err = {0};
	struct ring r;
	struct str block;
	size_t cap;

	assert_int_equal(ring_init(&r, 2, BLOCK_BYTES, NULL), 0);
	assert_non_null(ring_fill(&r, &cap));
	ring_put(&r, 5);
	ring_end(&r, &broken);
	assert_int_equal(ring_take(&r, &block, &err), 1);
	ring_release(&r);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ring_take(&r, &block, &err), -ERR_IO);
		assert_string_equal(err.msg, "cable pulled");
	}
	assert_int_equal(ring_take(&r, &block, NULL), -ERR_IO);
	ring_done(&r);
}

TEST(an_empty_ring_that_ended_is_at_its_end)
{
	struct ring r;
	struct str block;

	assert_int_equal(ring_init(&r, 1, BLOCK_BYTES, NULL), 0);
	ring_end(&r, NULL);
	assert_int_equal(ring_take(&r, &block, NULL), 0);
	ring_done(&r);
	ring_done(&r); /* accepts what is done */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(blocks_come_in_order_and_whole),
		RUN(a_producer_is_let_go_when_the_consumer_gives_up),
		RUN(the_producers_error_comes_behind_its_blocks),
		RUN(an_empty_ring_that_ended_is_at_its_end),
	};

	return RUN_ALL(tests);
}
