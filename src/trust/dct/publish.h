/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Begins a collection, and publishes what waits in its list of changes.
 *
 *     struct dct_publisher p = {.place = &place, .ring = &ring, .pins = &pins, .now = now,
 *                               .arena = &arena, .trail = &trail};
 *     r = dct_publisher_init(&p, false, err);                keys, first root and targets, here
 *     r = dct_publisher_stage(&p, &change, time_ns, err);
 *     r = dct_publisher_publish(&p, false, &done, err);
 *
 * Publishing brings what the server has up to date and verifies it, applies the changes, signs, and
 * sends all files in one request, of which the server takes all or none. Whoever published in
 * between is no problem: then all of that is done again upon the new state (three times at most).
 * The changes are dropped when the server has taken them, and not before: a failed publish can be
 * tried again as it is.
 *
 * Errors: those of the server, the view, the collection; ERR_NOT_FOUND: never begun, neither here
 * nor there.
 */
#pragma once

#include "trust/dct/collection.h"
#include "trust/dct/lookup.h"

struct dct_publisher {
	struct dct_place *place; /* with a server */
	struct dct_keyring *ring;
	const struct dct_pins *pins;
	int64_t now;
	struct arena *arena;
	struct trail *trail; /* of the state that was verified */
};

struct dct_published {
	bool first;	  /* nothing was there before */
	size_t n_changes; /* that were waiting */
	size_t n_files;	  /* that were signed and sent; 0: there was nothing to do */
	unsigned n_tries;
	struct str_list roles; /* that were signed */
};

/*
 * Keys of root (one that is there is taken) and targets are made, those of timestamp and, unless
 * local_snapshot, snapshot are asked of the server. ERR_USAGE: begun already.
 */
int dct_publisher_init(struct dct_publisher *p, bool local_snapshot, struct err *err);

int dct_publisher_stage(struct dct_publisher *p, const struct dct_change *change, uint64_t time_ns,
			struct err *err);

/* The change that gives the role new keys: of this user, or of the server. */
int dct_publisher_rotate(struct dct_publisher *p, struct str role, bool server,
			 struct dct_change *ret, struct err *err);

/* renew: everything is signed again, as far as keys are here. */
int dct_publisher_publish(struct dct_publisher *p, bool renew, struct dct_published *ret,
			  struct err *err);
