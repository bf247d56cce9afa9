/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns that an evaluation has made of facts, kept for the next time they are asked for: a rule
 * that goes over a list of patterns asks for the same ones of every file.
 *
 *     struct regex_cache *cache = NULL;
 *     r = regex_cache_get(&cache, pattern, &re, err);      re lives until the next call
 *     regex_cache_free(cache);
 *
 * Few are kept (64), the one not used last of two goes. Nobody but memory and time sees whether a
 * pattern was kept: who pays for compiling pays all the same.
 * Ownership: the cache owns the patterns. Threads: one at a time; each evaluation has its own.
 * Errors: those of regex_new; what fails is not kept.
 */
#pragma once

#include "expr/regex.h"

struct regex_cache;

int regex_cache_get(struct regex_cache **cache, struct str pattern, const struct regex **ret,
		    struct err *err);
void regex_cache_free(struct regex_cache *cache);
