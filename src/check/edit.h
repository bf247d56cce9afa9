/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes to a text, each a replacement of some of its bytes.
 *
 *     struct edits edits = EDITS_INIT;
 *     r = edits_add(&edits, (struct edit){.start = 12, .end = 12, .text = STR(" -y")}, err);
 *     r = edits_apply(&edits, text, &out, err);
 *     r = edits_diff(text, strbuf_str(&out), STR("Dockerfile"), &sb, err);
 *
 * Two edits at the same place stand in the order in which they were added; the same edit twice is
 * one. An edit that overlaps another is refused: who asked for it gets false from edits_add and
 * tries again with the text of the next round.
 *
 * Ownership: texts are borrowed and must live until the edits are applied.
 */
#pragma once

#include "base/strbuf.h"
#include "base/vec.h"

struct edit {
	uint32_t start, end; /* bytes, [start, end) */
	struct str text;
};

struct edits {
	struct vec list; /* struct edit, sorted by start */
};

void edits_init(struct edits *edits);
void edits_done(struct edits *edits);

/* All of them or none: *ret_taken is false when one overlaps. Errors: ERR_LIMIT (edits). */
int edits_add(struct edits *edits, const struct edit *p, size_t n, bool *ret_taken,
	      struct err *err);

/* Errors: ERR_BUG for an edit beyond the text; those of out. */
int edits_apply(const struct edits *edits, struct str text, struct strbuf *out, struct err *err);

/*
 * What makes `after` of `before`, by whole lines; `edits` is empty before. Their texts are borrowed
 * from `after`. Errors: ERR_NOMEM, ERR_LIMIT (edits).
 */
int edits_find(struct str before, struct str after, struct edits *edits, struct err *err);

/*
 * A unified diff, three lines around each change; nothing when both are the same. Where very many
 * lines differ, all from the first to the last of them are one change. Errors: ERR_NOMEM; those of
 * out.
 */
int edits_diff(struct str before, struct str after, struct str name, struct strbuf *out,
	       struct err *err);
