/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lower case beyond ASCII, the same under every locale.
 *
 *     struct str folded = unicode_lower(name, &arena);
 *     if (name.n && !folded.p) return err_nomem(err);
 *
 * The mapping is that of the Unicode Standard, section 3.13.2 (Default Case Conversion), without
 * its one rule that looks at the neighbours (final sigma): the result of a slice never depends on
 * where it was cut. Bytes that are not UTF-8 are kept.
 * Ownership: the slice itself when nothing changes, else the arena's.
 */
#pragma once

#include "base/arena.h"

struct str unicode_lower(struct str s, struct arena *a);
