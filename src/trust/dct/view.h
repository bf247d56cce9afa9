/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a collection of Docker Content Trust says, verified: the digest of a tag, and by whom.
 *
 *     struct dct_view_options o = {.gun = gun, .pins = &pins, .now = now, .trail = &trail,
 *                                  .store = &store, .source = &source};
 *     CLEANUP(dct_view_freep) struct dct_view *view = NULL;
 *     r = dct_view_open(&o, &view, err);                  root, timestamp, snapshot, targets
 *     r = dct_view_find(view, STR("1.0"), &claim, err);   -ERR_DENIED: nobody signed the tag
 *
 * or all at once, offline, of a folder of metadata files as Docker's trust directory has them
 * (root.json, 2.root.json, targets/releases.json ..), whose root is taken as it is unless it is
 * pinned:
 *
 *     r = dct_verify_dir(&(struct dct_dir_options){.dir = dir, ...}, &claim, err);
 *
 * A tag is looked for as `docker pull` does: in targets/releases, then in targets. A delegation
 * that has expired or is not signed by enough of its keys is passed over, as Docker does, and told
 * in a warning; whatever else is wrong with it refuses the whole. Delegations other than these two
 * are looked at only when they are asked for (roles).
 *
 * Warnings tell of what will expire within 30 days (the timestamp: 3), in the order of the roles.
 *
 * Ownership: results live in the trail's arena. Threads: one.
 * Errors: those of tuf/tuf_update.h.
 */
#pragma once

#include "trust/claim.h"
#include "trust/dct/pin.h"
#include "trust/tuf/tuf_update.h"

#define DCT_WARN_SECONDS	   (30 * 86400)
#define DCT_WARN_TIMESTAMP_SECONDS (3 * 86400)

struct dct_view_options {
	struct str gun;
	const struct str_list *roles; /* in this order; NULL: targets/releases, targets */
	const struct dct_pins *pins;
	int64_t now; /* Unix seconds */
	struct trail *trail;
	const struct tuf_source *source; /* NULL: what the store has must hold */
	const struct tuf_store *store;
};

struct dct_view;

int dct_view_open(const struct dct_view_options *o, struct dct_view **ret, struct err *err);
void dct_view_free(struct dct_view *view);
void dct_view_freep(struct dct_view **view);

int dct_view_find(struct dct_view *view, struct str tag, struct claim *ret, struct err *err);

const struct str_list *dct_view_warnings(const struct dct_view *view);
const struct dct_root_check *dct_view_root(const struct dct_view *view);

/* The verified metadata: of the four base roles, and of any delegation that can be reached. */
const struct tuf_metadata *dct_view_base(const struct dct_view *view, enum tuf_type type);
/* ERR_NOT_FOUND: not delegated, or not signed yet. */
int dct_view_role(struct dct_view *view, struct str role, const struct tuf_metadata **ret,
		  struct err *err);

/* Whether the role was passed over by a check that Docker passes over too. */
bool dct_view_is_skipped(const struct dct_view *view, int r);

struct dct_dir_options {
	const char *dir; /* of metadata: ~/.docker/trust/tuf/<gun>/metadata */
	struct str gun, tag;
	const struct str_list *roles; /* NULL: targets/releases, targets */
	const struct dct_pins *pins;  /* empty: the root is taken as it is, with a warning */
	int64_t now;
	struct trail *trail;
};

/* ret_warnings: may be NULL; filled also for a refusal, of which they can tell more. */
int dct_verify_dir(const struct dct_dir_options *o, struct claim *ret,
		   struct str_list *ret_warnings, struct err *err);

/* A source that reads such a folder; ctx is its path. */
int dct_dir_fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out, struct err *err);
