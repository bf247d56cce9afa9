/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timestamps and durations of CEL: text, ranges, arithmetic, the calendar.
 *
 *     struct nanotime t, d;
 *     r = timestamp_parse(STR("2009-02-13T23:31:30.5Z"), &t, err);
 *     r = duration_parse(STR("1h30m"), &d, err);
 *     if (!timestamp_add(t, d, &t)) ...                   out of range
 *     n = timestamp_print(t, text);                       "2009-02-14T01:01:30.5Z"
 *     civil_of(t.seconds + offset).hour
 *
 * Timestamps lie in the years 1 to 9999; durations fit 64 bits of nanoseconds, 292 years.
 * Errors: ERR_FORMAT that says what was read and what was expected.
 * Format: RFC 3339; durations as in Go: a sign, then numbers with h, m, s, ms, us or ns. Digits
 * beyond the nanosecond are dropped. No leap seconds: the 60th second of a minute is refused.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* A point in time since 1970, or a span: nanos count upwards, -0.5s is {-1, 500000000}. */
struct nanotime {
	int64_t seconds;
	uint32_t nanos; /* 0 to 999999999 */
};

#define TIMESTAMP_MIN_SECONDS INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define TIMESTAMP_MAX_SECONDS INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

int timestamp_parse(struct str s, struct nanotime *ret, struct err *err);
int duration_parse(struct str s, struct nanotime *ret, struct err *err);

bool timestamp_is_valid(struct nanotime t);
bool duration_is_valid(struct nanotime d);

/* The bytes written; no NUL. The fraction has no trailing zeros: "1.5s", "-0.000000001s". */
#define TIME_TEXT_MAX 40
size_t timestamp_print(struct nanotime t, char ret[TIME_TEXT_MAX]);
size_t duration_print(struct nanotime d, char ret[TIME_TEXT_MAX]);

/* False, and *ret untouched, when the result is out of range. */
bool timestamp_add(struct nanotime t, struct nanotime d, struct nanotime *ret);
bool timestamp_sub(struct nanotime t, struct nanotime d, struct nanotime *ret);
bool timestamp_diff(struct nanotime a, struct nanotime b, struct nanotime *ret);
bool duration_add(struct nanotime a, struct nanotime b, struct nanotime *ret);
bool duration_sub(struct nanotime a, struct nanotime b, struct nanotime *ret);

/* All nanoseconds of a valid duration. */
int64_t duration_nanos(struct nanotime d);

/* A date and time of day of the proleptic Gregorian calendar. */
struct civil {
	int64_t year;
	int month;	 /* 1-12 */
	int day;	 /* 1-31 */
	int day_of_year; /* 0-365 */
	int day_of_week; /* 0-6, Sunday first */
	int hour, minute, second;
};

/* Of seconds since 1970, shifted by the zone's offset. */
struct civil civil_of(int64_t seconds);

/* Days since 1970 of a date; month 1-12. */
int64_t civil_days(int64_t year, int month, int day);
bool civil_is_leap(int64_t year);
int civil_month_days(int64_t year, int month);
