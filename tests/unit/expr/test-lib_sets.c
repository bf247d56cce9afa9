/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(lists_are_compared_as_sets)
{
	static const struct expression rows[] = {
		{"sets.contains([], [])", "true"},
		{"sets.contains([], [1])", "false"},
		{"sets.contains([1], [])", "true"},
		{"sets.contains([1, 2, 3, 4], [2, 3])", "true"},
		{"sets.contains([1, 2.0, 3u], [1.0, 2u, 3])", "true"},
		{"sets.contains([[1], [2, 3]], [[2, 3.0]])", "true"},
		{"sets.contains(['a', 'b'], ['b', 'c'])", "false"},
		{"sets.equivalent([], [])", "true"},
		{"sets.equivalent([1], [1, 1])", "true"},
		{"sets.equivalent([1], [1u, 1.0])", "true"},
		{"sets.equivalent([1, 2, 3], [3u, 2.0, 1])", "true"},
		{"sets.equivalent([1, 2], [1])", "false"},
		{"sets.equivalent([1], [1, 2])", "false"},
		{"sets.intersects([1], [])", "false"},
		{"sets.intersects([], [])", "false"},
		{"sets.intersects([1], [1, 2])", "true"},
		{"sets.intersects([[1], [2, 3]], [[1, 2], [2, 3.0]])", "true"},
		{"sets.intersects([0.0 / 0.0], [0.0 / 0.0])", "false"},
		{"sets.intersects([dyn('a')], [b'a'])", "false"},
		{"sets.contains(1, [1])", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(large_sets_are_fast_or_refused)
{
	static const struct expression rows[] = {
		{"sets.equivalent(lists.range(200000), lists.range(200000))", "true"},
		{"sets.contains(lists.range(5000).map(i, [i]), lists.range(5000).map(i, [i]))",
		 "error: the evaluation costs more than"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lists_are_compared_as_sets),
		RUN(large_sets_are_fast_or_refused),
	};

	return RUN_ALL(tests);
}
