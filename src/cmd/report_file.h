/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file with a report that was printed with --format json before, where a command takes one in
 * place of a target.
 */
#pragma once

#include "report/report.h"

/* 1 and the report; 0: it is no file that begins like one. Errors: those of report_read, named. */
int report_file_read(const char *path, struct report **ret, struct err *err);
