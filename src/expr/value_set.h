/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of values by CEL's ==, while a function runs: 1, 1u and 1.0 are one member.
 *
 *     struct value_set set;
 *     if (!value_set_init(&set, c, list.n)) return call_exhausted(c);
 *     if (!value_set_has(&set, v)) value_set_add(&set, v);
 *     if (c->out_of) return call_exhausted(c);
 *
 * Numbers, strings and bools are hashed; other values are compared one by one, each comparison paid
 * for, so that a long list of lists ends at the budget. Members are borrowed.
 */
#pragma once

#include "expr/call.h"

struct value_set {
	struct call *call;
	struct value *members; /* the hashed ones from the front, the others from the back */
	uint32_t n_hashed, n_others, max;
	uint32_t *index; /* positions + 1 in members; 0: free */
	uint32_t mask;
};

/* Room for so many members; false when the call is exhausted. */
bool value_set_init(struct value_set *set, struct call *c, uint32_t max);
bool value_set_has(struct value_set *set, struct value v);
/* v is not in the set yet. */
void value_set_add(struct value_set *set, struct value v);
