/* SPDX-License-Identifier: Apache-2.0 */
#include "check/lint.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"

#define LANGUAGES_MAX 32

struct lint {
	struct report *report;
	struct judge *judge;
	uint64_t n_files[LANGUAGES_MAX]; /* by place in languages[] */
};

int lint_new(struct rule_set *set, struct report *report, struct lint **ret, struct err *err)
{
	CLEANUP(lint_freep) struct lint *lint = calloc(1, sizeof *lint);
	int r;

	if (!lint)
		return err_nomem(err);
	lint->report = report;
	r = judge_new(set, report, &lint->judge, err);
	if (r == 0)
		*ret = TAKE(lint);
	return r;
}

void lint_free(struct lint *lint)
{
	if (!lint)
		return;
	judge_free(lint->judge);
	free(lint);
}

void lint_freep(struct lint **lint)
{
	lint_free(*lint);
	*lint = NULL;
}

struct judge *lint_judge(struct lint *lint)
{
	return lint->judge;
}

static int not_assessed(struct lint *lint, const struct source_file *f, struct str reason,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf what = STRBUF_INIT(LIMIT_PATH_BYTES + 16);

	strbuf_adds(&what, "file ");
	strbuf_add(&what, f->path);
	return report_add_coverage(lint->report, strbuf_str(&what), COVERAGE_NOT_ASSESSED, reason,
				   STR_NULL, 0) < 0
		       ? err_nomem(err)
		       : 0;
}

static int refused(struct lint *lint, const struct source_file *f, const struct language *language,
		   const struct err *why, struct err *err)
{
	if (report_add_problem(lint->report, f->path, STR_NULL, str_of(language->id), why) < 0)
		return err_nomem(err);
	return not_assessed(lint, f, str_of(why->msg), err);
}

int lint_file(struct lint *lint, const struct source_file *f, struct err *err)
{
	const struct language *language = language_of(f);
	struct err why = {0};
	int r;

	judge_forget_fixes(lint->judge);
	if (!language)
		return not_assessed(lint, f, STR("no kind of file that there are rules for"), err);
	r = language->check(f, lint->judge, &why);
	if (r == -ERR_LIMIT)
		return refused(lint, f, language, &why, err);
	if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	for (size_t i = 0; i < LANGUAGES_MAX && languages[i]; i++)
		lint->n_files[i] += languages[i] == language;
	return 0;
}

int lint_finish(struct lint *lint, struct err *err)
{
	for (size_t i = 0; i < LANGUAGES_MAX && languages[i]; i++) {
		if (lint->n_files[i] == 0)
			continue;
		if (report_add_coverage(lint->report, str_of(languages[i]->title),
					COVERAGE_ASSESSED, STR_NULL, STR_NULL,
					lint->n_files[i]) < 0)
			return err_nomem(err);
	}
	judge_redact(lint->judge);
	report_finish(lint->report);
	return 0;
}
