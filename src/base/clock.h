/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time: a monotonic clock for progress and deadlines, RFC 3339 text for reports.
 *
 * Reports never read the clock: their time is passed in (SOURCE_DATE_EPOCH or the image's).
 */
#pragma once

#include "base/str.h"

/* Nanoseconds since an arbitrary point. */
uint64_t clock_monotonic_ns(void);

/* Milliseconds the same. */
static inline uint64_t clock_monotonic_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

#define CLOCK_TEXT_MAX 32

/* "2026-11-22T03:17:00Z"; false when out of the range of years 0-9999. */
bool clock_format(int64_t unix_seconds, char ret[CLOCK_TEXT_MAX]);

/* Reads RFC 3339 with any fraction and offset; fractions are dropped. */
bool clock_parse(struct str text, int64_t *ret_unix_seconds);
