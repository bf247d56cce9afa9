/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/server.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "lsp/check.h"
#include "lsp/checks.h"
#include "lsp/frame.h"
#include "lsp/session.h"

#define READ_BYTES    65536
#define LAST_WORDS_MS 2000
#define WRITE_BYTES   4096 /* PIPE_BUF: so many go into a pipe that is ready without waiting */

enum { AT_IN, AT_OUT, AT_EDITOR, AT_CHECKS };

struct server {
	struct session *session;
	struct frames frames;
	int in, out;
	int editor;  /* its process, when it is our parent; -1: unknown */
	bool at_end; /* of the input */
	struct pollfd polled[AT_CHECKS + LIMIT_LSP_CHECKS];
	struct document *checked[LIMIT_LSP_CHECKS]; /* whose check is polled */
	size_t n_checked;
};

/* ---- messages ---- */

static int take_messages(struct server *sv, struct err *err)
{
	struct session *s = sv->session;
	struct err why = {0};
	struct str body;
	int r = 0, got;

	while (r == 0 && s->state != SESSION_ENDED &&
	       (got = frames_next(&sv->frames, &body, &why)) != 0) {
		if (got > 0) {
			r = session_take(s, body, clock_monotonic_ms(), err);
			continue;
		}
		r = session_pass_over(s, &why, err);
		if (r == 0 && (got == -ERR_FORMAT || got == -ERR_NOMEM))
			r = err_set(err, why.code, "%s", why.msg);
	}
	return r;
}

static int read_input(struct server *sv, struct err *err)
{
	char bytes[READ_BYTES];
	ssize_t n = read(sv->in, bytes, sizeof bytes);
	int r;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0
							 : err_errno(err, errno, "standard input");
	sv->at_end = n == 0;
	r = frames_add(&sv->frames, str_make(bytes, (size_t)n), err);
	return r < 0 ? r : take_messages(sv, err);
}

static int write_some(struct server *sv, struct err *err)
{
	struct str left = str_sub(session_output(sv->session), 0, WRITE_BYTES);
	ssize_t n = write(sv->out, left.p, left.n);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0
							 : err_errno(err, errno, "standard output");
	session_wrote(sv->session, (size_t)n);
	return 0;
}

static bool can_write(const struct server *sv, int timeout_ms)
{
	struct pollfd p = {sv->out, POLLOUT, 0};

	return session_output(sv->session).n > 0 && poll(&p, 1, timeout_ms) > 0;
}

static int write_output(struct server *sv, struct err *err)
{
	int r = 0;

	while (r == 0 && can_write(sv, 0))
		r = write_some(sv, err);
	return r;
}

/* What is still to be said before the end; an editor that does not listen is not waited for. */
static int write_rest(struct server *sv, struct err *err)
{
	int r = 0;

	while (r == 0 && can_write(sv, LAST_WORDS_MS))
		r = write_some(sv, err);
	return r;
}

/* ---- waiting ---- */

static void gather(struct server *sv)
{
	const struct session *s = sv->session;
	struct document *d;

	sv->polled[AT_IN] = (struct pollfd){sv->in, POLLIN, 0};
	sv->polled[AT_OUT] = (struct pollfd){session_output(s).n ? sv->out : -1, POLLOUT, 0};
	sv->polled[AT_EDITOR] = (struct pollfd){sv->editor, POLLIN, 0};
	sv->n_checked = 0;
	for (size_t i = 0; (d = documents_at(&s->documents, i)) != NULL; i++) {
		if (!d->check || sv->n_checked == LIMIT_LSP_CHECKS)
			continue;
		sv->polled[AT_CHECKS + sv->n_checked] =
			(struct pollfd){check_fd(d->check), POLLIN, 0};
		sv->checked[sv->n_checked++] = d;
	}
}

static int wait_ms(const struct session *s)
{
	uint64_t next = checks_next_ms(s), now = clock_monotonic_ms();

	if (next == UINT64_MAX)
		return -1;
	if (next <= now)
		return 0;
	return next - now < INT_MAX ? (int)(next - now) : INT_MAX;
}

/* Before messages are read, which may end checks and close documents. */
static int take_checks(struct server *sv, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sv->n_checked; i++)
		if (sv->polled[AT_CHECKS + i].revents)
			r = checks_take(sv->session, sv->checked[i], err);
	return r;
}

static int wait(struct server *sv, struct err *err)
{
	gather(sv);
	if (poll(sv->polled, AT_CHECKS + sv->n_checked, wait_ms(sv->session)) >= 0)
		return 1;
	return errno == EINTR ? 0 : err_errno(err, errno, "waiting for the editor");
}

/* Checks start when there is nothing more to read: what was said last may change a text again. */
static int turn(struct server *sv, struct err *err)
{
	int r = wait(sv, err);

	if (r <= 0)
		return r;
	r = take_checks(sv, err);
	if (r == 0 && sv->polled[AT_OUT].revents)
		r = write_output(sv, err);
	if (r == 0 && sv->polled[AT_IN].revents)
		return read_input(sv, err);
	if (r == 0)
		r = checks_start(sv->session, clock_monotonic_ms(), err);
	return r < 0 ? r : checks_end_late(sv->session, clock_monotonic_ms(), err);
}

/* An editor that dies may leave our input open in another child of it. */
static void watch_editor(struct server *sv)
{
	if (sv->editor < 0 && sv->session->process_id == (int64_t)getppid())
		sv->editor = pidfd_open(getppid(), 0); /* -1: its input ends at some time */
}

static int serve(struct server *sv, struct err *err)
{
	const struct session *s = sv->session;
	int r = 0;

	while (r == 0 && s->state != SESSION_ENDED && !sv->at_end &&
	       !sv->polled[AT_EDITOR].revents) {
		watch_editor(sv);
		r = turn(sv, err);
	}
	if (r == 0 && sv->at_end && s->state != SESSION_ENDED && frames_is_inside(&sv->frames))
		r = err_set(err, ERR_FORMAT, "standard input ends within a message");
	if (write_rest(sv, r < 0 ? NULL : err) < 0 && r == 0)
		r = -ERR_IO;
	return r;
}

int lsp_serve(const struct lsp_host *host, int in, int out, struct err *err)
{
	CLEANUP(session_freep) struct session *session = NULL;
	struct server sv = {.in = in, .out = out, .editor = -1};
	int r = session_new(host, &session, err);

	if (r < 0)
		return r;
	(void)signal(SIGPIPE, SIG_IGN); /* an editor that is gone is an error of write */
	sv.session = session;
	frames_init(&sv.frames);
	r = serve(&sv, err);
	frames_done(&sv.frames);
	fd_closep(&sv.editor);
	if (r < 0)
		return r;
	return session->state == SESSION_ENDED ? session->status : session->state != SESSION_SHUT;
}
