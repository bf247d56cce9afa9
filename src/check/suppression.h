/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments in a file that switch rules off, in our form and in those of other tools.
 *
 *     # plimsoll ignore=ID,DL3059 until=2026-12-31 reason: slow mirror       the next thing
 *     # plimsoll ignore-file=ID                                               the file
 *     # hadolint ignore=DL3008,SC2086                                         the next thing
 *     # hadolint global ignore=DL3008                                         the file
 *     # trivy:ignore:DS-0002[:exp:2026-12-31]                                 the next thing
 *             also AVD-DS-0002, DS002; * is all
 *     # checkov:skip=CKV_DOCKER_3:reason                                      the file
 *     # kics-scan ignore-line, ignore-block                                   the next thing
 *     # kics-scan disable=ID                                                  the file
 *     # check=skip=JSONArgsRecommended;error=true    BuildKit's directive     the file
 *
 * A name is a rule's id or one of its codes, in any case.
 *
 *     suppressions_init(&s);
 *     r = suppressions_add(&s, comment, line, until_line, err);       for each comment
 *     r = suppressions_check(&s, judge, path, err);                   once all are there
 *     struct judge_suppression found = suppressions_find(&s, rule, line, now);
 *
 * Ownership: borrows the comments. Errors: ERR_LIMIT (suppressions).
 */
#pragma once

#include "base/vec.h"
#include "check/judge.h"

struct suppressions {
	struct vec list; /* struct suppression */
};

void suppressions_init(struct suppressions *s);
void suppressions_done(struct suppressions *s);

/*
 * text: the comment without its sign. It is about the lines [first, last] if its form is about the
 * next thing; 0, 0 when there is none.
 */
int suppressions_add(struct suppressions *s, struct str text, uint64_t first, uint64_t last,
		     struct err *err);

/* BuildKit's directive: "skip=A,B;error=true". */
int suppressions_add_check(struct suppressions *s, struct str value, struct err *err);

/*
 * Our own form is about our rules: a name that none has, and a day that is none, is a problem of
 * the report. Errors: ERR_NOMEM.
 */
int suppressions_check(const struct suppressions *s, struct judge *j, struct str path,
		       struct err *err);

/* now: unix seconds; an `until` before it does not count. */
struct judge_suppression suppressions_find(const struct suppressions *s, const struct rule *rule,
					   uint64_t line, int64_t now);

/* The same for a finding that has a code only (ShellCheck's). */
struct judge_suppression suppressions_find_code(const struct suppressions *s, struct str code,
						uint64_t line, int64_t now);
