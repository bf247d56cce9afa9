/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "lsp/assessment.h"
#include "lsp/host.h"

#define READ_BYTES 65536

struct check {
	pid_t pid; /* and its group; 0: it has ended */
	int fd;
	uint64_t started_ms;
	struct strbuf answer;
	size_t at; /* of what was not given yet */
};

/* ---- in its process ---- */

static int write_fixes(const struct check_job *job, int fd, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf fixed = STRBUF_INIT(LIMIT_LSP_DOCUMENT_BYTES);
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LIMIT_LSP_OUTPUT_BYTES);
	int r = job->host->fix(job->host->context, job->set, job->source, &fixed, err);

	if (r == 0)
		r = assessment_write_fixes(job->source->bytes, strbuf_str(&fixed), &line, err);
	return r < 0 ? r : fd_write_all(fd, strbuf_str(&line), err);
}

static int assess(const struct check_job *job, int fd, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LIMIT_LSP_OUTPUT_BYTES);
	bool fixable;
	int r = assessment_write(job->set, job->source, job->host, &line, &fixable, err);

	if (r < 0) {
		strbuf_reset(&line);
		assessment_write_failure(err, &line);
	}
	if (fd_write_all(fd, strbuf_str(&line), err) < 0)
		return -ERR_IO;
	return r == 0 && fixable ? write_fixes(job, fd, err) : 0;
}

/* What the server talks through is not for this process, nor for what it starts. */
static void leave_streams(void)
{
	CLEANUP(fd_closep) int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(EXIT_FAILURE);
}

static void run(const struct check_job *job, int fd, pid_t parent)
{
	struct err err = {0};

	(void)setpgid(0, 0); /* the server does it too: whoever comes first */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* cannot fail with a valid signal */
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	(void)signal(SIGPIPE, SIG_DFL); /* nobody reads any more: nothing to do */
	leave_streams();
	_exit(assess(job, fd, &err) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* ---- in the server ---- */

int check_start(const struct check_job *job, struct check **ret, struct err *err)
{
	struct check *c = calloc(1, sizeof *c);
	pid_t parent = getpid();
	int pair[2];

	if (!c)
		return err_nomem(err);
	if (pipe2(pair, O_CLOEXEC) < 0) {
		free(c);
		return err_errno(err, errno, "a pipe");
	}
	c->pid = fork();
	if (c->pid == 0)
		run(job, pair[1], parent);
	(void)close(pair[1]); /* its own */
	if (c->pid < 0) {
		(void)close(pair[0]);
		free(c);
		return err_errno(err, errno, "a process");
	}
	(void)setpgid(c->pid, c->pid); /* or it has done so */
	(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	c->fd = pair[0];
	c->answer = (struct strbuf)STRBUF_INIT(LIMIT_LSP_OUTPUT_BYTES);
	c->started_ms = clock_monotonic_ms();
	*ret = c;
	return 0;
}

static int wait_for(struct check *c)
{
	int status = 0;
	pid_t r;

	do
		r = waitpid(c->pid, &status, 0);
	while (r < 0 && errno == EINTR);
	c->pid = 0;
	return status;
}

void check_free(struct check *c)
{
	if (!c)
		return;
	if (c->pid > 0) {
		(void)kill(-c->pid, SIGKILL); /* it may just have ended */
		(void)kill(c->pid, SIGKILL);  /* should its group not stand yet */
		(void)wait_for(c);
	}
	fd_closep(&c->fd);
	strbuf_done(&c->answer);
	free(c);
}

int check_fd(const struct check *c)
{
	return c->fd;
}

uint64_t check_started_ms(const struct check *c)
{
	return c->started_ms;
}

static int end(struct check *c, struct err *err)
{
	int status = wait_for(c);

	if (WIFSIGNALED(status))
		return err_set(err, ERR_IO, "the check was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_set(err, ERR_IO, "the check ended with status %d", WEXITSTATUS(status));
	return 0;
}

int check_read(struct check *c, struct err *err)
{
	char *room;
	ssize_t n;

	if (c->at && c->at == c->answer.n) {
		strbuf_reset(&c->answer);
		c->at = 0;
	}
	room = strbuf_reserve(&c->answer, READ_BYTES);
	if (!room)
		return strbuf_check(&c->answer, err);
	n = read(c->fd, room, READ_BYTES);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : err_errno(err, errno, "a check");
	if (n == 0)
		return end(c, err);
	strbuf_commit(&c->answer, (size_t)n);
	return 1;
}

bool check_next_line(struct check *c, struct str *ret_line)
{
	struct str left = str_skip(strbuf_str(&c->answer), c->at);
	size_t n = str_find_char(left, '\n');

	if (n == left.n)
		return false;
	*ret_line = str_sub(left, 0, n);
	c->at += n + 1;
	return true;
}
