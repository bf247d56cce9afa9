/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranges and versions of an OSV package, as intervals of the package a draft added last.
 *
 *     osv_ranges(d, shard, json_get(affected, "ranges"), bound);
 *     osv_versions(d, shard, json_get(affected, "versions"));        behind it
 *
 * `bound` is where a range without an end stops: "<= 1.2" or "< 1.2", or empty.
 */
#pragma once

#include "vuln/feeds/draft.h"

void osv_ranges(struct draft *d, struct str shard, const struct json *ranges, struct str bound);
void osv_versions(struct draft *d, struct str shard, const struct json *versions);

/* Whether there is a range of versions (none of commits), with any bound but "introduced 0". */
bool osv_has_ranges(const struct json *ranges);
bool osv_affects_all(const struct json *ranges);
