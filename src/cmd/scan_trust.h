/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check and scan --policy: what the part `trust` of the policy says of the image, asked before the
 * scan gives up the network.
 *
 *     struct scan_trust trust = {0};
 *     r = scan_trust_ask(&trust, policy, target, &registry, now, err);
 *     ... scan ...
 *     scan_trust_join(&trust, report);            is it the image that was verified?
 *     r = policy_judge(policy, now, &trust.told, report, err);
 *     scan_trust_done(&trust);
 *
 * Only an image by its name in a registry can be asked for. What cannot be told (a file, an engine,
 * a registry that does not answer, a tag that moved meanwhile) is unknown to the policy, which is
 * deny unless it says otherwise. Errors: of the policy's material (ERR_USAGE), ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "net/registry.h"
#include "policy/policy_judge.h"
#include "report/report.h"

struct scan_trust {
	struct policy_trust told;
	struct str digest;   /* that was verified */
	struct str manifest; /* its bytes: an index names the image of each platform */
	struct arena arena;
};

int scan_trust_ask(struct scan_trust *t, const struct policy *policy, const char *target,
		   const struct registry_options *registry, int64_t now, struct err *err);
void scan_trust_join(struct scan_trust *t, const struct report *report);
void scan_trust_done(struct scan_trust *t);
