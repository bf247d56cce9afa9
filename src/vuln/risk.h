/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How grave a vulnerability is, who says so, and what to do first.
 *
 * Severity: the publisher's word for this release, else the word for the highest-versioned CVSS
 * vector of the record, else of NVD; else unknown. The source is always named.
 *
 * Risk, 0 to 100, is impact times likelihood:
 *
 *     impact      base score / 10; without a vector the middle of its severity's band:
 *                 critical 0.95, high 0.8, medium 0.55, low 0.2, negligible 0.05, unknown 0.5
 *     likelihood  1 when it is known to be exploited (CISA KEV), or is malware,
 *                 0.3 + 0.7 * cube root of the EPSS probability,
 *                 0.5 when there is no EPSS value yet
 *
 * The cube root spreads the low probabilities, where nearly all vulnerabilities lie (0.001 gives
 * 0.37, 0.05 gives 0.56, 0.5 gives 0.86). 0.5 is the likelihood at a probability of 0.023, above
 * that of nine in ten scored vulnerabilities: an advisory is not put last for being new. EPSS:
 * https://www.first.org/epss/model. KEV: https://www.cisa.gov/known-exploited-vulnerabilities.
 */
#pragma once

#include "report/finding.h"
#include "vuln/feed.h"
#include "vuln/shard.h"

/*
 * Fills cvss, severity (with vendor: the publisher's, may be UNKNOWN), epss, known_exploited and
 * risk. enrichment may be NULL. Vectors that cannot be read are left out. Errors: ERR_NOMEM.
 */
int risk_assess(struct finding *f, enum severity vendor, struct str vendor_name,
		const struct shard_advisory *advisory, const struct enrichment *enrichment,
		struct arena *arena);
