/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expands the variables of a word of a Dockerfile and removes its quotes, as BuildKit does.
 *
 *     struct expand x = {.escape = df->escape, .get = get, .context = &mine, .arena = a};
 *     r = dockerfile_expand(&x, STR("he${PWD%%e}"), &result, err);     the text as one
 *     r = dockerfile_expand_words(&x, text, &words, err);              split at white space
 *
 *     $x ${x}                the value, nothing when it is not set
 *     ${x-w} ${x:-w}         w when x is not set (or empty)
 *     ${x+w} ${x:+w}         w when x is set (and not empty)
 *     ${x?w} ${x:?w}         an error that says w when x is not set (or empty)
 *     ${x#p} ${x##p}         without the shortest, longest beginning that matches p (* and ?)
 *     ${x%p} ${x%%p}         without the shortest, longest end
 *     ${x/p/w} ${x//p/w}     with the first, with every match of p replaced by w
 *     'w'                    as it stands; "w" expands $ and knows the escapes of $ " and itself
 *
 * Ownership: results live in the arena or borrow from the word. Threads: one struct, one thread.
 * Errors: ERR_FORMAT (an open quote, a bad substitution, a variable that ${x?} wants), ERR_LIMIT
 * (dockerfile_expand_bytes, dockerfile_expand_depth, dockerfile_expand_work), ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

/* How get() answered. */
enum expand_found {
	EXPAND_UNKNOWN,	 /* never heard of */
	EXPAND_DECLARED, /* ARG without a value: not set, but no mistake either */
	EXPAND_SET,
};

enum expand_flags {
	EXPAND_RAW_QUOTES = 1 << 0,  /* keep quotes */
	EXPAND_RAW_ESCAPES = 1 << 1, /* keep the escape character */
	EXPAND_NO_QUOTES = 1 << 2,   /* quotes are text: bodies of heredocs */
	EXPAND_KEEP_UNSET = 1 << 3,  /* leave variables that are not set as they stand */
};

struct expand {
	char escape;	/* '\\' or '`' */
	unsigned flags; /* enum expand_flags */
	enum expand_found (*get)(void *context, struct str name, struct str *ret_value);
	void *context;
	struct arena *arena;
	/* Filled: each name once a use, in order; may be NULL. */
	struct vec *used;      /* struct str: those that are set */
	struct vec *undefined; /* struct str: those never heard of */
	size_t bytes; /* of results so far; of all words, at most dockerfile_expand_bytes */
	size_t work;  /* steps of patterns so far */
};

struct expand_word {
	struct str text;
	size_t at, end; /* where it stands in the input; its quotes included */
};

struct expand_words {
	const struct expand_word *p;
	size_t n;
};

int dockerfile_expand(struct expand *x, struct str word, struct str *ret, struct err *err);
int dockerfile_expand_words(struct expand *x, struct str word, struct expand_words *ret,
			    struct err *err);
