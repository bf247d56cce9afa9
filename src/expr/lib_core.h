/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of the language that the compiler knows: a call of one of these with a constant gets a
 * node of its own (eval_text.c). Arguments: two strings.
 */
#pragma once

#include "expr/function.h"

struct value string_starts_with(struct call *c, const struct value *args);
struct value string_ends_with(struct call *c, const struct value *args);
struct value string_contains(struct call *c, const struct value *args);
