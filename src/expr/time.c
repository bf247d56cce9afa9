/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/time.h"

#include "base/cleanup.h"

#define NANOS	    1000000000
#define DAY_SECONDS 86400

/* ---- calendar ---- */

bool civil_is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int civil_month_days(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && civil_is_leap(year) ? 29 : days[month - 1];
}

/* Division that rounds down. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Years are counted from March, so that the leap day is the last of its year, in eras of 400 years
 * or 146097 days. March is month 0 then; its months begin at day (153 m + 2) / 5.
 */
int64_t civil_days(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = floor_div(y, 400), of_era = y - era * 400;
	int m = (month + 9) % 12;
	int64_t of_year = (153 * m + 2) / 5 + day - 1;

	/* 719468 days lie between 0000-03-01 and 1970-01-01. */
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void set_date(int64_t days, struct civil *c)
{
	int64_t since = days + 719468, era = floor_div(since, 146097);
	int64_t of_era = since - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int m = (int)((5 * of_year + 2) / 153);

	c->day = (int)(of_year - (153 * m + 2) / 5) + 1;
	c->month = m < 10 ? m + 3 : m - 9;
	c->year = y + era * 400 + (c->month <= 2);
	c->day_of_year = (int)(days - civil_days(c->year, 1, 1));
	c->day_of_week = (int)(days + 4 - 7 * floor_div(days + 4, 7)); /* 1970: a Thursday */
}

struct civil civil_of(int64_t seconds)
{
	int64_t days = floor_div(seconds, DAY_SECONDS);
	int rest = (int)(seconds - days * DAY_SECONDS);
	struct civil c = {.hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60};

	set_date(days, &c);
	return c;
}

/* ---- ranges and arithmetic ---- */

static __int128 all_nanos(struct nanotime t)
{
	return (__int128)t.seconds * NANOS + t.nanos;
}

static struct nanotime of_nanos(__int128 n)
{
	__int128 seconds = n / NANOS - (n % NANOS < 0);

	return (struct nanotime){(int64_t)seconds, (uint32_t)(n - seconds * NANOS)};
}

bool timestamp_is_valid(struct nanotime t)
{
	return t.seconds >= TIMESTAMP_MIN_SECONDS && t.seconds <= TIMESTAMP_MAX_SECONDS &&
	       t.nanos < NANOS;
}

static bool fits_duration(__int128 nanos)
{
	return nanos >= INT64_MIN && nanos <= INT64_MAX;
}

bool duration_is_valid(struct nanotime d)
{
	return d.nanos < NANOS && fits_duration(all_nanos(d));
}

int64_t duration_nanos(struct nanotime d)
{
	return (int64_t)all_nanos(d);
}

static bool timestamp_of(__int128 nanos, struct nanotime *ret)
{
	if (nanos < (__int128)TIMESTAMP_MIN_SECONDS * NANOS ||
	    nanos >= ((__int128)TIMESTAMP_MAX_SECONDS + 1) * NANOS)
		return false;
	*ret = of_nanos(nanos);
	return true;
}

static bool duration_of(__int128 nanos, struct nanotime *ret)
{
	if (!fits_duration(nanos))
		return false;
	*ret = of_nanos(nanos);
	return true;
}

bool timestamp_add(struct nanotime t, struct nanotime d, struct nanotime *ret)
{
	return timestamp_of(all_nanos(t) + all_nanos(d), ret);
}

bool timestamp_sub(struct nanotime t, struct nanotime d, struct nanotime *ret)
{
	return timestamp_of(all_nanos(t) - all_nanos(d), ret);
}

bool timestamp_diff(struct nanotime a, struct nanotime b, struct nanotime *ret)
{
	return duration_of(all_nanos(a) - all_nanos(b), ret);
}

bool duration_add(struct nanotime a, struct nanotime b, struct nanotime *ret)
{
	return duration_of(all_nanos(a) + all_nanos(b), ret);
}

bool duration_sub(struct nanotime a, struct nanotime b, struct nanotime *ret)
{
	return duration_of(all_nanos(a) - all_nanos(b), ret);
}

/* ---- text ---- */

/* ".5", or nothing. */
static size_t print_fraction(uint32_t nanos, char *p)
{
	size_t n = 9;

	if (!nanos)
		return 0;
	p[0] = '.';
	for (size_t i = n; i > 0; i--, nanos /= 10)
		p[i] = (char)('0' + nanos % 10);
	while (p[n] == '0')
		n--;
	return n + 1;
}

size_t timestamp_print(struct nanotime t, char ret[TIME_TEXT_MAX])
{
	struct civil c = civil_of(t.seconds);
	size_t n = (size_t)snprintf(ret, TIME_TEXT_MAX, "%04lld-%02d-%02dT%02d:%02d:%02d",
				    (long long)c.year, c.month, c.day, c.hour, c.minute, c.second);

	n += print_fraction(t.nanos, ret + n);
	ret[n++] = 'Z';
	return n;
}

size_t duration_print(struct nanotime d, char ret[TIME_TEXT_MAX])
{
	/* Away from zero, the sign in front: -0.5s is {-1, 500000000}. */
	bool carry = d.seconds < 0 && d.nanos;
	int64_t seconds = d.seconds + carry;
	uint32_t nanos = carry ? NANOS - d.nanos : d.nanos;
	size_t n = (size_t)snprintf(ret, TIME_TEXT_MAX, "%s%llu", d.seconds < 0 ? "-" : "",
				    seconds < 0 ? 0ULL - (unsigned long long)seconds
						: (unsigned long long)seconds);

	n += print_fraction(nanos, ret + n);
	ret[n++] = 's';
	return n;
}

/* Exactly n digits. */
static bool pull_digits(struct str *s, size_t n, int *ret)
{
	int v = 0;

	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!char_is_digit(s->p[i]))
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = str_skip(*s, n);
	*ret = v;
	return true;
}

