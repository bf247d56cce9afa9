/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks a document in a process of its own, so that typing never waits for it: not for a large
 * file, not for ShellCheck. One that is superseded is killed, with all that it has started; one
 * that breaks takes nothing with it.
 *
 *     r = check_start(&job, &check, err);
 *     poll(check_fd(check)), then
 *     r = check_read(check, err);                    0: it has ended, 1: it has not
 *     while (check_next_line(check, &line)) ...      assessment_read, then assessment_read_fixes
 *     check_free(check);                             kills it if it still runs
 *
 * Ownership: the job is borrowed for the call only. Threads: none may run beside (fork).
 * Errors: ERR_IO; of check_read also when the process did not end well, ERR_LIMIT
 * (lsp_output_bytes).
 */
#pragma once

#include "base/strbuf.h"
#include "check/language.h"

struct check;
struct lsp_host;

struct check_job {
	const struct lsp_host *host;
	struct rule_set *set;
	const struct source_file *source;
};

int check_start(const struct check_job *job, struct check **ret, struct err *err);
void check_free(struct check *c);

int check_fd(const struct check *c);
uint64_t check_started_ms(const struct check *c);

int check_read(struct check *c, struct err *err);
/* Without its end; lives until the next check_read. */
bool check_next_line(struct check *c, struct str *ret_line);
