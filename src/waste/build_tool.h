/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages that are there to build software: compilers and what is for developers (-dev, -devel).
 *
 *     build_tools_init(&b, report, err);                      packages are known
 *     what = build_tool_of(&b, path, &layer, &name);          each file; .p is NULL: of none of
 * them build_tools_done(&b);
 *
 * Owners are what the package databases list. Those of before usr-merge say bin/as of what is
 * usr/bin/as, and newer ones the reverse: both are found.
 *
 * Ownership: borrows the report. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/map.h"
#include "report/report.h"

#define BUILD_TOOL_LENGTHS 256 /* of paths, modulo */

struct build_tools {
	struct arena arena;
	struct map owners; /* path -> const struct report_package */
	bool lengths[BUILD_TOOL_LENGTHS];
};

/* "build-tools", "development-packages"; .p is NULL: neither. */
struct str build_tool_kind(struct str package);

int build_tools_init(struct build_tools *b, const struct report *report, struct err *err);
void build_tools_done(struct build_tools *b);

const struct report_package *build_tool_owner(const struct build_tools *b, struct str path);
