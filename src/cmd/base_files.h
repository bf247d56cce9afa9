/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bases that --compare-base names: reports that were printed with --format json, or folders of
 * them (their NAME.json).
 *
 *     r = base_files_read(&opt->compare_base, &bases, err);       struct report *
 *     base_files_done(&bases);
 *
 * Errors: ERR_USAGE for what is no report, ERR_LIMIT beyond compared_bases, those of report_read.
 */
#pragma once

#include "cmd/command.h"
#include "report/report.h"

int base_files_read(const struct option_list *paths, struct vec *ret, struct err *err);
void base_files_done(struct vec *bases); /* accepts a zeroed one */
