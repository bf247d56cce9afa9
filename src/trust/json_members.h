/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects whose members are all known: what is not expected is refused, not passed over.
 *
 *     static const char *const must[] = {"type", NULL}, *const may[] = {"keyPath", NULL};
 *     r = json_members_check(map, "default[0]", must, may, err);
 *     r = json_members_text(map, "default[0]", "type", &text, err);
 *
 * Ownership: texts borrow from the document. Threads: no state.
 * Errors: ERR_FORMAT, with `what`, the path of the object, and the member.
 */
#pragma once

#include "base/err.h"
#include "codec/json.h"

/* must, may: NULL-ended; may can be NULL. */
int json_members_check(const struct json *map, const char *what, const char *const *must,
		       const char *const *may, struct err *err);

/* A string that must be there; "" only if may_be_empty. */
int json_members_text(const struct json *map, const char *what, const char *key, bool may_be_empty,
		      struct str *ret, struct err *err);
