/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that take findings off the list, with a reason and an end.
 *
 *     struct ignore rules;
 *     ignore_init(&rules);
 *     r = ignore_read(&rules, ".plimsollignore", err);         once a file; then
 *     r = ignore_apply(&rules, now, report, err);              before report_finish
 *     ignore_done(&rules);
 *
 * A finding that a rule matches is suppressed: it stays in the report, leaves the table, and never
 * decides. Every rule is listed in report.rules with what became of it; a rule behind its end takes
 * nothing off, and a rule that matches nothing is told as unused.
 *
 * Forms, told by name and content:
 *   .plimsollignore      YAML, a list of rules; docs/formats/ignore.md has every key
 *   .trivyignore         an id a line, "exp:2026-12-31" behind it; '#' starts a comment.
 *                        https://trivy.dev/latest/docs/configuration/filtering/
 *   .trivyignore.yaml    maps of vulnerabilities, misconfigurations, secrets, licenses
 *   .grype.yaml          the rules under `ignore`; the rest is Grype's own configuration.
 *                        https://github.com/anchore/grype#specifying-matches-to-ignore
 * A condition that is not understood would make its rule match too much: it is an error, never
 * passed over.
 *
 * Ownership: the rules own their texts, the report copies. Threads: one.
 * Errors: ERR_USAGE with "file:line: ..." for what is in a file; ERR_NOT_FOUND, ERR_IO for the file
 * itself; ERR_LIMIT (ignore_bytes, ignore_rules, those of YAML), ERR_NOMEM.
 */
#pragma once

#include "report/report.h"

struct ignore {
	struct arena arena;
	struct vec rules; /* struct ignore_rule (ignore_rule.h) */
};

void ignore_init(struct ignore *ig);
void ignore_done(struct ignore *ig);

/* The files that are looked for where no other is named; NULL-ended. */
extern const char *const ignore_default_files[];

int ignore_read(struct ignore *ig, const char *path, struct err *err);

/* The same of bytes that were read; `name` tells the form and stands in messages. */
int ignore_parse(struct ignore *ig, struct str name, struct str bytes, struct err *err);

/* now: unix seconds; call once a report. */
int ignore_apply(const struct ignore *ig, int64_t now, struct report *r, struct err *err);
