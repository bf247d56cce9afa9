/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of Docker Content Trust: collections (GUN), roles, and what a trusted image is called.
 *
 *     r = dct_gun_of(reference domain, path, &arena, &gun, err);
 *
 * A GUN (globally unique name) is the repository as Docker writes it in full: docker.io/library/x,
 * example.com:5000/team/app. It becomes a path below the trust directory and a part of URLs, so
 * only what is harmless in both is taken.
 *
 * Ownership: slices borrow. Threads: no state. Errors: ERR_USAGE (the user's GUN), ERR_FORMAT.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#define DCT_GUN_MAX  1024 /* bytes */
#define DCT_ROLE_MAX 255

/* What a client of Docker trusts before and beside "targets". */
#define DCT_RELEASES "targets/releases"

int dct_gun_check(struct str gun, struct err *err);

/* root, targets, snapshot, timestamp. */
bool dct_role_is_base(struct str role);

/* "targets/..": lower-case letters, digits, '-', '_', '.', no part empty or of dots alone. */
bool dct_role_is_delegation(struct str role);

static inline bool dct_role_is_targets(struct str role)
{
	return str_is(role, "targets") || dct_role_is_delegation(role);
}

/* "targets/a/b" is given by "targets/a"; of a delegation only. */
struct str dct_role_parent(struct str role);
