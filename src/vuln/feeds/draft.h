/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An advisory while a feed reader writes it: lists that grow, and one check at the end.
 *
 *     CLEANUP(draft_done) struct draft d;
 *     draft_init(&d, "osv", sink);
 *     for each record:
 *             draft_begin(&d, where);                   drops what the last one left
 *             d.a.id = id;
 *             draft_add(&d, &d.upstream, cve);
 *             struct advisory_affected *p = draft_package(&d, shard, name);
 *             draft_interval(&d, introduced, fixed, last_affected);     of the package added last
 *             r = draft_end(&d, err);                   to the sink, or a problem of it
 *
 * Whatever goes wrong with one record (draft_fail, a limit, no memory left for it) is remembered,
 * later calls do nothing, and draft_end tells the sink's problem() instead of handing it over.
 *
 * Ownership: slices given are borrowed until draft_end returns; draft_keep copies what does not
 * live so long. A package pointer lives until the next draft_package.
 * Limits: advisory_ids, advisory_affected, advisory_items, advisory_bytes.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/vec.h"
#include "codec/json_stream.h"
#include "vuln/feed.h"

struct draft_list {
	struct str *p;
	size_t n, cap;
};

struct draft {
	const struct feed_sink *sink;
	const char *feed;
	struct str where; /* of the record in the file */
	struct arena arena;
	struct advisory a; /* its lists and packages are set by draft_end */
	struct draft_list aliases, upstream, cvss, cwes, references;
	struct vec packages;  /* struct advisory_affected */
	struct vec intervals; /* struct advisory_interval, of the package added last */
	struct draft_list versions, arches, symbols; /* the same */
	size_t n_items;				     /* of all lists together */
	struct err why;				     /* the first failure */
	bool failed;
};

void draft_init(struct draft *d, const char *feed, const struct feed_sink *sink);
void draft_done(struct draft *d);
void draft_begin(struct draft *d, struct str where);

/* Adds to a list unless it is empty or stands there already (of the last 64). */
void draft_add(struct draft *d, struct draft_list *l, struct str s);
/* All texts of a list in JSON; other values are passed over. */
void draft_add_json(struct draft *d, struct draft_list *l, const struct json *list);

/* A package of a shard; its name is turned into the shard's key for it. NULL when it failed. */
struct advisory_affected *draft_package(struct draft *d, struct str shard, struct str name);
/* The package added last, finished with another module, channel, ...: a copy of it is added. */
struct advisory_affected *draft_package_again(struct draft *d);
void draft_interval(struct draft *d, struct str introduced, struct str fixed,
		    struct str last_affected);

/* Copies into the draft. */
struct str draft_keep(struct draft *d, struct str s);
struct str draft_keepf(struct draft *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The record cannot be used, and why. */
void draft_fail(struct draft *d, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* 0, or what the sink said. */
int draft_end(struct draft *d, struct err *err);

/* The day or time as it stands; empty for no date, and for the year 1 of records without one. */
struct str draft_date(struct str s);

/* A CVSS score in words: "9.8" is critical; UNKNOWN for 0 and for what is no score. */
enum severity draft_score(struct str number);

/* One line of at most advisory_summary bytes: the text, or its first sentence. */
void draft_summary(struct draft *d, struct str text);
void draft_summary_of_details(struct draft *d, struct str text);

/* Enters the list or map that a file has here: ERR_FORMAT with its name for anything else. */
int draft_enter(struct json_stream *s, enum json_kind kind, const char *name, struct err *err);

/* What cannot be read, where; for what is not a record of its own. */
void draft_problem(const struct feed_sink *sink, struct str where, enum err_code code,
		   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
