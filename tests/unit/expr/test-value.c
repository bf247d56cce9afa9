/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/value.h"

#include <math.h>

#include "expr/call.h"
#include "expr/const_set.h"
#include "expr/map_value.h"
#include "expr/scratch.h"
#include "expr/sort.h"
#include "tests/unit/test.h"

struct fixture {
	struct scratch scratch;
	struct call c;
};

static void set_up(struct fixture *f)
{
	scratch_init(&f->scratch, (size_t)1 << 20);
	f->c = (struct call){.scratch = &f->scratch, .budget = 100000};
}

static void done(struct fixture *f)
{
	scratch_done(&f->scratch);
}

static struct value text(const char *s)
{
	return value_string(str_of(s));
}

TEST(numbers_compare_by_what_they_are_worth)
{
	const struct {
		struct value a, b;
		int order;
	} rows[] = {
		{value_int(1), value_uint(1), 0},
		{value_int(-1), value_uint(UINT64_MAX), -1},
		{value_int(1), value_double(1.5), -1},
		{value_uint(2), value_double(1.5), 1},
		{value_double(-0.0), value_int(0), 0},
		{value_double(1e300), value_uint(UINT64_MAX), 1},
		{value_double(-1), value_uint(0), -1},
		{value_int(INT64_MAX), value_double(9223372036854775808.0), 0},
		{value_double(INFINITY), value_int(INT64_MAX), 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int order = 99;

		assert_true(value_compare(NULL, rows[i].a, rows[i].b, &order));
		assert_int_equal(order, rows[i].order);
		assert_true(value_compare(NULL, rows[i].b, rows[i].a, &order));
		assert_int_equal(order, -rows[i].order);
		assert_int_equal(value_eq(NULL, rows[i].a, rows[i].b), rows[i].order == 0);
	}
}

TEST(a_nan_is_unlike_everything_and_has_no_order)
{
	struct value nan = value_double(NAN);
	int order;

	assert_false(value_eq(NULL, nan, nan));
	assert_false(value_eq(NULL, nan, value_int(0)));
	assert_false(value_compare(NULL, nan, value_double(1), &order));
	assert_false(value_compare(NULL, value_int(1), nan, &order));
}

TEST(times_compare_by_seconds_then_nanoseconds)
{
	int order;

	assert_true(
		value_compare(NULL, value_duration(-1, 500000000), value_duration(0, 0), &order));
	assert_int_equal(order, -1);
	assert_true(value_compare(NULL, value_timestamp(5, 2), value_timestamp(5, 1), &order));
	assert_int_equal(order, 1);
	assert_false(value_compare(NULL, value_timestamp(5, 2), value_duration(5, 2), &order));
}

TEST(lists_and_maps_are_equal_by_content)
{
	struct value a[] = {value_int(1), text("x")}, b[] = {value_double(1), text("x")};
	struct map_entry m[] = {{text("k"), value_int(1)}, {value_int(2), value_null()}};
	struct map_entry n[] = {{value_uint(2), value_null()}, {text("k"), value_uint(1)}};
	struct fixture f;

	set_up(&f);
	assert_true(value_eq(&f.c, value_list(a, 2), value_list(b, 2)));
	assert_false(value_eq(&f.c, value_list(a, 2), value_list(b, 1)));
	assert_true(value_eq(&f.c, map_build(&f.c, m, 2), map_build(&f.c, n, 2)));
	n[1].value = value_int(2);
	assert_false(value_eq(&f.c, map_build(&f.c, m, 2), map_build(&f.c, n, 2)));
	done(&f);
}

TEST(comparing_long_lists_is_paid_for)
{
	struct value items[100];
	struct fixture f;

	set_up(&f);
	for (int i = 0; i < 100; i++)
		items[i] = value_int(i);
	f.c.budget = 99;
	assert_false(value_eq(&f.c, value_list(items, 100), value_list(items, 100)));
	assert_int_equal(f.c.out_of, ERR_LIMIT);
	done(&f);
}

TEST(maps_of_any_size_find_their_keys)
{
	for (uint32_t n = 0; n < 200; n += 7) {
		struct fixture f;
		struct map_entry *entries;
		struct value map;

		set_up(&f);
		entries = call_alloc(&f.c, n * sizeof(*entries));
		for (uint32_t i = 0; i < n; i++)
			entries[i] = (struct map_entry){i % 2 ? value_int(i) : value_uint(i),
							value_int(i * 2)};
		map = map_build(&f.c, entries, n);
		assert_int_equal(map.kind, VALUE_MAP);
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(value_get(&f.c, map, value_double(i)).i, i * 2);
		assert_int_equal(value_get(&f.c, map, value_int(n)).kind, VALUE_ABSENT);
		assert_int_equal(value_get(&f.c, map, value_int(-1)).kind, VALUE_ABSENT);
		assert_int_equal(value_get(&f.c, map, value_double(0.5)).kind, VALUE_ABSENT);
		assert_int_equal(value_get(&f.c, map, value_null()).kind, VALUE_ABSENT);
		done(&f);
	}
}

TEST(keys_neither_repeat_nor_are_of_other_kinds)
{
	struct map_entry twice[] = {{value_int(1), value_null()}, {value_uint(1), value_null()}};
	struct map_entry odd[] = {{value_double(1), value_null()}};
	struct map_entry many[20];
	struct fixture f;
	struct value v;

	set_up(&f);
	v = map_build(&f.c, twice, 2);
	assert_str(v.error->message, "map: the key 1 repeats");
	v = map_build(&f.c, odd, 1);
	assert_str(v.error->message, "map: a key is bool, int, uint or string, not double");
	for (int i = 0; i < 20; i++)
		many[i] = (struct map_entry){i == 19 ? text("k3") : value_int(i), value_null()};
	many[3].key = text("k3");
	v = map_build(&f.c, many, 20);
	assert_str(v.error->message, "map: the key \"k3\" repeats");
	done(&f);
}

TEST(a_constant_set_holds_what_its_list_holds)
{
	CLEANUP(arena_done) struct arena arena;
	const struct const_set *set;
	struct value items[300];
	char names[300][48];

	arena_init(&arena, (size_t)1 << 20);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%.*sname%d", i % 30,
			       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", i);
		items[i] = i % 3 ? text(names[i]) : value_int(i);
	}
	set = const_set_new(items, 300, &arena);
	for (int i = 0; i < 300; i++) {
		assert_true(const_set_has(set, items[i]));
		assert_int_equal(const_set_has(set, value_uint((uint64_t)i)), i % 3 == 0);
		assert_int_equal(const_set_has(set, text(names[i])), i % 3 != 0);
	}
	assert_true(const_set_has(set, value_double(3)));
	assert_false(const_set_has(set, value_double(3.5)));
	assert_false(const_set_has(set, value_null()));
	assert_false(const_set_has(set, text("")));
}

