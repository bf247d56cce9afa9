/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The findings of a report by the files they are at.
 *
 *     r = file_marks_make(report, &merge, &marks, err);
 *     file_marks_apply(&marks, &tree);                 change_tree_mark and _sum
 *     file_marks_done(&marks);
 *
 * A finding about a file stands at its places, each in its layer. One about a package stands at
 * every file that its package lists, wherever it shows, or at the package's database where no list
 * is known. Suppressed findings are left out.
 * Ownership: the marks own their paths. Errors: ERR_NOMEM.
 */
#pragma once

#include "browse/change_tree.h"
#include "report/report.h"

struct file_mark {
	struct str path;
	size_t layer; /* SIZE_MAX: any */
	uint32_t n;
	enum severity worst;
};

struct file_marks {
	struct vec list; /* struct file_mark */
	struct arena arena;
};

int file_marks_make(const struct report *r, const struct merge *merge, struct file_marks *ret,
		    struct err *err);
void file_marks_done(struct file_marks *m);
void file_marks_apply(const struct file_marks *m, struct change_tree *t);
