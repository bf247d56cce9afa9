/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "did you mean": the known name that is fewest edits away from a word.
 *
 *     struct nearest near = nearest_to(word);
 *     for (each known name)
 *             nearest_offer(&near, name);
 *     if (near.name.n) ...                    0: none is near enough
 *
 * Near is less than four edits, of at most half of the letters; words of more than 31 bytes are
 * near to nothing. Ownership: borrows the word and the names.
 */
#pragma once

#include "base/str.h"

struct nearest {
	struct str word;
	struct str name; /* n == 0: none is near enough */
	size_t edits;	 /* of that name; the first to undercut */
};

struct nearest nearest_to(struct str word);
void nearest_offer(struct nearest *near, struct str name);
