/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows what would become of files, or makes it so.
 *
 *     r = rewrite_file(path, before, after, err);
 *     r = rewrite_print_diff(&out, diff, err);          report_output.h: where to
 *
 * Errors: ERR_IO; ERR_DENIED when the file is no longer what was read.
 */
#pragma once

#include "cmd/report_output.h"

/* Replaces the file by a rename, with its mode; a symbolic link stays one. */
int rewrite_file(const char *path, struct str before, struct str after, struct err *err);

/* Lines of a file are shown harmlessly on a terminal, and as they are where git apply reads. */
int rewrite_print_diff(const struct report_output *out, struct str diff, struct err *err);
