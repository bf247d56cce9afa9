/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fix first: the findings of a report grouped by the one action that removes them, the action that
 * removes most risk first.
 *
 *     struct plan plan;
 *     r = plan_make(report, &plan, err);
 *     plan.actions[0]: "upgrade openssl 3.0.11-1 to 3.0.17-1", 14 findings, 1 exploited
 *     plan_done(&plan);
 *
 * An action is an upgrade of one source package from one installed version, for all packages built
 * from it and in all layers that hold it, to the highest version that any of its findings asks for:
 * that one removes them all. What no action removes is left: findings without a fix, and those of
 * other kinds. A vulnerability of several packages of one source and version counts once in both.
 * Suppressed findings are in neither.
 *
 * Order: actions by the sum of the risks removed, then by text; all else as in the report.
 * Ownership: the plan owns its memory and borrows from the report. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/map.h"
#include "report/report.h"

struct action {
	struct str package;  /* the source package, or the package where it has none */
	struct str type;     /* purl type */
	struct str from, to; /* versions */
	struct str channel; /* where the fix is, when it takes more than an upgrade; may be empty */
	size_t layer;	    /* index of the topmost layer that holds one of its packages */
	uint64_t n_packages; /* installed packages concerned */
	uint64_t n_findings; /* vulnerabilities, each once whatever the number of packages */
	uint64_t n_exploited;
	enum severity worst;
	double risk;		/* sum over the vulnerabilities */
	const size_t *findings; /* indices into report->findings, ascending */
	size_t n;
};

/* A vulnerability of one source package that no upgrade removes yet, or a finding without one. */
struct leftover {
	size_t finding;	     /* index into report->findings, of the first */
	uint64_t n_packages; /* 0: of no package */
};

struct plan {
	struct action *actions;
	size_t n;
	struct leftover *left;
	size_t n_left;
	uint64_t n_removed;			       /* findings of all actions */
	uint64_t n_by_severity[SEVERITY_CRITICAL + 1]; /* actions and left together */
	uint64_t n_exploited;
	struct arena arena;
};

int plan_make(const struct report *r, struct plan *ret, struct err *err);
void plan_done(struct plan *p);

/*
 * Findings that are in no plan (suppressed, or not shown) counted as the plan counts: t.n is a
 * vulnerability of several packages of one source and version once. -ERR_NOMEM, else 0.
 */
struct finding_tally {
	struct arena arena;
	struct map seen;
	uint64_t n;
};

void finding_tally_init(struct finding_tally *t);
int finding_tally_add(struct finding_tally *t, const struct finding *f);
void finding_tally_done(struct finding_tally *t);
