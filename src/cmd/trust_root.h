/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root of trust that `plimsoll trust root update` has brought, for commands that verify.
 *
 * Both prove the kept file again, without network. Errors: ERR_IO when something of it has expired,
 * ERR_NOT_FOUND when none is kept, ERR_DENIED when it does not hold.
 */
#pragma once

#include "trust/trail.h"

/* state: the folder; NULL: the usual one. */
int trust_root_read(const char *state, int64_t now, struct arena *arena, struct trail *trail,
		    struct str *ret, struct err *err);

/* What --trusted-root names: a file, or the one that is kept for the word "kept". */
int trust_root_take(const char *given, int64_t now, struct arena *arena, struct str *ret,
		    struct err *err);
