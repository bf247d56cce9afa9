/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/time.h"

#include "unit/test.h"

static struct nanotime timestamp(const char *text)
{
	struct nanotime t = {0};
	struct err err = {0};

	if (timestamp_parse(str_of(text), &t, &err) < 0)
		fail_msg("%s", err.msg);
	return t;
}

static struct nanotime duration(const char *text)
{
	struct nanotime d = {0};
	struct err err = {0};

	if (duration_parse(str_of(text), &d, &err) < 0)
		fail_msg("%s", err.msg);
	return d;
}

TEST(every_day_from_year_1_to_9999_has_its_date)
{
	int64_t year = 1;
	int month = 1, day = 1, of_year = 0, of_week = 1; /* a Monday */
	int64_t days = TIMESTAMP_MIN_SECONDS / 86400;

	for (; days <= TIMESTAMP_MAX_SECONDS / 86400; days++) {
		struct civil c = civil_of(days * 86400);

		if (c.year != year || c.month != month || c.day != day ||
		    c.day_of_year != of_year || c.day_of_week != of_week ||
		    civil_days(year, month, day) != days)
			fail_msg("day %lld", (long long)days);
		of_week = (of_week + 1) % 7;
		of_year++;
		if (++day > civil_month_days(year, month)) {
			day = 1;
			month++;
		}
		if (month > 12) {
			month = 1;
			of_year = 0;
			year++;
		}
	}
	assert_int_equal(year, 10000);
}

TEST(timestamps_are_read_and_printed)
{
	static const struct {
		const char *text;
		int64_t seconds;
		uint32_t nanos;
		const char *printed; /* NULL: as text */
	} rows[] = {
		{"1970-01-01T00:00:00Z", 0, 0, NULL},
		{"2009-02-13T23:31:30Z", 1234567890, 0, NULL},
		{"2009-02-13T23:31:30.123456789Z", 1234567890, 123456789, NULL},
		{"2009-02-13T23:31:30.5000Z", 1234567890, 500000000, "2009-02-13T23:31:30.5Z"},
		{"2009-02-13T23:31:30.1234567899Z", 1234567890, 123456789,
		 "2009-02-13T23:31:30.123456789Z"},
		{"2009-02-14T00:31:30+01:00", 1234567890, 0, "2009-02-13T23:31:30Z"},
		{"2009-02-13T19:01:30-04:30", 1234567890, 0, "2009-02-13T23:31:30Z"},
		{"1969-12-31T23:59:59.75Z", -1, 750000000, NULL},
		{"2000-02-29T00:00:00-00:00", 951782400, 0, "2000-02-29T00:00:00Z"},
		{"0001-01-01T00:00:00Z", TIMESTAMP_MIN_SECONDS, 0, NULL},
		{"9999-12-31T23:59:59.999999999Z", TIMESTAMP_MAX_SECONDS, 999999999, NULL},
	};
	char text[TIME_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct nanotime t = timestamp(rows[i].text);

		assert_int_equal(t.seconds, rows[i].seconds);
		assert_int_equal(t.nanos, rows[i].nanos);
		assert_str(str_make(text, timestamp_print(t, text)),
			   rows[i].printed ? rows[i].printed : rows[i].text);
	}
}

