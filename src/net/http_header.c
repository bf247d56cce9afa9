/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_header.h"

#include "base/cleanup.h"
#include "base/clock.h"

bool http_header_find(struct str headers, const char *name, size_t nth, struct str *ret_value)
{
	struct str line, key, value;

	while (str_pull_line(&headers, &line)) {
		if (!str_cut(line, ':', &key, &value) || !str_eq_nocase(key, str_of(name)))
			continue;
		if (nth-- > 0)
			continue;
		*ret_value = str_trim(value);
		return true;
	}
	return false;
}

static bool month_of(struct str word, unsigned *ret)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned i = 0; i < 12; i++) {
		if (word.n == 3 && memcmp(names + 3 * (size_t)i, word.p, 3) == 0) {
			*ret = i + 1;
			return true;
		}
	}
	return false;
}

bool http_date_parse(struct str value, int64_t *ret_unix_seconds)
{
	struct str weekday, day, month, year, time, zone, rest;
	char text[CLOCK_TEXT_MAX];
	unsigned n_month;

	if (!str_pull_word(&value, &weekday) || !str_pull_word(&value, &day) ||
	    !str_pull_word(&value, &month) || !str_pull_word(&value, &year) ||
	    !str_pull_word(&value, &time) || !str_pull_word(&value, &zone) ||
	    str_pull_word(&value, &rest))
		return false;
	if (weekday.n != 4 || weekday.p[3] != ',' || day.n != 2 || !month_of(month, &n_month) ||
	    year.n != 4 || time.n != 8 || !str_is(zone, "GMT"))
		return false;
	(void)snprintf(text, sizeof text, "%.4s-%02u-%.2sT%.8sZ", year.p, n_month, day.p, time.p);
	return clock_parse(str_of(text), ret_unix_seconds);
}

bool http_retry_after_parse(struct str value, int64_t now, uint64_t *ret_seconds)
{
	int64_t when;

	if (str_parse_u64(value, ret_seconds))
		return true;
	if (!http_date_parse(value, &when))
		return false;
	*ret_seconds = when > now ? (uint64_t)(when - now) : 0;
	return true;
}

bool http_content_range_parse(struct str value, uint64_t *ret_first, uint64_t *ret_size)
{
	struct str range, size, first, last;
	uint64_t n_first, n_last, n_size = HTTP_SIZE_UNKNOWN;

	if (!str_pull_prefix(&value, STR("bytes ")) || !str_cut(value, '/', &range, &size) ||
	    !str_cut(range, '-', &first, &last) || !str_parse_u64(first, &n_first) ||
	    !str_parse_u64(last, &n_last) || n_last < n_first)
		return false;
	if (!str_is(size, "*") && (!str_parse_u64(size, &n_size) || n_last >= n_size))
		return false;
	*ret_first = n_first;
	*ret_size = n_size;
	return true;
}

uint64_t http_backoff_ms(unsigned n, uint64_t base_ms, uint64_t random)
{
	enum { LONGEST_MS = 30000, SHIFT_MAX = 16 };
	uint64_t ms = base_ms << (n > SHIFT_MAX ? SHIFT_MAX : n > 0 ? n - 1 : 0);

	if (ms > LONGEST_MS)
		ms = LONGEST_MS;
	return ms + random % (ms / 2 + 1);
}

struct str http_url_shown(struct str url)
{
	struct str shown, rest, scheme = url;
	size_t at = str_find(url, STR("://")), slash;

	if (str_cut(url, '?', &shown, &rest))
		url = shown;
	if (at >= url.n)
		return url;
	scheme = str_skip(url, at + 3);
	slash = str_find_char(scheme, '/');
	/* user:password@host is never sent by us, but a redirect may name it */
	if (str_find_char(str_sub(scheme, 0, slash), '@') < slash)
		return STR("(an address with a user name)");
	return url;
}
