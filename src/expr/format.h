/* SPDX-License-Identifier: Apache-2.0 */
/*
 * string.format(list): "%s is %.2f".format([name, share]).
 *
 *     %% s d f e b o x X, with .PRECISION before f and e
 *
 * %s writes any value: lists as [a, b], maps as {k: v} sorted by the text of their keys, doubles
 * without an exponent, bytes as text with U+FFFD for what is none.
 *
 * Specification: cel-spec, doc/extensions/strings.md.
 * Errors: a clause that is none, a value that its clause does not take, too few or too many values.
 * Limits: DOUBLE_DIGITS_MAX (number.h) digits; FORMAT_DEPTH lists in lists.
 */
#pragma once

#include "expr/builder.h"

#define FORMAT_DEPTH 64

struct value format_string(struct call *c, const struct value *args);
