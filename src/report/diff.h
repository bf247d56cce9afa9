/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is different between two reports: packages and findings that came, went, changed or stayed.
 *
 *     struct diff diff;
 *     r = diff_make(before, after, &diff, err);          both finished or sorted as written
 *     diff.findings[i].change, .before, .after
 *     diff_done(&diff);
 *
 * A package is the same by type, namespace, name and architecture; of several versions of one
 * package those that both have stay, the others are paired in order: changed, then added or
 * removed. A finding is the same by kind, rule and package (or path), whatever the version: an
 * upgrade that does not help keeps it. It is changed when its severity, status or fix is another.
 * One that was suppressed in the first report and is not in the second is added: it counts anew.
 * `now` of a removed finding is the package's version in the second report: empty when it is gone.
 *
 * What one report did not look at proves nothing about the other: `gaps` lists what is not ASSESSED
 * in either.
 *
 * Order: findings by change, then gravest first, then by key; packages by change, then by key.
 * Ownership: the diff owns its memory and borrows from both reports. Errors: ERR_NOMEM, ERR_LIMIT.
 */
#pragma once

#include "report/report.h"

enum diff_change { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED, DIFF_KEPT };
#define DIFF_CHANGES 4

const char *diff_change_name(enum diff_change c); /* "added", "removed", "changed", "kept" */

struct diff_package {
	enum diff_change change;
	const struct report_package *before, *after; /* NULL: not there */
};

struct diff_finding {
	enum diff_change change;
	const struct finding *before, *after; /* NULL: not there */
	struct str now;			      /* of a removed one; see above */
};

struct diff_gap {
	bool is_after; /* of the second report */
	const struct coverage *coverage;
};

struct diff {
	const struct report *before, *after;
	struct vec packages; /* struct diff_package */
	struct vec findings; /* struct diff_finding */
	struct vec gaps;     /* struct diff_gap */
	uint64_t n_packages[DIFF_CHANGES], n_findings[DIFF_CHANGES];
	struct arena arena;
};

int diff_make(const struct report *before, const struct report *after, struct diff *ret,
	      struct err *err);
void diff_done(struct diff *d);

/* Whether a finding came that counts and is at least so grave. */
bool diff_has_new(const struct diff *d, enum severity threshold);

/* Whether all was assessed on both sides. */
bool diff_is_complete(const struct diff *d);
