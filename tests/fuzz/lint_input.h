/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For targets that check a file with all rules of ours, those that are off by default too.
 *
 * Whatever the file is: no expression of a rule fails on it, findings and problems have words and a
 * place in the file, what the fixes make of it can be checked too.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/lint.h"

/* Rules compile slowly, so that one lint serves many files. */
#define LINT_INPUT_FILES 200

static struct rule_set *lint_input_rules;
static struct report *lint_input_report;
static struct lint *lint_input;

static inline void lint_input_require(bool holds, const char *what, struct str text)
{
	if (holds)
		return;
	(void)fprintf(stderr, "%s: %.*s\n", what, STR_FMT(text));
	abort();
}

static inline void lint_input_load(void)
{
	struct rule *rule;
	struct err err = {0};
	int r = rule_set_new(&lint_input_rules, &err);

	if (r == 0)
		r = rule_set_add_shipped(lint_input_rules, &err);
	for (size_t i = 0; r == 0 && (rule = rule_set_at(lint_input_rules, i)); i++)
		rule->enabled = true;
	lint_input_require(r == 0, "rules", str_of(err.msg));
}

/* What was reported of the file before goes, so that nobody who looks for leaks counts it. */
static inline void lint_input_forget(struct report *report)
{
	vec_cut(&report->findings, 0);
	vec_cut(&report->problems, 0);
	vec_cut(&report->coverage, 0);
	arena_done(&report->arena);
	arena_init(&report->arena, LIMIT_ARENA_BYTES);
}

static inline void lint_input_start(void)
{
	static unsigned n_files;
	struct err err = {0};

	if (!lint_input_rules)
		lint_input_load();
	if (n_files++ % LINT_INPUT_FILES) {
		lint_input_forget(lint_input_report);
		return;
	}
	lint_freep(&lint_input);
	report_freep(&lint_input_report);
	lint_input_report = report_new();
	lint_input_require(lint_input_report != NULL, "memory", STR_NULL);
	lint_input_require(lint_new(lint_input_rules, lint_input_report, &lint_input, &err) == 0,
			   "lint", str_of(err.msg));
}

static inline size_t lint_input_lines(struct str text)
{
	size_t n = 1;

	for (struct str line; str_pull_line(&text, &line);)
		n++;
	return n;
}

static inline void lint_input_look_at(const struct source_file *f, const struct finding *found)
{
	const struct finding_location *at = found->locations;

	lint_input_require(found->title.n > 0, "a finding without words", found->rule);
	lint_input_require(rule_set_find(lint_input_rules, found->rule), "whose", found->rule);
	lint_input_require(found->n_locations == 1 && str_eq(at->path, f->path), "place",
			   found->rule);
	lint_input_require(at->line <= lint_input_lines(f->bytes), "line", found->rule);
	lint_input_require(at->end_line == 0 || at->end_line > at->line ||
				   (at->end_line == at->line && at->end_column >= at->column),
			   "end", found->rule);
}

/* "line 1: the rule could not be judged: ..." */
static inline void lint_input_look_at_problem(const struct problem *p)
{
	bool of_a_rule = str_has_prefix(p->parser, STR("rule "));

	lint_input_require(p->message.n > 0, "a problem without words", p->parser);
	if (!of_a_rule || str_find(p->message, STR("expr_")) < p->message.n)
		return;
	(void)fprintf(stderr, "%.*s: ", STR_FMT(p->parser));
	lint_input_require(false, "an expression of ours fails", p->message);
}

/* Checked; what is found is looked at. */
static inline void lint_input_check(const struct source_file *f)
{
	struct err err = {0};

	lint_input_start();
	if (lint_file_alone(lint_input, f, &err) < 0)
		lint_input_require(err.code == ERR_NOMEM, "lint", str_of(err.msg));
	for (size_t i = 0; i < lint_input_report->findings.n; i++)
		lint_input_look_at(f, vec_at(&lint_input_report->findings, i));
	for (size_t i = 0; i < lint_input_report->problems.n; i++)
		lint_input_look_at_problem(vec_at(&lint_input_report->problems, i));
}

/* All fixes of the file that was checked last, as many as fit together. */
static inline bool lint_input_fix(const struct source_file *f, struct strbuf *out)
{
	struct edits edits;
	const struct judge_fix *fixes;
	struct err err = {0};
	size_t n;
	bool taken;
	int r = 0;

	fixes = judge_fixes(lint_judge(lint_input), &n);
	edits_init(&edits);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = edits_add(&edits, fixes[i].edits, fixes[i].n_edits, &taken, &err);
	if (r == 0)
		r = edits_apply(&edits, f->bytes, out, &err);
	lint_input_require(r == 0 || err.code != ERR_BUG, "fix", str_of(err.msg));
	edits_done(&edits);
	return r == 0 && n > 0;
}
