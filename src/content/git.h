/* SPDX-License-Identifier: Apache-2.0 */
/* What git packs are made of, for those who read them whole and front to back. */
#pragma once

#include "base/cursor.h"
#include "content/format.h"
#include "crypto/weak_digest.h"

enum { GIT_BLOB = 3, GIT_OFS_DELTA = 6, GIT_REF_DELTA = 7 };

#define GIT_ID_BYTES WEAK_SHA1_BYTES

/* The id of an object: begun with its type (1 to 4) and size, given all of it, then asked for. */
struct git_id {
	struct weak_digest digest;
	unsigned char bytes[GIT_ID_BYTES];
	char hex[2 * GIT_ID_BYTES];
};

int git_id_begin(struct git_id *id, unsigned type, uint64_t size, struct err *err);
void git_id_add(struct git_id *id, struct str bytes);
struct str git_id_end(struct git_id *id); /* as hexadecimal digits; in `bytes`, too */
void git_id_done(struct git_id *id);	  /* one that is not ended */

/* How an object differs from another. */
struct git_delta {
	struct cursor ops;
	uint64_t base_size, size; /* of the other one, and of this */
};

struct git_delta git_delta_make(struct str bytes);
/* to: room for d->size bytes. False: it does not fit together. */
bool git_delta_apply(struct git_delta *d, struct str base, char *to);

/*
 * Reads a pack front to back: what is stored as a difference to one that is kept no more is counted
 * and told.
 */
int git_stream_walk(struct source *s, struct err *err);
