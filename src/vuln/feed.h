/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds: a publisher's data as it is served, turned into advisories and enrichment.
 *
 * One feed is one file in vuln/feeds/ and one row in feeds/feed_list.def:
 *
 *     FEED(kev)                           feeds/kev.c ends with: const struct feed feed_kev =
 * {...};
 *
 * A mirror is a directory; each file in it (packed or not) is offered to every feed by its path,
 * and the first feed that claims it reads it. So a mirror is laid out as upstream serves it, and
 * also a single downloaded file works. A file no feed claims is listed as not used. Archives (zip,
 * tar) are opened always, and their members offered each; an archive in an archive is not opened.
 *
 * Ownership: what a sink is given is borrowed until it returns. Order: within one file as written;
 * the database does not depend on the order of files. The same record twice (same feed and id) is
 * joined: the one modified later wins, of equals the affected packages are added up. So a reader
 * may hand over one advisory a package (secdb), and a mirror may hold a record in several archives.
 * Errors: a record that cannot be read is a problem (feed_sink.problem) and the rest is read; a
 * file that cannot be read at all is the return value. Limits: feed_document_bytes, json_bytes.
 * Threads: one feed file is read by one thread; several files at a time. Readers keep no state.
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"
#include "base/stream.h"
#include "codec/json.h"
#include "vuln/advisory.h"

/* What is known of a vulnerability from elsewhere, joined by its CVE id. */
struct enrichment {
	struct str cve;
	struct str feed;      /* id of the feed */
	struct str date;      /* "2026-01-27": of two files, the later one's word counts */
	bool known_exploited; /* CISA KEV */
	struct str exploited_since, exploited_due; /* "2023-10-04" */
	bool ransomware;
	bool has_epss;
	double epss, epss_percentile; /* 0..1 */
	struct str_list cvss;	      /* NVD's vectors */
	struct str_list cwes;
	struct str summary; /* NVD's */
	struct str published;
	bool rejected; /* NVD: no vulnerability after all */
};

struct feed_sink {
	void *context;
	/* Each copies what it keeps; 0 or an error that ends the reading. */
	int (*advisory)(void *context, const struct advisory *a, struct err *err);
	int (*enrichment)(void *context, const struct enrichment *e, struct err *err);
	/*
	 * Facts of the feed for the index: "date" (of the file's data, RFC 3339 or its day),
	 * "model", "eol:debian-12" ...; value as written. Of two values the greater is kept.
	 */
	int (*fact)(void *context, struct str key, struct str value, struct err *err);
	/* A record that could not be read: where in the file, and why. */
	void (*problem)(void *context, struct str where, const struct err *why);
};

/*
 * One file of a mirror, or one member of an archive in it; packing (gz, xz, zst, bz2) is off
 * already, and so is its suffix in the path. The members of an archive are offered under its path:
 * "osv/npm/all.zip/GHSA-aaaa.json", "rubysec/ruby-advisory-db.tar/gems/rack/CVE-2015-3225.yml".
 */
struct feed_file {
	struct str path;
	struct stream *stream;
	uint64_t size; /* bytes of the stream; 0: not known */
};

struct feed {
	const char *id;
	const char *title;
	const char *licence; /* SPDX id or words, shown as attribution */
	const char *url;     /* where upstream serves it, for people */
	/*
	 * By path alone, relative to the mirror. The mirror's own folders may be anything, so look
	 * at the end: feed_path_is(path, "known_exploited_vulnerabilities.json").
	 */
	bool (*claims)(struct str path);
	int (*read)(const struct feed_file *file, const struct feed_sink *sink, struct err *err);
};

extern const struct feed *const feeds[]; /* sorted by id, NULL-ended */
const struct feed *feed_find(struct str id);

/*
 * NULL: no feed claims it. Nothing is claimed below a folder "testdata", "test-fixtures" or
 * "format-samples": samples of feeds are no feed.
 */
const struct feed *feed_for(struct str path);

/* Whether the last components of the path match the pattern (base/path.h): "main.json". */
bool feed_path_is(struct str path, const char *pattern);

/* Appends the whole file: at most feed_document_bytes, and no more than sb takes. */
int feed_read_all(const struct feed_file *file, struct strbuf *sb, struct err *err);

/* Reads and parses one JSON document: at most json_bytes. */
int feed_read_json(const struct feed_file *file, struct json **ret, struct err *err);
