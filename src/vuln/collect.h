/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of feeds say, checked and copied while a database is built.
 *
 *     struct collector c;
 *     collector_init(&c, file_number);
 *     struct feed_sink sink = collector_sink(&c, path, feed);
 *     r = feed->read(&file, &sink, err);
 *     ... c.records, c.enrichments, c.facts, c.problems ...
 *     collector_done(&c);
 *
 * One collector belongs to one file of a mirror, so files can be read in any order by any thread.
 * A record that no shard could hold (a limit, a name with NUL, a shard that is no name) becomes a
 * problem. Rows are packed here as they will stand in a shard.
 *
 * Ownership: all is the collector's. Threads: one.
 * Limits: those of base/limits.def for advisories; of all collectors of a build together what their
 * budget says (db_build_bytes): from then on the sink gives ERR_LIMIT.
 */
#pragma once

#include <stdatomic.h>

#include "base/arena.h"
#include "base/vec.h"
#include "vuln/feed.h"
#include "vuln/packed.h"

struct map;

/* A row's optional parts, and the bits that say which are there. */
enum {
	ROW_CHANNEL = 1 << 0,
	ROW_MODULE = 1 << 1,
	ROW_ARCHES = 1 << 2,
	ROW_NOTE = 1 << 3,
	ROW_SYMBOLS = 1 << 4,
};

struct record_row {
	struct str shard, name;
	struct str body; /* packed: see docs/formats/database.md, "Rows" */
	enum finding_status status;
	enum severity severity;
	bool by_binary;
};

struct record {
	struct str id, published, modified, severity_source, summary;
	struct str aliases, upstream, cvss, cwes, references; /* packed lists */
	struct record_row *rows;
	size_t n_rows;
	size_t feed; /* in feeds[] */
	enum advisory_kind kind;
	enum severity severity;
	bool withdrawn;
	size_t file, order;  /* where it was read: of equals, the first counts */
	struct record *same; /* another one of the same feed, id and time: its rows count too */
	size_t number;	     /* for the build: of its id among all ids */
};

/* Of one CVE by one feed. */
struct record_enrichment {
	uint64_t cve; /* enrichment_key */
	size_t feed;
	int64_t date;	   /* shard_date; 0: none */
	struct str packed; /* see enrichment_pack */
	size_t file, order;
};

struct record_fact {
	size_t feed;
	struct str key, value;
};

struct record_problem {
	struct str path, where, message;
};

/* Of all collectors of a build together. */
struct collect_budget {
	uint64_t limit; /* bytes */
	atomic_ullong used;
};

/* Whether more was collected than the budget has: an error of the build, not of a file. */
static inline bool collect_budget_is_spent(const struct collect_budget *b)
{
	return atomic_load(&b->used) > b->limit;
}

struct collector {
	struct collect_budget *budget; /* borrowed; NULL: none */
	size_t counted;		       /* bytes of this collector that the budget has */
	struct arena arena;
	struct vec records;	/* struct record */
	struct vec enrichments; /* struct record_enrichment */
	struct vec facts;	/* struct record_fact */
	struct vec problems;	/* struct record_problem; at most LIMIT_PROBLEMS are kept */
	size_t n_problems;	/* all of them */
	size_t n_duplicates;
	size_t file;
	struct str path; /* being read */
	size_t feed;	 /* that reads it */
	struct strbuf scratch;
	struct map *shards; /* names of shards seen, to keep each once */
};

int collector_init(struct collector *c, size_t file, struct collect_budget *budget,
		   struct err *err);
void collector_done(struct collector *c);
struct feed_sink collector_sink(struct collector *c, struct str path, const struct feed *feed);
void collector_problem(struct collector *c, struct str path, struct str where,
		       const struct err *why);

/*
 * "CVE-2023-0286" as a number that fits SQLite's rowid in few bytes; false for anything else, also
 * with more or fewer zeros than the id has.
 */
bool enrichment_key(struct str cve, uint64_t *ret);

void enrichment_pack(struct strbuf *sb, const struct enrichment *e);
/* cve, feed and date stay as they are; lists live in the arena. False for other bytes. */
bool enrichment_unpack(struct str packed, struct arena *arena, struct enrichment *ret);
