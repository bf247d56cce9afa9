/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks files and fills one report.
 *
 *     struct lint *lint;
 *     r = lint_new(set, report, &lint, err);
 *     r = lint_file(lint, &source, err);               for each
 *     r = lint_finish(lint, err);                      sets of files, coverage
 *     lint_free(lint);
 *
 * A file of a language that has sets (source_set.h) is only read by lint_file; lint_finish judges
 * it, knowing all others. lint_file_alone judges at once, as if there were no other.
 *
 * A file of no language is NOT ASSESSED, as is one that a limit keeps from being read; neither is
 * an error. What was assessed is counted by language.
 *
 * Ownership: borrows set and report; a file's bytes until the call returns. Threads: one at a time.
 * Errors: a rule that does not compile (ERR_FORMAT), ERR_NOMEM.
 */
#pragma once

#include "check/source_set.h"

struct lint;

int lint_new(struct rule_set *set, struct report *report, struct lint **ret, struct err *err);
void lint_free(struct lint *lint);
void lint_freep(struct lint **lint);

struct judge *lint_judge(struct lint *lint);

/* Fixes that the rules offer for it: judge_fixes(lint_judge(lint)), until the next file. */
int lint_file(struct lint *lint, const struct source_file *f, struct err *err);
int lint_file_alone(struct lint *lint, const struct source_file *f, struct err *err);

/*
 * Sets of files (source_set.h) know what was handed in. A set is taken for all that there is,
 * unless it is said here that more of a language is there.
 */
void lint_set_incomplete(struct lint *lint, const struct language *language);
bool lint_has_file(const struct lint *lint, struct str path); /* in any set */

/* What lint_finish begins with: for who wants findings in the order in which they come. */
int lint_judge_sets(struct lint *lint, struct err *err);
int lint_finish(struct lint *lint, struct err *err);
