/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of check/shellcheck.h: answers by the bytes that ShellCheck was given.
 *
 *     r = shellcheck_key(dialect, text, &key, err);
 *     if (shellcheck_cache_get(cache, &key, &answers)) ...answers.p[i], its own until it is freed
 *     shellcheck_cache_put(cache, &key, said, n);
 *
 * Kept are shellcheck_cache_bytes; what comes later is asked for each time.
 */
#pragma once

#include "check/shellcheck.h"
#include "crypto/digest.h"

/* A note as ShellCheck says it: lines and columns in code points, from 1. */
struct shellcheck_said {
	struct shellcheck_note note;
	uint64_t line, column, end_line, end_column;
};

struct shellcheck_answers {
	const struct shellcheck_said *p;
	size_t n;
};

int shellcheck_key(enum shell_dialect dialect, struct str text, struct digest_value *ret,
		   struct err *err);
bool shellcheck_cache_get(struct shellcheck_cache *cache, const struct digest_value *key,
			  struct shellcheck_answers *ret);
void shellcheck_cache_put(struct shellcheck_cache *cache, const struct digest_value *key,
			  const struct shellcheck_said *said, size_t n);
void shellcheck_cache_set_absent(struct shellcheck_cache *cache);
