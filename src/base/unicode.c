/* SPDX-License-Identifier: Apache-2.0 */
#include "base/unicode.h"

#include "base/cleanup.h"

struct lower_run {
	uint32_t first, last;
	uint32_t step;
	int32_t distance;
};

static const struct lower_run runs[] = {
#define LOWER(first, last, step, distance) {first, last, step, distance},
#include "base/unicode_lower.def"
#undef LOWER
};

struct point_range {
	uint32_t first, last;
};

static const struct point_range letters[] = {
#define LETTER(first, last) {first, last},
#define DIGIT(first, last)
#include "base/unicode_class.def"
#undef LETTER
#undef DIGIT
};

static const struct point_range digits[] = {
#define LETTER(first, last)
#define DIGIT(first, last) {first, last},
#include "base/unicode_class.def"
#undef LETTER
#undef DIGIT
};

static uint32_t lower_point(uint32_t c)
{
	size_t low = 0, high = ARRAY_LEN(runs);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c > runs[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == ARRAY_LEN(runs) || c < runs[low].first || (c - runs[low].first) % runs[low].step)
		return c;
	return (uint32_t)((int32_t)c + runs[low].distance);
}

/* Bytes of the sequence that starts with c; 1 also for what is no start. */
static size_t sequence_length(unsigned char c)
{
	return c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
}

static uint32_t decode_point(struct str sequence)
{
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = (unsigned char)sequence.p[0] & masks[sequence.n];

	for (size_t i = 1; i < sequence.n; i++)
		c = c << 6 | ((unsigned char)sequence.p[i] & 0x3f);
	return c;
}

size_t unicode_encode(uint32_t c, char to[4])
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The lower form of one well-formed sequence; at most one byte longer than it. */
static size_t lower_sequence(struct str sequence, char *to)
{
	static const char dotted_i[] = "i\xcc\x87"; /* U+0130, the one letter that becomes two */

	if (str_is(sequence, "\xc4\xb0")) {
		memcpy(to, dotted_i, sizeof dotted_i - 1);
		return sizeof dotted_i - 1;
	}
	return unicode_encode(lower_point(decode_point(sequence)), to);
}

static bool may_change(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || char_lower(s.p[i]) != s.p[i])
			return true;
	return false;
}

struct str unicode_lower(struct str s, struct arena *a)
{
	size_t room, n = 0;
	char *p;

	if (!may_change(s))
		return s;
	/* Two bytes grow to three at most (U+023A, U+0130); ASCII never grows. */
	if (__builtin_add_overflow(s.n, s.n / 2 + 1, &room))
		return STR_NULL;
	p = arena_alloc(a, room);
	if (!p)
		return STR_NULL;
	for (size_t i = 0; i < s.n;) {
		struct str sequence = str_sub(s, i, sequence_length((unsigned char)s.p[i]));

		if (sequence.n > 1 && str_is_utf8(sequence)) {
			n += lower_sequence(sequence, p + n);
			i += sequence.n;
		} else {
			p[n++] = char_lower(s.p[i++]);
		}
	}
	return str_make(p, n);
}

uint32_t unicode_next(struct str s, size_t *ret_n)
{
	unsigned char first = (unsigned char)s.p[0];
	struct str sequence;

	*ret_n = 1;
	if (first < 0x80)
		return first;
	sequence = str_sub(s, 0, sequence_length(first));
	if (sequence.n == 1 || !str_is_utf8(sequence))
		return UNICODE_REPLACEMENT;
	*ret_n = sequence.n;
	return decode_point(sequence);
}

uint32_t unicode_last(struct str s, size_t *ret_n)
{
	uint32_t c;

	for (size_t n = 2; n <= 4 && n <= s.n; n++) {
		c = unicode_next(str_skip(s, s.n - n), ret_n);
		if (*ret_n == n)
			return c;
	}
	return unicode_next(str_skip(s, s.n - 1), ret_n);
}

static bool has_point(const struct point_range *list, size_t n, uint32_t c)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c > list[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && c >= list[low].first;
}

bool unicode_is_space(uint32_t c)
{
	if (c < 0x80)
		return char_is_space((char)c);
	return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool unicode_is_letter(uint32_t c)
{
	return c < 0x80 ? char_is_alpha((char)c) : has_point(letters, ARRAY_LEN(letters), c);
}

bool unicode_is_digit(uint32_t c)
{
	return c < 0x80 ? char_is_digit((char)c) : has_point(digits, ARRAY_LEN(digits), c);
}

struct str unicode_trim_left(struct str s)
{
	size_t n;

	while (s.n && unicode_is_space(unicode_next(s, &n)))
		s = str_skip(s, n);
	return s;
}

struct str unicode_trim(struct str s)
{
	size_t n;

	s = unicode_trim_left(s);
	while (s.n && unicode_is_space(unicode_last(s, &n)))
		s.n -= n;
	return s;
}
