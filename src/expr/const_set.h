/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A constant list as a hash table, for `x in [...]`.
 *
 *     set = const_set_new(list.items, list.n, &arena);      NULL: not made of keys, or no memory
 *     if (const_set_has(set, v)) ...
 *
 * The elements are strings, ints, uints and bools. The hash is a fast one: who chooses what is
 * looked for cannot make the table worse, and who writes the list makes only his own rule slow.
 * Ownership: the arena's; strings are borrowed. Threads: read-only sharing is fine.
 */
#pragma once

#include "base/arena.h"
#include "expr/value.h"

struct const_set;

const struct const_set *const_set_new(const struct value *items, uint32_t n, struct arena *a);
bool const_set_has(const struct const_set *set, struct value v);
