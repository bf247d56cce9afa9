/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One shard of the database: what is affected in one release of one ecosystem, found by name.
 *
 *     r = db_shard(db, STR("debian-12"), &shard, err);            vuln/db.h opens it
 *     struct shard_rows rows;
 *     r = shard_find(shard, STR("openssl"), &rows, err);          1, or 0: nothing known of it
 *     struct shard_row row;
 *     while ((r = shard_next(&rows, &row, err)) > 0) {            no memory, no SQL: about 50 ns
 *             struct shard_interval in;
 *             struct packed_list intervals = row.intervals;
 *             while (shard_interval_next(&intervals, &in)) ... introduced <= v < fixed ...
 *     }
 *     r = shard_advisory(shard, row.advisory, arena, &advisory, err);   for findings
 *     r = shard_text(shard, row.advisory, arena, &text, err);           summary, references
 *
 * Rows of one package come sorted by row.ranges: rows with equal bytes there decide alike, so a
 * matcher compares versions once for all of them. All rows are given, of every channel, module and
 * architecture, and those that say "not affected": which count is the matcher's to say. Withdrawn
 * records are not in here; shard_is_withdrawn tells.
 *
 * Ownership: rows borrow from the shard until its next shard_find; advisories and texts live in the
 * arena. Threads: one shard, one thread.
 * Errors: ERR_FORMAT for bytes that are not a shard's, which cannot happen behind a digest that
 * holds, ERR_NOMEM.
 * Format: docs/formats/database.md, "Shards". Behind it: SQLite (codec/sqlite_file.h).
 */
#pragma once

#include "base/arena.h"
#include "vuln/advisory.h"
#include "vuln/packed.h"

#define SHARD_FORMAT 1

/* The tables are part of the format (docs/formats/database.md): a file with others is no shard. */
extern const char shard_schema[], enrichment_schema[];

struct shard;

/* The file behind fd, which db.h has verified and closes; path and `what` are for messages. */
int shard_open_fd(int fd, const char *path, const char *what, struct shard **ret, struct err *err);
int shard_open(const char *path, const char *what, struct shard **ret, struct err *err);
void shard_close(struct shard *s);
void shard_closep(struct shard **s);

struct str shard_name(const struct shard *s);

/* A feed that the shard was made from; its number is a row's `feed`. NULL behind the last. */
struct shard_feed {
	struct str id;
	struct str date; /* of its newest record here, or of the feed; empty: not known */
	uint64_t n_records;
};
const struct shard_feed *shard_feed(const struct shard *s, size_t i);

struct shard_rows {
	struct cursor at;
};

/* As struct advisory_affected, with what decides of its advisory. */
struct shard_row {
	uint32_t advisory; /* for shard_advisory */
	uint16_t feed;	   /* for shard_feed */
	enum advisory_kind kind;
	enum finding_status status;
	enum severity severity; /* of this package, else the advisory's, by its publisher */
	bool by_binary;
	struct str ranges;	      /* intervals, versions and constraint as bytes, to compare */
	struct packed_list intervals; /* shard_interval_next */
	struct packed_list versions;  /* packed_next */
	struct str constraint;
	struct str channel, module, note;
	struct packed_list arches, symbols;
};

int shard_find(struct shard *s, struct str name, struct shard_rows *ret, struct err *err);

/* 1 and a row, 0 behind the last, or an error. */
int shard_next(struct shard_rows *rows, struct shard_row *ret, struct err *err);

/* Pass a copy of row.intervals; false behind the last. */
bool shard_interval_next(struct packed_list *intervals, struct advisory_interval *ret);

struct shard_advisory {
	struct str id; /* the record's own: "ALSA-2023:0946" */
	uint16_t feed;
	enum advisory_kind kind;
	enum severity severity;
	struct str severity_source;
	struct str published, modified;
	/*
	 * Vulnerabilities that a match of this record is a finding of, each by its canonical id,
	 * which is the same over all shards: a CVE where the aliases hold one.
	 */
	struct str_list vulnerabilities;
	struct str_list cvss, cwes;
};

int shard_advisory(struct shard *s, uint32_t advisory, struct arena *arena,
		   struct shard_advisory *ret, struct err *err);

struct shard_text {
	struct str summary;
	struct str_list references;
};

int shard_text(struct shard *s, uint32_t advisory, struct arena *arena, struct shard_text *ret,
	       struct err *err);

/* What else a vulnerability is called, without the canonical id itself; empty when nothing. */
int shard_aliases(struct shard *s, struct str canonical, struct arena *arena, struct str_list *ret,
		  struct err *err);

/*
 * The records about a vulnerability, by any of its ids or the id of a record itself: 1, or 0 when
 * the shard knows none. *ret_canonical: empty for a record that is about several.
 */
struct shard_numbers {
	const uint32_t *p;
	size_t n;
};
int shard_find_id(struct shard *s, struct str id, struct arena *arena, struct str *ret_canonical,
		  struct shard_numbers *ret_advisories, struct err *err);

/* Whether a record of that id was withdrawn by its publisher. */
bool shard_is_withdrawn(struct shard *s, struct str id);

/* Walks all packages, sorted by name; a negative code of fn ends it. */
int shard_each_package(struct shard *s,
		       int (*fn)(void *ctx, struct str name, struct shard_rows rows,
				 struct err *err),
		       void *ctx, struct err *err);
