/* SPDX-License-Identifier: Apache-2.0 */
#include "check/text_map.h"

#include "unit/test.h"

TEST(without_pieces_a_text_is_its_original)
{
	struct text_map m = {0};

	assert_int_equal(text_map_origin(&m, 7), 7);
	assert_int_equal(text_map_origin(NULL, 7), 7);
}

TEST(a_byte_is_where_its_piece_says)
{
	static const struct {
		size_t at, origin;
	} rows[] = {{0, 4}, {2, 6}, {3, 10}, {9, 16}, {10, 3}, {11, 4}};
	struct arena a;
	struct text_map m;

	arena_init(&a, 10000);
	m = text_map_make(&a);
	text_map_add(&m, 0, 4);
	text_map_add(&m, 3, 10);
	text_map_add(&m, 10, 3);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(text_map_origin(&m, rows[i].at), rows[i].origin);
	arena_done(&a);
}

TEST(what_goes_on_takes_no_piece_and_an_empty_one_is_replaced)
{
	struct arena a;
	struct text_map m;

	arena_init(&a, 10000);
	m = text_map_make(&a);
	text_map_add(&m, 0, 0);
	assert_int_equal(m.n, 0);
	text_map_add(&m, 5, 8);
	text_map_add(&m, 6, 9);
	text_map_add(&m, 5, 20);
	assert_int_equal(m.n, 1);
	assert_int_equal(text_map_origin(&m, 6), 21);
	arena_done(&a);
}

TEST(a_full_arena_is_seen_by_its_check)
{
	struct arena a;
	struct text_map m;

	arena_init(&a, 10000);
	arena_fail_after(&a, 2);
	m = text_map_make(&a);
	for (size_t i = 0; i < 20; i++)
		text_map_add(&m, i, 10 * i);
	assert_int_equal(arena_check(&a, NULL), -ERR_NOMEM);
	assert_int_equal(text_map_origin(&m, 3), 30);
	arena_done(&a);
}

TEST(a_part_of_a_text_takes_its_pieces_along)
{
	static const struct {
		size_t at, origin;
	} rows[] = {{2, 12}, {4, 14}, {5, 30}, {7, 32}};
	struct text_map outer, m;
	struct arena a;

	arena_init(&a, 10000);
	outer = text_map_make(&a);
	text_map_add(&outer, 0, 10);
	text_map_add(&outer, 5, 30);
	text_map_add(&outer, 9, 90);
	m = text_map_make(&a);
	text_map_copy(&m, 2, &outer, 2, 6);
	assert_int_equal(m.n, 2);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(text_map_origin(&m, rows[i].at), rows[i].origin);
	text_map_copy(&m, 8, NULL, 3, 2);
	assert_int_equal(text_map_origin(&m, 9), 4);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(without_pieces_a_text_is_its_original),
		RUN(a_byte_is_where_its_piece_says),
		RUN(what_goes_on_takes_no_piece_and_an_empty_one_is_replaced),
		RUN(a_full_arena_is_seen_by_its_check),
		RUN(a_part_of_a_text_takes_its_pieces_along),
	};

	return RUN_ALL(tests);
}
