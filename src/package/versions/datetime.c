/* SPDX-License-Identifier: Apache-2.0 */
/* Times of RFC 3339, 2024-01-31T12:00:00.5+02:00, ordered by the moment they name. */
#include "package/versions/number.h"
#include "package/versions/rules.h"

struct moment {
	int64_t seconds;     /* of UTC, on a scale of our own */
	struct str fraction; /* digits behind the point, without zeros at the end */
};

/* Exactly n digits between low and high. */
static bool pull_field(struct str *s, size_t n, unsigned low, unsigned high, int64_t *ret)
{
	struct str digits = str_sub(*s, 0, n);
	uint64_t value;

	if (digits.n != n || !is_number(digits) || !str_parse_u64(digits, &value))
		return false;
	*s = str_skip(*s, n);
	*ret = (int64_t)value;
	return value >= low && value <= high;
}

static bool pull_char(struct str *s, const char *set)
{
	if (!char_is_one_of(char_at(*s, 0), set))
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static int64_t days_of_month(int64_t year, int64_t month)
{
	static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days since the first of March of the year 0, so that a leap day is the last of its year. */
static int64_t day_number(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1, m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day;
}

static bool pull_date(struct str *s, int64_t *ret_days)
{
	int64_t year, month, day;

	if (!pull_field(s, 4, 0, 9999, &year) || !pull_char(s, "-") ||
	    !pull_field(s, 2, 1, 12, &month) || !pull_char(s, "-") ||
	    !pull_field(s, 2, 1, 31, &day) || day > days_of_month(year, month))
		return false;
	*ret_days = day_number(year, month, day);
	return true;
}

/* A leap second has the number of the next one. */
static bool pull_time(struct str *s, struct moment *m)
{
	int64_t hour, minute, second;

	if (!pull_field(s, 2, 0, 23, &hour) || !pull_char(s, ":") ||
	    !pull_field(s, 2, 0, 59, &minute) || !pull_char(s, ":") ||
	    !pull_field(s, 2, 0, 60, &second))
		return false;
	m->seconds += hour * 3600 + minute * 60 + second;
	if (!pull_char(s, "."))
		return true;
	m->fraction = pull_digits(s);
	if (m->fraction.n == 0)
		return false;
	while (m->fraction.n && m->fraction.p[m->fraction.n - 1] == '0')
		m->fraction.n--;
	return true;
}

static bool pull_offset(struct str *s, struct moment *m)
{
	int64_t hours, minutes;
	bool ahead = char_at(*s, 0) == '+';

	if (pull_char(s, "Zz"))
		return true;
	if (!pull_char(s, "+-") || !pull_field(s, 2, 0, 23, &hours) || !pull_char(s, ":") ||
	    !pull_field(s, 2, 0, 59, &minutes))
		return false;
	m->seconds -= (hours * 3600 + minutes * 60) * (ahead ? 1 : -1);
	return true;
}

static bool parse(struct str v, struct moment *ret)
{
	struct moment m = {0};
	int64_t days;

	if (!pull_date(&v, &days) || !pull_char(&v, "Tt"))
		return false;
	m.seconds = days * 86400;
	if (!pull_time(&v, &m) || !pull_offset(&v, &m))
		return false;
	*ret = m;
	return v.n == 0;
}

static int compare(struct str a, struct str b)
{
	struct moment x = {0}, y = {0};

	(void)parse(a, &x); /* accept has seen both */
	(void)parse(b, &y);
	if (x.seconds != y.seconds)
		return x.seconds < y.seconds ? -1 : 1;
	return sign_of(str_cmp(x.fraction, y.fraction));
}

static int check(struct str v, struct err *err)
{
	struct moment m;

	return parse(v, &m) ? 0 : version_refuse(v, "no time of RFC 3339", err);
}

const struct version_rules version_datetime = {
	.check = check,
	.accept = check,
	.compare = compare,
};
