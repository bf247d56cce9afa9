/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packages of an rpm distribution's advisory, gathered row by row and then joined.
 *
 *     CLEANUP(rpm_rows_done) struct rpm_rows rows = RPM_ROWS_INIT;
 *     rpm_rows_add(&rows, &row, d);                 as often as the feed says
 *     rpm_rows_end(&rows, d);                       become packages of the draft
 *
 * Rows that differ in the architecture alone become one package. Where a group (the rows of one
 * build: a channel and module) has fixes of source packages, its fixes of binary packages say the
 * same once more and are dropped.
 *
 * Ownership: slices are borrowed until draft_end. Errors and limits: those of the draft.
 */
#pragma once

#include "vuln/feeds/draft.h"

struct rpm_row {
	struct str shard, channel, module, name;
	struct str version; /* [epoch:]version-release; empty: all */
	/* "src": the name is a source package's; empty or "noarch": any; several: "i586|x86_64" */
	struct str arch;
	struct str constraint; /* in place of the version, where an interval cannot say it */
	struct str note;
	enum finding_status status;
	enum severity severity;
	bool fixed; /* the version is the first one that is safe; else the last one affected */
};

struct rpm_rows {
	struct vec rows; /* struct rpm_row */
};

#define RPM_ROWS_INIT                                                                              \
	{                                                                                          \
		VEC_INIT(struct rpm_row, LIMIT_ADVISORY_ITEMS)                                     \
	}

void rpm_rows_done(struct rpm_rows *rows);
void rpm_rows_add(struct rpm_rows *rows, const struct rpm_row *row, struct draft *d);
void rpm_rows_end(struct rpm_rows *rows, struct draft *d); /* and empties them */

/* "1:2.3-4" of its parts; no epoch when it is "0" or empty. */
struct str rpm_evr(struct draft *d, struct str epoch, struct str version, struct str release);
