/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings by the place they are at, for the formats that annotate files.
 *
 *     struct vec list;                                   const struct finding *
 *     r = places_gather(report, &list, err);             by path, line, column; none suppressed
 *     struct str path = place_path(f);
 *     vec_done(&list);
 *
 * Ownership: the list borrows from the report. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/strbuf.h"
#include "report/report.h"

#define PLACE_PART_MAX 4096 /* bytes of one field in a text; more is cut */

int places_gather(const struct report *r, struct vec *ret, struct err *err);
const struct finding *places_at(const struct vec *list, size_t i);

/* Its first place; all zero when it has none. */
const struct finding_location *place_of(const struct finding *f);

/* Whether its first place is a file in an archive, which is the subject: "a.zip!/b" of "a.zip". */
bool place_is_inside(const struct finding *f);

/* Without "./" in front, as `lint .` finds files: GitLab shows nothing of such a path. */
struct str place_relative(struct str path);

/* Never empty: "image" for what is about the image. Relative. */
struct str place_path(const struct finding *f);

/* The column of the last character of a finding on one line; 0: unknown, or on several lines. */
uint64_t place_last_column(const struct finding_location *at);

/* "curl 7.88.1-10: a buffer ... Fix: upgrade curl to ..."; without the rule's name. */
void place_add_message(struct strbuf *sb, const struct finding *f);

/* From 1, as people count them; 0: of no layer of the report. */
size_t place_layer_number(const struct report *r, struct str diff_id);

/* The value of the first step of evidence that begins with "key="; STR_NULL: there is none. */
struct str place_evidence(const struct finding *f, struct str key);

/* Whether it is about files alone, as plimsoll lint makes it. */
bool report_is_of_files(const struct report *r);

/* "NOT ASSESSED: what: why; what can be done", of a gap in the coverage. */
void gap_add_message(struct strbuf *sb, const struct coverage *c);

/* The file that was not assessed, or "image". */
struct str gap_path(const struct coverage *c);