TEST(a_constant_set_needs_keys)
{
	CLEANUP(arena_done) struct arena arena;
	struct value items[] = {value_int(1), value_null()};

	arena_init(&arena, 10000);
	assert_null(const_set_new(items, 2, &arena));
	assert_non_null(const_set_new(items, 1, &arena));
	assert_non_null(const_set_new(items, 0, &arena));
}

TEST(sorting_is_stable_and_by_keys)
{
	struct value keys[200], items[200], sorted;
	struct fixture f;

	set_up(&f);
	for (int i = 0; i < 200; i++) {
		keys[i] = value_int(i * 7 % 10);
		items[i] = value_int(i);
	}
	sorted = value_sort_by(&f.c, "sortBy", keys, items, 200);
	assert_int_equal(sorted.n, 200);
	for (int i = 1; i < 200; i++) {
		int64_t a = sorted.items[i - 1].i, b = sorted.items[i].i;

		assert_true(a * 7 % 10 < b * 7 % 10 || (a * 7 % 10 == b * 7 % 10 && a < b));
	}
	done(&f);
}

TEST(what_has_no_order_is_not_sorted)
{
	struct value keys[] = {value_int(1), text("a")};
	struct fixture f;

	set_up(&f);
	assert_str(value_sort_by(&f.c, "sort", keys, keys, 2).error->message,
		   "sort: int and string have no order");
	assert_int_equal(value_sort_by(&f.c, "sort", keys, keys, 0).n, 0);
	done(&f);
}

TEST(scratch_is_bounded_and_reused)
{
	struct scratch s;
	void *first;

	scratch_init(&s, 100000);
	first = scratch_alloc(&s, 10);
	assert_non_null(first);
	assert_null(scratch_alloc(&s, 100001));
	assert_non_null(scratch_alloc(&s, 50000));
	assert_null(scratch_alloc(&s, 50000));
	for (int i = 0; i < 100; i++) {
		scratch_reset(&s);
		for (int j = 0; j < 100; j++)
			memset(scratch_alloc(&s, 100), 'x', 100);
	}
	scratch_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(numbers_compare_by_what_they_are_worth),
		RUN(a_nan_is_unlike_everything_and_has_no_order),
		RUN(times_compare_by_seconds_then_nanoseconds),
		RUN(lists_and_maps_are_equal_by_content),
		RUN(comparing_long_lists_is_paid_for),
		RUN(maps_of_any_size_find_their_keys),
		RUN(keys_neither_repeat_nor_are_of_other_kinds),
		RUN(a_constant_set_holds_what_its_list_holds),
		RUN(a_constant_set_needs_keys),
		RUN(sorting_is_stable_and_by_keys),
		RUN(what_has_no_order_is_not_sorted),
		RUN(scratch_is_bounded_and_reused),
	};

	return RUN_ALL(tests);
}
