/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/package/version_cases.h"

TEST(what_looks_semantic_is)
{
	assert_chain(VERSION_FUZZY, "1.0.0-alpha < 1.0.0 = v1.0 < 1.2 < 1.10");
	assert_chain(VERSION_FUZZY, "1.1.1-pre1 < 1.1.1-pre2 < 1.1.1");
}

TEST(else_piece_by_piece)
{
	assert_chain(VERSION_FUZZY, "1.0.2 < 1.0.2a < 1.0.2w < 1.0.10a");
	assert_chain(VERSION_FUZZY, "4p9 < 4p12");
	assert_chain(VERSION_FUZZY, "2020-01-01x < 2020-02-01x");
}

TEST(a_v_alone_is_a_version)
{
	assert_chain(VERSION_FUZZY, "'' = v = V < v1");
}

TEST(ranges)
{
	assert_matches(VERSION_FUZZY, "'4.5.1' || '4.5.2'", "4.5.2 4.5.1", "4.5.3");
	assert_matches(VERSION_FUZZY, "> v1.5", "17.12.0-ce", "1.5");
}

TEST(check_wants_anything)
{
	assert_valid(VERSION_FUZZY, "x 1");
	assert_refused(VERSION_FUZZY, "", "empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_looks_semantic_is), RUN(else_piece_by_piece),
		RUN(a_v_alone_is_a_version), RUN(ranges),
		RUN(check_wants_anything),
	};

	return RUN_ALL(tests);
}
