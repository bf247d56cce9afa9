/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands files to lint: one by name, those of a folder that there are rules for, standard input.
 *
 * With a fixer the fixes come first: files are rewritten and checked as they are then, or the
 * difference is gathered and they are checked as they are.
 *
 * In a folder hidden folders and node_modules are left out; symbolic links are not followed.
 * A file that is named must be readable; one found in a folder that is not is NOT ASSESSED.
 * Errors: ERR_IO and ERR_NOT_FOUND with the path, ERR_LIMIT (path_depth), those of lint_file.
 */
#pragma once

#include "cmd/lint_fix.h"

struct lint_fixing {
	struct lint_fixer *fixer; /* NULL: nothing is fixed */
	bool write;
	struct strbuf diff; /* of all files, when nothing is written */
};

/* Lets a file with a path ask for those beside it, and says what the environment knows. */
void lint_open_beside(struct source_file *f);

int lint_path(struct lint *lint, struct lint_fixing *fixing, const char *path, struct err *err);
/* name: what it is; NULL: its content tells, else it is a Dockerfile. */
int lint_stdin(struct lint *lint, struct lint_fixing *fixing, const char *name, struct err *err);
