/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages counted by type and by the reader that found them, in sorted order.
 *
 *     struct vec rows;                         struct tally_row
 *     r = tally_packages(report, &rows, err);
 *     vec_done(&rows);
 *
 * Ownership: rows borrow from the report. Errors: ERR_NOMEM.
 */
#pragma once

#include "report/report.h"

struct tally_row {
	struct str type; /* purl type: "deb" */
	struct str db;	 /* reader: "dpkg" */
	struct str path; /* one of the databases: that of the first package */
	uint64_t n_packages;
};

int tally_packages(const struct report *report, struct vec *ret_rows, struct err *err);

/* Findings that count, by what is said of them; suppressed ones are only counted as that. */
struct finding_counts {
	uint64_t by_severity[SEVERITY_CRITICAL + 1];
	uint64_t by_status[STATUS_NOT_AFFECTED + 1];
	uint64_t exploited, fixable, suppressed;
};

struct finding_counts finding_counts_of(const struct report *report);

/* Suppressed findings as a plan would count them: what the text formats say. */
struct suppressed_counts {
	uint64_t by_rules, in_baseline;
};

struct suppressed_counts tally_suppressed(const struct report *report);
