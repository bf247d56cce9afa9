/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trusted root of a Sigstore instance, brought and proved by TUF.
 *
 *     struct root_update_options o = {.metadata = &source, .targets = &targets, .store = &store,
 *             .kept = &kept, .now = now, .trail = &trail};
 *     r = root_update(&o, &arena, &root, err);
 *
 * With sources the metadata is refreshed and trusted_root.json fetched, if the one that is kept is
 * not that of the metadata. Without, the kept metadata and file are proved again, which needs no
 * network and holds until the first of them expires.
 *
 * An expiry is no refusal but ERR_IO in the trail ("unsure"): nobody can tell whether there is
 * something newer. Everything else that does not hold is a refusal, as in tuf_update.h.
 *
 * Ownership: results live in the arena. Threads: no state.
 * Format: https://github.com/sigstore/root-signing; trusted_root.json: sigstore/trusted_root.h.
 */
#pragma once

#include "trust/tuf/tuf_update.h"

#define ROOT_UPDATE_TARGET "trusted_root.json"

struct root_update_options {
	const struct tuf_source *metadata, *targets; /* NULL, both: no network */
	const struct tuf_store *store;		     /* of metadata */
	const struct tuf_store *kept;		     /* of targets, by their path */
	int64_t now;
	struct trail *trail;
};

struct root_update_role {
	struct str name; /* "root" */
	int64_t version, expires;
};

struct root_update {
	struct str bytes;			      /* of trusted_root.json */
	struct root_update_role roles[TUF_TYPES + 1]; /* that it hangs on; the target's own last */
	size_t n_roles;
	int64_t expires; /* the first of them */
	bool fetched;	 /* the file is new */
};

int root_update(const struct root_update_options *o, struct arena *arena, struct root_update *ret,
		struct err *err);

/* What is trusted for now, whether it has expired or not: for a status. Checks signatures alone. */
int root_update_look(const struct root_update_options *o, struct arena *arena,
		     struct root_update *ret, struct err *err);
