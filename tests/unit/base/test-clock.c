/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include "tests/unit/test.h"

static const struct {
	const char *text;
	int64_t seconds;
} times[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"2024-02-29T23:59:59Z", 1709251199},
	{"0495-01-02T03:04:05Z", -46546347355},
	{"9999-12-31T23:59:59Z", 253402300799},
};

TEST(what_is_written_is_read_again_the_same)
{
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		char text[CLOCK_TEXT_MAX];
		int64_t seconds = 1;

		assert_true(clock_format(times[i].seconds, text));
		assert_string_equal(text, times[i].text);
		assert_true(clock_parse(str_of(text), &seconds));
		assert_int_equal(seconds, times[i].seconds);
	}
}

TEST(a_year_of_five_digits_is_refused)
{
	char text[CLOCK_TEXT_MAX];

	assert_false(clock_format(253402300800, text));
}

TEST(a_day_that_no_calendar_has_is_refused)
{
	static const char *const rows[] = {
		"2026-02-29T00:00:00Z", "2026-02-31T00:00:00Z", "2100-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
	};
	int64_t seconds;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (clock_parse(str_of(rows[i]), &seconds))
			fail_msg("%s is taken", rows[i]);
	assert_true(clock_parse(STR("2000-02-29T00:00:00Z"), &seconds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_written_is_read_again_the_same),
		RUN(a_year_of_five_digits_is_refused),
		RUN(a_day_that_no_calendar_has_is_refused),
	};
	return RUN_ALL(tests);
}
