/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks every rule of a policy about a report and writes the verdict into it.
 *
 *     r = policy_judge(policy, now, report, err);         the report finished (sorted), unfiltered
 *     report->verdict.decision
 *
 * Every rule is asked, whatever the others said; the worst decides. For each thing it is asked of:
 *   - match and condition are first evaluated so that what is only partly known is an error. A
 *     value is then certain.
 *   - else on what is known: a rule that speaks there speaks. Deny and warn are shown by what was
 *     found, and what is required and not shown does not hold.
 *   - else the rule is unknown: never a pass. A rule asked of each thing of an area that is not
 *     fully assessed is unknown too, unless one of them made it speak.
 * An exception takes effect only when its match is certain and it has not expired.
 *
 * Bounds: policy_cost for all rules together; a rule that is beyond it is unknown.
 * Ownership: the verdict lives in the report's arena. Errors: ERR_NOMEM.
 */
#pragma once

#include "policy/policy.h"

/* What the part `trust` said of the image; neither trusted nor refused: it could not be told. */
struct policy_trust {
	bool is_trusted, is_refused;
	struct str why, remedy; /* remedy may be empty */
};

/*
 * now: unix seconds: of `now`, ends of support, and ends of exceptions. trust: NULL where nobody
 * asked: a policy with that part is then undecided about it.
 */
int policy_judge(const struct policy *p, int64_t now, const struct policy_trust *trust,
		 struct report *r, struct err *err);