TEST(a_bad_timestamp_says_what_was_expected)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "\"\" is no timestamp: expected RFC 3339"},
		{"2009-02-13", "\"2009-02-13\" is no timestamp"},
		{"2009-02-13T23:31:30", "is no timestamp"},
		{"2009-02-13 23:31:30Z", "is no timestamp"},
		{"2009-02-13t23:31:30z", "is no timestamp"},
		{"2009-2-13T23:31:30Z", "is no timestamp"},
		{"2009-02-29T23:31:30Z", "is no timestamp"},
		{"2009-13-01T23:31:30Z", "is no timestamp"},
		{"2009-00-01T23:31:30Z", "is no timestamp"},
		{"2009-02-00T23:31:30Z", "is no timestamp"},
		{"2009-02-13T24:00:00Z", "is no timestamp"},
		{"2009-02-13T23:60:00Z", "is no timestamp"},
		{"2009-02-13T23:59:60Z", "is no timestamp"},
		{"2009-02-13T23:31:30.Z", "is no timestamp"},
		{"2009-02-13T23:31:30+0100", "is no timestamp"},
		{"2009-02-13T23:31:30+24:00", "is no timestamp"},
		{"2009-02-13T23:31:30Z ", "is no timestamp"},
		{"+2009-02-13T23:31:30Z", "is no timestamp"},
		{"0000-12-31T23:59:59Z", "out of range (years 1 to 9999)"},
		{"0001-01-01T00:00:00+00:01", "out of range"},
		{"9999-12-31T23:59:59-00:01", "out of range"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct nanotime t;
		struct err err = {0};

		assert_int_equal(timestamp_parse(str_of(rows[i].text), &t, &err), -ERR_FORMAT);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(durations_are_read_and_printed)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {
		{"0", "0s"},
		{"-0", "0s"},
		{"1s", "1s"},
		{"1h30m", "5400s"},
		{"1h34us", "3600.000034s"},
		{"-1.5h", "-5400s"},
		{"+5m", "300s"},
		{"-0.5s", "-0.5s"},
		{"-1.5s", "-1.5s"},
		{"23.4s", "23.4s"},
		{".5s", "0.5s"},
		{"5.s", "5s"},
		{"1ms", "0.001s"},
		{"1m1ms", "60.001s"},
		{"2\xc2\xb5s", "0.000002s"},
		{"3\xce\xbcs", "0.000003s"},
		{"-1ns", "-0.000000001s"},
		{"0.1ns", "0s"},
		{"0.0000000001h", "0.00000036s"},
		{"1s1s", "2s"},
		{"9223372036854775807ns", "9223372036.854775807s"},
		{"-9223372036854775808ns", "-9223372036.854775808s"},
	};
	char text[TIME_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_str(str_make(text, duration_print(duration(rows[i].text), text)),
			   rows[i].printed);
}

TEST(a_bad_duration_says_what_was_expected)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "\"\" is no duration: expected numbers with h, m, s"},
		{"1", "is no duration"},
		{"s", "is no duration"},
		{".s", "is no duration"},
		{"1d", "is no duration"},
		{"1 s", "is no duration"},
		{"--1s", "is no duration"},
		{"1h-1m", "is no duration"},
		{"1S", "is no duration"},
		{"00", "is no duration"},
		{"9223372036854775808ns", "out of range (292 years"},
		{"-9223372036854775809ns", "out of range"},
		{"-320000000000s", "out of range"},
		{"999999999999999999999999999999999999999999999999h", "out of range"},
		{"9999999999999999999999999999h9999999999999999999999999999h", "out of range"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct nanotime d;
		struct err err = {0};

		assert_int_equal(duration_parse(str_of(rows[i].text), &d, &err), -ERR_FORMAT);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(arithmetic_keeps_to_the_ranges)
{
	struct nanotime t = timestamp("2009-02-13T23:31:30.25Z"), r = {0};
	struct nanotime last = timestamp("9999-12-31T23:59:59Z");
	struct nanotime first = timestamp("0001-01-01T00:00:00Z");
	struct nanotime most = duration("9223372036854775807ns");
	struct nanotime least = duration("-9223372036854775808ns");

	assert_true(timestamp_add(t, duration("-0.5s"), &r));
	assert_int_equal(r.seconds, 1234567889);
	assert_int_equal(r.nanos, 750000000);
	assert_true(timestamp_sub(t, duration("1.75s"), &r));
	assert_int_equal(r.seconds, 1234567888);
	assert_int_equal(r.nanos, 500000000);
	assert_true(timestamp_add(last, duration("999999999ns"), &r));
	r = t;
	assert_false(timestamp_add(last, duration("1s"), &r));
	assert_false(timestamp_sub(first, duration("1ns"), &r));
	assert_false(timestamp_diff(last, first, &r));
	assert_false(duration_add(most, duration("1ns"), &r));
	assert_false(duration_sub(least, duration("1ns"), &r));
	assert_int_equal(r.seconds, t.seconds);
	assert_true(timestamp_diff(first, t, &r) == false);
	assert_true(timestamp_diff(t, timestamp("2009-02-13T23:31:31Z"), &r));
	assert_int_equal(duration_nanos(r), -750000000);
	assert_true(duration_add(most, least, &r));
	assert_int_equal(duration_nanos(r), -1);
	assert_true(duration_sub(duration("1s"), duration("2.5s"), &r));
	assert_int_equal(duration_nanos(r), -1500000000);
	assert_int_equal(duration_nanos(least), INT64_MIN);
}

TEST(ranges_are_told)
{
	assert_true(timestamp_is_valid((struct nanotime){TIMESTAMP_MAX_SECONDS, 999999999}));
	assert_false(timestamp_is_valid((struct nanotime){TIMESTAMP_MAX_SECONDS + 1, 0}));
	assert_false(timestamp_is_valid((struct nanotime){TIMESTAMP_MIN_SECONDS - 1, 0}));
	assert_false(timestamp_is_valid((struct nanotime){0, 1000000000}));
	assert_true(duration_is_valid((struct nanotime){-9223372037, 145224192}));
	assert_false(duration_is_valid((struct nanotime){-9223372037, 145224191}));
	assert_false(duration_is_valid((struct nanotime){INT64_MAX, 0}));
}

TEST(a_time_of_day_before_1970_counts_upwards)
{
	struct civil c = civil_of(-1);

	assert_int_equal(c.year, 1969);
	assert_int_equal(c.hour, 23);
	assert_int_equal(c.minute, 59);
	assert_int_equal(c.second, 59);
	assert_int_equal(c.day_of_year, 364);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_day_from_year_1_to_9999_has_its_date),
		RUN(timestamps_are_read_and_printed),
		RUN(a_bad_timestamp_says_what_was_expected),
		RUN(durations_are_read_and_printed),
		RUN(a_bad_duration_says_what_was_expected),
		RUN(arithmetic_keeps_to_the_ranges),
		RUN(ranges_are_told),
		RUN(a_time_of_day_before_1970_counts_upwards),
	};

	return RUN_ALL(tests);
}
