/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings a mirror of feeds up to date over the network; vuln/build.h then makes the database of it.
 *
 *     struct update_report report;
 *     r = update_run(&options, &report, err);
 *     ... report.problems: what could not be fetched; the copy of the last time stays ...
 *     update_report_done(&report);
 *
 * What is fetched, and from where, is source_list.def; how, vuln/source.h and vuln/download.h: a
 * file is asked for only when it changed, goes on where it broke off, also in a later run and after
 * a kill, and takes the place of the old one when it is whole. Several hosts are asked at the same
 * time (feed_downloads, feed_host_downloads); the report is the same whatever comes in first.
 *
 *     mirror/.state           what the servers said of each file (vuln/mirror_state.h)
 *     mirror/.lock            held while one downloads
 *     mirror/.parts/          files that have not come in whole yet
 *
 * Errors: ERR_NOT_FOUND when nothing at all is served; ERR_IO and the like when any file could not
 * be fetched for another reason than that it is not there; ERR_DENIED while another update
 * downloads to here; limits: feed_download_bytes, feed_download_seconds, feed_delta_records,
 * feed_delta_documents.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "net/http_file.h"

struct update_options {
	const char *mirror; /* directory; made when it is missing */
	const char *from;   /* base address in place of the publishers' own; NULL: theirs */
	const char *ca_file;
	bool partial;				 /* what cannot be fetched is only told */
	atomic_ullong *done_bytes, *total_bytes; /* progress over all; may be NULL */
};

struct update_problem {
	struct str path, message;
	bool absent; /* the server does not have it */
};

struct update_report {
	struct arena arena;
	struct vec problems; /* struct update_problem, in the order of source_list.def */
	size_t n_fetched, n_unchanged, n_absent, n_failed, n_records; /* records: single ones */
};

int update_run(const struct update_options *options, struct update_report *ret, struct err *err);
/*
 * A file of the mirror that turned out not to be readable: it is removed, so that the next update
 * fetches it anew, although the server's copy may not have changed since.
 */
int update_discard(const char *mirror, struct str path, struct err *err);

void update_report_done(struct update_report *report);
