/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root file system in place, as one layer: walks it without leaving it, reads only wanted files.
 *
 * Other mounted file systems that hold no files of the system (proc, sysfs, cgroup, ...) are
 * left out, symlinks are never followed. Files that cannot be read become problems,
 * and are counted in facts.n_left_out.
 * Errors: ERR_NOT_FOUND, ERR_IO for the root itself, ERR_NOMEM.
 */
#pragma once

#include "base/strbuf.h"
#include "scan/layer_scan.h"

int directory_scan(const char *root, const struct scan_plan *plan, struct scan_progress *progress,
		   struct strbuf *ret_record, struct err *err);
