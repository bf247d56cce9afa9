/* SPDX-License-Identifier: Apache-2.0 */
#include "report/verdict.h"

const char *verdict_decision_name(enum verdict_decision d)
{
	static const char *const names[] = {[VERDICT_NONE] = "",
					    [VERDICT_ALLOW] = "allow",
					    [VERDICT_WARN] = "warn",
					    [VERDICT_DENY] = "deny"};

	return names[d];
}

const char *rule_outcome_name(enum rule_outcome o)
{
	static const char *const names[] = {[OUTCOME_PASS] = "pass",
					    [OUTCOME_WARN] = "warn",
					    [OUTCOME_DENY] = "deny",
					    [OUTCOME_UNKNOWN] = "unknown"};

	return names[o];
}

const char *verdict_exception_state_name(enum verdict_exception_state s)
{
	static const char *const names[] = {[EXCEPTION_USED] = "used",
					    [EXCEPTION_UNUSED] = "unused",
					    [EXCEPTION_EXPIRED] = "expired"};

	return names[s];
}
