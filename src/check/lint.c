/* SPDX-License-Identifier: Apache-2.0 */
#include "check/lint.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/pool.h"
#include "check/shellcheck.h"

#define LANGUAGES_MAX 32
#define CHUNK_MAX     16 /* files that a worker takes at a time */

/* A thread that checks files, with what it has found. */
struct worker {
	struct judge *judge;
	struct report *report; /* belongs to that of the run */
	struct arena arena;    /* errors, until they are told */
	struct strbuf bytes[CHUNK_MAX];
	struct source_file files[CHUNK_MAX]; /* of the chunk at hand */
};

struct lint {
	struct report *report;
	struct judge *judge;
	/* By place in languages[]. */
	uint64_t n_files[LANGUAGES_MAX];
	struct source_set sets[LANGUAGES_MAX]; /* of those that have sets */
	struct shellcheck_cache *shellcheck;
	struct worker *workers;
	unsigned n_workers;
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
		r = shellcheck_cache_new(&lint->shellcheck, err);
	if (r == 0)
		*ret = TAKE(lint);
	return r;
}

static void workers_done(struct lint *lint)
{
	for (unsigned i = 0; i < lint->n_workers; i++) {
		judge_free(lint->workers[i].judge);
		arena_done(&lint->workers[i].arena);
		for (size_t k = 0; k < CHUNK_MAX; k++)
			strbuf_done(&lint->workers[i].bytes[k]);
	}
	free(lint->workers);
	lint->workers = NULL;
	lint->n_workers = 0;
}

