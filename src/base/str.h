/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slice of bytes: pointer and length, not NUL-terminated, possibly holding NUL.
 *
 * All text that comes from outside is a struct str. It is cut with str_pull_* (which advance the
 * slice) and never measured with strlen. A zeroed struct str is the empty string.
 *
 *     struct str line;
 *     while (str_pull_line(&in, &line)) { ... }
 *
 * Ownership: none; a slice borrows. Threads: a plain value.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/banned.h"

struct str {
	const char *p;
	size_t n;
};

/* Several; who owns the array is said where one is a member. */
struct str_list {
	const struct str *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NULL     ((struct str){NULL, 0})

/* printf("%.*s", STR_FMT(s)); cut to INT_MAX. */
#define STR_FMT(s) (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), (s).p ? (s).p : ""

/* From our own NUL-terminated strings only (argv, literals, getenv); NULL gives the empty slice. */
static inline struct str str_of(const char *cstr)
{
	return cstr ? (struct str){cstr, strlen(cstr)} : STR_NULL;
}

static inline struct str str_make(const void *p, size_t n)
{
	return (struct str){p, n};
}

static inline bool str_is_empty(struct str s)
{
	return s.n == 0;
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *literal)
{
	return str_eq(a, str_of(literal));
}

/* memcmp order, a shorter prefix first: <0, 0, >0. */
int str_cmp(struct str a, struct str b);

/* ASCII case folded. */
bool str_eq_nocase(struct str a, struct str b);

static inline bool str_has_prefix(struct str s, struct str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}
bool str_has_suffix(struct str s, struct str suffix);

/* Position of the first or last c, of needle; s.n when absent. */
size_t str_find_char(struct str s, char c);
size_t str_rfind_char(struct str s, char c);
size_t str_find(struct str s, struct str needle);

/* The part from `from` (cut to s.n), of at most n bytes. */
static inline struct str str_sub(struct str s, size_t from, size_t n)
{
	if (from >= s.n)
		return (struct str){s.p ? s.p + s.n : NULL, 0};
	s.p += from;
	s.n -= from;
	if (n < s.n)
		s.n = n;
	return s;
}
static inline struct str str_skip(struct str s, size_t n)
{
	return str_sub(s, n, SIZE_MAX);
}

/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);

/* Removes the prefix and returns true, or leaves *s alone. */
bool str_pull_prefix(struct str *s, struct str prefix);

/* Takes up to the next '\n' (dropped, with a '\r' before it); false at the end. */
bool str_pull_line(struct str *s, struct str *ret_line);

/* Takes up to the next separator (dropped); the last piece may be empty-ended; false at the end. */
bool str_pull_until(struct str *s, char separator, struct str *ret_piece);

/* Takes one run of non-white-space; false when only white space is left. */
bool str_pull_word(struct str *s, struct str *ret_word);

/* Cuts at the first (last) c: before it and after it. False, and untouched, when c is absent. */
bool str_cut(struct str s, char c, struct str *ret_before, struct str *ret_after);
bool str_rcut(struct str s, char c, struct str *ret_before, struct str *ret_after);

/* The whole of s as a number; false on empty, other bytes or overflow. */
bool str_parse_u64(struct str s, uint64_t *ret);
bool str_parse_hex_u64(struct str s, uint64_t *ret);

/* Whether the bytes are well-formed UTF-8 (no surrogates, no overlongs). */
bool str_is_utf8(struct str s);
size_t str_find_no_utf8(struct str s); /* the first byte that is none; s.n: all are */

/* malloc'd, NUL-terminated copy; NULL without memory. NULs inside stay. */
char *str_dup(struct str s);

static inline bool char_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool char_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool char_is_alnum(char c)
{
	return char_is_alpha(c) || char_is_digit(c);
}
static inline char char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
/* 0-15, or -1. */
static inline int char_hex(char c)
{
	if (char_is_digit(c))
		return c - '0';
	c = char_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
