/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy said of a report: allow, warn or deny, and why.
 *
 * A rule ends in one outcome. It passes only when that is certain: one that depends on something
 * that was not assessed, or whose expression fails, is unknown; the policy says what that means.
 *
 * Ownership: everything lives in the report's arena.
 */
#pragma once

#include "base/str.h"

/* Rising, so that the worst decides. */
enum verdict_decision {
	VERDICT_NONE, /* no policy was asked */
	VERDICT_ALLOW,
	VERDICT_WARN,
	VERDICT_DENY,
};
const char *verdict_decision_name(enum verdict_decision d); /* "allow", ...; "" for none */

enum rule_outcome {
	OUTCOME_PASS,
	OUTCOME_WARN,
	OUTCOME_DENY,
	OUTCOME_UNKNOWN,
};
const char *rule_outcome_name(enum rule_outcome o); /* "pass", "warn", "deny", "unknown" */

/* One thing that a rule spoke about. */
struct verdict_evidence {
	struct str subject; /* "CVE-2026-0005 libssl3 3.0.11-1"; empty: the report as a whole */
	struct str message;
	struct str finding; /* its id; empty: it is none */
};

/* A rule that spoke, or could not be decided. */
struct verdict_reason {
	struct str rule, title; /* the title may be empty */
	enum rule_outcome outcome;
	enum verdict_decision effect; /* what it did to the verdict */
	struct str message;	      /* that of the first evidence; of unknown: why */
	const struct verdict_evidence *evidence;
	size_t n_evidence;	      /* listed */
	uint64_t count;		      /* things it spoke about, listed or not */
	struct str_list not_assessed; /* what it depends on and was not (fully) assessed */
};

enum verdict_exception_state { EXCEPTION_USED, EXCEPTION_UNUSED, EXCEPTION_EXPIRED };
const char *verdict_exception_state_name(enum verdict_exception_state s);

struct verdict_exception {
	struct str rule, owner, reason;
	struct str until; /* its last day; "never" */
	uint64_t line;	  /* in the policy */
	enum verdict_exception_state state;
	uint64_t count; /* things it took out; of an expired one: it would */
};

struct verdict {
	enum verdict_decision decision;
	struct str policy; /* its name */
	struct str file;   /* where it came from */
	uint64_t n_rules, n_passed;
	const struct verdict_reason *reasons; /* in the order of the policy */
	size_t n_reasons;
	const struct verdict_exception *exceptions;
	size_t n_exceptions;
};
