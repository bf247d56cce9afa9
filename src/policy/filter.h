/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a report is shown: a choice of the person who asks, not a judgement.
 *
 *     struct filter filter = {.severities = 1u << SEVERITY_HIGH, .fixable = true};
 *     r = filter_apply(&filter, report, err);          before report_finish
 *
 * Findings that are left out are counted in report.n_hidden, with the filter in report.hidden_by;
 * they are in no list, no plan, and do not count for --fail-on. Errors: ERR_NOMEM.
 */
#pragma once

#include "report/report.h"

struct filter {
	unsigned severities; /* bits 1 << enum severity; 0: all */
	bool fixable;	     /* a version with the fix is there */
	bool known_exploited;
};

/* "critical,high": ERR_USAGE for another word. */
int filter_parse_severities(struct filter *f, struct str words, struct err *err);

int filter_apply(const struct filter *f, struct report *r, struct err *err);
