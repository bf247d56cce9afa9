/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "tests/unit/test.h"

#define LIMIT_BYTES ((size_t)8 << 20)

/* Fills some blocks with bytes that are not 0. */
static void fill(struct arena *a)
{
	for (size_t i = 0; i < 1000; i++) {
		char *p = arena_alloc(a, 300 + i);

		assert_non_null(p);
		memset(p, 0xa5, 300 + i);
	}
}

TEST(what_is_handed_out_is_zero_also_after_a_reset)
{
	struct arena a;

	arena_init(&a, LIMIT_BYTES);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 500; i++) {
			const char *p = arena_alloc(&a, 777);

			for (size_t k = 0; k < 777; k++)
				assert_int_equal(p[k], 0);
		}
		fill(&a);
		arena_reset(&a);
	}
	arena_done(&a);
}

TEST(a_reset_gives_the_whole_limit_back)
{
	struct arena a;

	arena_init(&a, LIMIT_BYTES);
	for (int round = 0; round < 3; round++) {
		assert_non_null(arena_alloc(&a, LIMIT_BYTES - 64));
		assert_null(arena_alloc(&a, 128));
		assert_true(a.failed);
		arena_reset(&a);
		assert_false(a.failed);
	}
	fill(&a);
	arena_reset(&a);
	assert_non_null(arena_alloc(&a, LIMIT_BYTES - 64));
	arena_done(&a);
}

TEST(the_nth_allocation_can_fail)
{
	struct arena a;

	arena_init(&a, LIMIT_BYTES);
	arena_fail_after(&a, 2);
	assert_non_null(arena_alloc(&a, 1));
	assert_null(arena_alloc(&a, 1));
	assert_int_equal(arena_check(&a, NULL), -ERR_NOMEM);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_handed_out_is_zero_also_after_a_reset),
		RUN(a_reset_gives_the_whole_limit_back),
		RUN(the_nth_allocation_can_fail),
	};

	return RUN_ALL(tests);
}
