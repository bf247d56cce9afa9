/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The finding: one thing that is wrong, or might be, with its evidence and the way out.
 *
 * Everything that looks at something produces findings, everything that acts consumes them; so the
 * shape is the same for a vulnerability, a secret and a rule that was broken. A field that a kind
 * does not know stays empty. docs/report.schema.json is the same shape as JSON.
 *
 * Ownership: all slices live in the report's arena (or in what is attached to the report).
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct report;

enum finding_kind {
	FINDING_VULNERABILITY,
	FINDING_SECRET,
	FINDING_MALWARE,
	FINDING_MISCONFIGURATION,
	FINDING_WASTE,
	FINDING_TRUST,
	FINDING_COMPLIANCE,
	FINDING_RUNTIME,
};

/* Rising, so that a threshold is a comparison. */
enum severity {
	SEVERITY_UNKNOWN,
	SEVERITY_NEGLIGIBLE,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
};

enum finding_status {
	STATUS_AFFECTED,
	STATUS_FIXED,
	STATUS_WILL_NOT_FIX,
	STATUS_FIX_DEFERRED,
	STATUS_END_OF_LIFE,
	STATUS_UNDER_INVESTIGATION,
	STATUS_NOT_AFFECTED,
};

enum subject_kind {
	SUBJECT_PACKAGE,
	SUBJECT_FILE,
	SUBJECT_INSTRUCTION,
	SUBJECT_OBJECT,
	SUBJECT_IMAGE,
	SUBJECT_CONTAINER,
	SUBJECT_HOST,
};

enum finding_origin { ORIGIN_UNKNOWN, ORIGIN_BASE, ORIGIN_OWN, ORIGIN_COPIED };

const char *finding_kind_name(enum finding_kind k);	/* "vulnerability", ... */
const char *severity_name(enum severity s);		/* "critical", ... */
const char *finding_status_name(enum finding_status s); /* "affected", "will_not_fix", ... */
const char *subject_kind_name(enum subject_kind k);
const char *finding_origin_name(enum finding_origin o); /* "" for ORIGIN_UNKNOWN */

/* Why a secret of a baseline is suppressed; renderers count those by themselves. */
#define FINDING_IN_BASELINE "known in the baseline"

/* The exact names above; errors: ERR_USAGE, with the names there are. */
int severity_parse(struct str name, enum severity *ret, struct err *err);

struct finding_subject {
	enum subject_kind kind;
	struct str name, version, purl, type, path, layer, digest, namespace, arch;
	struct str source_name, source_version;
};

struct finding_location {
	struct str layer; /* diff id */
	struct str path;
	uint64_t line; /* from 1; 0: none */
	uint64_t column, end_line,
		end_column; /* from 1, in characters; the end is behind it; 0: none */
};

struct finding_cvss {
	struct str vector;
	struct str source;  /* who gave it: "NVD", "GitHub" */
	struct str version; /* "2.0", "3.1", "4.0" */
	double score;	    /* base score computed from the vector; below 0: it has none */
};

struct finding {
	struct str id; /* stable, filled in by report_add_finding */
	enum finding_kind kind;
	struct str rule; /* CVE id, rule id */
	struct str title;
	enum severity severity;
	struct str severity_source; /* who said so: "Debian", "NVD CVSS 3.1" */
	struct str fingerprint;	    /* of a secret: keyed, the same wherever that one stands */
	enum finding_status status;
	struct finding_subject subject;
	const struct finding_location *locations;
	size_t n_locations;
	enum finding_origin origin;
	/*
	 * What shows it, "key=value" each, in the order in which it was concluded: feed, record,
	 * range, comparison. `plimsoll explain` prints it line by line.
	 */
	struct str_list evidence;
	struct str fix_action;	/* one line; empty: none is known */
	struct str fix_version; /* first version without it */
	struct str_list references;
	struct str_list aliases; /* other ids of the same thing, sorted */
	struct str_list codes;	 /* the same rule in other tools */
	const struct finding_cvss *cvss;
	size_t n_cvss;
	bool has_epss;
	double epss, epss_percentile; /* 0..1 */
	struct str epss_date;
	bool known_exploited;
	struct str exploited_since; /* date; empty: unknown */
	double risk;		    /* 0..100; below 0: not judged */
	double confidence;	    /* 0..1 */
	uint64_t saved_bytes;	    /* by the fix, of waste; 0: not known */
	/* Set when a rule or a VEX document takes it off the list; such a finding never decides. */
	struct str suppressed_by, suppressed_reason, suppressed_until;
};

/*
 * Copies the finding's own fields into the report and names it: the id is the first 16 hex digits
 * of SHA-256 over kind, rule, subject and, for kinds other than vulnerability, evidence. Findings
 * that still have the same one are told apart by report_finish. Slices are not copied: they must
 * live in the report's arena. Errors: ERR_NOMEM, ERR_LIMIT (findings).
 */
int report_add_finding(struct report *r, const struct finding *f, struct err *err);

/*
 * Makes the id of the second, third, ... finding of those that are equal but for their line one of
 * its own. Without memory it stays as it is.
 */
void finding_number_id(struct report *r, struct finding *f, uint64_t times);
