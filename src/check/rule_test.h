/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the examples of a rule, and whether they prove anything.
 *
 *     struct rule_test t;
 *     r = rule_test_run(set, rule, &t, err);
 *     t.n_passed of t.n_examples; t.failures: "rules/x.yaml:12: ..." each
 *
 * An example that must fail has to make the rule speak, and without the rule nobody may speak in
 * its name; one that must pass has to keep it silent though it is asked: with the rule's condition
 * replaced by `true` it must speak. What a fix makes of a text must silence the rule. A rule
 * without an example of each kind fails.
 *
 * An example is a text, or a map that its language understands (language.check_example); a map may
 * have `parameters` for the rule.
 *
 * Ownership: texts live in the arena of the set. Errors: ERR_FORMAT when a rule does not compile,
 * ERR_NOMEM. What an example shows is no error but a failure.
 */
#pragma once

#include "check/rule_set.h"

#define RULE_TEST_FAILURES_MAX 16

struct rule_test {
	size_t n_examples, n_passed;
	struct str failures[RULE_TEST_FAILURES_MAX];
	size_t n_failures; /* listed */
};

int rule_test_run(struct rule_set *set, struct rule *rule, struct rule_test *ret, struct err *err);
