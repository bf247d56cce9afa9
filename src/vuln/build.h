/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the database from a mirror of feeds.
 *
 *     struct build_report report;
 *     r = build_run(&options, &report, err);
 *     ... report.index, report.problems, report.unused; also when r < 0 ...
 *     build_report_done(&report);
 *
 * Files are read on all processors, then records are joined, sorted and written, shard by shard.
 * The same mirror gives the same shards and, into an empty directory, the same index. Everything is
 * made beside the database and moved into place at the end (vuln/publish.h); whatever goes wrong
 * before leaves the last good database as it is.
 *
 * Errors: ERR_NOT_FOUND when the mirror holds no feed; ERR_FORMAT when a file of it cannot be read
 * at all (options.partial goes on without); ERR_DENIED when another build is at work; ERR_IO,
 * ERR_NOMEM, ERR_LIMIT. A record that cannot be read is a problem in the report, not an error.
 */
#pragma once

#include <stdatomic.h>

#include "base/arena.h"
#include "base/vec.h"
#include "vuln/index.h"

struct build_options {
	const char *feeds;  /* directory of the mirror */
	const char *out;    /* directory of the database */
	int64_t now;	    /* unix seconds; dates of feeds behind it are not believed */
	int64_t built;	    /* SOURCE_DATE_EPOCH; 0: the newest date of the feeds */
	unsigned n_threads; /* 0: as many as there are processors */
	bool partial;	    /* files that cannot be read are only told */
	uint64_t max_bytes; /* of all records in memory; 0: db_build_bytes */
	atomic_ullong *done_bytes, *total_bytes; /* progress; may be NULL */
};

struct build_problem {
	struct str path;  /* in the mirror */
	struct str where; /* in the file: a record's id, a line; may be empty */
	struct str message;
	bool whole_file;
};

struct build_unused {
	struct str path; /* a file of the mirror */
	size_t n;	 /* members of it that no feed reads; 0: the file itself */
};

struct build_report {
	struct arena arena;
	struct index index;	     /* as published */
	bool unchanged;		     /* the database was this already */
	struct err damaged;	     /* of the index that was replaced; code 0: it was sound */
	struct vec problems, unused; /* struct build_problem, struct build_unused */
	size_t n_problems;	     /* all, also beyond those listed */
	size_t n_files, n_files_used;
	uint64_t n_records, n_replaced, n_withdrawn, n_bytes;
};

int build_run(const struct build_options *options, struct build_report *ret, struct err *err);
void build_report_done(struct build_report *report);