#define FRACTION INT64_C(1000000000000000000) /* 1 as pull_fraction counts */

/* Digits behind a point in units of 10^-18; those beyond are dropped. False: no digit. */
static bool pull_fraction(struct str *s, int64_t *ret)
{
	int64_t unit = FRACTION / 10, v = 0;
	size_t n = 0;

	for (; n < s->n && char_is_digit(s->p[n]); n++, unit /= 10)
		v += (s->p[n] - '0') * unit;
	*s = str_skip(*s, n);
	*ret = v;
	return n > 0;
}

static bool pull_date(struct str *s, int64_t *ret_days)
{
	int year, month, day;

	if (!pull_digits(s, 4, &year) || !str_pull_prefix(s, STR("-")) ||
	    !pull_digits(s, 2, &month) || !str_pull_prefix(s, STR("-")) || !pull_digits(s, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > civil_month_days(year, month))
		return false;
	*ret_days = civil_days(year, month, day);
	return true;
}

static bool pull_hour_minute(struct str *s, int *ret_minutes)
{
	int hour, minute;

	if (!pull_digits(s, 2, &hour) || !str_pull_prefix(s, STR(":")) ||
	    !pull_digits(s, 2, &minute))
		return false;
	*ret_minutes = hour * 60 + minute;
	return hour < 24 && minute < 60;
}

/* 'Z' or an offset in minutes, at the end. */
static bool parse_offset(struct str s, int *ret_minutes)
{
	bool east = str_pull_prefix(&s, STR("+"));

	*ret_minutes = 0;
	if (!east && str_is(s, "Z"))
		return true;
	if (!east && !str_pull_prefix(&s, STR("-")))
		return false;
	if (!pull_hour_minute(&s, ret_minutes))
		return false;
	if (!east)
		*ret_minutes = -*ret_minutes;
	return s.n == 0;
}

static bool parse_rfc3339(struct str s, struct nanotime *ret)
{
	int64_t days;
	int minutes, second, offset;
	int64_t fraction = 0;

	if (!pull_date(&s, &days) || !str_pull_prefix(&s, STR("T")) ||
	    !pull_hour_minute(&s, &minutes) || !str_pull_prefix(&s, STR(":")) ||
	    !pull_digits(&s, 2, &second) || second > 59)
		return false;
	if (str_pull_prefix(&s, STR(".")) && !pull_fraction(&s, &fraction))
		return false;
	if (!parse_offset(s, &offset))
		return false;
	ret->seconds = days * DAY_SECONDS + (minutes - offset) * 60 + second;
	ret->nanos = (uint32_t)(fraction / (FRACTION / NANOS));
	return true;
}

#define QUOTED_MAX 64 /* of a text in a message */

int timestamp_parse(struct str s, struct nanotime *ret, struct err *err)
{
	struct nanotime t;

	if (!parse_rfc3339(s, &t))
		return err_set(err, ERR_FORMAT,
			       "\"%.*s\" is no timestamp: expected RFC 3339, as "
			       "2006-01-02T15:04:05Z or 2006-01-02T15:04:05.5+01:00",
			       STR_FMT(str_sub(s, 0, QUOTED_MAX)));
	if (!timestamp_is_valid(t))
		return err_set(err, ERR_FORMAT,
			       "timestamp \"%.*s\" is out of range (years 1 to 9999)",
			       STR_FMT(str_sub(s, 0, QUOTED_MAX)));
	*ret = t;
	return 0;
}

static const struct {
	struct str name;
	int64_t nanos;
} units[] = {
	/* A name before those it begins with. */
	{{"ns", 2}, 1},
	{{"us", 2}, 1000},
	{{"\xc2\xb5s", 3}, 1000}, /* the micro sign */
	{{"\xce\xbcs", 3}, 1000}, /* the Greek letter */
	{{"ms", 2}, 1000000},
	{{"s", 1}, INT64_C(1000000000)},
	{{"m", 1}, INT64_C(60000000000)},
	{{"h", 1}, INT64_C(3600000000000)},
};

static bool pull_unit(struct str *s, int64_t *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_pull_prefix(s, units[i].name)) {
			*ret = units[i].nanos;
			return true;
		}
	}
	return false;
}

