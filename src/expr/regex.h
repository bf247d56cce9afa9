/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions that take time linear in the text, whatever the pattern: RE2's.
 *
 *     struct regex *re;
 *     r = regex_new(pattern, &re, err);
 *     if (regex_match(re, text, err) > 0) ...              anywhere in the text
 *     for (size_t from = 0; regex_find(re, text, from, groups, 1, err) > 0;
 *          from = regex_next(text, groups[0])) ...
 *     regex_free(re);
 *
 * Ownership: regex_new's result is the caller's, until regex_free; groups borrow from the text.
 * Threads: a compiled pattern may be shared; RE2 keeps its caches of states behind locks.
 * Errors: ERR_FORMAT with RE2's reason; ERR_LIMIT for a pattern longer than regex_pattern_bytes or
 * one that needs more than regex_memory_bytes, which also bounds the states a search keeps.
 * Format: https://github.com/google/re2/wiki/Syntax without \C, which would cut characters.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct regex;

/* Of a match: the whole in [0], then the groups; more are not told. */
#define REGEX_GROUPS 10

int regex_new(struct str pattern, struct regex **ret, struct err *err);
void regex_free(struct regex *re);

/* Parentheses that capture. */
size_t regex_n_groups(const struct regex *re);

/* How large it is when compiled; what a search costs at worst grows with it. */
size_t regex_n_instructions(const struct regex *re);

/* 1 or 0, or a negative code. */
int regex_match(const struct regex *re, struct str text, struct err *err);

/*
 * The leftmost match that starts at byte `from` or behind it; ^ and \b still see what is before.
 * A group that took no part has .p NULL. n_groups: 1 to REGEX_GROUPS. 1 or 0, or a negative code.
 */
int regex_find(const struct regex *re, struct str text, size_t from, struct str *ret_groups,
	       size_t n_groups, struct err *err);

/*
 * Where the next search begins so that matches neither overlap nor stand still: behind `match`, one
 * character further when it is empty. More than text.n at the end.
 */
size_t regex_next(struct str text, struct str match);
