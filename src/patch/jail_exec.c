/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program of the image in its root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "patch/jail_inside.h"

#define FAILED	127
#define LOOK_MS 200

/* ---- in the process that becomes the program ---- */

struct place {
	const char *path;	   /* in the root */
	const char *source, *type; /* type NULL: a bind */
	const char *options;
	bool optional;
};

static const struct place places[] = {
	{"dev", "/dev", NULL, NULL, false},
	{"proc", "/proc", NULL, NULL, true},
	{"tmp", "tmpfs", "tmpfs", "mode=1777", false},
	{"run", "tmpfs", "tmpfs", "mode=755", false},
};

/* Never through a symlink of the image. */
static int open_place(int root, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static int mount_place(int root, const struct place *p, struct err *err)
{
	CLEANUP(fd_closep) int fd = open_place(root, p->path);
	unsigned long flags = p->type ? MS_NOSUID | MS_NODEV : MS_BIND | MS_REC;

	if (p->optional && access(p->source, F_OK) < 0)
		return 0;
	if (fd < 0 || fchdir(fd) < 0 || mount(p->source, ".", p->type, flags, p->options) < 0)
		return err_errno(err, errno, "mount /%s", p->path);
	return 0;
}

static int mount_scratch(int root, struct err *err)
{
	CLEANUP(fd_closep) int fd = open_place(root, "run");

	if (fd < 0 || fchdir(fd) < 0 || mkdir("lock", 01777) < 0 || mkdir("plimsoll", 0755) < 0 ||
	    mount("/scratch", "plimsoll", NULL, MS_BIND, NULL) < 0)
		return err_errno(err, errno, "mount /run/plimsoll");
	return 0;
}

static int enter_root(bool network, struct err *err)
{
	CLEANUP(fd_closep) int root = -1;
	int r = 0;

	if (unshare(CLONE_NEWNS | (network ? 0 : CLONE_NEWNET)) < 0 ||
	    mount("/root", "/root", NULL, MS_BIND, NULL) < 0)
		return err_errno(err, errno, "enter the image");
	root = open("/root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_errno(err, errno, "enter the image");
	for (size_t i = 0; i < ARRAY_LEN(places) && r == 0; i++)
		r = mount_place(root, &places[i], err);
	if (r == 0)
		r = mount_scratch(root, err);
	if (r < 0)
		return r;
	if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_errno(err, errno, "enter the image");
	return 0;
}

/* What whoever started this one left open; a folder would be a way out. */
static int close_others(struct err *err)
{
	return syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) < 0
		       ? err_errno(err, errno, "close_range")
		       : 0;
}

static void become(const struct jail_inside *in, const struct jail_program *p, int out)
{
	struct err err = {0};
	int r = setsid() < 0 ? err_errno(&err, errno, "setsid") : enter_root(p->network, &err);
	int null = open("/dev/null", O_RDWR);

	(void)umask(022);
	if (r == 0 && (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
		       dup2(out, STDERR_FILENO) < 0))
		r = err_errno(&err, errno, "dup2");
	if (r == 0) {
		out = STDERR_FILENO;
		r = close_others(&err);
	}
	if (r == 0)
		r = jail_restrict(in->has_owners, &err);
	if (r == 0) {
		(void)execve(p->argv[0], (char **)(uintptr_t)p->argv, (char **)(uintptr_t)p->env);
		(void)err_errno(&err, errno, "%s", p->argv[0]);
	}
	(void)fd_write_all(out, str_of(err.msg), NULL); /* nowhere else to tell */
	_exit(FAILED);
}

/* ---- in the one that waits ---- */

static bool has_ended(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	       info.si_pid == pid;
}

/* Until it has ended: what it started may keep the pipe open for ever. */
static int take(pid_t pid, int fd, struct strbuf *log, const char *name, uint64_t deadline_ms,
		struct err *err)
{
	char piece[4096];
	ssize_t n = 1;

	while (n > 0) {
		struct pollfd p = {fd, POLLIN, 0};
		uint64_t now = clock_monotonic_ms();

		if (now >= deadline_ms)
			return err_set(err, ERR_LIMIT, "%s ran longer than patch_seconds (%d)",
				       name, LIMIT_PATCH_SECONDS);
		if (poll(&p, 1, LOOK_MS) <= 0) {
			if (has_ended(pid))
				return 0;
			continue;
		}
		n = read(fd, piece, sizeof piece);
		if (n > 0)
			strbuf_add_bytes(log, piece, (size_t)n);
		if (log->error != ERR_OK)
			return err_set(err, ERR_LIMIT, "%s printed more than patch_log_bytes (%d)",
				       name, LIMIT_PATCH_LOG_BYTES);
	}
	return 0;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	/* What it left running ends too: this is process 1, so -1 is all of the sandbox. */
	(void)kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Where programs need a directory that the image does not have, it is there for their time. */
static void make_places(bool made[ARRAY_LEN(places)])
{
	char path[32];

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		(void)snprintf(path, sizeof path, "/root/%s", places[i].path);
		made[i] = mkdir(path, 0755) == 0;
	}
}

static void remove_places(const bool made[ARRAY_LEN(places)])
{
	char path[32];

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		(void)snprintf(path, sizeof path, "/root/%s", places[i].path);
		if (made[i])
			(void)rmdir(path); /* else it is a change like others */
	}
}

static int run(struct jail_inside *in, const struct jail_program *p, struct strbuf *log,
	       int *ret_status, struct err *err)
{
	uint64_t deadline_ms = clock_monotonic_ms() + LIMIT_PATCH_SECONDS * 1000ULL;
	int pair[2], r;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_errno(err, errno, "pipe");
	pid = fork();
	if (pid == 0)
		become(in, p, pair[1]);
	fd_closep(&pair[1]);
	if (pid < 0) {
		fd_closep(&pair[0]);
		return err_errno(err, errno, "fork");
	}
	r = take(pid, pair[0], log, p->argv[0], deadline_ms, err);
	fd_closep(&pair[0]);
	if (r < 0)
		(void)kill(pid, SIGKILL); /* it may just have ended */
	*ret_status = wait_for(pid);
	return r;
}

int jail_exec(struct jail_inside *in, const struct jail_program *p, struct strbuf *log,
	      int *ret_status, struct err *err)
{
	bool made[ARRAY_LEN(places)];
	int r;

	make_places(made);
	r = run(in, p, log, ret_status, err);
	remove_places(made);
	return r;
}
