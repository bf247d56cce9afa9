/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/trail.h"
#include "base/limits.h"
#include "tests/unit/test.h"

static struct arena arena;

static struct trail fresh(void)
{
	arena_done(&arena);
	arena_init(&arena, LIMIT_ARENA_BYTES);
	return (struct trail){.arena = &arena};
}

TEST(the_first_refusal_stands_with_its_remedy)
{
	struct trail t = fresh();
	struct err err = {0};

	trail_pass(&t, "digest", "it is %d", 1);
	assert_int_equal(trail_refuse(&t, &err, "expiry", "sign again", "expired on %s", "Monday"),
			 -ERR_DENIED);
	assert_string_equal(err.msg, "expired on Monday");
	assert_int_equal(trail_unsure(&t, &err, ERR_IO, "log", "wait", "no answer"), -ERR_IO);
	assert_string_equal(t.failed, "expiry");
	assert_str(t.why, "expired on Monday");
	assert_str(t.remedy, "sign again");
	assert_false(t.unsure);
	assert_int_equal(t.n_steps, 1);
	assert_str(t.steps[0].what, "it is 1");
}

TEST(what_is_unsure_is_never_told_as_done_or_as_a_refusal)
{
	struct trail t = fresh();

	assert_int_equal(trail_unsure(&t, NULL, ERR_OK, "a", "b", "c"), -ERR_BUG);
	t = fresh();
	assert_int_equal(trail_unsure(&t, NULL, ERR_DENIED, "a", "b", "c"), -ERR_BUG);
	assert_true(t.unsure);
}

TEST(a_fault_of_what_is_verified_is_a_refusal)
{
	const struct {
		int r, want;
	} rows[] = {{-ERR_FORMAT, -ERR_DENIED},
		    {-ERR_LIMIT, -ERR_DENIED},
		    {-ERR_UNSUPPORTED, -ERR_DENIED},
		    {-ERR_DENIED, -ERR_DENIED},
		    {-ERR_IO, -ERR_IO},
		    {-ERR_NOMEM, -ERR_NOMEM},
		    {-ERR_NOT_FOUND, -ERR_NOT_FOUND},
		    {0, -ERR_BUG}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct trail t = fresh();
		struct err err = {.code = ERR_FORMAT, .msg = "line 1: odd"};

		assert_int_equal(trail_take(&t, &err, rows[i].r, "payload", "", "payload"),
				 rows[i].want);
		assert_str(t.why, "payload: line 1: odd");
		assert_int_equal(t.unsure, rows[i].want != -ERR_DENIED);
	}
}

TEST(more_checks_than_there_is_room_for_are_left_out)
{
	struct trail t = fresh();

	for (int i = 0; i < TRAIL_STEPS_MAX + 5; i++)
		trail_pass(&t, "digest", "%d", i);
	assert_int_equal(t.n_steps, TRAIL_STEPS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_first_refusal_stands_with_its_remedy),
		RUN(what_is_unsure_is_never_told_as_done_or_as_a_refusal),
		RUN(a_fault_of_what_is_verified_is_a_refusal),
		RUN(more_checks_than_there_is_room_for_are_left_out),
	};
	int r = RUN_ALL(tests);

	arena_done(&arena);
	return r;
}
