/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doubles as decimal text and back, exactly, the same under every locale.
 *
 *     double_print(0.1, DOUBLE_SHORT, &sb);                "0.1", "1e+21", "-Infinity", "NaN"
 *     double_print(1e21, DOUBLE_PLAIN, &sb);               "1000000000000000000000"
 *     double_print_fixed(2.5, 0, &sb);                     "2"
 *     if (double_parse(STR("1.5e3"), &d)) ...
 *
 * The text is the shortest one that reads back as the same double, the nearest of those.
 * Errors: those of the buffer.
 */
#pragma once

#include "base/strbuf.h"

enum double_form {
	DOUBLE_SHORT, /* an exponent below 1e-4 and from 1e21 on */
	DOUBLE_PLAIN, /* never an exponent: up to 326 bytes */
	DOUBLE_KEPT,  /* as SHORT, but a whole number keeps its ".0" */
};

void double_print(double d, enum double_form form, struct strbuf *out);

/* Units of budget for one double as text: its digits are tried out. */
#define DOUBLE_UNITS 100

/* With so many digits (0 to DOUBLE_DIGITS_MAX) behind the point, rounded half to even. */
#define DOUBLE_DIGITS_MAX 1000
void double_print_fixed(double d, unsigned digits, struct strbuf *out);
void double_print_exponent(double d, unsigned digits, struct strbuf *out); /* "2.50e+00" */

/*
 * The whole of s: [+-]DIGITS[.DIGITS][e[+-]DIGITS], where one side of the point may be empty, or
 * NaN, Infinity, Inf with a sign, in any case. Too large a number is infinite, as in C.
 */
bool double_parse(struct str s, double *ret);
