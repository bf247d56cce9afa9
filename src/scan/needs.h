/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins the layers' RECORD_PROGRAM items to the closure of the image's commands: report->needs and
 * its coverage.
 *
 *     r = needs_find(merge, records, &request, report, err);      the report is assembled
 *
 * Errors: ERR_NOMEM.
 */
#pragma once

#include "image/merge.h"
#include "report/report.h"
#include "scan/layer_record.h"

struct needs_request {
	struct str run;	      /* a command line instead of the configuration's; empty: that */
	struct str_list keep; /* paths that are needed besides */
};

int needs_find(const struct merge *merge, const struct layer_record *const *records,
	       const struct needs_request *request, struct report *report, struct err *err);
