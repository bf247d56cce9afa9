/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies the fixes that rules offer, and believes none: the text is checked again after each
 * round, and must have fewer findings and no new problem.
 *
 *     struct lint_fixer *fixer;
 *     r = lint_fixer_new(set, report, &fixer, err);           report: for the time
 *     r = lint_fix(fixer, &file, &out, err);                   out: the text with its fixes
 *     lint_fixer_free(fixer);
 *
 * A round takes all fixes that do not overlap. Where that makes something worse they are tried rule
 * by rule; the rule whose fixes do is left out for this file and told on stderr.
 *
 * Threads: one at a time. Errors: those of lint_file.
 */
#pragma once

#include "check/lint.h"
#include "check/pin_lookup.h"

struct lint_fixer;

int lint_fixer_new(struct rule_set *set, const struct report *report, struct lint_fixer **ret,
		   struct err *err);
/*
 * Digests too, asked of registries: for the findings of rules that pins satisfy, which speak then.
 * What stays unpinned is told on stderr. Before the first file; set: the one of lint_fixer_new.
 */
int lint_fixer_pin(struct lint_fixer *fixer, struct rule_set *set,
		   const struct registry_options *options, struct err *err);

void lint_fixer_free(struct lint_fixer *fixer);
void lint_fixer_freep(struct lint_fixer **fixer);

/* The number of fixes made; out is the text in any case. */
int lint_fix(struct lint_fixer *fixer, const struct source_file *f, struct strbuf *out,
	     size_t *ret_n, struct err *err);
