/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One scan, from the target's words to a finished report.
 *
 *     struct scan_request q = {.target = "oci:dir:tag", .jobs = 0};
 *     r = scan_run(&q, &progress, &report, err);
 *
 * Opens the source, reads its layers `jobs` at a time, verifies every digest that was promised,
 * assembles. A layer that cannot be read is NOT ASSESSED in the report; a digest that does not
 * match is an error and there is no report. Errors: those of the source and of the layers
 * (ERR_DENIED for a digest, with both).
 */
#pragma once

#include "image/source.h"
#include "net/registry.h"
#include "report/report.h"
#include "scan/layer_scan.h"

struct secret_watching;
struct needs_request;

struct scan_request {
	const char *target;   /* with or without transport, design.md section 4 */
	const char *platform; /* "linux/arm64"; NULL: this machine's */
	struct registry_options registry;
	uint64_t jobs; /* layers at a time; 0: one a processor */
	bool has_time; /* SOURCE_DATE_EPOCH was given */
	int64_t time;  /* unix seconds */
	bool no_cache;
	bool no_sandbox;
	const struct scan_watch *watches; /* of file content; those of --scanners */
	size_t n_watches;
	const struct secret_watching *secrets; /* NULL: they are not looked for */
	bool only_content; /* nobody asks for packages: that there are none is no gap */
	/* NULL: what its commands need is not asked. Asks for program_watch among the watches. */
	const struct needs_request *needs;
	bool wants_waste; /* measure what is wasted, and what can be attacked */
};

/* The files of one layer; NULL when it was not read, or the report is not of a scan. Borrowed. */
const struct tree *scan_tree(const struct report *report, size_t layer);

int scan_run(const struct scan_request *q, struct scan_progress *progress, struct report **ret,
	     struct err *err);
