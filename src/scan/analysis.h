/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The analyses of one file tree as its entries come by: names into the trie, wanted files captured,
 * package databases parsed at the end, all of it written to a layer record.
 *
 *     analysis_new(index, record, &a, err);
 *     analysis_entry(a, &entry, &capture, err);        for each entry
 *     analysis_capture_data(capture, piece, offset)    when it asked for the data
 *     analysis_content(a, &entry, stream, err)         when its content is watched
 *     analysis_finish(a, &facts, err);
 *
 * Used by layer_scan.c (archives) and directory_scan.c (a root file system in place).
 */
#pragma once

#include "scan/layer_record.h"
#include "scan/plan.h"

struct analysis;

/* The bytes of one wanted file while they arrive. */
struct capture {
	char *bytes;
	size_t n;
	uint32_t node;
	bool head_only; /* only the first bytes matter (LANGUAGE_HEAD_BYTES) */
};

int analysis_new(const struct scan_plan *plan, struct strbuf *record, struct analysis **ret,
		 struct err *err);
void analysis_free(struct analysis *a);

/*
 * Adds an entry. *ret_capture is non-NULL when its data is wanted; it is the analysis's and valid
 * until the next call. A bad entry becomes a problem of the record. Errors: ERR_NOMEM.
 */
int analysis_entry(struct analysis *a, const struct tree_entry *e, struct capture **ret_capture,
		   struct err *err);

/*
 * Whether watches want the content of the entry that was just added. If so, its whole data goes to
 * analysis_content as a stream, and what is captured beside is the caller's to copy from it.
 * Errors: ERR_NOMEM, those of the stream and of a watch.
 */
bool analysis_wants_content(const struct analysis *a);
int analysis_content(struct analysis *a, const struct tree_entry *e, struct stream *file,
		     struct err *err);

/* What was learned is incomplete for a reason that will pass: it is not to be kept. */
void analysis_retry(struct analysis *a);

/* One piece of the wanted file's data; returns false when no more is wanted. */
bool analysis_capture_data(struct capture *c, struct str piece, uint64_t offset);

void analysis_problem(struct analysis *a, const char *parser, struct str path,
		      const struct err *what);
/* The same of what is lost by it: the tree is not all that was there. */
void analysis_loss(struct analysis *a, const char *parser, struct str path, const struct err *what);

/* Parses what was captured, freezes the tree, completes the record. facts: all but stats,
 * n_left_out. */
int analysis_finish(struct analysis *a, struct layer_facts *facts, struct err *err);
