/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict of a policy for a person: the decision, every rule that spoke with what it spoke
 * about, every rule that could not be decided with what was missing, and the exceptions.
 *
 * Nothing is printed for a report that no policy was asked about.
 */
#pragma once

#include "render/canvas.h"
#include "report/report.h"

void verdict_put(struct canvas *c, const struct report *r);

/* The line that ends it: "DENY by baseline: 1 of 9 rules denies, 2 cannot be decided". */
void verdict_add_line(struct strbuf *sb, const struct verdict *v);
