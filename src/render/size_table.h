/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large an image is, for a terminal: what could be saved, what can be attacked, budgets.
 * Each writes nothing where it has nothing to tell.
 */
#pragma once

#include "render/canvas.h"
#include "report/report.h"

void put_wastes(struct canvas *c, const struct report *r);
void put_surface_table(struct canvas *c, const struct report *r);
void put_budgets(struct canvas *c, const struct report *r);

/* The rows of the table of attack surface, for what compares them. */
#define SURFACE_ROWS 10
#define SURFACE_TEXT 512 /* bytes of a row */

struct surface_row {
	const char *name;
	char text[SURFACE_TEXT];
	uint64_t weight; /* less is better; to be compared with the same row of another image */
};

void surface_rows(const struct report *r, struct surface_row ret[SURFACE_ROWS]);
