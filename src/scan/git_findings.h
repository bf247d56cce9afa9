/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the findings of a scanned git history have to tell beside: who brought the secret and when,
 * and whether it is still there. A secret that stands in many versions of a file is one finding, at
 * the oldest of them.
 *
 *     r = git_findings(history, report, err);         once all findings are in the report
 *
 * Errors: ERR_NOMEM.
 */
#pragma once

#include "report/report.h"
#include "scan/git_history.h"

int git_findings(const struct git_history *h, struct report *report, struct err *err);
