/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify TARGET --policy FILE: the part `trust` of a policy (policy/trust_policy.h).
 *
 * With --cache-verdicts SECONDS an answer "verified" is kept so long (trust/verdict_store.h), for
 * this digest under this name, policy, keys and roots; a verdict that was kept is told as such.
 * Files that the policy names are looked for beside it.
 * Errors: those of trust_judge.h; ERR_USAGE.
 */
#pragma once

#include "cmd/verify.h"
#include "policy/trust_judge.h"

int verify_policy(const struct verify_options *opt, const struct artifact_place *place,
		  struct verification *v, struct err *err);

/* For trust_judge_new: ctx is the path of the policy file. */
int verify_policy_read(void *ctx, struct str path, size_t max_bytes, struct strbuf *out,
		       struct err *err);
