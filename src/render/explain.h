/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One vulnerability for a person who asks why: the chain of evidence of a finding, or the reasons
 * why there is none.
 *
 *     explain_finding(&c, report, finding);        for each finding of the vulnerability
 *     explain_absence(&c, report, id, &reasons);   where there is none; vuln/why_not.h
 *     explain_json(&w, report, id, findings, n, &reasons);      the same for programs
 *
 * Every line fits the width; texts go through render/text.h.
 */
#pragma once

#include "codec/json_writer.h"
#include "render/canvas.h"
#include "report/report.h"

void explain_finding(struct canvas *c, const struct report *r, const struct finding *f);
void explain_absence(struct canvas *c, const struct report *r, struct str id,
		     const struct vec *reasons);

/* findings: indices into r->findings. reasons: struct reason, may be empty. */
void explain_json(struct json_writer *w, const struct report *r, struct str id,
		  const size_t *findings, size_t n, const struct vec *reasons);