void lint_free(struct lint *lint)
{
	if (!lint)
		return;
	workers_done(lint);
	for (size_t i = 0; languages[i]; i++)
		source_set_done(&lint->sets[i]);
	judge_free(lint->judge);
	shellcheck_cache_free(lint->shellcheck);
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

static int not_assessed(struct report *report, struct str path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf what = STRBUF_INIT(LIMIT_PATH_BYTES + 16);

	strbuf_adds(&what, "file ");
	strbuf_add(&what, path);
	return report_add_coverage(report, strbuf_str(&what), COVERAGE_NOT_ASSESSED,
				   STR("no kind of file that there are rules for"), STR_NULL, 0) < 0
		       ? err_nomem(err)
		       : 0;
}

void lint_set_incomplete(struct lint *lint, const struct language *language)
{
	lint->sets[place_of(language)].incomplete = true;
}

static void all_incomplete(struct lint *lint)
{
	for (size_t i = 0; languages[i]; i++)
		lint->sets[i].incomplete = true;
}

int lint_refuse(struct lint *lint, struct str path, const struct err *why, struct err *err)
{
	all_incomplete(lint);
	return why->code == ERR_NOMEM ? err_nomem(err)
				      : judge_refuse(lint->judge, path, "lint", why, err);
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

static int check(struct lint *lint, const struct source_file *given, bool alone, struct err *err)
{
	struct source_file file = *given, *f = &file;
	const struct language *language = language_of(f);
	const uint64_t n_refused = judge_n_refused(lint->judge);
	struct err why = {0};
	size_t place;
	int r;

	f->shellcheck = lint->shellcheck;
	judge_forget_fixes(lint->judge);
	if (!language)
		return not_assessed(lint->report, f->path, err);
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

/* ---- many files ---- */

/* What became of a file or a part of a set. */
struct outcome {
	struct worker *worker;
	struct report_mark before, after;
	struct str path;
	const struct language *language; /* NULL: none of ours */
	struct source_part *part;	 /* read, of a set */
	struct err *err;		 /* NULL: none */
	bool skipped, refused, assessed;
};

struct batch {
	struct lint *lint;
	const struct lint_input *in;  /* files; or */
	const struct source_set *set; /* parts */
	struct outcome *outcomes;
	size_t n, chunk;
};

static int start_worker(struct lint *lint, struct worker *w, struct err *err)
{
	int r;

	arena_init(&w->arena, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < CHUNK_MAX; i++)
		w->bytes[i] = (struct strbuf)STRBUF_INIT(LIMIT_YAML_BYTES);
	w->report = report_new();
	if (!w->report)
		return err_nomem(err);
	report_adopt(lint->report, w->report); /* which will point into it */
	w->report->time = lint->report->time;
	w->report->has_time = lint->report->has_time;
	r = judge_new_beside(lint->judge, w->report, &w->judge, err);
	return r;
}

static int start_workers(struct lint *lint, unsigned n, struct err *err)
{
	int r = 0;

	lint->workers = calloc(n, sizeof *lint->workers);
	if (!lint->workers)
		return err_nomem(err);
	for (; r == 0 && lint->n_workers < n; lint->n_workers++)
		r = start_worker(lint, &lint->workers[lint->n_workers], err);
	return r;
}

/* The lowest code says that there was one; without memory for it that is what is told. */
static void keep_error(struct outcome *o, const struct err *why)
{
	static struct err no_memory = {.code = ERR_NOMEM, .msg = "out of memory"};

	o->err = arena_alloc(&o->worker->arena, sizeof *o->err);
	if (o->err)
		*o->err = *why;
	else
		o->err = &no_memory;
}

static int check_opened(struct outcome *o, const struct source_file *f, struct err *err)
{
	struct worker *w = o->worker;
	const uint64_t n_refused = judge_n_refused(w->judge);
	struct err why = {0};
	int r;

	judge_forget_fixes(w->judge);
	o->language = language_of(f);
	if (!o->language)
		return not_assessed(w->report, f->path, err);
	if (o->language->set)
		r = o->language->set->read(f, &o->part, &why);
	else
		r = o->language->check(f, w->judge, &why);
	if (r == -ERR_LIMIT)
		return judge_refuse(w->judge, f->path, o->language->id, &why, err);
	if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	o->assessed = !o->language->set && judge_n_refused(w->judge) == n_refused;
	return 0;
}

static void open_file(struct batch *b, struct outcome *o, size_t i, size_t slot)
{
	struct worker *w = o->worker;
	struct source_file *f = &w->files[slot];
	struct err why = {0}, refused = {0};
	int r;

	*f = (struct source_file){0};
	strbuf_reset(&w->bytes[slot]);
	o->before = report_mark(w->report);
	r = b->in->open(b->in->context, i, &w->bytes[slot], f, &why);
	o->skipped = r == LINT_SKIP;
	o->refused = r == LINT_REFUSE;
	o->path = f->path;
	f->shellcheck = b->lint->shellcheck;
	if (o->refused)
		r = judge_refuse(w->judge, f->path, "lint", &why, &refused);
	o->after = report_mark(w->report);
	if (r < 0)
		keep_error(o, o->refused ? &refused : &why);
}

/* Of the language of the first of them; in one folder there are rarely others. */
static void prepare_files(struct worker *w, const struct outcome *o, size_t n)
{
	const struct source_file *files[CHUNK_MAX];
	size_t n_files = 0;

	const struct language *first = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct language *language =
			o[i].skipped || o[i].refused || o[i].err ? NULL : language_of(&w->files[i]);

		if (!first && language && language->prepare)
			first = language;
		if (first && language == first)
			files[n_files++] = &w->files[i];
	}
	if (n_files > 1)
		first->prepare(files, n_files, w->judge);
}

static void run_file(struct outcome *o, size_t slot)
{
	struct err why = {0};

	if (o->skipped || o->refused || o->err)
		return;
	o->before = report_mark(o->worker->report);
	if (check_opened(o, &o->worker->files[slot], &why) < 0)
		keep_error(o, &why);
	o->after = report_mark(o->worker->report);
}

static void run_part(struct batch *b, struct outcome *o, size_t i)
{
	struct err why = {0};
	int r;

	o->before = report_mark(o->worker->report);
	r = source_set_judge(b->set, i, o->worker->judge, &why);
	o->after = report_mark(o->worker->report);
	o->assessed = r == 1;
	if (r < 0)
		keep_error(o, &why);
}

static void run_chunk(void *ctx, unsigned worker, size_t chunk)
{
	struct batch *b = ctx;
	size_t first = chunk * b->chunk, n = b->n - first < b->chunk ? b->n - first : b->chunk;
	struct worker *w = &b->lint->workers[worker];
	struct outcome *o = &b->outcomes[first];

	for (size_t i = 0; i < n; i++)
		o[i].worker = w;
	for (size_t i = 0; b->in && i < n; i++)
		open_file(b, &o[i], first + i, i);
	if (b->in)
		prepare_files(w, o, n);
	for (size_t i = 0; i < n; i++)
		if (b->in)
			run_file(&o[i], i);
		else
			run_part(b, &o[i], first + i);
}

/* Few things: one at a time. Many: as many as leave some rounds to share out. */
static int run_batch(struct batch *b, struct err *err)
{
	struct pool pool = {.run_on = run_chunk, .ctx = b, .n_threads = b->lint->n_workers};

	b->outcomes = calloc(b->n ? b->n : 1, sizeof *b->outcomes);
	if (!b->outcomes)
		return err_nomem(err);
	b->chunk = b->n / b->lint->n_workers / 4;
	b->chunk = b->chunk < 1 ? 1 : b->chunk > CHUNK_MAX ? CHUNK_MAX : b->chunk;
	pool.n = (b->n + b->chunk - 1) / b->chunk;
	return pool_run(&pool, err);
}

static void batch_done(struct batch *b)
{
	for (size_t i = 0; b->outcomes && i < b->n; i++)
		if (b->outcomes[i].part)
			b->outcomes[i].language->set->free(b->outcomes[i].part);
	free(b->outcomes);
}

/* As many findings as fit; then the file is one that a limit keeps from being assessed. */
static int take_findings(struct lint *lint, struct outcome *o, struct err *err)
{
	struct err why = {0};
	int r = report_take(lint->report, o->worker->report, &o->before, &o->after, &why);

	if (r == -ERR_LIMIT) {
		o->assessed = false;
		return judge_refuse(lint->judge, o->path, o->language->id, &why, err);
	}
	return r < 0 ? err_set(err, why.code, "%s", why.msg) : 0;
}

/* The set is full: the file is read again, and judged alone. */
static int judge_again(struct lint *lint, const struct lint_input *in, size_t i, bool told,
		       const struct source_set *set, const struct err *why, struct err *err)
{
	struct worker *w = &lint->workers[0];
	struct source_file f = {0};
	int r;

	strbuf_reset(&w->bytes[0]);
	r = in->open(in->context, i, &w->bytes[0], &f, err);
	f.shellcheck = lint->shellcheck;
	return r == LINT_CHECK ? judge_rest(lint, &f, set, told, why, err) : r < 0 ? r : 0;
}

static int take_part(struct lint *lint, const struct lint_input *in, size_t i, struct outcome *o,
		     struct err *err)
{
	struct source_set *set = &lint->sets[place_of(o->language)];
	bool was_full = set->is_full;
	struct err why = {0};
	int r = source_set_add(set, o->part, &why);

	o->part = NULL;
	if (r == -ERR_LIMIT)
		return judge_again(lint, in, i, was_full, set, &why, err);
	return r < 0 ? err_set(err, why.code, "%s", why.msg) : 0;
}

static int take_file(struct lint *lint, const struct lint_input *in, size_t i, struct outcome *o,
		     struct err *err)
{
	int r;

	if (o->err)
		return err_set(err, o->err->code, "%s", o->err->msg);
	r = take_findings(lint, o, err);
	if (o->refused)
		all_incomplete(lint);
	if (r < 0 || !o->language)
		return r;
	if (o->part)
		return take_part(lint, in, i, o, err);
	if (o->language->set)
		lint->sets[place_of(o->language)].incomplete = true; /* it could not be read */
	lint->n_files[place_of(o->language)] += o->assessed;
	return 0;
}

int lint_files(struct lint *lint, const struct lint_input *in, struct err *err)
{
	CLEANUP(batch_done) struct batch b = {.lint = lint, .in = in, .n = in->n};
	unsigned n = in->n_threads ? in->n_threads : pool_processors();
	int r = 0;

	if (n > in->n)
		n = in->n ? (unsigned)in->n : 1;
	if (!lint->workers)
		r = start_workers(lint, n, err);
	if (r == 0)
		r = run_batch(&b, err);
	for (size_t i = 0; r == 0 && i < b.n; i++)
		if (!b.outcomes[i].skipped)
			r = take_file(lint, in, i, &b.outcomes[i], err);
	return r;
}

/* ---- sets ---- */

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

/* The same by the workers. */
static int share_set(struct lint *lint, size_t place, struct err *err)
{
	const struct source_set *set = &lint->sets[place];
	CLEANUP(batch_done) struct batch b = {.lint = lint, .set = set, .n = set->parts.n};
	int r = source_set_join(&lint->sets[place], err);

	if (r == 0)
		r = run_batch(&b, err);
	for (size_t i = 0; r == 0 && i < b.n; i++) {
		struct outcome *o = &b.outcomes[i];

		o->language = set->language;
		o->path = source_set_path(set, i);
		r = o->err ? err_set(err, o->err->code, "%s", o->err->msg)
			   : take_findings(lint, o, err);
		lint->n_files[place] += o->assessed;
	}
	return r;
}

int lint_judge_sets(struct lint *lint, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && languages[i]; i++)
		if (lint->sets[i].parts.n)
			r = lint->workers ? share_set(lint, i, err) : judge_set(lint, i, err);
	return r;
}

/* What the workers have found besides findings. */
static int take_workers(struct lint *lint, struct err *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < lint->n_workers; i++)
		r = judge_take(lint->judge, lint->workers[i].judge, err);
	return r;
}

int lint_finish(struct lint *lint, struct err *err)
{
	int r = lint_judge_sets(lint, err);

	if (r == 0)
		r = take_workers(lint, err);
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
