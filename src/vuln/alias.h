/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which ids mean the same vulnerability: aliases joined over all feeds, transitively.
 *
 *     r = alias_join(&a, STR("GHSA-x4qr-2fvf-3mr5"), STR("CVE-2023-0286"), err);   for each alias
 *     r = alias_close(&a, err);                            then no more joins
 *     struct str id = alias_canonical(&a, STR("RUSTSEC-2023-0006"));      "CVE-2023-0286"
 *     for (size_t at = 0; alias_next(&a, id, &at, &other);) ...          the others of its group
 *
 * The canonical id of a group is a CVE if it has one, else a GHSA, else the first in byte order.
 * Two CVEs are two vulnerabilities, whatever joins them: XSA-273 is about CVE-2018-3620 and
 * CVE-2018-3646. Of such a group each CVE keeps the ids joined with it alone; an id joined with
 * several of them, or with none, is one by itself. All of this depends on the set of joins, not on
 * their order.
 * Ownership: ids are borrowed and must outlive the object. Threads: after alias_close read-only
 * sharing is fine. Errors: ERR_NOMEM, ERR_LIMIT.
 */
#pragma once

#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"

struct alias {
	struct map index;	/* id -> its number + 1 */
	struct vec ids;		/* struct str */
	struct vec parents;	/* uint32_t, the union-find forest */
	struct vec joins;	/* as they were told */
	uint32_t *members;	/* all numbers, sorted by group and rank */
	uint32_t *group_starts; /* of each id: where its group starts in members */
};

#define ALIAS_MAX (32u << 20) /* ids */

void alias_init(struct alias *a);
void alias_done(struct alias *a);

/* Makes the id known; a group of its own at first. */
int alias_add(struct alias *a, struct str id, struct err *err);
int alias_join(struct alias *a, struct str one, struct str other, struct err *err);
int alias_close(struct alias *a, struct err *err);

/* The id itself when it was never added. */
struct str alias_canonical(const struct alias *a, struct str id);

/* The ids of a group but its canonical one: *at starts at 0; false at the end. */
bool alias_next(const struct alias *a, struct str id, size_t *at, struct str *ret);
