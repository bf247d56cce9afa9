/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client workflow of TUF: from a trusted root to targets that can be believed, for both
 * dialects, without files, network or clock of its own.
 *
 *     const struct tuf_update_options o = {.dialect = TUF_MODERN, .store = store,
 *             .source = source, .now = now, .trail = &trail};
 *     r = tuf_update_new(&o, &u, err);                 reads the trusted root from the store
 *     r = tuf_update_refresh(u, err);                  root, timestamp, snapshot, targets
 *     r = tuf_update_find(u, STR("trusted_root.json"), &target, err);
 *     tuf_update_free(u);
 *
 * Order and checks are those of section 5 of the specification: the chain of roots one by one, each
 * signed by the one before and by itself; when keys of timestamp or snapshot are taken away by a
 * new root, the trusted copies of both are dropped (recovery from a fast-forward); versions never
 * go back; hashes and lengths; expiry at the end of each step against `now` alone. What is accepted
 * is put into the store at once, so that a failure later leaves what held; the store's copies are
 * checked again whenever they are read. The search for a target is pre-order and depth first, each
 * role is checked against the one that delegates to it, none is visited twice.
 *
 * Notary's dialect: the newest root is asked for first ("root.json"), then those between; a first
 * root without one in the store is taken only if check_root says so; snapshot and targets are named
 * by their SHA-256; the snapshot must list the root too; metadata in a snapshot has no version, so
 * targets are compared with the store's. A delegation is loaded with tuf_update_role.
 *
 * Without a source nothing is fetched: what the store has must hold, expiry included.
 *
 * Ownership: results live until tuf_update_free; the options' pointers must too. Threads: one.
 * Errors: what does not hold is told by trail_refuse (ERR_DENIED) with one of the checks
 * "signature", "version", "digest", "expiry", "format", "root", "delegation"; ERR_NOT_FOUND for a
 * target that nobody names; the source's and store's own codes.
 */
#pragma once

#include "base/strbuf.h"
#include "trust/trail.h"
#include "trust/tuf/tuf_metadata.h"

struct tuf_source {
	void *ctx;
	/*
	 * Appends the file of that name, at most max bytes (more is ERR_LIMIT). The name is a
	 * relative address, percent-encoded: "2.root.json", "targets/releases.ab12.json".
	 * -ERR_NOT_FOUND when there is none.
	 */
	int (*fetch)(void *ctx, const char *name, uint64_t max, struct strbuf *out,
		     struct err *err);
};

struct tuf_store {
	void *ctx;
	/* role: raw, "root" or "targets/releases" or "../x". -ERR_NOT_FOUND when there is none. */
	int (*load)(void *ctx, struct str role, struct strbuf *out, struct err *err);
	int (*save)(void *ctx, struct str role, struct str bytes, struct err *err);
	int (*drop)(void *ctx, struct str role, struct err *err); /* one that is not there: 0 */
};

struct tuf_update_options {
	enum tuf_dialect dialect;
	const struct tuf_source *source; /* NULL: no network */
	const struct tuf_store *store;
	int64_t now; /* Unix seconds: the fixed start of the update */
	struct trail *trail;
	/*
	 * Notary: asked about each root that is to be trusted, after its own signatures held.
	 * previous: NULL for the first one. A negative code refuses it. NULL: the first root must
	 * be in the store.
	 */
	int (*check_root)(void *ctx, const struct tuf_metadata *previous,
			  const struct tuf_metadata *root, struct err *err);
	void *check_root_ctx;
};

struct tuf_update;

int tuf_update_new(const struct tuf_update_options *o, struct tuf_update **ret, struct err *err);
void tuf_update_free(struct tuf_update *u);
void tuf_update_freep(struct tuf_update **u);

int tuf_update_refresh(struct tuf_update *u, struct err *err);

/* What holds by now; NULL: nothing yet. */
const struct tuf_metadata *tuf_update_trusted(const struct tuf_update *u, enum tuf_type type);

/* A target, by whom it is named, and all that was asked on the way. */
struct tuf_target {
	const struct tuf_file *file;
	struct str role; /* "targets", or who was delegated */
	const struct tuf_metadata *metadata;
};

int tuf_update_find(struct tuf_update *u, struct str path, struct tuf_target *ret, struct err *err);

/*
 * The metadata of a role that `delegator` ("targets", or one loaded before) delegates to, checked
 * against that delegation. The trail gets no refusal for it: a caller may do without.
 * ERR_NOT_FOUND: nobody delegates to it, or the snapshot does not list it.
 */
int tuf_update_role(struct tuf_update *u, struct str delegator, struct str role,
		    const struct tuf_metadata **ret, struct err *err);

/* The check of the trail that failed last: "expiry", "signature" ..; NULL: none did yet. */
const char *tuf_update_check(const struct tuf_update *u);

/*
 * The relative address of a target's bytes: "dir/<hash>.name" with consistent snapshots, "dir/name"
 * without. ERR_DENIED for a path that would leave the folder of targets.
 */
int tuf_update_address(const struct tuf_update *u, const struct tuf_file *target,
		       struct strbuf *out, struct err *err);
