/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a helper program, without a shell: bytes in, bounded bytes out, a deadline.
 *
 *     const char *argv[] = {"docker-credential-pass", "get", NULL};
 *     r = proc_run(argv, STR("https://example.com"), &out, 60, &status, err);
 *
 * The program is looked up in PATH; its stderr is dropped. At the deadline, or when it prints more
 * than out->max, it is killed.
 * Errors: ERR_NOT_FOUND (no such program), ERR_LIMIT (too much, too long), ERR_IO. An exit status
 * other than 0 is no error: *ret_status has it (128 + n for signal n).
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

int proc_run(const char *const *argv, struct str input, struct strbuf *out, unsigned seconds,
	     int *ret_status, struct err *err);
