/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What helper files say about packages (file lists, licences, marks), until the packages are known.
 *
 *     struct fragments f;
 *     fragments_init(&f, temp, kept);
 *     fragments_add(&f, &package);              for each fragment; borrowed
 *     fragments_join(&f, &package, err);        completes a package from those of its name
 *     fragments_join_one(&f, &package, &more, err);  from one that belongs to it by other signs
 *     fragments_done(&f);
 *
 * A fragment belongs to every package of its type and name, unless both name an architecture and
 * they differ. Packages of one name, architecture and nothing of their own share their lists: the
 * work grows with what there is to say and not with packages times fragments.
 * Ownership: joined lists live in `kept`. Errors: ERR_NOMEM; ERR_LIMIT (package_files).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "package/package.h"

struct fragments {
	struct arena *temp, *kept;
	struct map by_arch; /* type, name, arch -> the last struct fragment */
	struct map by_name; /* type, name -> the last struct fragment */
	struct map merged;  /* type, name, arch -> struct package, all its fragments in one */
	uint64_t joined;    /* list entries written so far */
};

void fragments_init(struct fragments *f, struct arena *temp, struct arena *kept);
void fragments_done(struct fragments *f);
int fragments_add(struct fragments *f, const struct package *p);
int fragments_join(struct fragments *f, struct package *p, struct err *err);
int fragments_join_one(struct fragments *f, struct package *p, const struct package *more,
		       struct err *err);
