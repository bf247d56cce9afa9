/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a literal of the source is worth, and how a value is written as one.
 *
 *     struct value v = literal_value(&token, false, &sink);
 *     if (v.kind == VALUE_ABSENT) ...               reported: out of range, a bad escape
 *     literal_print(v, &sb);
 *
 * Numbers: 12, 0x1f, 12u, 1.5, .5, 1e3; int and uint must fit into 64 bits, a double must be
 * finite. `negative`: a minus sign stands directly before it, so that the smallest int can be
 * written.
 * Strings: "..." '...' and over lines in three quotes; r"..." without escapes; b"..." bytes.
 * Escapes: \a \b \f \n \r \t \v \\ \? \" \' \`, \x41 \101 (a code point; in bytes a byte), \u0041
 * \U00000041 (not in bytes). Ends of lines inside three quotes become \n, however they are written
 * in the file, as in the reference implementations.
 * Ownership: text borrows from the source, or lives in the arena of the sink.
 */
#pragma once

#include "expr/lexer.h"

struct value literal_value(const struct token *token, bool negative, struct problem_sink *sink);

/* A constant as source: 1u, 1.0, b"\377", "a\nb". */
void literal_print(struct value v, struct strbuf *out);
