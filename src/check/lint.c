/* SPDX-License-Identifier: Apache-2.0 */
#include "check/lint.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"

#define LANGUAGES_MAX 32

struct lint {
	struct report *report;
	struct judge *judge;
	/* By place in languages[]. */
	uint64_t n_files[LANGUAGES_MAX];
	struct source_set sets[LANGUAGES_MAX]; /* of those that have sets */
};

static size_t place_of(const struct language *language)
{
	size_t i = 0;

	while (languages[i] != language)
		i++;
	return i;
}

int lint_new(struct rule_set *set, struct report *report, struct lint **ret, struct err *err)
{
	CLEANUP(lint_freep) struct lint *lint = calloc(1, sizeof *lint);
	int r;

	if (!lint)
		return err_nomem(err);
	lint->report = report;
	for (size_t i = 0; languages[i]; i++)
		source_set_init(&lint->sets[i], languages[i]);
	r = judge_new(set, report, &lint->judge, err);
	if (r == 0)
		*ret = TAKE(lint);
	return r;
}

void lint_free(struct lint *lint)
{
	if (!lint)
		return;
	for (size_t i = 0; languages[i]; i++)
		source_set_done(&lint->sets[i]);
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

void lint_set_incomplete(struct lint *lint, const struct language *language)
{
	lint->sets[place_of(language)].incomplete = true;
}

bool lint_has_file(const struct lint *lint, struct str path)
{
	for (size_t i = 0; languages[i]; i++)
		if (source_set_has(&lint->sets[i], path))
			return true;
	return false;
}

/* Too much for one set: each of the rest is judged alone, which is told. */
static int judge_rest(struct lint *lint, const struct source_file *f, const struct source_set *set,
		      bool told, const struct err *why, struct err *err)
{
	if (!told && report_add_coverage(lint->report, str_of(set->language->title),
					 COVERAGE_PARTIAL, str_of(why->msg), STR_NULL, 0) < 0)
		return err_nomem(err);
	return source_set_check(set->language, f, false, lint->judge, err);
}

static int read_part(struct lint *lint, const struct source_file *f, struct source_set *set,
		     struct err *err)
{
	struct source_part *part = NULL;
	struct err why = {0};
	bool was_full = set->is_full;
	int r = set->language->set->read(f, &part, err);

	if (r < 0) {
		set->incomplete = true;
		return r;
	}
	r = source_set_add(set, part, &why);
	if (r == -ERR_LIMIT)
		return judge_rest(lint, f, set, was_full, &why, err);
	return r < 0 ? err_set(err, why.code, "%s", why.msg) : 0;
}

static int check(struct lint *lint, const struct source_file *f, bool alone, struct err *err)
{
	const struct language *language = language_of(f);
	const uint64_t n_refused = judge_n_refused(lint->judge);
	struct err why = {0};
	size_t place;
	int r;

	judge_forget_fixes(lint->judge);
	if (!language)
		return not_assessed(lint, f, STR("no kind of file that there are rules for"), err);
	place = place_of(language);
	if (language->set && !alone)
		r = read_part(lint, f, &lint->sets[place], &why);
	else
		r = language->check(f, lint->judge, &why);
	if (r == -ERR_LIMIT)
		return judge_refuse(lint->judge, f->path, language->id, &why, err);
	if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	lint->n_files[place] +=
		(!language->set || alone) && judge_n_refused(lint->judge) == n_refused;
	return 0;
}

int lint_file(struct lint *lint, const struct source_file *f, struct err *err)
{
	return check(lint, f, false, err);
}

int lint_file_alone(struct lint *lint, const struct source_file *f, struct err *err)
{
	return check(lint, f, true, err);
}

static int judge_set(struct lint *lint, size_t place, struct err *err)
{
	const struct source_set *set = &lint->sets[place];
	int r = source_set_join(&lint->sets[place], err);

	for (size_t i = 0; r >= 0 && i < set->parts.n; i++) {
		r = source_set_judge(set, i, lint->judge, err);
		lint->n_files[place] += r == 1;
	}
	return r < 0 ? r : 0;
}

int lint_judge_sets(struct lint *lint, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && languages[i]; i++)
		if (lint->sets[i].parts.n)
			r = judge_set(lint, i, err);
	return r;
}

int lint_finish(struct lint *lint, struct err *err)
{
	int r = lint_judge_sets(lint, err);

	if (r < 0)
		return r;
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
