/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A collection as its publisher changes and signs it.
 *
 *     dct_collection_init(&c, gun, &arena);
 *     r = dct_collection_load(&c, view, err);              verified, from the server; or
 *     r = dct_collection_load_dir(&c, &dir, err);          never published yet
 *     r = dct_collection_apply(&c, &change, err);          each change
 *     r = dct_collection_sign(&c, &ring, now, &files, err);
 *     dct_collection_done(&c);
 *
 * Only what changed is signed again, with the next version; a root whose keys changed by the old
 * and the new ones. The snapshot is signed where its key is here; otherwise the server does.
 *
 * Ownership: files in the arena. Threads: one.
 * Errors: ERR_NOT_FOUND (no such delegation), ERR_DENIED (too few of the keys are here; a role may
 * not hold such a tag), those of the keyring.
 */
#pragma once

#include "base/limits.h"
#include "trust/dct/change.h"
#include "trust/dct/keyring.h"
#include "trust/dct/server.h"
#include "trust/dct/view.h"

#define DCT_ROOT_SECONDS    (10LL * 365 * 86400) /* how long what is signed holds */
#define DCT_TARGETS_SECONDS (3LL * 365 * 86400)

struct dct_collection {
	struct str gun;
	struct arena *arena;
	bool published; /* versions count on */
	struct dct_root root;
	struct vec targets; /* struct dct_targets; "targets" first */
	struct dct_snapshot snapshot;
	bool has_snapshot;
};

void dct_collection_init(struct dct_collection *c, struct str gun, struct arena *arena);
void dct_collection_done(struct dct_collection *c);

int dct_collection_load(struct dct_collection *c, struct dct_view *view, struct err *err);
int dct_collection_load_dir(struct dct_collection *c, const struct trust_dir *dir, struct err *err);

/* NULL: not loaded. */
struct dct_targets *dct_collection_role(const struct dct_collection *c, struct str role);

/* Whether the paths of the role, and of those above it, let it speak for the tag. */
bool dct_collection_may_hold(const struct dct_collection *c, struct str role, struct str tag);

int dct_collection_apply(struct dct_collection *c, const struct dct_change *change,
			 struct err *err);

/* Signs everything again, as far as keys are here, before it expires. */
int dct_collection_renew(struct dct_collection *c, struct dct_keyring *ring, struct err *err);

struct dct_files {
	struct notary_file p[LIMIT_TRUST_ROLES];
	size_t n;
};

int dct_collection_sign(struct dct_collection *c, struct dct_keyring *ring, int64_t now,
			struct dct_files *ret, struct err *err);
