/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder for one job, which is gone when the job is: done, failed, crashed or interrupted.
 *
 *     r = work_dir_run(job, context, &status, err);      status: what job returned, 0 to 255
 *
 * job(dir, context) runs in a process of its own in a new folder below TMPDIR (/var/tmp), which has
 * the empty folders root, scratch, dev and proc that a jail needs. SIGINT, SIGTERM and SIGHUP end
 * it; then its folder is removed, with files that only have an owner inside of the jail too.
 * Errors: ERR_IO; ERR_CANCELED (a signal, or the job crashed).
 */
#pragma once

#include "base/err.h"

typedef int work_dir_fn(const char *dir, void *context);

int work_dir_run(work_dir_fn *job, void *context, int *ret_status, struct err *err);
