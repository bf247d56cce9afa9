/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vulnerabilities of a report's packages: findings, and a word on every package that could not
 * be judged.
 *
 *     r = assess_vulnerabilities(db, NULL, report, err);         findings and coverage are added
 *     r = assess_vulnerabilities(NULL, &why, report, err);       all NOT ASSESSED, with the reason
 *
 * Each package is asked of one shard: a distribution's package of the shard of its release (else
 * of the release its derivative is built from), any other of its language's. NOT ASSESSED, by
 * kind: no shard of that release, a release that is not known, a package whose vendor is not the
 * distribution's (its advisories do not speak of it). PARTIAL: versions that cannot be ordered; a
 * release judged by what it is built from; one whose security support ended before the database was
 * built; a deb that looks like another vendor's, whose findings are of lower confidence. So are
 * those of an id that NVD has rejected, as long as the publisher's record stands.
 *
 * Packages of Red Hat's are judged by the content sets of the layer that brought them, where the
 * image names any and the database knows their CPEs; else by the main repositories of the release.
 *
 * A finding's evidence tells the whole chain, in order: package, source, feed, record, range,
 * compared, decision.
 *
 * Ownership: findings live in the report's arena. Errors: ERR_NOMEM, ERR_LIMIT, those of the db.
 */
#pragma once

#include "report/report.h"
#include "vuln/db.h"
#include "vuln/match.h"

/* why: said when db is NULL. Call before report_finish. */
int assess_vulnerabilities(struct db *db, const struct err *why, struct report *report,
			   struct err *err);

/*
 * How one package is asked: 1 with the shard and the question; 0 when the database has no shard of
 * *ret_name, which is empty when the package belongs to none that is known. The texts live in the
 * report's arena and the db. Errors: those of the db; ERR_NOMEM.
 */
int assess_question(struct db *db, struct report *report, const struct report_package *rp,
		    struct str *ret_name, struct shard **ret, struct match_query *ret_query,
		    struct err *err);
