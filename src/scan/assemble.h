/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the layers' records together to the image's report: what is visible in the merged tree,
 * which layer brought each package and which changed it last, what was not assessed.
 *
 * Layers whose record is NULL were not read; the caller has said why in the coverage.
 * The report's slices point into the records: they must live as long as it does. Errors: ERR_NOMEM,
 * ERR_FORMAT.
 */
#pragma once

#include "report/report.h"
#include "scan/layer_record.h"

int assemble(const struct layer_record *const *records, size_t n, struct report *report,
	     struct err *err);
