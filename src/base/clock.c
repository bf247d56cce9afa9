/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

uint64_t clock_monotonic_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail on Linux */
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

bool clock_format(int64_t unix_seconds, char ret[CLOCK_TEXT_MAX])
{
	time_t t = unix_seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099)
		return false;
	/* %Y of glibc does not pad years before 1000. */
	(void)snprintf(ret, CLOCK_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec); /* fits */
	return true;
}

static bool pull_number(struct str *s, size_t digits, int *ret)
{
	uint64_t v;

	if (s->n < digits || !str_parse_u64(str_sub(*s, 0, digits), &v))
		return false;
	*s = str_skip(*s, digits);
	*ret = (int)v;
	return true;
}

static bool pull_offset(struct str *s, int *ret_seconds)
{
	int hours, minutes, sign;

	if (str_pull_prefix(s, STR("Z")) || str_pull_prefix(s, STR("z"))) {
		*ret_seconds = 0;
		return true;
	}
	sign = str_pull_prefix(s, STR("-")) ? -1 : str_pull_prefix(s, STR("+")) ? 1 : 0;
	if (!sign || !pull_number(s, 2, &hours) || !str_pull_prefix(s, STR(":")) ||
	    !pull_number(s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool is_day(const struct tm *tm)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = tm->tm_year % 4 == 0 && (tm->tm_year % 100 != 0 || tm->tm_year % 400 == 0);

	if (tm->tm_mon < 1 || tm->tm_mon > 12 || tm->tm_mday < 1 ||
	    tm->tm_mday > days[tm->tm_mon - 1])
		return false;
	return tm->tm_mon != 2 || tm->tm_mday < 29 || is_leap;
}

bool clock_parse(struct str s, int64_t *ret_unix_seconds)
{
	struct tm tm = {0};
	int offset;

	if (!pull_number(&s, 4, &tm.tm_year) || !str_pull_prefix(&s, STR("-")) ||
	    !pull_number(&s, 2, &tm.tm_mon) || !str_pull_prefix(&s, STR("-")) ||
	    !pull_number(&s, 2, &tm.tm_mday))
		return false;
	if (!str_pull_prefix(&s, STR("T")) && !str_pull_prefix(&s, STR("t")) &&
	    !str_pull_prefix(&s, STR(" ")))
		return false;
	if (!pull_number(&s, 2, &tm.tm_hour) || !str_pull_prefix(&s, STR(":")) ||
	    !pull_number(&s, 2, &tm.tm_min) || !str_pull_prefix(&s, STR(":")) ||
	    !pull_number(&s, 2, &tm.tm_sec))
		return false;
	if (str_pull_prefix(&s, STR(".")))
		while (s.n && char_is_digit(s.p[0]))
			s = str_skip(s, 1);
	if (!pull_offset(&s, &offset) || s.n)
		return false;
	if (!is_day(&tm) || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*ret_unix_seconds = (int64_t)timegm(&tm) - offset;
	return true;
}
