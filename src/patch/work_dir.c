/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/work_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "patch/jail.h"

static const char *const folders[] = {"root", "scratch", "dev", "proc"};

/* ---- removal ---- */

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_folder(int fd, const char *name)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* As much as there is right to; owns fd. */
static void remove_below(int fd, size_t depth)
{
	DIR *d = depth > LIMIT_PATH_DEPTH ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!d) {
		(void)close(fd); /* only read from */
		return;
	}
	while ((e = readdir(d)) != NULL) {
		int below;

		if (is_dots(e->d_name) || unlinkat(dirfd(d), e->d_name, 0) == 0)
			continue;
		if (!is_folder(dirfd(d), e->d_name))
			continue; /* a link's target is not ours; the caller looks */
		if (fchmodat(dirfd(d), e->d_name, 0700, 0) < 0)
			log_debug("%s: %s", e->d_name, strerror(errno)); /* the next call says */
		below = openat(dirfd(d), e->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			remove_below(below, depth + 1);
		(void)unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR); /* the caller looks */
	}
	(void)closedir(d); /* only read from */
}

/* As the root of the jail, who owns all of it. */
static int remove_inside(struct jail_inside *in, void *context, struct err *err)
{
	static const char *const made[] = {"/root", "/scratch", "/image"};

	(void)in;
	(void)context;
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		int fd = open(made[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0)
			remove_below(fd, 0);
		else if (errno != ENOENT)
			return err_errno(err, errno, "%s", made[i]);
	}
	return 0;
}

static int remove_all(const char *dir, struct err *err)
{
	int fd;

	(void)jail_run(dir, remove_inside, NULL, NULL); /* where it cannot be, nothing was made */
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		remove_below(fd, 0);
	return rmdir(dir) < 0 ? err_errno(err, errno, "remove %s", dir) : 0;
}

/* ---- the job ---- */

static void block_signals(sigset_t *set, sigset_t *before)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, set, before); /* cannot fail for these */
}

static pid_t start(work_dir_fn *job, void *context, const char *dir, const sigset_t *before)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	(void)sigprocmask(SIG_SETMASK, before, NULL); /* as above */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);	      /* the parent also ends it itself */
	if (getppid() != parent)
		_exit(1);
	pid = job(dir, context);
	(void)fflush(NULL); /* messages are on stderr already */
	_exit(pid);
}

static int await(pid_t pid, const sigset_t *set, int *ret_status, struct err *err)
{
	int status = 0, number = 0, by = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		(void)sigwait(set, &number); /* cannot fail with this set */
		if (number == SIGCHLD)
			continue;
		by = number;
		(void)kill(pid, SIGKILL); /* it may just have ended */
	}
	if (by)
		return err_set(err, ERR_CANCELED, "interrupted: %s", strsignal(by));
	if (!WIFEXITED(status))
		return err_set(err, ERR_CANCELED, "broke off: %s", strsignal(WTERMSIG(status)));
	*ret_status = WEXITSTATUS(status);
	return 0;
}

static int make_folders(const char *dir, struct err *err)
{
	CLEANUP(fd_closep) int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (mkdirat(fd, folders[i], 0755) < 0)
			return err_errno(err, errno, "create %s/%s", dir, folders[i]);
	return 0;
}

int work_dir_run(work_dir_fn *job, void *context, int *ret_status, struct err *err)
{
	const char *base = getenv("TMPDIR");
	CLEANUP(freep) char *dir = NULL;
	struct err ignored = {0};
	sigset_t set, before;
	pid_t pid;
	int r;

	if (asprintf(&dir, "%s/plimsoll-XXXXXX", base && *base == '/' ? base : "/var/tmp") < 0) {
		dir = NULL;
		return err_nomem(err);
	}
	block_signals(&set, &before);
	if (!mkdtemp(dir)) {
		r = err_errno(err, errno, "create a folder in %s", dir);
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		return r;
	}
	r = make_folders(dir, err);
	pid = r == 0 ? start(job, context, dir, &before) : 0;
	if (pid < 0)
		r = err_errno(err, errno, "fork");
	else if (r == 0)
		r = await(pid, &set, ret_status, err);
	if (remove_all(dir, r < 0 ? &ignored : err) < 0 && r == 0)
		r = -ERR_IO;
	(void)sigprocmask(SIG_SETMASK, &before, NULL); /* as above */
	return r;
}
