/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The findings for a person: what to do first, what remains after it, and the verdict's numbers.
 *
 * Actions come from report/plan.h, the one that removes most risk first; below each the gravest of
 * what it removes. What no action removes is listed by gravity. Nothing is printed for a report
 * without findings: what was looked at is the coverage's to say.
 */
#pragma once

#include "render/canvas.h"
#include "report/plan.h"

void put_findings(struct canvas *c, const struct report *r, const struct plan *plan);

/* False: none is no news, and the report must not say so. */
bool findings_were_sought(const struct report *r);

/*
 * "28 findings (1 critical, 3 high, 24 medium; 2 exploited)", as the plan counts them; "no
 * findings".
 */
void findings_add_counts(struct strbuf *sb, const struct plan *plan);
