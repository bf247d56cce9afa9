/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks files and fills one report.
 *
 *     struct lint *lint;
 *     r = lint_new(set, report, &lint, err);
 *     r = lint_file(lint, &source, err);               for each, or lint_files for all
 *     r = lint_finish(lint, err);                      sets of files, coverage
 *     lint_free(lint);
 *
 * A file of a language that has sets (source_set.h) is only read by lint_file; lint_finish judges
 * it, knowing all others. lint_file_alone judges at once, as if there were no other.
 *
 * A file of no language is NOT ASSESSED, as is one that a limit keeps from being read; neither is
 * an error. What was assessed is counted by language.
 *
 * Ownership: borrows set and report; a file's bytes until the call returns. Threads: one at a time;
 * lint_files, and lint_finish after it, start some of their own.
 * Errors: a rule that does not compile (ERR_FORMAT), ERR_NOMEM.
 */
#pragma once

#include "base/strbuf.h"
#include "check/source_set.h"

struct lint;

int lint_new(struct rule_set *set, struct report *report, struct lint **ret, struct err *err);
void lint_free(struct lint *lint);
void lint_freep(struct lint **lint);

struct judge *lint_judge(struct lint *lint);

/* Fixes that the rules offer for it: judge_fixes(lint_judge(lint)), until the next file. */
int lint_file(struct lint *lint, const struct source_file *f, struct err *err);
int lint_file_alone(struct lint *lint, const struct source_file *f, struct err *err);

/* What is to be done with a file. */
enum lint_open {
	LINT_SKIP, /* it is none of ours */
	LINT_CHECK,
	LINT_REFUSE, /* it cannot be had: the report says why (err), the others are checked */
};

/* Many files, some at the same time: findings come as if they were handed in one by one. */
struct lint_input {
	size_t n;
	void *context;
	/*
	 * The i-th, on any thread: enum lint_open, or an error that ends the run. `bytes` is there
	 * to be read into; the path lives until lint_files returns.
	 */
	int (*open)(void *context, size_t i, struct strbuf *bytes, struct source_file *ret,
		    struct err *err);
	unsigned n_threads; /* 0: as many as there are processors */
};
int lint_files(struct lint *lint, const struct lint_input *in, struct err *err);

/* A file or folder that cannot be had is told; no set of files is complete then. */
int lint_refuse(struct lint *lint, struct str path, const struct err *why, struct err *err);

/*
 * Sets of files (source_set.h) know what was handed in. A set is taken for all that there is,
 * unless it is said here that more of a language is there.
 */
void lint_set_incomplete(struct lint *lint, const struct language *language);
bool lint_has_file(const struct lint *lint, struct str path); /* in any set */

/* What lint_finish begins with: for who wants findings in the order in which they come. */
int lint_judge_sets(struct lint *lint, struct err *err);
int lint_finish(struct lint *lint, struct err *err);
