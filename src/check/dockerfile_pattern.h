/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns of ${x#p}, ${x%p} and ${x/p/w}: `*` is any text, `?` any character, neither a line
 * end; a backslash makes `*`, `?` and itself ordinary. There are no brackets.
 *
 *     r = pattern_parse(text, arena, &p, err);
 *     r = pattern_trim(&p, value, PATTERN_PREFIX, longest, &work, &left, err);
 *     r = pattern_replace(&p, value, with, all, &work, out, err);
 *
 * Errors: ERR_FORMAT (a backslash before something else), ERR_LIMIT when `work`, a count of steps
 * over many calls, passes dockerfile_expand_work; ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"

enum pattern_end { PATTERN_PREFIX, PATTERN_SUFFIX };

struct pattern_token;

struct pattern {
	struct pattern_token *tokens;
	size_t n;
	bool *on, *next; /* n + 1 each: places in the pattern that the value read so far leads to */
};

int pattern_parse(struct str text, struct arena *a, struct pattern *ret, struct err *err);

/* *ret: the value without what matches at that end. */
int pattern_trim(const struct pattern *p, struct str value, enum pattern_end end, bool longest,
		 size_t *work, struct str *ret, struct err *err);

/*
 * Appends the value with its first match, or all, replaced. With `all`, "$0" and "${0}" in `with`
 * are the match, "$$" is a dollar sign, and "$name" is nothing, as in Go's regexp.
 */
int pattern_replace(const struct pattern *p, struct str value, struct str with, bool all,
		    size_t *work, struct strbuf *out, struct err *err);
