/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_apart.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "report/report_read.h"

/*
 * In a process of its own, because what a scan shuts off for the parsers of one target (files, the
 * network) the next still needs to open.
 */
static int scan_to(const struct scan_options *opt, const char *command, int fd, const char *target)
{
	const char *const argv[] = {target, NULL};
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends by itself, too */
		status = dup2(fd, STDOUT_FILENO) < 0 ? EXIT_ERROR
						     : scan_command(opt, command, 1, argv);
		(void)fflush(NULL); /* messages are on stderr already */
		_exit(status);
	}
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int scan_apart(const struct scan_options *opt, const char *command, const char *target,
	       struct strbuf *sb, bool *ret_told, struct err *err)
{
	CLEANUP(fd_closep) int fd = memfd_create("report", MFD_CLOEXEC);
	int status = fd < 0 ? -1 : scan_to(opt, command, fd, target);

	if (status < 0)
		return err_set(err, ERR_IO, "%s: its scan broke off", target);
	if (status != EXIT_DONE) {
		*ret_told = true;
		return -ERR_FORMAT;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_errno(err, errno, "%s", target);
	return fd_read_all(fd, sb, err);
}

int scan_apart_report(const struct scan_options *opt, const char *command, const char *target,
		      struct report **ret, bool *ret_told, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SBOM_BYTES);
	int r = scan_apart(opt, command, target, &sb, ret_told, err);

	return r < 0 ? r : report_read(strbuf_str(&sb), ret, err);
}
