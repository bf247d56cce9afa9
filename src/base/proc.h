/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a helper program, without a shell: bytes in, bounded bytes out, a deadline.
 *
 *     const char *argv[] = {"docker-credential-pass", "get", NULL};
 *     struct proc p = {.argv = argv, .input = STR("https://example.com"), .seconds = 60};
 *     r = proc_run(&p, &out, &status, err);
 *
 * The program is looked up in PATH; its stderr is dropped, unless with_stderr. At the deadline, or
 * when it prints more than out->max, it is killed. Files can be handed over as open descriptors:
 * `fds` keep their numbers there, whatever their close-on-exec flags; the program reads them as
 * /dev/fd/<number>. Errors: ERR_NOT_FOUND (no such program), ERR_LIMIT (too much, too long),
 * ERR_IO. An exit status other than 0 is no error: *ret_status has it (128 + n for signal n).
 *
 * A program that reads hostile bytes can be confined: `confine` is called in a thread of its own,
 * which then starts the program, so that the rights it drops (seccomp, landlock: both bind one
 * thread and what it starts) are lost to the program alone. It may say that they could not be.
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

struct proc {
	const char *const *argv; /* NULL-ended */
	struct str input;
	unsigned seconds;
	const int *fds; /* each above 2 */
	size_t n_fds;
	bool with_stderr;		 /* goes to out too, instead of nowhere */
	const char *const *env;		 /* NULL-ended, "NAME=value"; NULL: that of this process */
	size_t memory_bytes;		 /* of its address space; 0: not bounded */
	int (*confine)(struct err *err); /* 0 or a negative code; NULL: not confined */
};

int proc_run(const struct proc *p, struct strbuf *out, int *ret_status, struct err *err);
