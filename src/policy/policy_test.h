/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of a policy: example reports, what the verdict on each must be, and which rules no example
 * ever made speak.
 *
 *     struct policy_test t;
 *     r = policy_test_run("tests/baseline.yaml", &t, err);
 *     t.n_passed of t.n_cases; t.failures: "FILE:LINE: ..." each; t.rules[i].n_spoke
 *     policy_test_done(&t);
 *
 * Format:
 *
 *     policy: ../baseline.yaml         a file beside this one, or a policy that ships
 *     now: 2026-01-01                  of ages and ends of exceptions; the same every day
 *     cases:
 *       - name: an exploited package
 *         report: exploited.json       printed by scan --format json; or a map of the same shape
 *         verdict: deny
 *         rules: {exploited: deny, secrets: unknown}      pass, warn, deny or unknown; may be left
 * out
 *
 * Ownership: everything lives in the arena of the test. Errors: ERR_FORMAT "FILE:LINE: ..." for the
 * file and its policy; a report that cannot be read is a failure of its case. ERR_LIMIT:
 * policy_cases.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct policy_test_rule {
	struct str id;
	uint64_t n_spoke;  /* cases in which it denied or warned, or an exception took it out */
	uint64_t n_silent; /* in which it passed */
};

struct policy_test {
	struct arena arena;
	struct str policy;
	size_t n_cases, n_passed;
	struct vec failures; /* struct str */
	struct policy_test_rule *rules;
	size_t n_rules;
};

/* Whether a YAML file of a folder is one: it has `cases`. */
bool policy_test_is(struct str bytes);

int policy_test_run(const char *path, struct policy_test *ret, struct err *err);
void policy_test_done(struct policy_test *t);