/* "1.5h": adds to *nanos. */
static bool pull_term(struct str *s, __int128 *nanos)
{
	__int128 whole = 0;
	int64_t fraction = 0;
	bool any = false;
	int64_t unit;

	for (; s->n && char_is_digit(s->p[0]); *s = str_skip(*s, 1), any = true) {
		if (whole <= INT64_MAX) /* more is out of range, whatever the unit */
			whole = whole * 10 + (s->p[0] - '0');
	}
	if (str_pull_prefix(s, STR(".")) && pull_fraction(s, &fraction))
		any = true;
	if (!any || !pull_unit(s, &unit))
		return false;
	if (*nanos <= INT64_MAX + (__int128)1)
		*nanos += whole * unit + (__int128)fraction * unit / FRACTION;
	return true;
}

static bool parse_terms(struct str s, __int128 *ret)
{
	bool negative = str_pull_prefix(&s, STR("-"));

	*ret = 0;
	if (!negative)
		(void)str_pull_prefix(&s, STR("+")); /* may be missing */
	if (str_is(s, "0"))
		return true;
	do {
		if (!pull_term(&s, ret))
			return false;
	} while (s.n);
	if (negative)
		*ret = -*ret;
	return true;
}

int duration_parse(struct str s, struct nanotime *ret, struct err *err)
{
	__int128 nanos;

	if (!parse_terms(s, &nanos))
		return err_set(err, ERR_FORMAT,
			       "\"%.*s\" is no duration: expected numbers with h, m, s, ms, us or "
			       "ns, as 1h30m or -1.5s",
			       STR_FMT(str_sub(s, 0, QUOTED_MAX)));
	if (!duration_of(nanos, ret))
		return err_set(err, ERR_FORMAT,
			       "duration \"%.*s\" is out of range (292 years, 64 bits of "
			       "nanoseconds)",
			       STR_FMT(str_sub(s, 0, QUOTED_MAX)));
	return 0;
}
