/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left over in an image, told by place and name: caches, documents, version control.
 *
 *     left_overs_init(&l);
 *     what = left_over_of(&l, path, name, is_directory);      .p is NULL: nothing of these
 *     left_overs_done(&l);
 *
 * To add a kind: rows in left_over.def, a rule in rules/packs/waste.yaml. A place below another
 * (.cache/pip in .cache) is looked for first; the caller asks of parents before their children and
 * takes the outermost, but for what left_over_yields says.
 *
 * Threads: read-only once initialised. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/err.h"
#include "base/map.h"

struct left_overs {
	struct map names;    /* of directories: last component -> first struct left_over */
	struct map suffixes; /* of files: behind '*', or the whole last component */
};

int left_overs_init(struct left_overs *l, struct err *err);
void left_overs_done(struct left_overs *l);

struct str left_over_of(const struct left_overs *l, struct str path, struct str name,
			bool is_directory);

/* Whether a place below one of this kind may be of another: .cache/pip. */
bool left_over_yields(struct str what);
