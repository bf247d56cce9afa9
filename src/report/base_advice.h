/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the bases that are known would carry what the image's commands need, and what that would
 * save: report->needs.bases.
 *
 *     r = base_advice(report, candidates, err);      behind needs_weigh, before a filter hides
 *
 * A candidate is the report of a base image. One whose layers are the first of the image's is the
 * base that it stands on (of several the longest): then what is compared is what these layers
 * brought, else all packages of the operating system, as nothing else tells which are the base's.
 *
 * A candidate fits when it has, by name, every package of the base of which something is needed;
 * those that it lacks are to be installed, which asks for the same release and a package manager.
 * What they add is counted as they are in the image, without what they themselves pull in.
 *
 * No number is guessed: one that a report does not hold stays unknown. Findings are
 * vulnerabilities that are not suppressed, on both sides.
 *
 * Ownership: the advice lives in the report's arena; candidates may go. Errors: ERR_NOMEM.
 */
#pragma once

#include "report/report.h"

#define BASE_SEVERITIES (SEVERITY_CRITICAL + 1)

enum base_fit {
	BASE_FITS, /* once `missing` is installed */
	BASE_UNKNOWN,
	BASE_DOES_NOT_FIT,
};

const char *base_fit_name(enum base_fit f); /* "fits", "unknown", "does-not-fit" */

struct base_candidate {
	struct str name;    /* of the image, or the target as it was given */
	struct str release; /* "debian-12"; empty: unknown */
	bool is_present;    /* the image stands on it */
	bool is_other_release;
	enum base_fit fit;
	struct str reason;	 /* why it does not fit, or is not known to */
	struct str_list missing; /* packages to be installed, sorted */
	struct str_list perhaps; /* packages that it lacks and that may be needed, sorted */
	bool has_bytes;		 /* its own size is known */
	uint64_t bytes;
	bool has_findings; /* its own findings are known */
	uint64_t findings[BASE_SEVERITIES];
	/* What the image would lose on it; below 0: get. Only of BASE_FITS that is not present. */
	bool has_bytes_less, has_findings_less;
	int64_t bytes_less;
	int64_t findings_less[BASE_SEVERITIES];
};

/* Their sum over all severities. */
int64_t base_findings_less(const struct base_candidate *b);

/* candidates: struct report *, in any order. */
int base_advice(struct report *report, const struct vec *candidates, struct err *err);
