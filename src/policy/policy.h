/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy: rules over a report that decide whether a thing may go on. docs/formats/policy.md is
 * the manual, docs/policy.schema.json helps editors.
 *
 *     policy: payments
 *     unknown: deny                       what a rule does that cannot be decided; deny when left
 * out parameters: {registries: [registry.example.com]} rules:
 *       - id: no-grave
 *         each: vulnerability             what it is asked of; once for the report when left out
 *         match: vulnerability.fixable    to which of them it applies
 *         deny: vulnerability.level >= HIGH        or warn, or require
 *         message: '{vulnerability.rule} in {vulnerability.package}'
 *         except:
 *           - match: vulnerability.is_called("CVE-2026-0001")
 *             owner: platform@example.com
 *             reason: the service parses no certificates
 *             until: 2026-12-31
 *
 * In call order: policy_parse or policy_find, then policy_judge (policy_judge.h), policy_free.
 *
 * A policy has rules, or the part `trust` (trust_policy.h), or both.
 *
 * Ownership: the policy owns everything; rules borrow from it. Threads: read-only once parsed.
 * Errors: ERR_FORMAT "FILE:LINE: ...": broken YAML, a key that does not exist (with the one that
 * was probably meant), one that is missing, an expression that does not compile. ERR_LIMIT:
 * policy_bytes, policy_rules, policy_exceptions. ERR_NOT_FOUND: no file, and no shipped policy.
 */
#pragma once

#include "base/vec.h"
#include "check/rule.h"
#include "check/template.h"
#include "expr/program.h"
#include "policy/facts.h"
#include "policy/trust_policy.h"
#include "policy/until.h"
#include "report/verdict.h"

struct yaml_file;

struct policy_exception {
	size_t line;
	struct rule_text match;
	struct program *match_program;
	struct str owner, reason;
	struct until until;
};

enum policy_kind { POLICY_DENY, POLICY_WARN, POLICY_REQUIRE };
const char *policy_kind_name(enum policy_kind k); /* "deny", "warn", "require" */

struct policy_rule {
	struct str id, title;
	size_t line;
	const struct each *each;
	enum policy_kind kind;
	struct rule_text match, condition, message; /* match may be empty: to all */
	enum verdict_decision unknown;		    /* what it does when it cannot be decided */
	struct policy_exception *exceptions;
	size_t n_exceptions;
	struct program *match_program, *condition_program; /* the first may be NULL */
	struct template message_template;
};

struct policy {
	struct arena arena;
	struct yaml_file *yaml;
	struct str name, title, file;
	struct str text; /* its bytes */
	enum verdict_decision unknown;
	const struct yaml_node *parameters; /* a map, or NULL */
	struct vec rules;		    /* struct policy_rule */
	struct trust_policy trust;	    /* trust_policy_is_set: it has this part */
	struct env **envs;		    /* one for each of eaches[]; NULL: not needed */
};

int policy_parse(struct str bytes, struct str file, struct policy **ret, struct err *err);
void policy_free(struct policy *p);
void policy_freep(struct policy **p);

/*
 * A file, or the name of a policy that ships with the program ("baseline"): what has a slash or
 * ends in .yaml, .yml or .json is a file, and so is what exists and is no such name.
 */
int policy_find(const char *name_or_file, struct policy **ret, struct err *err);

/* The names that ship, sorted; false behind the last. */
bool policy_shipped(size_t i, struct str *ret_name, struct str *ret_bytes);
