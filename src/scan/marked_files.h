/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that rules look at, from the layers' records to the report.
 *
 *     marked_files_init(&m, merge, records, report);
 *     r = marked_files_add(&m, layer, &item);          each RECORD_FILE
 *     r = marked_files_add_elf(&m, layer, &item);      each RECORD_ELF, behind that of its file
 *     r = marked_files_finish(&m, err);                once the packages are known
 *     marked_files_done(&m);
 *
 * Adds up what lies below directories, tells what still shows, names the packages that list the
 * privileged ones. What lies in a left-over directory is part of it and not listed besides, unless
 * it is privileged or named like a secret. Programs of the system that a package owns, or in an
 * image whose packages list no files, are left out again.
 *
 * Anomalies of a program that shows: "packed" (UPX), "writable-code" (a segment that is writable
 * and executable), "executable-stack", "interpreter-missing" (of a program in a bin folder: its
 * loader is not in the image), "library-path-writable" (libraries are looked for in /tmp and its
 * kin, or where it is started).
 *
 * Ownership: borrows all three. Errors: ERR_NOMEM. Limits: marked_files, marked_path_bytes for an
 * image; beyond them a problem of the report says so.
 */
#pragma once

#include "base/map.h"
#include "image/merge.h"
#include "report/report.h"
#include "scan/layer_record.h"

struct marked_files {
	const struct merge *merge;
	const struct layer_record *const *records;
	struct report *report;
	struct arena arena;
	struct vec drafts; /* struct marked_draft */
	struct map dirs;   /* struct node_key of left-over directories */
	uint64_t path_bytes;
	bool is_full;
};

void marked_files_init(struct marked_files *m, const struct merge *merge,
		       const struct layer_record *const *records, struct report *report);
void marked_files_done(struct marked_files *m);

int marked_files_add(struct marked_files *m, size_t layer, const struct record_item *item);
int marked_files_add_elf(struct marked_files *m, size_t layer, const struct record_item *item);
int marked_files_finish(struct marked_files *m, struct err *err);
