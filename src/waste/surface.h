/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image offers to whoever got into a container of it: programs, privileges, users.
 *
 *     surface_init(&s, report, err);
 *     r = surface_see(&s, path, name, node);      each file that shows
 *     r = surface_finish(&s, err);                once accounts and files of the report are known
 *     surface_done(&s);
 *
 * An executable is a regular file that anybody may run, but for libraries (lib*.so*). Programs of
 * program.def count where they stand in a folder named bin or sbin, as a link too.
 *
 * Errors: ERR_NOMEM.
 */
#pragma once

#include "base/map.h"
#include "image/tree.h"
#include "report/report.h"

struct surface {
	struct report *report;
	struct map programs; /* name -> row of program.def */
	bool *found;	     /* a row: it is there */
};

int surface_init(struct surface *s, struct report *report, struct err *err);
void surface_done(struct surface *s);

void surface_see(struct surface *s, struct str path, struct str name, const struct tree_node *node);
int surface_finish(struct surface *s, struct err *err);
