/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/zone_rule.h"

#include "expr/time.h"
#include "unit/test.h"

static int64_t at(const char *text)
{
	struct nanotime t = {0};

	assert_int_equal(timestamp_parse(str_of(text), &t, NULL), 0);
	return t.seconds;
}

TEST(a_rule_without_end_knows_every_year)
{
	static const struct {
		const char *rule, *moment;
		int32_t want;
	} rows[] = {
		{"CET-1CEST,M3.5.0,M10.5.0/3", "2100-03-28T00:59:59Z", 3600},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "2100-03-28T01:00:00Z", 7200},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "2100-10-31T00:59:59Z", 7200},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "2100-10-31T01:00:00Z", 3600},
		{"EST5EDT,M3.2.0,M11.1.0", "2040-03-11T06:59:59Z", -18000},
		{"EST5EDT,M3.2.0,M11.1.0", "2040-03-11T07:00:00Z", -14400},
		{"EST5EDT,M3.2.0,M11.1.0", "2040-11-04T05:59:59Z", -14400},
		{"EST5EDT,M3.2.0,M11.1.0", "2040-11-04T06:00:00Z", -18000},
		/* South: summer at the turn of the year. */
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-12-31T12:00:00Z", 39600},
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", "2051-01-01T12:00:00Z", 39600},
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", "2051-06-01T12:00:00Z", 36000},
		/* Half an hour of summer time. */
		{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2051-01-01T12:00:00Z", 39600},
		{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2051-06-01T12:00:00Z", 37800},
		{"JST-9", "2051-06-01T12:00:00Z", 32400},
		{"<-03>3", "2051-06-01T12:00:00Z", -10800},
		{"AAA0:00:30", "2051-06-01T12:00:00Z", -30},
		/* Hours before and behind the day, as Greenland has them. */
		{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2051-03-26T00:59:59Z", -7200},
		{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2051-03-26T01:00:00Z", -3600},
		/* J60 is 1 March in leap years too; 59 is 29 February in them. */
		{"AAA0BBB,J60/0,J61/0", "2048-02-29T12:00:00Z", 0},
		{"AAA0BBB,J60/0,J61/0", "2048-03-01T12:00:00Z", 3600},
		{"AAA0BBB,J60/0,J61/0", "2049-03-01T12:00:00Z", 3600},
		{"AAA0BBB,59/0,60/0", "2048-02-29T12:00:00Z", 3600},
		{"AAA0BBB,59/0,60/0", "2048-03-01T12:00:00Z", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct zone_rule rule;

		assert_true(zone_rule_parse(str_of(rows[i].rule), &rule));
		assert_int_equal(zone_rule_offset(&rule, at(rows[i].moment)), rows[i].want);
	}
}

TEST(a_broken_rule_is_refused)
{
	static const char *const rows[] = {
		"",
		"CET",
		"CE-1",
		"CET-25",
		"CET-1:60",
		"CET-1x",
		"CET-1CEST",
		"CET-1CEST,M3.5.0",
		"CET-1CEST,M13.5.0,M10.5.0",
		"<CET-1",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0",
		"<>-1",
		"CET-1CEST,J0,J5",
		"CET-1CEST,366,1",
		":CET-1",
		"CET-1CEST,M3.5.0,M10.5.0/168",
		"CET-1CEST,M3.5.0,M10.5.0/3x",
	};
	struct zone_rule rule;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (zone_rule_parse(str_of(rows[i]), &rule))
			fail_msg("\"%s\"", rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_rule_without_end_knows_every_year),
		RUN(a_broken_rule_is_refused),
	};

	return RUN_ALL(tests);
}
