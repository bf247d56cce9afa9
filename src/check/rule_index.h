/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rules of a scope may speak of a subject: those that ask for another keyword, kind or
 * program than it has are left out without being asked.
 *
 *     r = rule_index_make(programs, n, &arena, &index, err);
 *     rule_index_select(&index, &evaluation, facts, words);
 *     for (size_t i = rule_index_next(&index, words, 0); i < n;
 *          i = rule_index_next(&index, words, i + 1)) ...judge by programs[i]
 *     rule_index_done(&index);
 *
 * What a rule asks for is derived from its expression (expr/guard.h), whatever the language. For
 * each field that many rules ask for there is a table from its values to sets of rules; a rule may
 * speak when it is in the sets of all fields. The findings are those of asking every rule.
 * Ownership: the arena's, and rule_index_done. Threads: read-only sharing is fine.
 * Errors: ERR_NOMEM.
 */
#pragma once

#include "base/map.h"
#include "check/rule_program.h"
#include "expr/guard.h"

#define RULE_INDEX_FIELDS 8 /* the others are left to the rules themselves */

struct rule_index_field {
	struct guard field;  /* without its strings */
	struct map values;   /* value -> uint64_t[], the rules that may speak then */
	uint64_t *otherwise; /* of any other value */
	size_t n_rules;	     /* that ask for it */
};

struct rule_index {
	size_t n_rules, n_words;
	uint64_t *may; /* rules that are not false whatever the subject is */
	struct rule_index_field fields[RULE_INDEX_FIELDS];
	size_t n_fields;
};

int rule_index_make(const struct rule_program *programs, size_t n, struct arena *a,
		    struct rule_index *ret, struct err *err);
void rule_index_done(struct rule_index *index);

/* words: index->n_words, a bit a rule. */
void rule_index_select(const struct rule_index *index, struct evaluation *e,
		       const struct value *facts, uint64_t *words);
void rule_index_select_all(const struct rule_index *index, uint64_t *words);

/* The first rule from i on that is selected; n_rules: none. */
size_t rule_index_next(const struct rule_index *index, const uint64_t *words, size_t i);
