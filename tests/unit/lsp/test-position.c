/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "lsp/position.h"

#define WIDE "\xf0\x9f\x98\x80" /* two units of UTF-16, four of UTF-8 */
#define E    "\xc3\xa9"		/* one unit, two */

static const struct {
	const char *text;
	enum position_encoding encoding;
	size_t byte;
	struct position position;
} rows[] = {
	{"", POSITION_UTF16, 0, {0, 0}},	   {"ab\ncd", POSITION_UTF16, 4, {1, 1}},
	{"ab\ncd", POSITION_UTF16, 2, {0, 2}},	   {"ab\n", POSITION_UTF16, 3, {1, 0}},
	{"ab\r\ncd", POSITION_UTF16, 4, {1, 0}},   {"ab\rcd", POSITION_UTF16, 3, {1, 0}},
	{"\r\r\n\n", POSITION_UTF16, 4, {3, 0}},   {"a" WIDE "b", POSITION_UTF16, 5, {0, 3}},
	{"a" WIDE "b", POSITION_UTF8, 5, {0, 5}},  {E "b\n" E "c", POSITION_UTF16, 6, {1, 1}},
	{E "b\n" E "c", POSITION_UTF8, 6, {1, 2}},
};

TEST(bytes_and_places_are_the_same_both_ways)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(position_map_done) struct position_map map = {0};
		struct str text = str_of(rows[i].text);
		struct position p;

		assert_int_equal(position_map_make(text, rows[i].encoding, &map, NULL), 0);
		p = position_of(&map, rows[i].byte);
		assert_int_equal(p.line, rows[i].position.line);
		assert_int_equal(p.character, rows[i].position.character);
		assert_int_equal(position_offset(text, rows[i].encoding, rows[i].position),
				 rows[i].byte);
	}
}

/* Places that are none: what they count as. */
static const struct {
	const char *text;
	struct position position;
	size_t byte;
} odd[] = {
	{"ab\ncd", {0, 99}, 2},	     {"ab\r\ncd", {0, 3}, 2},	  {"ab\ncd", {9, 0}, 5},
	{"ab\ncd", {1, 99}, 5},	     {"a" WIDE "b", {0, 2}, 1},	  {"", {0, 1}, 0},
	{"a\n", {UINT32_MAX, 0}, 2}, {"a\n", {0, UINT32_MAX}, 1},
};

TEST(a_place_that_is_not_there_is_the_nearest_before_it)
{
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		assert_int_equal(
			position_offset(str_of(odd[i].text), POSITION_UTF16, odd[i].position),
			odd[i].byte);
}

TEST(a_byte_inside_a_character_or_a_line_end_is_its_start)
{
	CLEANUP(position_map_done) struct position_map map = {0};
	struct position p;

	assert_int_equal(position_map_make(STR("a" WIDE "\r\nb"), POSITION_UTF16, &map, NULL), 0);
	for (size_t i = 1; i < 5; i++)
		assert_int_equal(position_of(&map, i).character, 1);
	p = position_of(&map, 6);
	assert_int_equal(p.line, 0);
	assert_int_equal(p.character, 3);
	assert_int_equal(position_of(&map, 1000).line, 1);
	assert_int_equal(position_of(&map, 1000).character, 1);
}

TEST(long_lines_are_counted_from_marks)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(100000);
	CLEANUP(position_map_done) struct position_map map = {0};

	strbuf_adds(&text, "x\n");
	for (int i = 0; i < 5000; i++)
		strbuf_adds(&text, WIDE E);
	assert_int_equal(position_map_make(strbuf_str(&text), POSITION_UTF16, &map, NULL), 0);
	for (size_t i = 0; i <= 5000; i++) {
		struct position p = position_of(&map, 2 + 6 * i);

		assert_int_equal(p.line, 1);
		assert_int_equal(p.character, 3 * i);
	}
}

TEST(a_line_has_a_start_and_an_end)
{
	CLEANUP(position_map_done) struct position_map map = {0};
	size_t start, end;

	assert_int_equal(position_map_make(STR("ab\r\ncd"), POSITION_UTF8, &map, NULL), 0);
	position_line(&map, 0, &start, &end);
	assert_int_equal(start, 0);
	assert_int_equal(end, 2);
	position_line(&map, 1, &start, &end);
	assert_int_equal(start, 4);
	assert_int_equal(end, 6);
	position_line(&map, 7, &start, &end);
	assert_int_equal(start, 6);
	assert_int_equal(end, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(bytes_and_places_are_the_same_both_ways),
		RUN(a_place_that_is_not_there_is_the_nearest_before_it),
		RUN(a_byte_inside_a_character_or_a_line_end_is_its_start),
		RUN(long_lines_are_counted_from_marks),
		RUN(a_line_has_a_start_and_an_end),
	};

	return RUN_ALL(tests);
}
