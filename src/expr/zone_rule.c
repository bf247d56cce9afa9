/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/zone_rule.h"

#include "expr/time.h"

#define DAY_SECONDS 86400

/* ---- reading ---- */

/* One to three digits, from low to high. */
static bool pull_number(struct str *s, int low, int high, int *ret)
{
	int v = 0;
	size_t n = 0;

	for (; n < s->n && n < 3 && char_is_digit(s->p[n]); n++)
		v = v * 10 + (s->p[n] - '0');
	*s = str_skip(*s, n);
	*ret = v;
	return n > 0 && v >= low && v <= high;
}

/* "CET" or "<+03>". */
static bool pull_name(struct str *s)
{
	struct str name;
	size_t n = 0;

	if (str_pull_prefix(s, STR("<")))
		return str_cut(*s, '>', &name, s) && name.n > 0;
	while (n < s->n && char_is_alpha(s->p[n]))
		n++;
	*s = str_skip(*s, n);
	return n >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool pull_time(struct str *s, int max_hours, int32_t *ret)
{
	bool negative = str_pull_prefix(s, STR("-"));
	int hours, minutes = 0, seconds = 0;

	if (!negative)
		(void)str_pull_prefix(s, STR("+")); /* may be missing */
	if (!pull_number(s, 0, max_hours, &hours))
		return false;
	if (str_pull_prefix(s, STR(":"))) {
		if (!pull_number(s, 0, 59, &minutes))
			return false;
		if (str_pull_prefix(s, STR(":")) && !pull_number(s, 0, 59, &seconds))
			return false;
	}
	*ret = hours * 3600 + minutes * 60 + seconds;
	if (negative)
		*ret = -*ret;
	return true;
}

static bool pull_month_day(struct str *s, struct zone_change *c)
{
	return pull_number(s, 1, 12, &c->month) && str_pull_prefix(s, STR(".")) &&
	       pull_number(s, 1, 5, &c->week) && str_pull_prefix(s, STR(".")) &&
	       pull_number(s, 0, 6, &c->day);
}

/* ",M3.5.0/2" */
static bool pull_change(struct str *s, struct zone_change *ret)
{
	struct zone_change c = {.seconds = 2 * 3600};
	bool ok;

	if (!str_pull_prefix(s, STR(",")))
		return false;
	if (str_pull_prefix(s, STR("M"))) {
		c.form = ZONE_DAY_OF_MONTH;
		ok = pull_month_day(s, &c);
	} else if (str_pull_prefix(s, STR("J"))) {
		c.form = ZONE_DAY_JULIAN;
		ok = pull_number(s, 1, 365, &c.day);
	} else {
		c.form = ZONE_DAY_OF_YEAR;
		ok = pull_number(s, 0, 365, &c.day);
	}
	if (!ok || (str_pull_prefix(s, STR("/")) && !pull_time(s, 167, &c.seconds)))
		return false;
	*ret = c;
	return true;
}

bool zone_rule_parse(struct str s, struct zone_rule *ret)
{
	struct zone_rule rule = {.has_summer = false};
	int32_t west;

	if (!pull_name(&s) || !pull_time(&s, 24, &west))
		return false;
	rule.standard = rule.summer = -west;
	if (s.n) {
		rule.has_summer = true;
		if (!pull_name(&s))
			return false;
		rule.summer = rule.standard + 3600;
		if (s.n && s.p[0] != ',') {
			if (!pull_time(&s, 24, &west))
				return false;
			rule.summer = -west;
		}
		if (!pull_change(&s, &rule.begin) || !pull_change(&s, &rule.end) || s.n)
			return false;
	}
	*ret = rule;
	return true;
}

/* ---- asking ---- */

static int64_t month_day(int64_t year, const struct zone_change *c)
{
	int64_t first = civil_days(year, c->month, 1);
	int of_week = civil_of(first * DAY_SECONDS).day_of_week;
	int day = (c->day - of_week + 7) % 7 + (c->week - 1) * 7;

	if (day >= civil_month_days(year, c->month))
		day -= 7; /* week 5 is the last one */
	return first + day;
}

/* Seconds since 1970 in local time. */
static int64_t change_in(int64_t year, const struct zone_change *c)
{
	int64_t day = civil_days(year, 1, 1);

	switch (c->form) {
	case ZONE_DAY_OF_MONTH:
		day = month_day(year, c);
		break;
	case ZONE_DAY_JULIAN:
		day += c->day - 1 + (c->day > 59 && civil_is_leap(year));
		break;
	case ZONE_DAY_OF_YEAR:
		day += c->day;
		break;
	}
	return day * DAY_SECONDS + c->seconds;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t unix_seconds)
{
	int64_t year, begin, end;
	bool summer;

	if (!rule->has_summer)
		return rule->standard;
	year = civil_of(unix_seconds + rule->standard).year;
	begin = change_in(year, &rule->begin) - rule->standard;
	end = change_in(year, &rule->end) - rule->summer;
	/* South of the equator summer lies around the turn of the year. */
	if (begin < end)
		summer = unix_seconds >= begin && unix_seconds < end;
	else
		summer = unix_seconds >= begin || unix_seconds < end;
	return summer ? rule->summer : rule->standard;
}
