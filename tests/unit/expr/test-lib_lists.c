/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(parts_of_a_list_are_taken)
{
	static const struct expression rows[] = {
		{"[1, 2, 3, 4].slice(1, 3)", "[2, 3]"},
		{"[1, 2, 3, 4].slice(2, 4)", "[3, 4]"},
		{"[1, 2].slice(2, 2)", "[]"},
		{"[1, 2].slice(0, 2)", "[1, 2]"},
		{"[1, 2].slice(1, 3)",
		 "error: slice(1, 3): expected 0 <= start <= end <= 2, the list's size"},
		{"[1, 2].slice(-1, 1)", "error: slice(-1, 1)"},
		{"[1, 2].slice(2, 1)", "error: slice(2, 1)"},
		{"[1, 2].first()", "optional.of(1)"},
		{"[1, 2].last()", "optional.of(2)"},
		{"[].first()", "optional.none()"},
		{"[].last()", "optional.none()"},
		{"lists.range(3)", "[0, 1, 2]"},
		{"lists.range(0)", "[]"},
		{"lists.range(-1)", "[]"},
		{"[5, 3, 1].reverse()", "[1, 3, 5]"},
		{"[].reverse()", "[]"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(lists_in_lists_are_opened)
{
	static const struct expression rows[] = {
		{"[1, [2, 3], [4]].flatten()", "[1, 2, 3, 4]"},
		{"[1, [2, [3, 4]]].flatten()", "[1, 2, [3, 4]]"},
		{"[1, 2, [], [], [3, 4]].flatten()", "[1, 2, 3, 4]"},
		{"[1, [2, [3, [4]]]].flatten(2)", "[1, 2, 3, [4]]"},
		{"[1, [2, [3, [4]]]].flatten(100)", "[1, 2, 3, 4]"},
		{"[1, [2]].flatten(0)", "[1, [2]]"},
		{"[1, [2]].flatten(-1)", "error: flatten(-1): the depth is negative"},
		{"[].flatten()", "[]"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(nesting_is_bounded)
{
	CLEANUP(env_freep) struct env *env = env_of_tests();
	static const struct expression row = {
		"x.flatten(1000)", "error: flatten: lists are nested more than 128 deep"};
	struct value lists[200];

	lists[0] = value_list(NULL, 0);
	for (size_t i = 1; i < ARRAY_LEN(lists); i++)
		lists[i] = value_list(&lists[i - 1], 1);
	assert_expression_of(env, &row, lists[199]);
}

TEST(lists_are_sorted)
{
	static const struct expression rows[] = {
		{"[3, 2, 1].sort()", "[1, 2, 3]"},
		{"['b', 'c', 'a'].sort()", "[\"a\", \"b\", \"c\"]"},
		{"[true, false].sort()", "[false, true]"},
		{"[duration('2s'), duration('1s')].sort()", "[1s, 2s]"},
		{"[].sort()", "[]"},
		{"[1, 'b'].sort()", "error: sort"},
		{"[[1], [2]].sort()", "error: sort"},
		{"[0.0 / 0.0].sort()", "error: sort"},
		{"['bb', 'a'].sortBy(e, e.size())", "[\"a\", \"bb\"]"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(repetitions_are_left_out)
{
	static const struct expression rows[] = {
		{"[1, 2, 2, 3, 3, 3].distinct()", "[1, 2, 3]"},
		{"['b', 'b', 'c', 'a', 'c'].distinct()", "[\"b\", \"c\", \"a\"]"},
		{"[1, 'b', 2, 'b'].distinct()", "[1, \"b\", 2]"},
		{"[1, 1.0, 1u, 1.5, 1.5, true].distinct()", "[1, 1.5, true]"},
		{"[[1], [1.0], [2], null, null].distinct()", "[[1], [2], null]"},
		{"[0.0 / 0.0, 0.0 / 0.0].distinct()", "[NaN, NaN]"},
		{"[b'a', b'a', 'a'].distinct()", "[b\"a\", \"a\"]"},
		{"[].distinct()", "[]"},
		{"lists.range(100000).distinct().size()", "100000"},
		{"lists.range(5000).map(i, [i]).distinct().size()",
		 "error: the evaluation costs more than"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(parts_of_a_list_are_taken), RUN(lists_in_lists_are_opened),
		RUN(nesting_is_bounded),	RUN(lists_are_sorted),
		RUN(repetitions_are_left_out),
	};

	return RUN_ALL(tests);
}
