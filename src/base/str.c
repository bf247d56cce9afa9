/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;

	if (r != 0)
		return r;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (char_lower(a.p[i]) != char_lower(b.p[i]))
			return false;
	return true;
}

bool str_has_suffix(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_skip(s, s.n - suffix.n), suffix);
}

size_t str_find_char(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

size_t str_rfind_char(struct str s, char c)
{
	const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

size_t str_find(struct str s, struct str needle)
{
	const char *at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

struct str str_trim(struct str s)
{
	while (s.n && char_is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n && char_is_space(s.p[0]))
		s = str_skip(s, 1);
	return s;
}

bool str_pull_prefix(struct str *s, struct str prefix)
{
	if (!str_has_prefix(*s, prefix))
		return false;
	*s = str_skip(*s, prefix.n);
	return true;
}

bool str_pull_until(struct str *s, char separator, struct str *ret_piece)
{
	size_t at;

	if (s->n == 0)
		return false;
	at = str_find_char(*s, separator);
	*ret_piece = str_sub(*s, 0, at);
	*s = str_skip(*s, at + 1);
	return true;
}

bool str_pull_line(struct str *s, struct str *ret_line)
{
	if (!str_pull_until(s, '\n', ret_line))
		return false;
	if (ret_line->n && ret_line->p[ret_line->n - 1] == '\r')
		ret_line->n--;
	return true;
}

bool str_pull_word(struct str *s, struct str *ret_word)
{
	size_t n = 0;

	while (s->n && char_is_space(s->p[0]))
		*s = str_skip(*s, 1);
	while (n < s->n && !char_is_space(s->p[n]))
		n++;
	if (n == 0)
		return false;
	*ret_word = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	return true;
}

bool str_cut(struct str s, char c, struct str *ret_before, struct str *ret_after)
{
	size_t at = str_find_char(s, c);

	if (at == s.n)
		return false;
	*ret_before = str_sub(s, 0, at);
	*ret_after = str_skip(s, at + 1);
	return true;
}

bool str_rcut(struct str s, char c, struct str *ret_before, struct str *ret_after)
{
	size_t at = str_rfind_char(s, c);

	if (at == s.n)
		return false;
	*ret_before = str_sub(s, 0, at);
	*ret_after = str_skip(s, at + 1);
	return true;
}

bool str_parse_u64(struct str s, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!char_is_digit(s.p[i]) || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}

bool str_parse_hex_u64(struct str s, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int digit = char_hex(s.p[i]);

		if (digit < 0 || v >> 60)
			return false;
		v = v << 4 | (uint64_t)digit;
	}
	*ret = v;
	return true;
}

/* Length of the well-formed sequence at p (1-4), or 0. Unicode 15, table 3-7. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];
	size_t len;
	unsigned char low = 0x80, high = 0xbf;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (len > n)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

size_t str_find_no_utf8(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t len = utf8_sequence((const unsigned char *)s.p + i, s.n - i);

		if (len == 0)
			return i;
		i += len;
	}
	return s.n;
}

bool str_is_utf8(struct str s)
{
	return str_find_no_utf8(s) == s.n;
}

char *str_dup(struct str s)
{
	char *copy = malloc(s.n + 1);

	if (!copy)
		return NULL;
	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}
