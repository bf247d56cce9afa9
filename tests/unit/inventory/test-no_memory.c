/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation of every reader fails once: each time an error or a problem, no leak, no crash.
 * A library may do without (SQLite without a cache page): then the records are the same.
 */
#include "tests/unit/failing_malloc.h"
#include "tests/unit/inventory/every_reader.h"

struct tally {
	size_t n_failed;
};

static void starve(const struct reader_case *c, void *context)
{
	struct tally *t = context;
	struct checking_sink whole, got;
	struct err err;
	bool came = true;

	(void)parse_into(&whole, c, c->file.bytes, &err); /* some seeds are broken on purpose */

	for (size_t n = 1; came && n < 20000; n++) {
		int r;

		malloc_may_fail(n);
		r = parse_into(&got, c, c->file.bytes, &err);
		came = malloc_works();
		t->n_failed += came;
		if (came && r >= 0 && got.n_problems <= whole.n_problems &&
		    (got.n_packages != whole.n_packages || got.sum != whole.sum))
			fail_msg("%s of %s: allocation %zu failed unnoticed", c->db->id,
				 c->file.path.p, n);
	}
	assert_false(came);
}

TEST(a_reader_without_memory_says_so)
{
	struct tally t = {0};

	for_each_reader_case(starve, &t);
	assert_true(t.n_failed > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(a_reader_without_memory_says_so)};

	return RUN_ALL(tests);
}
