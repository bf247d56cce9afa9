/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/lint_fix.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/map.h"
#include "cmd/command.h"
#include "render/text.h"

#define ROUNDS_MAX 32
#define TELL_MAX   16384

struct lint_fixer {
	struct report *report; /* of all rounds, never finished: its findings stay where they are */
	struct lint *lint;
	struct map refused; /* rule -> there; of this file */
	bool alone;	    /* only the fixes of one rule in a round */
};

int lint_fixer_new(struct rule_set *set, const struct report *report, struct lint_fixer **ret,
		   struct err *err)
{
	CLEANUP(lint_fixer_freep) struct lint_fixer *fixer = calloc(1, sizeof *fixer);
	int r;

	if (!fixer)
		return err_nomem(err);
	map_init(&fixer->refused, LIMIT_FINDINGS);
	fixer->report = report_new();
	if (!fixer->report)
		return err_nomem(err);
	fixer->report->has_time = report->has_time;
	fixer->report->time = report->time;
	r = lint_new(set, fixer->report, &fixer->lint, err);
	if (r == 0)
		*ret = TAKE(fixer);
	return r;
}

void lint_fixer_free(struct lint_fixer *fixer)
{
	if (!fixer)
		return;
	lint_free(fixer->lint);
	report_free(fixer->report);
	map_done(&fixer->refused);
	free(fixer);
}

void lint_fixer_freep(struct lint_fixer **fixer)
{
	lint_fixer_free(*fixer);
	*fixer = NULL;
}

/* What is wrong with a text. */
struct state {
	uint64_t n_findings, n_problems; /* that are not suppressed; problems and gaps */
};

static uint64_t problems_of(const struct lint_fixer *fixer)
{
	const struct report *r = fixer->report;

	return r->problems.n + r->n_problems_unlisted + r->coverage.n +
	       judge_n_broken(lint_judge(fixer->lint));
}

static int look(struct lint_fixer *fixer, const struct source_file *f, struct str text,
		struct state *ret, struct err *err)
{
	const struct report *report = fixer->report;
	size_t first = report->findings.n;
	struct source_file file = *f;
	int r;

	file.bytes = text;
	ret->n_problems = problems_of(fixer);
	r = lint_file_alone(fixer->lint, &file, err);
	ret->n_problems = problems_of(fixer) - ret->n_problems;
	ret->n_findings = 0;
	for (size_t i = first; i < report->findings.n; i++) {
		const struct finding *found = vec_at(&report->findings, i);

		ret->n_findings += found->suppressed_by.n == 0;
	}
	return r;
}

/* Those of a round; *ret_rule is the rule of the first. */
static int gather(struct lint_fixer *fixer, struct edits *edits, struct str *ret_rule,
		  size_t *ret_n, struct err *err)
{
	size_t n;
	const struct judge_fix *fixes = judge_fixes(lint_judge(fixer->lint), &n);
	int r = 0;

	*ret_n = 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		const struct finding *f = vec_at(&fixer->report->findings, fixes[i].finding);
		bool taken = false;

		if (map_get(&fixer->refused, f->rule))
			continue;
		if (*ret_n && fixer->alone && !str_eq(f->rule, *ret_rule))
			continue;
		r = edits_add(edits, fixes[i].edits, fixes[i].n_edits, &taken, err);
		if (taken && *ret_n == 0)
			*ret_rule = f->rule;
		*ret_n += taken;
	}
	return r;
}

static void tell_refused(struct str path, struct str rule)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TELL_MAX);

	strbuf_adds(&sb, "plimsoll: ");
	(void)text_add(&sb, str_sub(path, 0, 4096 / 2), SIZE_MAX, true); /* width: no matter */
	strbuf_adds(&sb, ": the fix of ");
	(void)text_add(&sb, str_sub(rule, 0, 200), SIZE_MAX, true);
	strbuf_adds(&sb, " is taken back: the file would not be better with it\n");
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
}

/* Keeps the text that a round made, or looks for the rule to blame. */
static int weigh(struct lint_fixer *fixer, const struct source_file *f, const struct state *before,
		 struct str rule, struct str text, bool *ret_better, struct err *err)
{
	struct state after;
	int r = look(fixer, f, text, &after, err);

	if (r < 0)
		return r;
	*ret_better =
		after.n_findings < before->n_findings && after.n_problems <= before->n_problems;
	if (*ret_better)
		return 0;
	if (!fixer->alone) {
		fixer->alone = true;
		return 0;
	}
	tell_refused(f->path, rule);
	return map_put(&fixer->refused, rule, fixer) < 0 ? err_nomem(err) : 0;
}

/* *ret_go: there may be more to do. */
static int fix_round(struct lint_fixer *fixer, const struct source_file *f, struct strbuf *text,
		     size_t *n_fixed, bool *ret_go, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf next = STRBUF_INIT(LIMIT_YAML_BYTES);
	struct edits edits;
	struct state before;
	struct str rule = STR_NULL;
	bool better = false;
	size_t n = 0;
	int r;

	edits_init(&edits);
	r = look(fixer, f, strbuf_str(text), &before, err);
	if (r == 0)
		r = gather(fixer, &edits, &rule, &n, err);
	if (r == 0 && n)
		r = edits_apply(&edits, strbuf_str(text), &next, err);
	edits_done(&edits);
	*ret_go = r == 0 && n > 0;
	if (*ret_go)
		r = weigh(fixer, f, &before, rule, strbuf_str(&next), &better, err);
	if (r == 0 && better) {
		*n_fixed += n;
		strbuf_reset(text);
		strbuf_add(text, strbuf_str(&next));
		r = strbuf_check(text, err);
	}
	return r;
}

int lint_fix(struct lint_fixer *fixer, const struct source_file *f, struct strbuf *out,
	     size_t *ret_n, struct err *err)
{
	bool go = true;
	int r;

	*ret_n = 0;
	strbuf_reset(out);
	strbuf_add(out, f->bytes);
	r = strbuf_check(out, err);
	map_done(&fixer->refused);
	map_init(&fixer->refused, LIMIT_FINDINGS);
	fixer->alone = false;
	for (unsigned i = 0; r == 0 && go && i < ROUNDS_MAX; i++)
		r = fix_round(fixer, f, out, ret_n, &go, err);
	return r;
}
