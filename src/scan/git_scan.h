/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of a git repository, every version of every file once, as one layer: what stood at
 * PATH when COMMIT brought it has the path "COMMIT:PATH", as git show takes it (12 digits of the
 * commit; "unreachable:ID" of what no ref reaches any more). Watches see it; package databases are
 * not looked for in it.
 *
 *     r = git_scan(history, plan, &progress, &record, &n_commits, err);
 *
 * Returns 0 also when objects are missing or broken: they are problems of the record. Errors:
 * those of git_history_next, ERR_NOMEM.
 */
#pragma once

#include "scan/git_history.h"
#include "scan/layer_scan.h"

int git_scan(struct git_history *h, const struct scan_plan *plan, struct scan_progress *progress,
	     struct strbuf *ret_record, struct err *err);
