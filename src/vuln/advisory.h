/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The advisory: what one record of one feed says, in one form for all feeds.
 *
 * A feed reader (vuln/feed.h) fills one on its stack, its slices borrowing from the input or an
 * arena, and hands it to its sink, which copies what it keeps. Nothing in here is interpreted
 * yet: versions are as the feed writes them, ids are not joined. The matcher's rules are in
 * vuln/match.h.
 *
 * The form is that of the OSV schema 1.6 (ossf.github.io/osv-schema) narrowed to what decides,
 * widened by what distributions say beside it (status, channel, module, architecture).
 */
#pragma once

#include "base/str.h"
#include "report/finding.h"

/* The kind of record: what a match means. */
enum advisory_kind {
	ADVISORY_VULNERABILITY,
	ADVISORY_MALWARE,      /* OSV MAL- records */
	ADVISORY_UNMAINTAINED, /* RustSec informational */
	ADVISORY_UNSOUND,
	ADVISORY_NOTICE,
};

/*
 * Half-open or closed: introduced <= v, and v < fixed or v <= last_affected. Empty introduced: from
 * the first version on; both ends empty: no fix known.
 */
struct advisory_interval {
	struct str introduced;
	struct str fixed;	  /* first version that is safe again; empty: none */
	struct str last_affected; /* last version that is affected; empty: not said */
};

/* One package in one release. */
struct advisory_affected {
	/*
	 * "debian-12", "alpine-3.20", "npm" (vuln/ecosystem.h). It says how versions are ordered
	 * too: there is one scheme a shard.
	 */
	struct str shard;
	struct str name; /* as the shard's packages are keyed: source name for deb and apk,
			    normalised for pypi, "group:artifact" for maven */
	const struct advisory_interval *intervals; /* OR over all */
	size_t n_intervals;
	struct str_list versions; /* listed outright, beside the intervals */
	/*
	 * A constraint in the scheme's own language where no interval can say it (rubysec's
	 * unaffected and patched requirements, FriendsOfPHP): affected when it is true, or
	 * inside an interval. In the form of advisories, "> 1.0, < 1.2 || > 2.0". Empty:
	 * none.
	 */
	struct str constraint;
	enum finding_status status;
	enum severity severity; /* of this package in this release; UNKNOWN: the advisory's */
	struct str channel; /* "esm-apps", "esm-infra", "fips", "ksplice", "eus", "extras:docker",
			       CPE of a Red Hat repository; empty: the release itself */
	struct str module;  /* "nodejs:18" for a modular rpm, "nodejs:*" where no stream is said;
			       empty: not modular */
	struct str_list arches;	 /* empty: all */
	struct str note;	 /* in the publisher's words, why: "Minor issue"; may be empty */
	struct str_list symbols; /* of Go: functions, "pkg.Func" */
	bool by_binary;		 /* rpm: the name is a binary package's; else the source's */
};

struct advisory {
	struct str feed;	 /* id of the feed: "osv", "debian-tracker" */
	struct str id;		 /* "GHSA-..", "DSA-5343-1", "ALSA-2023:0946", "CVE-2023-0286" */
	struct str_list aliases; /* the same vulnerability elsewhere: joined transitively */
	/*
	 * Vulnerabilities this record is about without being them (a distribution's notice and its
	 * CVEs: OSV upstream, ALSA's related): each is a finding of its own.
	 */
	struct str_list upstream;
	enum advisory_kind kind;
	bool withdrawn;	      /* kept so that a delta can take a record back; never matched */
	struct str published; /* RFC 3339; empty: unknown, also for 0001-01-01 */
	struct str modified;
	struct str summary;	    /* one line, at most LIMIT_ADVISORY_SUMMARY bytes */
	enum severity severity;	    /* the publisher's word; UNKNOWN: none */
	struct str severity_source; /* "Red Hat", "GitHub", "Debian"; with severity */
	struct str_list cvss; /* vectors as written: "CVSS:3.1/AV:N/..", v2 without a prefix */
	struct str_list cwes; /* "CWE-79" */
	struct str_list references; /* URLs, the publisher's own page first */
	const struct advisory_affected *affected;
	size_t n_affected;
};

const char *advisory_kind_name(enum advisory_kind k);

/* Any publisher's word, in any case: "Important", "low**", "MODERATE"; UNKNOWN for other words. */
enum severity advisory_severity_parse(struct str word);
