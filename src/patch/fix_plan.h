/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which packages of the distribution have to become newer, and which findings that takes away.
 *
 *     CLEANUP(fix_plan_done) struct fix_plan plan = {0};
 *     r = fix_plan_make(report, &filter, &plan, err);
 *     plan.packages: struct fix_package        plan.left: struct fix_left
 *
 * Only vulnerabilities count that nothing suppressed. A package's `to` is the highest version that
 * its findings name as fixed; of Debian's it is a version of the source.
 * fix_left_reasons says the same of what a second scan still finds.
 *
 * Order: packages by name and architecture; what is left as in the report.
 * Ownership: borrows from the report, the rest lives in the plan. Errors: ERR_NOMEM, ERR_LIMIT.
 */
#pragma once

#include "base/vec.h"
#include "report/report.h"

struct fix_package {
	struct str type, name, arch, from, to;
	struct str source_name; /* as findings say it; empty: the same */
	struct vec findings;	/* const struct finding * */
};

struct fix_left {
	const struct finding *finding;
	const char *reason;
};

struct fix_filter {
	unsigned severities;  /* 1u << enum severity; 0: all */
	struct str_list only; /* rules or aliases; empty: all */
};

struct fix_plan {
	struct vec packages; /* struct fix_package */
	struct vec left;     /* struct fix_left */
	uint64_t n_findings; /* that the packages carry */
	struct str type;     /* of the packages: "deb", "apk", "rpm"; empty: none */
	struct distro distro;
};

int fix_plan_make(const struct report *report, const struct fix_filter *filter,
		  struct fix_plan *ret, struct err *err);
void fix_plan_done(struct fix_plan *p);

/* Why a finding cannot be taken away by a newer package; NULL: it can. */
const char *fix_left_reason(const struct finding *f);
bool fix_is_of_distribution(struct str type);
