/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule of a time zone without an end: "CET-1CEST,M3.5.0,M10.5.0/3".
 *
 *     struct zone_rule rule;
 *     if (zone_rule_parse(text, &rule)) offset = zone_rule_offset(&rule, unix_seconds);
 *
 * Format: the variable TZ of POSIX.1-2017, section 8.3, with the wider hours of RFC 9636 (-167 to
 * 167) and without its first form ":characters". Summer time must say when it begins and ends.
 */
#pragma once

#include "base/str.h"

enum zone_day_form {
	ZONE_DAY_JULIAN,   /* Jn: 1 to 365, 29 February is never counted */
	ZONE_DAY_OF_YEAR,  /* n: 0 to 365 */
	ZONE_DAY_OF_MONTH, /* Mm.w.d: the w-th weekday d of the month, the last for 5 */
};

struct zone_change {
	enum zone_day_form form;
	int month, week;
	int day;
	int32_t seconds; /* local time of that day, before the change */
};

struct zone_rule {
	int32_t standard; /* seconds east of UTC */
	int32_t summer;	  /* the same as standard when has_summer is false */
	bool has_summer;
	struct zone_change begin, end; /* of summer time */
};

bool zone_rule_parse(struct str text, struct zone_rule *ret);
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t unix_seconds);
