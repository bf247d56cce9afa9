/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "check/source_lines.h"

static void fill(struct strbuf *text)
{
	strbuf_adds(text, "ab\n\n");
	for (size_t i = 0; i < 300; i++)
		strbuf_adds(text, i % 3 ? "x\xc3\xa9" : "\xf0\x9f\x90\xb3yz");
	strbuf_adds(text, "\nlast");
	while (text->n % 256) /* a mark at the very end would stand behind the text */
		strbuf_addc(text, '.');
}

TEST(bytes_and_places_are_the_same_both_ways)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(65536);
	struct source_lines lines;
	struct arena arena;

	fill(&text);
	arena_init(&arena, LIMIT_ARENA_BYTES);
	assert_int_equal(source_lines_make(strbuf_str(&text), &arena, &lines, NULL), 0);
	for (size_t i = 0; i <= text.n; i++) {
		struct judge_place p = source_place(&lines, i, i);

		if (i == text.n || (text.p[i] & 0xc0) != 0x80)
			assert_int_equal(source_offset(&lines, p.line, p.column), i);
	}
	arena_done(&arena);
}

TEST(a_column_that_is_not_there_is_the_end_of_its_line)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(65536);
	struct source_lines lines;
	struct arena arena;

	fill(&text);
	arena_init(&arena, LIMIT_ARENA_BYTES);
	assert_int_equal(source_lines_make(strbuf_str(&text), &arena, &lines, NULL), 0);
	assert_int_equal(source_offset(&lines, 1, UINT64_MAX), 2);
	assert_int_equal(source_offset(&lines, 2, 9), 3);
	assert_int_equal(source_offset(&lines, 3, UINT64_MAX), lines.starts[3] - 1);
	assert_int_equal(source_offset(&lines, 4, UINT64_MAX), text.n);
	assert_int_equal(source_offset(&lines, 4, 0), lines.starts[3]);
	assert_int_equal(source_offset(&lines, 5, 1), text.n);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(bytes_and_places_are_the_same_both_ways),
		RUN(a_column_that_is_not_there_is_the_end_of_its_line),
	};

	return RUN_ALL(tests);
}
