/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in files, from the layers' records to findings of the report.
 *
 *     secret_findings_init(&s, watching, merge, records, report);
 *     r = secret_findings_add(&s, layer, &item);        each RECORD_SECRET and RECORD_WATCHED
 *     r = secret_findings_finish(&s, err);
 *     secret_findings_done(&s);
 *
 * Each layer where a secret came in has a finding of its own, which says whether its file still
 * shows in the finished image, and if not, which layer hides it: its bytes are there all the same.
 *
 * Ownership: borrows all. Errors: ERR_NOMEM, ERR_LIMIT (findings).
 */
#pragma once

#include "base/map.h"
#include "image/merge.h"
#include "report/report.h"
#include "scan/layer_record.h"
#include "scan/secret_watch.h"

struct secret_findings {
	const struct secret_watching *watching; /* NULL: nobody looked */
	const struct merge *merge;
	const struct layer_record *const *records;
	struct report *report;
	struct map rules; /* id -> const struct secret_rule */
	uint64_t n_parts, n_unsure;
	bool is_partial;
};

int secret_findings_init(struct secret_findings *s, const struct secret_watching *watching,
			 const struct merge *merge, const struct layer_record *const *records,
			 struct report *report);
void secret_findings_done(struct secret_findings *s);
int secret_findings_add(struct secret_findings *s, size_t layer, const struct record_item *item,
			struct err *err);
int secret_findings_finish(struct secret_findings *s, struct err *err);

/*
 * What a finding says of a rule's secret wherever it was found; the rest is the caller's. Copies
 * into the report: the rules may go before it. Without memory the arena remembers.
 */
void secret_finding_fill(struct finding *f, struct report *report, const struct secret_rule *rule,
			 struct str fingerprint, double confidence);
