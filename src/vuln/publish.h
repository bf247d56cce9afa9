/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts a new database in the place of the old one, whole or not at all.
 *
 *     struct publication p;
 *     r = publish_begin(&p, "dir", err);                 one at a time: a lock
 *     ... write shards to publish_path(&p, "debian-12") ...
 *     r = publish_shard(&p, &index_shard, arena, err);   digest, size, file name
 *     r = publish_index(&p, &index, &unchanged, err);    moves all into place: it is the new one
 *     ... p.damaged.code: what was wrong with the index that was in place ...
 *     publish_end(&p);                                   always; removes what was not used
 *
 *     dir/index.json                  replaced by a rename
 *     dir/shards/<name>-<16 hex digits of its sha256>.db
 *     dir/lock                        held while one builds, holds its process id
 *     dir/building/                   what is being made; its presence is the sign of a crash
 *
 * A shard's name says what is in it, so the old index keeps its files until the new one stands:
 * those of the last index are removed one build later, when no reader can still be opening them.
 * Whatever goes wrong before the new index is in place takes back what was moved; after a crash the
 * next publish_begin removes what no index names. Shards of an index that cannot be read stay: they
 * may be all that is left of a good database.
 * Errors: ERR_DENIED (locked: names the other's process), ERR_IO (full disk).
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "vuln/index.h"

struct publication {
	char *dir, *building;
	int dir_fd, lock_fd;
	bool swept;	  /* the building directory is ours */
	struct vec moved; /* struct str: files that came into shards/ and no index names yet */
	struct err
		damaged; /* why the index that was in place could not be read; code 0: it could */
};

int publish_begin(struct publication *p, const char *dir, struct err *err);
void publish_end(struct publication *p);

/* Where to write a shard; malloc'd. */
char *publish_path(const struct publication *p, struct str shard);

/*
 * Fills file, digest and size of the shard by name that was written. The arena lives until
 * publish_end.
 */
int publish_shard(struct publication *p, struct index_shard *shard, struct arena *arena,
		  struct err *err);

/* Sets the version, signs with this user's key and replaces the index. */
int publish_index(struct publication *p, struct index *index, bool *ret_unchanged, struct err *err);
