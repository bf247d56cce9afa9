/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vulnerability database: a signed index, and shards of which a scan opens what it needs.
 *
 *     struct db_options options = {0};                          the default place, PLIMSOLL_DB
 *     r = db_open(&options, &db, err);                          ERR_NOT_FOUND: there is none
 *     r = db_shard(db, distro->release, &shard, err);           0, or 1 and *shard (vuln/shard.h)
 *     r = db_enrichment(db, STR("CVE-2023-0286"), arena, &e, err);
 *     db_close(db);
 *
 * A shard that is absent means that nothing is known of that ecosystem: NOT ASSESSED, not "no
 * findings". shards are opened once and kept.
 *
 * Trust: the index is signed (Ed25519). The key is options.key_file, else the one pinned for this
 * place: that of the build, if this user built it here, else that of the index opened here first.
 * An index older than the newest seen at this place is refused, unless allow_older. Each shard's
 * bytes are checked against the index when it is opened first; that is remembered by the file's
 * identity (device, inode, size, times), so later runs read no more than they need. What is read is
 * the file that was checked, also when another one takes its path in the meantime.
 *
 * Ownership: what is borrowed lives until db_close. Threads: one db, one thread (open it again in
 * each; that costs a fraction of a millisecond).
 * Errors: ERR_NOT_FOUND, ERR_DENIED (signature, digest: both are named, rollback), ERR_FORMAT,
 * ERR_USAGE (a file, where a directory is meant). They name the file and say what to do.
 */
#pragma once

#include "vuln/feed.h"
#include "vuln/index.h"
#include "vuln/shard.h"

struct db;

struct db_options {
	const char *dir;      /* NULL: PLIMSOLL_DB, else $XDG_DATA_HOME/plimsoll/db */
	const char *key_file; /* public key, PEM; NULL: see above */
	bool allow_older;
};

/* The directory that NULL means; malloc'd. NULL: neither HOME nor PLIMSOLL_DB is set. */
char *db_default_dir(void);

int db_open(const struct db_options *options, struct db **ret, struct err *err);
void db_close(struct db *db);
void db_closep(struct db **db);

const char *db_dir(const struct db *db);
const struct index *db_index(const struct db *db); /* feeds with dates and licences, shards */

/* 1 and the shard, which the db owns; 0: there is none of that name; or an error. */
int db_shard(struct db *db, struct str name, struct shard **ret, struct err *err);

/* What KEV, EPSS and NVD say: 1, or 0 when they know nothing of the id, or there is no such data.
 */
int db_enrichment(struct db *db, struct str cve, struct arena *arena, struct enrichment *ret,
		  struct err *err);

/*
 * What a feed says beside its records, as it called it: feed "endoflife", key "eol:debian-12". 1,
 * or 0 when it has not said that.
 */
int db_fact(struct db *db, struct str feed, struct str key, struct arena *arena, struct str *ret,
	    struct err *err);

#define DB_SETTLE_MS 50

/*
 * Reads every shard against the index, and remembers those whose files are older than DB_SETTLE_MS:
 * a scan, whose sandbox lets it write nothing, then need not read them as a whole. The number of
 * shards, or the first that is off.
 */
int db_verify(struct db *db, struct err *err);
