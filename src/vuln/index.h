/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of a database: which shards there are, what they are made of, and who says so.
 *
 *     struct index index;                              fill it, strings from anywhere
 *     r = index_write(&index, &key, &sb, err);         signed bytes of index.json
 *     r = index_read(bytes, &key, arena, &index, err); key: what it must be signed with
 *
 * Format: docs/formats/database.md, "Index": a DSSE envelope (github.com/secure-systems-lab/dsse)
 * around JSON. One file, so that it is replaced in one step.
 * Ownership: of a read index all is the arena's. Errors: ERR_FORMAT, ERR_LIMIT, ERR_DENIED when the
 * signature does not hold.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "crypto/ed25519.h"

#define INDEX_FORMAT 1

/* "debian-tracker" at 2026-01-27 in one shard, or in all of the database. */
struct index_feed {
	struct str id;
	struct str date; /* of the data, RFC 3339 or a day; empty: not known */
	uint64_t n_records;
	struct str title, licence, url; /* in index.feeds only */
};

struct index_shard {
	struct str name;   /* "debian-12" */
	struct str file;   /* below the database's directory */
	struct str digest; /* "sha256:<hex>" */
	uint64_t size;	   /* bytes */
	uint64_t n_packages, n_advisories, n_rows, n_withdrawn;
	struct index_feed *feeds; /* sorted by id */
	size_t n_feeds;
};

struct index {
	uint64_t version;	  /* grows with every build that changes something */
	struct str built;	  /* RFC 3339: SOURCE_DATE_EPOCH, or the newest date of the feeds */
	struct index_feed *feeds; /* sorted by id */
	size_t n_feeds;
	struct index_shard *shards; /* sorted by name */
	size_t n_shards;
};

/* The index as plain JSON, unsigned: what is signed, and what `db status --format json` shows. */
void index_write_payload(const struct index *index, struct strbuf *sb);
int index_write(const struct index *index, const struct ed25519_key *key, struct strbuf *sb,
		struct err *err);

/*
 * The public key that the bytes say they are signed with, unverified: to pin it, or to tell which
 * key was expected.
 */
int index_peek_key(struct str bytes, struct ed25519_key *ret, struct err *err);
int index_read(struct str bytes, const struct ed25519_key *key, struct arena *arena,
	       struct index *ret, struct err *err);

/* The JSON alone, whoever signed it or nobody. */
int index_parse_payload(struct str payload, struct arena *arena, struct index *ret,
			struct err *err);

const struct index_shard *index_shard_find(const struct index *index, struct str name);
const struct index_feed *index_feed_find(const struct index *index, struct str id);
