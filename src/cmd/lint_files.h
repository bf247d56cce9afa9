/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands files to lint: one by name, those of a folder that there are rules for, standard input.
 *
 *     struct lint_list list;
 *     lint_list_init(&list, lint);
 *     r = lint_list_path(&list, "Dockerfile", err);                  all that are to be checked
 *     r = lint_list_check(&list, &fixing, 0, err);           some at the same time
 *     lint_list_done(&list);
 *
 * With a fixer the fixes come first: files are rewritten and checked as they are then, or the
 * difference is gathered and they are checked as they are.
 *
 * In a folder hidden folders and node_modules are left out; symbolic links are not followed.
 * A file that is named must be readable; one found in a folder that is not is NOT ASSESSED.
 * Errors: ERR_IO and ERR_NOT_FOUND with the path, ERR_LIMIT (path_depth), those of lint_files.
 */
#pragma once

#include <pthread.h>

#include "cmd/lint_fix.h"

struct lint_fixing {
	struct lint_fixer *fixer; /* NULL: nothing is fixed */
	bool write;
	struct strbuf diff; /* of all files, when nothing is written */
};

/* Lets a file with a path ask for those beside it, and says what the environment knows. */
void lint_open_beside(struct source_file *f);

/*
 * The names in the folder that was listed last, for the next file of it: of a thousand files side
 * by side each would list a thousand names. Shared by threads; what is kept stays until the end.
 */
struct lint_listing {
	pthread_mutex_t lock;
	struct str path; /* .p is NULL: none yet */
	struct str_list names;
	struct arena arena;
};

/* Files in the order in which they are named or found. */
struct lint_list {
	struct lint *lint;
	struct vec files; /* struct listed */
	struct arena arena;
	struct lint_listing listing;
};

void lint_list_init(struct lint_list *list, struct lint *lint);
void lint_list_done(struct lint_list *list);
int lint_list_path(struct lint_list *list, const char *path, struct err *err);
/* name: what it is; NULL: its content tells, else it is a Dockerfile. */
int lint_list_stdin(struct lint_list *list, const char *name, struct err *err);

/* n_threads: 0 is one a processor. */
int lint_list_check(struct lint_list *list, struct lint_fixing *fixing, unsigned n_threads,
		    struct err *err);

/* Hands each file that is checked to fn, one after the other, until that fails. */
int lint_list_each(struct lint_list *list,
		   int (*fn)(void *context, const struct source_file *f, struct err *err),
		   void *context, struct err *err);
