/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every maximum of the program, named once, with its reason (limits.def).
 *
 * LIMIT_<NAME> is the value; limits[] is the list that `plimsoll --limits` prints. An ERR_LIMIT
 * message names the limit by its lower-case name, so that a user finds it in that list.
 */
#pragma once

#include <stddef.h>

enum {
#define LIMIT(NAME, name, value, unit, why) LIMIT_##NAME = (value),
#include "base/limits.def"
#undef LIMIT
};

struct limit {
	const char *name;
	long long value;
	const char *unit;
	const char *why;
};

extern const struct limit limits[];
extern const size_t n_limits;
