/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report that was printed with --format json, read back.
 *
 *     if (report_is_json(bytes))
 *             r = report_read(bytes, &report, err);
 *
 * What decides and explains comes back: target, image, distribution, layers, coverage, packages,
 * findings, problems, ignore rules, the verdict of a policy. Of packages the list of files is there
 * only when the report was made with --files. Findings keep the ids that the report gives them.
 *
 * Format: docs/report.schema.json, version 1. Fields that are not known are passed over: a newer
 * Plimsoll may have written them.
 * Errors: ERR_FORMAT (no JSON, another schema, a word that is none of the report's, named with its
 * place), ERR_LIMIT (json_bytes for one entry, json_depth, packages, findings), ERR_NOMEM.
 */
#pragma once

#include "report/report.h"

/* By its first bytes: a JSON object that names the schema. */
bool report_is_json(struct str bytes);

int report_read(struct str bytes, struct report **ret, struct err *err);
