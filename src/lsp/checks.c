/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/checks.h"

#include <stdlib.h>

#include "base/limits.h"
#include "lsp/assessment.h"
#include "lsp/check.h"
#include "lsp/diagnostics.h"

void checks_stop(struct document *d)
{
	check_free(d->check);
	d->check = NULL;
}

void checks_due(struct session *s, struct document *d, uint64_t delay_ms)
{
	checks_stop(d);
	assessment_free(d->found);
	d->found = NULL;
	d->due_ms = d->is_lost ? 0 : s->now_ms + delay_ms;
}

void checks_all_due(struct session *s)
{
	struct document *d;

	for (size_t i = 0; (d = documents_at(&s->documents, i)) != NULL; i++)
		checks_due(s, d, 0);
}

/* ---- what was found ---- */

static int tell_notes(struct session *s, struct str_list notes, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < notes.n; i++) {
		if (s->told && str_is(notes.p[i], s->told))
			continue;
		free(s->told);
		s->told = str_dup(notes.p[i]);
		if (s->told)
			r = session_log(s, SESSION_INFO, s->told, err);
	}
	return r;
}

static int take_found(struct session *s, struct document *d, struct assessment *found,
		      struct err *err)
{
	int r;

	assessment_free(d->found);
	d->found = found;
	d->serial = ++s->serial;
	r = tell_notes(s, found->notes, err);
	if (r == 0 && !s->can.pulls)
		r = diagnostics_publish(s, d, err);
	return r < 0 ? r : session_answer_waiting(s, err);
}

/* That it could not be checked is what there is to say of it. */
static int take_failure(struct session *s, struct document *d, const struct err *why,
			struct err *err)
{
	struct assessment *found;
	int r = assessment_of_failure(why, strbuf_str(&d->text), &found, err);

	return r < 0 ? r : take_found(s, d, found, err);
}

static int take_line(struct session *s, struct document *d, struct str line, struct err *err)
{
	struct assessment *found = NULL;
	struct err why = {0};
	int r;

	if (d->found) {
		if (assessment_read_fixes(d->found, line, &why) < 0)
			return session_log(s, SESSION_ERROR, why.msg, err);
		d->found->is_whole = true;
		return session_answer_waiting(s, err);
	}
	r = assessment_read(line, &found, &why);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	return r < 0 ? take_failure(s, d, &why, err) : take_found(s, d, found, err);
}

static int take_end(struct session *s, struct document *d, int status, const struct err *why,
		    struct err *err)
{
	const struct err silent = {.code = ERR_IO, .msg = "the check ended without an answer"};

	checks_stop(d);
	if (!d->found)
		return take_failure(s, d, status < 0 ? why : &silent, err);
	if (d->found->is_whole)
		return 0;
	d->found->is_whole = true; /* there are no fixes of all, then */
	if (status < 0 && session_log(s, SESSION_ERROR, why->msg, err) < 0)
		return -(int)err->code;
	return session_answer_waiting(s, err);
}

int checks_take(struct session *s, struct document *d, struct err *err)
{
	struct err why = {0};
	struct str line;
	int status = check_read(d->check, &why), r = 0;

	while (r == 0 && check_next_line(d->check, &line))
		r = take_line(s, d, line, err);
	return r < 0 || status > 0 ? r : take_end(s, d, status, &why, err);
}

/* ---- starting and ending ---- */

static size_t n_running(const struct session *s)
{
	const struct document *d;
	size_t n = 0;

	for (size_t i = 0; (d = documents_at(&s->documents, i)) != NULL; i++)
		n += d->check != NULL;
	return n;
}

static int start(struct session *s, struct document *d, struct err *err)
{
	struct source_file f = document_source(d);
	struct check_job job = {.host = s->host, .source = &f};
	struct err why = {0}, trouble = {0};
	int r = workspace_rules(&s->workspace, d->path, &job.set, &why, &trouble);

	d->due_ms = 0;
	if (why.code && session_show(s, SESSION_ERROR, why.msg, err) < 0)
		return -(int)err->code;
	if (d->path)
		s->host->open_beside(s->host->context, &f);
	if (r == 0)
		r = check_start(&job, &d->check, &trouble);
	return r < 0 ? take_failure(s, d, &trouble, err) : 0;
}

int checks_start(struct session *s, uint64_t now_ms, struct err *err)
{
	struct document *d;
	int r = 0;

	for (size_t i = 0; r == 0 && (d = documents_at(&s->documents, i)) != NULL; i++)
		if (d->due_ms && (d->due_ms <= now_ms || session_is_awaited(s, d)) &&
		    n_running(s) < LIMIT_LSP_CHECKS)
			r = start(s, d, err);
	return r;
}

static uint64_t deadline_of(const struct document *d)
{
	return check_started_ms(d->check) + LIMIT_LSP_CHECK_SECONDS * 1000ULL;
}

int checks_end_late(struct session *s, uint64_t now_ms, struct err *err)
{
	struct document *d;
	int r = 0;

	for (size_t i = 0; r == 0 && (d = documents_at(&s->documents, i)) != NULL; i++) {
		struct err why = {0};

		if (!d->check || deadline_of(d) > now_ms)
			continue;
		(void)err_set(&why, ERR_LIMIT, "the check took more than lsp_check_seconds (%d)",
			      (int)LIMIT_LSP_CHECK_SECONDS);
		r = take_end(s, d, -ERR_LIMIT, &why, err);
	}
	return r;
}

uint64_t checks_next_ms(const struct session *s)
{
	bool is_full = n_running(s) >= LIMIT_LSP_CHECKS;
	uint64_t next = UINT64_MAX;
	const struct document *d;

	for (size_t i = 0; (d = documents_at(&s->documents, i)) != NULL; i++) {
		if (d->due_ms && !is_full && session_is_awaited(s, d))
			next = 0;
		else if (d->due_ms && !is_full && d->due_ms < next)
			next = d->due_ms;
		if (d->check && deadline_of(d) < next)
			next = deadline_of(d);
	}
	return next;
}
