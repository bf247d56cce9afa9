/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of the facts for a program to give anything but false: `x.kind == "A" && ...` can
 * be true of no x whose kind is "B". Who has many programs asks only those that may speak.
 *
 *     struct guard guards[8];
 *     size_t n = program_guards(program, &arena, guards, 8);
 *     struct value v = guard_value(&guards[0], &evaluation, facts);
 *     if (v.kind == VALUE_STRING && v is none of guards[0].strings) ...the program gives false
 *
 * Only comparisons of a field of a fact with constant strings are looked for, and only where
 * nothing stands before them that could use up what an evaluation may cost: leaving the program out
 * is then no different from asking it. Ownership: strings live in the arena or the program.
 * Threads: read-only sharing is fine.
 */
#pragma once

#include "expr/program.h"

struct guard {
	uint32_t slot;			  /* of the fact */
	const struct object_class *class; /* which it must be of */
	uint32_t field;
	const struct value *strings;
	uint32_t n;
};

/* How many there are, at most `max`; without memory none. */
size_t program_guards(const struct program *p, struct arena *a, struct guard *ret, size_t max);

/* It gives false whatever the facts are. */
bool program_is_never(const struct program *p);

/* The field of the fact as it is, until the next evaluation; VALUE_ABSENT when it has none. */
struct value guard_value(const struct guard *g, struct evaluation *e, const struct value *facts);
