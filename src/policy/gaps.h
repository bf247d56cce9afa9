/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a report can be relied on: for each area of facts, whether it was assessed and what is
 * missing.
 *
 *     struct gaps gaps;
 *     r = gaps_find(report, &arena, &gaps, err);
 *     gaps.of[AREA_SECRETS].state          COVERAGE_NOT_ASSESSED: nobody has looked
 *     gaps.of[AREA_SECRETS].why            "secrets: NOT ASSESSED, nothing in this report ..."
 *
 * An area is assessed when the report's coverage has entries of it and all say so, and when the
 * areas it is made from are: vulnerabilities are those of the packages that were read, in the
 * layers that were read. What no coverage speaks of is NOT ASSESSED, never empty: an analysis that
 * is added later only has to report its coverage under the name that gaps.c lists.
 *
 * Ownership: texts live in the arena, or borrow from the report. Errors: ERR_NOMEM.
 */
#pragma once

#include "report/report.h"

#define AREAS(AREA)                                                                                \
	AREA(LAYERS, "layers")                                                                     \
	AREA(CONFIGURATION, "image configuration")                                                 \
	AREA(DISTRIBUTION, "distribution")                                                         \
	AREA(PACKAGES, "packages")                                                                 \
	AREA(VULNERABILITIES, "vulnerabilities")                                                   \
	AREA(SECRETS, "secrets")                                                                   \
	AREA(MALWARE, "malware")                                                                   \
	AREA(MISCONFIGURATIONS, "misconfigurations")                                               \
	AREA(WASTE, "waste")                                                                       \
	AREA(SIGNATURES, "signatures")                                                             \
	AREA(SBOMS, "attached SBOMs")

enum area {
#define AREA_ENUM(NAME, name) AREA_##NAME,
	AREAS(AREA_ENUM)
#undef AREA_ENUM
		N_AREAS,
};

const char *area_name(enum area a);

struct gap {
	enum coverage_state state;
	struct str_list why; /* one line each; empty when assessed */
};

struct gaps {
	struct gap of[N_AREAS];
};

int gaps_find(const struct report *r, struct arena *a, struct gaps *ret, struct err *err);
