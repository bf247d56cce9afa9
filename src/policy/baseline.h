/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was known before: secrets by their fingerprints, so that only new ones are told.
 *
 *     r = baseline_read(&rules, "known.json", err);       besides ignore files, before ignore_apply
 *
 * The file is a report that was printed as JSON, or a list of fingerprints: a JSON list, or one a
 * line with '#' before a comment. It becomes one rule of the ignore rules, which says in the report
 * how many findings it took off. Fingerprints compare only if both scans had the same key.
 *
 * Errors: ERR_FORMAT with file and line, ERR_LIMIT (sbom_bytes), those of the file; ERR_NOMEM.
 */
#pragma once

#include "policy/ignore.h"

int baseline_read(struct ignore *ig, const char *path, struct err *err);
int baseline_parse(struct ignore *ig, struct str name, struct str bytes, struct err *err);
