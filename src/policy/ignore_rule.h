/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rule of an ignore file, whichever form it was written in, and what it matches.
 *
 * All conditions of a rule must hold; of a list of values any. A condition that is empty is none.
 */
#pragma once

#include <regex.h>

#include "report/report.h"

enum ignore_fix { IGNORE_FIX_ANY, IGNORE_FIX_AVAILABLE, IGNORE_FIX_NONE };

struct ignore_rule {
	struct str file;
	size_t line;		      /* 0: the file as a whole */
	struct str_list ids;	      /* of the vulnerability, its aliases, codes; of the finding */
	struct str_list packages;     /* names, of the package or its source; '*' and '?' */
	struct str_list versions;     /* as installed; '*' and '?' */
	struct str_list purls;	      /* '*' and '?'; version and qualifiers may be left out */
	struct str_list paths;	      /* globs of base/path.h */
	struct str_list layers;	      /* a number from 1, or the start of a diff id */
	struct str_list shards;	      /* "debian-12": the advisories that decided */
	struct str_list types;	      /* purl types */
	struct str_list fingerprints; /* of secrets */
	unsigned severities;	      /* bits 1 << enum severity; 0: any */
	unsigned statuses;	      /* bits 1 << enum finding_status */
	unsigned kinds;		      /* bits 1 << enum finding_kind */
	enum ignore_fix fix;
	regex_t *name, *upstream;	     /* Grype's, of package and source; NULL: none */
	struct str name_text, upstream_text; /* as they are written */
	bool never; /* it is about what Plimsoll does not do (CPE matches) */
	bool has_end;
	int64_t end; /* unix seconds: the first at which it does not hold any more */
	struct str until, owner, reason;
	struct str text; /* what it matches, in words */
};

bool ignore_rule_matches(const struct ignore_rule *rule, const struct report *r,
			 const struct finding *f);

/* Fills rule->text in the arena; .p is NULL when that is full. */
void ignore_rule_describe(struct ignore_rule *rule, struct arena *a);

/* Whether `pattern`, in which '*' is any run and '?' any byte, is the whole of s. Linear time for
 * one '*', at worst the product of the lengths. */
bool ignore_glob(struct str pattern, struct str s);
