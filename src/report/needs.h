/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image's commands need of it, and what nothing needs: a part of the report.
 *
 * scan/needs.c fills it in, where it was asked for; needs_weigh counts the findings, once they are
 * all there. Ownership: everything lives in the report's arena, the lists are the report's.
 */
#pragma once

#include "base/err.h"
#include "base/vec.h"

struct report;

enum needs_state {
	NEEDS_NOT_ASKED,
	NEEDS_UNKNOWN, /* asked, but nothing can be said: see reason */
	NEEDS_FOUND,
};

/* A file that is needed. */
struct needs_file {
	struct str path;    /* without a slash in front */
	struct str package; /* that owns it; empty: none */
	struct str by;	    /* the file that needs it; empty: the configuration of the image */
	struct str why;	    /* "library libssl.so.3", "module json.decoder" */
	uint64_t size;	    /* bytes */
	size_t layer;	    /* that has it, an index into the report's */
	bool is_assumed;    /* by a rule or a name in data, and not by a sure reference */
	bool is_link;	    /* on the way to the file that is needed */
};

/* A package, or a folder of files that no package owns. */
struct needs_part {
	struct str name;    /* of a folder: its path */
	struct str version; /* of a package */
	struct str purl;    /* of a package; empty: a folder */
	bool is_needed;	    /* a file of it is */
	bool is_assumed;    /* all that is needed of it is assumed */
	bool is_essential;  /* the distribution's own tools refuse to take it away */
	uint64_t n_files, bytes;
	uint64_t n_needed_files, needed_bytes;
	uint64_t n_findings; /* that count, of the package or of files in it */
	uint64_t n_grave;    /* of these critical and high */
};

/* What could not be followed. */
struct needs_gap {
	struct str path; /* empty: the configuration */
	struct str what;
};

struct report_needs {
	enum needs_state state;
	struct str reason;	  /* of NEEDS_UNKNOWN */
	struct str_list commands; /* that were followed: "entrypoint nginx -g 'daemon off;'" */
	double confidence;	  /* 0..1: that nothing needed is missing */
	struct vec files;	  /* struct needs_file, sorted by path */
	struct vec packages;	  /* struct needs_part: not needed first, then by bytes */
	struct vec folders;	  /* the same, of what no package owns */
	struct vec gaps;	  /* struct needs_gap, sorted by path */
	uint64_t n_gaps_unlisted;
	uint64_t n_files, bytes; /* of the whole image */
	uint64_t n_needed_files, needed_bytes;
	struct vec bases; /* struct base_candidate, best first: base_advice.h; empty: not asked */
};

/* What the packages that nothing needs come to. */
struct needs_saving {
	const struct needs_part *first; /* the largest; NULL: there is none */
	size_t n;
	size_t n_essential;
	uint64_t bytes, n_findings, n_grave;
};

struct needs_saving needs_saving(const struct report_needs *n);

/* Counts the findings that each part carries: those that are not suppressed. */
int needs_weigh(struct report *r, struct err *err);

void needs_done(struct report_needs *n);
