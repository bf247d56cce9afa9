/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer records on disk, named by the digest of the layer's bytes:
 * $XDG_CACHE_HOME/plimsoll/layers-1.
 *
 * A record is written beside its place and renamed over it, so readers see all or nothing and no
 * lock is needed. Two kinds of file: "<hex>" holds the record of the blob with that sha256,
 * "<hex>-<recipe>" that of a scan that also looked into files;
 * "at-<hex>" holds the digest of the bytes that a file identity (device, inode, size, mtime, ctime,
 * offset) was verified to have, as git's index does. A file changed less than two seconds before
 * it was read is not remembered: its times could not tell a later change apart.
 *
 * Everything works without a cache: each failure only costs time. Limits: cache_bytes; beyond it
 * the records used longest ago go.
 */
#pragma once

#include "base/strbuf.h"
#include "crypto/digest.h"

struct cache;

/*
 * recipe: what records depend on beside the layer's bytes (scan_plan_recipe); those of another one
 * are not found, and stand beside. NULL: there is no cache here.
 */
struct cache *cache_open(uint64_t recipe);
void cache_close(struct cache *c);

/*
 * The record of the blob promised as `digest`, else of the file known by `identity`; c may be NULL.
 * *ret is a mapping of the file, to be given back to cache_release: a record is used in place, and
 * copying it would cost more than all else of a warm scan. The file is never written again: a new
 * record of the same name is a new file.
 */
bool cache_find(struct cache *c, struct str digest, struct str identity, struct str *ret);
void cache_release(struct str record);
void cache_store(struct cache *c, const struct digest_value *blob, struct str identity,
		 struct str record);

/* Its directory, borrowed; -1: none. */
int cache_fd(const struct cache *c);

struct cache_usage {
	uint64_t n_records, bytes;
};

/* Path of the directory; empty: none. */
struct str cache_path(const struct cache *c);
void cache_usage(struct cache *c, struct cache_usage *ret);
/* Removes everything but the newest `keep_bytes`. */
void cache_trim(struct cache *c, uint64_t keep_bytes);
