/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of digits and letters, as version schemes cut them. Numbers stay text: any length, no
 * overflow, no allocation.
 */
#pragma once

#include "base/str.h"

static inline int sign_of(int n)
{
	return (n > 0) - (n < 0);
}

/* Takes the digits at the start; may be empty. */
static inline struct str pull_digits(struct str *s)
{
	struct str run = *s;

	run.n = 0;
	while (run.n < s->n && char_is_digit(s->p[run.n]))
		run.n++;
	*s = str_skip(*s, run.n);
	return run;
}

/* Takes the ASCII letters at the start; may be empty. */
static inline struct str pull_letters(struct str *s)
{
	struct str run = *s;

	run.n = 0;
	while (run.n < s->n && char_is_alpha(s->p[run.n]))
		run.n++;
	*s = str_skip(*s, run.n);
	return run;
}

static inline struct str skip_zeros(struct str digits)
{
	size_t n = 0;

	while (n < digits.n && digits.p[n] == '0')
		n++;
	return str_skip(digits, n);
}

/* Of two runs of digits; the empty run is 0. */
static inline int digits_cmp(struct str a, struct str b)
{
	a = skip_zeros(a);
	b = skip_zeros(b);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n ? sign_of(memcmp(a.p, b.p, a.n)) : 0;
}

static inline bool is_number(struct str s)
{
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_digit(s.p[i]))
			return false;
	return true;
}

static inline bool is_zero(struct str digits)
{
	return skip_zeros(digits).n == 0;
}

/* Byte order with ASCII letters in lower case. */
static inline int nocase_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)char_lower(a.p[i]);
		unsigned char y = (unsigned char)char_lower(b.p[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static inline char char_at(struct str s, size_t i)
{
	return i < s.n ? s.p[i] : '\0';
}

static inline bool char_is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Whether all bytes are letters, digits or one of the others. */
static inline bool only_alnum_and(struct str s, const char *others)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !char_is_one_of(s.p[i], others))
			return false;
	return true;
}

/*
 * The numbers of "1.2.3", one a call; an absent one is the empty run, which is 0. False at the end
 * of the dotted list.
 */
static inline bool pull_dotted(struct str *s, struct str *ret)
{
	if (s->n == 0) {
		*ret = STR_NULL;
		return false;
	}
	*ret = pull_digits(s);
	*s = char_at(*s, 0) == '.' ? str_skip(*s, 1) : STR_NULL;
	return true;
}

/* Of two dotted lists of numbers, absent ones being 0. */
static inline int dotted_cmp(struct str a, struct str b)
{
	struct str x, y;
	int order = 0;

	while (order == 0 && (a.n || b.n)) {
		(void)pull_dotted(&a, &x); /* absent: 0 */
		(void)pull_dotted(&b, &y);
		order = digits_cmp(x, y);
	}
	return order;
}
