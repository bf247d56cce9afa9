/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/lint_fix.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/map.h"
#include "check/pin.h"
#include "check/source_lines.h"
#include "cmd/command.h"
#include "cmd/pin_tell.h"
#include "render/text.h"

#define ROUNDS_MAX 32
#define TELL_MAX   16384

struct lint_fixer {
	struct report *report; /* of all rounds, never finished: its findings stay where they are */
	struct lint *lint;
	struct map refused; /* rule -> there; of this file */
	bool alone;	    /* only the fixes of one rule in a round */
	bool is_first;	    /* round of this file: what cannot be pinned is told once */
	const struct rule_set *set;
	struct pin_lookup *lookup; /* NULL: nothing is pinned */
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
	fixer->set = set;
	r = lint_new(set, fixer->report, &fixer->lint, err);
	if (r == 0)
		*ret = TAKE(fixer);
	return r;
}

int lint_fixer_pin(struct lint_fixer *fixer, struct rule_set *set,
		   const struct registry_options *options, struct err *err)
{
	const struct pin_lookup_options lookup = {.registry = *options};

	rule_set_want_pins(set);
	return pin_lookup_new(&lookup, &fixer->lookup, err);
}

void lint_fixer_free(struct lint_fixer *fixer)
{
	if (!fixer)
		return;
	lint_free(fixer->lint);
	pin_lookup_free(fixer->lookup);
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
	size_t first;			 /* of the report's findings */
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
	ret->first = first;
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

/* What a round changes. */
struct round {
	const struct source_file *file; /* as it is before */
	struct state before;
	struct edits edits;
	struct str rule; /* of the first fix */
	size_t n;	 /* fixes */
	struct arena arena;
};

static bool is_wanted(const struct lint_fixer *fixer, const struct round *round,
		      const struct finding *f)
{
	if (map_get(&fixer->refused, f->rule))
		return false;
	return !round->n || !fixer->alone || str_eq(f->rule, round->rule);
}

static void count(struct round *round, const struct finding *f, size_t n_taken)
{
	if (n_taken && !round->n)
		round->rule = f->rule;
	round->n += n_taken;
}

static bool goes_first(const struct lint_fixer *fixer, const struct finding *f)
{
	const struct rule *rule = rule_set_find(fixer->set, f->rule);

	return rule && rule->fixes_first;
}

static int gather_some(struct lint_fixer *fixer, struct round *round, bool first, struct err *err)
{
	size_t n;
	const struct judge_fix *fixes = judge_fixes(lint_judge(fixer->lint), &n);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct finding *f = vec_at(&fixer->report->findings, fixes[i].finding);
		bool taken = false;

		if (!is_wanted(fixer, round, f) || goes_first(fixer, f) != first)
			continue;
		r = edits_add(&round->edits, fixes[i].edits, fixes[i].n_edits, &taken, err);
		count(round, f, taken);
	}
	return r;
}

/* The fixes of the rules' own: those that go first alone, while there are some. */
static int gather(struct lint_fixer *fixer, struct round *round, struct err *err)
{
	int r = gather_some(fixer, round, true, err);

	return r < 0 || round->n ? r : gather_some(fixer, round, false, err);
}

/* ---- pins ---- */

static bool is_pinnable(const struct lint_fixer *fixer, const struct finding *f)
{
	const struct rule *rule = rule_set_find(fixer->set, f->rule);

	return rule && rule->pins && !f->suppressed_by.n && f->n_locations;
}

static int find_pins(struct lint_fixer *fixer, struct round *round, struct pins *pins,
		     struct err *err)
{
	int r = pins_plan(round->file, &(struct pin_options){0}, fixer->lookup, &round->arena, pins,
			  err);

	if (r == 0)
		r = pin_lookup_run(fixer->lookup, err);
	return r < 0 ? r : pins_settle(pins, fixer->lookup, &round->arena, err);
}

static int add_pins(struct lint_fixer *fixer, struct round *round, const struct pins *pins,
		    struct err *err)
{
	const struct report *report = fixer->report;
	struct source_lines lines;
	int r = source_lines_make(round->file->bytes, &round->arena, &lines, err);

	for (size_t i = round->before.first; r == 0 && i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);
		const struct finding_location *at = f->locations;
		size_t n;

		if (!is_pinnable(fixer, f) || !is_wanted(fixer, round, f))
			continue;
		r = pins_edit(pins, source_offset(&lines, at->line, at->column),
			      source_offset(&lines, at->end_line, at->end_column), &round->edits,
			      &n, err);
		count(round, f, n);
	}
	return r;
}

/* The images that those rules point at. */
static int gather_pins(struct lint_fixer *fixer, struct round *round, struct err *err)
{
	const struct report *report = fixer->report;
	struct pins pins;
	bool any = false;
	int r;

	for (size_t i = round->before.first; fixer->lookup && i < report->findings.n; i++)
		any |= is_pinnable(fixer, vec_at(&report->findings, i));
	if (!any)
		return 0;
	r = find_pins(fixer, round, &pins, err);
	if (r < 0)
		return r;
	for (size_t i = 0; fixer->is_first && i < pins.n; i++)
		(void)pin_tell(round->file->path, &pins.p[i]); /* the finding stays, too */
	return add_pins(fixer, round, &pins, err);
}

/* ---- rounds ---- */

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

static int make_round(struct lint_fixer *fixer, struct round *round, struct strbuf *next,
		      struct err *err)
{
	int r = look(fixer, round->file, round->file->bytes, &round->before, err);

	if (r == 0)
		r = gather(fixer, round, err);
	if (r == 0)
		r = gather_pins(fixer, round, err);
	if (r == 0 && round->n)
		r = edits_apply(&round->edits, round->file->bytes, next, err);
	return r;
}

/* *ret_go: there may be more to do. */
static int fix_round(struct lint_fixer *fixer, const struct source_file *f, struct strbuf *text,
		     size_t *n_fixed, bool *ret_go, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf next = STRBUF_INIT(LIMIT_YAML_BYTES);
	struct source_file now = *f;
	struct round round = {.file = &now};
	bool better = false;
	int r;

	now.bytes = strbuf_str(text);
	edits_init(&round.edits);
	arena_init(&round.arena, LIMIT_ARENA_BYTES);
	r = make_round(fixer, &round, &next, err);
	*ret_go = r == 0 && round.n > 0;
	if (*ret_go)
		r = weigh(fixer, f, &round.before, round.rule, strbuf_str(&next), &better, err);
	edits_done(&round.edits);
	arena_done(&round.arena);
	if (r == 0 && better) {
		*n_fixed += round.n;
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
	for (unsigned i = 0; r == 0 && go && i < ROUNDS_MAX; i++) {
		fixer->is_first = i == 0;
		r = fix_round(fixer, f, out, ret_n, &go, err);
	}
	return r;
}
