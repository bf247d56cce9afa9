/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes one shard (vuln/shard.h reads it), the same bytes for the same records in any order.
 *
 *     struct shard_source source = {.name = .., .rows = .., ...};
 *     r = shard_write("dir/debian-12.db", &source, &counts, err);
 *
 * Ownership: all is borrowed. Threads: shards can be written at the same time.
 * Errors: ERR_IO (a full disk), ERR_NOMEM, ERR_LIMIT.
 */
#pragma once

#include "vuln/alias.h"
#include "vuln/collect.h"

struct shard_entry {
	const struct record *record;  /* not withdrawn */
	const struct record_row *row; /* of the record or of one that is the same */
	uint32_t advisory;	      /* its number in the shard; set while writing */
};

struct shard_source {
	struct str name;
	struct shard_entry *rows; /* sorted while writing */
	size_t n_rows;
	const struct record **withdrawn;
	size_t n_withdrawn;
	const struct alias *aliases; /* closed */
	const int64_t *feed_dates;   /* by number of the feed; used where records have none */
	int64_t now;		     /* dates behind it are not believed */
};

#define SHARD_FEEDS_MAX 256

struct shard_counts {
	uint64_t n_packages, n_advisories, n_rows, n_withdrawn;
	struct {
		int64_t date; /* unix seconds; 0: not known */
		uint64_t n_records;
	} feeds[SHARD_FEEDS_MAX]; /* by number of the feed */
};

/* RFC 3339 (UTC where no offset is given) or a day as unix seconds; 0 for anything else. */
int64_t shard_date(struct str text);

int shard_write(const char *path, const struct shard_source *source, struct shard_counts *counts,
		struct err *err);

/* The shard "enrichment". Entries sorted by enrichment_key, facts by feed and key, one each. */
struct enrichment_entry {
	uint64_t cve;
	struct str packed;
};
struct fact_entry {
	struct str feed, key, value;
};
int shard_write_enrichment(const char *path, const struct enrichment_entry *entries, size_t n,
			   const struct fact_entry *facts, size_t n_facts, struct err *err);
