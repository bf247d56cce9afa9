/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy while it is made from another tool's settings, and what of them has no equivalent.
 *
 *     struct policy_draft d;
 *     policy_draft_init(&d, STR("trivy"));
 *     struct draft_rule *rule = policy_draft_add_rule(&d, "vulnerabilities", "vulnerability",
 * "deny"); rule->condition = policy_draft_text(&d, "vulnerability.level >= HIGH");
 *     policy_draft_leave(&d, STR("trivy.yaml"), 3, "scan.skip-dirs", "a scan reads all of the
 * image"); policy_draft_write(&d, &sb); policy_draft_done(&d);
 *
 * Ownership: texts live in the arena, which remembers that it was full; policy_draft_write is the
 * check.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "report/finding.h"

struct draft_exception {
	struct str match;		 /* with $ for the variable of the rule it is put in */
	struct str owner, reason, until; /* empty: there is none */
	unsigned kinds;			 /* bits 1 << enum finding_kind; 0: all */
};

struct draft_rule {
	struct str id, title;
	struct str each;	     /* empty: once */
	const char *kind;	     /* "deny", "warn", "require" */
	struct str match, condition; /* match may be empty */
	struct str message;
	const char *unknown; /* NULL: as the policy says */
};

struct policy_draft {
	struct arena arena;
	struct str name;
	struct vec rules;	   /* struct draft_rule */
	struct vec exceptions;	   /* struct draft_exception; for all rules of their kinds */
	struct vec settings;	   /* struct str: lines of .plimsoll.yaml */
	struct vec left;	   /* struct str: "FILE:LINE: WHAT: WHY" */
	bool is_full;		   /* one of them */
	struct draft_rule nowhere; /* a rule that is not kept */
};

void policy_draft_init(struct policy_draft *d, struct str name);
void policy_draft_done(struct policy_draft *d);

/* Never NULL: beyond the limit a rule that is not kept. Its id gets a number if it is taken. */
struct draft_rule *policy_draft_add_rule(struct policy_draft *d, const char *id, const char *each,
					 const char *kind);
void policy_draft_add_exception(struct policy_draft *d, const struct draft_exception *x);

__attribute__((format(printf, 2, 3))) struct str policy_draft_text(struct policy_draft *d,
								   const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void policy_draft_set(struct policy_draft *d, const char *fmt,
							    ...);

/* line 0: none. */
void policy_draft_leave(struct policy_draft *d, struct str file, size_t line, const char *what,
			const char *why);

/* A literal of the expressions, quotes and all; a list of them: ["a", "b"]. */
struct str policy_draft_literal(struct policy_draft *d, struct str s);
struct str policy_draft_literals(struct policy_draft *d, const struct str *p, size_t n);

/* RE2 for a text with '*' (any run) and '?', as a literal. */
struct str policy_draft_glob(struct policy_draft *d, struct str pattern);

/* The YAML, with what is left as comments in front. Errors: ERR_LIMIT, ERR_NOMEM. */
int policy_draft_write(struct policy_draft *d, struct strbuf *out, struct err *err);
