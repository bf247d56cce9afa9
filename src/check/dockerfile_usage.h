/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BuildKit refuses of an instruction by itself: its flags, and how many arguments there are.
 *
 *     struct dockerfile_problem found = {0};
 *     if (!instruction_is_valid(in, arena, &found)) ...      its level, span and message
 *
 * Only the first is told, in the order BuildKit looks. Whatever contains a variable is let pass.
 * The message of a problem lives in the arena; without memory, or a NULL arena, it is empty.
 */
#pragma once

#include "check/dockerfile.h"

bool instruction_is_valid(const struct instruction *in, struct arena *a,
			  struct dockerfile_problem *ret);

/* "1m30s", ".5h", "0": nanoseconds. False when it is none. */
bool dockerfile_duration_parse(struct str s, double *ret_ns);
