/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/collect.h"

#define FIRST_YEAR  1990
#define NUMBER_BITS 28
#define SCALE	    1e6 /* EPSS has five decimals */

enum { KNOWN_EXPLOITED = 1, RANSOMWARE = 2, HAS_EPSS = 4, REJECTED = 8, HAS_NVD = 16 };

bool enrichment_key(struct str cve, uint64_t *ret)
{
	struct str rest = cve, year_text, number_text;
	uint64_t year, number;
	char again[48];

	if (!str_pull_prefix(&rest, STR("CVE-")) || !str_cut(rest, '-', &year_text, &number_text) ||
	    !str_parse_u64(year_text, &year) || !str_parse_u64(number_text, &number) ||
	    year < FIRST_YEAR || year > 9999 || number >> NUMBER_BITS)
		return false;
	(void)snprintf(again, sizeof again, "CVE-%llu-%04llu", (unsigned long long)year,
		       (unsigned long long)number); /* fits: both are bounded */
	*ret = (year - FIRST_YEAR) << NUMBER_BITS | number;
	return str_is(cve, again);
}

static uint64_t scaled(double v)
{
	return v >= 1 ? (uint64_t)SCALE : v > 0 ? (uint64_t)(v * SCALE + 0.5) : 0;
}

void enrichment_pack(struct strbuf *sb, const struct enrichment *e)
{
	bool nvd = e->cvss.n || e->cwes.n || e->summary.n || e->published.n;

	packed_add_uint(sb, (e->known_exploited ? KNOWN_EXPLOITED : 0) |
				    (e->ransomware ? RANSOMWARE : 0) |
				    (e->has_epss ? HAS_EPSS : 0) | (e->rejected ? REJECTED : 0) |
				    (nvd ? HAS_NVD : 0));
	if (e->known_exploited) {
		packed_add_str(sb, e->exploited_since);
		packed_add_str(sb, e->exploited_due);
	}
	if (e->has_epss) {
		packed_add_uint(sb, scaled(e->epss));
		packed_add_uint(sb, scaled(e->epss_percentile));
	}
	if (nvd) {
		packed_add_list(sb, e->cvss);
		packed_add_list(sb, e->cwes);
		packed_add_str(sb, e->summary);
		packed_add_str(sb, e->published);
	}
}

bool enrichment_unpack(struct str packed, struct arena *arena, struct enrichment *ret)
{
	struct cursor c = cursor_make(packed);
	uint64_t flags = packed_uint(&c);
	bool ok = true;

	ret->known_exploited = flags & KNOWN_EXPLOITED;
	ret->ransomware = flags & RANSOMWARE;
	ret->has_epss = flags & HAS_EPSS;
	ret->rejected = flags & REJECTED;
	if (ret->known_exploited) {
		ret->exploited_since = arena_str(arena, packed_str(&c));
		ret->exploited_due = arena_str(arena, packed_str(&c));
	}
	if (ret->has_epss) {
		ret->epss = (double)packed_uint(&c) / SCALE;
		ret->epss_percentile = (double)packed_uint(&c) / SCALE;
	}
	if (flags & HAS_NVD) {
		ok = packed_list_copy(packed_list(&c), arena, &ret->cvss) &&
		     packed_list_copy(packed_list(&c), arena, &ret->cwes);
		ret->summary = arena_str(arena, packed_str(&c));
		ret->published = arena_str(arena, packed_str(&c));
	}
	return ok && !c.failed;
}
