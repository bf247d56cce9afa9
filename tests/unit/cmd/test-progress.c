/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "cmd/progress.h"

TEST(the_line_says_how_far_how_fast_and_how_long_yet)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(512);

	progress_text(&sb, 50000000, 100000000, 2000, 80);
	assert_str(strbuf_str(&sb),
		   "[===============               ] 50.0/100.0 MB, 25 MB/s, 2 s left");
}

TEST(without_a_total_there_is_no_bar_and_no_end)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(512);

	progress_text(&sb, 3000000, 0, 1000, 80);
	assert_str(strbuf_str(&sb), "3.0 MB, 3 MB/s");
}

TEST(the_line_is_cut_to_the_terminal)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(512);

	progress_text(&sb, 1, UINT64_MAX, 1, 20);
	assert_int_equal(sb.n, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_line_says_how_far_how_fast_and_how_long_yet),
		RUN(without_a_total_there_is_no_bar_and_no_end),
		RUN(the_line_is_cut_to_the_terminal),
	};

	return RUN_ALL(tests);
}
