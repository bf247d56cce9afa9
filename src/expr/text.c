/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/text.h"

#include "base/cleanup.h"

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t text_length(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !continues(s.p[i]);
	return n;
}

bool text_offset(struct str s, size_t index, size_t *ret)
{
	size_t i = 0;

	for (; i < s.n; i++) {
		if (!continues(s.p[i]) && index-- == 0)
			break;
	}
	if (i == s.n && index != 0)
		return false;
	*ret = i;
	return true;
}

struct str text_first(struct str s)
{
	size_t n = s.n ? 1 : 0;

	while (n < s.n && continues(s.p[n]))
		n++;
	return str_sub(s, 0, n);
}

bool text_pull(struct str *s, uint32_t *ret)
{
	struct str first = text_first(*s);
	uint32_t c;

	if (!first.n)
		return false;
	c = (unsigned char)first.p[0];
	if (c >= 0xc0)
		c &= 0xff >> (first.n + 1 < 8 ? first.n + 1 : 7);
	for (size_t i = 1; i < first.n; i++)
		c = c << 6 | ((unsigned char)first.p[i] & 0x3f);
	*s = str_skip(*s, first.n);
	*ret = c;
	return true;
}

size_t text_find(struct str s, struct str needle, size_t from)
{
	struct str rest;
	size_t at;

	if (from > s.n)
		return SIZE_MAX;
	if (!needle.n)
		return from;
	rest = str_skip(s, from);
	at = str_find(rest, needle);
	return at == rest.n ? SIZE_MAX : from + at;
}

/* i bytes from the end. */
static char from_end(struct str s, size_t i)
{
	return s.p[s.n - 1 - i];
}

/* Knuth, Morris and Pratt, from the end: table[i] is how much of the needle's end ends there too.
 */
static void fill_table(struct str needle, uint32_t *table)
{
	size_t k = 0;

	table[0] = 0;
	for (size_t i = 1; i < needle.n; i++) {
		while (k && from_end(needle, i) != from_end(needle, k))
			k = table[k - 1];
		k += from_end(needle, i) == from_end(needle, k);
		table[i] = (uint32_t)k;
	}
}

size_t text_rfind(struct str s, struct str needle, size_t from, uint32_t *table)
{
	size_t matched = 0;

	if (from > s.n)
		from = s.n;
	if (!needle.n)
		return from;
	if (needle.n > s.n)
		return SIZE_MAX;
	s = str_sub(s, 0, from > s.n - needle.n ? s.n : from + needle.n);
	fill_table(needle, table);
	for (size_t i = 0; i < s.n; i++) {
		while (matched && from_end(s, i) != from_end(needle, matched))
			matched = table[matched - 1];
		matched += from_end(s, i) == from_end(needle, matched);
		if (matched == needle.n)
			return s.n - 1 - i;
	}
	return SIZE_MAX;
}

/* The property White_Space of Unicode 15. */
static bool is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

/* The last character. */
static struct str last_of(struct str s)
{
	size_t at = s.n - 1;

	while (at && continues(s.p[at]))
		at--;
	return str_skip(s, at);
}

struct str text_trim(struct str s)
{
	struct str rest = s, last;
	uint32_t c;

	while (text_pull(&rest, &c) && is_space(c))
		s = rest;
	while (s.n) {
		last = rest = last_of(s);
		if (!text_pull(&rest, &c) || !is_space(c))
			break;
		s = str_sub(s, 0, s.n - last.n);
	}
	return s;
}

void text_reverse(struct str s, char *ret)
{
	size_t at = s.n;

	while (s.n) {
		struct str first = text_first(s);

		at -= first.n;
		memcpy(ret + at, first.p, first.n);
		s = str_skip(s, first.n);
	}
}

/* How many bytes of a valid character are at the front; 0 when none is. */
static size_t valid_character(struct str s)
{
	size_t n = text_first(str_sub(s, 0, 4)).n;

	/* "é" with a stray continuation behind it: the first two bytes are fine. */
	for (; n; n--) {
		if (str_is_utf8(str_sub(s, 0, n)))
			return n;
	}
	return 0;
}

size_t text_valid_prefix(struct str bytes)
{
	size_t n = 0, step;

	while (n < bytes.n && (step = valid_character(str_skip(bytes, n))))
		n += step;
	return n;
}

size_t text_invalid_prefix(struct str bytes)
{
	size_t n = 0;

	while (n < bytes.n && !valid_character(str_skip(bytes, n)))
		n++;
	return n;
}
