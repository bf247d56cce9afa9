/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits that somebody set for an image: its size, and the thresholds of dive.
 *
 *     budget_init(&b);
 *     r = budget_set_max_size(&b, STR("100MB"), err);
 *     r = budget_read_dive(&b, bytes, STR(".dive-ci"), err);
 *     r = budget_judge(&b, report, err);            rows in report->budgets; a finding for the size
 *     budget_done(&b);
 *
 * .dive-ci is YAML (dive: cmd/dive/cli/internal/options/ci.go):
 *
 *     rules:
 *       lowestEfficiency: 0.95             0..1, fails below; default 0.9
 *       highestWastedBytes: 20MB           fails above; default disabled
 *       highestUserWastedPercent: 0.20     0..1, fails above; default 0.1
 *
 * The same with hyphens (lowest-efficiency), as dive's own settings have it. "disabled", "off",
 * "false" and nothing switch one off. dive passes over keys that it does not know; here they are an
 * error, since a threshold with a mistake in its name would never fail.
 *
 * What was not fully assessed is unknown, unless the part that is known is over the limit already.
 *
 * Ownership: texts live in its arena, those of the report in the report's. Errors: ERR_FORMAT with
 * file and line, ERR_USAGE (the size), ERR_NOMEM, ERR_LIMIT.
 */
#pragma once

#include "base/arena.h"
#include "report/report.h"

enum { DIVE_USER_WASTED, DIVE_WASTED_BYTES, DIVE_EFFICIENCY, DIVE_RULES }; /* sorted by name */

struct budget {
	struct arena arena;
	struct str max_size; /* as written; empty: none */
	uint64_t max_bytes;
	struct str dive; /* the file; empty: none was read */
	struct {
		struct str text; /* as written */
		bool is_on;
		double limit; /* a share, or bytes */
	} rules[DIVE_RULES];
};

void budget_init(struct budget *b);
void budget_done(struct budget *b);

int budget_set_max_size(struct budget *b, struct str text, struct err *err);
int budget_read_dive(struct budget *b, struct str bytes, struct str file, struct err *err);

int budget_judge(const struct budget *b, struct report *report, struct err *err);

/* Whether any of the report's is over its limit. */
bool budget_is_broken(const struct report *report);
