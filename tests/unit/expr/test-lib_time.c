/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

#include <unistd.h>

#include "expr/zone.h"

#define T "timestamp('2009-02-13T23:31:30.123456789Z')"

TEST(times_are_converted)
{
	static const struct expression rows[] = {
		{"timestamp('2009-02-13T23:31:30Z')", "2009-02-13T23:31:30Z"},
		{"timestamp(1234567890)", "2009-02-13T23:31:30Z"},
		{"timestamp(timestamp(0))", "1970-01-01T00:00:00Z"},
		{"timestamp(253402300800)",
		 "error: timestamp 253402300800 is out of range (years 1 to 9999)"},
		{"timestamp('x')", "error: \"x\" is no timestamp: expected RFC 3339"},
		{"int(" T ")", "1234567890"},
		{"int(timestamp('1969-12-31T23:59:59.5Z'))", "-1"},
		{"string(" T ")", "\"2009-02-13T23:31:30.123456789Z\""},
		{"string(duration('1m1ms'))", "\"60.001s\""},
		{"duration(duration('1h'))", "3600s"},
		{"duration('1x')", "error: \"1x\" is no duration: expected"},
		{"type(" T ")", "google.protobuf.Timestamp"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(times_are_added_and_subtracted)
{
	static const struct expression rows[] = {
		{"timestamp('2023-01-01T00:00:00Z') + duration('24h')", "2023-01-02T00:00:00Z"},
		{"duration('24h') + timestamp('2023-01-01T00:00:00Z')", "2023-01-02T00:00:00Z"},
		{"timestamp('2023-01-10T12:00:00Z') - timestamp('2023-01-10T00:00:00Z')", "43200s"},
		{"timestamp('2023-01-10T12:00:00Z') - duration('0.5s')", "2023-01-10T11:59:59.5Z"},
		{"duration('1m') + duration('1s')", "61s"},
		{"duration('1m') - duration('61.5s')", "-1.5s"},
		{"timestamp('9999-12-31T23:59:59Z') + duration('1s')",
		 "error: range error: the timestamp"},
		{"duration('1s') + timestamp('9999-12-31T23:59:59Z')", "error: range error"},
		{"timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "error: range error"},
		{"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')",
		 "error: range error: the duration is over 292 years"},
		{"duration('9223372036s') + duration('1s')", "error: range error"},
		{"duration('-9223372036s') - duration('1s')", "error: range error"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(a_timestamp_has_parts)
{
	static const struct expression rows[] = {
		{T ".getFullYear()", "2009"},
		{T ".getMonth()", "1"},
		{T ".getDate()", "13"},
		{T ".getDayOfMonth()", "12"},
		{T ".getDayOfYear()", "43"},
		{T ".getDayOfWeek()", "5"},
		{T ".getHours()", "23"},
		{T ".getMinutes()", "31"},
		{T ".getSeconds()", "30"},
		{T ".getMilliseconds()", "123"},
		{T ".getHours('UTC')", "23"},
		{T ".getHours('+00:00')", "23"},
		{T ".getDate('+02:30')", "14"},
		{T ".getHours('+02:30')", "2"},
		{T ".getMinutes('02:30')", "1"},
		{T ".getHours('-23:45')", "23"},
		{T ".getDayOfWeek('+00:29')", "6"},
		{T ".getMilliseconds('+10:00')", "123"},
		{"timestamp('0001-01-01T00:00:00Z').getFullYear('-01:00')", "0"},
		{"timestamp('9999-12-31T23:59:59Z').getFullYear('+01:00')", "10000"},
		{"timestamp(0).getHours(1)", "error: no such overload"},
		{T ".getHours('+1:00')", "error: \"+1:00\" is no time zone: expected UTC"},
		{T ".getHours('../passwd')", "error: \"../passwd\" is no time zone"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(zones_have_names)
{
	static const struct expression rows[] = {
		{T ".getDate('Australia/Sydney')", "14"},
		{T ".getMinutes('Asia/Kathmandu')", "16"},
		{"timestamp('2024-07-01T12:00:00Z').getHours('Europe/Berlin')", "14"},
		{"timestamp('2024-01-01T12:00:00Z').getHours('Europe/Berlin')", "13"},
		{"['Europe/Berlin', 'UTC', '-01:00'].map(z, timestamp(0).getHours(z))",
		 "[1, 0, 23]"},
		{T ".getHours('Mars/Olympus')", "error: time zone \"Mars/Olympus\" is not known"},
		{"['Mars/Olympus'].map(z, timestamp(0).getHours(z))",
		 "error: time zone \"Mars/Olympus\" is not known"},
	};

	if (access(ZONE_DIR "/Europe/Berlin", R_OK) < 0)
		skip(); /* a system without tzdata */
	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(a_duration_is_cut_to_a_unit)
{
	static const struct expression rows[] = {
		{"duration('10000s').getHours()", "2"},
		{"duration('1h30m').getMinutes()", "90"},
		{"duration('1m30.9s').getSeconds()", "90"},
		{"duration('1.234s').getMilliseconds()", "234"},
		{"duration('-1.234s').getMilliseconds()", "-234"},
		{"duration('-1.9s').getSeconds()", "-1"},
		{"duration('-90m').getHours()", "-1"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(times_are_converted),	  RUN(times_are_added_and_subtracted),
		RUN(a_timestamp_has_parts),	  RUN(zones_have_names),
		RUN(a_duration_is_cut_to_a_unit),
	};

	return RUN_ALL(tests);
}
