/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands files to lint: one by name, those of a folder that there are rules for, standard input.
 *
 * In a folder hidden folders and node_modules are left out; symbolic links are not followed.
 * A file that is named must be readable; one found in a folder that is not is NOT ASSESSED.
 * Errors: ERR_IO and ERR_NOT_FOUND with the path, ERR_LIMIT (path_depth), those of lint_file.
 */
#pragma once

#include "check/lint.h"

int lint_path(struct lint *lint, const char *path, struct err *err);
int lint_stdin(struct lint *lint, const char *name, struct err *err);
