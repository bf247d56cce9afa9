/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

/* Its input is a socket, not a pipe: a send can be told not to raise SIGPIPE. */
static int spawn(const struct proc *p, int in, int out, pid_t *ret_pid, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int r;

	sigemptyset(&none);
	if (posix_spawn_file_actions_init(&files) || posix_spawnattr_init(&attr))
		return err_nomem(err);
	r = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (r == 0 && p->with_stderr)
		r = posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
	else if (r == 0)
		r = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY,
						     0);
	/* A descriptor duplicated to itself loses its close-on-exec flag in the program. */
	for (size_t i = 0; i < p->n_fds && r == 0; i++)
		r = posix_spawn_file_actions_adddup2(&files, p->fds[i], p->fds[i]);
	if (r == 0)
		r = posix_spawnattr_setsigmask(&attr, &none);
	if (r == 0)
		r = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	if (r == 0)
		r = posix_spawnp(ret_pid, p->argv[0], &files, &attr, (char **)(uintptr_t)p->argv,
				 p->env ? (char **)(uintptr_t)p->env : environ);
	(void)posix_spawn_file_actions_destroy(&files); /* both were made above */
	(void)posix_spawnattr_destroy(&attr);
	return r ? err_errno(err, r, "%s", p->argv[0]) : 0;
}

struct start {
	const struct proc *p;
	int in, out;
	pid_t *ret_pid;
	struct err *err;
	int r;
};

static void *start_confined(void *arg)
{
	struct start *s = arg;

	s->r = s->p->confine(s->err);
	if (s->r == 0)
		s->r = spawn(s->p, s->in, s->out, s->ret_pid, s->err);
	return NULL;
}

/* Its memory is bounded from outside, a moment after it has started: it has read nothing yet. */
static int start(const struct proc *p, int in, int out, pid_t *ret_pid, struct err *err)
{
	struct start s = {p, in, out, ret_pid, err, -ERR_BUG};
	struct rlimit memory = {p->memory_bytes, p->memory_bytes};
	pthread_t thread;
	int r;

	if (p->confine) {
		r = pthread_create(&thread, NULL, start_confined, &s);
		if (r)
			return err_errno(err, r, "a thread for %s", p->argv[0]);
		(void)pthread_join(thread, NULL); /* it is ours, and is joined once */
	} else {
		s.r = spawn(p, in, out, ret_pid, err);
	}
	if (s.r == 0 && p->memory_bytes)
		(void)prlimit(*ret_pid, RLIMIT_AS, &memory, NULL); /* it may have ended */
	return s.r;
}

/* One read; 1 when there may be more, 0 at the end. */
static int take_output(int fd, struct strbuf *out, const char *name, struct err *err)
{
	char piece[4096];
	ssize_t n = read(fd, piece, sizeof piece);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : err_errno(err, errno, "%s", name);
	if (n == 0)
		return 0;
	strbuf_add_bytes(out, piece, (size_t)n);
	explicit_bzero(piece, sizeof piece);
	if (out->error == ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "%s printed more than %zu bytes", name, out->max);
	return out->error == ERR_OK ? 1 : err_nomem(err);
}

/* Sends what fits; closes when all is sent, or when nobody reads it. */
static void give_input(int *fd, struct str *input)
{
	ssize_t n = send(*fd, input->p, input->n, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n >= 0)
		*input = str_skip(*input, (size_t)n);
	else if (errno != EINTR && errno != EAGAIN)
		*input = STR_NULL;
	if (input->n == 0)
		fd_closep(fd);
}

static int talk(const char *name, int *in, int out_fd, struct str input, struct strbuf *out,
		uint64_t deadline_ms, struct err *err)
{
	int r = 1;

	if (input.n == 0)
		fd_closep(in);
	while (r > 0) {
		struct pollfd fds[2] = {{out_fd, POLLIN, 0}, {*in, POLLOUT, 0}};
		uint64_t now = clock_monotonic_ms();

		if (now >= deadline_ms)
			return err_set(err, ERR_LIMIT, "%s did not end in time", name);
		if (poll(fds, *in < 0 ? 1 : 2, (int)(deadline_ms - now)) < 0 && errno != EINTR)
			return err_errno(err, errno, "%s", name);
		if (*in >= 0 && fds[1].revents)
			give_input(in, &input);
		if (fds[0].revents)
			r = take_output(out_fd, out, name, err);
	}
	return r;
}

/* Its output has ended; it should end by itself now, but has no longer than the rest of its time.
 */
static bool ends_by(pid_t pid, uint64_t deadline_ms)
{
	CLEANUP(fd_closep) int fd = pidfd_open(pid, 0);
	struct pollfd ended = {fd, POLLIN, 0};
	uint64_t now = clock_monotonic_ms();
	int r;

	if (fd < 0)
		return true; /* a kernel before 5.3: waitpid will tell */
	do
		r = poll(&ended, 1, now < deadline_ms ? (int)(deadline_ms - now) : 0);
	while (r < 0 && errno == EINTR);
	return r != 0;
}

static int wait_for(pid_t pid, bool kill_it)
{
	int status = 0;
	pid_t r;

	if (kill_it)
		(void)kill(pid, SIGKILL); /* it may just have ended */
	do
		r = waitpid(pid, &status, 0);
	while (r < 0 && errno == EINTR);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int proc_run(const struct proc *p, struct strbuf *out, int *ret_status, struct err *err)
{
	CLEANUP(fd_closep) int ours_in = -1;
	CLEANUP(fd_closep) int theirs_in = -1;
	CLEANUP(fd_closep) int ours_out = -1;
	CLEANUP(fd_closep) int theirs_out = -1;
	uint64_t deadline_ms = clock_monotonic_ms() + p->seconds * 1000ULL;
	int pair[2], r, status;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_errno(err, errno, "%s", p->argv[0]);
	ours_in = pair[0];
	theirs_in = pair[1];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_errno(err, errno, "%s", p->argv[0]);
	ours_out = pair[0];
	theirs_out = pair[1];
	r = start(p, theirs_in, theirs_out, &pid, err);
	if (r < 0)
		return r;
	fd_closep(&theirs_in);
	fd_closep(&theirs_out);
	r = talk(p->argv[0], &ours_in, ours_out, p->input, out, deadline_ms, err);
	fd_closep(&ours_in);
	if (r == 0 && !ends_by(pid, deadline_ms))
		r = err_set(err, ERR_LIMIT, "%s did not end in time", p->argv[0]);
	status = wait_for(pid, r < 0);
	if (r == 0)
		*ret_status = status;
	return r;
}
