/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What apt-cache policy says, for the packages of a plan.
 *
 *     curl:
 *       Installed: 7.88.1-10
 *       Candidate: 7.88.1-11
 *       Version table:
 *
 * Ownership: texts in the arena. Errors: ERR_NOMEM.
 */
#pragma once

#include "patch/fix_plan.h"

/* "curl:amd64", as apt is asked for it. */
struct str apt_name(struct arena *a, const struct fix_package *p);

/* Puts "name=version" at argv[*n], counting on, of each package whose candidate is newer. */
int apt_candidates(struct str said, const struct fix_plan *plan, struct arena *a, const char **argv,
		   size_t *n, struct err *err);
