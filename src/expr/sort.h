/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorts a list by keys: stable, n log n whatever the keys are, paid for in units of the call.
 *
 *     return value_sort_by(c, "sort", items, items, n);        by themselves
 *
 * Keys are all of one kind (numbers count as one) that has an order: numbers, bool, string, bytes,
 * timestamp, duration, or objects of a class that compares. Otherwise an error value that begins
 * with `name`, as for a NaN.
 */
#pragma once

#include "expr/call.h"

/* A new list of the items in the order of their keys; keys[i] belongs to items[i]. */
struct value value_sort_by(struct call *c, const char *name, const struct value *keys,
			   const struct value *items, uint32_t n);
