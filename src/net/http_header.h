/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of an HTTP answer that decide what a client does next.
 *
 * Pure functions over text; nothing here does I/O.
 * Format: RFC 9110 (fields, Retry-After 10.2.3, Content-Range 14.4, dates 5.6.7).
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* The value of a field in "Name: value\r\n" lines; of the n-th one with that name, from 0. */
bool http_header_find(struct str headers, const char *name, size_t nth, struct str *ret_value);

/* Seconds to wait from now (unix seconds): "120" or "Sun, 06 Nov 1994 08:49:37 GMT". */
bool http_retry_after_parse(struct str value, int64_t now, uint64_t *ret_seconds);

/* "Sun, 06 Nov 1994 08:49:37 GMT": the preferred form only. */
bool http_date_parse(struct str value, int64_t *ret_unix_seconds);

#define HTTP_SIZE_UNKNOWN UINT64_MAX

/* "bytes 100-199/1000": first byte and whole size (HTTP_SIZE_UNKNOWN for '*'). */
bool http_content_range_parse(struct str value, uint64_t *ret_first, uint64_t *ret_size);

/* Milliseconds to wait before try n (from 1): base * 2^(n-1), at most 30 s, plus up to half as much
 * again by `random`, so that many clients do not come back at once. */
uint64_t http_backoff_ms(unsigned n, uint64_t base_ms, uint64_t random);

/* A URL that may be shown: without user, password and query (which may hold a signature). */
struct str http_url_shown(struct str url);
