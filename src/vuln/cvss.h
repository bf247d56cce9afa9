/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVSS: a vector string to its score.
 *
 *     struct cvss c;
 *     if (cvss_parse(STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), &c, err) == 0)
 *             c.score == 9.8, cvss_severity(&c) == SEVERITY_CRITICAL
 *
 * Sources: FIRST, "CVSS v2 Complete Guide" section 3.2.1; "CVSS v3.1 Specification" sections 7.1
 * and appendix A (Roundup; used for 3.0 too, whose examples it keeps); "CVSS v4.0 Specification"
 * section 8 (MacroVectors) with the scores of its look-up table.
 *
 * The score is the base score for 2.0 and 3.x: temporal and environmental metrics are checked but
 * they are not the publisher's to give. In 4.0 the metrics that the vector holds all count, as the
 * specification has only one score (CVSS-B, -BT, -BE, -BTE); without them it is CVSS-B.
 *
 * A metric may stand in any order; a metric given twice, an unknown one or a missing base metric is
 * ERR_FORMAT, told by name. Parentheses around a 2.0 vector are taken off.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "report/finding.h"

struct cvss {
	const char *version; /* "2.0", "3.0", "3.1", "4.0" */
	double score;	     /* 0.0 to 10.0, one decimal */
};

int cvss_parse(struct str vector, struct cvss *ret, struct err *err);

/*
 * The word for a score: qualitative severity rating scale of 3.1 section 5 and 4.0 section 6, which
 * NVD uses for 2.0 too except that it ends at high: 9.0 in 2.0 is high. 0.0 is negligible ("None").
 */
enum severity cvss_severity(const struct cvss *c);
