/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a vulnerability is not among the findings of a report: what the database knows of it, and
 * what of that speaks of this image.
 *
 *     struct vec reasons;                          struct reason
 *     r = why_not(db, NULL, report, STR("CVE-2023-0286"), &arena, &reasons, err);
 *     vec_done(&reasons);
 *
 * The id may be any alias or the id of a record. Every shard that the report's packages are asked
 * of is looked at; for each there is at least one reason, so that an answer is never silence. Of
 * shards that no package is asked of it is told where the vulnerability is known
 * (REASON_ELSEWHERE).
 *
 * Ownership: texts live in the arena. Time: a walk over the packages of each shard concerned.
 * Errors: those of the database; ERR_NOMEM.
 */
#pragma once

#include "report/report.h"
#include "vuln/db.h"

enum reason_kind {
	REASON_NOT_ASSESSED,  /* nobody can tell */
	REASON_AFFECTED,      /* it is, by this database: the report was made with another */
	REASON_UNDECIDED,     /* the versions have no order */
	REASON_OTHER_BUILD,   /* inside the range, but of another channel, module or architecture */
	REASON_OUTWEIGHED,    /* another record says that the build has the fix */
	REASON_NOT_AFFECTED,  /* the publisher says so */
	REASON_FIXED,	      /* in the version that is installed */
	REASON_OUTSIDE,	      /* the version is not in the range */
	REASON_NOT_INSTALLED, /* no package of that name */
	REASON_WITHDRAWN,
	REASON_UNKNOWN,	  /* nothing is known of it here */
	REASON_ELSEWHERE, /* known in an ecosystem that the image has nothing of */
};
const char *reason_kind_name(enum reason_kind k); /* "not assessed", "fixed", ... */

struct reason {
	enum reason_kind kind;
	struct str shard;   /* empty: of the database as a whole */
	struct str package; /* installed, with its version; may be empty */
	struct str record;  /* "DSA-5343-1"; may be empty */
	struct str feed;    /* with its date; may be empty */
	struct str text;    /* one line */
};

/* db may be NULL: `missing` is said. The reasons are sorted. */
int why_not(struct db *db, const struct err *missing, struct report *report, struct str id,
	    struct arena *arena, struct vec *ret, struct err *err);
