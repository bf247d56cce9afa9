/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of each scope, compiled when the scope is first met, for all judges of a run.
 *
 *     struct benches *benches;
 *     r = benches_new(set, &benches, err);
 *     benches_choose(benches, &choice);                before the first benches_find
 *     const struct bench *b;
 *     r = benches_find(benches, scope, &b, err);
 *     benches_unref(benches);
 *
 * Ownership: counted: who uses it holds a reference; benches live as long. The set outlives it.
 * Threads: all but benches_choose may be called on several; a bench is read-only once it is found.
 * Errors: ERR_FORMAT with file, line and caret when a rule does not compile; ERR_NOMEM.
 */
#pragma once

#include "check/judge.h"
#include "check/rule_index.h"

struct bench {
	const struct scope *scope;
	struct env *env;
	struct rule_program *programs;
	size_t n;
	struct rule_index index;
	bool is_problem; /* subjects are what is wrong with a file itself */
};

struct benches;

int benches_new(struct rule_set *set, struct benches **ret, struct err *err);
struct benches *benches_ref(struct benches *benches);
void benches_unref(struct benches *benches); /* NULL is fine */

void benches_choose(struct benches *benches, const struct judge_choice *choice);
const struct judge_choice *benches_choice(const struct benches *benches);
const struct rule_set *benches_rules(const struct benches *benches);

/* Messages are compiled when they are asked for; before the first benches_find. */
void benches_defer_texts(struct benches *benches);
/* What was deferred; program: of that bench. */
int benches_compile_texts(struct benches *benches, const struct bench *bench,
			  struct rule_program *program, struct err *err);

int benches_find(struct benches *benches, const struct scope *scope, const struct bench **ret,
		 struct err *err);
